"""Which ops are hidden as births: what torch runs inside torch.randn, nn.Linear and to save a result."""

import pytest

from gradviz.model.births import births
from gradviz.model.trace import Op
from tests.unit.model.traces import Tape, scalar, square


def hidden(tape: Tape) -> list[str]:
    trace = tape.trace()
    return [op.name for op in trace.ops if op.id in births(trace)]


def start() -> Tape:
    tape = Tape()
    tape.line(1)
    return tape


def test_a_factory_is_a_birth() -> None:
    tape = start()
    tape.leaf(scalar(1.0))
    assert hidden(tape) == ["aten::lift_fresh"]


def test_the_detach_that_hands_a_new_tensor_out_is_part_of_its_birth() -> None:
    tape = start()
    raw = tape.leaf(scalar(1.0), requires_grad=False)
    out = tape.apply("detach", raw)
    tape.line(2, x=out)
    assert hidden(tape) == ["aten::lift_fresh", "aten::detach"]


def test_a_detach_on_another_line_is_a_step_a_person_took() -> None:
    tape = start()
    raw = tape.leaf(scalar(1.0), requires_grad=False)
    tape.line(2, x=raw)
    out = tape.apply("detach", raw)
    tape.line(3, y=out)
    assert hidden(tape) == ["aten::lift_fresh"]


def test_another_op_on_a_fresh_tensor_is_no_birth() -> None:
    tape = start()
    out = tape.apply("mul", tape.leaf(scalar(1.0), requires_grad=False))
    tape.line(2, x=out)
    assert hidden(tape) == ["aten::lift_fresh"]


def test_an_initialiser_is_a_birth_until_the_tensor_has_a_name() -> None:
    tape = start()
    w = tape.leaf(scalar(1.0), requires_grad=False)
    tape.change("uniform", w)
    tape.line(2, w=w)
    tape.change("zero", w)
    assert hidden(tape) == ["aten::lift_fresh", "aten::uniform_"]


def test_filling_a_tensor_that_was_used_is_no_birth() -> None:
    tape = start()
    w = tape.leaf(scalar(1.0), requires_grad=False)
    tape.apply("mul", w)
    tape.change("zero", w)
    assert "aten::zero_" not in hidden(tape)


def test_the_copy_that_torch_saves_is_hidden() -> None:
    tape = start()
    x = tape.leaf(scalar(1.0))
    y = tape.apply("exp", x)
    tape.internal(y)
    tape.line(2, x=x, y=y)
    assert hidden(tape) == ["aten::lift_fresh", "aten::detach"]


def test_a_detach_that_is_used_or_named_is_shown() -> None:
    tape = start()
    x = tape.leaf(scalar(1.0))
    y = tape.apply("exp", x)
    used = tape.internal(y)
    tape.apply("mul", used)
    named = tape.internal(y)
    tape.line(2, x=x, d=named)
    assert hidden(tape) == ["aten::lift_fresh"]


def test_what_was_recorded_is_never_hidden() -> None:
    tape = square()
    tape.change("fill", tape.leaf(scalar(1.0)))
    tape.apply("detach", 1)
    trace = tape.trace()
    recorded = {op.id for op in trace.ops if op.grad_fn is not None}
    assert recorded
    assert recorded.isdisjoint(births(trace))


def test_backward_has_no_births() -> None:
    tape = start()
    made = Op(0, 1, "aten::ones_like", None, "backward", 1, None, (), (0,), "grad", None, "no input requires grad")
    tape.leaf(scalar(1.0))
    tape.ops[0] = made
    assert hidden(tape) == []


@pytest.mark.parametrize(("call", "is_hidden"), [('f"{x:.3f}"', True), ("x.detach()", False)])
def test_a_copy_that_is_printed_is_no_step_and_one_that_the_person_took_is(call: str, is_hidden: bool) -> None:
    tape = start()
    x = tape.leaf(scalar(1.0))
    tape.line(2, x=x)
    copy = tape.apply("detach", x, region=tape.region("no_grad"))
    tape.apply("_local_scalar_dense", copy)
    *before, detach, read = tape.trace().ops
    ops = (*before, detach._replace(call=call), read._replace(call='f"{x:.3f}"', outputs=()))
    assert (detach.id in births(tape.trace()._replace(ops=ops))) is is_hidden
