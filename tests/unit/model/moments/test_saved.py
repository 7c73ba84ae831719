"""What became of saved tensors: refused where their version moved on, wrong where their numbers alone did."""

from gradviz.model.moments.saved import Harm, Life, lives
from gradviz.model.trace import Saved, SavedState, Value
from tests.unit.model.traces import Tape, end, scalar


def kept(state: SavedState = "kept", tensor: int | None = 0) -> Tape:
    """y = exp(x), which saved x, on line 2; line 3 is about to run."""
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    tape.line(2, x=x)
    tape.apply("exp", x, value=scalar(7.0), saved=(Saved("self", tensor, 4, 0, state),))
    tape.line(3)
    return tape


def life(tape: Tape) -> Life:
    trace = tape.trace()
    (found,) = lives(end(trace), next(node for node in trace.grad_fns if node.saved))
    return found


def test_one_that_nobody_touched_is_as_it_was() -> None:
    found = life(kept())
    assert (found.now, found.harm, found.line) == (0, None, None)


def test_a_version_that_moved_on_is_refused() -> None:
    tape = kept()
    tape.write(tape.tensors[0]._replace(version=1, value=scalar(3.0)))
    found = life(tape)
    assert (found.now, found.harm, found.line) == (1, Harm.CHANGED, 3)


def test_numbers_that_changed_alone_go_wrong() -> None:
    tape = kept()
    tape.write(tape.tensors[0]._replace(names=("x", "z")))  # a name is no harm
    tape.write(tape.tensors[0]._replace(value=scalar(3.0)))
    assert life(tape).harm is Harm.CORRUPTED


def test_memory_that_is_told_of_only_later_has_not_changed_for_that() -> None:
    tape = kept()
    tape.tensors[0] = tape.tensors[0]._replace(value=Value((), uninitialized=True))
    tape.write(tape.tensors[0]._replace(value=scalar(3.0)))
    assert life(tape).harm is None


def test_what_was_changed_before_or_is_freed_does_no_harm() -> None:
    tape = kept("freed")
    tape.write(tape.tensors[0]._replace(version=1))
    assert (life(tape).now, life(tape).harm) == (1, None)
    assert life(kept("packed", None)).now is None
