"""What a fold holds at a step, counted by hand, against the record cut off there, and against what its box says."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.graph.build import build
from gradviz.model.graph.folds.contents import Contents, Part
from gradviz.model.graph.folds.contract import Stretch, contract
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.folds.holdings import Holdings
from gradviz.model.graph.graph import Fold, View
from gradviz.model.graph.stepped import lives
from gradviz.model.moments.kept import Heap, Kept
from gradviz.model.moments.moment import History, Moment
from gradviz.model.trace import Saved, Trace
from tests.unit.model.cut import at_step
from tests.unit.model.graph.test_stepped import walked
from tests.unit.model.moments.test_moment import tapes
from tests.unit.model.traces import Tape, loop, scalar, square, vector

VIEWS = st.sampled_from(get_args(View))


def look(fold: Fold, moment: Moment) -> Contents:
    return Contents(Holdings(fold, moment.history), moment)


def fold_of(trace: Trace, view: View = "both", *lines: int) -> Fold:
    """The nodes of some lines, or all there are, as one fold."""
    whole = build(trace, view)
    members = tuple(node for node in whole.nodes if not lines or node.line in lines)
    (folded,) = (node.fold for node in contract(whole, [Stretch(members)]).nodes if node.fold is not None)
    return folded


def chain() -> Tape:
    """x is a leaf; a = x.exp(); b = a.exp(); c = b.exp(), each of which saves its result; then c.backward()."""
    tape = Tape()
    tape.line(1)
    x = tape.leaf(vector(1.0, 2.0))
    tape.line(2, x=x)
    a = tape.apply("exp", x, saved=(Saved("result", 1, 8, 0, "kept", 11, (2,)),))
    tape.line(3, a=a)
    b = tape.apply("exp", a, saved=(Saved("result", 2, 8, 0, "kept", 12, (2,), 800), Saved("self", 0, 8, 0, "kept", 0)))
    tape.line(4, b=b)
    c = tape.apply("exp", b)
    tape.line(5, c=c)
    tape.backward(c)
    for grad_fn in (3, 2, 1):
        tape.pass_on(grad_fn, vector(1.0, 1.0), vector(1.0, 1.0))
    tape.accumulate(x, vector(1.0, 1.0))
    tape.line(None)
    return tape


@pytest.mark.parametrize("view", get_args(View))
def test_a_fold_of_ops_holds_the_same_in_every_view(view: View) -> None:
    trace = chain().trace()
    held = look(fold_of(trace, view, 2, 3), History(trace).end)
    assert [op.name for op in held.ops] == ["aten::exp"] * 2
    assert [one.id for one in held.grad_fns] == [1, 2]
    assert held.ran == Part(2, 2)
    assert (held.made, held.given) == ((1, 2), (2,))
    assert held.executed == Part(2, 2)
    assert held.kept == Kept(816, 816, 8)
    assert held.heaps == (
        Heap("ExpBackward0", "result", (2,), 2, 808),
        Heap("ExpBackward0", "self", (), 1, 8, leaf=True),
    )
    assert [leaf.names for leaf in held.leaves] == [("x",)]


def test_what_is_not_there_yet_does_not_count() -> None:
    trace = chain().trace()
    history = History(trace)
    held = look(fold_of(trace, "both", 2, 3), history.at(3))
    assert (held.ran, held.executed, held.back) == (Part(1, 2), Part(0, 1), None)
    assert (held.kept, held.kept_by_all) == (Kept(8, 8, 0), Kept(8, 8, 0))
    assert (held.made, held.given) == ((1,), (1,))  # nothing has taken it so far
    begun = trace.backwards[0].step
    held = look(fold_of(trace, "both", 2, 3), history.at(begun + 1))
    assert (held.back, held.executed) == (Part(1, 2), Part(1, 2))
    held = look(fold_of(trace, "both", 1), history.at(begun))
    assert (held.back, held.ran, held.ops) == (None, Part(0, 0), ())


def test_what_was_freed_is_kept_no_more() -> None:
    tape = chain()
    freed = tape.grad_fns[2].saved[0]._replace(state="freed")
    tape.grad_fns[2] = tape.grad_fns[2]._replace(saved=(freed,))
    held = look(fold_of(tape.trace(), "both", 3), History(tape.trace()).end)
    assert (held.kept, held.kept_by_all) == (Kept(800, 0, 0), Kept(808, 8, 0))


def test_what_is_changed_in_place_comes_in_and_goes_out_and_is_not_made() -> None:
    tape = Tape()
    tape.line(1)
    x, y = tape.leaf(scalar(1.0), requires_grad=False), tape.leaf(scalar(2.0), requires_grad=False)
    tape.line(2, x=x, y=y)
    tape.change("add", x, y)
    tape.line(3)
    tape.apply("neg", y)
    tape.line(None)
    held = look(fold_of(tape.trace(), "both", 2), History(tape.trace()).end)
    assert (held.taken, held.made, held.given) == ((x, y), (), (x,))
    held = look(fold_of(tape.trace()), History(tape.trace()).end)
    assert (held.taken, held.given) == ((), (x,))
    assert [one.id for one in held.ends] == [x, y]


def test_what_was_taken_before_it_was_changed_is_not_given_to_who_took_it() -> None:
    tape = Tape()
    tape.line(1)
    x, y = tape.leaf(scalar(1.0), requires_grad=False), tape.leaf(scalar(2.0), requires_grad=False)
    tape.apply("neg", x)
    tape.line(2)
    tape.change("add", x, y)
    tape.line(None)
    held = look(fold_of(tape.trace(), "both", 2), History(tape.trace()).end)
    assert (held.taken, held.given) == ((x, y), ())


@pytest.mark.parametrize("view", ["both", "backward"])
def test_it_tells_how_far_backward_is_as_its_box_does(view: View) -> None:
    trace = walked(walked(loop(400))).trace()
    known = lives(fold(build(trace, view)), History(trace))
    (place,) = [place for place, node in enumerate(known.graph.nodes) if node.fold is not None]
    whole = known.graph.nodes[place].fold
    assert whole is not None
    for number in range(0, len(trace.steps), 7):
        moment = known.history.at(number)
        node, held = known.node(place, moment), look(whole, moment)
        assert node.fold is not None
        done = 0 if node.ghost else held.ran.of if node.fold.done is None else node.fold.done
        assert (held.back, held.ran.some) == (node.fold.back, done)


@given(tapes().map(walked), VIEWS, st.integers(0, 40), st.data())
def test_what_is_held_at_a_step_is_what_a_record_cut_off_there_holds(
    tape: Tape, view: View, step: int, data: st.DataObject
) -> None:
    trace = tape.trace()
    nodes = build(trace, view).nodes
    lines = data.draw(st.lists(st.sampled_from([node.line for node in nodes]), min_size=1)) if nodes else []
    if not lines:
        return
    whole = fold_of(trace, view, *[line for line in lines if line is not None])
    history = History(trace)
    cut = History(at_step(trace, step))
    cut.born = history.born
    there = tuple(
        node._replace(
            op=node.op if node.op is not None and node.op.id < len(cut.trace.ops) else None,
            grad_fn=node.grad_fn if node.grad_fn is not None and node.grad_fn.id < len(cut.trace.grad_fns) else None,
            tensor=node.tensor if node.tensor is not None and node.tensor.id < len(cut.trace.tensors) else None,
        )
        for node in whole.parts
    )
    one, other = look(whole, history.at(step)), look(whole._replace(parts=there), cut.end)
    assert one.ops == other.ops
    assert one.grad_fns == other.grad_fns
    assert (one.made, one.ends, one.taken, one.leaves) == (other.made, other.ends, other.taken, other.leaves)
    assert (one.kept, one.kept_by_all, one.heaps) == (other.kept, other.kept_by_all, other.heaps)
    assert one.executed == other.executed


def test_a_whole_run_takes_in_nothing() -> None:
    trace = square().trace()
    held = look(fold_of(trace), History(trace).end)
    assert (held.taken, held.given) == ((), (1,))
