"""By what each element wants to stand: the longest way through it, so that a stem does not drift towards its constants.

Flat lists, with elements and means as numbers, because places are relaxed by them several times over.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import chain, count
from math import ceil
from typing import NamedTuple

from gradviz.layout.rows.net import BEND_MARGIN, Fan, Joint, Net

LEADER = 10000.0
LONGER = (
    4  # the power of its length by which a longer stem counts for more: it is not moved for a shorter one beside it
)
TRUNK = 1e6  # times as heavy as what hangs on it
BEND = 12.0
FOLLOWER = 1.0
BORDER = 0.01
JOG = 56.0  # a link within a column of cells may be this far from straight, for the sake of the column
NOBODY = -1

Pull = tuple[int, float]  # another element, and how far right of its start the own start is wanted
Mean = tuple[int, list[Pull]]  # its number, which is none of an element, and what it is the mean of


class Side(NamedTuple):
    """What each element wants of one of the rows beside its own."""

    to: list[int]  # another element or a mean
    away: list[float]  # how far right of that one's start the own start is wanted
    weight: list[float]  # large if the wish is mutual, and the more so the longer the stem is


class Pulls(NamedTuple):
    """What elements want. One that is joined to one row only wants of the other the same; one to none, to stay."""

    above: Side
    below: Side
    weight: list[float]  # of what each wants of both
    means: list[list[Mean]]  # of each row: what stands for several pulls of one element
    mates: list[int]  # of each element: the one below it if each wants to be in line with the other, or NOBODY


def pulls(net: Net) -> Pulls:
    """What each element wants, by the longest ways through the net."""
    elements = len(net.width)
    weight = [FOLLOWER] * net.cells + [BEND] * (net.borders - net.cells) + [BORDER] * (elements - net.borders)
    for fan in net.fans:
        for bend in fan.trunk:
            weight[bend] = TRUNK * LEADER * fan.length**LONGER
    means: list[list[Mean]] = [[] for _ in net.rows]
    numbers = count(elements)
    above = _side(net, False, list(weight), means, numbers)
    below = _side(net, True, weight, means, numbers)
    for fan in net.fans:
        if fan.trunk:
            _loosen(fan, above.to, below.to)
        if fan.source is not None and fan.feed:
            below.to[fan.source] = NOBODY
            _follow_trunk(net, fan, above, below)
    mates = [
        lower if 0 <= lower < elements and above.to[lower] == upper else NOBODY for upper, lower in enumerate(below.to)
    ]
    above, below = above._replace(weight=below.weight), below._replace(weight=above.weight)
    weight = [
        down if lower == NOBODY else up for up, down, lower in zip(below.weight, above.weight, below.to, strict=True)
    ]
    for element, (upper, lower) in enumerate(zip(above.to, below.to, strict=True)):
        if upper == NOBODY:
            above.to[element], above.away[element] = (element, 0.0) if lower == NOBODY else (lower, below.away[element])
        if lower == NOBODY:
            below.to[element], below.away[element] = above.to[element], above.away[element]
    return Pulls(above, below, weight, means, mates)


def _side(net: Net, below: bool, mutual: list[float], means: list[list[Mean]], numbers: Iterator[int]) -> Side:
    """What each element wants of the row before it, or after it, and the weight of what the ends want the other way.

    Args:
        net: the elements.
        below: whether the row after is meant.
        mutual: the least weight of each wish; becomes the weight.
        means: what stands for several pulls, by row; grows.
        numbers: those that no mean has yet.
    """
    cells, axis, joints = net.cells, net.axis, net.below if below else net.above
    to, away = [NOBODY] * len(net.width), [0.0] * len(net.width)
    longest = _known_lengths(net, below)
    leaders: set[int] = set()  # what others want to be in line with
    for element in chain.from_iterable(reversed(net.rows) if below else net.rows):
        ends = joints[element]
        if len(ends) == 1:
            ((other, offset, own),) = ends
            length, shift = longest[other], offset - own
            if element < cells:
                length += 1
                if other < cells and -JOG < shift - axis[other] + axis[element] < JOG:
                    shift = axis[other] - axis[element]
            longest[element], to[element], away[element] = length, other, shift
        elif ends:
            most = max([longest[end[0]] for end in ends])
            best = [end for end in ends if longest[end[0]] == most]
            leaders.update([end[0] for end in best])
            wants = _merged(net, element, best)
            if len(wants) == 1:
                ((to[element], away[element]),) = wants
            else:
                to[element] = next(numbers)
                means[net.row[element]].append((to[element], wants))
            longest[element] = most + (element < cells)
        elif element < cells:
            longest[element] = 1
    leaders.update(to)
    for element in leaders:
        if 0 <= element < cells:
            mutual[element] = LEADER * longest[element] ** LONGER
    return Side(to, away, mutual)


def _loosen(fan: Fan, above: list[int], below: list[int]) -> None:
    """Let what stands on shelves be in line with its branch, and not with a hub or a source if it is joined to more."""
    hubs, sources = {fan.hub, *fan.trunk}, {fan.source, *fan.feed}
    back, on = (above, below) if fan.leads else (below, above)
    for cell in fan.cells():
        if on[cell] in sources:
            on[cell] = NOBODY
        if back[cell] in hubs and on[cell] != NOBODY:
            back[cell] = NOBODY


def _follow_trunk(net: Net, fan: Fan, above: Side, below: Side) -> None:
    """Let the feed be as far from the trunk as what stands on shelves may reach."""
    reach: Counter[int] = Counter()  # of each row
    for cell in fan.cells():
        reach[net.row[cell]] += ceil(net.width[cell] + 2 * net.margin[cell])
    away = max(reach.values()) + 2 * BEND_MARGIN
    trunk = {net.row[bend]: bend for bend in fan.trunk}
    for bend in fan.feed:
        for side, row in ((above, net.row[bend] - 1), (below, net.row[bend] + 1)):
            side.to[bend], side.away[bend] = trunk.get(row, NOBODY), away


def _known_lengths(net: Net, below: bool) -> list[int]:
    """The number of cells on the longest way to, or from, each element, of which only those of ends are known yet.

    The trunk of a fan counts as longer than what hangs on it, which is to be in line with nothing but each other.
    """
    longest = [0] * len(net.width)
    for fan in net.fans:
        if fan.trunk and below == fan.leads:
            longest[fan.trunk[-1]] = fan.length
    return longest


def _merged(net: Net, element: int, ends: list[Joint]) -> list[Pull]:
    """The pulls of some joints; those of a cell to one other are one, axis to axis where that is near."""
    wants = [(other, offset - own) for other, offset, own in ends]
    other = wants[0][0]
    if element >= net.cells or other >= net.cells or any(pull[0] != other for pull in wants):
        return wants
    away = sum([away for _, away in wants]) / len(wants)
    straight = net.axis[other] - net.axis[element]
    return [(other, straight if -JOG < away - straight < JOG else away)]
