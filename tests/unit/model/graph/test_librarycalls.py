"""What one call of a library did in a region of its own is one box, in rounds of loops too, and opens into its ops."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.graph.build import build
from gradviz.model.graph.folds import fold as folding
from gradviz.model.graph.folds.contract import contract
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.folds.librarycalls import FEWEST, alike, library_calls
from gradviz.model.graph.folds.unfold import unfolded
from gradviz.model.graph.graph import Graph, Node
from gradviz.model.trace import BackwardCall, Module, Region
from tests.unit.model.graph.test_focus import linked, tensor
from tests.unit.model.graph.test_focus import op as plain_op
from tests.unit.model.graph.test_fold import is_acyclic
from tests.unit.model.graph.test_unfold import check, every_key, keys
from tests.unit.model.traces import loop as plain_loop

STEP = Region(0, None, "no_grad", 5, "opt.step()")


def op(number: int, line: int = 5, call: str | None = "opt.step()", region: int | None = 0) -> Node:
    node = plain_op(f"o{number}", region=region)
    assert node.op is not None
    return node._replace(op=node.op._replace(line=line, call=call), line=line)


def stepped(*regions: Region, count: int = FEWEST, change: dict[str, object] | None = None) -> Graph:
    """Parameters and gradients into one op each, and the first two results on into another op."""
    nodes: list[Node] = []
    pairs = []
    for n in range(count):
        leaf, grad, result = tensor(f"t{n}"), tensor(f"t{n + 10}"), tensor(f"t{n}.{n}", 0)
        nodes += [leaf, grad, Node(**(op(n)._asdict() | (change or {}))), result]
        pairs += [(leaf.id, f"o{n}"), (grad.id, f"o{n}"), (f"o{n}", result.id), (leaf.id, "o90")]
    user = op(91, 6, "f(w)", None)
    before = op(90, 4, "f(w)", None)
    pairs += [("t0.0", user.id), ("t1.1", user.id)]
    return linked(*pairs, nodes=(before, *nodes, user))._replace(regions=regions or (STEP,))


def members(graph: Graph) -> list[list[str]]:
    return [[node.id for node in one.members] for one in library_calls(graph)]


def test_a_step_is_its_ops_with_the_gradients_that_it_alone_takes_and_its_last_results_stay() -> None:
    whole = stepped()
    (found,) = members(whole)
    assert found == ["t10", "o0", "t0.0", "t11", "o1", "t1.1", "t12", "o2", "t13", "o3"]
    closed = fold(whole)
    (one,) = (node for node in closed.nodes if node.fold is not None)
    assert one.fold is not None
    assert (one.fold.call, one.region, one.fold.key) == ("opt.step()", None, "L5-5.0")
    assert closed.regions == ()
    assert [node.region for node in closed.nodes if node.id in ("t2.2", "t3.3")] == [None, None]
    opened = unfolded(closed, whole, (one.fold.key,))
    assert opened.hidden == 0
    assert [(region.id, region.parent, region.text) for region in opened.regions] == [
        (-1, None, "opt.step()"),
        (0, -1, "opt.step()"),
    ]
    assert [node.region for node in opened.nodes if node.id in ("o2", "t2.2", "t3.3", "o91")] == [0, None, None, None]


def test_a_step_without_gradients_of_its_own_stands_where_its_region_stood() -> None:
    whole = stepped(Region(1, None, "no_grad", 1, "with torch.no_grad():"), STEP._replace(parent=1))
    used = whole._replace(
        nodes=tuple(node._replace(region=1) if node.id in ("o90", "o91") else node for node in whole.nodes),
        edges=tuple(edge for edge in whole.edges if edge.tail not in ("t10", "t11", "t12", "t13")),
    )
    (one,) = (node for node in fold(used).nodes if node.fold is not None)
    assert one.region == 1


@pytest.mark.parametrize(("kinds", "told"), [
    ((Module("opt", "Adam"),), "Adam.step()"),
    ((Module("opt", "Adam"), Module("opt", "SGD")), "opt.step()"),
])  # fmt: skip
def test_the_class_of_what_was_called_is_told_where_it_is_known(kinds: tuple[Module, ...], told: str) -> None:
    (one,) = library_calls(stepped()._replace(modules=kinds))
    assert one.call == told


@pytest.mark.parametrize("change", [
    {"in_error": True},
    {"roots": (BackwardCall(0, 0, 1, "b", (0,), (0,), False, False),)},
    {"line": 6, "op": op(0, 6).op},
    {"op": op(0, call=None).op},
    {"op": op(0, call="other()").op},
])  # fmt: skip
def test_what_is_of_interest_of_its_own_is_no_such_call(change: dict[str, object]) -> None:
    assert members(stepped(change=change)) == []


@pytest.mark.parametrize("region", [
    STEP._replace(text="with torch.no_grad(): opt.step()"),
    STEP._replace(text="torch.set_grad_enabled(False)"),
    STEP._replace(line=4),
])  # fmt: skip
def test_a_region_that_the_program_opened_is_no_such_call(region: Region) -> None:
    assert members(stepped(region)) == []


def test_few_ops_are_seen_one_by_one() -> None:
    assert members(stepped(count=FEWEST - 1)) == []


def test_a_call_in_the_middle_of_which_something_else_was_done_stays_open() -> None:
    whole = stepped()
    closure = stepped(STEP, Region(1, 0, "grad", 5, "opt.step()"))
    assert members(closure) == []
    between = (*whole.nodes[:5], op(80, 3, "g()", None), *whole.nodes[5:])
    assert members(whole._replace(nodes=between)) == []


def test_a_gradient_in_an_error_is_seen_beside_it() -> None:
    whole = stepped()
    nodes = (node._replace(in_error=True) if node.id == "t10" else node for node in whole.nodes)
    (found,) = members(whole._replace(nodes=tuple(nodes)))
    assert "t10" not in found
    assert "t11" in found


def loop(rounds: int) -> Graph:
    """Rounds of two ops and a step of four, of which the last takes what the round before gave."""
    nodes: list[Node] = []
    pairs: list[tuple[str, str]] = []
    for n in range(rounds):
        first = 10 * n
        nodes += [op(first, 3, "f(w)", None), op(first + 1, 4, "g(w)", None)]
        nodes += [op(first + 2 + k, region=n) for k in range(FEWEST)]
        pairs += [(f"o{first}", f"o{first + 1}"), (f"o{first + 1}", f"o{first + 2}")]
        pairs += [(f"o{first + 1 + k}", f"o{first + 2 + k}") for k in range(1, FEWEST)]
        if n:
            pairs.append((f"o{first - 10 + 1 + FEWEST}", f"o{first}"))
    around = tuple(STEP._replace(id=n) for n in range(rounds))
    return linked(*pairs, nodes=tuple(nodes))._replace(regions=around)


def test_a_call_is_a_step_of_the_rounds_of_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SOME", 60)
    whole = loop(30)
    closed = fold(whole)
    (one,) = (node.fold for node in closed.nodes if node.fold is not None)
    assert (one.times, len(one.ops), len(one.members)) == (30, 2 + FEWEST, len(whole.nodes))
    assert one.starts == tuple(range(0, len(whole.nodes), 2 + FEWEST))
    opened = [one.key, f"{one.key}/1-10"]
    seen = unfolded(closed, whole, opened)
    calls = [node.fold for node in seen.nodes if node.fold is not None and node.fold.call]
    assert [call.call for call in calls] == ["opt.step()"] * 10
    assert unfolded(closed, whole, (*opened, calls[0].key)).hidden == seen.hidden - FEWEST + 1


def test_a_loop_folds_by_all_that_its_rounds_do_not_by_the_calls_that_are_folded_in_them() -> None:
    whole = loop(60)
    assert len(fold(loop(40)).nodes) == 40 * 3 < folding.SOME < len(whole.nodes)
    assert len(contract(whole, library_calls(whole)).nodes) == 60 * 3 < folding.SOME
    (one,) = (node.fold for node in fold(whole).nodes if node.fold is not None)
    assert one.times == 60


def test_a_call_beside_a_loop_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SOME", 60)
    whole = loop(30)
    last = [op(990 + k, 9, "end.step()", 99) for k in range(FEWEST)]
    after = linked(*((one.id, other.id) for one, other in itertools.pairwise(last)), nodes=())
    whole = whole._replace(
        nodes=(*whole.nodes, *last),
        edges=(*whole.edges, *after.edges),
        regions=(*whole.regions, Region(99, None, "no_grad", 9, "end.step()")),
    )
    assert [node.fold.call for node in fold(whole).nodes if node.fold is not None] == ["", "end.step()"]


def test_a_graph_without_regions_has_no_such_calls() -> None:
    assert library_calls(build(plain_loop(5).trace(), "both")) == []


def test_a_step_of_many_parameters_opens_into_what_it_does_to_each_and_that_into_its_ops() -> None:
    whole = stepped(count=9)
    (key,) = keys(fold(whole))
    opened = check(whole, (key,))
    folds = [node.fold for node in opened.nodes if node.fold is not None]
    assert [one.members for one in folds] == [tuple(f"o{n}" for n in range(9))]
    assert folds[0].key == f"{key}/L5-5.0"
    assert check(whole, every_key(whole)).hidden == 0


def test_what_a_step_does_is_parted_by_kind_and_by_how_far_it_is_from_its_beginning() -> None:
    chains = [[f"o{3 * n + k}" for k in range(3)] for n in range(FEWEST)]
    kinds = ("aten::mul", "aten::add", "aten::mul")
    nodes = [
        node._replace(op=node.op._replace(name=kind))
        for chain in chains
        for name, kind in zip(chain, kinds, strict=True)
        if (node := plain_op(name)).op is not None
    ]
    pairs = [pair for chain in chains for pair in itertools.pairwise(chain)]
    found = alike(linked(*pairs, nodes=(*nodes, plain_op("o99"))))
    assert [[node.id for node in one.members] for one in found] == [list(names) for names in zip(*chains, strict=True)]


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29), st.integers(0, 2)), max_size=60))
def test_no_circle_comes_of_it(links: list[tuple[int, int, int]]) -> None:
    kinds = {max(a, b): kind for a, b, kind in links}
    nodes = [plain_op(f"o{n}") for n in range(30)]
    nodes = [
        node._replace(op=node.op._replace(name=f"aten::{kinds.get(n, 0)}")) for n, node in enumerate(nodes) if node.op
    ]
    pairs = sorted({(min(a, b), max(a, b)) for a, b, _ in links if a != b}, key=lambda pair: pair[1])
    whole = linked(*((f"o{a}", f"o{b}") for a, b in pairs), nodes=tuple(nodes))
    assert is_acyclic(contract(whole, alike(whole)))
