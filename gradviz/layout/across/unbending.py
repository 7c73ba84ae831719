"""Fewer bends in long links: a stretch moves in line with the one before or after it wherever there is room.

By the triangle inequality no link gets longer, and the order of the rows stays, so nothing new crosses.
"""

from collections.abc import Sequence

from gradviz.layout.rows.net import Net
from gradviz.layout.rows.room import ROUNDING, Seats, room


def unbend(net: Net, seats: Seats, places: list[float]) -> None:
    """Move bends in `places`, the start of each element across."""
    for link, bends in enumerate(net.bends):
        if bends and link not in net.shared:
            upper, offset, _ = net.above[bends[0]][0]
            _follow(net, seats, places, bends, places[upper] + offset)
            lower, offset, _ = net.below[bends[-1]][0]
            _follow(net, seats, places, bends[::-1], places[lower] + offset)


def _follow(net: Net, seats: Seats, places: list[float], bends: Sequence[int], before: float) -> None:
    """Let each straight stretch of a link, in turn, move in line with what is before it, if there is room."""
    first = 0
    while first < len(bends):
        last = first + 1
        while last < len(bends) and abs(places[bends[last]] - places[bends[first]]) < ROUNDING:
            last += 1
        stretch = bends[first:last]
        if abs(places[stretch[0]] - before) >= ROUNDING:
            low, high = room(net, seats, places, stretch)
            if low <= before - places[stretch[0]] <= high:
                for bend in stretch:
                    places[bend] = before
        before = places[stretch[0]]
        first = last
