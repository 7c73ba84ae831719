"""Zoom, pan and pointing, held against plain geometry."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.shapes import Drawing, Mark, Path, Role
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.ui.graph.painting.scene import Arrow, Scene, Stand, distance
from gradviz.ui.graph.painting.viewport import MAX_SCALE, MIN_SCALE, Viewport, first_look, fitted, look_at_columns

PLACES = st.floats(-1000, 1000)
PANEL = Size(800, 600)
VIEWS = st.builds(Viewport, PLACES, PLACES, st.floats(MIN_SCALE, MAX_SCALE))
SIZES = st.builds(Size, st.floats(1, 5000), st.floats(1, 5000))


@given(VIEWS, st.floats(0.1, 10), st.floats(0, 800), st.floats(0, 600))
def test_zoom_keeps_the_point_under_the_pointer(view: Viewport, factor: float, x: float, y: float) -> None:
    before = view.to_drawing(x, y)
    zoomed = view.zoomed(factor, x, y)
    after = zoomed.to_drawing(x, y)
    assert math.isclose(before.x, after.x, abs_tol=1e-6)
    assert math.isclose(before.y, after.y, abs_tol=1e-6)
    assert MIN_SCALE <= zoomed.scale <= MAX_SCALE


@given(VIEWS, PLACES, PLACES)
def test_a_pan_moves_everything_by_so_many_pixels(view: Viewport, dx: float, dy: float) -> None:
    at = Point(3, 4)
    before, after = view.to_panel(at), view.panned(dx, dy).to_panel(at)
    assert math.isclose(after.x - before.x, dx, abs_tol=1e-6)
    assert math.isclose(after.y - before.y, dy, abs_tol=1e-6)


@given(SIZES)
def test_a_fitted_drawing_is_seen_whole_and_centred(drawing: Size) -> None:
    view = fitted(drawing, PANEL)
    assert view.holds(drawing, PANEL)
    middle = view.to_panel(Point(drawing.width / 2, drawing.height / 2))
    assert math.isclose(middle.x, 400, abs_tol=1e-6)
    assert math.isclose(middle.y, 300, abs_tol=1e-6)
    assert view.scale <= 1.0  # never larger than life


@given(SIZES, st.floats(0, 1), st.floats(0, 1))
def test_a_first_look_can_be_read_and_shows_the_beginning(drawing: Size, x: float, y: float) -> None:
    start = Rect(x * drawing.width, y * drawing.height, 0, 0)
    view = first_look(drawing, PANEL, start)
    assert 0.42 <= view.scale <= 1.0
    assert view.seen(PANEL).grown(1e-6).contains(start.center)
    assert view.holds(drawing, PANEL) == (fitted(drawing, PANEL).scale >= 0.42)


@pytest.mark.parametrize(
    ("drawing", "scale"),
    [
        (Size(1500, 1500), 752 / 1500),  # all of the width
        (Size(900, 4000), 0.7),
        (Size(1840, 4000), 0.7),  # too small, were all of it seen
        (Size(4000, 900), 552 / 900),  # left to right: all of the height
    ],
)
def test_a_first_look_has_one_way_to_go_where_it_can(drawing: Size, scale: float) -> None:
    view = first_look(drawing, PANEL, Rect(0, 0, 0, 0))
    assert view.scale == pytest.approx(scale)


def test_a_first_look_cuts_nothing_off_beside_its_beginning_where_there_is_room() -> None:
    wide = Size(6000, 4000)
    margin = 24 / 0.7
    assert first_look(wide, PANEL, Rect(150, 0, 200, 60)) == pytest.approx(Viewport(-margin, -margin, 0.7))
    middle = first_look(wide, PANEL, Rect(5000, 900, 200, 60))
    assert middle.seen(PANEL).center == pytest.approx(Point(5100, 930))
    end = first_look(wide, PANEL, Rect(5790, 0, 200, 60))
    assert end.seen(PANEL).right == pytest.approx(6000 + margin)
    large = first_look(wide, PANEL, Rect(500, 100, 3000, 2000))
    assert (large.x, large.y) == pytest.approx((500 - margin, 100 - margin))  # its beginning, where it is too large


@given(VIEWS, st.builds(Rect, PLACES, PLACES, st.floats(1, 30), st.floats(1, 30)))
def test_showing_moves_no_more_than_needed(view: Viewport, place: Rect) -> None:
    shown = view.showing(place, PANEL)
    seen = shown.seen(PANEL).grown(1e-6)
    assert seen.contains(Point(place.x, place.y))
    assert shown.showing(place, PANEL) == pytest.approx(shown)


def box(name: str, x: float, y: float) -> Mark:
    return Mark(name, Role.LEAF, Rect(x, y, 40, 20), (), (), name, "")


def curve(tail: str, head: str, *points: float) -> Mark:
    xs, ys = points[::2], points[1::2]
    rect = Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    path = Path("MC", points, Role.DATA_EDGE, filled=False, arrow=True)
    return Mark(f"{tail}>{head}", Role.DATA_EDGE, rect, (path,), (), "", "", ends=(tail, head))


FORK = Drawing(
    Size(3200, 200),
    (),
    (
        curve("a", "b", 70, 20, 70, 60, 20, 60, 20, 100),
        curve("a", "c", 70, 20, 70, 60, 120, 60, 120, 100),
        curve("a", "far", 70, 20, 70, 60, 3020, 60, 3020, 100),
    ),
    (box("a", 50, 0), box("b", 0, 100), box("c", 100, 100), box("far", 3000, 100)),
)


def stand(scene: Scene, name: str) -> Stand:
    mark = scene.mark(name)
    assert mark is not None
    return Stand(mark, mark.rect)


def test_pointing_finds_nodes_then_edges() -> None:
    scene = Scene(FORK)
    assert (hit := scene.hit(Point(60, 10), 5))
    assert hit.id == "a"
    assert (hit := scene.hit(Point(45, 60), 5))  # the middle of the curve
    assert hit.id == "a>b"
    assert scene.hit(Point(70, 90), 5) is None
    assert scene.hit(Point(-500, -500), 5) is None


@pytest.mark.parametrize(
    ("start", "arrow", "end"),
    [
        ("a", "down", "b"),
        ("b", "up", "a"),
        ("b", "right", "c"),
        ("c", "left", "b"),
        ("c", "right", "far"),
        ("far", "up", "a"),  # an input, though it is far more to the left than above
        ("a>b", "up", "a"),
        ("a>b", "down", "b"),
        ("a", "up", None),
    ],
)
def test_arrows_walk(start: str, arrow: Arrow, end: str | None) -> None:
    scene = Scene(FORK)
    there = scene.step(stand(scene, start), arrow)
    assert (there.mark.id if there else None) == end


# x goes into a, which is by its box, and from a badge into b and into c.
SHARED = Drawing(
    Size(400, 900),
    (),
    (
        curve("x", "a", 20, 20, 20, 60, 20, 60, 20, 100),
        curve("a", "b", 20, 120, 20, 200, 20, 300, 20, 400),
        curve("b", "c", 20, 420, 20, 500, 20, 600, 20, 700),
        curve("x", "b", 110, 370, 110, 380, 30, 390, 30, 400)._replace(
            rect=Rect(30, 350, 90, 50), badge=Rect(100, 350, 20, 20)
        ),
        curve("x", "c", 110, 670, 110, 680, 30, 690, 30, 700)._replace(
            rect=Rect(30, 650, 90, 50), badge=Rect(100, 650, 20, 20)
        ),
    ),
    (box("x", 0, 0), box("a", 0, 100), box("b", 0, 400), box("c", 0, 700)),
)


def test_a_badge_is_a_place_of_its_node() -> None:
    scene = Scene(SHARED)
    places = [Rect(0, 0, 40, 20), Rect(100, 350, 20, 20), Rect(100, 650, 20, 20)]
    assert scene.places("x") == places
    assert scene.places("a") == [Rect(0, 100, 40, 20)]
    assert scene.places("nothing") == []
    for place in places:
        assert (hit := scene.hit(place.center, 5))
        assert hit.id == "x"
    assert (edge := scene.hit(Point(30, 400), 5))
    assert edge.id == "b"
    assert (edge := scene.hit(Point(90, 383), 5))
    assert edge.id == "x>b"


@pytest.mark.parametrize(
    ("start", "place", "arrow", "end", "there"),
    [
        ("b", 0, "up", "x", 1),  # the badge is nearer than the other input
        ("x", 1, "up", "x", 0),
        ("x", 1, "down", "b", 0),
        ("x", 2, "down", "c", 0),
        ("x", 0, "down", "a", 0),
        ("x>b", 0, "up", "x", 1),
        ("b", 0, "right", None, 0),
        ("x", 2, "left", None, 0),
        ("c", 0, "up", "x", 2),
    ],
)
def test_arrows_walk_to_badges_and_from_them(start: str, place: int, arrow: Arrow, end: str | None, there: int) -> None:
    scene = Scene(SHARED)
    mark = scene.mark(start)
    assert mark is not None
    found = scene.step(Stand(mark, scene.places(start)[place]), arrow)
    assert (found.mark.id if found else None) == end
    assert found is None or end is None or found.place == scene.places(end)[there]


def test_a_badge_is_a_neighbour_of_what_stands_beside_it() -> None:
    scene = Scene(SHARED._replace(nodes=(*SHARED.nodes, box("beside", 0, 350))))
    assert (found := scene.step(stand(scene, "beside"), "right"))
    assert (found.mark.id, found.place) == ("x", Rect(100, 350, 20, 20))
    assert (found := scene.step(found, "left"))
    assert found.mark.id == "beside"


def test_where_data_flows_right_the_arrows_do_too() -> None:
    nodes = (box("a", 0, 0), box("b", 200, 90), box("c", 200, 0))
    scene = Scene(Drawing(Size(300, 200), (), (curve("a", "b", 40, 10, 90, 10, 150, 100, 200, 100),), nodes))
    assert (user := scene.step(stand(scene, "a"), "right"))
    assert user.mark.id == "b"  # not the neighbour, which is nearer
    assert (above := scene.step(stand(scene, "b"), "up"))
    assert above.mark.id == "c"
    assert (given := scene.step(stand(scene, "b"), "left"))
    assert given.mark.id == "a"


# Eighths of a pixel, whose sums are exact: an edge that is lost by rounding, as one of 1e-44, nobody sees.
EIGHTHS, LENGTHS = (st.integers(8 * low, 8 * 4000).map(lambda number: number / 8) for low in (-4000, 0))
RECTS = st.builds(Rect, EIGHTHS, EIGHTHS, LENGTHS, LENGTHS)


@given(st.lists(st.tuples(RECTS, RECTS), max_size=30), VIEWS)
def test_a_part_holds_exactly_what_is_seen(places: list[tuple[Rect, Rect]], view: Viewport) -> None:
    node, seen = box("a", 0, 0), view.seen(PANEL)
    then, now = (
        tuple(
            Mark(str(number), Role.DATA_EDGE, pair[at], (), (), "", "", ends=("a", "a"))
            for number, pair in enumerate(places)
        )
        for at in (0, 1)
    )
    before = Scene(Drawing(Size(1, 1), (), then, (node,)))
    after = Scene(Drawing(Size(1, 1), (), now, (node,)), before)
    assert after.stays
    for scene in (before, after):
        touching = tuple(
            mark
            for mark in scene.drawing.edges
            if mark.rect.x <= seen.right
            and seen.x <= mark.rect.right
            and mark.rect.y <= seen.bottom
            and seen.y <= mark.rect.bottom
        )
        assert scene.edges.within(seen) == touching


def test_a_mark_over_everything_is_always_found() -> None:
    huge = Mark("huge", Role.REGION, Rect(0, 0, 1e6, 1e6), (), (), "", "")
    assert Scene(Drawing(Size(1e6, 1e6), (huge,), (), ())).frames.within(Rect(5e5, 5e5, 10, 10)) == (huge,)


def test_where_very_many_edges_pass_one_of_the_near_ones_is_hit() -> None:
    curves = (Path("MC", (0, y, 100, y, 200, y, 3000, y), Role.DATA_EDGE, filled=False) for y in range(2000))
    edges = [
        Mark(f"e{at}", Role.DATA_EDGE, Rect(0, 0, 3000, 2000), (path,), (), "", "") for at, path in enumerate(curves)
    ]
    scene = Scene(Drawing(Size(3000, 2000), (), tuple(edges), ()))
    for y, hit in ((10.4, 10), (70.2, 70), (1999.6, 1999)):
        assert scene.hit(Point(1000, y), 6) == edges[hit]
    assert scene.hit(Point(1000, 2010), 6) is None
    touched = scene.hit(Point(1000, 1500), 600)  # where all of that is the pointer, any of them is
    assert touched is not None
    assert abs(int(touched.id[1:]) - 1500) <= 60


def test_distance_knows_lines_curves_and_closed_shapes() -> None:
    square = Path("MLLLZ", (0, 0, 10, 0, 10, 10, 0, 10), Role.LEAF)
    assert distance((square,), Point(-3, 5)) == pytest.approx(3)
    assert distance((square,), Point(5, -4)) == pytest.approx(4)
    arc = Path("MC", (0, 0, 0, 100, 100, 100, 100, 0), Role.DATA_EDGE)
    assert distance((arc,), Point(50, 75)) < 0.5
    assert distance((Path("ML", (5, 5, 5, 5), Role.LEAF),), Point(8, 9)) == pytest.approx(5)


@pytest.mark.parametrize(("changed", "parts"), [(3, 3), (200, 200), (201, 1)])
def test_what_is_another_is_told_apart_where_that_is_little(changed: int, parts: int) -> None:
    nodes = [box(str(number), 60.0 * number, 0) for number in range(500)]
    others = [node._replace(title="another") if at < changed else node for at, node in enumerate(nodes)]
    size = Size(30_000, 20)
    before = Scene(Drawing(size, (), (), tuple(nodes)))
    after = Scene(Drawing(size, (), (), tuple(others)), before)
    assert len(after.changed) == parts
    assert all(any(one.contains(node.rect.center) for one in after.changed) for node in nodes[:changed])


def test_a_large_scene_is_searched_in_no_time() -> None:
    nodes = tuple(box(str(index), 60.0 * (index % 300), 50.0 * (index // 300)) for index in range(100_000))
    scene = Scene(Drawing(Size(18_000, 17_000), (), (), nodes))
    started = time.perf_counter()
    for _ in range(100):
        scene.hit(Point(9000, 8000), 5)
    assert time.perf_counter() - started < 1.0


def beside(each: Size, *, across: bool) -> list[Rect]:
    """Three columns, in a row or one below another."""
    dx, dy = (each.width, 0.0) if across else (0.0, each.height)
    return [Rect(at * dx, at * dy, *each) for at in range(3)]


@given(SIZES, st.booleans())
def test_of_drawings_side_by_side_names_are_seen_and_can_be_read(each: Size, across: bool) -> None:
    columns = beside(each, across=across)
    view = look_at_columns(columns, PANEL, columns[0])
    seen = view.seen(PANEL).grown(0.01)
    assert 0.42 <= view.scale <= 1.0
    assert seen.contains(Point(columns[0].x, columns[0].y))
    if across and 3 * each.width * 0.42 <= PANEL.width - 48:
        assert seen.contains(Point(columns[2].right, 0))


@pytest.mark.parametrize(
    ("wide", "names", "scale"),
    [
        (400, 3, 752 / 1200),
        (700, 2, 752 / 1400),  # all three would be too small
        (1300, 1, 752 / 1300),
        (2800, 0, 0.7),  # the transformer: its first graph begins as it does alone
    ],
)
def test_as_many_drawings_side_by_side_are_seen_as_can_be_read(wide: float, names: int, scale: float) -> None:
    columns = beside(Size(wide, 4000), across=True)
    view = look_at_columns(columns, PANEL, columns[0])
    seen = view.seen(PANEL).grown(0.01)
    assert view.scale == pytest.approx(scale)
    assert sum(seen.x <= one.x and one.right <= seen.right for one in columns) == names
    assert seen.y <= 0 < seen.bottom


def test_larger_text_leaves_as_many_boxes_in_view_as_a_small_window_has() -> None:
    drawing, start = Size(2700, 1800), Rect(0, 0, 200, 60)
    assert first_look(drawing, Size(600, 400), start).scale == pytest.approx(0.7)
    assert first_look(drawing, Size(740, 500), start, 1.8).scale == pytest.approx(740 / 850)
    assert first_look(drawing, Size(1200, 800), start, 1.8).scale == pytest.approx(0.7 * 1.8)


def test_what_is_looked_for_can_be_read_and_is_not_made_larger_where_it_can_be() -> None:
    panel, place = Size(600, 400), Rect(4000, 90_000, 120, 40)
    far = Viewport(scale=0.02).reading(place, panel)
    assert far.scale >= 0.5
    assert far.to_panel(place.center) == pytest.approx((300, 200))
    near = Viewport(scale=0.5)
    assert near.reading(place, panel) == near.showing(place, panel)


def test_a_fitted_drawing_is_seen_whole_however_long_it_is() -> None:
    long = Size(120_000, 400_000)  # 200 steps of an LSTMCell, every op drawn
    assert fitted(long, PANEL).holds(long, PANEL)
