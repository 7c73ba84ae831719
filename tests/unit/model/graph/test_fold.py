"""Folding loses no op: what a fold stands for and what is left add up to the graph that was folded."""

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.model.graph.build import build
from gradviz.model.graph.folds import fold as folding
from gradviz.model.graph.folds import rounds
from gradviz.model.graph.folds.fold import FEW, fold
from gradviz.model.graph.folds.strong import components
from gradviz.model.graph.graph import MANY, Edge, EdgeKind, Graph, Node, NodeKind
from gradviz.model.trace import GradFn, Op, Region
from tests.unit.model.traces import Tape, loop, saved, scalar


def op_counts(graph: Graph) -> Counter[str]:
    """How many ops of each name a graph shows or stands for."""
    counts: Counter[str] = Counter()
    for node in graph.nodes:
        if node.op is not None:
            counts[node.op.name] += 1
        if node.fold is not None:
            for op in node.fold.ops:
                counts[op.name] += node.fold.times
    return counts


def saved_bytes(graph: Graph) -> int:
    """Of graphs in which no two grad_fns save the same memory."""
    own = sum(saved.nbytes for node in graph.nodes if node.grad_fn is not None for saved in node.grad_fn.saved)
    return own + sum(node.fold.saved_bytes for node in graph.nodes if node.fold is not None)


def is_acyclic(graph: Graph) -> bool:
    links: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        links[edge.tail].append(edge.head)
    return len(components(links)) == len(links) and all(edge.tail != edge.head for edge in graph.edges)


def check(graph: Graph) -> Graph:
    """Fold a graph and check what holds of every folded graph."""
    folded = fold(graph)
    ids = [node.id for node in folded.nodes]
    assert len(set(ids)) == len(ids)
    assert len({edge.id for edge in folded.edges}) == len(folded.edges)
    assert all(edge.tail in set(ids) and edge.head in set(ids) for edge in folded.edges)
    assert op_counts(folded) == op_counts(graph)
    assert saved_bytes(folded) == saved_bytes(graph)
    assert folded.hidden == len(graph.nodes) - len(folded.nodes)
    known = {region.id for region in folded.regions}
    assert all(node.region is None or node.region in known for node in folded.nodes)
    assert all(region.parent is None or region.parent in known for region in folded.regions)
    assert is_acyclic(folded)
    return folded


@pytest.mark.slow
@pytest.mark.parametrize("lines", [1, 3])
def test_a_loop_becomes_a_handful_of_nodes(lines: int) -> None:
    folded = check(build(loop(20_000 // lines, lines).trace(), "both"))
    assert len(folded.nodes) <= 3 + lines
    (found,) = (node.fold for node in folded.nodes if node.fold is not None)
    assert found.times * len(found.ops) + sum(node.op is not None for node in folded.nodes) == 20_000 // lines * lines
    assert found.grad_fns == ("AddBackward0",) * lines
    assert found.lines == (2, 1 + lines)


def test_the_backward_view_folds_too() -> None:
    assert len(check(build(loop(1000).trace(), "backward")).nodes) <= 4


def test_the_last_value_of_a_loop_stays_to_be_seen() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(0.0))
    tape.line(2, x=x)
    for _ in range(100):
        x = tape.apply("add", x)
        tape.line(2, x=x)
    tape.line(None)
    folded = check(build(tape.trace(), "both"))
    (last,) = (node for node in folded.nodes if node.tensor is not None and node.tensor.id == x)
    (edge,) = (edge for edge in folded.edges if edge.head == last.id)
    assert edge.tail == next(node.id for node in folded.nodes if node.fold is not None)


def test_a_small_graph_is_left_as_it_is() -> None:
    graph = build(loop(FEW - 2).trace(), "both")
    assert fold(graph) is graph


def test_a_graph_without_repetition_keeps_every_node() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(0.0))
    for number in range(2 * FEW):
        tape.line(2 + number)
        x = tape.apply(f"op{number}", x)
    graph = build(tape.trace(), "both")
    assert fold(graph) == graph


def test_memory_saved_in_a_loop_is_told_once() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(0.0))
    for number in range(100):
        tape.line(2)
        x = tape.apply("mul", x, saved=(saved(0, 4), saved(1 + number, 8), saved(1 + number, 6)))
    folded = fold(build(tape.trace(), "both"))
    (node,) = (node for node in folded.nodes if node.fold is not None)
    assert node.fold is not None
    assert node.fold.saved_bytes == 4 + 100 * 8


def test_a_weight_used_in_every_round_has_one_edge_into_the_fold_and_no_single_gradient() -> None:
    tape = Tape()
    tape.line(1)
    w, x = tape.leaf(scalar(1.0)), tape.leaf(scalar(1.0))
    tape.line(2, w=w)
    for _ in range(100):
        tape.line(2)
        x = tape.apply("mul", x, w)
    tape.line(3)
    tape.backward(x)
    for op in reversed(tape.ops[2:]):
        assert op.grad_fn is not None
        tape.pass_on(op.grad_fn, scalar(1.0), scalar(1.0), scalar(float(op.id)))
    folded = check(build(tape.trace(), "both"))
    (weight,) = (node for node in folded.nodes if node.tensor is not None and node.tensor.id == w)
    (edge,) = (edge for edge in folded.edges if edge.tail == weight.id)
    assert edge.gradient is None


def regions(*parents: int | None) -> tuple[Region, ...]:
    return tuple(Region(number, parent, "no_grad", 1, f"with {number}") for number, parent in enumerate(parents))


def line_op(number: int, line: int, name: str = "aten::add") -> Op:
    return Op(number, number, name, None, "forward", line, None, (), (), "grad", None, None)


def chain(nodes: list[Node], around: tuple[Region, ...] = ()) -> Graph:
    edges = tuple(Edge(f"{a.id}-{b.id}.0", EdgeKind.DATA, a.id, b.id, 0, 0) for a, b in itertools.pairwise(nodes))
    return Graph("both", tuple(nodes), edges, around)


@pytest.mark.parametrize(
    ("around", "inside", "expected"),
    [
        (regions(None, 0, 0), (1, 2), 0),
        (regions(None, 0, 1), (0, 2), 0),
        (regions(None, None), (0, 1), None),
        (regions(None), (0, None), None),
        (regions(None), (0, 0), 0),
    ],
)
def test_a_fold_stands_in_the_innermost_region_round_all_of_it(
    around: tuple[Region, ...], inside: tuple[int | None, int | None], expected: int | None
) -> None:
    nodes = [
        Node(f"o{number}", NodeKind.OP, op=line_op(number, 2), region=inside[number % 2], line=2)
        for number in range(2 * FEW)
    ]
    folded = check(chain([Node("t0", NodeKind.TENSOR), *nodes], around))
    assert [node.region for node in folded.nodes if node.fold is not None] == [expected]


def wide(lines: int) -> Graph:
    """Many short chains side by side, over so many lines, no two alike: nothing that repeats."""
    start = Node("t", NodeKind.TENSOR)
    nodes: list[Node] = []
    edges: list[Edge] = []
    for number in range(MANY // 2 + 1):
        grad_fn = GradFn(number, 0, f"Mul{number}", (), None, 2, ())
        first = Node(f"a{number}", NodeKind.OP, op=line_op(number, 2, "aten::mul"), grad_fn=grad_fn, line=2)
        second = Node(f"b{number}", NodeKind.OP, op=line_op(number, 3, "aten::exp"), line=2 + lines - 1)
        nodes += [first, second]
        edges += [
            Edge(f"t-{first.id}.0", EdgeKind.DATA, "t", first.id, 0, 0),
            Edge(f"{first.id}-{second.id}.0", EdgeKind.DATA, first.id, second.id, 0, 0),
        ]
    return Graph("both", (start, *nodes), tuple(edges), ())


def test_too_many_nodes_become_one_for_each_line() -> None:
    folded = check(wide(2))
    assert len(folded.nodes) == 3
    assert [(node.fold.times, [op.name for op in node.fold.ops]) for node in folded.nodes if node.fold is not None] == [
        (MANY // 2 + 1, ["aten::mul"]),
        (MANY // 2 + 1, ["aten::exp"]),
    ]
    (alone,) = (node.fold for node in check(wide(1)).nodes if node.fold is not None)
    assert (alone.times, [op.name for op in alone.ops]) == (MANY // 2 + 1, ["aten::mul", "aten::exp"])


def test_lines_that_feed_each_other_become_one() -> None:
    graph = wide(2)
    back = [
        Edge(f"b{number}-a{number + 1}.1", EdgeKind.DATA, f"b{number}", f"a{number + 1}", 1, 0) for number in (0, 1)
    ]
    folded = check(graph._replace(edges=(*graph.edges, *back)))
    assert len(folded.nodes) == 2
    assert [node.fold.lines for node in folded.nodes if node.fold is not None] == [(2, 3)]


def test_a_root_and_a_node_without_a_line_are_never_folded_by_line() -> None:
    tape = loop(1)
    tape.backward(1)
    graph = wide(2)
    root = graph.nodes[1]._replace(roots=tuple(tape.backwards))
    lost = graph.nodes[2]._replace(line=None)
    folded = check(graph._replace(nodes=(graph.nodes[0], root, lost, *graph.nodes[3:])))
    assert {"t", root.id, lost.id} < {node.id for node in folded.nodes}


def test_the_last_root_of_each_line_is_never_folded_by_line() -> None:
    tape = loop(1)
    tape.backward(1)
    calls = tuple(tape.backwards)
    graph = wide(2)
    folded = check(graph._replace(nodes=tuple(n._replace(roots=calls if n.line else ()) for n in graph.nodes)))
    assert {f"a{MANY // 2}", f"b{MANY // 2}", "fa0", "fb0", "t"} == {node.id for node in folded.nodes}
    assert sum(len(node.roots) for node in folded.nodes) == MANY + 2


def test_too_many_lines_become_one_for_several_lines() -> None:
    nodes = [
        Node(f"o{k}", NodeKind.OP, op=line_op(k, k, f"aten::op{k}"), line=k if k % 3 else None) for k in range(2 * MANY)
    ]
    assert len(check(chain(nodes)).nodes) <= MANY
    broken = [node._replace(in_error=True) for node in nodes]
    assert len(check(chain(broken)).nodes) == 2 * MANY


def test_the_last_step_of_a_loop_counts_though_backward_begins_there() -> None:
    tape = loop(1000)
    tape.backward(1000)
    (found,) = (node.fold for node in check(build(tape.trace(), "both")).nodes if node.fold is not None)
    assert found.times == 1000


def test_a_chain_ends_where_backward_begins_within_it() -> None:
    tape = loop(100)
    tape.backward(50)
    for tensor in range(101):
        tape.tensors[tensor] = tape.tensors[tensor]._replace(names=("x",))
    folded = check(build(tape.trace(), "both"))
    assert [node.fold.times for node in folded.nodes if node.fold is not None] == [50, 50]
    assert [len(node.roots) for node in folded.nodes if node.tensor is not None] == [0, 1, 0]


def test_a_root_without_a_tensor_of_its_own_stays() -> None:
    tape = loop(100)
    tape.backward(100)
    folded = check(build(tape.trace(), "backward"))
    assert [node.fold.times for node in folded.nodes if node.fold is not None] == [99]
    assert sum(len(node.roots) for node in folded.nodes if node.fold is None) == 1


def test_what_the_error_speaks_of_is_never_folded_away() -> None:
    nodes = [Node(f"o{k}", NodeKind.OP, op=line_op(k, 2), line=2, in_error=k == 50) for k in range(2 * FEW)]
    assert "o50" in {node.id for node in check(chain([Node("t0", NodeKind.TENSOR), *nodes])).nodes}
    graph = wide(2)
    wrong = graph.nodes[9]._replace(in_error=True)
    folded = check(graph._replace(nodes=(*graph.nodes[:9], wrong, *graph.nodes[10:])))
    assert wrong in folded.nodes


@st.composite
def repetitive(draw: st.DrawFn) -> Graph:
    """Acyclic graphs of few kinds of node, in regions one inside the other. Only ops make tensors."""
    around = regions(None, 0, 0, None)
    nodes: list[Node] = []
    edges: list[Edge] = []
    for number in range(draw(st.integers(0, 40))):
        line, region = draw(st.sampled_from([2, 2, 2, 3])), draw(st.sampled_from([None, 0, 1, 2, 3]))
        name = f"n{number}"
        before = nodes[max(0, number - 3) :]
        if draw(st.integers(0, 3)):
            op = line_op(number, line, f"aten::{draw(st.sampled_from('ab'))}")
            nodes.append(Node(name, NodeKind.OP, op=op, region=region, line=line))
            makers = draw(st.lists(st.sampled_from(before), max_size=2)) if before else []
        else:
            nodes.append(Node(name, NodeKind.TENSOR, region=region, line=line))
            makers = [node for node in before if node.op is not None][: draw(st.integers(0, 1))]
        edges += [
            Edge(f"{maker.id}-{name}.{operand}", EdgeKind.DATA, maker.id, name, operand, 0)
            for operand, maker in enumerate(makers)
        ]
    return Graph("both", tuple(nodes), tuple(edges), around)


@pytest.mark.slow
@pytest.mark.parametrize("many", [0, MANY])
def test_no_op_is_lost_and_no_cycle_made(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "FEW", 0)
    monkeypatch.setattr(folding, "REPEATS", 2)
    monkeypatch.setattr(folding, "SOME", 0)
    monkeypatch.setattr(rounds, "FEWEST", 2)
    monkeypatch.setattr(folding, "MANY", many)

    @settings(max_examples=100)
    @given(repetitive())
    def holds(graph: Graph) -> None:
        check(graph)

    holds()
