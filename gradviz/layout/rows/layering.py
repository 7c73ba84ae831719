"""Which row each cell stands in: every link leads to a lower row, and links are short.

Rows count from 0 in flow direction. Knows nothing of widths or of the order within a row.
"""

from collections.abc import Sequence
from typing import NamedTuple

Arc = tuple[int, int]  # (tail, head)


class CycleError(ValueError):
    """The links of a diagram lead back to where they came from."""


class Groups(NamedTuple):
    """Cells that stand in rows of their own: no cell of a group that follows another is beside a cell of that one."""

    members: list[list[int]]
    follows: list[tuple[int, int]]  # (group, group after it)


class _Ways(NamedTuple):
    """What has to be above what. After the cells come two marks for each group: one before it and one after it."""

    cells: int
    tails: list[list[int]]
    heads: list[list[int]]


def rows(count: int, arcs: Sequence[Arc], groups: Groups | None = None) -> list[int]:
    """The row of each of `count` cells, without empty rows.

    Args:
        count: how many cells there are.
        arcs: the ends of each link; one that occurs twice pulls twice.
        groups: groups in the order of the flow. Where the links do not allow it, they are ignored.

    Raises:
        CycleError: the arcs are not acyclic.
    """
    if groups is not None and groups.follows:
        try:
            return _rows(_ways(count, arcs, groups))
        except CycleError:
            pass
    return _rows(_ways(count, arcs, None))


def earliest(count: int, arcs: Sequence[Arc]) -> list[int]:
    """The first row each cell could stand in.

    Raises:
        CycleError: the arcs are not acyclic.
    """
    _, row = _longest(_ways(count, arcs, None))
    return row


def _rows(ways: _Ways) -> list[int]:
    order, row = _longest(ways)
    _shorten(ways, order, row)
    return without_gaps(row[: ways.cells])


def _ways(count: int, arcs: Sequence[Arc], groups: Groups | None) -> _Ways:
    """All arcs by their ends."""
    size = count if groups is None else count + 2 * len(groups.members)
    ways = _Ways(count, [[] for _ in range(size)], [[] for _ in range(size)])
    for tail, head in arcs:
        ways.heads[tail].append(head)
        ways.tails[head].append(tail)
    if groups is not None:
        marks = [(count + 2 * at, cell) for at, members in enumerate(groups.members) for cell in members]
        marks += [(cell, count + 2 * at + 1) for at, members in enumerate(groups.members) for cell in members]
        marks += [(count + 2 * one + 1, count + 2 * other) for one, other in groups.follows]
        for tail, head in marks:
            ways.heads[tail].append(head)
            ways.tails[head].append(tail)
    return ways


def _longest(ways: _Ways) -> tuple[list[int], list[int]]:
    """All cells and marks, each after its tails, and the row of each by the longest way to it.

    From a cell to a mark and back costs no row.
    """
    cells = ways.cells
    waiting = [len(above) for above in ways.tails]
    row = [0] * len(waiting)
    order = [cell for cell, left in enumerate(waiting) if not left]
    for at in order:
        here, inside = row[at], at < cells
        for head in ways.heads[at]:
            reach = here + ((head < cells) == inside)
            if row[head] < reach:
                row[head] = reach
            waiting[head] -= 1
            if not waiting[head]:
                order.append(head)
    if len(order) < len(waiting):
        raise CycleError("the links of the diagram form a cycle")
    return order, row


def _shorten(ways: _Ways, order: list[int], row: list[int]) -> None:
    """Move down to their users the cells whose links get shorter in sum by it, such as constants.

    What a cell takes along, because nothing else uses it and it gladly follows, does not count as lengthened.
    """
    cells, tails, heads = ways.cells, ways.tails, ways.heads
    used = [sum([head < cells for head in ends]) for ends in heads] if len(order) > cells else [*map(len, heads)]
    follows = [False] * len(order)
    drawn = [False] * len(order)  # whether a cell follows one other cell alone, however often that takes it
    upper: dict[int, tuple[int, int]] = {}  # of a cell that follows several: the uppermost, and the row of the next

    def comes_along(tail: int, at: int) -> bool:
        """Whether all else that takes a cell is further down than what takes this: as a weight and its transpose."""
        if tail not in upper:
            first, *others = sorted({head for head in heads[tail] if head < cells}, key=row.__getitem__)
            upper[tail] = first, row[others[0]]
        first, other = upper[tail]
        return first == at and other >= min([row[head] for head in heads[at]])

    for at in order:
        if at < cells:
            count = used[at]
            held = 0
            for tail in tails[at]:
                if tail < cells and not drawn[tail]:
                    held += 1
            if 0 < count <= held:
                held -= sum([follows[tail] and not drawn[tail] and comes_along(tail, at) for tail in tails[at]])
            follows[at] = held < count
            # Used by several cells, and not as x is by x * x, it is held up by the others.
            drawn[at] = held < count and (count < 2 or len({head for head in heads[at] if head < cells}) < 2)
    for at in reversed(order):
        if follows[at]:
            row[at] = min([row[head] - (head < cells) for head in heads[at]])


def without_gaps(row: list[int]) -> list[int]:
    """The same order of rows, numbered from 0 without a hole."""
    number = {old: new for new, old in enumerate(sorted(set(row)))}
    return [number[old] for old in row]
