"""What every placement must obey, checked by geometry alone."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from gradviz.layout.diagram import Cell, Diagram, Direction
from gradviz.layout.geometry import Placement, Point, Rect, Route

CLOSE = 1e-6
SAMPLES = 24  # points taken of each curve


def check(diagram: Diagram, placement: Placement, direction: Direction) -> None:
    """Assert all laws of the live layout."""
    complete(diagram, placement)
    no_overlap(placement.cells)
    frames_hold_their_own(diagram, placement)
    data_flows_forward(diagram, placement, direction)
    for link in diagram.links:
        tail, head = cell(diagram, link.tail), cell(diagram, link.head)
        route = placement.routes[link.id]
        begin = port(placement.cells[tail.id], tail.outputs[link.tail_port], direction, out=True)
        end = port(placement.cells[head.id], head.inputs[link.head_port], direction, out=False)
        assert near(route.points[0], begin)
        assert near(route.points[-1], end)
        assert arrives_straight(route, direction)
        misses(route, {name: rect for name, rect in placement.cells.items() if name not in (tail.id, head.id)})
        stays_within(route, placement)


def complete(diagram: Diagram, placement: Placement) -> None:
    """Everything has its place and extent."""
    assert set(placement.cells) == {cell.id for cell in diagram.cells}
    assert set(placement.routes) == {link.id for link in diagram.links}
    for each in diagram.cells:
        rect = placement.cells[each.id]
        assert (rect.width, rect.height) == each.size
        assert rect.x >= -CLOSE
        assert rect.y >= -CLOSE
        assert rect.right <= placement.size.width + CLOSE
        assert rect.bottom <= placement.size.height + CLOSE


def no_overlap(rects: dict[str, Rect]) -> None:
    """No two of the rectangles share an area."""
    for (one, a), (other, b) in combinations(rects.items(), 2):
        assert not a.grown(-CLOSE).overlaps(b), f"{one} lies on {other}"


def frames_hold_their_own(diagram: Diagram, placement: Placement) -> None:
    """A frame holds its cells, frames and title, and nothing else; siblings do not overlap."""
    parent = {frame.id: frame.parent for frame in diagram.frames}
    titles = {frame.id: frame.title for frame in diagram.frames}
    chains = {frame.id: tuple(chain(parent, frame.id)) for frame in diagram.frames}
    for each in diagram.cells:
        inside = chain(parent, each.frame)
        rect = placement.cells[each.id]
        mine = set(inside)
        for name, frame in placement.frames.items():
            assert holds(frame, rect) if name in mine else not frame.overlaps(rect.grown(-CLOSE))
    for name, frame in placement.frames.items():
        assert frame.width >= titles[name].width
        assert frame.height >= titles[name].height
        title = Rect(frame.x + CLOSE, frame.y + CLOSE, *titles[name])
        assert not any(title.overlaps(rect) for rect in placement.cells.values())
    for one, other in combinations(placement.frames, 2):
        a, b = placement.frames[one], placement.frames[other]
        if one in chains[other]:
            assert holds(a, b)
        elif other in chains[one]:
            assert holds(b, a)
        else:
            assert not a.grown(-CLOSE).overlaps(b), f"{one} lies on {other}"


def data_flows_forward(diagram: Diagram, placement: Placement, direction: Direction) -> None:
    """Each link leads to a cell that starts after its tail ends."""
    for link in diagram.links:
        tail, head = placement.cells[link.tail], placement.cells[link.head]
        if direction == "TB":
            assert tail.bottom < head.y
        else:
            assert tail.right < head.x


def parallel_links_do_not_cross(diagram: Diagram, placement: Placement, direction: Direction) -> None:
    """Two links with the same ends, and ports in the same order, keep that order at every height."""
    for one, other in combinations(diagram.links, 2):
        if (one.tail, one.head) != (other.tail, other.head):
            continue
        if one.tail_port > other.tail_port or (one.tail_port == other.tail_port and one.head_port > other.head_port):
            one, other = other, one
        if one.head_port > other.head_port:
            continue
        left, right = (list(samples(placement.routes[link.id])) for link in (one, other))
        for along in {axes(point, direction)[1] for point in left}:
            assert across_at(left, along, direction) <= across_at(right, along, direction) + 0.5


def across_at(points: list[Point], along: float, direction: Direction) -> float:
    """Where a curve, given by samples, is across at a place along."""
    before = [axes(point, direction) for point in points]
    for (a, start), (b, end) in pairwise(before):
        if start <= along <= end and end > start:
            return a + (b - a) * (along - start) / (end - start)
    return before[0][0] if along <= before[0][1] else before[-1][0]


def axes(point: Point, direction: Direction) -> tuple[float, float]:
    """A point as (across, along)."""
    return (point.x, point.y) if direction == "TB" else (point.y, point.x)


def chain(parent: dict[str, str | None], frame: str | None) -> list[str]:
    """A frame and those around it."""
    found = []
    while frame is not None:
        found.append(frame)
        frame = parent[frame]
    return found


def cell(diagram: Diagram, name: str) -> Cell:
    """The cell of that name."""
    return next(each for each in diagram.cells if each.id == name)


def port(rect: Rect, offset: float, direction: Direction, out: bool) -> Point:
    """Where a port of a placed cell is."""
    if direction == "TB":
        return Point(rect.x + offset, rect.bottom if out else rect.y)
    return Point(rect.right if out else rect.x, rect.y + offset)


def near(one: Point, other: Point) -> bool:
    """Whether two points are the same but for rounding."""
    return abs(one.x - other.x) < CLOSE and abs(one.y - other.y) < CLOSE


def arrives_straight(route: Route, direction: Direction) -> bool:
    """Whether the curve leaves and arrives along the flow."""
    start, leaving, *_, arriving, end = route.points
    if direction == "TB":
        return abs(start.x - leaving.x) < CLOSE and abs(arriving.x - end.x) < CLOSE and arriving.y < end.y
    return abs(start.y - leaving.y) < CLOSE and abs(arriving.y - end.y) < CLOSE and arriving.x < end.x


def misses(route: Route, cells: dict[str, Rect]) -> None:
    """The curve meets none of the cells. A piece is sampled only if the hull of its four points meets a cell."""
    for first in range(0, len(route) // 2 - 1, 3):
        flat = route[2 * first : 2 * first + 8]
        piece = Route(flat).points
        x, y = min(point.x for point in piece), min(point.y for point in piece)
        width, height = max(point.x for point in piece) - x, max(point.y for point in piece) - y
        hull = Rect(x, y, width, height).grown(CLOSE)
        for name, rect in cells.items():
            inside = rect.grown(-2 * CLOSE)
            if hull.overlaps(inside):
                assert not any(inside.contains(point) for point in samples(Route(flat))), f"a link runs through {name}"


def stays_within(route: Route, placement: Placement) -> None:
    """The curve is inside the whole."""
    whole = Rect(0, 0, *placement.size).grown(CLOSE)
    assert all(whole.contains(point) for point in samples(route))


def samples(route: Route) -> Iterator[Point]:
    """Points of the curve, by the definition of a cubic Bezier."""
    points = route.points
    assert len(points) % 3 == 1
    for first in range(0, len(points) - 1, 3):
        a, b, c, d = points[first : first + 4]
        for step in range(SAMPLES + 1):
            t = step / SAMPLES
            u = 1 - t
            weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
            yield Point(
                sum(w * p.x for w, p in zip(weights, (a, b, c, d), strict=True)),
                sum(w * p.y for w, p in zip(weights, (a, b, c, d), strict=True)),
            )


def holds(outer: Rect, inner: Rect) -> bool:
    """Whether `inner` is inside `outer`."""
    return (
        outer.x <= inner.x + CLOSE
        and outer.y <= inner.y + CLOSE
        and outer.right >= inner.right - CLOSE
        and outer.bottom >= inner.bottom - CLOSE
    )
