"""Chains of cells straight to the end: where two straight stretches of one are out of line, one moves if it may.

A block that would be too crooked is cut before (see straightening), at the cost of a small bend where the two parts
could often have stood in line. The order of the rows stays.
"""

from gradviz.layout.rows.net import Net
from gradviz.layout.rows.room import Seats, room

ROUNDING = 0.01
MOST = 256  # cells that are moved together, for the time it takes


def align(net: Net, seats: Seats, places: list[float]) -> None:
    """Move stretches in `places`, the start of each element across, wherever that leaves fewer bends."""
    after = _followers(net)
    if all(abs(_bend(net, places, upper, lower)) < ROUNDING for upper, lower in after.items()):
        return
    starts = sorted(after.keys() - set(after.values()))
    bent = [start for start in starts if not _align(net, seats, places, after, start)]
    for start in reversed(bent):  # one may have waited for room that another has made
        _align(net, seats, places, after, start)


def _align(net: Net, seats: Seats, places: list[float], after: dict[int, int], start: int) -> bool:
    """Move stretches of the chain from a cell on; whether all of it is straight."""
    above, *others = _stretches(net, places, after, start)
    straight = True
    for below in others:
        away = _bend(net, places, above[-1], below[0])
        if _move(net, seats, places, below, -away) or _move(net, seats, places, above, away):
            above = (above + below)[-MOST - 1 :]  # as much as shows that it is too long
        else:
            above, straight = below, False
    return straight


def _followers(net: Net) -> dict[int, int]:
    """Of each cell that feeds one cell alone, which takes nothing else, that cell."""
    found = {}
    for upper, joints in enumerate(net.below[: net.cells]):
        if len(joints) == 1:
            lower = joints[0][0]
            if lower < net.cells and len(net.above[lower]) == 1:
                found[upper] = lower
    return found


def _bend(net: Net, places: list[float], upper: int, lower: int) -> float:
    """How far to the right the one joint from `upper` to `lower` leads."""
    _, offset, own = net.below[upper][0]
    return places[lower] + offset - places[upper] - own


def _stretches(net: Net, places: list[float], after: dict[int, int], start: int) -> list[list[int]]:
    """The chain from a cell on, cut where it is bent."""
    found = [[start]]
    upper = start
    while upper in after:
        lower = after[upper]
        if abs(_bend(net, places, upper, lower)) < ROUNDING:
            found[-1].append(lower)
        else:
            found.append([lower])
        upper = lower
    return found


def _move(net: Net, seats: Seats, places: list[float], cells: list[int], away: float) -> bool:
    """Move cells together if there is room and fewer joints are bent after it; whether they were."""
    low, high = room(net, seats, places, cells) if len(cells) <= MOST else (0.0, 0.0)
    if not low <= away <= high:
        return False
    before = _bent(net, places, cells)
    for cell in cells:
        places[cell] += away
    if _bent(net, places, cells) < before:
        return True
    for cell in cells:
        places[cell] -= away
    return False


def _bent(net: Net, places: list[float], cells: list[int]) -> int:
    """How many joints at the cells are not straight."""
    return sum(
        abs(places[other] + offset - places[cell] - own) >= ROUNDING
        for cell in cells
        for joints in (net.above[cell], net.below[cell])
        for other, offset, own in joints
    )
