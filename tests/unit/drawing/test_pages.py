"""Marks by the page: as the marks themselves in all that is asked of them, whether they are packed or not."""

import gc
from itertools import chain
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.pages.marks import PAGE, Marks, differing, find, node, paged
from gradviz.drawing.pages.page import page
from gradviz.drawing.pages.told import sought
from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.layout.geometry import Point, Rect
from tests.bench.drawn import drawn
from tests.unit.drawing.samples import sealed

DRAWING = drawn(300)
PACKED = Marks([one.packed() for one in Marks.of(DRAWING.edges).pages])
EDGES = pytest.mark.parametrize("edges", [Marks.of(DRAWING.edges), PACKED], ids=["open", "packed"])


@EDGES
def test_the_marks_are_those_they_were_made_of(edges: Marks) -> None:
    plain = tuple(DRAWING.edges)
    assert len(edges.pages) > 2
    assert edges == plain
    assert plain == edges
    assert edges != plain[1:]
    assert edges != (*plain[1:], plain[0])
    assert edges != 7
    assert [edges[at] for at in range(len(plain))] == list(plain)
    assert edges[-1] == plain[-1]
    assert edges[60:70] == plain[60:70]
    with pytest.raises(IndexError):
        edges[len(plain)]
    assert list(edges.names()) == [mark.id for mark in plain]
    assert edges.ends() == [name for mark in plain for name in mark.ends or ()]
    assert list(edges.on_line(7)) == []
    named = Marks.of([mark._replace(line=at % 5, ends=None) for at, mark in enumerate(plain)])
    for marks in (named, Marks([one.packed() for one in named.pages])):
        assert list(marks.on_line(3)) == [mark.id for mark in plain[3::5]]
        assert set(marks.ends()) == {""}
    assert Marks.of(edges) is edges


@EDGES
def test_each_is_found_by_its_id_and_none_by_another(edges: Marks) -> None:
    for mark in DRAWING.edges:
        assert edges.named(mark.id) == mark
    assert edges.named("e") is None
    some = [mark.id for mark in DRAWING.edges][::7]
    assert [mark.id for mark in edges.some(some)] == some
    assert [mark.id for mark in edges.some([*some, *(f"no{at}" for at in range(20))])] == some
    name = DRAWING.nodes[5].id
    assert list(edges.joining(name)) == [mark for mark in DRAWING.edges if mark.ends and name in mark.ends]


@pytest.mark.parametrize("packed", [True, False])
def test_the_badges_of_nodes_are_found_with_the_edges_that_they_are_painted_with(
    packed: bool,
) -> None:
    spot = Rect(0, 0, 9, 9)
    marks = [mark._replace(badge=spot) if at % 50 == 0 else mark for at, mark in enumerate(DRAWING.edges)]
    edges = Marks([sealed(one) if packed else one for one in Marks.of(marks).pages])
    wanted = [(mark.ends[0], mark.id, spot) for mark in marks if mark.badge and mark.ends]
    assert len(wanted) > 3
    assert list(edges.badges([name for name, _, _ in wanted])) == wanted
    assert list(edges.badges([wanted[0][0], *(f"no{at}" for at in range(20))])) == wanted[:1]
    assert list(edges.badges([wanted[1][0]])) == wanted[1:2]
    assert list(edges.badges([])) == []
    assert page(marks[1:9]).packed().badges() == []


@given(st.lists(st.tuples(st.sampled_from(["add", "a\nd", "", "mul"]), st.integers(0, 3)), min_size=1, max_size=9))
def test_nodes_are_found_by_what_they_say_and_by_what_they_are_of_and_no_page_is_opened(
    told: list[tuple[str, int]],
) -> None:
    bare = Mark("", Role.OP, Rect(0, 0, 9, 9), (), (), "", "")
    kinds = bare._replace(op=7, grad_fn=1), bare._replace(op=1), bare._replace(tensor=1), bare
    marks = [kinds[of]._replace(id=f"n{at}", title=title) for at, (title, of) in enumerate(told)]
    edge = Mark("e0", Role.DATA_EDGE, Rect(0, 0, 9, 9), (), (), "add", "", op=1, ends=("n0", "n1"))
    loose = [page(marks[at : at + 4]) for at in range(0, len(marks), 4)] + [page([edge])]
    for found in (Marks(loose), Marks(list(map(sealed, loose)))):
        for title in ("add", "a\nd", "mul"):
            assert found.titled(title) == [mark.id for mark in marks if mark.title == title]
        assert found.recording(("grad_fn", 1)) == [f"n{at}" for at, (_, of) in enumerate(told) if of == 0]
        assert found.recording(("op", 1)) == [f"n{at}" for at, (_, of) in enumerate(told) if of == 1]
        assert found.recording(("tensor", 1)) == [f"n{at}" for at, (_, of) in enumerate(told) if of == 2]
        assert found.recording(("op", 7)) == []


@given(st.lists(st.text("aAß \x1e", max_size=5), min_size=1, max_size=5), st.booleans())
def test_what_is_read_on_a_mark_is_found_whether_or_not_its_page_is_packed(said: list[str], packed: bool) -> None:
    marks = [Mark(f"n{at}", Role.OP, Rect(0, 0, 9, 9), (), (), text, "", line=at) for at, text in enumerate(said)]
    one = page(marks).packed() if packed else page(marks)
    for query in ("a", "A a", "SS"):
        there = [f"n{at}" for at, text in enumerate(said) if sought(query) in text.casefold()]
        assert one.saying(sought(query)) == there
    assert one.saying("line 2") == ["n2"][: len(said) // 3]
    assert one.saying("line 9") == []


def test_a_page_that_is_not_what_it_should_be_says_nothing() -> None:
    one = page([Mark("n0", Role.OP, Rect(0, 0, 9, 9), (), (), "add", "")]).packed()
    assert one.saying("add") == ["n0"]
    assert one._replace(words=b"no page").saying("add") == []


@given(st.tuples(*[st.floats(-200, 3000)] * 2), st.tuples(*[st.floats(0, 300)] * 2))
def test_what_touches_a_place_is_found_in_order(corner: tuple[float, float], size: tuple[float, float]) -> None:
    place = Rect(*corner, *size)

    def touches(mark: Mark) -> bool:
        rect = mark.rect
        return (
            rect.x <= place.right
            and place.x <= rect.x + rect.width
            and rect.y <= place.bottom
            and place.y <= rect.y + rect.height
        )

    assert PACKED.within(place) == tuple(filter(touches, DRAWING.edges))


def test_the_pages_come_by_how_near_they_are() -> None:
    at = Point(500, 900)
    told = list(PACKED.near(at))
    assert sorted(one.names for _, one in told) == sorted(one.names for one in PACKED.pages)
    assert [distance for distance, _ in told] == sorted(distance for distance, _ in told)
    for distance, one in told:
        x, y, width, height = one.bounds
        corner = Point(min(max(at.x, x), x + width), min(max(at.y, y), y + height))
        assert ((corner.x - at.x) ** 2 + (corner.y - at.y) ** 2) ** 0.5 == pytest.approx(distance)


@EDGES
def test_marks_that_are_put_stand_in_the_places_of_theirs(edges: Marks) -> None:
    others = {mark.id: mark._replace(title="other", rect=mark.rect.moved(9, 9)) for mark in DRAWING.edges[::90]}
    put = edges.put(others)
    assert put == tuple(others.get(mark.id, mark) for mark in DRAWING.edges)
    assert edges == DRAWING.edges
    for mark in others.values():
        assert mark in put.within(mark.rect)
    pairs = ((a, b) for was, now in differing(edges, put) for a, b in zip(was.marks, now.marks, strict=True))
    assert {b.id for a, b in pairs if a != b} == set(others)
    kept = [one for one, was in zip(put.pages, edges.pages, strict=True) if one is was]
    assert len(kept) == sum(others.keys().isdisjoint(one.ids()) for one in edges.pages)


def test_pages_that_were_changed_long_ago_are_packed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradviz.drawing.pages.marks._LOOSE", 2)
    steps = [one.marks[0]._replace(title="other") for one in PACKED.pages]
    now = PACKED
    for number, mark in enumerate(steps):
        now = now.put({mark.id: mark})
        open_ones = [one for one in now.pages if isinstance(one.held, tuple)]
        assert 1 <= len(open_ones) <= 3
        assert now.stand_as(PACKED)
        assert now[64 * number].title == "other"
    assert [mark.title for mark in now[::64]] == ["other"] * len(steps)
    whole = Marks.of(DRAWING.edges)  # of which nothing was ever packed
    for mark in steps:
        whole = whole.put({mark.id: mark})
    assert all(isinstance(one.held, tuple) for one in whole.pages)


@EDGES
def test_marks_stand_as_others_do_however_they_look(edges: Marks) -> None:
    plain = tuple(DRAWING.edges)
    other = (*plain[:-1], plain[-1]._replace(title="other", rect=Rect(0, 0, 1, 1)))  # what is said on an edge is wider
    for marks in (Marks.of(plain), PACKED, Marks([one.packed() for one in PACKED.pages]), Marks.of(other)):
        assert edges.stand_as(marks)
        assert marks.stand_as(edges)
    assert not edges.stand_as(Marks.of(plain[1:]))
    assert not edges.stand_as(Marks.of(plain[:PAGE]))
    assert not edges.stand_as(Marks.of((*plain[:-1], plain[-1]._replace(id="other"))))
    assert not edges.stand_as(Marks.of((*plain[:-1], plain[-1]._replace(ends=("n0", "other")))))


def test_nodes_stand_as_others_where_their_boxes_are_the_same() -> None:
    nodes = Marks.of(DRAWING.nodes)
    look = tuple(mark._replace(title="other") for mark in DRAWING.nodes)
    moved = (*look[:-1], look[-1]._replace(rect=look[-1].rect.moved(0, 1)))
    for packed in (False, True):
        shown, other = (
            Marks([sealed(one) if packed else one for one in Marks.of(marks).pages]) for marks in (look, moved)
        )
        assert nodes.stand_as(shown)
        assert not nodes.stand_as(other)


def test_pages_differ_where_any_mark_of_theirs_does() -> None:
    again = Marks([one.packed() for one in Marks.of(tuple(DRAWING.edges)).pages])
    assert differing(PACKED, again) == []
    other = again.put({DRAWING.edges[70].id: DRAWING.edges[70]._replace(title="other")})
    assert differing(PACKED, other) == [(PACKED.pages[1], other.pages[1])]


def test_a_node_and_an_edge_are_found_in_a_drawing() -> None:
    by_page = paged(DRAWING)
    for drawing in (DRAWING, by_page):
        assert find(drawing, DRAWING.nodes[7].id) == node(drawing, DRAWING.nodes[7].id) == DRAWING.nodes[7]
        assert find(drawing, DRAWING.edges[7].id) == DRAWING.edges[7]
        assert node(drawing, DRAWING.edges[7].id) is None
    assert by_page == DRAWING


@pytest.mark.parametrize("data", [b"no archive", page(DRAWING.nodes[:2]).packed().held[:-9]])
def test_a_page_that_is_not_what_it_should_be_has_no_marks(data: bytes) -> None:
    broken = PACKED.pages[0]._replace(held=data)
    assert broken.marks == broken.read() == ()
    whole = Marks([broken, *PACKED.pages[1:]])
    assert list(whole) == list(PACKED[64:])
    assert whole.named(PACKED.pages[0].names.split("\n")[1]) is None


def test_what_is_packed_is_small_and_holds_no_objects() -> None:
    many = drawn(2000)
    packed = [one.packed() for one in chain(Marks.of(many.edges).pages, Marks.of(many.nodes).pages)]
    assert sum(len(one.held) + len(one.names) + len(one.ends) for one in packed) < 200 * 4700
    (one, *_) = packed
    assert one.packed() is one
    chance = Random(1)
    before = len(gc.get_objects())
    for _ in range(50):
        chance.choice(packed).read()
    gc.collect()
    assert len(gc.get_objects()) < before + 100


def test_nothing_is_nothing() -> None:
    none = Marks(())
    assert (len(none), list(none), none.within(Rect(0, 0, 9, 9)), none.named("x")) == (0, [], (), None)
    assert paged(Drawing(DRAWING.size, (), (), ())).nodes == ()


def test_nobody_looks_for_cycles_in_the_marks_of_a_page_that_is_opened() -> None:
    gc.unfreeze()
    gc.collect()
    try:
        opened = PACKED.pages[0].read()
        assert gc.isenabled()
        assert id(opened[0]) not in {id(each) for each in gc.get_objects()}
        gc.disable()
        again = PACKED.pages[0].read()
        assert not gc.isenabled()  # as whoever opens it has it
        assert again == opened
    finally:
        gc.enable()
        gc.unfreeze()
