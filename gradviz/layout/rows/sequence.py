"""Which frames come after one another along the flow, so that they are drawn in line and not side by side.

A frame follows another of the same parent if what it takes from it could not stand beside it anyway. Without this the
constants of one layer of a model would stand beside the end of the layer before, and push the whole frame aside.
"""

from gradviz.layout.rows.layering import Arc, Groups
from gradviz.layout.rows.nesting import OUTSIDE, Nesting


def sequence(frames: Nesting, arcs: list[Arc], earliest: list[int]) -> Groups:
    """The frames as groups of cells, with those that follow each other.

    Args:
        frames: the frame tree; its spans are by the earliest rows.
        arcs: the ends of each link.
        earliest: the first row each cell could stand in.
    """
    members: list[list[int]] = [[] for _ in frames.ids]
    for cell, home in enumerate(frames.home):
        for frame in frames.around(home):
            members[frame].append(cell)
    first: dict[tuple[int, int], int] = {}  # of two frames: the first row of what the second takes from the first
    for tail, head in arcs:
        pair = _siblings(frames, frames.home[tail], frames.home[head])
        if pair is not None:
            first[pair] = min(first.get(pair, earliest[head]), earliest[head])
    return Groups(members, [pair for pair, row in first.items() if row > frames.last[pair[0]]])


def _siblings(frames: Nesting, tail: int, head: int) -> tuple[int, int] | None:
    """The frames of one parent that a link leads from and to, if there are two."""
    if tail == head or OUTSIDE in (tail, head):
        return None
    for one, other in zip(frames.path[tail], frames.path[head], strict=False):
        if one != other:
            return one, other
    return None
