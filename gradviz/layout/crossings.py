"""How many joints cross between two rows, and swaps of neighbours that make it fewer.

Knows the order of the rows and rough places across, no frames.
"""

from bisect import bisect_left, bisect_right
from itertools import islice
from operator import le
from typing import NamedTuple

from gradviz.layout.net import Joint, Net

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
    ends: list[float] = []
    for upper in row:
        joints = below[upper]
        if len(joints) == 1:
            ends.append(at[joints[0][0]] + joints[0][1])
        elif joints:  # joints of one port do not cross each other: ascending ends are not counted
            ends += [end for _, end in sorted([(own, at[lower] + offset) for lower, offset, own in joints])]
    if all(map(le, ends, islice(ends, 1, None))):
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
    stale = {row for number, count in enumerate(order.counts) if count for row in (number, number + 1)}
    for _ in range(MOST_PASSES):
        again: set[int] = set()
        for number in sorted(stale):
            if len(order.rows[number]) > 1:
                gained = _swap_in_row(net, order.rows[number], order.at)
                if gained:
                    left -= gained
                    changed(order, number)
                    again.update((number - 1, number, number + 1))
        stale = again & set(range(len(order.rows)))
        if not stale:
            break
    return left


def _swap_in_row(net: Net, row: list[int], at: list[float]) -> int:
    """One pass over a row; how many crossings it removed."""
    home, borders, margin = net.home, net.borders, net.margin
    ups = [_ends(net.above[element], at) for element in row]
    downs = [_ends(net.below[element], at) for element in row]
    gained = 0
    one, one_ups, one_downs = row[0], ups[0], downs[0]
    for right in range(1, len(row)):
        other, other_ups, other_downs = row[right], ups[right], downs[right]
        crossed = (one_ups and other_ups and one_ups[-1] > other_ups[0]) or (
            one_downs and other_downs and one_downs[-1] > other_downs[0]
        )
        if crossed and home[one] == home[other] and one < borders and other < borders:
            gain = _gain(one_ups, other_ups) + _gain(one_downs, other_downs)
            if gain > 0:
                gained += gain
                row[right - 1], row[right] = other, one
                start = at[one] - margin[one]
                at[other] = start + margin[other]
                at[one] = at[other] + net.width[other] + margin[other] + margin[one]
                continue  # the same one beside the next
        one, one_ups, one_downs = other, other_ups, other_downs
    return gained


def _ends(joints: list[Joint], at: list[float]) -> list[float]:
    """Where the joints of an element end, ascending."""
    if len(joints) == 1:
        return [at[joints[0][0]] + joints[0][1]]
    return sorted([at[other] + offset for other, offset, _ in joints])


def _gain(left: list[float], right: list[float]) -> int:
    """How many crossings two neighbours would have less if they changed places, by where their joints end."""
    if len(left) == 1 == len(right):
        return (left[0] > right[0]) - (left[0] < right[0])
    return sum([bisect_left(right, end) - (len(right) - bisect_right(right, end)) for end in left])
