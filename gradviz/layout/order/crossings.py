"""How many joints cross between two rows, and swaps of neighbours that make it fewer.

Knows the order of the rows and rough places across, no frames.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Set
from typing import NamedTuple

from gradviz.layout.rows.net import Joint, Net

MOST_PASSES = 4
UNKNOWN = -1


class Order(NamedTuple):
    """Rows in order, with the rough place across of each element if every row is packed and centred."""

    rows: list[list[int]]
    at: list[float]
    counts: list[int]  # of each row: the crossings of the joints that leave it; UNKNOWN until they are counted again


def uncounted(rows: list[list[int]], at: list[float]) -> Order:
    """Rows whose crossings nobody has counted."""
    return Order(rows, at, [UNKNOWN] * len(rows))


def changed(order: Order, number: int) -> None:
    """Note that a row has another order now, or other places."""
    order.counts[number] = UNKNOWN
    if number:
        order.counts[number - 1] = UNKNOWN


def crossings(net: Net, order: Order) -> int:
    """The number of crossings in all rows."""
    rows, at, counts = order
    for number, count in enumerate(counts):
        if count == UNKNOWN:
            counts[number] = _between(net.below, rows[number], at)
    return sum(counts)


def _between(below: list[list[Joint]], row: list[int], at: list[float]) -> int:
    """The number of crossings of the joints that leave a row."""
    if len(row) == 1 and len(below[row[0]]) == 1:
        return 0
    ends: list[float] = []
    for upper in row:
        joints = below[upper]
        if len(joints) == 1:
            ((lower, offset, _),) = joints
            ends.append(at[lower] + offset)
        elif joints:  # joints of one port do not cross each other: ascending ends are not counted
            ends += [end for _, end in sorted([(own, at[lower] + offset) for lower, offset, own in joints])]
    if ends == sorted(ends):
        return 0
    seen: list[float] = []
    found = 0
    for end in ends:
        if not seen or end >= seen[-1]:
            seen.append(end)
        else:
            place = bisect_right(seen, end)
            found += len(seen) - place
            seen.insert(place, end)
    return found


def swap_neighbours(net: Net, order: Order) -> int:
    """Swap neighbours of one frame in place as long as that removes crossings; return how many are left."""
    left = crossings(net, order)
    again = {row for number, count in enumerate(order.counts) if count for row in (number, number + 1)}
    stale = [False] * len(net.width)  # of each element: whether it may cross its neighbours in another way now
    for number in again:
        for element in order.rows[number]:
            stale[element] = True
    trunks = {bend for fan in net.fans for bend in (*fan.trunk, *fan.feed)}
    for _ in range(MOST_PASSES):
        numbers, again = sorted(again), set()
        for number in numbers:
            gained = _swap_in_row(net, order.rows[number], order.at, stale, trunks)
            if gained:
                left -= gained
                changed(order, number)
                again.update((number - 1, number, number + 1))
        again &= set(range(len(order.rows)))
        if not again:
            break
    return left


def _swap_in_row(net: Net, row: list[int], at: list[float], stale: list[bool], trunks: Set[int]) -> int:
    """One pass over the stale elements of a row; how many crossings it removed. Makes stale what it changed.

    Nothing comes between the trunk of a fan and what stands beside it.
    """
    home, borders, margin = net.home, net.borders, net.margin
    gained = 0
    moved: list[int] = []
    one, ends = row[0], None
    for right in range(1, len(row)):
        other, other_ends = row[right], None
        if stale[one] or stale[other]:
            ups, downs = ends or _ends(net, one, at)
            other_ups, other_downs = other_ends = _ends(net, other, at)
            crossed = (ups and other_ups and ups[-1] > other_ups[0]) or (
                downs and other_downs and downs[-1] > other_downs[0]
            )
            if (
                crossed
                and home[one] == home[other]
                and one < borders
                and other < borders
                and one not in trunks
                and other not in trunks
            ):
                gain = _gain(ups, other_ups) + _gain(downs, other_downs)
                if gain > 0:
                    gained += gain
                    moved += (one, other)
                    row[right - 1], row[right] = other, one
                    start = at[one] - margin[one]
                    at[other] = start + margin[other]
                    at[one] = at[other] + net.width[other] + margin[other] + margin[one]
                    ends = ups, downs
                    continue  # the same one beside the next
        one, ends = other, other_ends
    for element in row:
        stale[element] = False
    for element in moved:
        stale[element] = True
        for end, _, _ in net.above[element]:
            stale[end] = True
        for end, _, _ in net.below[element]:
            stale[end] = True
    return gained


def _ends(net: Net, element: int, at: list[float]) -> tuple[list[float], list[float]]:
    """Where the joints of an element end in the row before and in the row after, ascending."""
    above, below = net.above[element], net.below[element]
    if len(above) == 1:
        ((other, offset, _),) = above
        ups = [at[other] + offset]
    else:
        ups = sorted([at[other] + offset for other, offset, _ in above])
    if len(below) == 1:
        ((other, offset, _),) = below
        return ups, [at[other] + offset]
    return ups, sorted([at[other] + offset for other, offset, _ in below])


def _gain(left: list[float], right: list[float]) -> int:
    """How many crossings two neighbours would have less if they changed places, by where their joints end."""
    if len(left) == 1 == len(right):
        return (left[0] > right[0]) - (left[0] < right[0])
    return sum([bisect_left(right, end) - (len(right) - bisect_right(right, end)) for end in left])
