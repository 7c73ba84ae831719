"""The graph of a whole run as it stood at a step: the same nodes, and what was there then is as it was then."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.build import build
from gradviz.model.fold import fold
from gradviz.model.graph import Graph, NodeKind, View
from gradviz.model.moment import at_step
from gradviz.model.stepped import done_at, stepped
from gradviz.model.trace import Trace
from tests.unit.model.records import PATIENT
from tests.unit.model.traces import loop, square

VIEWS = st.sampled_from(get_args(View))


def at(trace: Trace, view: View, step: int) -> tuple[Graph, Graph, Graph]:
    whole, now = build(trace, view), build(at_step(trace, step), view)
    return whole, now, stepped(whole, now)


@PATIENT
@given(VIEWS, st.integers(1, 6), st.integers(0, 40))
def test_what_was_there_is_as_it_was(view: View, rounds: int, step: int) -> None:
    whole, now, shown = at(loop(rounds).trace(), view, step)
    assert [node.id for node in shown.nodes] == [node.id for node in whole.nodes]
    assert [edge.id for edge in shown.edges] == [edge.id for edge in whole.edges]
    before = {node.id: node for node in now.nodes}
    for node in shown.nodes:
        assert node.ghost == (node.id not in before)
        if not node.ghost:
            assert node == before[node.id]
    ghosts = {node.id for node in shown.nodes if node.ghost}
    gradients = {edge.id: edge.gradient for edge in now.edges}
    for edge in shown.edges:
        assert edge.ghost == bool(ghosts & {edge.tail, edge.head})
        assert edge.gradient == gradients.get(edge.id)


@pytest.mark.parametrize("view", get_args(View))
def test_the_last_step_is_the_end(view: View) -> None:
    trace = loop(3).trace()
    whole, _, shown = at(trace, view, len(trace.steps))
    assert shown == whole


def test_a_fold_is_there_with_the_first_of_its_members() -> None:
    trace = loop(500).trace()
    whole = fold(build(trace, "both"))
    (folded,) = [node for node in whole.nodes if node.fold is not None]
    assert folded.fold is not None
    first = next(op.step for op in trace.ops if f"o{op.id}" in folded.fold.members)
    ghosts = [
        node.ghost
        for step in (0, first, len(trace.steps))
        for node in stepped(whole, build(at_step(trace, step), "both")).nodes
        if node.id == folded.id
    ]
    assert ghosts == [True, False, False]
    assert done_at(whole, trace, first) == folded.id


@pytest.mark.parametrize(("view", "expected"), [("both", {"o1", "t0"}), ("backward", {"g0", "g1"})])
def test_what_was_done_is_a_node(view: View, expected: set[str]) -> None:
    trace = square().trace()
    done = {done_at(build(at_step(trace, k), view), trace, k) for k in range(len(trace.steps) + 1)}
    assert done - {None} == expected


def test_a_leaf_that_is_not_drawn_takes_no_mark() -> None:
    trace = square().trace()
    step = next(step for step in trace.steps if step.kind == "accumulate")
    assert done_at(Graph("both", (), (), ()), trace, step.id) is None
    assert all(node.kind is NodeKind.TENSOR or node.op is not None for node in build(trace, "both").nodes)
