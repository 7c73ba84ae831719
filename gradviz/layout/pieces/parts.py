"""Where the parts of a drawing that no link joins lie beside each other: in lines, or where they were before.

Knows parts that are laid out already, as rectangles.
"""

from itertools import combinations
from math import sqrt

from gradviz.layout.geometry import WIDE, Placement, Point, Rect, Size

GAP = 48.0  # between two parts
WORSE = 1.5  # how much more room than in lines parts may take on behalf of where they were
MOST = 48  # parts that are looked at in pairs


def arranged(parts: list[Placement], former: list[dict[str, Rect]]) -> list[Point]:
    """The corner of each part.

    Args:
        parts: each with its least place at 0.
        former: of each part, where some of its cells were before; none if it is new.
    """
    sizes = [part.size for part in parts]
    corners = _in_lines(sizes)
    if not any(former) or len(parts) > MOST:
        return corners
    stayed = _stayed(parts, former, extent(sizes, corners))
    apart = [Rect(*corner, *size).grown(GAP / 2) for corner, size in zip(stayed, sizes, strict=True)]
    if any(one.grown(-0.5).overlaps(other) for one, other in combinations(apart, 2)):
        return corners
    mine, lines = extent(sizes, stayed), extent(sizes, corners)
    fits = mine.width * mine.height <= WORSE * (lines.width + GAP) * (lines.height + GAP)
    return stayed if fits else corners


def extent(sizes: list[Size], corners: list[Point]) -> Size:
    """How far parts reach, from 0."""
    return Size(
        max((corner.x + size.width for corner, size in zip(corners, sizes, strict=True)), default=0.0),
        max((corner.y + size.height for corner, size in zip(corners, sizes, strict=True)), default=0.0),
    )


def _in_lines(sizes: list[Size]) -> list[Point]:
    """Parts in reading order, on as many lines as make the whole about as wide as a screen."""
    area = sum((size.width + GAP) * (size.height + GAP) for size in sizes)
    limit = max([sqrt(area * WIDE), *(size.width for size in sizes)])
    corners: list[Point] = []
    x = y = line = 0.0
    for size in sizes:
        if x and x + size.width > limit:
            x, y, line = 0.0, y + line + GAP, 0.0
        corners.append(Point(x, y))
        line = max(line, size.height)
        x += size.width + GAP
    return corners


def _stayed(parts: list[Placement], former: list[dict[str, Rect]], lines: Size) -> list[Point]:
    """Parts where they were, by the first of their cells that was there; new ones to the right, or else below."""
    shifts: dict[int, Point] = {}
    for at, (part, cells) in enumerate(zip(parts, former, strict=True)):
        there = [name for name in part.cells if name in cells]
        if there:
            first = min(there, key=lambda name: part.cells[name][1::-1])
            shifts[at] = _shift(part.cells[first], cells[first])
    left, top = min(shift.x for shift in shifts.values()), min(shift.y for shift in shifts.values())
    corners = {at: Point(shift.x - left, shift.y - top) for at, shift in shifts.items()}
    for at, part in enumerate(parts):
        if at not in corners:
            taken = extent([parts[one].size for one in corners], list(corners.values()))
            beside = taken.width + GAP
            fits = beside + part.size.width <= lines.width and part.size.height <= taken.height
            corners[at] = Point(beside, 0.0) if fits else Point(0.0, taken.height + GAP)
    return [corners[at] for at in range(len(parts))]


def _shift(here: Rect, there: Rect) -> Point:
    return Point(there.center.x - here.center.x, there.y - here.y)
