"""Rows for a cell that very many take from and nothing comes of it: its branches stand on shelves, one below another.

A branch is all that hangs on that cell alone. Without this hundreds of them would stand in one row, a hundred screens
wide and one high. A shelf ends where it is full, however many branches there are: one more moves none of the others.
Knows extents, and no order within a row.
"""

from collections import Counter
from math import ceil
from operator import itemgetter
from typing import NamedTuple

from gradviz.layout.diagram import Diagram
from gradviz.layout.joining import joined
from gradviz.layout.rows.columns import Columns
from gradviz.layout.rows.layering import Arc, without_gaps
from gradviz.layout.rows.nesting import OUTSIDE, Nesting, nesting
from gradviz.layout.rows.net import CELL_MARGIN, Fan

MANY = 16  # links that leave a cell, from which its branches are looked for
MOST = 3000.0  # how far across a shelf may reach, and a row of branches that needs none: two screens


class _Branch(NamedTuple):
    cells: list[int]
    width: float
    first: int  # the first of its rows
    rows: int  # how many


def shelved(diagram: Diagram, row: list[int], flat: Columns) -> tuple[list[int], list[Fan]]:
    """The row of each cell, with branches on shelves where they would reach too far in one row; and those."""
    hubs = {cell for cell, links in Counter(map(itemgetter(0), flat.arcs)).items() if links >= MANY}
    if not hubs:
        return row, []
    found, fans = list(row), list[Fan]()
    for (hub, _), hanging in _hanging(flat.arcs, hubs, nesting(diagram, row)).items():
        shelves = _shelves([_branch(cells, row, flat) for cells in hanging])
        deepest = max(branch.rows for shelf in shelves for branch in shelf)
        fans.append(Fan(hub, [[branch.cells for branch in shelf] for shelf in shelves], deepest))
        if len(shelves) > 1:
            _stack(shelves, row, row[hub] + 1, found)
    return without_gaps(found), fans


def _hanging(arcs: list[Arc], hubs: set[int], frames: Nesting) -> dict[tuple[int, int], list[list[int]]]:
    """Of each hub, and of each frame round them, the cells of each of its branches.

    A branch is, of what is left without hubs, what takes from that one alone.
    """
    owner = joined(len(frames.home), [arc for arc in arcs if hubs.isdisjoint(arc)])
    takes: dict[int, int] = {}  # of each connected set that takes from hubs: the first of those
    others = {owner[tail] for tail, head in arcs if head in hubs}
    for tail, head in arcs:
        if tail in hubs and takes.setdefault(owner[head], tail) != tail:
            others.add(owner[head])
    branches: dict[int, list[int]] = {one: [] for one in takes if one not in others and one not in hubs}
    for cell, one in enumerate(owner):
        if one in branches:
            branches[one].append(cell)
    around = _around(frames, owner)
    found: dict[tuple[int, int], list[list[int]]] = {}
    for one in sorted(branches):
        found.setdefault((takes[one], around[one]), []).append(branches[one])
    return found


def _around(frames: Nesting, owner: list[int]) -> list[int]:
    """Of each cell, the innermost frame round it that holds more than it and what it hangs together with."""
    holds: dict[int, set[int]] = {}
    for home, one in zip(frames.home, owner, strict=True):
        for frame in frames.around(home):
            holds.setdefault(frame, set()).add(one)
    return [
        next((frame for frame in reversed(frames.around(home)) if len(holds[frame]) > 1), OUTSIDE)
        for home in frames.home
    ]


def _branch(cells: list[int], row: list[int], flat: Columns) -> _Branch:
    width: Counter[int] = Counter()  # of each row
    for cell in cells:
        width[row[cell]] += ceil(flat.wide[cell] + 2 * CELL_MARGIN)
    first = min(width)
    return _Branch(cells, max(width.values()), first, max(width) - first + 1)


def _shelves(branches: list[_Branch]) -> list[list[_Branch]]:
    """Branches on shelves, in reading order."""
    shelves: list[list[_Branch]] = []
    room = 0.0
    for branch in branches:
        if branch.width > room:
            shelves.append([])
            room = MOST
        shelves[-1].append(branch)
        room -= branch.width
    return shelves


def _stack(shelves: list[list[_Branch]], row: list[int], start: int, found: list[int]) -> None:
    """Set the rows of cells on shelves one below another from a row on."""
    for shelf in shelves:
        for branch in shelf:
            for cell in branch.cells:
                found[cell] = start + row[cell] - branch.first
        start += max(branch.rows for branch in shelf)
