"""Final places across: the stretches of long links, frame borders and stems become exactly straight.

Elements one below another that are nearly in line are joined to blocks; a block that would have to bend far to be
straight is cut. Blocks keep the order of every row, so moving them right, and moving them left, until no distance is
too small are both sound, and so is the middle of the two.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise
from math import inf
from typing import NamedTuple

from gradviz.layout.components import find, join
from gradviz.layout.former import Former
from gradviz.layout.net import BORDER_MARGIN, Net
from gradviz.layout.pulls import NOBODY, Pulls
from gradviz.layout.room import indices

STEM_BEND = 64.0  # how far the rough places of a block of cells may be from straight
LINK_BEND = 160.0  # of the bends of a long link
ROUNDING = 0.01

Gap = tuple[int, int, float]  # two blocks and the least distance of their starts
Line = tuple[int, int, float]  # upper and lower element, and how far right of the upper's start the lower's is


class _Blocks(NamedTuple):
    """Of each element: the first element of its block, and how far right of that one's start its own is."""

    first: list[int]
    shift: list[float]


def straightened(net: Net, pulls: Pulls, rough: list[float], title_room: list[float]) -> list[float]:
    """The final start of each element across.

    Args:
        net: elements, with their rows in order.
        pulls: what they want to be in line with.
        rough: where they are by relaxing alone.
        title_room: of each frame, the least distance of its two borders.
    """
    index = indices(net.rows)
    blocks = _blocks(net, pulls, rough, index, (STEM_BEND, LINK_BEND))
    wishes = _wishes(net, blocks, rough, index, title_room)
    left, right = _pushed(blocks, wishes, _gaps(net, blocks, title_room))
    return _placed(blocks, [(one + other) / 2 for one, other in zip(left, right, strict=True)])


def settled(net: Net, pulls: Pulls, former: Former, title_room: list[float]) -> list[float]:
    """The final start of each element across where as many as can be stand where they were.

    Args:
        net: elements, with their rows in order.
        pulls: what they want to be in line with.
        former: where they were.
        title_room: of each frame, the least distance of its two borders.
    """
    index = indices(net.rows)
    blocks = _blocks(net, pulls, former.start, index, (ROUNDING, ROUNDING))
    wishes = _wishes(net, blocks, former.start, index, title_room, former.kept)
    gaps = _gaps(net, blocks, title_room)
    left, right = _pushed(blocks, wishes, gaps)
    moves = _moves(blocks, former.kept, wishes, left), _moves(blocks, former.kept, wishes, right)
    clusters = _clusters(left, right, gaps)
    goes_left = [one < other for one, other in zip(*(_sums(clusters, each) for each in moves), strict=True)]
    return _placed(blocks, [one if goes else other for one, other, goes in zip(left, right, goes_left, strict=True)])


def _gaps(net: Net, blocks: _Blocks, title_room: list[float]) -> list[Gap]:
    """Every distance that blocks are to keep."""
    width, margin = net.width, net.margin
    first, shift = blocks
    gaps = [
        (first[one], first[other], width[one] + margin[one] + margin[other] + shift[one] - shift[other])
        for row in net.rows
        for one, other in pairwise(row)
    ]
    gaps.extend((start, end, room) for (start, end), room in zip(net.sides, title_room, strict=True) if room)
    return gaps


def _blocks(net: Net, pulls: Pulls, rough: list[float], index: list[int], limits: tuple[float, float]) -> _Blocks:
    """Join elements along lines from the top down, unless the block gets too crooked."""
    first, shift = list(range(len(rough))), [0.0] * len(rough)
    low, high = list(rough), list(rough)  # of each block: the range of the places its elements want it to be at
    for upper_row, lower_row in pairwise(net.rows):
        for upper, lower, away in _lines(net, pulls, upper_row, lower_row, index):
            block, moved = first[upper], shift[upper] + away
            wish, least, most = rough[lower] - moved, low[block], high[block]
            if wish < least:
                least = wish
            elif wish > most:
                most = wish
            limit = limits[0] if upper < net.cells or lower < net.cells else limits[1]
            if most - least <= limit or upper >= net.borders:
                first[lower], shift[lower] = block, moved
                low[block], high[block] = least, most
    return _Blocks(first, shift)


def _lines(net: Net, pulls: Pulls, upper_row: list[int], lower_row: list[int], index: list[int]) -> list[Line]:
    """The pairs between two rows that may be joined. No two of them cross, and each element is in at most one.

    These are the stretches of long links and borders, as many as do not cross, and each cell and the one it is best
    in line with if that is mutual.
    """
    mates, away, cells = pulls.mates, pulls.below.away, net.cells
    lines = [(upper, mates[upper], -away[upper]) for upper in upper_row if mates[upper] != NOBODY]
    places = [index[lower] for _, lower, _ in lines]
    if places == sorted(places):
        return lines
    walls = [line for line in lines if line[0] >= cells and line[1] >= cells]
    if walls:
        walls = _uncrossed(net, walls, index)
        low = _zones(len(upper_row), [index[upper] for upper, _, _ in walls])
        high = _zones(len(lower_row), [index[lower] for _, lower, _ in walls])
        lines = [
            line
            for line in lines
            if (line[0] < cells or line[1] < cells) and low[index[line[0]]] == high[index[line[1]]]
        ]
    return walls + _longest_ascending(lines, index)


def _zones(count: int, walls: list[int]) -> list[int]:
    """For each place of a row, between which two of the places of walls it is."""
    zones, wall = [0] * count, 0
    for place in range(count):
        if wall < len(walls) and walls[wall] == place:
            wall += 1
        zones[place] = wall
    return zones


def _uncrossed(net: Net, walls: list[Line], index: list[int]) -> list[Line]:
    """The most walls that do not cross each other, all borders among them. They ascend by the upper place."""
    borders = [wall for wall in walls if wall[0] >= net.borders]
    if borders:
        uppers, lowers = [index[upper] for upper, _, _ in borders], [index[lower] for _, lower, _ in borders]
        walls = [wall for wall in walls if bisect_left(uppers, index[wall[0]]) == bisect_left(lowers, index[wall[1]])]
    return _longest_ascending(walls, index)


def _longest_ascending(lines: list[Line], index: list[int]) -> list[Line]:
    """A longest part of the lines, which ascend by the upper place, whose lower places ascend too."""
    if all(index[one[1]] < index[other[1]] for one, other in pairwise(lines)):
        return lines
    tops: list[int] = []  # of the best part of each length: its last lower place
    last: list[int] = []  # and which line that is
    before: list[int] = []
    for number, (_, lower, _) in enumerate(lines):
        length = bisect_left(tops, index[lower])
        before.append(last[length - 1] if length else -1)
        tops[length : length + 1] = [index[lower]]
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
    first, shift = blocks
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


def _pushed(blocks: _Blocks, wishes: list[float], gaps: list[Gap]) -> tuple[list[float], list[float]]:
    """The blocks where they wish to be, pushed to the left until all gaps are kept, and to the right."""
    first, _ = blocks
    after: list[list[tuple[int, float]]] = [[] for _ in first]
    waiting = [0] * len(first)
    for one, other, gap in gaps:
        after[one].append((other, gap))
        waiting[other] += 1
    right = list(wishes)
    order = [element for element, block in enumerate(first) if element == block and not waiting[element]]
    for block in order:
        here = right[block]
        for other, gap in after[block]:
            if right[other] < here + gap:
                right[other] = here + gap
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    left = list(wishes)
    for block in reversed(order):
        for other, gap in after[block]:
            if left[block] > left[other] - gap:
                left[block] = left[other] - gap
    return left, right


def _placed(blocks: _Blocks, places: list[float]) -> list[float]:
    """The start of each element by the places of the blocks."""
    return [places[block] + moved for block, moved in zip(*blocks, strict=True)]


def _clusters(left: list[float], right: list[float], gaps: list[Gap]) -> list[int]:
    """Of each block, the one that names all those which have to be pushed to the same side for the gaps to be kept."""
    owner = list(range(len(left)))
    for one, other, gap in gaps:
        if right[one] + gap > left[other] + ROUNDING:
            join(owner, one, other)
    return [find(owner, block) for block in owner]


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
