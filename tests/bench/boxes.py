"""Diagrams through dot as plain boxes: the easiest that dot can be given, with no ports and no frames."""

import msgspec

from gradviz.layout.diagram import Diagram
from gradviz.layout.geometry import Placement, Rect, Route, Size
from tests.bench.peers import dot


class _Object(msgspec.Struct):
    name: str
    pos: str


class _Edge(msgspec.Struct):
    id: str
    pos: str


class _Answer(msgspec.Struct):
    bb: str
    objects: list[_Object]
    edges: list[_Edge]


def source(diagram: Diagram) -> str:
    """Return a diagram as DOT text."""
    number = {cell.id: at for at, cell in enumerate(diagram.cells)}
    lines = [
        *(
            f"{number[cell.id]} [width={cell.size.width / 72:.3f} height={cell.size.height / 72:.3f}]"
            for cell in diagram.cells
        ),
        *(f'{number[link.tail]} -> {number[link.head]} [id="{at}"]' for at, link in enumerate(diagram.links)),
    ]
    head = 'digraph { node [shape=box fixedsize=true label=""] edge [arrowhead=none]\n'
    return head + "\n".join(lines) + "\n}\n"


def place(diagram: Diagram) -> Placement:
    """Return where dot puts the boxes. y grows up as dot has it, which no count here minds."""
    found = msgspec.json.decode(dot(source(diagram), "json0"), type=_Answer)
    cells: dict[str, Rect] = {}
    for each in found.objects:
        cell = diagram.cells[int(each.name)]
        x, y = (float(number) for number in each.pos.split(","))
        cells[cell.id] = Rect(x - cell.size.width / 2, y - cell.size.height / 2, *cell.size)
    routes = {diagram.links[int(edge.id)].id: _route(edge.pos) for edge in found.edges}
    _, _, width, height = (float(number) for number in found.bb.split(","))
    return Placement(cells, {}, routes, Size(width, height))


def _route(spline: str) -> Route:
    pairs = (point.split(",") for point in spline.split() if point[0] not in "es")
    return Route(float(number) for pair in pairs for number in pair)
