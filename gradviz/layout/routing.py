"""The curve of each link: straight past the rows, bent only in the gaps between them, so that it meets no cell.

All curves of a gap share one profile along the flow, so two of them cross at most once, and only where their ends are
in opposite order.
"""

from heapq import heappop, heappush

from gradviz.layout.diagram import Diagram
from gradviz.layout.geometry import Route
from gradviz.layout.rows.bands import Bands
from gradviz.layout.rows.layering import Arc
from gradviz.layout.rows.net import Net

LANE_GAP = 10.0
MOST_LANES_WIDTH = 480.0
ROUNDING = 1e-6
CURVE = 0.5  # where the handles of a curve are, as a part of its extent along

Track = list[float]  # points as across, along, across, along, ...: a curve's start and three for each piece
Ports = tuple[float, float]  # of a link: where its output and its input port are across
Bend = tuple[float, int, int]  # across, from this row, to this row


def reaches(net: Net, arcs: list[Arc], place: list[float], ports: list[Ports]) -> list[float]:
    """Of each row, how far across the widest curve from there to the next row leads.

    Args:
        net: the elements of what is laid out, in order.
        arcs: the ends of each link.
        place: the start of each element across.
        ports: of each link.
    """
    found = [0.0] * len(net.rows)
    for (tail, head), (start, end), bends in zip(arcs, ports, net.bends, strict=True):
        row = net.row[tail]
        for bend in bends:
            reach = abs(place[bend] - start)
            if reach > found[row]:
                found[row] = reach
            start = place[bend]
            row = net.row[bend]
        reach = abs(end - start)
        if reach > found[row] and net.row[head] == row + 1:  # it does not go round the outside
            found[row] = reach
    return found


def tracks(
    diagram: Diagram,
    net: Net,
    arcs: list[Arc],
    place: list[float],
    ports: list[Ports],
    sides: tuple[list[float], list[float]],
    rows: Bands,
    sideways: bool,
) -> list[Route]:
    """The curve of each link.

    Args:
        diagram: what is laid out.
        net: its elements, in order.
        arcs: the ends of each link.
        place: the start of each element across.
        ports: of each link.
        sides: of each cell, where it starts and where it ends along.
        rows: the places of the rows.
        sideways: whether "across" is y.
    """
    row, (starts, ends) = net.row, sides
    lanes = _lanes(diagram, net, arcs, place, ports)
    trunks = {trunk[0]: _stretches(net, trunk, place) for fan in net.fans for trunk in (fan.trunk, fan.feed) if trunk}
    found = list[Route]()
    for at, ((tail, head), (start, end), bends) in enumerate(zip(arcs, ports, net.bends, strict=True)):
        upper, lower = row[tail], row[head]
        if trunks and bends and (trunk := trunks.get(bends[0]) or trunks.get(bends[-1])):
            way = [
                (at, max(first, upper + 1), min(last, lower - 1))
                for at, first, last in trunk
                if first < lower and last > upper
            ]
        else:
            way = [(place[bend], number, number) for number, bend in enumerate(bends, upper + 1)] if bends else []
        if at in lanes:
            way.append((lanes[at], upper + 1, lower - 1))
        way.append((end, lower, lower))
        track = _track([start, ends[tail]], upper, way, rows, starts[head])
        if sideways:
            track[::2], track[1::2] = track[1::2], track[::2]
        found.append(Route(track))  # now, and not for all at the end: in large diagrams the list is in no cache then
    return found


def _stretches(net: Net, trunk: tuple[int, ...], place: list[float]) -> list[Bend]:
    """The trunk of a fan, stretch by straight stretch, in flow direction: very many links lead along it."""
    found: list[Bend] = []
    for bend in sorted(trunk, key=net.row.__getitem__):
        across, row = place[bend], net.row[bend]
        first = found.pop()[1] if found and abs(found[-1][0] - across) < ROUNDING else row
        found.append((across, first, row))
    return found


def _track(track: Track, row: int, way: list[Bend], rows: Bands, end: float) -> Track:
    """Lead one curve on from its start in a row, by the places at which it passes others, to its end in the last."""
    across, stop = track[0], rows.end[row]
    for target, first, last in way:
        if abs(target - across) > ROUNDING:
            if stop - track[-1] > ROUNDING:
                _straight(track, across, stop)
            entry = rows.entry[first]
            handle = (entry - stop) * CURVE
            track += (across, stop + handle, target, entry - handle, target, entry)
            across = target
        stop = rows.end[last]
    _straight(track, across, end)
    return track


def _straight(track: Track, across: float, to: float) -> None:
    """Go on along the flow. A stretch of rounding errors is none."""
    start = track[-1]
    if to - start < ROUNDING:
        track[-1] = to
    else:
        third = (to - start) / 3
        track += (across, start + third, across, to - third, across, to)


def _lanes(diagram: Diagram, net: Net, arcs: list[Arc], place: list[float], ports: list[Ports]) -> dict[int, float]:
    """The place beside everything else of each link that goes round. Links of one port share a lane."""
    if not net.detours:
        return {}
    leaving: dict[tuple[int, int], list[int]] = {}
    for link in net.detours:
        leaving.setdefault((arcs[link][0], diagram.links[link].tail_port), []).append(link)
    spans = sorted(
        (net.row[tail], ports[links[0]][0], max(net.row[arcs[link][1]] for link in links), links)
        for (tail, _), links in leaving.items()
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
