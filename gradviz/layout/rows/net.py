"""The rows of a diagram as elements over small integers: cells, bends where long links pass a row, and frame borders.

After this step every joint leads from one row to the next, which is all that ordering and coordinates need to know.
"Across" is the axis along a row, "along" the axis of the flow; which of them is x is decided elsewhere.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from operator import itemgetter
from typing import NamedTuple

from gradviz.layout.diagram import Diagram
from gradviz.layout.rows.columns import Columns
from gradviz.layout.rows.layering import Arc
from gradviz.layout.rows.nesting import OUTSIDE, Nesting

CELL_MARGIN = 12.0  # half of the gap between two cells
BEND_MARGIN = 6.0
BORDER_MARGIN = 7.0
SHARED_FROM = 48  # bends of one output port from which its links share one trunk
BENDS_A_CELL = 4  # more than this on average, and the longest links go round the outside
ROWS_A_CELL = 32  # the same for rows passed, along a trunk or not

Joint = tuple[int, float, float]  # the other element, the offset across it, the offset across this one


class Fan(NamedTuple):
    """A cell and the branches that hang on it alone, on shelves one below another in reading order.

    Where branches lead to it, one other cell may lead to all of them: the source.
    """

    hub: int
    leads: bool  # whether the hub leads to the branches; or else they lead to it
    source: int | None
    shelves: list[list[list[int]]]  # of each shelf, the cells of each branch
    length: int  # more cells than there are one after another on a way to the hub along the shelves
    trunk: tuple[int, ...] = ()  # bends at the start of each row of shelves, from the hub on; none beside a single one
    feed: tuple[int, ...] = ()  # bends at the end of each row, from the source on

    def cells(self) -> list[int]:
        """All that stands on its shelves."""
        return [cell for shelf in self.shelves for branch in shelf for cell in branch]


class Net(NamedTuple):
    """Elements in rows: numbered from the cells of the diagram over the bends to the borders of frames."""

    rows: list[list[int]]  # in no particular order yet
    row: list[int]  # of each element
    width: list[float]  # across
    margin: list[float]  # to keep on both sides
    axis: list[float]  # of each cell: the middle of its ports across, which need not be its own
    home: list[int]  # innermost frame, or OUTSIDE
    above: list[list[Joint]]  # towards the row before, by the own offset
    below: list[list[Joint]]  # towards the row after
    cells: int  # how many
    borders: int  # the first of them; start and end borders take turns
    sides: list[tuple[int, int]]  # of each frame: its first start border and its first end border
    bends: list[tuple[int, ...]]  # of each link, in flow direction; of one along a trunk of a fan the two ends of that
    shared: set[int]  # links whose bends belong to a trunk
    fans: list[Fan]
    bundles: list[list[int]]  # links with bends and the same two ends, in the order of their ports
    detours: list[int]  # links that go round the outside, none of whose joints are here


def build(
    diagram: Diagram, flat: Columns, row: list[int], frames: Nesting, lead: list[float], fans: Sequence[Fan] = ()
) -> Net:
    """The elements of a diagram.

    Args:
        diagram: what to lay out.
        flat: the same by columns.
        row: the row of each cell.
        frames: the frame tree.
        lead: of each frame, the room its start border keeps for a title.
        fans: cells with their branches on shelves, which have no trunks yet.
    """
    count = len(diagram.cells)
    arcs = flat.arcs
    passing = _passing(fans, arcs, row)
    shared, detours = _long_links(diagram, arcs, row, passing)
    levels: list[list[int]] = [[] for _ in range(max(row, default=-1) + 1)]
    for cell, at in enumerate(row):
        levels[at].append(cell)
    above: list[list[Joint]] = [[] for _ in range(count)]
    below: list[list[Joint]] = [[] for _ in range(count)]
    margin = [CELL_MARGIN] * count
    bends: list[tuple[int, ...]] = []
    wide, home = [*flat.wide], [*frames.home]
    net = Net(levels, [*row], wide, margin, flat.axis, home, above, below, count, 0, [], bends, shared, [], [], detours)
    net.fans.extend(_with_trunk(net, fan, frames) for fan in fans)
    _add_links(net, diagram, flat, frames, _along_trunks(net, flat, passing))
    shared.update(passing)
    net = net._replace(borders=len(net.width), bundles=_bundles(diagram, arcs, bends))
    _add_borders(net, frames, lead)
    by_own_offset = itemgetter(2)
    for joints in chain(above, below):
        if len(joints) > 1:
            joints.sort(key=by_own_offset)
    return net


def _passing(fans: Sequence[Fan], arcs: list[Arc], row: list[int]) -> dict[int, int]:
    """Of each link that passes shelves of its fan, which fan that is."""
    if not fans:
        return {}
    hangs = {
        (hub, cell): at
        for at, fan in enumerate(fans)
        if len(fan.shelves) > 1
        for cell in fan.cells()
        for hub in (fan.hub, fan.source)
    }
    found: dict[int, int] = {}
    for link, (tail, head) in enumerate(arcs):
        for ends in ((tail, head), (head, tail)) if row[head] > row[tail] + 1 else ():
            if ends in hangs:
                found[link] = hangs[ends]
    return found


def _with_trunk(net: Net, fan: Fan, frames: Nesting) -> Fan:
    """A fan with its trunk, and with its feed if it has a source."""
    if len(fan.shelves) == 1:
        return fan
    feed = () if fan.source is None else _trunk(net, fan, frames, fan.source, True)
    return fan._replace(trunk=_trunk(net, fan, frames, fan.hub, fan.leads), feed=feed)


def _trunk(net: Net, fan: Fan, frames: Nesting, hub: int, leads: bool) -> tuple[int, ...]:
    """The bends along shelves from a cell on, in the frame that all branches are in, or else in that of the cell."""
    cells = fan.cells()
    home = net.home[hub]
    homes = {net.home[cell] for cell in cells}
    goal = homes.pop() if len(homes) == 1 else home
    levels = [net.row[hub], *(net.row[cell] for cell in cells)]
    ends = (home, goal) if leads else (goal, home)
    trunk = [
        _element(net, level, 0.0, BEND_MARGIN, _home(frames, *ends, level))
        for level in range(min(levels), max(levels) + 1)
        if level != levels[0]
    ]
    for upper, lower in pairwise(trunk):
        _join(net, (upper, 0.0), (lower, 0.0))
    return tuple(trunk if leads else trunk[::-1])


def _along_trunks(net: Net, flat: Columns, passing: Mapping[int, int]) -> dict[int, tuple[int, ...]]:
    """Add the joints of links that pass shelves, those of a port and a trunk once. Returns the bends of each link."""
    ways: dict[int, tuple[int, ...]] = {}
    begun: set[tuple[int, float]] = set()
    for link, at in passing.items():
        (tail, head), leaves, enters, fan = flat.arcs[link], flat.leaves[link], flat.enters[link], net.fans[at]
        leads = fan.leads or tail == fan.source
        trunk = fan.feed if tail == fan.source else fan.trunk
        ends = trunk[0], trunk[net.row[head] - net.row[tail] - 2]
        way = ends if leads else ends[::-1]
        if not leads or (trunk[0], leaves) not in begun:
            _join(net, (tail, leaves), (way[0], 0.0))
            begun.add((trunk[0], leaves))
        _join(net, (way[-1], 0.0), (head, enters))
        ways[link] = way
    return ways


def _join(net: Net, upper: tuple[int, float], lower: tuple[int, float]) -> None:
    """Add a joint of two elements, each with the offset across it."""
    net.below[upper[0]].append((*lower, upper[1]))
    net.above[lower[0]].append((*upper, lower[1]))


def _add_links(net: Net, diagram: Diagram, flat: Columns, frames: Nesting, ways: Mapping[int, tuple[int, ...]]) -> None:
    """Add the joints and bends of each link but those along trunks of fans, those of any other trunk once."""
    trunks: dict[tuple[int, int], list[int]] = {}  # of each port, its bends row by row
    goals = _goals(net, diagram, flat.arcs)
    ways = {**ways, **dict.fromkeys(net.detours, ())}
    row, above, below = net.row, net.above, net.below
    for at, ((tail, head), offset, own) in enumerate(zip(flat.arcs, flat.leaves, flat.enters, strict=True)):
        if at in ways:
            net.bends.append(ways[at])
            continue
        upper, passed = tail, row[head] - row[tail] - 1
        bends: tuple[int, ...] = ()
        if passed:
            trunk = list[int]()
            goal = head
            if at in net.shared:
                port = tail, diagram.links[at].tail_port
                trunk, goal = trunks.setdefault(port, trunk), goals[port]
            _lead_on(net, frames, trunk, (tail, offset), goal, row[head])
            bends = tuple(trunk[:passed])
            upper, offset = bends[-1], 0.0
        below[upper].append((head, own, offset))
        above[head].append((upper, offset, own))
        net.bends.append(bends)


def _goals(net: Net, diagram: Diagram, arcs: list[Arc]) -> dict[tuple[int, int], int]:
    """Of each port with a trunk, the cell on the way to which that passes frames.

    It is one that the trunk leads to, if one frame holds all of those, or else the cell of the port itself.
    """
    found: dict[tuple[int, int], int] = {}
    for at in sorted(net.shared):
        tail, head = arcs[at]
        goal = found.setdefault((tail, diagram.links[at].tail_port), head)
        if net.home[goal] != net.home[head]:
            found[tail, diagram.links[at].tail_port] = tail
    return found


def _lead_on(net: Net, frames: Nesting, trunk: list[int], port: tuple[int, float], goal: int, end: int) -> None:
    """Add bends to those in the rows right after a cell, up to the row before `end`, on the way to the cell `goal`."""
    tail, offset = port
    homes = net.home[tail], net.home[goal]
    upper, offset = (trunk[-1], 0.0) if trunk else (tail, offset)
    for level in range(net.row[tail] + len(trunk) + 1, end):
        home = _home(frames, *homes, level) if frames.ids else OUTSIDE
        bend = _element(net, level, 0.0, BEND_MARGIN, home)
        net.below[upper].append((bend, 0.0, offset))
        net.above[bend].append((upper, offset, 0.0))
        trunk.append(bend)
        upper, offset = bend, 0.0


def _long_links(
    diagram: Diagram, arcs: list[Arc], row: list[int], passing: Mapping[int, int]
) -> tuple[set[int], list[int]]:
    """The links that share a trunk with others of their output port, and the links that go round the outside.

    None of them is among those that pass shelves.

    Without this a value used by every later row, or every value used by the last, needs bends quadratic in the rows.
    """
    long = [(at, row[head] - row[tail] - 1) for at, (tail, head) in enumerate(arcs) if row[head] - row[tail] > 1]
    if passing:
        long = [(at, span) for at, span in long if at not in passing]
    total: dict[tuple[int, int], int] = {}  # bends of each port whose links pass rows, if each had its own
    reach: dict[tuple[int, int], int] = {}
    for at, span in long:
        port = arcs[at][0], diagram.links[at].tail_port
        total[port] = total.get(port, 0) + span
        reach[port] = max(reach.get(port, 0), span)
    trunks = {port for port, bends in total.items() if bends >= SHARED_FROM and bends > reach[port]}
    new: Counter[int] = Counter()  # bends of each tail
    passed: Counter[int] = Counter()  # rows passed by its links, each counted for itself
    for port, bends in total.items():
        new[port[0]] += reach[port] if port in trunks else bends
        passed[port[0]] += bends
    around = _dearest(new, BENDS_A_CELL * len(row) + 256) | _dearest(passed, ROWS_A_CELL * len(row) + 4096)
    shared = {at for at, _ in long if (arcs[at][0], diagram.links[at].tail_port) in trunks} if trunks else set[int]()
    return shared, [at for at, _ in long if arcs[at][0] in around]


def _dearest(cost: Counter[int], budget: int) -> set[int]:
    """The tails to leave out, dearest first, for the others to be within the budget."""
    found: set[int] = set()
    excess = cost.total() - budget
    for tail, price in cost.most_common() if excess > 0 else ():
        if excess <= 0:
            break
        excess -= price
        found.add(tail)
    return found


def _bundles(diagram: Diagram, arcs: list[Arc], bends: list[tuple[int, ...]]) -> list[list[int]]:
    """The links that share both ends and pass at least one row, in the order of their ports."""
    found: dict[Arc, list[int]] = {}
    for at, passed in enumerate(bends):
        if passed:
            found.setdefault(arcs[at], []).append(at)
    bundles = [bundle for bundle in found.values() if len(bundle) > 1]
    for bundle in bundles:
        bundle.sort(key=lambda at: (diagram.links[at].tail_port, diagram.links[at].head_port))
    return bundles


def _home(frames: Nesting, tail: int, head: int, row: int) -> int:
    """The frame a link is in as it passes a row: it leaves the tail's frames and enters the head's by their ends."""
    if tail == head and (tail == OUTSIDE or row <= frames.last[tail]):
        return tail
    goal = frames.around(head)
    for frame in reversed(frames.around(tail)):
        if frames.last[frame] >= row:
            if frame not in goal:
                return frame
            break
    for frame in reversed(goal):
        if frames.first[frame] <= row <= frames.last[frame]:
            return frame
    return OUTSIDE


def _element(net: Net, row: int, width: float, margin: float, home: int) -> int:
    """Add an element to a row."""
    at = len(net.width)
    net.rows[row].append(at)
    net.row.append(row)
    net.width.append(width)
    net.margin.append(margin)
    net.home.append(home)
    net.above.append([])
    net.below.append([])
    return at


def _add_borders(net: Net, frames: Nesting, lead: list[float]) -> None:
    """Add the two borders of each frame to each row it spans, joined from row to row."""
    for frame in range(len(frames.ids)):
        starts, ends = [], []
        for row in range(frames.first[frame], frames.last[frame] + 1):
            starts.append(_element(net, row, lead[frame], BORDER_MARGIN, frame))
            ends.append(_element(net, row, 0.0, BORDER_MARGIN, frame))
        for upper, lower in chain(pairwise(starts), pairwise(ends)):
            net.below[upper].append((lower, 0.0, 0.0))
            net.above[lower].append((upper, 0.0, 0.0))
        net.sides.append((starts[0], ends[0]))
