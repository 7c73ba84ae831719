"""Drawings side by side, and the tags and ghosts by which they differ."""

import pytest

from gradviz.drawing.boxes.tags import Tag, ghost, tagged, tags
from gradviz.drawing.columns import Column, alone, columns, names
from gradviz.drawing.shapes import Drawing, Mark, Path, Role, Text, TextRole
from gradviz.drawing.words import ENGLISH
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.model.graph.graph import Fold, Node, NodeKind
from tests.unit.drawing.samples import drawn, op, square, tensor

X = tensor(0, "x")


def plain(name: str = "a") -> Mark:
    outline = Path("MLLZ", (10, 20, 60, 20, 60, 40), Role.LEAF)
    title = Text(Point(35, 30), "x", TextRole.TITLE, "middle", 40)
    value = Text(Point(35, 38), "2.0", TextRole.BODY, "middle", 40)
    return Mark(name, Role.LEAF, Rect(10, 20, 90, 20), (outline,), (title, value), "x", "a leaf", 1, 0, 0, 0)


def shown(size: Size) -> list[Column]:
    edge = plain("e")._replace(ends=("a", "a"), role=Role.DATA_EDGE)
    drawing = Drawing(size, (), (edge,), (plain(),), description="one tensor")
    return [
        Column("", "grad", "", False, drawing),
        Column("no_grad", "no_grad", "RuntimeError: " + "no " * 200, True, drawing),
    ]


@pytest.mark.parametrize(("size", "across"), [(Size(300, 300), True), (Size(900, 400), True), (Size(2000, 300), False)])
def test_columns_stand_beside_each_other_unless_that_is_too_wide(size: Size, across: bool) -> None:
    made = columns(shown(size), ENGLISH)
    first, second = (frame.rect for frame in made.frames)
    assert (second.x > first.right) is across
    assert (second.y > first.bottom) is not across
    assert not first.overlaps(second)
    for frame in made.frames:
        assert frame.rect.right <= made.size.width
        assert frame.rect.bottom <= made.size.height
    for heading, frame in zip(made.titles, made.frames, strict=True):
        assert frame.rect.contains(Point(heading.rect.x, heading.rect.y))
        assert all(text.at.x + text.width <= frame.rect.right for text in heading.texts)


def test_what_stands_in_the_second_column_is_the_same_but_for_its_id_and_its_run() -> None:
    made = columns(shown(Size(300, 300)), ENGLISH)
    one, other = made.nodes
    dx = made.frames[1].rect.x - made.frames[0].rect.x
    assert other.rect == one.rect.moved(dx, 0)
    assert [path.coords[::2] for path in other.paths] == [tuple(x + dx for x in path.coords[::2]) for path in one.paths]
    assert (one.id, other.id) == ("a", "a@no_grad")
    assert (one.tensor, one.op, one.grad_fn) == (0, 0, 0)
    assert (other.tensor, other.op, other.grad_fn, other.line) == (None, None, None, 1)
    assert [edge.ends for edge in made.edges] == [("a", "a"), ("a@no_grad", "a@no_grad")]
    assert made.description == "grad: one tensor\nno_grad: one tensor"
    assert made.titles[1].description.startswith("RuntimeError")


def test_an_error_too_long_for_a_line_goes_on_in_the_next() -> None:
    made = columns(shown(Size(300, 300)), ENGLISH)
    heading = made.titles[1]
    assert len(heading.texts) == 4
    assert heading.texts[-1].text.endswith("…")
    lowest = max(text.at.y for text in heading.texts)
    assert all(lowest < mark.rect.y for mark in made.nodes)


def test_what_says_which_column_is_which_is_known_and_whose_mark_a_mark_is() -> None:
    made = columns(shown(Size(300, 300)), ENGLISH)
    assert names(made) == {"column-grad", "column-no_grad", "heading-grad", "heading-no_grad"}
    assert names(shown(Size(300, 300))[0].drawing) == frozenset()
    assert {alone(mark.id) for mark in made.nodes} == {"a"}
    assert alone("a@1") == "a@1"  # what only a run has that it was merged with


def test_a_legend_explains_the_kinds_once_and_ghosts_as_what_is_not_in_a_mode() -> None:
    drawing = drawn(*square())[1]
    haunted = drawing._replace(nodes=(*drawing.nodes, ghost(plain(), "")))
    made = columns([Column("", "grad", "", False, haunted)], ENGLISH, legend=True)
    titles = [mark.title for mark in made.legend]
    assert titles.count(ENGLISH.kinds[Role.LEAF]) == 1
    assert ENGLISH.not_there in titles
    assert made.legend[0].rect.bottom <= made.size.height


def node(*, ghost: bool = False, times: int = 0, grad_fns: tuple[str, ...] = ()) -> Node:
    if not times:
        return Node("t0", NodeKind.TENSOR, X, ghost=ghost)
    return Node("f", NodeKind.FOLD, fold=Fold(times, (op(0, "aten::mul.Tensor", "x * x", 0),), grad_fns, 0, None))


def test_tags_say_what_a_node_has_gained_or_lost() -> None:
    off = Node("t0", NodeKind.TENSOR, X._replace(requires_grad=False))
    assert tags(node(), node(), ENGLISH) == ()
    assert tags(node(ghost=True), node(ghost=True), ENGLISH) == ()
    assert tags(node(ghost=True), node(), ENGLISH) == (Tag("new", True),)
    assert tags(node(), node(ghost=True), ENGLISH) == (Tag("gone", False),)
    assert tags(node(), off, ENGLISH) == (Tag("requires_grad", False),)
    assert tags(node(times=4), node(times=7), ENGLISH) == (Tag("× 3", True),)
    fewer = tags(node(times=7, grad_fns=("MulBackward0",)), node(times=4), ENGLISH)
    assert [tag.whole for tag in fewer] == ["− grad_fn", "− × 3"]


def test_tags_stand_in_a_row_over_the_box_and_do_not_touch() -> None:
    assert tagged(plain(), ()) == plain()
    made = tagged(plain(), (Tag("grad_fn", False), Tag("new", True)))
    rects = [(min(path.coords[::2]), max(path.coords[::2])) for path in made.paths[1:]]
    assert [path.role for path in made.paths[1:]] == [Role.GAINED, Role.LOST]
    assert rects[1][1] < rects[0][0]
    assert {path.ops for path in made.paths[1:]} != {made.paths[1].ops}  # their outlines differ too
    assert made.description == "− grad_fn\n+ new\na leaf"
    assert made.rect == plain().rect
    alarmed = plain()._replace(paths=(*plain().paths, Path("ML", (60, 20, 60, 21), Role.STOP)))
    moved = tagged(alarmed, (Tag("new", True),)).paths[-1]
    assert max(moved.coords[::2]) < max(tagged(plain(), (Tag("new", True),)).paths[-1].coords[::2])
    bare = plain()._replace(paths=())
    assert tagged(bare, (Tag("new", True),)).paths


def test_a_ghost_is_an_outline_with_its_name_and_nothing_of_a_run() -> None:
    made = ghost(plain(), "not here")
    assert [text.text for text in made.texts] == ["x"]
    assert {path.role for path in made.paths} == {Role.GHOST}
    assert (made.tensor, made.op, made.grad_fn, made.line) == (None, None, None, None)
    assert made.description == "not here"
    assert ghost(plain()._replace(ends=("a", "b")), "").role is Role.GHOST_EDGE
