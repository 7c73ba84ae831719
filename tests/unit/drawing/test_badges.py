"""Where leaves have badges, what these look like, and that they are drawn for what the graph has anyway."""

import pytest

from gradviz.drawing.boxes.badges import SIGHT, badged
from gradviz.drawing.boxes.tags import ghost
from gradviz.drawing.compose import compose
from gradviz.drawing.draft import draft
from gradviz.drawing.metrics import text_width
from gradviz.drawing.shapes import Drawing, Mark, Role, TextRole
from gradviz.layout.diagram import Direction
from gradviz.layout.geometry import Point
from gradviz.layout.layered import place
from gradviz.model.graph.graph import Edge, EdgeKind, Fold, Graph, Node, NodeKind
from gradviz.model.trace import GradFn
from tests.unit.drawing.samples import accumulated, drawn, node_of, op, shared, square, tensor
from tests.unit.model.traces import known


def chain(length: int, *used: int, leaf: Node | None = None) -> Graph:
    """Ops one below the other, and a leaf "t0" that goes into some of them."""
    nodes = [leaf or node_of(tensor(0, "x"))]
    nodes += [Node(f"o{k}", NodeKind.OP, op=op(k, "aten::mul", "mul")) for k in range(length)]
    edges = [Edge(f"{k}", EdgeKind.DATA, f"o{k - 1}", f"o{k}", 0, 0) for k in range(1, length)]
    edges += [Edge(f"x{n}", EdgeKind.DATA, nodes[0].id, f"o{k}", n + 1, 0) for n, k in enumerate(used)]
    return Graph("both", tuple(nodes), tuple(edges), ())


def badges(drawing: Drawing) -> dict[str, Mark]:
    return {mark.id: mark for mark in drawing.edges if mark.badge is not None}


def test_uses_within_sight_of_each_other_have_edges() -> None:
    assert badged(chain(SIGHT + 1, 0, 3, SIGHT)) == {}
    assert badged(square()[0]) == {}


def test_uses_farther_apart_have_badges_but_for_the_first() -> None:
    last = SIGHT + 1
    assert badged(chain(last + 1, 0, 1, last)) == {"x1": "x1", "x2": "x2"}


def test_edges_into_the_same_op_leave_one_badge() -> None:
    assert badged(chain(SIGHT + 2, 0, SIGHT + 1, SIGHT + 1)) == {"x1": "x1", "x2": "x1"}


def test_many_uses_side_by_side_have_edges() -> None:
    nodes = [node_of(tensor(0, "x")), *(Node(f"o{k}", NodeKind.OP, op=op(k, "aten::mul", "mul")) for k in range(99))]
    edges = tuple(Edge(f"{k}", EdgeKind.DATA, "t0", f"o{k}", 0, 0) for k in range(99))
    assert badged(Graph("both", tuple(nodes), edges, ())) == {}


def test_what_only_goes_to_a_late_op_is_late() -> None:
    """A weight that is transposed where it is used a second time, as a tied embedding is."""
    graph = chain(SIGHT + 3, 0)
    turned = Node("late", NodeKind.OP, op=op(99, "aten::t", "w.t()"))
    edges = (Edge("a", EdgeKind.DATA, "t0", "late", 0, 0), Edge("b", EdgeKind.DATA, "late", f"o{SIGHT + 2}", 2, 0))
    tied = graph._replace(nodes=(*graph.nodes, turned), edges=(*graph.edges, *edges))
    assert badged(tied) == {"a": "a"}


SINK = GradFn(0, 0, "AccumulateGrad", (), 0, 1, ())


@pytest.mark.parametrize(
    ("leaf", "has"),
    [
        (node_of(tensor(0, "x", requires_grad=False)), True),
        (Node("g0", NodeKind.GRAD_FN, grad_fn=SINK), True),
        (
            Node("f0", NodeKind.FOLD, fold=Fold(2, (), (), 0, None, parts=(node_of(tensor(0)), node_of(tensor(1))))),
            True,
        ),
        (Node("f0", NodeKind.FOLD, fold=Fold(2, (op(0, "aten::mul", "mul"),), (), 0, None)), False),
        (Node("g0", NodeKind.GRAD_FN, grad_fn=SINK._replace(name="SumBackward0", variable=None)), False),
        (Node("o99", NodeKind.OP, op=op(99, "aten::rand", "rand")), False),
    ],
)
def test_leaves_have_badges_and_nothing_else(leaf: Node, has: bool) -> None:
    assert (badged(chain(SIGHT + 2, 0, SIGHT + 1, leaf=leaf)) != {}) is has


def test_what_an_op_made_has_none() -> None:
    graph = chain(SIGHT + 2)
    far = Edge("far", EdgeKind.DATA, "o0", f"o{SIGHT + 1}", 1, 0)
    assert badged(graph._replace(edges=(*graph.edges, far))) == {}


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_marks_join_the_same_with_badges_and_without(direction: Direction) -> None:
    with_them, without = (drawn(*shared(), direction=direction, badges=on)[1] for on in (True, False))
    assert set(badges(with_them)) == {"t0-o5.0", "t1-o5.2"}
    assert not badges(without)
    for one, other in ((with_them.edges, without.edges), (with_them.nodes, without.nodes)):
        assert [(mark.id, mark.ends, mark.title, mark.description) for mark in one] == [
            (mark.id, mark.ends, mark.title, mark.description) for mark in other
        ]


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_a_badge_stands_before_its_user_and_leads_there_in_short(direction: Direction) -> None:
    with_them, without = (drawn(*shared(), direction=direction, badges=on)[1] for on in (True, False))
    user = next(mark for mark in with_them.nodes if mark.id == "o5")
    for name, mark in badges(with_them).items():
        assert mark.badge is not None
        assert (mark.badge.bottom <= user.rect.y) if direction == "TB" else (mark.badge.right <= user.rect.x)
        long = next(edge.rect for edge in without.edges if edge.id == name)
        assert mark.rect.width + mark.rect.height < (long.width + long.height) / 2


@pytest.mark.parametrize(
    ("leaf", "said"),
    [
        (node_of(tensor(0, "emb.w", "head.w")), "emb.w"),
        (node_of(tensor(0)), "tensor"),
        (
            Node(
                "f0",
                NodeKind.FOLD,
                fold=Fold(2, (), (), 0, None, parts=(node_of(tensor(0, "a.w")), node_of(tensor(1)))),
            ),
            "a.w +1",
        ),
        (
            Node(
                "f0", NodeKind.FOLD, fold=Fold(2, (), (), 0, None, parts=(node_of(tensor(0)), node_of(tensor(1, "b"))))
            ),
            "2 leaves…ire grad",
        ),
    ],
)
def test_a_badge_says_the_first_name_of_a_leaf_or_of_those_folded(leaf: Node, said: str) -> None:
    _, trace = shared()
    last = SIGHT + 1
    (mark,) = badges(drawn(chain(last + 1, 0, last, leaf=leaf), trace)[1]).values()
    assert [text.text for text in mark.texts if text.role is TextRole.BADGE] == [said]


def test_a_badge_stands_in_the_frame_of_its_user() -> None:
    drawing = drawn(*shared())[1]
    frame = drawing.frames[0].rect
    for mark in badges(drawing).values():
        assert mark.badge is not None
        assert frame.contains(Point(mark.badge.x, mark.badge.y))
        assert frame.contains(Point(mark.badge.right, mark.badge.bottom))


def looks(mark: Mark) -> tuple[Role, str]:
    """The role and the commands of the outline of a badge."""
    path = next(path for path in mark.paths if path.filled)
    return path.role, path.ops


def test_a_badge_has_the_name_the_outline_and_the_sign() -> None:
    found = badges(drawn(*shared())[1])
    assert [[text.text for text in mark.texts if text.role is TextRole.BADGE] for mark in found.values()] == [
        ["x"],
        ["c"],
    ]
    assert [looks(mark) for mark in found.values()] == [(Role.LEAF, "R"), (Role.CONSTANT, "MLLLZ")]
    assert all(any(path.role is Role.BADGE for path in mark.paths) for mark in found.values())
    (sink,) = badges(drawn(*accumulated())[1]).values()
    assert looks(sink) == (Role.ACCUMULATE, "MLLLLLZ")


def test_of_an_inference_tensor_the_corners_are_cut() -> None:
    graph, trace = shared()
    x = tensor(0, "x" * 60, requires_grad=False, is_inference=True)
    drawing = drawn(
        graph._replace(nodes=(node_of(x), *graph.nodes[1:])), trace._replace(tensors=(x, *trace.tensors[1:]))
    )[1]
    mark = badges(drawing)["t0-o5.0"]
    assert looks(mark) == (Role.INFERENCE, "MLLLLLLLZ")
    (name,) = (text for text in mark.texts if text.role is TextRole.BADGE)
    assert "…" in name.text
    assert mark.badge is not None
    assert text_width(name.text, name.role) < mark.badge.width


def test_the_gradient_of_each_use_stands_by_its_edge() -> None:
    drawing = drawn(*shared())[1]
    first = next(mark for mark in drawing.edges if mark.id == "t0-o5.0")
    second = next(mark for mark in drawing.edges if mark.id == "t0-o5.1")
    assert [text.text for mark in (first, second) for text in mark.texts if text.role is TextRole.GRADIENT] == [
        "1.0"
    ] * 2
    assert second.badge is None  # it leaves the badge of the first


@pytest.mark.parametrize("ghosts", [True, False])
def test_before_its_user_is_there_a_badge_is_an_outline_or_nothing(ghosts: bool) -> None:
    graph, trace = shared()
    edges = tuple(edge._replace(ghost=edge.head == "o5") for edge in graph.edges)
    sized = draft(graph._replace(edges=edges), known(trace), ghosts=ghosts)
    mark = badges(compose(sized, place(sized.diagram), legend=True))["t0-o5.0"]
    assert mark.badge is not None
    assert not mark.texts
    assert {path.role for path in mark.paths} == ({Role.GHOST_EDGE, Role.GHOST} if ghosts else set())


def test_what_another_run_lacks_is_an_outline_with_its_badge() -> None:
    mark = badges(drawn(*shared())[1])["t0-o5.0"]
    gone = ghost(mark, "not there")
    assert [path.role for path in gone.paths] == [Role.GHOST_EDGE] * 2
    assert gone.paths[1].coords == next(path for path in mark.paths if path.filled).coords
    assert not gone.texts


def test_a_badge_is_moved_with_its_edge() -> None:
    mark = badges(drawn(*shared())[1])["t0-o5.0"]
    assert mark.badge is not None
    assert mark.moved(3, 4).badge == mark.badge.moved(3, 4)


def test_the_legend_explains_badges_where_there_are_some() -> None:
    explained = [{mark.role for mark in drawn(*one, legend=True)[1].legend} for one in (shared(), square())]
    assert [Role.BADGE in roles for roles in explained] == [True, False]
