"""Fewer bends in long links: a stretch moves in line with the one before or after it wherever there is room.

By the triangle inequality no link gets longer, and the order of the rows stays, so nothing new crosses.
"""

from collections.abc import Sequence
from math import inf

from gradviz.layout.net import Net


def unbend(net: Net, places: list[float]) -> None:
    """Move bends in `places`, the start of each element across."""
    index = [0] * len(net.width)
    for row in net.rows:
        for place, element in enumerate(row):
            index[element] = place
    for link, bends in enumerate(net.bends):
        if bends and link not in net.shared:
            upper, offset, _ = net.above[bends[0]][0]
            _follow(net, index, places, bends, places[upper] + offset)
            lower, offset, _ = net.below[bends[-1]][0]
            _follow(net, index, places, bends[::-1], places[lower] + offset)


def _follow(net: Net, index: list[int], places: list[float], bends: Sequence[int], before: float) -> None:
    """Let each straight stretch of a link, in turn, move in line with what is before it, if there is room."""
    first = 0
    while first < len(bends):
        last = first + 1
        while last < len(bends) and places[bends[last]] == places[bends[first]]:
            last += 1
        stretch = bends[first:last]
        if places[stretch[0]] != before:
            low, high = _room(net, index, places, stretch)
            if low <= before <= high:
                for bend in stretch:
                    places[bend] = before
        before = places[stretch[0]]
        first = last


def _room(net: Net, index: list[int], places: list[float], stretch: Sequence[int]) -> tuple[float, float]:
    """Between which places elements one below another may move together."""
    low, high = -inf, inf
    for element in stretch:
        row, number = net.rows[net.row[element]], index[element]
        if number:
            left = row[number - 1]
            low = max(low, places[left] + net.width[left] + net.margin[left] + net.margin[element])
        if number + 1 < len(row):
            right = row[number + 1]
            high = min(high, places[right] - net.margin[right] - net.margin[element] - net.width[element])
    return low, high
