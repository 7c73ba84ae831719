"""The curve of each link: straight past the rows, bent only in the gaps between them, so that it meets no cell.

All curves of a gap share one profile along the flow, so two of them cross at most once, and only where their ends are
in opposite order.
"""

from collections.abc import Iterable
from heapq import heappop, heappush

from gradviz.layout.bands import Bands
from gradviz.layout.diagram import Diagram
from gradviz.layout.net import Net

LANE_GAP = 10.0
MOST_LANES_WIDTH = 480.0
ROUNDING = 1e-6
CURVE = 0.5  # where the handles of a curve are, as a part of its extent along

Track = list[tuple[float, float]]  # points (across, along), as a curve's start and three points for each piece
End = tuple[float, float, int]  # across, along, row


def tracks(diagram: Diagram, net: Net, place: list[float], ends: list[tuple[End, End]], rows: Bands) -> list[Track]:
    """The curve of each link.

    Args:
        diagram: what is laid out.
        net: its elements, in order.
        place: the start of each element across.
        ends: of each link, where its output and its input port are.
        rows: the places of the rows.
    """
    lanes = _lanes(diagram, net, place, ends)
    found = []
    for at, ((tail, head), bends) in enumerate(zip(ends, net.bends, strict=True)):
        if bends:
            middle = [(place[bend], net.row[bend], net.row[bend]) for bend in bends]
        else:
            middle = [(lanes[at], tail[2] + 1, head[2] - 1)] if at in lanes else []
        found.append(_track(tail, head, middle, rows))
    return found


def _track(tail: End, head: End, middle: Iterable[tuple[float, int, int]], rows: Bands) -> Track:
    """One curve. `middle` are the places it passes rows at: across, from this row, to this row."""
    across, along, row = tail
    points = [(across, along)]
    stop = rows.end[row]
    for target, first, last in middle:
        if abs(target - across) > ROUNDING:
            _turn(points, stop, target, rows.entry[first])
            across = target
        stop = rows.end[last]
    target, end, row = head
    if abs(target - across) > ROUNDING:
        _turn(points, stop, target, rows.entry[row])
    _straight(points, end)
    return points


def _straight(points: Track, to: float) -> None:
    """Go on along the flow. A stretch of rounding errors is none."""
    across, start = points[-1]
    if to - start < ROUNDING and len(points) > 1:
        points[-1] = (across, to)
    elif to > start:
        third = (to - start) / 3
        points += ((across, start + third), (across, to - third), (across, to))


def _turn(points: Track, start: float, target: float, end: float) -> None:
    """Go on to where a gap starts, and cross it."""
    if points[-1][1] != start:
        _straight(points, start)
    across = points[-1][0]
    handle = (end - start) * CURVE
    points += ((across, start + handle), (target, end - handle), (target, end))


def _lanes(diagram: Diagram, net: Net, place: list[float], ends: list[tuple[End, End]]) -> dict[int, float]:
    """The place beside everything else of each link that goes round. Links of one port share a lane."""
    if not net.detours:
        return {}
    ports: dict[tuple[str, int], list[int]] = {}
    for link in net.detours:
        ports.setdefault((diagram.links[link].tail, diagram.links[link].tail_port), []).append(link)
    spans = sorted(
        (ends[links[0]][0][2], ends[links[0]][0][0], max(ends[link][1][2] for link in links), links)
        for links in ports.values()
    )
    taken: list[tuple[int, int]] = []  # (last row, lane)
    free: list[int] = []
    number: dict[int, int] = {}
    count = 0
    for first, _, last, links in spans:
        while taken and taken[0][0] < first:
            heappush(free, heappop(taken)[1])
        lane = heappop(free) if free else count
        count = max(count, lane + 1)
        heappush(taken, (last, lane))
        number.update(dict.fromkeys(links, lane))
    edge = max(map(float.__add__, place, net.width)) + 2 * LANE_GAP
    gap = min(LANE_GAP, MOST_LANES_WIDTH / count)
    return {link: edge + lane * gap for link, lane in number.items()}
