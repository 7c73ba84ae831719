"""Graphs merged: no node is lost, no order is broken."""

from gradviz.model.compare.difference import difference
from gradviz.model.compare.merge import merged
from gradviz.model.graph.build import build
from gradviz.model.graph.graph import Edge, EdgeKind, Graph, Node, NodeKind
from gradviz.model.trace import ProgramError
from tests.unit.model.traces import Tape, known, loop, scalar, square


def chain(*lines: int) -> Graph:
    """Ops on these lines, each feeding the next."""
    nodes = tuple(Node(f"o{at}", NodeKind.OP, line=line) for at, line in enumerate(lines))
    edges = tuple(Edge(f"o{at}-o{at + 1}", EdgeKind.DATA, f"o{at}", f"o{at + 1}", 0, 0) for at in range(len(lines) - 1))
    return Graph("both", nodes, edges, ())


def order(graph: Graph) -> list[int | None]:
    return [node.line for node in graph.nodes]


def test_what_only_another_run_has_comes_where_it_came_there() -> None:
    one, other = merged([chain(1, 2, 4), chain(1, 3, 4, 5)], [None, None])
    assert order(one) == order(other) == [1, 3, 2, 4, 5]
    assert [node.id for node in one.nodes if node.ghost] == ["o1@1", "o3@1"]
    assert [node.line for node in other.nodes if node.ghost] == [2]
    assert sum(not edge.ghost for edge in other.edges) == 3


def test_runs_that_contradict_each_other_in_their_order_have_nothing_in_common() -> None:
    one, other = merged([chain(1, 2), chain(2, 1)], [None, None])
    assert len(one.nodes) == 4
    assert [node.ghost for node in one.nodes] != [node.ghost for node in other.nodes]
    assert all(mine.ghost is not theirs.ghost for mine, theirs in zip(one.nodes, other.nodes, strict=True))


def test_regions_are_the_same_where_they_open_on_the_same_line() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(1.0))
    tape.line(2, x=x)
    inside = tape.region("no_grad")
    tape.line(3)
    y = tape.apply("mul", x, x, region=inside)
    tape.line(None, y=y)
    graph = build(tape.trace(), "both")
    one, other = merged([graph, graph], [None, {}])
    assert [region.id for region in one.regions] == [0]
    assert [region.id for region in other.regions] == [1]  # no line of it is a line of the first
    assert merged([graph, graph], [None, None])[1] == merged([graph, graph], [None, None])[0]


def test_an_op_of_another_program_leaves_a_reason_only_where_one_is_known() -> None:
    lost = {fact.what: fact.reason for fact in difference(known(square().trace()), known(loop(2).trace()))}
    assert lost["grad_fn"] is None  # that its op is gone is told
    assert lost["op"] is None


def test_what_a_run_that_raised_at_once_lacks_had_no_time_to_be() -> None:
    raised = Tape().trace()._replace(error=ProgramError("RuntimeError", "no", 1))
    lost = {fact.what: fact.reason for fact in difference(known(square().trace()), known(raised))}
    assert (lost["grad_fn"], lost["op"]) == ("ended", "ended")
    assert [fact.names for fact in difference(known(square().trace()), known(raised)) if fact.gained] == [
        ("RuntimeError",)
    ]
