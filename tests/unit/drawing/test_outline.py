import math

import pytest

from gradviz.drawing.boxes import outline
from gradviz.drawing.boxes.outline import Outline
from gradviz.layout.geometry import Point, Rect

NUMBERS = {"M": 2, "L": 2, "C": 6, "Z": 0, "R": 6}
BOX = Rect(10, 20, 120, 50)
CLOSED = {
    "square": outline.square(BOX),
    "rounded": outline.rounded(BOX, 9),
    "pill": outline.pill(BOX),
    "hexagon": outline.hexagon(BOX, 16),
    "cut": outline.cut(BOX, 11),
    "note": outline.note(BOX, 8)[0],
    "fold": outline.note(BOX, 8)[1],
    "strip": outline.strip(BOX, 6),
    "seal": outline.seal(BOX.center, 11),
    "star": outline.star(BOX.center, 7),
}
OPEN = {
    "line": outline.line((10, 20), (30, 40)),
    "sigma": outline.sigma(BOX.center, 11),
    "partial": outline.partial(BOX.center, 12),
    "curve": outline.curve((10, 20, 10, 30, 40, 30, 40, 60)),
}


def sides(shape: Outline) -> tuple[float, float, float, float]:
    xs, ys = shape.coords[::2], shape.coords[1::2]
    return min(xs), min(ys), max(xs), max(ys)


@pytest.mark.parametrize("shape", [*CLOSED.values(), *OPEN.values()], ids=[*CLOSED, *OPEN])
def test_every_command_has_its_numbers(shape: Outline) -> None:
    assert sum(NUMBERS[command] for command in shape.ops) == len(shape.coords)
    assert shape.ops == "R" or (shape.ops[0] == "M" and set(shape.ops[1:]) <= set("LCZ"))


@pytest.mark.parametrize("shape", [*CLOSED.values(), *OPEN.values()], ids=[*CLOSED, *OPEN])
def test_every_outline_can_be_traced_in_lines_and_curves(shape: Outline) -> None:
    traced = outline.traced(shape)
    assert sum(NUMBERS[command] for command in traced.ops) == len(traced.coords)
    assert traced.ops[0] == "M"
    assert set(traced.ops[1:]) <= set("LCZ")
    assert sides(traced) == pytest.approx(sides(shape))


def test_round_corners_are_quarters_of_a_circle() -> None:
    coords = outline.traced(outline.rounded(Rect(0, 0, 100, 60), 10)).coords
    points = list(zip(coords[::2], coords[1::2], strict=True))
    start, one, two, end = points[1:5]  # the corner at the top right, whose middle is at (90, 10)
    assert (start, end) == ((90, 0), (100, 10))
    for t in (0.25, 0.5, 0.75):
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        x, y = (sum(w * p[k] for w, p in zip(weights, (start, one, two, end), strict=True)) for k in (0, 1))
        assert math.dist((x, y), (90, 10)) == pytest.approx(10, abs=0.01)


@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_outline_stays_in_its_box(name: str) -> None:
    shape = CLOSED[name]
    assert outline.traced(shape).ops.endswith("Z")
    left, top, right, bottom = sides(shape)
    assert BOX.x - 1e-9 <= left
    assert BOX.y - 1e-9 <= top
    assert right <= BOX.right + 1e-9
    assert bottom <= BOX.bottom + 1e-9


@pytest.mark.parametrize("name", ["square", "rounded", "pill", "hexagon", "cut", "note", "strip"])
def test_the_outline_of_a_box_reaches_all_its_sides(name: str) -> None:
    assert sides(CLOSED[name]) == pytest.approx((BOX.x, BOX.y, BOX.right, BOX.bottom))


def test_signs_are_as_large_as_asked() -> None:
    left, top, right, bottom = sides(outline.sigma(Point(0, 0), 10))
    assert (left, right) == (-right, -left)
    assert (top, bottom) == (-bottom, -top)
    assert max(right - left, bottom - top) <= 10
    left, top, right, bottom = sides(outline.partial(Point(0, 0), 10))
    assert right - left < bottom - top <= 10


@pytest.mark.parametrize(
    ("coords", "towards"),
    [
        ((0, 0, 0, 10), (0, 1)),
        ((0, 0, 10, 0), (1, 0)),
        ((0, 0, 5, 5, 5, 5, 5, 5), (math.sqrt(0.5), math.sqrt(0.5))),
        ((3, 3, 3, 3), (0, 1)),
    ],
)
def test_an_arrow_head_points_the_way_its_curve_ends(coords: tuple[float, ...], towards: tuple[float, float]) -> None:
    tip_x, tip_y, *wings = outline.arrow_head(coords).coords
    assert (tip_x, tip_y) == coords[-2:]
    middle = ((wings[0] + wings[2]) / 2, (wings[1] + wings[3]) / 2)
    length, half = outline.ARROW
    assert (tip_x - middle[0], tip_y - middle[1]) == pytest.approx((towards[0] * length, towards[1] * length))
    assert math.dist(wings[:2], wings[2:]) == pytest.approx(2 * half)
