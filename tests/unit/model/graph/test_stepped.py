"""The graph of a whole run as it stood at a step: the same nodes, and what was there then is as it was then."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.flow import SUMMED
from gradviz.model.graph.build import build
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.graph import Edge, Fold, Graph, Node, NodeKind, View
from gradviz.model.graph.stepped import Lives, done_at, lives, stepped
from gradviz.model.moments.moment import History
from gradviz.model.trace import Saved, Trace
from tests.unit.model.cut import at_step
from tests.unit.model.moments.test_moment import saving, tapes
from tests.unit.model.traces import Tape, loop, scalar, square

VIEWS = st.sampled_from(get_args(View))


def walked(tape: Tape) -> Tape:
    """The tape with a backward from its last tensor, through all that it came from."""
    root = next((t for t in reversed(tape.tensors) if t.grad_fn is not None), None)
    if root is None:
        return tape
    tape.line(90)
    tape.backward(root.id)
    for grad_fn in sorted(tape.grad_fns, key=lambda one: -one.id):
        if grad_fn.variable is None:
            tape.pass_on(grad_fn.id, scalar(1.0), *[scalar(float(k)) for k in range(len(grad_fn.next))])
        else:
            tape.accumulate(grad_fn.variable, scalar(2.0))
    tape.line(None)
    return tape


def lived(trace: Trace, view: View) -> Lives:
    return lives(build(trace, view), History(trace))


def bare(node: Node) -> Node:
    return node._replace(uses=(), ghost=False)


@given(tapes().map(walked), VIEWS, st.integers(0, 40))
def test_what_was_there_is_as_it_was(tape: Tape, view: View, number: int) -> None:
    trace = tape.trace()
    known = lived(trace, view)
    moment = known.history.at(number)
    shown, then = stepped(known, moment), build(at_step(trace, number), view)
    assert [node.id for node in shown.nodes] == [node.id for node in known.graph.nodes]
    there = {node.id: node for node in shown.nodes if not node.ghost}
    assert {node.id for node in then.nodes} <= there.keys()
    for node in then.nodes:
        assert bare(there[node.id]) == bare(node)
    gradients = {edge.id: edge.gradient for edge in then.edges}
    for edge in shown.edges:
        assert edge.ghost == (not {edge.tail, edge.head} <= there.keys())
        assert edge.gradient == gradients.get(edge.id)


@given(tapes().map(walked), VIEWS)
def test_what_is_of_the_same_age_is_the_same(tape: Tape, view: View) -> None:
    trace = tape.trace()
    known = lived(trace, view)
    nodes: dict[tuple[int, int], Node] = {}
    edges: dict[tuple[int, int], Edge] = {}
    for number in range(len(trace.steps)):
        moment = known.history.at(number)
        for place, age in enumerate(known.ages(moment)[0]):
            assert nodes.setdefault((place, age), known.node(place, moment)) == known.node(place, moment)
        for place, age in enumerate(known.ages(moment)[1]):
            assert edges.setdefault((place, age), known.edge(place, moment)) == known.edge(place, moment)


@pytest.mark.parametrize("view", get_args(View))
def test_the_last_step_is_the_end(view: View) -> None:
    known = lived(square().trace(), view)
    assert stepped(known, known.history.at(len(known.history.trace.steps))) == known.graph


def test_a_fold_is_there_with_the_first_of_its_members_and_says_how_far_it_is() -> None:
    trace = loop(500).trace()
    known = lives(fold(build(trace, "both")), History(trace))
    (place,) = [place for place, node in enumerate(known.graph.nodes) if node.fold is not None]
    folded = known.graph.nodes[place]
    assert folded.fold is not None
    steps = [op.step for op in trace.ops if f"o{op.id}" in folded.fold.members]
    found = [known.node(place, known.history.at(step)) for step in (0, steps[0], steps[11], steps[-1])]
    assert [node.ghost for node in found] == [True, False, False, False]
    assert [node.fold.done for node in found[1:] if node.fold is not None] == [1, 12, None]
    assert done_at(known, known.history.at(steps[0]), steps[0]) == folded.id


@pytest.mark.parametrize(("view", "expected"), [("both", {"o1", "t0"}), ("backward", {"g0", "g1"})])
def test_what_was_done_is_a_node(view: View, expected: set[str]) -> None:
    known = lived(square().trace(), view)
    done = {done_at(known, known.history.at(k), k) for k in range(len(known.history.trace.steps) + 1)}
    assert done - {None} == expected


def test_a_leaf_that_is_not_drawn_takes_no_mark() -> None:
    trace = square().trace()
    step = next(step for step in trace.steps if step.kind == "accumulate")
    none = lives(Graph("both", (), (), ()), History(trace))
    assert done_at(none, none.history.at(step.id), step.id) is None
    assert all(node.kind is NodeKind.TENSOR or node.op is not None for node in build(trace, "both").nodes)


def test_a_tensor_changed_in_place_hands_its_part_on() -> None:
    known = lived(saving().trace(), "both")
    y = [place for place, node in enumerate(known.graph.nodes) if node.tensor is not None and "y" in node.tensor.names]
    before, after = (known.nodes[place] for place in y)
    assert before.until == after.states[0].step


def test_a_fold_of_grad_fns_tells_how_far_their_ops_are() -> None:
    known = lives(fold(build(loop(500).trace(), "backward")), History(loop(500).trace()))
    (place,) = [place for place, node in enumerate(known.graph.nodes) if node.fold is not None]
    folded = known.graph.nodes[place].fold
    assert folded is not None
    steps = [op.step for op in known.history.trace.ops if op.grad_fn is not None and f"g{op.grad_fn}" in folded.members]
    found = known.node(place, known.history.at(steps[4])).fold
    assert found is not None
    assert found.done == 5


@pytest.mark.parametrize("view", ["both", "backward"])
def test_a_fold_tells_how_far_the_backward_call_at_work_is(view: View) -> None:
    tape = walked(walked(loop(400)))  # a graph that is kept is gone through again
    leaf = next(one.variable for one in tape.grad_fns if one.variable is not None)
    tape.backward(leaf)  # that runs none of it
    tape.accumulate(leaf, scalar(2.0))
    tape.line(None)
    trace = tape.trace()
    known = lives(fold(build(trace, view)), History(trace))
    (place,) = [place for place, node in enumerate(known.graph.nodes) if node.fold is not None]

    def back(number: int) -> tuple[int, int] | None:
        found = known.node(place, known.history.at(number)).fold
        return None if found is None else found.back

    *through, last = trace.backwards
    assert [back(call.step - 2) for call in through] == [None, None]
    assert known.history.at(last.step - 1).under_way
    assert back(last.step - 1) is None
    for call in through:
        ran = [step.id for step in trace.steps if step.kind == "backward" and step.id >= call.step][:400]
        assert [back(number) for number in ran] == [(number + 1, 400) for number in range(400)]
    looks: dict[int, tuple[int, int] | None] = {}
    for number in range(len(trace.steps) - 1):
        age = known.ages(known.history.at(number))[0][place]
        assert looks.setdefault(age, back(number)) == back(number)


def test_a_fold_of_ops_that_were_not_recorded_has_no_part_in_backward() -> None:
    tape = Tape()
    tape.line(1)
    first = tape.leaf(scalar(0.0))
    region, tensor = tape.region("no_grad"), first
    for _ in range(400):
        tape.line(2)
        tensor = tape.apply("add", tensor, region=region)
    tape.line(3)
    tape.apply("mul", first)
    trace = walked(tape).trace()
    known = lives(fold(build(trace, "both")), History(trace))
    (place,) = [place for place, node in enumerate(known.graph.nodes) if node.fold is not None]
    assert known.nodes[place].backs == ()
    found = known.node(place, known.history.at(trace.backwards[0].step)).fold
    assert found is not None
    assert found.back is None


def test_a_fold_of_nodes_of_all_kinds_is_there_with_the_first() -> None:
    trace = loop(3).trace()
    whole = build(trace, "both")
    changed = Node("t0.1", NodeKind.TENSOR, tensor=trace.tensors[0])
    node = Node("f", NodeKind.FOLD, fold=Fold(1, (), (), 0, None, parts=(changed, *whole.nodes)))
    known = lives(whole._replace(nodes=(node,), edges=()), History(trace))
    assert known.nodes[0].first == trace.tensors[0].step
    sink = lives(build(trace, "backward"), History(trace))
    fold_ = node._replace(fold=Fold(1, (), (), 0, None, parts=sink.graph.nodes))
    assert len(lives(sink.graph._replace(nodes=(fold_,), edges=()), History(trace)).nodes[0].ops) == 3


def test_a_saved_tensor_that_is_changed_changes_what_its_op_says() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(1.0))
    tape.line(2, x=x)
    kept = (
        Saved("self", x, 4, 0, "kept"),
        Saved("other", None, 4, 0, "kept"),
        Saved("gone", x, 4, 0, "freed"),
        Saved("result", x, 4, None, "kept"),
    )
    y = tape.apply("mul", x, x, saved=kept)
    tape.line(3, y=y)
    tape.change("add", x, region=tape.region("no_grad"))
    tape.line(4)
    tape.line(None)
    known = lived(tape.trace(), "both")
    place = next(place for place, node in enumerate(known.graph.nodes) if node.grad_fn is not None)
    changed = tape.tensors[x].step
    assert changed in known.nodes[place].times
    ages = [known.ages(known.history.at(number))[0][place] for number in (changed - 2, changed - 1, changed)]
    assert ages == [ages[0], ages[0] + 1, ages[0] + 1]


def test_a_leaf_of_more_uses_than_are_summed_tells_no_sum() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(1.0))
    tape.line(2, x=x)
    for _ in range(SUMMED + 1):
        tape.apply("exp", x)
    tape.line(3)
    tape.accumulate(x, scalar(2.0))
    tape.line(None)
    known = lived(tape.trace(), "both")
    assert len(known.graph.nodes[0].uses) == SUMMED + 1
    assert known.node(0, known.history.at(len(tape.steps) - 2)).sums == ()
