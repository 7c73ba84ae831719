"""A part of a graph holds what it says, and what is left out is counted."""

import itertools

from hypothesis import given, settings

from gradviz.model.graph.build import build
from gradviz.model.graph.focus import kept, makers, of_module, users
from gradviz.model.graph.folds.contract import contract
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.graph import Edge, EdgeKind, Graph, Node, NodeKind
from gradviz.model.graph.modules import MODULE, is_in
from gradviz.model.graph.spots import at_spots, spots
from gradviz.model.trace import Region
from tests.unit.model.graph.test_fold import line_op, regions, repetitive
from tests.unit.model.graph.test_fold_loops import training
from tests.unit.model.traces import Tape, loop, scalar


def linked(*pairs: tuple[str, str], nodes: tuple[Node, ...]) -> Graph:
    edges = (Edge(f"{tail}-{head}.{n}", EdgeKind.DATA, tail, head, n, 0) for n, (tail, head) in enumerate(pairs))
    return Graph("both", nodes, tuple(edges), ())


def op(name: str, module: str | None = None, region: int | None = None) -> Node:
    number = int(name[1:])
    return Node(name, NodeKind.OP, op=line_op(number, number)._replace(module=module), line=number, region=region)


def tensor(name: str, region: int | None = None) -> Node:
    return Node(name, NodeKind.TENSOR, region=region)


@settings(max_examples=60)
@given(repetitive())
def test_makers_and_users_are_those_that_a_walk_finds(graph: Graph) -> None:
    for node in graph.nodes:
        up, down = makers(graph, [node.id]), users(graph, [node.id])
        assert node.id in up & down
        assert all(edge.tail in up for edge in graph.edges if edge.head in up)
        assert all(edge.head in down for edge in graph.edges if edge.tail in down)
        for other in graph.nodes:
            assert (other.id in up) == (node.id in users(graph, [other.id]))


@settings(max_examples=60)
@given(repetitive())
def test_what_is_kept_and_what_is_hidden_is_everything(graph: Graph) -> None:
    names = {node.id for node in graph.nodes[::2]}
    part = kept(graph, names)
    assert {node.id for node in part.nodes} == names
    assert part.hidden == len(graph.nodes) - len(names)
    assert part.edges == tuple(edge for edge in graph.edges if {edge.tail, edge.head} <= names)
    known = {region.id for region in part.regions}
    assert known == {region.id for region in contract(part, []).regions}
    assert all(node.region is None or node.region in known for node in part.nodes)


def test_a_module_is_a_path_and_what_is_below_it() -> None:
    assert [is_in("m.1", path) for path in ("m.1", "m.1.a", "m.10", "m", None)] == [True, True, False, False, False]


def test_looking_into_a_module_shows_its_ops_its_own_tensors_and_what_they_are_linked_with() -> None:
    whole = linked(
        ("t1", "o1"), ("o1", "o2"), ("t2", "o2"), ("t1", "o2"), ("o2", "t3"), ("t3", "o4"), ("o4", "t5"), ("t6", "o1"),
        nodes=(
            *(tensor("t1"), op("o1"), op("o2", "m.1"), tensor("t2")),
            *(tensor("t3"), op("o4", "m.2"), tensor("t5"), tensor("t6")),
        ),
    )  # fmt: skip
    part = of_module(whole, "m.1")
    assert {node.id: node.region for node in part.nodes} == {
        "t1": None,
        "o1": None,
        "o2": MODULE,
        "t2": MODULE,
        "t3": MODULE,
        "o4": None,
    }
    assert part.regions == (Region(MODULE, None, "grad", 2, "m.1"),)
    assert part.hidden == 2
    assert {node.id for node in of_module(whole, "m").nodes if node.region == MODULE} == {"o2", "t2", "t3", "o4", "t5"}
    assert of_module(whole, "m.3") is whole


def test_regions_within_a_module_stand_in_its_frame_and_others_stay() -> None:
    whole = linked(
        ("o1", "o2"), ("o2", "o3"), ("o3", "o4"),
        nodes=(op("o1", None, 3), op("o2", "m", 1), op("o3", "m"), op("o4", "m", 3)),
    )._replace(regions=regions(None, 0, 0, None))  # fmt: skip
    part = of_module(whole, "m")
    assert [(one.id, one.parent) for one in part.regions] == [(MODULE, None), (0, MODULE), (1, 0), (3, None)]
    assert [node.region for node in part.nodes] == [3, 1, MODULE, MODULE]


def test_a_fold_tells_the_modules_that_it_is_of() -> None:
    def module_of(*paths: str | None) -> str:
        nodes = tuple(op(f"o{n}", path) for n, path in enumerate(paths * 40))
        pairs = [(one.id, other.id) for one, other in itertools.pairwise(nodes)]
        graph = linked(*pairs, nodes=tuple(node._replace(line=2) for node in nodes))
        (fold_,) = (node.fold for node in fold(graph).nodes if node.fold is not None)
        return fold_.modules.path

    assert module_of("m.2.a", "m.10.a") == "m.2 … 10"
    assert module_of("m.9.a", "m.10.a") == "m.9–10"
    assert module_of("m.a", "m.b") == "m"
    assert module_of("m", "m.1") == "m"
    assert module_of("m.3", "m.3") == "m.3"
    assert module_of("m.3", None) == module_of(None, None) == ""
    assert module_of("0", "1") == ""


def test_each_node_is_found_again_at_its_spot() -> None:
    tape = Tape()
    tape.line(1)
    w = tape.leaf(scalar(1.0))
    tape.change("sub", w, tape.leaf(scalar(2.0), requires_grad=False), region=tape.region("no_grad"))
    for trace in (loop(20).trace(), training(5).trace(), tape.trace()):
        for view in ("both", "forward", "backward"):
            names = [node.id for node in build(trace, view).nodes]
            found = spots(trace, [*names, "fo1"])
            assert list(found) == names
            assert len(set(found.values())) == len(names)
            assert at_spots(trace, list(found.values())) == {spot: name for name, spot in found.items()}
    assert at_spots(trace, ["No9.9", "L1-2.0", "Nt1.0/No9.9"]) == {}
