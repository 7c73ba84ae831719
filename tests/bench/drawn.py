"""A picture of any number of nodes in a file, as its frames, with the paths and texts that a real one has.

A program of its own. Arguments: how many nodes, and the file.
"""

import sys
from itertools import chain
from pathlib import Path

from gradviz.drawing.boxes import outline
from gradviz.drawing.shapes import Drawing, Mark, Role, Text, TextRole
from gradviz.drawing.shapes import Path as Shape
from gradviz.layout import layered
from gradviz.layout.diagram import Diagram
from gradviz.layout.geometry import Point, Rect, Route
from gradviz.picture.picture import Picture
from gradviz.picture.sent.frames import frames
from tests.unit.layout.workloads import synthetic


def drawn(count: int) -> Drawing:
    """Lay out and draw as many ops, each with its name and its grad_fn."""
    return drawing(synthetic(count))


def drawing(diagram: Diagram) -> Drawing:
    """Lay out and draw a diagram, each cell as an op with its name and its grad_fn."""
    placement = layered.place(diagram)
    nodes = tuple(_node(cell.id, placement.cells[cell.id]) for cell in diagram.cells)
    edges = tuple(_edge(link.id, link.tail, link.head, placement.routes[link.id]) for link in diagram.links)
    return Drawing(placement.size, (), edges, nodes)


def _node(name: str, rect: Rect) -> Mark:
    role = Role.LEAF if name.startswith("p") else Role.OP
    shape = outline.rounded(rect, 8.0)
    texts = (
        Text(Point(rect.center.x, rect.y + 15), f"op {name}", TextRole.OP, "middle", 60.0),
        Text(Point(rect.center.x, rect.y + 29), "MulBackward0", TextRole.GRAD_FN, "middle", 74.0),
    )
    path = Shape(shape.ops, shape.coords, role)
    return Mark(name, role, rect, (path,), texts, f"op {name}", f"aten::mul.Tensor\nline 7\nsaves self, {name}", 7)


def _edge(name: str, tail: str, head: str, route: Route) -> Mark:
    curve = outline.curve(tuple(chain.from_iterable(route.points)))
    across, along = [point.x for point in route.points], [point.y for point in route.points]
    rect = Rect(min(across), min(along), max(across) - min(across), max(along) - min(along))
    path = Shape(curve.ops, curve.coords, Role.DATA_EDGE, filled=False, arrow=True)
    return Mark(name, Role.DATA_EDGE, rect, (path,), (), f"{tail} → {head}", "(32, 64) float32", ends=(tail, head))


if __name__ == "__main__":
    sent = frames(1, Picture(1, complete=True, drawing=drawn(int(sys.argv[1]))))
    assert sent is not None, "it is too large to send"
    Path(sys.argv[2]).write_bytes(sent)
