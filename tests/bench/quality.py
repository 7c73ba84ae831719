"""What can be counted of a picture by geometry alone, whoever made it: crossings, and edges that run through boxes."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from math import dist, floor
from statistics import median

from gradviz.layout.diagram import Diagram, Link
from gradviz.layout.geometry import Placement, Point, Rect, Route

_TILE = 40.0
_PIECES = 10  # straight lines that stand for one piece of a curve
_MEETING = 30.0  # pixels from a point where two routes both begin or end, within which they do not count as crossing
_SKIN = 1.0  # pixels of a box that a route may graze
_STILL = 1.0  # pixels that nobody sees
_ROUNDING = 1e-6  # square pixels

Line = tuple[int, Point, Point]  # of which link it is a piece


def crossings(diagram: Diagram, placement: Placement) -> int:
    """Return how often two edges cross."""
    routes = [placement.routes[link.id] for link in diagram.links]
    tiles: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for link, route in enumerate(routes):
        for start, end in pairwise(_corners(route)):
            for tile in _tiles(start, end):
                tiles[tile].append((link, start, end))
    found: set[tuple[Line, Line]] = set()
    for lines in tiles.values():
        for at, one in enumerate(lines):
            for other in lines[at + 1 :]:
                if one[0] != other[0] and _cross(one, other) and not _meet(routes[one[0]], routes[other[0]], one[1]):
                    found.add((one, other))
    return len(found)


def through_boxes(diagram: Diagram, placement: Placement) -> int:
    """Return how many edges run through a box that they do not join."""
    tiles: dict[tuple[int, int], list[tuple[str, Rect]]] = defaultdict(list)
    for name, rect in placement.cells.items():
        inner = rect.grown(-_SKIN)
        for tile in _tiles(Point(inner.x, inner.y), Point(inner.right, inner.bottom)):
            tiles[tile].append((name, inner))
    return sum(_hits(link, placement.routes[link.id], tiles) for link in diagram.links)


def moved(before: Placement, after: Placement) -> float:
    """Return the share of the old boxes that moved across, when the picture as a whole is brought back.

    What is below a new box moves down by the height of its row; only places across are compared.
    """
    shifts = [after.cells[name].x - rect.x for name, rect in before.cells.items()]
    whole = median(shifts)
    return sum(abs(shift - whole) > _STILL for shift in shifts) / len(shifts)


def _hits(link: Link, route: Route, tiles: dict[tuple[int, int], list[tuple[str, Rect]]]) -> bool:
    own = (link.tail, link.head)
    for point in _corners(route):
        for name, rect in tiles.get((floor(point.x / _TILE), floor(point.y / _TILE)), ()):
            if name not in own and rect.contains(point):
                return True
    return False


def _corners(route: Route) -> Iterator[Point]:
    """Yield points of the curve, by the definition of a cubic Bezier."""
    points = route.points
    yield points[0]
    for first in range(0, len(points) - 1, 3):
        a, b, c, d = points[first : first + 4]
        for step in range(1, _PIECES + 1):
            t = step / _PIECES
            u = 1 - t
            weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
            yield Point(
                sum(weight * point.x for weight, point in zip(weights, (a, b, c, d), strict=True)),
                sum(weight * point.y for weight, point in zip(weights, (a, b, c, d), strict=True)),
            )


def _tiles(start: Point, end: Point) -> Iterator[tuple[int, int]]:
    columns = sorted((floor(start.x / _TILE), floor(end.x / _TILE)))
    rows = sorted((floor(start.y / _TILE), floor(end.y / _TILE)))
    for column in range(columns[0], columns[1] + 1):
        for row in range(rows[0], rows[1] + 1):
            yield column, row


def _cross(one: Line, other: Line) -> bool:
    """Whether two lines cross; lines that only touch do not."""
    _, a, b = one
    _, c, d = other
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, point: Point) -> float:
    area = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
    return area if abs(area) > _ROUNDING else 0.0


def _meet(one: Route, other: Route, at: Point) -> bool:
    """Whether two routes have an end in common near that point."""
    ends = [
        a
        for a in (one.points[0], one.points[-1])
        for b in (other.points[0], other.points[-1])
        if dist(a, b) < _STILL and dist(a, at) < _MEETING
    ]
    return bool(ends)
