"""The live layout engine: a layered layout of any diagram in near linear time, deterministic, in pure Python.

Rows, then the order in each row, then places across, then places along, then curves; each step in its own module. Both
directions are the same work with the axes exchanged.
"""

from collections.abc import Callable
from functools import partial

from gradviz.layout.across.coordinates import across
from gradviz.layout.burden import badness, bearable, still_true
from gradviz.layout.diagram import Cell, Diagram, Direction, Frame
from gradviz.layout.former import Laid, anchor, formerly, survivors
from gradviz.layout.geometry import Placement, Point, Rect, Route, Size, Yardstick
from gradviz.layout.order.ordering import ordered, reordered
from gradviz.layout.pieces.components import components, inside
from gradviz.layout.pieces.loose import loosened
from gradviz.layout.pieces.parts import arranged, extent
from gradviz.layout.routing import Ports, reaches, tracks
from gradviz.layout.rows.bands import FRAME_PADDING, Bands, bands
from gradviz.layout.rows.columns import Columns, columns
from gradviz.layout.rows.layering import Arc, earliest, rows
from gradviz.layout.rows.nesting import Nesting, nesting
from gradviz.layout.rows.net import Net, build
from gradviz.layout.rows.pulls import Pulls, pulls
from gradviz.layout.rows.sequence import sequence
from gradviz.layout.rows.shelves import shelved
from gradviz.model.uncollected import uncollected

TITLE_GAP = 6.0  # under the title of a frame
NESTED = 16  # frames, one in the other, whose parts lie beside each other as parts outside of frames do


def place(diagram: Diagram, direction: Direction = "TB", before: Laid | None = None) -> Placement:
    """Lay a diagram out.

    Args:
        diagram: what to lay out; sizes in CSS pixels.
        direction: where data flows to.
        before: a diagram like it that was laid out in the same direction. What is in both, by its id, stays where it is
            across as far as there is room and the picture is not much the worse for it; if it is the same, all does.

    Returns:
        Cells and frames without overlap, and a curve for each link that meets no cell but its own two. A frame that
        holds no cell is left out.

    Raises:
        CycleError: the links are not acyclic.
    """
    if before is not None and diagram == before.diagram:
        return before.placement
    with uncollected():
        known = [] if before is None else survivors(diagram, before)
        return _apart(components(diagram), direction, known, before, NESTED)


def _apart(
    diagrams: list[Diagram], direction: Direction, known: list[dict[str, Rect]], before: Laid | None, nested: int
) -> Placement:
    """Lay out parts, and parts of what a frame holds for so many frames one in the other."""
    former = [anchor(diagram, known) for diagram in diagrams]
    parts: list[Placement] = []
    for diagram, cells in zip(diagrams, former, strict=True):
        lay_out = partial(_part, direction=direction, kept=cells, before=before if cells else None)
        if not nested or not diagram.frames:
            parts.append(lay_out(diagram))
            continue
        within = partial(_apart, direction=direction, known=known, before=before, nested=nested - 1)
        found = inside(diagram)
        if found is not None:
            frame, held = found
            parts.append(_framed(frame, within(components(held))))
            continue
        rest, blocks = loosened(diagram)
        parts.append(_filled(rest, [(frame, within(components(held))) for frame, held in blocks], lay_out))
    return parts[0] if len(parts) == 1 else _together(parts, arranged(parts, former))


def _filled(rest: Diagram, blocks: list[tuple[str, Placement]], lay_out: Callable[[Diagram], Placement]) -> Placement:
    """A part in which laid out blocks stand, each in its frame, with what they are made of in their place."""
    if not blocks:
        return lay_out(rest)
    stand_ins = {f"loose in {frame}": Cell(f"loose in {frame}", held.size, (), (), frame) for frame, held in blocks}
    part = lay_out(rest._replace(cells=(*rest.cells, *stand_ins.values())))
    corners = [Point(*part.cells[name][:2]) for name in stand_ins]
    part = part._replace(cells={name: rect for name, rect in part.cells.items() if name not in stand_ins})
    return _together([part, *(held for _, held in blocks)], [Point(0.0, 0.0), *corners])


def _framed(frame: Frame, held: Placement) -> Placement:
    """What a frame holds, with it round that."""
    title = _title(frame.title)
    width = max(held.size.width + 2 * FRAME_PADDING, title.width)
    corner = Point((width - held.size.width) / 2, FRAME_PADDING + title.height)
    size = Size(width, corner.y + held.size.height + FRAME_PADDING)
    moved = _together([held], [corner])
    return moved._replace(frames={frame.id: Rect(0.0, 0.0, *size), **moved.frames}, size=size)


def _part(diagram: Diagram, direction: Direction, kept: dict[str, Rect], before: Laid | None) -> Placement:
    """Lay out one connected part."""
    if len(diagram.cells) == 1 and not diagram.frames:
        (cell,) = diagram.cells
        return Placement({cell.id: Rect(0.0, 0.0, *cell.size)}, {}, {}, cell.size)
    sideways = direction == "LR"
    flat = columns(diagram, sideways=sideways)
    arcs, long = flat.arcs, flat.long
    row, fans = shelved(diagram, _rows(diagram, arcs), flat)
    frames = nesting(diagram, row)
    titles = {frame.id: frame.title for frame in diagram.frames}
    heads = [_title(titles[name]) for name in frames.ids]
    net = build(diagram, flat, row, frames, [head.height if sideways else 0.0 for head in heads], fans)
    titles_across = [0.0 if sideways else head.width for head in heads]
    yardsticks: dict[str, Yardstick] = {}
    if before is None:
        net, places = _fresh(net, frames, pulls(net), titles_across)
    else:
        net, places, yardstick = _settled(diagram, net, frames, titles_across, kept, before, sideways)
        yardsticks[diagram.cells[0].id] = yardstick
    room = [(0.0, head.width) if sideways else (head.height, 0.0) for head in heads]
    ports = _ports(flat, places)
    stack = bands(row, long, reaches(net, arcs, places, ports), frames, room)
    middle = list(map(float.__add__, stack.start, stack.end))  # of each row, twice
    starts = [(middle[at] - extent) / 2 for at, extent in zip(row, long, strict=True)]
    ends = list(map(float.__add__, starts, long))
    curves = tracks(diagram, net, arcs, places, ports, (starts, ends), stack, sideways)
    edge = max(map(float.__add__, places, net.width))
    if net.detours:
        edge = max(edge, max(max(curves[link][sideways::2]) for link in net.detours))
    borders = _frames(net, frames, places, stack)
    found = _placement(diagram, (places, starts), curves, borders, (edge, stack.length), sideways)
    return found._replace(yardsticks=yardsticks)


def _fresh(net: Net, frames: Nesting, wants: Pulls, titles: list[float]) -> tuple[Net, list[float]]:
    """The net in order, and the places of its elements across."""
    net = net._replace(rows=ordered(net, frames))
    return net, across(net, wants, titles)


def _settled(
    diagram: Diagram,
    net: Net,
    frames: Nesting,
    titles: list[float],
    kept: dict[str, Rect],
    before: Laid,
    sideways: bool,
) -> tuple[Net, list[float], Yardstick]:
    """The same by where they were, unless that has become a burden; and what it is held against."""
    wants = pulls(net)
    former = formerly(diagram, net, frames.ids, wants, kept, before, sideways)
    own = net._replace(rows=reordered(net, frames, former))
    settled = across(own, wants, titles, former)
    burden = badness(own, settled)
    known = still_true(diagram, kept, before.placement.yardsticks)
    if known is not None and bearable(burden, known.fresh):
        return own, settled, known
    fresh, places = _fresh(net, frames, wants, titles)
    yardstick = Yardstick(badness(fresh, places), len(diagram.cells), 0)
    return (own, settled, yardstick) if bearable(burden, yardstick.fresh) else (fresh, places, yardstick)


def _ports(flat: Columns, places: list[float]) -> list[Ports]:
    """Where the output and the input port of each link are across."""
    return [
        (places[tail] + leaves, places[head] + enters)
        for (tail, head), leaves, enters in zip(flat.arcs, flat.leaves, flat.enters, strict=True)
    ]


def _rows(diagram: Diagram, arcs: list[Arc]) -> list[int]:
    """The row of each cell, frames that follow each other in rows of their own."""
    count = len(diagram.cells)
    if len(diagram.frames) < 2:
        return rows(count, arcs)
    first = earliest(count, arcs)
    return rows(count, arcs, sequence(nesting(diagram, first), arcs, first))


def _title(size: Size) -> Size:
    """The room a title takes in its frame, padding included."""
    if not size.width:
        return size
    return Size(size.width + 2 * FRAME_PADDING, size.height + TITLE_GAP)


def _frames(
    net: Net, frames: Nesting, places: list[float], stack: Bands
) -> dict[str, tuple[float, float, float, float]]:
    """Of each frame: start across, start along, extent across, extent along."""
    return {
        name: (
            places[start],
            stack.frame_start[at],
            places[end] - places[start],
            stack.frame_end[at] - stack.frame_start[at],
        )
        for at, (name, (start, end)) in enumerate(zip(frames.ids, net.sides, strict=True))
    }


def _placement(
    diagram: Diagram,
    starts: tuple[list[float], list[float]],
    curves: list[Route],
    frames: dict[str, tuple[float, float, float, float]],
    extent: tuple[float, float],
    sideways: bool,
) -> Placement:
    """The result in x and y. The starts across of bends and borders come after those of cells."""
    if sideways:
        extent, starts = extent[::-1], starts[::-1]
        frames = {name: (y, x, height, width) for name, (x, y, width, height) in frames.items()}
    rect = partial(tuple.__new__, Rect)  # a third of the time of calls of it
    ids, sizes, *_ = zip(*diagram.cells, strict=True)
    cells = dict(zip(ids, map(rect, zip(*starts, *zip(*sizes, strict=True), strict=False)), strict=True))
    rects = {name: Rect(*box) for name, box in frames.items()}
    routes = dict(zip([link.id for link in diagram.links], curves, strict=True))
    return Placement(cells, rects, routes, Size(*extent))


def _together(parts: list[Placement], corners: list[Point]) -> Placement:
    """Parts as one."""
    cells: dict[str, Rect] = {}
    frames: dict[str, Rect] = {}
    routes: dict[str, Route] = {}
    yardsticks: dict[str, Yardstick] = {}
    for part, (x, y) in zip(parts, corners, strict=True):
        cells.update((name, rect.moved(x, y)) for name, rect in part.cells.items())
        frames.update((name, rect.moved(x, y)) for name, rect in part.frames.items())
        routes.update((name, route.moved(x, y)) for name, route in part.routes.items())
        yardsticks.update(part.yardsticks)
    return Placement(cells, frames, routes, extent([part.size for part in parts], corners), yardsticks)
