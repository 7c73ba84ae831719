"""Rough places across for ordered rows: compact, with each element near those it is linked to.

Row after row, the elements are given the places nearest to what they want that keep their order and distances (isotonic
regression, exact and linear for one row). From the results up to what they come from, then once more by both sides:
more passes change nothing to speak of. Nothing is exactly straight yet.
"""

from itertools import pairwise
from operator import sub

from gradviz.layout.net import Net
from gradviz.layout.pulls import Mean, Pulls


def relaxed(net: Net, pulls: Pulls) -> list[float]:
    """The rough start of each element across."""
    place = [0.0] * (len(net.width) + sum(map(len, pulls.means)))  # means have places too
    rows = list(zip(net.rows, [_steps(net, row) for row in net.rows], pulls.means, strict=True))
    to, away, weight = pulls.below
    for row, steps, means in reversed(rows):
        if means:
            _set_means(means, place)
        wanted = [place[to[element]] + away[element] for element in row]
        for element, here in zip(row, _fitted(row, steps, wanted, weight), strict=True):
            place[element] = here
    for row, steps, means in rows:
        if means:
            _set_means(means, place)
        wanted = _between(net.cells, row, pulls, place)
        for element, here in zip(row, _fitted(row, steps, wanted, pulls.weight), strict=True):
            place[element] = here
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


def _set_means(means: list[Mean], place: list[float]) -> None:
    for number, wants in means:
        place[number] = sum([place[other] + away for other, away in wants]) / len(wants)


def _between(cells: int, row: list[int], pulls: Pulls, place: list[float]) -> list[float]:
    """Where the elements of a row want to be by both sides: cells in the middle, bends anywhere between."""
    (uppers, right, _), (lowers, left, _) = pulls.above, pulls.below
    wanted = []
    for element in row:
        one, other = place[uppers[element]] + right[element], place[lowers[element]] + left[element]
        if element < cells:
            wanted.append((one + other) / 2)
        else:
            wanted.append(sorted((one, place[element], other))[1])
    return wanted


def _fitted(row: list[int], steps: list[float], wanted: list[float], weight: list[float]) -> list[float]:
    """The places of a row for which the weighted sum of squared distances from the wanted ones is least."""
    firsts = list(map(sub, wanted, steps))  # where the first element of the row would be for each to be where it wants
    if firsts == sorted(firsts):
        return wanted
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
    found: list[float] = []
    for mean, end in zip(means, ends, strict=True):
        found += [mean + step for step in steps[len(found) : end]]
    return found
