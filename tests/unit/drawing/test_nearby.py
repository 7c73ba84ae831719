"""Parts of curves, held against points along the whole."""

from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.nearby import nearby
from gradviz.layout.geometry import Point, Rect

STEPS = 64
NUMBERS = st.floats(-3000, 3000)
PLACES = st.builds(Rect, NUMBERS, NUMBERS, st.floats(1, 900), st.floats(1, 900))


@st.composite
def curves(draw: st.DrawFn) -> tuple[float, ...]:
    """Of a few pieces or of many, which lead anywhere or on and on."""
    count = draw(st.one_of(st.integers(1, 4), st.integers(30, 60)))
    points = draw(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3 * count + 1, max_size=3 * count + 1))
    if draw(st.booleans()):
        points = [(x / 100, y / 100 + 40 * number) for number, (x, y) in enumerate(points)]
    return tuple(number for point in points for number in point)


def along(coords: Sequence[float], steps: int = STEPS) -> Iterator[Point]:
    for at in range(0, len(coords) - 7, 6):
        x, y, x1, y1, x2, y2, x3, y3 = coords[at : at + 8]
        for step in range(steps + 1):
            t = step / steps
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            yield Point(a * x + b * x1 + c * x2 + d * x3, a * y + b * y1 + c * y2 + d * y3)


def pieces(parts: list[list[float]]) -> Iterator[Rect]:
    """Round the points of each piece."""
    for part in parts:
        for at in range(0, len(part) - 7, 6):
            xs, ys = part[at : at + 8 : 2], part[at + 1 : at + 8 : 2]
            yield Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


@given(curves(), PLACES, st.floats(50, 2000))
def test_all_of_a_curve_in_a_place_is_kept_and_little_else(
    coords: tuple[float, ...], place: Rect, longest: float
) -> None:
    parts = nearby(coords, place, longest)
    kept = [rect.grown(1e-6) for rect in pieces(parts)]
    for point in along(coords):
        assert not place.contains(point) or any(rect.contains(point) for rect in kept)
    assert all(max(rect.width, rect.height) <= longest and rect.overlaps(place.grown(1e-6)) for rect in pieces(parts))


@given(curves(), PLACES, st.floats(50, 2000))
def test_each_part_is_of_the_curve_and_ends_with_it_or_elsewhere(
    coords: tuple[float, ...], place: Rect, longest: float
) -> None:
    whole = list(along(coords, 8 * STEPS))
    for part in nearby(coords, place, longest)[:3]:
        ends = Point(*part[:2]), Point(*part[-2:])
        for end, at in zip(ends, (whole[0], whole[-1]), strict=True):
            assert end == at or not place.contains(end)
        middle = Point(*part[6:8])
        assert min(abs(middle.x - point.x) + abs(middle.y - point.y) for point in whole) < 60


def test_a_curve_that_lies_in_the_place_is_kept_as_it_is() -> None:
    coords = tuple(float(number) for number in range(2 + 6 * 40))
    assert nearby(coords, Rect(-1, -1, 1000, 1000), 1000.0) == [list(coords)]
    assert nearby(coords, Rect(5000, 0, 9, 9), 1000.0) == []
    assert nearby((1.0, 2.0), Rect(0, 0, 9, 9), 1000.0) == []
