"""A run at one of its steps, looked up in its index, against its record cut off there."""

from collections.abc import Sequence
from typing import TypeVar, get_args

from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.graph.build import build
from gradviz.model.graph.graph import View
from gradviz.model.graph.stepped import lives, stepped
from gradviz.model.moments.moment import History
from gradviz.model.rules import SOUND, broken
from gradviz.model.trace import GradFn, Saved, Tensor, Trace
from tests.unit.model.cut import at_step
from tests.unit.model.traces import Tape, scalar, square

State = TypeVar("State", Tensor, GradFn)


def saving() -> Tape:
    """x = leaf; y = x.exp(), whose result torch saves through a detach; z = y.mul_(x)."""
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(0.0))
    tape.line(2, x=x)
    y = tape.apply("exp", x, value=scalar(1.0))
    tape.internal(y)
    tape.line(3, y=y)
    tape.change("mul", y, x, value=scalar(0.0))
    tape.line(4)
    tape.backward(y)
    tape.pass_on(2, scalar(1.0), scalar(0.0), scalar(1.0))
    tape.line(None)
    return tape


@st.composite
def tapes(draw: st.DrawFn) -> Tape:
    """Small programs of every kind of line."""
    tape = Tape()
    tape.line(1)
    tensors = [tape.leaf(scalar(1.0))]
    for number in range(draw(st.integers(1, 6))):
        tape.line(2 + number, **{f"t{number}": tensors[-1]})
        one, other = draw(st.sampled_from(tensors)), draw(st.sampled_from(tensors))
        match draw(st.sampled_from(["leaf", "apply", "change", "view", "no_grad", "save"])):
            case "leaf":
                tensors.append(tape.leaf(scalar(1.0), requires_grad=draw(st.booleans())))
            case "apply":
                tensors.append(tape.apply("mul", one, other))
            case "change":
                tape.change("add", one, other)
            case "view":
                tensors.append(tape.view("select", one))
            case "no_grad":
                tensors.append(tape.apply("mul", one, other, region=tape.region("no_grad")))
            case _:
                tensors.append(tape.apply("exp", one))
                tape.internal(tensors[-1])
    tape.line(None)
    return tape


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """A sound trace of a run that lies about its stamps: what a hostile process can have accepted."""
    trace = draw(tapes()).trace()
    stamp = st.integers(0, len(trace.steps) + 2)

    def states(known: Sequence[State]) -> tuple[State, ...]:
        return tuple(state._replace(step=draw(stamp)) for state in known)

    def again(known: Sequence[State]) -> tuple[State, ...]:
        return states(draw(st.lists(st.sampled_from(known), max_size=4))) if known else ()

    return trace._replace(
        tensors=states(trace.tensors),
        past=(*states(trace.past), *again(trace.tensors)),
        grad_fns=states(trace.grad_fns),
        past_grad_fns=again(trace.grad_fns),
        ops=tuple(op._replace(step=draw(stamp)) for op in trace.ops),
        backwards=tuple(call._replace(step=draw(stamp)) for call in trace.backwards),
    )


@given(tapes())
def test_a_moment_is_the_record_cut_off_there(tape: Tape) -> None:
    trace = tape.trace()
    history = History(trace)
    for number in range(len(trace.steps) + 1):
        moment, cut = history.at(number), at_step(trace, number)
        tensors = [moment.tensor(tensor.id) for tensor in trace.tensors]
        grad_fns = [moment.grad_fn(grad_fn.id) for grad_fn in trace.grad_fns]
        assert tuple(tensor for tensor in tensors if tensor is not None) == cut.tensors
        assert tuple(grad_fn for grad_fn in grad_fns if grad_fn is not None) == cut.grad_fns
        assert tuple(op for op in trace.ops if moment.ran(op)) == cut.ops
        assert moment.calls == len(cut.backwards)
        assert list(broken(cut, SOUND)) == []


@given(traces(), st.integers(0, 12))
def test_whatever_is_accepted_has_moments(trace: Trace, number: int) -> None:
    """The stamps of a hostile run make no sense: what is looked up is a state of its record, or nothing."""
    moment = History(trace).at(number)
    found = [moment.tensor(tensor.id) for tensor in trace.tensors]
    states = {state._replace(step=0, version=None) for state in (*trace.past, *trace.tensors)}
    assert {state._replace(step=0, version=None) for state in found if state is not None} <= states
    assert {moment.grad_fn(one.id) for one in trace.grad_fns} <= {None, *trace.past_grad_fns, *trace.grad_fns}
    for view in get_args(View):
        known = lives(build(trace, view), moment.history)
        assert len(stepped(known, moment).nodes) == len(known.graph.nodes)


def test_beyond_the_last_step_is_the_end() -> None:
    history = History(square().trace())
    steps = len(history.trace.steps)
    assert [history.at(number) for number in (steps - 1, steps, 10_000)] == [history.end] * 3
    assert History(Trace("", "", "grad", "")).at(0).is_end


def test_nothing_is_known_before_it_happened() -> None:
    moment = History(square().trace()).at(0)
    assert (moment.tensor(0), moment.grad_fn(0), moment.calls) == (None, None, 0)
    assert moment.known_tensor(0).value == scalar(2.0)
    assert moment.known_grad_fn(1).name == "MulBackward0"


def test_a_gradient_appears_with_the_step_that_adds_it() -> None:
    history = History(square().trace())
    (step,) = (step.id for step in history.trace.steps if step.kind == "accumulate")
    before, after = history.at(step - 1).tensor(0), history.at(step).tensor(0)
    assert before is not None
    assert after is not None
    assert (before.grad, after.grad) == (None, scalar(4.0))


def test_backward_is_under_way_until_its_last_grad_fn_has_run() -> None:
    history = History(square().trace())
    assert [history.at(number).under_way for number in range(8)] == [False] * 4 + [True] * 2 + [False] * 2


def test_an_op_and_the_copy_torch_saves_of_it_are_one_moment() -> None:
    history = History(saving().trace())
    (exp,) = (op for op in history.trace.ops if op.name == "aten::exp")
    moment = history.at(exp.step)
    assert moment.known_tensor(exp.outputs[0]).value == scalar(1.0)
    assert moment == history.at(exp.step + 1)


def test_a_tensor_changed_in_place_has_its_old_value_before() -> None:
    history = History(saving().trace())
    (mul,) = (op for op in history.trace.ops if op.name == "aten::mul_")
    values = [history.at(step).known_tensor(mul.outputs[0]).value for step in (mul.step - 1, mul.step)]
    assert values == [scalar(1.0), scalar(0.0)]


def test_saved_tensors_are_kept_until_they_are_freed() -> None:
    tape = square()
    before = tape.grad_fns[1]
    freed = before._replace(name="freed", step=len(tape.steps))
    tape.grad_fns[1] = freed
    tape.line(None)
    history = History(tape.trace()._replace(past_grad_fns=(before,)))
    assert [history.at(freed.step - back).grad_fn(1) for back in (2, 1)] == [before, freed]


def test_a_grad_fn_that_ran_in_no_call_is_of_none() -> None:
    tape = square()
    (call,) = tape.backwards
    tape.backwards = [call._replace(step=call.step + 1)]
    history = History(tape.trace()._replace(tensors=tuple(t._replace(made_by=None) for t in tape.tensors)))
    assert [history.at(call.step + after).under_way for after in range(3)] == [True, False, False]
    assert at_step(history.trace, 2).steps == history.trace.steps[:3]


def test_what_is_saved_later_is_not_saved_yet() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    tape.line(2, x=x)
    kept = Saved("self", x, 4, 0, "kept", x)
    y = tape.apply("mul", x, x, saved=(kept,))
    tape.line(3, y=y)
    tape.apply("exp", y, saved=(kept,))
    tape.line(None)
    history = History(tape.trace())
    (first, second) = (grad_fn for grad_fn in tape.grad_fns if grad_fn.saved)
    assert list(history.end.savings(x)) == [(first, kept), (second, kept)]
    assert list(history.at(first.step).savings(x)) == [(first, kept)]


def test_the_first_call_that_does_not_keep_the_graph_frees_it() -> None:
    trace = square().trace()
    (call,) = trace.backwards
    twice = (call._replace(keep_graph=True), call._replace(id=1))
    assert set(History(trace).frees.values()) == {0}
    assert set(History(trace._replace(backwards=twice)).frees.values()) == {1}
    again = (call, call._replace(id=1))
    assert set(History(trace._replace(backwards=again)).frees.values()) == {0}


def test_what_relies_on_a_version_is_found_before_what_has_let_go_of_it() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    tape.line(2, x=x)
    kept = Saved("self", x, 4, 0, "kept", x)
    tape.apply("exp", x, saved=(kept,))
    tape.apply("sin", x, saved=(kept,))
    tape.line(3)
    tape.line(None)
    first, second = (grad_fn for grad_fn in tape.grad_fns if grad_fn.saved)
    freed = second._replace(step=len(tape.steps) - 1, saved=(kept._replace(state="freed"),))
    trace = tape.trace()
    held = tuple(freed if grad_fn is second else grad_fn for grad_fn in tape.grad_fns)
    moment = History(trace._replace(grad_fns=held, past_grad_fns=(second,))).end
    assert list(moment.relying(x)) == [(first, kept)]
