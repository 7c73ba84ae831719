"""A run at one of its steps, against the laws every trace obeys and against the run as a whole."""

from collections.abc import Sequence
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.build import build
from gradviz.model.graph import NodeKind
from gradviz.model.moment import at_step
from gradviz.model.rules import SOUND, broken
from gradviz.model.trace import GradFn, Tensor, Trace
from tests.unit.model.records import PATIENT
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


@PATIENT
@given(tapes())
def test_every_moment_is_a_sound_trace(tape: Tape) -> None:
    trace = tape.trace()
    for number in range(len(trace.steps) + 1):
        moment = at_step(trace, number)
        assert list(broken(moment, SOUND)) == []
        assert number + 1 <= len(moment.steps) <= number + 2 or moment == trace
        for records in (moment.tensors, moment.grad_fns, moment.ops):
            assert [record.id for record in records] == list(range(len(records)))
        build(moment, "both")


@PATIENT
@given(tapes())
def test_moments_only_grow(tape: Tape) -> None:
    trace = tape.trace()
    sizes = [len(at_step(trace, number).ops) for number in range(len(trace.steps))]
    assert sizes == sorted(sizes)
    assert all(at_step(trace, number).steps == trace.steps[: len(at_step(trace, number).steps)] for number in range(3))


@pytest.mark.parametrize("tape", [square(), saving()])
def test_the_last_moment_is_the_whole(tape: Tape) -> None:
    trace = tape.trace()
    for number in (len(trace.steps) - 1, len(trace.steps), 10_000):
        assert at_step(trace, number) == trace
    assert at_step(Trace("", "", "grad", ""), 0) == Trace("", "", "grad", "")


def test_nothing_is_known_before_it_happened() -> None:
    trace = square().trace()
    first = at_step(trace, 0)
    assert (first.tensors, first.ops, first.grad_fns, first.backwards) == ((), (), (), ())
    drawn = build(at_step(trace, 1), "both")
    assert [node.kind for node in drawn.nodes] == [NodeKind.TENSOR]


def test_a_gradient_appears_with_the_step_that_adds_it() -> None:
    trace = square().trace()
    (step,) = (step.id for step in trace.steps if step.kind == "accumulate")
    assert at_step(trace, step - 1).tensors[0].grad is None
    assert at_step(trace, step).tensors[0].grad == scalar(4.0)


def test_an_op_and_the_copy_torch_saves_of_it_are_one_moment() -> None:
    trace = saving().trace()
    (exp,) = (op for op in trace.ops if op.name == "aten::exp")
    moment = at_step(trace, exp.step)
    assert moment.tensors[exp.outputs[0]].value == scalar(1.0)
    assert moment == at_step(trace, exp.step + 1)
    assert len(build(moment, "both").nodes) == 3


def test_a_tensor_changed_in_place_has_its_old_value_before() -> None:
    trace = saving().trace()
    (mul,) = (op for op in trace.ops if op.name == "aten::mul_")
    y = mul.outputs[0]
    assert at_step(trace, mul.step - 1).tensors[y].value == scalar(1.0)
    assert at_step(trace, mul.step - 1).past == ()
    after = at_step(trace, mul.step)
    assert after.tensors[y].value == scalar(0.0)
    assert [state.value for state in after.past] == [scalar(1.0)]


def test_saved_tensors_are_kept_until_they_are_freed() -> None:
    tape = square()
    before = tape.grad_fns[1]
    freed = before._replace(name="freed", step=len(tape.steps))
    tape.grad_fns[1] = freed
    tape.line(None)
    trace = tape.trace()._replace(past_grad_fns=(before,))
    assert at_step(trace, freed.step - 2).grad_fns[1] == before
    assert at_step(trace, freed.step - 1).grad_fns[1] == freed


def test_the_end_is_told_at_the_end_only() -> None:
    tape = square()
    trace = tape.trace()
    assert at_step(trace, 2).error is None
    assert at_step(trace, 2).limits is None


def test_a_run_whose_stamps_make_no_sense_is_shown_whole() -> None:
    trace = square().trace()
    y = trace.tensors[1]
    first = trace.steps[0]._replace(names={"y": y.id})
    odd = trace._replace(steps=(first, *trace.steps[1:]))
    assert at_step(odd, 0) == odd
    late = trace._replace(tensors=(trace.tensors[0]._replace(step=100), trace.tensors[1]), past=())
    assert at_step(late, 4) == late


def test_a_past_state_of_a_tensor_not_known_yet_is_left_out() -> None:
    trace = square().trace()
    x, y = trace.tensors
    early = y._replace(step=1, grad_fn=None, made_by=None)
    moment = at_step(trace._replace(tensors=(x._replace(step=90), early), past=(early,)), 0)
    assert (moment.tensors, moment.past) == ((), ())
    assert list(broken(moment, SOUND)) == []


def test_a_circle_that_only_a_moment_has_is_not_shown() -> None:
    trace = square().trace()
    sink, mul = trace.grad_fns
    looped = mul._replace(next=((1, 0), (0, 0)), step=2)
    odd = trace._replace(grad_fns=(sink, mul._replace(step=9)), past_grad_fns=(looped,))
    assert list(broken(odd, SOUND)) == []
    assert at_step(odd, 4) == odd


@PATIENT
@given(traces(), st.integers(0, 12))
def test_every_moment_of_whatever_is_accepted_is_sound(trace: Trace, number: int) -> None:
    assert list(broken(at_step(trace, number), SOUND)) == []
