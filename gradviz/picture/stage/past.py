"""Where things were in the picture of the run before, under the names that the run at hand has for what is the same.

Ids say nothing from one run to another, so that a box could not stay in its place by its id alone.
"""

from typing import NamedTuple

from gradviz.drawing.shapes import region_mark
from gradviz.layout.diagram import Cell, Diagram, Frame, Link
from gradviz.layout.former import Laid
from gradviz.layout.geometry import Placement
from gradviz.model.compare.alike import lines_alike
from gradviz.model.compare.merge import same
from gradviz.model.graph.graph import Graph
from gradviz.picture.picture import Options


class Past(NamedTuple):
    """The graph of a run as it was laid out."""

    graph: Graph
    source: str  # the program
    options: Options  # how it was shown
    laid: Laid


def places(past: Past, graph: Graph, source: str, options: Options) -> Laid | None:
    """Return what was laid out, with the ids that a graph of another run has for it; None where it lay otherwise.

    Args:
        past: an earlier run.
        graph: of the run at hand.
        source: its program.
        options: how it is to be shown.
    """
    if (options.direction, options.layout) != (past.options.direction, past.options.layout):
        return None
    nodes, edges, regions = same(graph, past.graph, lines_alike(source, past.source))
    cells = nodes | edges  # a badge goes by the id of an edge
    frames = {region_mark(then): region_mark(now) for then, now in regions.items()}
    diagram, placement = past.laid
    return Laid(
        Diagram(
            tuple(_cell(cell, cells, frames) for cell in diagram.cells),
            tuple(
                Link(_name(edges, link), _name(cells, tail), tail_port, _name(nodes, head), head_port)
                for link, tail, tail_port, head, head_port in diagram.links
            ),
            tuple(_frame(frame, frames) for frame in diagram.frames),
        ),
        Placement(
            {_name(cells, name): rect for name, rect in placement.cells.items()},
            {_name(frames, name): rect for name, rect in placement.frames.items()},
            {_name(edges, name): route for name, route in placement.routes.items()},
            placement.size,
            {_name(cells, name): yardstick for name, yardstick in placement.yardsticks.items()},
        ),
    )


def _cell(cell: Cell, nodes: dict[str, str], frames: dict[str, str]) -> Cell:
    name, size, inputs, outputs, frame = cell
    return Cell(_name(nodes, name), size, inputs, outputs, None if frame is None else _name(frames, frame))


def _frame(frame: Frame, frames: dict[str, str]) -> Frame:
    parent = None if frame.parent is None else _name(frames, frame.parent)
    return frame._replace(id=_name(frames, frame.id), parent=parent)


def _name(names: dict[str, str], name: str) -> str:
    """What something is called now; what is gone gets a name that nothing has."""
    now = names.get(name)
    return f"{name} before" if now is None else now
