"""Outlines of boxes and the small signs that fonts may lack, as commands and coordinates. No role, no colour."""

import math
from typing import NamedTuple

from gradviz.layout.diagram import Direction
from gradviz.layout.geometry import Point, Rect

# How far from the corner, as a share of the radius, the control points of a quarter circle lie.
_CORNER = 1 - 0.5522847498


class Outline(NamedTuple):
    """Commands and their points, see `shapes.Path`."""

    ops: str
    coords: tuple[float, ...]


def polygon(*points: tuple[float, float]) -> Outline:
    """A closed figure with straight sides."""
    return Outline("M" + "L" * (len(points) - 1) + "Z", tuple(c for point in points for c in point))


def line(*points: tuple[float, float]) -> Outline:
    """An open line through points."""
    return Outline("M" + "L" * (len(points) - 1), tuple(c for point in points for c in point))


def back(at: Point, size: float, direction: Direction) -> Outline:
    """A triangle that points against the flow of data."""
    half = size / 2
    if direction == "TB":
        return polygon((at.x, at.y - half), (at.x + half, at.y + half), (at.x - half, at.y + half))
    return polygon((at.x - half, at.y), (at.x + half, at.y - half), (at.x + half, at.y + half))


def square(box: Rect) -> Outline:
    """Four straight sides."""
    return polygon((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))


def rounded(box: Rect, radius: float) -> Outline:
    """Straight sides and round corners."""
    return Outline("R", (box.x, box.y, box.right, box.bottom, box.x + radius, box.y + radius))


def traced(shape: Outline) -> Outline:
    """The same in lines and curves, for whoever has no rectangles with round corners."""
    if shape.ops != "R":
        return shape
    x, y, right, bottom, inner, _ = shape.coords
    r, k = inner - x, (inner - x) * _CORNER
    sides = (
        *(x + r, y, right - r, y, right - k, y, right, y + k, right, y + r),
        *(right, bottom - r, right, bottom - k, right - k, bottom, right - r, bottom),
        *(x + r, bottom, x + k, bottom, x, bottom - k, x, bottom - r),
        *(x, y + r, x, y + k, x + k, y, x + r, y),
    )
    return Outline("MLCLCLCLCZ", sides)


def pill(box: Rect) -> Outline:
    """Round at both ends."""
    return rounded(box, min(box.width, box.height) / 2)


def hexagon(box: Rect, point: float) -> Outline:
    """Pointed at the left and right; `point` is how far the points reach out of the straight part."""
    middle = box.y + box.height / 2
    return polygon(
        (box.x + point, box.y),
        (box.right - point, box.y),
        (box.right, middle),
        (box.right - point, box.bottom),
        (box.x + point, box.bottom),
        (box.x, middle),
    )


def cut(box: Rect, corner: float) -> Outline:
    """All four corners cut off."""
    return polygon(
        (box.x + corner, box.y),
        (box.right - corner, box.y),
        (box.right, box.y + corner),
        (box.right, box.bottom - corner),
        (box.right - corner, box.bottom),
        (box.x + corner, box.bottom),
        (box.x, box.bottom - corner),
        (box.x, box.y + corner),
    )


def note(box: Rect, fold: float) -> tuple[Outline, Outline]:
    """A sheet whose top right corner is folded, and the fold."""
    left, top = box.right - fold, box.y + fold
    sheet = polygon((box.x, box.y), (left, box.y), (box.right, top), (box.right, box.bottom), (box.x, box.bottom))
    return sheet, polygon((left, box.y), (left, top), (box.right, top))


def strip(box: Rect, radius: float) -> Outline:
    """A band along the bottom of a rounded box: straight above, round below."""
    r, k = radius, radius * _CORNER
    x, y, right, bottom = box.x, box.y, box.right, box.bottom
    coords = (
        *(x, y, right, y, right, bottom - r),
        *(right, bottom - k, right - k, bottom, right - r, bottom),
        *(x + r, bottom, x + k, bottom, x, bottom - k, x, bottom - r),
    )
    return Outline("MLLCLCZ", coords)


def seal(center: Point, radius: float) -> Outline:
    """A small regular hexagon standing on a corner."""
    spokes = (math.radians(60 * k - 90) for k in range(6))
    return polygon(*((center.x + radius * math.cos(a), center.y + radius * math.sin(a)) for a in spokes))


def sigma(center: Point, size: float) -> Outline:
    """The sign of a sum."""
    w, h = size * 0.34, size * 0.44
    x, y = center
    return line((x + w, y - h), (x - w, y - h), (x + w * 0.3, y), (x - w, y + h), (x + w, y + h))


def star(center: Point, radius: float) -> Outline:
    """Five points."""
    spokes = ((math.radians(36 * k - 90), radius if k % 2 == 0 else radius * 0.42) for k in range(10))
    return polygon(*((center.x + r * math.cos(a), center.y + r * math.sin(a)) for a, r in spokes))


def partial(center: Point, size: float) -> Outline:
    """The sign of a partial derivative: a round d whose stem bends over to the left."""
    x, y = center
    coords = [c for dx, dy in _PARTIAL for c in (x + dx * size, y + dy * size)]
    return Outline("MCCCCCC", tuple(coords))


# Of unit size about the origin: down the stem from its bent end, round the bowl, and back to the stem.
_PARTIAL = (
    *((-0.22, -0.38), (-0.14, -0.47), (-0.06, -0.5), (0, -0.5)),
    *((0.17, -0.5), (0.27, -0.25), (0.27, 0.1)),
    *((0.27, 0.32), (0.14, 0.45), (-0.02, 0.45)),
    *((-0.17, 0.45), (-0.28, 0.34), (-0.28, 0.18)),
    *((-0.28, 0), (-0.15, -0.13), (0, -0.13)),
    *((0.13, -0.13), (0.24, -0.03), (0.27, 0.1)),
)


def curve(coords: tuple[float, ...]) -> Outline:
    """An open curve through the points of a route: x, y, x, y, ..."""
    return Outline("M" + "C" * (len(coords) // 6), coords)


ARROW = (9.0, 3.6)  # length, and half the width, of an arrow head


def arrow_head(coords: tuple[float, ...]) -> Outline:
    """The head of an arrow at the end of a curve, along its last control points that differ."""
    x, y = coords[-2:]
    for k in range(len(coords) - 4, -1, -2):
        dx, dy = x - coords[k], y - coords[k + 1]
        length = math.hypot(dx, dy)
        if length > 0.01:
            break
    else:
        dx, dy, length = 0.0, 1.0, 1.0
    ux, uy = dx / length, dy / length
    long, half = ARROW
    back = (x - ux * long, y - uy * long)
    return polygon((x, y), (back[0] - uy * half, back[1] + ux * half), (back[0] + uy * half, back[1] - ux * half))
