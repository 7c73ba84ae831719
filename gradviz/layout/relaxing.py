"""Rough places across for ordered rows: compact, with each element near those it is linked to.

Row after row, the elements are given the places nearest to what they want that keep their order and distances (isotonic
regression, exact and linear for one row). Once down and once up: doing so again changes nothing to speak of. Nothing is
exactly straight yet.
"""

from collections.abc import Iterable
from itertools import pairwise
from operator import sub

from gradviz.layout.net import Net
from gradviz.layout.pulls import Mean, Pull, Pulls, Side

_Row = tuple[list[int], list[float], list[Mean]]  # elements, their places if the row is packed, means that they want


def relaxed(net: Net, pulls: Pulls) -> list[float]:
    """The rough start of each element across."""
    steps = [_steps(net, row) for row in net.rows]
    place = [0.0] * (len(net.width) + sum(map(len, pulls.means)))  # means have places too
    for row, step in zip(net.rows, steps, strict=True):
        shift = -(step[-1] + net.width[row[-1]]) / 2
        for element, away in zip(row, step, strict=True):
            place[element] = away + shift
    passes = list(zip(net.rows, steps, pulls.means, strict=True))
    _follow(passes[1:], pulls.above, place)
    _follow(passes[-2::-1], pulls.below, place)
    _balance(passes, net.cells, pulls, place)
    del place[len(net.width) :]
    return place


def _steps(net: Net, row: list[int]) -> list[float]:
    """How far each element of a row starts from the first one's start if the row is packed."""
    width, margin = net.width, net.margin
    step, steps = 0.0, [0.0]
    for one, other in pairwise(row):
        step += width[one] + margin[one] + margin[other]
        steps.append(step)
    return steps


def _follow(rows: Iterable[_Row], side: Side, place: list[float]) -> None:
    """Put row after row as near to what its elements want of one side as they can stand together."""
    to, away, weight = side
    for row, steps, means in rows:
        for number, wants in means:
            place[number] = _mean(wants, place)
        _fit(row, steps, [place[to[element]] + away[element] for element in row], weight, place)


def _balance(rows: Iterable[_Row], cells: int, pulls: Pulls, place: list[float]) -> None:
    """Put row after row as near to what its elements want of both sides: cells in the middle, bends between."""
    (uppers, right, _), (lowers, left, _) = pulls.above, pulls.below
    for row, steps, means in rows:
        for number, wants in means:
            place[number] = _mean(wants, place)
        wanted = []
        for element in row:
            one, other = place[uppers[element]] + right[element], place[lowers[element]] + left[element]
            if element < cells:
                wanted.append((one + other) / 2)
            else:
                wanted.append(sorted((one, place[element], other))[1])
        _fit(row, steps, wanted, pulls.weight, place)


def _mean(wants: list[Pull], place: list[float]) -> float:
    return sum([place[other] + away for other, away in wants]) / len(wants)


def _fit(row: list[int], steps: list[float], wanted: list[float], weight: list[float], place: list[float]) -> None:
    """Put a row where the weighted sum of squared distances from the wanted places is least."""
    if len(row) == 1:
        place[row[0]] = wanted[0]
        return
    firsts = list(map(sub, wanted, steps))  # where the first element of the row would be for each to be where it wants
    if firsts == sorted(firsts):
        for element, here in zip(row, wanted, strict=True):
            place[element] = here
        return
    means: list[float] = []  # of runs of elements that touch: where the first element of the row would be
    masses: list[float] = []
    ends: list[int] = []
    for number, element in enumerate(row):
        mean, mass = firsts[number], weight[element]
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
