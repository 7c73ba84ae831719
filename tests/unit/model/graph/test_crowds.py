"""A crowd of tensors that is opened is a few boxes, each of which opens in turn, until every tensor is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.graph.folds.crowds import ROW, crowds
from gradviz.model.graph.graph import Edge, EdgeKind, Graph, Node, NodeKind
from gradviz.model.graph.modules import Modules
from gradviz.model.trace import Tensor
from tests.unit.model.graph.test_fold import line_op
from tests.unit.model.graph.test_unfold import check, every_key, keys

NET = [f"model.layers.{a}.{b}.{c}" for a in range(3) for b in range(2) for c in ("conv.weight", "bn.weight", "bn.bias")]
TAKEN = Modules("model.head", ("Linear",), 1)


def tensor(number: int, *names: str, parameter: bool = True) -> Node:
    known = Tensor(
        number, 0, (2,), "float32", "cpu", True, True, False, False, 0, 8, number, None, None, None, 1, None, None
    )
    known = known._replace(names=names, is_parameter=parameter)
    return Node(f"t{number}", NodeKind.TENSOR, tensor=known, line=1)


def named(names: list[str]) -> list[Node]:
    return [tensor(number, *filter(None, (name,))) for number, name in enumerate(names)]


def told(names: list[str], key: str = "K") -> dict[str, list[str]]:
    """What each box is of, by its key."""
    found = crowds(named(names), key, TAKEN)
    return {one.key: [name for node in one.members if node.tensor for name in node.tensor.names] for one in found}


def test_a_crowd_opens_by_the_modules_below_the_one_that_all_are_in() -> None:
    assert told(NET) == {f"K/model.layers.{a}": NET[6 * a : 6 * a + 6] for a in range(3)}
    one = [f"model.layers.0.{at}.{name}" for at in range(5) for name in ("weight", "bias", "gain")]
    assert list(told(one)) == [f"K/model.layers.0.{at}" for at in range(5)]


def test_what_is_in_no_module_below_stays_a_box_of_its_own() -> None:
    found = told(["model.scale", *NET, "model.shift"])
    assert found == {"K/model.layers": NET}


def test_a_module_may_be_called_what_the_id_of_a_node_is() -> None:
    layers = [f"t0.{at}.weight" for at in range(ROW)]
    assert told(["scale", *layers, "shift"]) == {"K/t0": layers}


@pytest.mark.parametrize("names", [NET[:ROW], [""] * ROW, []])
def test_few_are_seen_at_once(names: list[str]) -> None:
    assert told(names) == {}


@pytest.mark.parametrize("name", ["w{}", "ws[{}]", "", "model.w"])
def test_what_modules_do_not_part_is_parted_by_tens(name: str) -> None:
    assert list(told([name.format(at) for at in range(54)])) == [
        "K/1-10",
        "K/11-20",
        "K/21-30",
        "K/31-40",
        "K/41-50",
        "K/51-54",
    ]
    found = crowds(named([name.format(at) for at in range(121)]), "K", TAKEN)
    assert [(one.key, len(one.members), one.modules) for one in found] == [
        ("K/1-100", 100, TAKEN),
        ("K/101-121", 21, TAKEN),
    ]


def test_many_modules_of_a_kind_are_parted_by_tens_too() -> None:
    names = [f"model.blocks.{at}.{name}" for at in range(24) for name in ("weight", "bias")]
    assert {key: len(held) for key, held in told(names).items()} == {"K/1-10": 20, "K/11-20": 20, "K/21-24": 8}


def joined(nodes: list[Node]) -> Graph:
    """The tensors as what one op takes."""
    op = Node("o0", NodeKind.OP, op=line_op(0, 2), line=2)
    edges = [Edge(f"e{at}", EdgeKind.DATA, node.id, op.id, at, 0) for at, node in enumerate(nodes)]
    return Graph("both", (*nodes, op), tuple(edges), ())


PARTS = st.sampled_from(["a", "b", "layers", "0", "1", "2", "weight", "bias"])


@given(st.lists(st.lists(PARTS, max_size=4).map(".".join), min_size=12, max_size=150))
def test_every_tensor_is_reached_and_no_row_is_long(names: list[str]) -> None:
    whole = joined(named(names))
    opened = every_key(whole)
    assert not keys(check(whole, opened))
    for end in range(len(opened)):
        frames = [node.region for node in check(whole, opened[:end]).nodes if node.id != "o0"]
        assert all(frames.count(frame) <= ROW for frame in set(frames) if frame is not None)
