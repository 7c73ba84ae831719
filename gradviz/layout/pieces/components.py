"""A diagram's connected parts. Each is laid out alone, so that what has no link in common shares no row or border.

Knows nothing of places.
"""

from collections.abc import Iterable
from itertools import chain

from gradviz.layout.diagram import Cell, Diagram, Frame, Link
from gradviz.layout.joining import joined


def components(diagram: Diagram) -> list[Diagram]:
    """The connected parts, in the order of their first cells. Cells of one outermost frame belong together."""
    owner = owners(diagram)
    if owner and not any(owner):
        return [diagram]
    return _split(diagram, owner, {cell.id: at for at, cell in enumerate(diagram.cells)}, _outermost(diagram.frames))


def owners(diagram: Diagram) -> list[int]:
    """Of each cell, the first cell of its connected part."""
    outermost = _outermost(diagram.frames)
    first: dict[str, int] = {}
    framed = [
        (first.setdefault(outermost[cell.frame], at), at)
        for at, cell in enumerate(diagram.cells if diagram.frames else ())
        if cell.frame is not None
    ]
    return joined(len(diagram.cells), chain(_arcs(diagram), framed))


def linked(diagram: Diagram) -> list[int]:
    """Of each cell, the first of those that links join, whatever frames are round them."""
    return joined(len(diagram.cells), _arcs(diagram))


def _arcs(diagram: Diagram) -> Iterable[tuple[int, int]]:
    """The ends of each link."""
    number = {cell.id: at for at, cell in enumerate(diagram.cells)}
    return [(number[tail], number[head]) for _, tail, _, head, _ in diagram.links]


def inside(diagram: Diagram) -> tuple[Frame, Diagram] | None:
    """The frame round all of a diagram, and what it holds; None where no one frame does."""
    grounds = [frame for frame in diagram.frames if frame.parent is None]
    if len(grounds) != 1 or any(cell.frame is None for cell in diagram.cells):
        return None
    (ground,) = grounds
    cells = tuple(cell._replace(frame=None) if cell.frame == ground.id else cell for cell in diagram.cells)
    frames = tuple(
        frame._replace(parent=None) if frame.parent == ground.id else frame
        for frame in diagram.frames
        if frame is not ground
    )
    return ground, Diagram(cells, diagram.links, frames)


def _split(diagram: Diagram, owner: list[int], index: dict[str, int], outermost: dict[str, str]) -> list[Diagram]:
    """A diagram of several parts cut by the owner of each cell."""
    roots = dict.fromkeys(owner)
    cells: dict[int, list[Cell]] = {root: [] for root in roots}
    links: dict[int, list[Link]] = {root: [] for root in roots}
    frames: dict[int, list[Frame]] = {root: [] for root in roots}
    home: dict[str, int] = {}
    for cell, root in zip(diagram.cells, owner, strict=True):
        cells[root].append(cell)
        if cell.frame is not None:
            home[outermost[cell.frame]] = root
    for link in diagram.links:
        links[owner[index[link.tail]]].append(link)
    for frame in diagram.frames:
        if outermost[frame.id] in home:
            frames[home[outermost[frame.id]]].append(frame)
    return [Diagram(tuple(cells[root]), tuple(links[root]), tuple(frames[root])) for root in roots]


def _outermost(frames: tuple[Frame, ...]) -> dict[str, str]:
    """The outermost frame around each frame, itself if it is one."""
    parent = {frame.id: frame.parent for frame in frames}
    found: dict[str, str] = {}
    for frame in frames:
        at, above = frame.id, frame.parent
        while above is not None:
            at, above = above, parent[above]
        found[frame.id] = at
    return found
