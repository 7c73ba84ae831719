"""What a frame alone holds in a part, as no link joins it with the rest: much of it is laid out as a block of its own.

A frame that links cross keeps in one part all that is in it. Without this a region of a hundred ops that lead nowhere
would be drawn a hundred boxes wide. Knows nothing of places.
"""

from typing import NamedTuple

from gradviz.layout.diagram import Cell, Diagram, Frame, Link
from gradviz.layout.pieces.components import linked

MOST = 12  # in one frame that stand among the others

_Frames = tuple[str, ...]  # round something, outermost first


class Loose(NamedTuple):
    """What is loose in a frame."""

    frame: str
    held: Diagram  # in frames inside that one, or in none


def loosened(diagram: Diagram) -> tuple[Diagram, list[Loose]]:
    """A connected part without what is loose in frames that hold much of that; and that, frame by frame."""
    sets = linked(diagram) if diagram.frames else []
    if len(set(sets)) <= MOST:
        return diagram, []
    frames = _around(diagram)
    homes = [frames[cell.frame] for cell in diagram.cells]
    common: dict[int, _Frames] = {}  # of each set of linked cells: what is round all of it
    for one, home in zip(sets, homes, strict=True):
        common[one] = _shared(common.get(one, home), home)
    crossed = {frame for one, home in zip(sets, homes, strict=True) for frame in home[len(common[one]) :]}
    torn = {one for one, home in zip(sets, homes, strict=True) if home != common[one]}
    items: dict[str, dict[str | int, list[int]]] = {}  # of each frame: its loose sets, by what holds them in it
    for one, around in common.items():
        depth = max((at for at, frame in enumerate(around, 1) if frame in crossed), default=0)
        if depth and (depth < len(around) or one not in torn):
            item = around[depth] if depth < len(around) else one
            items.setdefault(around[depth - 1], {}).setdefault(item, []).append(one)
    loose_in = {
        one: frame for frame, found in items.items() if len(found) > MOST for held in found.values() for one in held
    }
    return _cut(diagram, [loose_in.get(one) for one in sets], frames)


def _cut(
    diagram: Diagram, loose_in: list[str | None], frames: dict[str | None, _Frames]
) -> tuple[Diagram, list[Loose]]:
    """A diagram cut by the frame that each cell is loose in."""
    home = {cell.id: name for cell, name in zip(diagram.cells, loose_in, strict=True)}
    within = {
        frame: name
        for cell, name in zip(diagram.cells, loose_in, strict=True)
        if name is not None
        for frame in frames[cell.frame][len(frames[name]) :]
    }
    names = dict.fromkeys([None, *loose_in])
    cells: dict[str | None, list[Cell]] = {name: [] for name in names}
    links: dict[str | None, list[Link]] = {name: [] for name in names}
    borders: dict[str | None, list[Frame]] = {name: [] for name in names}
    for cell, name in zip(diagram.cells, loose_in, strict=True):
        cells[name].append(cell._replace(frame=None) if cell.frame == name else cell)
    for link in diagram.links:
        links[home[link.tail]].append(link)
    for border in diagram.frames:
        inside = within.get(border.id)
        borders[inside].append(border._replace(parent=None) if border.parent == inside else border)
    parts = {name: Diagram(tuple(cells[name]), tuple(links[name]), tuple(borders[name])) for name in names}
    return parts.pop(None), [Loose(name, held) for name, held in parts.items() if name is not None]


def _around(diagram: Diagram) -> dict[str | None, _Frames]:
    """The frames round what is in each frame, that one last."""
    parent = {frame.id: frame.parent for frame in diagram.frames}
    around: dict[str | None, _Frames] = {None: ()}
    for name in parent:
        inner: list[str] = []
        at: str | None = name
        while at is not None and at not in around:
            inner.append(at)
            at = parent[at]
        base = around[at]
        for frame in reversed(inner):
            base = around[frame] = (*base, frame)
    return around


def _shared(one: _Frames, other: _Frames) -> _Frames:
    """What two ways inwards have in common."""
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    return one[:shared]
