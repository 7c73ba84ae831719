"""Rough places across for ordered rows: compact, with each element near those it is linked to.

Row after row, the elements are given the places nearest to what their neighbours want that keep their order and
distances (isotonic regression, exact and linear for one row). Once down and once up: doing so again changes nothing to
speak of. What a cell wants is to be in line with the longest way through it, so that a stem does not drift towards its
constants. Nothing is exactly straight yet.
"""

from itertools import pairwise
from typing import NamedTuple

from gradviz.layout.net import Joint, Net

LEADER = 10000.0
BEND = 12.0
FOLLOWER = 1.0
BORDER = 0.01
JOG = 56.0  # a link within a column of cells may be this far from straight, for the sake of the column

Pull = tuple[int, float]  # another element, and how far right of its start the own start is wanted


class Pulls(NamedTuple):
    """By what each element wants to stand: its best neighbours in the row before and in the row after."""

    above: list[list[Pull]]
    below: list[list[Pull]]
    upward: list[float]  # the weight of what each wants of the row after: large if the wish is mutual
    downward: list[float]  # and of what it wants of the row before


def relaxed(net: Net, pulls: Pulls) -> list[float]:
    """The rough start of each element across."""
    steps = [_steps(net, row) for row in net.rows]
    place = [0.0] * len(net.width)
    for row, step in zip(net.rows, steps, strict=True):
        shift = -(step[-1] + net.width[row[-1]]) / 2
        for element, away in zip(row, step, strict=True):
            place[element] = away + shift
    if all(len(row) == 1 for row in net.rows):
        for row in net.rows[1:]:
            for other, away in pulls.above[row[0]]:
                place[row[0]] = place[other] + away
        return place
    for number in range(1, len(net.rows)):
        row = net.rows[number]
        _fit(row, steps[number], _wanted(row, pulls.above, pulls.below, place), pulls.downward, place)
    for number in range(len(net.rows) - 2, -1, -1):
        row = net.rows[number]
        _fit(row, steps[number], _wanted(row, pulls.below, pulls.above, place), pulls.upward, place)
    weight = [up if ends else down for ends, up, down in zip(pulls.below, pulls.upward, pulls.downward, strict=True)]
    for row, step in zip(net.rows, steps, strict=True):
        _fit(row, step, _balance(net, row, pulls, place), weight, place)
    return place


def pulls(net: Net) -> Pulls:
    """What each element wants, by the longest ways through the net."""
    depth, height = _longest_ways(net)
    bends, borders = net.borders - net.cells, len(net.width) - net.borders
    weight = [FOLLOWER] * net.cells + [BEND] * bends + [BORDER] * borders
    found = Pulls([], [], weight, list(weight))
    for joints, longest, wants, weight in (
        (net.above, depth, found.above, found.upward),
        (net.below, height, found.below, found.downward),
    ):
        for element, ends in enumerate(joints):
            if len(ends) > 1:
                best = max([longest[joint[0]] for joint in ends])
                ends = [joint for joint in ends if longest[joint[0]] == best]
            wants.append(_merged(net, element, ends))
            for joint in ends:
                if joint[0] < net.cells:
                    weight[joint[0]] = LEADER
    return found


def _merged(net: Net, element: int, ends: list[Joint]) -> list[Pull]:
    """The pulls of some joints; those of a cell to one other are one, axis to axis where that is near."""
    wants = [(other, offset - own) for other, offset, own in ends]
    if not wants or element >= net.cells:
        return wants
    other, away = wants[0]
    if other >= net.cells:
        return wants
    if len(wants) > 1:
        if any(pull[0] != other for pull in wants):
            return wants
        away = sum([away for _, away in wants]) / len(wants)
    straight = net.axis[other] - net.axis[element]
    return [(other, straight if abs(away - straight) < JOG else away)]


def _longest_ways(net: Net) -> tuple[list[int], list[int]]:
    """For each element the number of cells on the longest way to it and on the longest way from it."""
    depth, height = [0] * len(net.width), [0] * len(net.width)
    for joints, longest, rows in ((net.above, depth, net.rows), (net.below, height, net.rows[::-1])):
        for row in rows:
            for element in row:
                ends = joints[element]
                before = (
                    longest[ends[0][0]] if len(ends) == 1 else max([longest[joint[0]] for joint in ends], default=0)
                )
                longest[element] = before + 1 if element < net.cells else before
    return depth, height


def _steps(net: Net, row: list[int]) -> list[float]:
    """How far each element of a row starts from the first one's start if the row is packed."""
    width, margin = net.width, net.margin
    step, steps = 0.0, [0.0]
    for one, other in pairwise(row):
        step += width[one] + margin[one] + margin[other]
        steps.append(step)
    return steps


def _wanted(row: list[int], first: list[list[Pull]], second: list[list[Pull]], place: list[float]) -> list[float]:
    """Where the elements of a row want to be by their neighbours on one side, or else on the other, or else here."""
    wanted = []
    for element in row:
        ends = first[element] or second[element]
        if len(ends) == 1:
            wanted.append(place[ends[0][0]] + ends[0][1])
        elif ends:
            wanted.append(sum([place[other] + away for other, away in ends]) / len(ends))
        else:
            wanted.append(place[element])
    return wanted


def _balance(net: Net, row: list[int], wants: Pulls, place: list[float]) -> list[float]:
    """Where the elements of a row want to be by both sides: cells in the middle, bends anywhere between."""
    wanted = []
    for element in row:
        ends = wants.above[element] + wants.below[element]
        places = [place[other] + away for other, away in ends]
        here = place[element]
        if not places:
            wanted.append(here)
        elif element < net.cells:
            wanted.append(sum(places) / len(places))
        else:
            wanted.append(max(min(places), min(max(places), here)))
    return wanted


def _fit(row: list[int], steps: list[float], wanted: list[float], weight: list[float], place: list[float]) -> None:
    """Put a row where the weighted sum of squared distances from the wanted places is least."""
    if len(row) == 1:
        place[row[0]] = wanted[0]
        return
    means: list[float] = []  # of runs of elements that touch: where the first element of the row would be
    masses: list[float] = []
    ends: list[int] = []
    for number, element in enumerate(row):
        mean, mass = wanted[number] - steps[number], weight[element]
        while means and means[-1] > mean:
            other = masses.pop()
            ends.pop()
            mean = (mean * mass + means.pop() * other) / (mass + other)
            mass += other
        means.append(mean)
        masses.append(mass)
        ends.append(number + 1)
    start = 0
    for mean, end in zip(means, ends, strict=True):
        for number in range(start, end):
            place[row[number]] = mean + steps[number]
        start = end
