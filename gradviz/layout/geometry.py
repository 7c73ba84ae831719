"""Points, sizes, rectangles, routes and what a layout made of them, as frozen values. In CSS pixels, y grows down."""

from collections.abc import Mapping
from itertools import cycle
from operator import add
from typing import NamedTuple

WIDE = 1.6  # width over height that is aimed at where there is a choice: that of a screen


class Point(NamedTuple):
    """A place."""

    x: float
    y: float


class Size(NamedTuple):
    """An extent."""

    width: float
    height: float


class Rect(NamedTuple):
    """An axis-parallel rectangle by its top left corner and extent."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the bottom side."""
        return self.y + self.height

    @property
    def center(self) -> Point:
        """The middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def moved(self, dx: float, dy: float) -> "Rect":
        """The same extent elsewhere."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, margin: float) -> "Rect":
        """Larger by `margin` on each side."""
        return Rect(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)

    def united(self, other: "Rect") -> "Rect":
        """The smallest rectangle that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def contains(self, point: Point) -> bool:
        """Whether the point is inside or on the border."""
        return self.x <= point.x <= self.right and self.y <= point.y <= self.bottom

    def overlaps(self, other: "Rect") -> bool:
        """Whether the two share an area (touching sides do not count)."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


class Route(tuple[float, ...]):
    """A smooth curve as coordinates x, y, x, y, ...: a start, then three points for each cubic Bezier piece."""

    __slots__ = ()

    @property
    def points(self) -> tuple[Point, ...]:
        """The 1 + 3k points."""
        return tuple(map(Point, self[::2], self[1::2]))

    def moved(self, dx: float, dy: float) -> "Route":
        """The same curve elsewhere."""
        return Route(map(add, self, cycle((dx, dy))))


class Badness(NamedTuple):
    """How bad a picture is: the less the better."""

    crossings: int
    leads: float  # how far across its links lead, in sum
    width: float


class Yardstick(NamedTuple):
    """How bad a part of a diagram was when it was last laid out without regard for former places."""

    fresh: Badness
    cells: int  # how many it has now
    changes: int  # since then: one for each time it was laid out, and the cells that came or went


class Placement(NamedTuple):
    """Where everything of a diagram went. Keys are the ids of its cells, frames and links."""

    cells: dict[str, Rect]
    frames: dict[str, Rect]
    routes: dict[str, Route]
    size: Size
    yardsticks: Mapping[str, Yardstick] = {}  # of connected parts, by their first cells: what edits are held against
