"""A drawing indexed for pointing and for painting a part of it. Pure: no widget, no colour."""

from collections.abc import Container, Generator, Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from math import hypot, inf
from typing import Literal, NamedTuple

from gradviz.drawing.boxes.outline import Outline, traced
from gradviz.drawing.nearby import nearby
from gradviz.drawing.pages.marks import Marks, differing, paged
from gradviz.drawing.pages.page import Page
from gradviz.drawing.shapes import Drawing, Mark, Path, Role
from gradviz.layout.geometry import Point, Rect, Size

Arrow = Literal["up", "down", "left", "right"]
_MOST = 16  # pages that differ between two drawings and are opened; more are all over the drawing
_PARTS = 200  # marks that differ between two drawings and are painted apart, likewise
_SAMPLE = 500  # edges from which it is told where a drawing leads
_PIECE = 100.0  # drawing units of a piece of a curve on which so many points are looked at, at the least
_THICKET = 60  # edges about a point, after which one is taken that is near enough: nobody tells them apart
_ENOUGH = 0.1  # of the slack
_SAMPLES = 12  # points on one piece of a curve when measuring how near it is


class Stand(NamedTuple):
    """A node and the place of it that is meant: its box, or one of its badges."""

    mark: Mark
    place: Rect


class Scene:
    """The marks of one drawing by id, by place and by what they are joined to."""

    changed: tuple[Rect, ...]  # where something is another than in the scene before, in whose places all stays

    def __init__(self, drawing: Drawing, before: "Scene | None" = None) -> None:
        """Index a drawing.

        Args:
            drawing: what is shown.
            before: the scene of the drawing that was shown.
        """
        self.drawing = drawing = paged(drawing)
        self.frames, self.edges, self.nodes = Marks.of(drawing.frames), Marks.of(drawing.edges), Marks.of(drawing.nodes)
        self.titles, self.legend = Marks.of(drawing.titles), Marks.of(drawing.legend)
        self.stays = before is not None and len(before.nodes) > 0 and _stand(before, self)
        self.changed = tuple(_changed(before, self)) if before is not None and self.stays else ()

    def mark(self, name: str) -> Mark | None:
        """Return the node or edge with that id."""
        return self.nodes.named(name) or self.edges.named(name)

    def places(self, name: str) -> list[Rect]:
        """Return where a node or an edge is: its box, then its badges in the order of the program."""
        mark = self.mark(name)
        return [] if mark is None else [mark.rect, *(badge.rect for badge in self.edges.badges((name,)))]

    def bare(self, place: Rect) -> bool:
        """Whether there is nothing of the drawing in a place."""
        return not any(any(marks.touching(place)) for marks in (self.frames, self.nodes, self.edges))

    def hit(self, at: Point, slack: float) -> Mark | None:
        """Return the node or the title of an open fold at a point, or else the edge nearest to it within `slack`.

        A badge is a place of its node.
        """
        looking = self.looking(at, slack)
        while True:
            try:
                next(looking)
            except StopIteration as end:
                found: Mark | None = end.value
                return found

    def looking(self, at: Point, slack: float) -> Generator[None, None, Mark | None]:
        """Look for what `hit` returns, and pause after each page of marks: one takes time to open."""
        spot, nodes = Rect(at.x, at.y, 0, 0).grown(slack), list[Mark]()
        for page in self.nodes.touching(spot):
            nodes += page
            yield
        boxes = (*reversed(nodes), *(mark for mark in self.drawing.titles if mark.role is Role.OPENED_TITLE))
        for mark in boxes:
            if mark.rect.contains(at):
                return mark
        return (yield from self._looking_at_edges(at, spot, slack))

    def _looking_at_edges(self, at: Point, spot: Rect, slack: float) -> Generator[None, None, Mark | None]:
        """Look for the leaf whose badge is at a point, or else the edge near it."""
        best, found, looked = inf, None, 0
        for page in self.edges.touching(spot):
            for edge in page:
                if edge.badge is not None and edge.ends is not None and edge.badge.contains(at):
                    return self.nodes.named(edge.ends[0])
                apart = distance(_parts(edge, spot), at)
                if apart < best:
                    best, found = apart, edge
                if looked >= _THICKET and best <= slack * _ENOUGH:
                    return found
                looked += 1
            yield
        return found if best <= slack else None

    @cached_property
    def columns(self) -> tuple[tuple[Mark, Mark], ...]:
        """The ground and the heading of each of the drawings that stand side by side."""
        grounds = [mark for mark in self.drawing.frames if mark.role is Role.COLUMN]
        heads = [mark for mark in self.drawing.titles if mark.role is Role.LEGEND]
        return tuple((one, head) for one in grounds for head in heads if one.rect.contains(head.rect.center))

    def heading(self, at: Point, *, anywhere: bool) -> Mark | None:
        """Return the heading of a column at a point, or at a point anywhere in its column."""
        for ground, head in self.columns:
            if ground.rect.contains(at):
                return head if anywhere or head.rect.contains(at) else None
        return None

    def nearest(self, at: Point, among: Container[str] | None = None) -> Mark | None:
        """Return that one of the nodes which is nearest to a point; of those named, where some are."""
        best, found = inf, None
        for begins, page in self.nodes.near(at):
            if begins > best:
                break
            for mark in page.marks:
                apart = _apart(mark.rect.center, at)
                if apart < best and (among is None or mark.id in among):
                    best, found = apart, mark
        return found

    def step(self, start: Stand, arrow: Arrow) -> Stand | None:
        """Return where an arrow key leads: against the flow to an input, with it to a user, else to a neighbour there.

        From a badge it leads against the flow to the box that the badge is of, and with it to the user beside it.
        """
        back, forth = ("left", "right") if self._flows_right else ("up", "down")
        ways: list[Stand] = []
        if arrow in (back, forth):
            ways = list(self._joined(start, 0 if arrow == back else 1))
        if not ways:
            ways = [one for one in self._around(start.place, arrow) if _beside(start.place, one.place, arrow)]
        return min(ways, key=lambda one: _apart(one.place.center, start.place.center), default=None)

    def _joined(self, start: Stand, end: Literal[0, 1]) -> Iterator[Stand]:
        """The inputs of a node (end 0) or its users (end 1); of an edge, what it comes from or leads to."""
        mark = start.mark
        badge = None if start.place == mark.rect else start.place
        if badge is not None and end == 0:
            yield Stand(mark, mark.rect)
            return
        edges = (
            [mark] if mark.ends else [edge for edge in self.edges.joining(mark.id) if _end(edge, 1 - end) == mark.id]
        )
        if badge is not None:
            edges = [edge for edge in edges if edge.badge == badge]
        badges = {_end(edge, 0): edge.badge for edge in edges if edge.badge is not None} if end == 0 else {}
        for node in self.nodes.some({_end(edge, end) for edge in edges}):
            yield Stand(node, badges.get(node.id, node.rect))

    def _around(self, place: Rect, arrow: Arrow) -> Iterator[Stand]:
        """Every box and badge on one side of a place."""
        band = _band(place, arrow, self.drawing.size)
        for mark in self.nodes.within(band):
            yield Stand(mark, mark.rect)
        for edge in self.edges.within(band):
            node = None if edge.badge is None else self.nodes.named(_end(edge, 0))
            if node is not None and edge.badge is not None:
                yield Stand(node, edge.badge)

    @cached_property
    def _flows_right(self) -> bool:
        """Whether most edges lead to the right, not down. So do most of the first ones."""
        edges = [edge.ends for edge in self.edges[:_SAMPLE] if edge.ends]
        rects = {mark.id: mark.rect for mark in self.nodes.some({name for ends in edges for name in ends})}
        gaps = [_gaps(rects[tail], rects[head]) for tail, head in edges if tail in rects and head in rects]
        return 2 * sum(gap["right"] > gap["down"] for gap in gaps) > len(gaps)


def _end(edge: Mark, end: int) -> str:
    """The id of what an edge comes from (0) or leads to (1)."""
    return edge.ends[end] if edge.ends else ""


def _stand(one: Scene, other: Scene) -> bool:
    """Whether two drawings are of the same things in the same places, as those of two steps of a run."""
    same = one.drawing.frames == other.drawing.frames
    return same and one.nodes.stand_as(other.nodes) and one.edges.stand_as(other.edges)


def _changed(before: Scene, after: Scene) -> list[Rect]:
    """Where two drawings of the same things in the same places differ."""
    pages = [*differing(before.nodes, after.nodes), *differing(before.edges, after.edges)]
    pairs = [pair for was, now in pages for pair in _others(was, now)] if len(pages) <= _MOST else []
    if len(pages) > _MOST or len(pairs) > _PARTS:
        return [Rect(0, 0, *after.drawing.size)]
    found = [one.rect.united(other.rect) for one, other in pairs]
    if before.drawing.legend != after.drawing.legend:
        found += [mark.rect for mark in (*before.drawing.legend, *after.drawing.legend)]
    return found


def _others(was: Page, now: Page) -> list[tuple[Mark, Mark]]:
    """The marks of a page that are another, as they were and are."""
    pairs = zip(was.marks, now.marks, strict=True)
    return [(one, other) for one, other in pairs if one is not other and one != other]


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


def _band(start: Rect, arrow: Arrow, size: Size) -> Rect:
    """All that may lie on that side of a place in a drawing."""
    match arrow:
        case "up":
            return start._replace(y=0.0, height=start.y)
        case "down":
            return start._replace(y=start.bottom, height=max(0.0, size.height - start.bottom))
        case "left":
            return start._replace(x=0.0, width=start.x)
        case "right":
            return start._replace(x=start.right, width=max(0.0, size.width - start.right))


def _beside(start: Rect, other: Rect, arrow: Arrow) -> bool:
    """Whether `other` lies on that side with some overlap across."""
    gaps = _gaps(start, other)
    across = (gaps["up"], gaps["down"]) if arrow in ("left", "right") else (gaps["left"], gaps["right"])
    return gaps[arrow] >= 0 and max(across) < 0


def _parts(mark: Mark, spot: Rect) -> Iterator[Path]:
    """What of a mark's paths may come near a spot: a long curve is followed there alone."""
    for path in mark.paths:
        if path.ops.strip("C") == "M":
            for coords in nearby(path.coords, spot, max(_PIECE, spot.width)):
                yield path._replace(ops="M" + "C" * (len(coords) // 6), coords=tuple(coords))
        else:
            yield path


def distance(paths: Iterable[Path], at: Point) -> float:
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
