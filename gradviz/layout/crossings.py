"""How many joints cross between two rows, and swaps of neighbours that make it fewer.

Knows the order of the rows and rough places across, no frames.
"""

from bisect import bisect_left, bisect_right, insort
from typing import NamedTuple

from gradviz.layout.net import Joint, Net

MOST_PASSES = 8


class Order(NamedTuple):
    """Rows in order, with the rough place across of each element if every row is packed and centred."""

    rows: list[list[int]]
    at: list[float]


def crossings(net: Net, order: Order) -> int:
    """The number of crossings in all rows."""
    return sum(_between(net.below, row, order.at) for row in order.rows)


def _between(below: list[list[Joint]], row: list[int], at: list[float]) -> int:
    """The number of crossings of the joints that leave a row."""
    seen: list[float] = []
    found = 0
    for upper in row:
        joints = below[upper]
        if len(joints) == 1:
            end = at[joints[0][0]] + joints[0][1]
            found += len(seen) - bisect_right(seen, end)
            insort(seen, end)
        else:  # joints of one port do not cross each other: ascending ends are not counted
            for _, end in sorted([(own, at[lower] + offset) for lower, offset, own in joints]):
                found += len(seen) - bisect_right(seen, end)
                insort(seen, end)
    return found


def swap_neighbours(net: Net, order: Order) -> None:
    """Swap neighbours of one frame in place as long as that removes crossings."""
    crossed = [number for number, row in enumerate(order.rows) if _between(net.below, row, order.at)]
    stale = {row for number in crossed for row in (number, number + 1)}
    for _ in range(MOST_PASSES):
        changed: set[int] = set()
        for number in sorted(stale):
            if len(order.rows[number]) > 1 and _swap_in_row(net, order.rows[number], order.at):
                changed.update((number - 1, number, number + 1))
        stale = changed & set(range(len(order.rows)))
        if not stale:
            return


def _swap_in_row(net: Net, row: list[int], at: list[float]) -> bool:
    """One pass over a row; whether anything moved."""
    ups = [_ends(net.above[element], at) for element in row]
    downs = [_ends(net.below[element], at) for element in row]
    moved = False
    for left in range(len(row) - 1):
        right = left + 1
        one, other = row[left], row[right]
        if net.home[one] != net.home[other] or one >= net.borders or other >= net.borders:
            continue
        if _in_order(ups[left], ups[right]) and _in_order(downs[left], downs[right]):
            continue
        if _gain(ups[left], ups[right]) + _gain(downs[left], downs[right]) > 0:
            for line in (ups, downs):
                line[left], line[right] = line[right], line[left]
            row[left], row[right] = other, one
            start = at[one] - net.margin[one]
            at[other] = start + net.margin[other]
            at[one] = at[other] + net.width[other] + net.margin[other] + net.margin[one]
            moved = True
    return moved


def _ends(joints: list[Joint], at: list[float]) -> list[float]:
    """Where the joints of an element end, ascending."""
    if len(joints) == 1:
        return [at[joints[0][0]] + joints[0][1]]
    return sorted([at[other] + offset for other, offset, _ in joints])


def _in_order(left: list[float], right: list[float]) -> bool:
    """Whether the joints of two neighbours do not cross."""
    return not left or not right or left[-1] <= right[0]


def _gain(left: list[float], right: list[float]) -> int:
    """How many crossings two neighbours would have less if they changed places, by where their joints end."""
    if len(left) == 1 == len(right):
        return (left[0] > right[0]) - (left[0] < right[0])
    return sum([bisect_left(right, end) - (len(right) - bisect_right(right, end)) for end in left])
