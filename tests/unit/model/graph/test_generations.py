"""What an op in place on a view takes and makes beside what it was given."""

from gradviz.model.graph.generations import changed_bases, grad_fn_made
from gradviz.model.trace import GradFn, Op
from tests.unit.model.traces import Tape, vector


def changed() -> Tape:
    """y = x * 2; v = y[0]; v.mul_(3), as torch records it: grad_fn 3 is the view's new one, 4 the CopySlices."""
    tape = Tape()
    tape.line(1)
    x = tape.leaf(vector(1.0, 2.0))
    y = tape.apply("mul", x)
    v = tape.view("select", y)
    tape.change("mul", v)
    own = tape.grad_fns[-1]
    tape.grad_fns[-1] = own._replace(name="AsStridedBackward0", next=((own.id + 1, 0),))
    tape.grad_fns.append(GradFn(own.id + 1, own.step, "CopySlices", ((1, 0),), None, 1, (), "torch"))
    return tape


def last(tape: Tape) -> tuple[Op, tuple[int, ...], str | None]:
    trace = tape.trace()
    op = trace.ops[-1]
    bases = changed_bases(op, trace.tensors)
    made = grad_fn_made(op, bases, trace)
    return op, bases, None if made is None else made.name


def test_an_op_on_a_view_takes_the_base_and_makes_its_copy_slices() -> None:
    _, bases, made = last(changed())
    assert (bases, made) == ((1,), "CopySlices")


def test_an_op_that_changes_nothing_or_no_view_makes_its_own() -> None:
    tape = changed()
    tape.change("exp", 1)
    assert last(tape)[1:] == ((), "ExpBackward0")
    tape.apply("sin", 2)
    assert last(tape)[1:] == ((), "SinBackward0")


def test_a_base_that_is_changed_itself_is_an_operand_already() -> None:
    tape = changed()
    tape.ops[-1] = tape.ops[-1]._replace(inputs=(2, 1), outputs=(2, 1))
    assert last(tape)[1:] == ((), "AsStridedBackward0")


def test_an_op_that_was_not_recorded_has_made_none() -> None:
    tape = changed()
    tape.change("mul", 2, region=tape.region("no_grad"))
    assert last(tape)[1:] == ((1,), None)


def test_without_copy_slices_the_own_grad_fn_stands() -> None:
    tape = changed()
    del tape.grad_fns[-1]
    own = tape.grad_fns[-1]
    tape.grad_fns[-1] = own._replace(next=())
    assert last(tape)[2] == own.name
    tape.grad_fns[-1] = own._replace(next=((None, 0),))
    assert last(tape)[2] == own.name
    tape.grad_fns[-1] = own._replace(next=((1, 0),))  # of an earlier op
    assert last(tape)[2] == own.name
