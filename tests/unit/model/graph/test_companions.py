"""Tensors that go to the same place or come from it stand as one; what is of interest of its own stays."""

import itertools

import pytest

from gradviz.model.graph.folds import fold as folding
from gradviz.model.graph.folds.companions import companions
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.folds.unfold import unfolded
from gradviz.model.graph.graph import Graph, Node, NodeKind
from gradviz.model.graph.modules import NOWHERE
from gradviz.model.trace import BackwardCall, Module, Tensor
from tests.unit.drawing.samples import tensor
from tests.unit.model.graph.test_focus import linked, op


def source(number: int, *names: str, parameter: bool = False, grad: bool = True) -> Node:
    record = tensor(number, *names, requires_grad=grad)._replace(is_parameter=parameter)
    return Node(f"t{number}", NodeKind.TENSOR, tensor=record, line=1)


def groups(graph: Graph, crowd: int = 0) -> list[list[str]]:
    return [[node.id for node in one.members] for one in companions(graph, crowd)]


def layer(module: str | None, *more: Node) -> Graph:
    """The weight and the bias of a linear layer, the one behind a transpose."""
    weight, bias = (source(n, f"net.{name}", parameter=True) for n, name in enumerate(("weight", "bias")))
    nodes = (weight, bias, source(2, "x", grad=False), op("o3", module), op("o4", module), *more)
    return linked(("t0", "o3"), ("t1", "o4"), ("t2", "o4"), ("o3", "o4"), nodes=nodes)


def test_the_parameters_of_a_layer_go_to_one_place_though_one_is_transposed_on_the_way() -> None:
    assert groups(layer("net")) == [["t0", "t1"]]
    assert groups(layer("net"), crowd=3) == []
    apart = layer("net")
    apart = apart._replace(nodes=(*apart.nodes[:3], op("o3", "other"), *apart.nodes[4:]))
    assert groups(apart) == []  # what another module makes of it is another place


def test_a_place_is_not_looked_for_any_further_than_near() -> None:
    names = [f"o{n}" for n in range(2, 9)]
    nodes = (source(0, "w", parameter=True), source(1, "b", parameter=True), *map(op, names))
    chain = list(itertools.pairwise(names))
    assert groups(linked(("t0", "o2"), ("t1", "o8"), *chain, nodes=nodes)) == []
    assert groups(linked(("t0", "o5"), ("t1", "o8"), *chain[3:], nodes=nodes)) == [["t0", "t1"]]
    ended = linked(("t0", "o2"), ("t1", "o3"), nodes=nodes[:4])
    assert groups(ended) == []


def test_tensors_with_names_of_their_own_are_folded_only_where_they_are_many() -> None:
    def into_one(count: int) -> Graph:
        nodes = (*(source(n, f"ws[{n}]") for n in range(count)), op("o99"))
        return linked(*((f"t{n}", "o99") for n in range(count)), nodes=nodes)

    assert groups(into_one(3)) == []
    assert groups(into_one(4)) == [["t0", "t1", "t2", "t3"]]


@pytest.mark.parametrize("change", [
    {"in_error": True},
    {"roots": (BackwardCall(0, 0, 1, "b", (0,), (0,), False, False),)},
    {"region": 0},
    {"accumulates": True},
    {"tensor": None},
    {"tensor": tensor(1, "net.bias", requires_grad=False)._replace(is_parameter=True)},
])  # fmt: skip
def test_only_what_is_alike_and_of_no_interest_of_its_own_is_folded(change: dict[str, object]) -> None:
    whole = layer("net")
    other = Node(**(whole.nodes[1]._asdict() | change))
    assert groups(whole._replace(nodes=(whole.nodes[0], other, *whole.nodes[2:]))) == []


def many(count: int) -> Graph:
    nodes = (*(source(n, f"net.{n}.weight", parameter=True) for n in range(count)), op("o999"))
    return linked(*((f"t{n}", "o999") for n in range(count)), nodes=nodes)


def test_a_crowd_is_folded_in_a_small_graph_too_and_opens() -> None:
    assert fold(many(folding.CROWD - 1)).hidden == 0
    whole = many(folding.CROWD)
    closed = fold(whole)
    (one,) = (node.fold for node in closed.nodes if node.fold is not None)
    assert one.tensors == tuple(node.tensor for node in whole.nodes[:-1])
    assert one.modules.path == "net.0\N{EN DASH}11"
    assert len(closed.edges) == 1
    opened = unfolded(closed, whole, (one.key,))
    assert (len(opened.nodes), opened.hidden, opened.edges) == (len(whole.nodes), 0, whole.edges)
    assert [region.text for region in opened.regions] == ["net.0\N{EN DASH}11"]


def test_the_frame_of_tensors_of_no_module_is_called_by_them() -> None:
    whole = many(folding.CROWD)
    names = [f"ws[{n}]" for n in range(folding.CROWD)]
    bare = (
        node if node.tensor is None else node._replace(tensor=node.tensor._replace(names=(name,), is_parameter=False))
        for node, name in zip(whole.nodes, [*names, ""], strict=True)
    )
    whole = whole._replace(nodes=tuple(bare))
    (one,) = (node.fold for node in fold(whole).nodes if node.fold is not None)
    assert one.modules == NOWHERE
    assert unfolded(fold(whole), whole, (one.key,)).regions[0].text == "ws[0], ws[1], ws[2] …"


def test_a_crowd_is_folded_in_a_graph_that_repetitions_made_small() -> None:
    whole = many(folding.CROWD)
    chain = [f"o{n}" for n in range(999, 999 + folding.FEW)]
    more = linked(*itertools.pairwise(chain), nodes=tuple(op("o1")._replace(id=name) for name in chain[1:]))
    whole = whole._replace(nodes=(*whole.nodes, *more.nodes), edges=(*whole.edges, *more.edges))
    times = [node.fold.times for node in fold(whole).nodes if node.fold is not None]
    assert times == [1, folding.FEW - 1]


def results(count: int, **change: object) -> Graph:
    """The parameters that a step of an optimizer leaves, and the loss."""
    left = [Node(**(source(n, f"net.{n}.weight", parameter=True)._asdict() | change)) for n in range(count)]
    nodes = (op("o998"), *left, source(999, "loss"))
    return linked(*(("o998", node.id) for node in nodes[1:]), nodes=nodes)


def test_a_crowd_of_results_of_one_op_that_lead_nowhere_is_folded_and_opens() -> None:
    assert fold(results(folding.CROWD - 1)).hidden == 0
    whole = results(folding.CROWD)
    closed = fold(whole)
    (one,) = (node.fold for node in closed.nodes if node.fold is not None)
    assert one.members == tuple(f"t{n}" for n in range(folding.CROWD))
    assert [node.id for node in closed.nodes if node.fold is None] == ["o998", "t999"]
    assert [(edge.tail, edge.head) for edge in closed.edges] == [("o998", "ft0"), ("o998", "t999")]
    assert unfolded(closed, whole, (one.key,)).edges == whole.edges


def test_results_that_are_used_or_of_interest_of_their_own_stay() -> None:
    assert groups(results(2)) == [["t0", "t1"]]
    assert groups(results(2, in_error=True)) == []
    used = results(2)
    assert groups(used._replace(edges=(*used.edges, *linked(("t0", "o997"), nodes=()).edges))) == []
    apart = linked(("o997", "t0"), nodes=()).edges
    assert groups(used._replace(edges=(*used.edges, *apart))) == []  # another op has made one of them too


@pytest.mark.parametrize(("module", "told"), [("net.norm", "net.norm \N{MIDDLE DOT} BatchNorm1d"), (None, "")])
def test_tensors_without_a_name_are_told_by_the_module_that_takes_them(
    monkeypatch: pytest.MonkeyPatch, module: str | None, told: str
) -> None:
    monkeypatch.setattr(folding, "FEW", 3)
    whole = layer("net", source(5, grad=False), source(6, grad=False), op("o7", module))
    more = linked(("t5", "o7"), ("t6", "o7"), ("o4", "o7"), nodes=()).edges
    whole = whole._replace(edges=(*whole.edges, *more), modules=(Module("net.norm", "BatchNorm1d"),))
    closed = fold(whole)
    found = {node.fold.members: node.fold for node in closed.nodes if node.fold is not None}
    assert found["t5", "t6"].modules.told(1) == told
    beside = unfolded(closed, whole, (found["t0", "t1"].key,))  # another is open
    assert [node.fold.modules.told(1) for node in beside.nodes if node.fold is not None] == [told]


def test_a_fold_that_holds_anything_else_is_of_no_tensors() -> None:
    def of(*parts: Node) -> tuple[Tensor, ...]:
        (one,) = (node.fold for node in fold(many(12)).nodes if node.fold is not None)
        return one._replace(parts=parts).tensors

    assert of(source(0)) == (tensor(0),)
    assert of(source(0), op("o1")) == of(source(0), Node("n1", NodeKind.GRAD_FN)) == ()


def test_the_inside_of_a_large_fold_is_folded_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "FEW", 3)
    (one,) = (node.fold for node in fold(layer("net")).nodes if node.fold is not None)
    assert [tensor.names for tensor in one.tensors] == [("net.weight",), ("net.bias",)]
    assert one.modules.path == "net"
