"""A drawing indexed for pointing and for painting a part of it. Pure: no widget, no colour."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import copy
from functools import cached_property
from itertools import chain, compress, count, pairwise
from math import frexp, hypot, ldexp
from operator import is_not
from typing import Literal

from gradviz.drawing.outline import Outline, traced
from gradviz.drawing.shapes import Drawing, Mark, Path, Role
from gradviz.layout.geometry import Point, Rect

Arrow = Literal["up", "down", "left", "right"]
_TILE = 256.0  # drawing units; a side of the smallest squares
_MOST = 200  # marks that differ between two drawings and are looked at each; more are all over the drawing
_SAMPLES = 12  # points on one piece of a curve when measuring how near it is


class Scene:
    """The marks of one drawing by id, by place and by what they are joined to."""

    _nodes: "_Tiles"
    _edges: "_Tiles"
    _frames: "_Tiles"
    changed: tuple[Rect, ...]  # where something is another than in the scene before, in whose places all stays

    def __init__(self, drawing: Drawing, before: "Scene | None" = None) -> None:
        """Index a drawing.

        Args:
            drawing: what is shown.
            before: the scene of the drawing that was shown. What has not moved is found where it was.
        """
        self.drawing = drawing
        others = None if before is None or not before.drawing.nodes else _others(before.drawing, drawing)
        self.stays = others is not None
        if before is not None and others is not None:
            nodes, edges = others
            self._nodes, self._frames = before._nodes.of(drawing.nodes, nodes), before._frames
            self._edges = before._edges.of(drawing.edges, edges)
            self._first: Scene = before._first
            self.changed = tuple(_changed(before.drawing, drawing, nodes, edges))
        else:
            self._first = self
            self.changed = ()
            self._nodes, self._edges = _Tiles(drawing.nodes), _Tiles(drawing.edges)
            self._frames = _Tiles(drawing.frames)

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        """By its id whether something is an edge (0) or a node (1), and its place among them."""
        groups = (self.drawing.edges, self.drawing.nodes)
        return {mark.id: (kind, place) for kind, group in enumerate(groups) for place, mark in enumerate(group)}

    @cached_property
    def _joined(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """The inputs and the users of each node, and the two ends of each edge likewise."""
        inputs: dict[str, list[str]] = defaultdict(list)
        users: dict[str, list[str]] = defaultdict(list)
        for edge in self.drawing.edges:
            if edge.ends:
                tail, head = edge.ends
                inputs[head].append(tail)
                users[tail].append(head)
                inputs[edge.id], users[edge.id] = [tail], [head]
        return inputs, users

    def mark(self, name: str) -> Mark | None:
        """Return the node or edge with that id."""
        kind, place = self._first._places.get(name, (-1, 0))
        return None if kind < 0 else (self.drawing.edges, self.drawing.nodes)[kind][place]

    def part(self, place: Rect) -> Drawing:
        """Return the drawing with only what touches `place`, in the same order."""
        return self.drawing._replace(
            frames=self._frames.within(place), edges=self._edges.within(place), nodes=self._nodes.within(place)
        )

    def hit(self, at: Point, slack: float) -> Mark | None:
        """Return the node or the title of an open fold at a point, or else the edge nearest to it within `slack`."""
        spot = Rect(at.x, at.y, 0, 0).grown(slack)
        for mark in reversed(self._nodes.within(spot)):
            if mark.rect.contains(at):
                return mark
        for mark in self.drawing.titles:
            if mark.role is Role.OPENED_TITLE and mark.rect.contains(at):
                return mark
        near = [(distance(mark.paths, at), mark) for mark in self._edges.within(spot)]
        best = min(near, key=lambda pair: pair[0], default=None)
        return best[1] if best and best[0] <= slack else None

    def nearest(self, at: Point, among: Iterable[str]) -> Mark | None:
        """Return that one of the nodes named which is nearest to a point."""
        marks = [mark for mark in map(self.mark, among) if mark]
        return min(marks, key=lambda mark: _apart(mark.rect.center, at), default=None)

    def step(self, name: str, arrow: Arrow) -> Mark | None:
        """Return the node an arrow key leads to: against the flow an input, with it a user, else a neighbour there."""
        start = self.mark(name)
        if start is None:
            return None
        back, forth = ("left", "right") if self._flows_right else ("up", "down")
        inputs, users = self._first._joined
        names = {back: inputs, forth: users}.get(arrow, {}).get(name, [])
        ways = [mark for mark in map(self.mark, names) if mark]
        if not ways:
            ways = [mark for mark in self.drawing.nodes if _beside(start.rect, mark.rect, arrow)]
        return min(ways, key=lambda mark: _apart(mark.rect.center, start.rect.center), default=None)

    @cached_property
    def _flows_right(self) -> bool:
        """Whether most edges lead to the right, not down."""
        ends = [[self.mark(end) for end in edge.ends] for edge in self.drawing.edges if edge.ends]
        gaps = [_gaps(tail.rect, head.rect) for tail, head in ends if tail and head]
        return 2 * sum(gap["right"] > gap["down"] for gap in gaps) > len(gaps)


def _others(one: Drawing, other: Drawing) -> tuple[list[int], list[int]] | None:
    """The places of the nodes and of the edges that are another; None: those of other things, or elsewhere.

    The drawings of two steps of a run are of the same things in the same places.
    """
    if one.frames != other.frames or (len(one.nodes), len(one.edges)) != (len(other.nodes), len(other.edges)):
        return None
    nodes, edges = _unlike(one.nodes, other.nodes), _unlike(one.edges, other.edges)
    if any((one.nodes[k].id, one.nodes[k].rect) != (other.nodes[k].id, other.nodes[k].rect) for k in nodes):
        return None
    if any((one.edges[k].id, one.edges[k].ends) != (other.edges[k].id, other.edges[k].ends) for k in edges):
        return None
    return nodes, edges


def _unlike(one: tuple[Mark, ...], other: tuple[Mark, ...]) -> list[int]:
    others = compress(count(), map(is_not, one, other))
    return [place for place in others if one[place] != other[place]]


def _changed(before: Drawing, after: Drawing, nodes: list[int], edges: list[int]) -> Iterator[Rect]:
    """Where two drawings in the same places differ."""
    if len(nodes) + len(edges) > _MOST:
        yield Rect(0, 0, *after.size)
        return
    for place in nodes:
        yield before.nodes[place].rect.united(after.nodes[place].rect)
    for place in edges:
        yield before.edges[place].rect.united(after.edges[place].rect)
    if before.legend != after.legend:
        yield from (mark.rect for mark in (*before.legend, *after.legend))


class _Tiles:
    """Marks by squares: each in one of the finest grid in whose squares it has room, that which holds its corner."""

    def __init__(self, marks: tuple[Mark, ...]) -> None:
        self._marks = marks
        self._tiles: dict[_Tile, list[int]] = defaultdict(list)
        for index, mark in enumerate(marks):
            self._tiles[_tile(mark.rect)].append(index)
        self._levels = {level for level, _, _ in self._tiles}

    def of(self, marks: tuple[Mark, ...], others: list[int]) -> "_Tiles":
        """Return the same for other looks of some of these marks; they may take up another room."""
        tiles = copy(self)
        tiles._marks = marks
        pairs = ((place, self._marks[place].rect, marks[place].rect) for place in others)
        moved = [(place, _tile(one), _tile(other)) for place, one, other in pairs if one != other]
        if moved:
            tiles._tiles = defaultdict(list, self._tiles)
        for place, was, now in moved:
            if was != now:
                tiles._tiles[was] = [known for known in tiles._tiles[was] if known != place]
                tiles._tiles[now] = [*tiles._tiles[now], place]
        tiles._levels = self._levels | {now[0] for _, _, now in moved}
        return tiles

    def within(self, place: Rect) -> tuple[Mark, ...]:
        """Return the marks whose rectangle touches `place`, in drawing order."""
        spans = {level: _span(level, place) for level in self._levels}
        if sum(len(columns) * len(rows) for columns, rows in spans.values()) > len(self._tiles):
            held = list(self._tiles.values())
        else:
            held = [
                self._tiles.get((level, column, row), [])
                for level, (columns, rows) in spans.items()
                for column in columns
                for row in rows
            ]
        left, top, right, bottom = place.x, place.y, place.right, place.bottom
        found: list[Mark] = []
        for index in sorted(chain.from_iterable(held)):
            mark = self._marks[index]
            x, y, width, height = mark.rect
            if x <= right and left <= x + width and y <= bottom and top <= y + height:
                found.append(mark)
        return tuple(found)


_Tile = tuple[int, int, int]  # level, column, row


def _tile(rect: Rect) -> _Tile:
    level = max(0, frexp(max(rect.width, rect.height) / _TILE)[1])
    size = ldexp(_TILE, level)
    return level, int(rect.x // size), int(rect.y // size)


def _span(level: int, place: Rect) -> tuple[range, range]:
    """The columns and rows in which a mark may begin that touches a place."""
    size = ldexp(_TILE, level)
    columns = range(int((place.x - size) // size), int(place.right // size) + 1)
    return columns, range(int((place.y - size) // size), int(place.bottom // size) + 1)


def _apart(one: Point, other: Point) -> float:
    return hypot(one.x - other.x, one.y - other.y)


def _gaps(start: Rect, other: Rect) -> dict[Arrow, float]:
    """Return how far `other` begins beyond each side of `start`; negative where it does not."""
    return {
        "up": start.y - other.bottom,
        "down": other.y - start.bottom,
        "left": start.x - other.right,
        "right": other.x - start.right,
    }


def _beside(start: Rect, other: Rect, arrow: Arrow) -> bool:
    """Whether `other` lies on that side with some overlap across."""
    gaps = _gaps(start, other)
    across = (gaps["up"], gaps["down"]) if arrow in ("left", "right") else (gaps["left"], gaps["right"])
    return gaps[arrow] >= 0 and max(across) < 0


def distance(paths: tuple[Path, ...], at: Point) -> float:
    """Return how far a point is from the nearest of the lines and curves."""
    best = float("inf")
    for path in paths:
        points = list(outline(path))
        for one, other in pairwise(points):
            best = min(best, _from_segment(at, one, other))
    return best


def outline(path: Path) -> Iterator[Point]:
    """Yield points along a path, enough that straight lines between them follow it."""
    here, start, index = Point(0, 0), Point(0, 0), 0
    ops, coords = traced(Outline(path.ops, path.coords))
    for command in ops:
        if command == "Z":
            yield start
            continue
        count = 6 if command == "C" else 2
        numbers = coords[index : index + count]
        index += count
        points = [Point(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if command == "C":
            yield from _curve(here, *points)
        else:
            yield points[-1]
        here = points[-1]
        start = here if command == "M" else start


def _curve(one: Point, two: Point, three: Point, four: Point) -> Iterator[Point]:
    for step in range(1, _SAMPLES + 1):
        t = step / _SAMPLES
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        yield Point(
            a * one.x + b * two.x + c * three.x + d * four.x,
            a * one.y + b * two.y + c * three.y + d * four.y,
        )


def _from_segment(at: Point, one: Point, other: Point) -> float:
    dx, dy = other.x - one.x, other.y - one.y
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else max(0.0, min(1.0, ((at.x - one.x) * dx + (at.y - one.y) * dy) / length))
    return _apart(at, Point(one.x + t * dx, one.y + t * dy))
