"""The graph of a whole run as it stood at a step: the same nodes, and what was there then is as it was then."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.build import build
from gradviz.model.cut import at_step
from gradviz.model.fold import fold
from gradviz.model.graph import Edge, Graph, Node, NodeKind, View
from gradviz.model.moment import History
from gradviz.model.stepped import Lives, done_at, lives, stepped
from gradviz.model.trace import Trace
from tests.unit.model.records import PATIENT
from tests.unit.model.test_moment import saving, tapes
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


@PATIENT
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


@PATIENT
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
