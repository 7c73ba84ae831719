"""Rough places across for ordered rows: compact, with each element near those it is linked to.

Row after row, the elements are given the places nearest to what they want that keep their order and distances (isotonic
regression, exact and linear for one row). From the results up to what they come from, then once more by both sides:
more passes change nothing to speak of. Nothing is exactly straight yet.
"""

from itertools import pairwise
from math import inf

from gradviz.layout.rows.net import Net
from gradviz.layout.rows.pulls import Mean, Pulls


def relaxed(net: Net, pulls: Pulls, packed: list[float]) -> list[float]:
    """The rough start of each element across.

    Args:
        net: elements, with their rows in order.
        pulls: what they want to be in line with.
        packed: where they are in rows that are packed.
    """
    place = [0.0] * (len(net.width) + sum(map(len, pulls.means)))  # means have places too
    to, away, weight = pulls.below
    for row, means in zip(reversed(net.rows), reversed(pulls.means), strict=True):
        if means:
            _set_means(means, place)
        _fit(row, [place[to[element]] + away[element] for element in row], packed, weight, place)
    for row, means in zip(net.rows, pulls.means, strict=True):
        if means:
            _set_means(means, place)
        _fit(row, _between(net.cells, row, pulls, place), packed, pulls.weight, place)
    del place[len(net.width) :]
    return place


def _between(cells: int, row: list[int], pulls: Pulls, place: list[float]) -> list[float]:
    """Where the elements of a row want to be by both sides: cells in the middle, bends anywhere between."""
    (uppers, right, _), (lowers, left, _) = pulls.above, pulls.below
    wanted = []
    for element in row:
        one, other = place[uppers[element]] + right[element], place[lowers[element]] + left[element]
        if element < cells:
            wanted.append((one + other) / 2)
        else:
            here = place[element]
            if one > other:
                one, other = other, one
            wanted.append(max(one, min(here, other)))
    return wanted


def _set_means(means: list[Mean], place: list[float]) -> None:
    for number, wants in means:
        place[number] = sum([place[other] + away for other, away in wants]) / len(wants)


def _fit(row: list[int], wanted: list[float], packed: list[float], weight: list[float], place: list[float]) -> None:
    """Set the places of a row for which the weighted sum of squared distances from the wanted ones is least."""
    means: list[float] = []  # of runs of elements that touch: where the row would be, if it were packed
    masses: list[float] = []
    ends: list[int] = []
    mean, mass, end, apart = -inf, 0.0, 0, True  # of the last run, which is not in the lists
    for element, want in zip(row, wanted, strict=True):
        place[element] = want
        own, other = want - packed[element], weight[element]
        if own >= mean:
            means.append(mean)
            masses.append(mass)
            ends.append(end)
            mean, mass = own, other
        else:
            apart = False
            mean, mass = (own * other + mean * mass) / (other + mass), other + mass
            while means[-1] > mean:
                other = masses.pop()
                ends.pop()
                mean, mass = (mean * mass + means.pop() * other) / (mass + other), mass + other
        end += 1
    if apart:
        return
    means.append(mean)
    ends.append(end)
    for mean, (start, end) in zip(means[1:], pairwise(ends), strict=True):
        for element in row[start:end]:
            place[element] = mean + packed[element]
