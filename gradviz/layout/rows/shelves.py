"""Rows for a cell that very many take from, or that takes very many: its branches stand on shelves, one below another.

A branch is all that hangs on that cell alone, or that leads from one such cell to another. Without this hundreds of
them would stand in one row, a hundred screens wide and one high. A shelf ends where it is full, however many branches
there are: one more moves none of the others. Knows extents, and no order within a row.
"""

from collections import Counter
from math import ceil
from operator import itemgetter
from typing import NamedTuple

from gradviz.layout.diagram import Diagram
from gradviz.layout.joining import joined
from gradviz.layout.rows.columns import Columns
from gradviz.layout.rows.layering import without_gaps
from gradviz.layout.rows.nesting import OUTSIDE, Nesting, nesting
from gradviz.layout.rows.net import CELL_MARGIN, Fan

MANY = 16  # links on one side of a cell, from which its branches are looked for
MOST = 3000.0  # how far across a shelf may reach, and a row of branches that needs none: two screens


_Ends = tuple[tuple[int, bool], ...]  # hubs, and whether each leads on; one that does not comes first


class _Branch(NamedTuple):
    cells: list[int]
    width: float
    first: int  # the first of its rows
    rows: int  # how many


def shelved(diagram: Diagram, row: list[int], flat: Columns) -> tuple[list[int], list[Fan]]:
    """The row of each cell, with branches on shelves where they would reach too far in one row; and those."""
    tails, heads = (Counter(map(itemgetter(end), flat.arcs)) for end in (0, 1))
    hubs = {(cell, True) for cell, links in tails.items() if links >= MANY}
    hubs |= {(cell, False) for cell, links in heads.items() if links >= MANY}
    if not hubs:
        return row, []
    found, fans = list(row), list[Fan]()
    for (ends, _), hanging in _hanging(flat, hubs, nesting(diagram, row)).items():
        (hub, leads), source = ends[0], ends[1][0] if len(ends) > 1 else None
        if source is not None and row[source] > row[hub]:
            continue
        shelves = _shelves([_branch(cells, row, flat) for cells in hanging])
        depths = [max(branch.rows for branch in shelf) for shelf in shelves]
        length = max(depths) + 1 if source is None else len(row)
        fans.append(Fan(hub, leads, source, [[branch.cells for branch in shelf] for shelf in shelves], length))
        if len(shelves) > 1:
            if source is not None:
                _part(found, source, hub, sum(depths))
            start = found[hub] + 1 if leads else found[hub] - sum(depths)
            _stack(shelves, depths, row, start, leads, found)
    return without_gaps(found), fans


def _part(found: list[int], source: int, hub: int, rows: int) -> None:
    """Move down the row of a hub, and all from there on, until there are so many rows between it and the source."""
    end = found[hub]
    more = max(0, found[source] + 1 + rows - end)
    found[:] = [at + more if at >= end else at for at in found]


def _hanging(flat: Columns, hubs: set[tuple[int, bool]], frames: Nesting) -> dict[tuple[_Ends, int], list[list[int]]]:
    """By what branches hang on, and by the frame round them, the cells of each.

    A branch is, of what is left without hubs, what is linked to that one alone, and on that side alone; or to one that
    takes it and to one that leads to it. They are in the order of the operands, or if there are none in the diagram's.
    """
    cut = {hub for hub, _ in hubs}
    owner = joined(len(frames.home), [arc for arc in flat.arcs if cut.isdisjoint(arc)])
    ends: dict[int, set[tuple[int, bool]]] = {}  # of each connected set, all that it is linked to so
    operand: dict[int, float] = {}
    for (tail, head), enters in zip(flat.arcs, flat.enters, strict=True):
        if tail in cut:
            ends.setdefault(owner[head], set()).add((tail, True))
        if head in cut:
            ends.setdefault(owner[tail], set()).add((head, False))
            operand[owner[tail]] = min(enters, operand.get(owner[tail], enters))
    hangs_on = {
        one: tuple(sorted(linked, key=itemgetter(1)))
        for one, linked in ends.items()
        if linked <= hubs and len(linked) <= 1 + (len({leads for _, leads in linked}) == 2)
    }
    branches: dict[int, list[int]] = {}
    for cell, one in enumerate(owner):
        if one in hangs_on and cell not in cut:
            branches.setdefault(one, []).append(cell)
    around = _around(frames, owner)
    found: dict[tuple[_Ends, int], list[list[int]]] = {}
    for one in sorted(branches, key=lambda one: operand.get(one, 0.0)):
        found.setdefault((hangs_on[one], around[one]), []).append(branches[one])
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


def _stack(
    shelves: list[list[_Branch]], depths: list[int], row: list[int], start: int, leads: bool, found: list[int]
) -> None:
    """Set the rows of cells on shelves one below another from a row on."""
    for shelf, depth in zip(shelves, depths, strict=True):
        for branch in shelf:
            away = start - branch.first + (0 if leads else depth - branch.rows)
            for cell in branch.cells:
                found[cell] = row[cell] + away
        start += depth
