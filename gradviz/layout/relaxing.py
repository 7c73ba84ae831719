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
    steps = [_steps(net, row) for row in net.rows]
    place = [0.0] * (len(net.width) + sum(map(len, pulls.means)))  # means have places too
    for row, step in zip(net.rows, steps, strict=True):
        shift = -(step[-1] + net.width[row[-1]]) / 2
        for element, start in zip(row, step, strict=True):
            place[element] = start + shift
    rows = list(zip(net.rows, steps, pulls.means, strict=True))
    to, away, weight = pulls.below
    for row, step, means in reversed(rows):
        _set_means(means, place)
        _fit(row, step, [place[to[element]] + away[element] for element in row], weight, place)
    for row, step, means in rows:
        _set_means(means, place)
        _fit(row, step, _between(net.cells, row, pulls, place), pulls.weight, place)
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
