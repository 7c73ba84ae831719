"""Rows for a cell that very many take from and nothing comes of it: its branches stand on shelves, one below another.

A branch is all that hangs on that cell alone. Without this hundreds of them would stand in one row, a hundred screens
wide and one high. Knows extents, and no order within a row.
"""

from collections import Counter
from itertools import accumulate
from math import ceil, sqrt
from operator import itemgetter
from typing import NamedTuple

from gradviz.layout.geometry import WIDE
from gradviz.layout.joining import joined
from gradviz.layout.rows.bands import ROW_GAP
from gradviz.layout.rows.columns import Columns
from gradviz.layout.rows.layering import Arc, without_gaps
from gradviz.layout.rows.net import CELL_MARGIN

MANY = 16  # links that leave a cell, from which its branches are looked for
MOST = 4000.0  # how far across branches of a cell may reach in one row: more than any screen shows legibly


class _Branch(NamedTuple):
    cells: list[int]
    width: float
    height: float
    depth: int  # how many rows below the cell that it hangs on


def shelved(row: list[int], flat: Columns) -> list[int]:
    """The row of each cell, with branches on shelves where they would reach too far in one row."""
    hubs = {cell for cell, links in Counter(map(itemgetter(0), flat.arcs)).items() if links >= MANY}
    if not hubs:
        return row
    found = list(row)
    for hub, hanging in _hanging(len(row), flat.arcs, hubs).items():
        down = 0
        for shelf in _shelves([_branch(cells, row, row[hub], flat) for cells in hanging]):
            for branch in shelf:
                for cell in branch.cells:
                    found[cell] += down
            down += max(branch.depth for branch in shelf)
    return without_gaps(found)


def _hanging(count: int, arcs: list[Arc], hubs: set[int]) -> dict[int, list[list[int]]]:
    """Of each hub, the cells of each of its branches: of what is left without hubs, what takes from that one alone."""
    owner = joined(count, [arc for arc in arcs if hubs.isdisjoint(arc)])
    takes: dict[int, int] = {}  # of each connected set that takes from hubs: the first of those
    others = {owner[tail] for tail, head in arcs if head in hubs}
    for tail, head in arcs:
        if tail in hubs and takes.setdefault(owner[head], tail) != tail:
            others.add(owner[head])
    branches: dict[int, list[int]] = {one: [] for one in takes if one not in others and one not in hubs}
    for cell, one in enumerate(owner):
        if one in branches:
            branches[one].append(cell)
    found: dict[int, list[list[int]]] = {}
    for one in sorted(branches):
        found.setdefault(takes[one], []).append(branches[one])
    return found


def _branch(cells: list[int], row: list[int], hub: int, flat: Columns) -> _Branch:
    """A branch of a cell in the row `hub`."""
    width: Counter[int] = Counter()  # of each row
    for cell in cells:
        width[row[cell]] += ceil(flat.wide[cell] + 2 * CELL_MARGIN)
    depth = max(width) - hub
    return _Branch(cells, max(width.values()), depth * (max(flat.long[cell] for cell in cells) + ROW_GAP), depth)


def _shelves(branches: list[_Branch]) -> list[list[_Branch]]:
    """Branches on as many shelves, about as wide as each other, as make the whole as wide as a screen.

    Their order leads down on the left and up again on the right: what all hang on then comes down in the middle.
    """
    widths = [branch.width for branch in branches]
    area = sum(branch.width * branch.height for branch in branches)
    total = sum(widths)
    count = ceil(total / max(MOST, sqrt(area * WIDE)))
    shelves: list[list[_Branch]] = [[] for _ in range(count)]
    for branch, end in zip(branches, accumulate(widths), strict=True):
        middle = end - branch.width / 2
        shelf = int(count * 2 * min(middle, total - middle) / total)
        shelves[min(shelf, count - 1)].append(branch)
    return [shelf for shelf in shelves if shelf]
