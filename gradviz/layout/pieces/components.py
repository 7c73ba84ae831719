"""A diagram's connected parts. Each is laid out alone, so that what has no link in common shares no row or border.

Knows nothing of places.
"""

from gradviz.layout.diagram import Cell, Diagram, Frame, Link


def components(diagram: Diagram) -> list[Diagram]:
    """The connected parts, in the order of their first cells. Cells of one outermost frame belong together."""
    owner = owners(diagram)
    if owner and not any(owner):
        return [diagram]
    return _split(diagram, owner, {cell.id: at for at, cell in enumerate(diagram.cells)}, _outermost(diagram.frames))


def owners(diagram: Diagram) -> list[int]:
    """Of each cell, the first cell of its connected part."""
    owner = linked(diagram)
    outermost = _outermost(diagram.frames)
    first: dict[str, int] = {}
    for at, cell in enumerate(diagram.cells):
        if cell.frame is not None:
            join(owner, first.setdefault(outermost[cell.frame], at), at)
    return [find(owner, at) for at in range(len(owner))]


def linked(diagram: Diagram) -> list[int]:
    """Of each cell, the first of those that links join, whatever frames are round them."""
    index = {cell.id: at for at, cell in enumerate(diagram.cells)}
    owner = list(range(len(diagram.cells)))
    sets = len(owner)
    for _, tail, _, head, _ in diagram.links:
        sets -= join(owner, index[tail], index[head])
        if sets == 1:
            return [0] * len(owner)
    return [find(owner, at) for at in range(len(owner))]


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


def find(owner: list[int], at: int) -> int:
    """The set of `at`, halving the path on the way."""
    while owner[at] != at:
        owner[at] = owner[owner[at]]
        at = owner[at]
    return at


def join(owner: list[int], one: int, other: int) -> bool:
    """Make one set of two; the smaller index names it. Whether they were two.

    Both are found here: it is asked for every link.
    """
    while owner[one] != one:
        owner[one] = one = owner[owner[one]]
    while owner[other] != other:
        owner[other] = other = owner[owner[other]]
    if one < other:
        owner[other] = one
    else:
        owner[one] = other
    return one != other
