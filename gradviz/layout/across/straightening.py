"""Final places across: the stretches of long links, frame borders and stems become exactly straight.

Elements one below another that are nearly in line are joined to blocks; a block that would have to bend far to be
straight is cut. Blocks keep the order of every row, so moving them right, and moving them left, until no distance is
too small are both sound, and so is the middle of the two.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise
from math import inf
from operator import sub
from typing import NamedTuple

from gradviz.layout.former import Former
from gradviz.layout.joining import joined
from gradviz.layout.rows.net import BORDER_MARGIN, Net
from gradviz.layout.rows.pulls import NOBODY, Pulls
from gradviz.layout.rows.room import Seats

STEM_BEND = 64.0  # how far the rough places of a block of cells may be from straight
LINK_BEND = 160.0  # of the bends of a long link
ROUNDING = 0.01


class _Blocks(NamedTuple):
    """Of each element: the first element of its block, how far right of that one its own start is, and the next one."""

    first: list[int]
    shift: list[float]
    below: list[int]  # or NOBODY


class _Neighbours(NamedTuple):
    """Of each element: its block, the next element of that, the next element of its row, and its place in a packed one.

    That place is the one that the block would have. Two blocks are apart if it is so in each row that has both.
    """

    first: list[int]
    below: list[int]
    beside: list[int]
    packed: list[float]


def straightened(net: Net, pulls: Pulls, rough: list[float], seats: Seats, title_room: list[float]) -> list[float]:
    """The final start of each element across.

    Args:
        net: elements, with their rows in order.
        pulls: what they want to be in line with.
        rough: where they are by relaxing alone.
        seats: where they are in their rows.
        title_room: of each frame, the least distance of its two borders.
    """
    blocks = _blocks(net, pulls, rough, seats, (STEM_BEND, LINK_BEND))
    wishes = _wishes(net, blocks, rough, seats.number, title_room)
    left, right = _pushed(_neighbours(net, blocks, seats, title_room), wishes)
    return _placed(blocks, [(one + other) / 2 for one, other in zip(left, right, strict=True)])


def settled(net: Net, pulls: Pulls, former: Former, seats: Seats, title_room: list[float]) -> list[float]:
    """The final start of each element across where as many as can be stand where they were.

    Args:
        net: elements, with their rows in order.
        pulls: what they want to be in line with.
        former: where they were.
        seats: where they are in their rows.
        title_room: of each frame, the least distance of its two borders.
    """
    blocks = _blocks(net, _parted(pulls, former.kept), former.start, seats, (ROUNDING, ROUNDING))
    wishes = _wishes(net, blocks, former.start, seats.number, title_room, former.kept)
    neighbours = _neighbours(net, blocks, seats, title_room)
    left, right = _pushed(neighbours, wishes)
    moves = _moves(blocks, former.kept, wishes, left), _moves(blocks, former.kept, wishes, right)
    clusters = _clusters(neighbours, left, right)
    goes_left = [one < other for one, other in zip(*(_sums(clusters, each) for each in moves), strict=True)]
    return _placed(blocks, [one if goes else other for one, other, goes in zip(left, right, goes_left, strict=True)])


def _blocks(net: Net, pulls: Pulls, rough: list[float], seats: Seats, limits: tuple[float, float]) -> _Blocks:
    """Join elements along lines from the top down, unless the block gets too crooked."""
    mates, away, cells, borders = pulls.mates, pulls.below.away, net.cells, net.borders
    first, shift, below = list(range(len(rough))), [0.0] * len(rough), [NOBODY] * len(rough)
    low, high = list(rough), list(rough)  # of each block: the range of the places its elements want it to be at
    for row in net.rows:
        for upper in _lines(net, mates, row, seats):
            lower = mates[upper]
            block, moved = first[upper], shift[upper] - away[upper]
            wish, least, most = rough[lower] - moved, low[block], high[block]
            if wish < least:
                least = wish
            elif wish > most:
                most = wish
            limit = limits[0] if upper < cells or lower < cells else limits[1]
            if most - least <= limit or upper >= borders:
                first[lower], shift[lower], below[upper] = block, moved, lower
                low[block], high[block] = least, most
    return _Blocks(first, shift, below)


def _parted(pulls: Pulls, kept: list[bool]) -> Pulls:
    """The same, with what is new in line with what was there by chance alone: one may give way without the other."""
    mates = [
        lower if lower == NOBODY or kept[lower] == stays else NOBODY
        for lower, stays in zip(pulls.mates, kept, strict=True)
    ]
    return pulls._replace(mates=mates)


def _lines(net: Net, mates: list[int], row: list[int], seats: Seats) -> list[int]:
    """The elements of a row to be joined to their mates in the next. No two of the lines between them cross.

    These are the stretches of long links and borders, as many as do not cross, and each cell and the one it is best
    in line with if that is mutual.
    """
    index, cells = seats.number, net.cells
    lines = [upper for upper in row if mates[upper] != NOBODY]
    if len(lines) < 2:
        return lines
    ends = [index[mates[upper]] for upper in lines]
    if ends == sorted(ends):
        return lines
    walls = [upper for upper in lines if upper >= cells and mates[upper] >= cells]
    if walls:
        walls = _uncrossed(net, walls, mates, index)
        lower_row = net.rows[net.row[mates[walls[0]]]]
        low = _zones(len(row), [index[upper] for upper in walls])
        high = _zones(len(lower_row), [index[mates[upper]] for upper in walls])
        lines = [
            upper
            for upper in lines
            if (upper < cells or mates[upper] < cells) and low[index[upper]] == high[index[mates[upper]]]
        ]
    return walls + _longest_ascending(lines, mates, index)


def _zones(count: int, walls: list[int]) -> list[int]:
    """For each place of a row, between which two of the places of walls it is."""
    zones, wall = [0] * count, 0
    for place in range(count):
        if wall < len(walls) and walls[wall] == place:
            wall += 1
        zones[place] = wall
    return zones


def _uncrossed(net: Net, walls: list[int], mates: list[int], index: list[int]) -> list[int]:
    """The most walls that do not cross each other, all borders among them. They ascend by the upper place."""
    borders = [upper for upper in walls if upper >= net.borders]
    if borders:
        uppers, lowers = [index[upper] for upper in borders], [index[mates[upper]] for upper in borders]
        walls = [
            upper for upper in walls if bisect_left(uppers, index[upper]) == bisect_left(lowers, index[mates[upper]])
        ]
    return _longest_ascending(walls, mates, index)


def _longest_ascending(lines: list[int], mates: list[int], index: list[int]) -> list[int]:
    """A longest part of the lines, which ascend by the upper place, whose lower places ascend too."""
    ends = [index[mates[upper]] for upper in lines]
    if ends == sorted(ends):
        return lines
    tops: list[int] = []  # of the best part of each length: its last lower place
    last: list[int] = []  # and which line that is
    before: list[int] = []
    for number, end in enumerate(ends):
        length = bisect_left(tops, end)
        before.append(last[length - 1] if length else -1)
        tops[length : length + 1] = [end]
        last[length : length + 1] = [number]
    found = []
    number = last[-1]
    while number >= 0:
        found.append(lines[number])
        number = before[number]
    return found[::-1]


def _wishes(
    net: Net,
    blocks: _Blocks,
    rough: list[float],
    index: list[int],
    title_room: list[float],
    kept: list[bool] | None = None,
) -> list[float]:
    """Where each block wants to be: at the mean of its elements' rough places; borders close to what they hold."""
    first, shift, _ = blocks
    total, size = [0.0] * len(first), [0] * len(first)
    for block, moved, place in zip(first, shift, rough, strict=True):
        total[block] += place - moved
        size[block] += 1
    wishes = [mass / count if count else 0.0 for mass, count in zip(total, size, strict=True)]
    inner = len(net.width)
    for (start, end), title in zip(reversed(net.sides), reversed(title_room), strict=True):
        low, high = _held(net, first, rough, wishes, index, range(start, inner, 2))
        spare = max(0.0, title - (high - low))  # which the title alone needs
        stays = min(low, max(low - spare, rough[start])) if kept is not None and kept[start] else low - spare / 2
        wishes[start], wishes[end] = stays, max(high, stays + title)
        inner = start
    return wishes


def _held(
    net: Net, first: list[int], rough: list[float], wishes: list[float], index: list[int], borders: Iterable[int]
) -> tuple[float, float]:
    """How close a frame's borders can be to what it holds. Those of the frames inside have their wishes already."""
    low, high = inf, -inf
    for left in borders:
        row = net.rows[net.row[left]]
        one, other = row[index[left] + 1], row[index[left + 1] - 1]
        if one == left + 1:
            continue
        one_at = wishes[first[one]] if one >= net.borders else rough[one]
        other_at = wishes[first[other]] if other >= net.borders else rough[other]
        low = min(low, one_at - net.margin[one] - BORDER_MARGIN - net.width[left])
        high = max(high, other_at + net.width[other] + net.margin[other] + BORDER_MARGIN)
    return low, high


def _neighbours(net: Net, blocks: _Blocks, seats: Seats, title_room: list[float]) -> _Neighbours:
    """All elements by their blocks. The room of a title is a row of its own: an element more in each of two blocks."""
    first, below = list(blocks.first), list(blocks.below)
    packed = list(map(sub, seats.packed, blocks.shift))
    beside = [NOBODY] * len(first)
    for row in net.rows:
        for one, other in pairwise(row):
            beside[one] = other
    for (start, end), room in zip(net.sides, title_room, strict=True):
        if room:
            title = len(first)
            first += (start, end)
            packed += (0.0, room)
            beside += (title + 1, NOBODY)
            below += (below[start], below[end])
            below[start], below[end] = title, title + 1
    return _Neighbours(first, below, beside, packed)


def _pushed(neighbours: _Neighbours, wishes: list[float]) -> tuple[list[float], list[float]]:
    """The blocks where they wish to be, pushed to the left until all distances are kept, and to the right."""
    first, below, beside, packed = neighbours
    right = list(wishes)
    order = _push_right(neighbours, right)
    left = list(wishes)
    for block in reversed(order):
        here, element = left[block], block
        while element != NOBODY:
            other = beside[element]
            if other != NOBODY:
                most = left[first[other]] - packed[other] + packed[element]
                if here > most:
                    here = most
            element = below[element]
        left[block] = here
    return left, right


def _push_right(neighbours: _Neighbours, places: list[float]) -> list[int]:
    """Push blocks in `places` to the right. Returns them in such an order that each follows all that push it."""
    first, below, beside, packed = neighbours
    waiting = [0] * len(places)  # of each block: how often it is yet to be pushed
    for other in beside:
        if other != NOBODY:
            waiting[first[other]] += 1
    ready = [block for block, count in enumerate(waiting) if not count and first[block] == block]
    order = list[int]()
    while ready:
        block = ready.pop()  # the one that was freed last: what is beside it is in the processor's cache
        order.append(block)
        here, element = places[block], block
        while element != NOBODY:
            other = beside[element]
            if other != NOBODY:
                pushed, least = first[other], here + packed[other] - packed[element]
                if places[pushed] < least:
                    places[pushed] = least
                waiting[pushed] -= 1
                if not waiting[pushed]:
                    ready.append(pushed)
            element = below[element]
    return order


def _placed(blocks: _Blocks, places: list[float]) -> list[float]:
    """The start of each element by the places of the blocks."""
    return [places[block] + moved for block, moved in zip(blocks.first, blocks.shift, strict=True)]


def _clusters(neighbours: _Neighbours, left: list[float], right: list[float]) -> list[int]:
    """Of each block, the one that names all those which have to be pushed to the same side to keep their distances."""
    first, _, beside, packed = neighbours
    touching = [
        (first[one], first[other])
        for one, other in enumerate(beside)
        if other != NOBODY and right[first[one]] - packed[one] > left[first[other]] - packed[other] + ROUNDING
    ]
    return joined(len(left), touching)


def _moves(blocks: _Blocks, kept: list[bool], wishes: list[float], places: list[float]) -> list[int]:
    """Of each block, how many elements that had a place lose it."""
    found = [0] * len(wishes)
    for block, had in zip(blocks.first, kept, strict=True):
        found[block] += had and abs(places[block] - wishes[block]) > ROUNDING
    return found


def _sums(clusters: list[int], counts: list[int]) -> list[int]:
    """Of each block, the sum of its cluster."""
    total = [0] * len(counts)
    for cluster, count in zip(clusters, counts, strict=True):
        total[cluster] += count
    return [total[cluster] for cluster in clusters]
