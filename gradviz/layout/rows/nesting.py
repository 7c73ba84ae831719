"""The frames of a diagram as a tree over small integers, with the rows each one spans. Knows nothing of places."""

from typing import NamedTuple

from gradviz.layout.diagram import Diagram

OUTSIDE = -1  # the number of the ground, which is round everything


class Nesting(NamedTuple):
    """Frames that hold a cell, numbered so that a parent comes before its children."""

    ids: list[str]
    parent: list[int]
    path: list[tuple[int, ...]]  # from the outermost frame to this one
    first: list[int]  # the topmost row of each
    last: list[int]  # the lowest row of each
    home: list[int]  # of each cell: its innermost frame, or OUTSIDE

    def around(self, frame: int) -> tuple[int, ...]:
        """All frames round the inside of `frame`, itself last; none for OUTSIDE."""
        return self.path[frame] if frame != OUTSIDE else ()


def nesting(diagram: Diagram, row: list[int]) -> Nesting:
    """The frame tree of `diagram`, whose cells stand in the given rows."""
    if not diagram.frames:
        return Nesting([], [], [], [], [], [OUTSIDE] * len(row))
    parent_id = {frame.id: frame.parent for frame in diagram.frames}
    chain: dict[str, tuple[str, ...]] = {}  # of each frame that holds a cell: it and its ancestors, outermost first
    for cell in diagram.cells:
        at, above = cell.frame, list[str]()
        while at is not None and at not in chain:
            above.append(at)
            at = parent_id[at]
        base = () if at is None else chain[at]
        for frame in reversed(above):
            base = chain[frame] = (*base, frame)
    ids = sorted(chain, key=lambda frame: len(chain[frame]))
    number = {frame: at for at, frame in enumerate(ids)}
    path = [tuple(number[frame] for frame in chain[frame_id]) for frame_id in ids]
    parent = [up[-2] if len(up) > 1 else OUTSIDE for up in path]
    home = [OUTSIDE if cell.frame is None else number[cell.frame] for cell in diagram.cells]
    first, last = _spans(home, row, parent)
    return Nesting(ids, parent, path, first, last, home)


def _spans(home: list[int], row: list[int], parent: list[int]) -> tuple[list[int], list[int]]:
    """The first and last row of each frame, those of its children included."""
    first, last = [max(row, default=0)] * len(parent), [0] * len(parent)
    for frame, at in zip(home, row, strict=True):
        if frame != OUTSIDE:
            first[frame], last[frame] = min(first[frame], at), max(last[frame], at)
    for frame in range(len(parent) - 1, -1, -1):
        up = parent[frame]
        if up != OUTSIDE:
            first[up], last[up] = min(first[up], first[frame]), max(last[up], last[frame])
    return first, last
