"""Folds that are opened show what they stand for, and nothing else changes; with all of them open nothing is folded."""

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.model.graph.build import build
from gradviz.model.graph.folds import fold as folding
from gradviz.model.graph.folds import rounds
from gradviz.model.graph.folds.contract import leaves
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.folds.unfold import unfolded
from gradviz.model.graph.graph import MANY, Edge, EdgeKind, Graph, Node, NodeKind, Span
from gradviz.model.trace import GradFn, Module, Region, Saved
from tests.unit.model.graph.test_fold import is_acyclic, line_op, op_counts, regions, repetitive
from tests.unit.model.graph.test_fold_loops import training
from tests.unit.model.traces import loop


def keys(graph: Graph) -> list[str]:
    return [node.fold.key for node in graph.nodes if node.fold is not None]


def every_key(whole: Graph) -> tuple[str, ...]:
    """Open what is closed until nothing is."""
    closed, opened = fold(whole), tuple[str, ...]()
    while more := keys(unfolded(closed, whole, opened)):
        opened += tuple(more)
    return opened


def spans(graph: Graph) -> list[Span | None]:
    return [node.fold.span for node in graph.nodes if node.fold is not None]


def check(whole: Graph, opened: tuple[str, ...]) -> Graph:
    """Open some folds of a graph and check what holds of any graph in which some are."""
    graph = unfolded(fold(whole), whole, opened)
    shown = [node.id for node in graph.nodes if node.fold is None]
    behind = [name for node in graph.nodes if node.fold is not None for name in node.fold.members]
    assert Counter(shown + behind) == Counter(node.id for node in whole.nodes)
    assert graph.hidden == len(whole.nodes) - len(graph.nodes)
    assert op_counts(graph) == op_counts(whole)
    between = {edge for edge in whole.edges if edge.tail in shown and edge.head in shown}
    assert between == {edge for edge in graph.edges if edge.tail in shown and edge.head in shown}
    assert is_acyclic(graph)
    known: set[int | None] = {None}
    for region in graph.regions:  # each after the one around it
        assert region.parent in known
        known.add(region.id)
    assert all(node.region in known for node in graph.nodes)
    return graph


def plain(graph: Graph) -> Graph:
    """A graph of `regions` without the frames of its open folds, in which a region that they cut is one again."""
    around = {region.id: region for region in graph.regions}

    def out_of(region: int | None) -> int | None:
        while region is not None and region < 0:
            region = around[region].parent
        return None if region is None else int(around[region].text.removeprefix("with "))

    for one in graph.regions:  # what is in a copy is in a copy of what is around
        if one.id >= 0 and out_of(one.id) != one.id and out_of(one.id) in around:
            assert out_of(one.parent) == out_of(around[out_of(one.id) or 0].parent)
    return graph._replace(
        nodes=tuple(node._replace(region=out_of(node.region)) for node in graph.nodes),
        regions=tuple(one._replace(parent=out_of(one.parent)) for one in graph.regions if one.id >= 0),
        opened=(),
    )


def test_a_loop_opens_into_parts_of_it_down_to_its_nodes() -> None:
    whole = build(loop(1000, 1).trace(), "both")
    closed = fold(whole)
    (key,) = keys(closed)
    assert key == "L2-2.0"
    hundreds = check(whole, (key,))
    assert spans(hundreds) == [Span(at + 1, at + 100, 1000) for at in range(0, 1000, 100)]
    assert [node.fold.times for node in hundreds.nodes if node.fold is not None] == [100] * 10
    tens = check(whole, (key, f"{key}/101-200"))
    assert spans(tens)[1:11] == [Span(at + 1, at + 10, 1000) for at in range(100, 200, 10)]
    nodes = check(whole, (key, f"{key}/101-200", f"{key}/101-200/111-120"))
    assert len(nodes.nodes) == len(tens.nodes) - 1 + 10
    assert [(one.text, one.line) for one in nodes.regions] == [
        ("× 1,000", 2),
        ("101–200 / 1,000", 2),
        ("111–120 / 1,000", 2),
    ]
    assert [one.fold.key for one in nodes.opened] == [key, f"{key}/101-200", f"{key}/101-200/111-120"]


def test_a_part_that_is_open_in_a_closed_fold_is_not_seen_and_keys_of_nothing_do_no_harm() -> None:
    whole = build(loop(1000, 1).trace(), "both")
    closed = fold(whole)
    assert unfolded(closed, whole, ("L2-2.0/101-200", "L9-9.0")) is closed
    assert check(whole, ("L2-2.0", "L9-9.0")) == check(whole, ("L2-2.0",))


def test_a_fold_that_is_closed_again_is_as_it_was_but_for_what_it_was_made_from() -> None:
    whole = build(training().trace(), "backward")
    closed = fold(whole)
    for key in keys(closed):
        opened = check(whole, (key,))
        others = [node for node in opened.nodes if node.fold is not None and node.fold.key in keys(closed)]
        assert [one.id for one in others] == [
            node.id for node in closed.nodes if node.fold is not None and node.fold.key != key
        ]


def test_one_round_of_many_ops_opens_into_its_ops() -> None:
    whole = build(loop(20, 12).trace(), "both")
    (key,) = keys(fold(whole))
    opened = check(whole, (key,))
    assert spans(opened) == [Span(at, at, 20) for at in range(1, 21)]
    one = check(whole, (key, f"{key}/7-7"))
    assert len(one.nodes) == len(opened.nodes) - 1 + 12
    assert one.regions[-1].text == "7 / 20"


def test_the_frame_of_modules_of_one_class_is_called_by_it() -> None:
    trace = loop(20, 12).trace()
    ops = [op._replace(module=f"net.{(at - 1) // 12}" if op.inputs else None) for at, op in enumerate(trace.ops)]
    modules = tuple(Module(f"net.{n}", "Block") for n in range(21))
    whole = build(trace._replace(ops=tuple(ops), modules=modules), "both")
    (key,) = keys(fold(whole))
    opened = check(whole, (key, f"{key}/7-7"))
    assert [one.text for one in opened.regions] == ["20 × Block · net.0\N{EN DASH}19", "7 / 20 · net.6 · Block"]


def test_a_fold_of_different_ops_is_named_by_them(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = [Node(f"o{n}", NodeKind.OP, op=line_op(n, 2, f"aten::k{min(n, 3)}"), line=2) for n in range(40)]
    whole = Graph("both", tuple(nodes), (), ())
    monkeypatch.setattr(folding, "FEW", 10)
    monkeypatch.setattr(folding, "MANY", 20)
    (key,) = keys(fold(whole))
    opened = check(whole, (key,))
    assert [len(node.fold.members) for node in opened.nodes if node.fold is not None] == [10] * 4
    assert opened.regions[0].text == "k0, k1, k2 …"
    assert not check(whole, every_key(whole)).hidden


def region_graph(*homes: int | None, around: tuple[Region, ...]) -> Graph:
    nodes = tuple(Node(f"o{n}", NodeKind.OP, op=line_op(n, 2), line=2, region=home) for n, home in enumerate(homes))
    names = [node.id for node in nodes]
    edges = tuple(Edge(f"{tail}-{head}.0", EdgeKind.DATA, tail, head, 0, 0) for tail, head in itertools.pairwise(names))
    return Graph("both", nodes, edges, around)


def test_regions_within_an_open_fold_stand_in_its_frame() -> None:
    whole = region_graph(*([1] * 100), around=regions(None, 0))
    (key,) = keys(fold(whole))
    opened = check(whole, (key,))
    assert [(one.id, one.parent) for one in opened.regions] == [(0, None), (1, 0), (-1, 1)]


def test_a_region_that_is_partly_in_an_open_fold_stands_in_its_frame_and_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folding, "SOME", 0)
    whole = region_graph(*([None, 0] * 50), 0, around=regions(None))
    last = whole.nodes[-1]._replace(line=9)
    whole = whole._replace(nodes=(*whole.nodes[:-1], last))
    (key,) = keys(fold(whole))
    cut = check(whole, (key,))
    assert [(one.region, one.fold.key) for one in cut.opened] == [(-1, key)]
    assert [(one.id, one.parent) for one in cut.regions] == [(0, None), (-1, None)]
    assert cut.nodes[-1].region == 0
    deeper = check(whole, (key, f"{key}/1-10"))
    assert [(one.id, one.parent) for one in deeper.regions] == [(0, None), (-1, None), (-2, -1), (2, -2)]
    inside = region_graph(*([None, 0] * 50), around=regions(None))
    (key,) = keys(fold(inside))
    opened = check(inside, (key, f"{key}/1-10"))
    assert {(one.id, one.parent) for one in opened.regions} == {(-1, None), (-2, -1), (1, -2)}
    assert [one.fold.key for one in opened.opened] == [key, f"{key}/1-10"]


def test_regions_within_a_region_that_is_cut_are_within_the_copy_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SOME", 0)
    whole = region_graph(*([0, 1, 2, None] * 20), 2, around=regions(None, 0, 1))
    whole = whole._replace(nodes=(*whole.nodes[:-1], whole.nodes[-1]._replace(line=9)))
    opened = check(whole, every_key(whole))
    assert opened.nodes[-1].region == 2
    inner = {region.id: region.parent for region in opened.regions}
    assert opened.nodes[2].region not in (0, 1, 2, None)
    way: list[int | None] = [opened.nodes[2].region]
    while way[-1] is not None:
        way.append(inner[way[-1]])
    assert [one for one in way if one is not None and one < 0][-1] == -1
    assert len([one for one in way if one is not None and one >= 0]) == 3


def test_the_bytes_of_a_fold_are_those_that_its_parts_save_each_memory_once() -> None:
    saved = [Saved("self", None, 8, 0, "kept", n // 2) for n in range(100)]
    nodes = tuple(
        Node(f"g{n}", NodeKind.GRAD_FN, grad_fn=GradFn(n, n, "MulBackward0", (), None, 2, (one,)), line=2)
        for n, one in enumerate(saved)
    )
    edges = tuple(Edge(f"e{n}", EdgeKind.GRADIENT, f"g{n}", f"g{n + 1}", 0, 0) for n in range(99))
    whole = Graph("backward", nodes, edges, ())
    closed = fold(whole)
    (key,) = keys(closed)
    assert [node.fold.saved_bytes for node in closed.nodes if node.fold is not None] == [
        len({n // 2 for n in range(1, 100)}) * 8
    ]
    parts = check(whole, (key,))
    assert sum(node.fold.saved_bytes for node in parts.nodes if node.fold is not None) >= 50 * 8
    assert [one.id for one in leaves(closed.nodes)] == [one.id for one in nodes]


@pytest.mark.slow
@pytest.mark.parametrize("many", [0, MANY])
def test_unfolding_everything_is_the_graph_and_any_part_of_it_adds_up(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "FEW", 0)
    monkeypatch.setattr(folding, "REPEATS", 2)
    monkeypatch.setattr(folding, "SOME", 0)
    monkeypatch.setattr(rounds, "FEWEST", 2)
    monkeypatch.setattr(folding, "MANY", many)
    monkeypatch.setattr("gradviz.model.graph.folds.unfold.FEW", 0)
    monkeypatch.setattr("gradviz.model.graph.folds.unfold._WIDEST", 10)

    @settings(max_examples=60)
    @given(repetitive(), st.data())
    def holds(graph: Graph, data: st.DataObject) -> None:
        closed = fold(graph)
        every = every_key(graph)
        assert len(set(every)) == len(every)
        used = plain(unfolded(closed, graph, every))
        assert used.nodes == graph.nodes
        assert Counter(used.edges) == Counter(graph.edges)
        check(graph, tuple(data.draw(st.permutations(every)))[: data.draw(st.integers(0, len(every)))])

    holds()
