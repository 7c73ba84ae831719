"""Badges: where a leaf is used far from its box, a small box beside the user names it in place of a long edge.

The graph stays what it is: one leaf, with every edge. Only where such an edge begins is drawn elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import ceil
from typing import NamedTuple

from gradviz.drawing.boxes import outline
from gradviz.drawing.content.content import Content, Shape
from gradviz.drawing.metrics import baseline, elided_middle, line_height, text_width
from gradviz.drawing.shapes import Mark, Path, Role, Text, TextRole
from gradviz.layout.diagram import Direction
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.layout.rows.layering import rows
from gradviz.model.graph.graph import Edge, Graph, Node, NodeKind

SIGHT = 6  # rows between the first and the last use of a leaf that one screen still shows
_WIDEST = 132.0  # of a name
_PADDING = Size(11, 4)
_SIGN = 9.0  # across
_GAP = 5.0  # from the sign to the name
_RADIUS = 7.0
_POINT = 8.0
_CUT = 6.0


class Badge(NamedTuple):
    """One badge, before it has a place."""

    size: Size
    feet: tuple[float, ...]  # where edges leave it, from the start of that side


def badged(graph: Graph) -> dict[str, str]:
    """Return the edges that leave a badge, and the id of that: it is the id of the first of its edges.

    A leaf whose uses stand in sight of each other has none; any other has one at each user but for those in the row of
    the first, where its box is. Edges into the same user leave one badge.
    """
    made = {edge.head for edge in graph.edges}
    uses: dict[str, dict[str, list[Edge]]] = {
        node.id: defaultdict(list) for node in graph.nodes if node.id not in made and _is_leaf(node)
    }
    for edge in graph.edges:
        if edge.tail in uses:
            uses[edge.tail][edge.head].append(edge)
    shared = {name: heads for name, heads in uses.items() if len(heads) > 1}
    row = _rows_of_users(graph, shared) if shared else {}
    found: dict[str, str] = {}
    for heads in shared.values():
        first, last = min(row[head] for head in heads), max(row[head] for head in heads)
        for head, edges in heads.items() if last - first > SIGHT else ():
            if row[head] > first:
                found |= {edge.id: edges[0].id for edge in edges}
    return found


def _is_leaf(node: Node) -> bool:
    """Whether a node that nothing leads to is a tensor, the AccumulateGrad of one, or several of them folded."""
    if node.kind is NodeKind.GRAD_FN:
        return node.grad_fn is not None and node.grad_fn.variable is not None
    return node.kind is NodeKind.TENSOR or (node.fold is not None and bool(node.fold.tensors))


def _rows_of_users(graph: Graph, shared: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """The row in which each node would stand if every use of a shared leaf had a leaf of its own."""
    index = {node.id: at for at, node in enumerate(graph.nodes)}
    arcs = [(index[edge.tail], index[edge.head]) for edge in graph.edges if edge.tail not in shared]
    own = [index[head] for heads in shared.values() for head in heads]
    arcs += [(len(index) + at, head) for at, head in enumerate(own)]
    return dict(zip(index, rows(len(index) + len(own), arcs), strict=False))


def badge(room: Iterable[Content], outputs: tuple[float, ...], direction: Direction) -> Badge:
    """Return the badge of a leaf.

    Args:
        room: all that the box of the leaf may say.
        outputs: where edges leave it, from the middle of its side, ascending.
        direction: of the flow of data.
    """
    name = max(text_width(_name(one), TextRole.BADGE) for one in room)
    width, height = _SIGN + _GAP + name + 2 * _PADDING.width, line_height(TextRole.BADGE) + 2 * _PADDING.height
    ports = outputs[-1] - outputs[0] + 2 * _PADDING.width
    size = Size(ceil(max(width, ports)), height) if direction == "TB" else Size(ceil(width), max(height, ports))
    middle = (size.width if direction == "TB" else size.height) / 2
    return Badge(size, tuple(middle + at for at in outputs))


def with_badge(mark: Mark, told: Content, place: Rect, direction: Direction, *, ghost: bool | None = None) -> Mark:
    """Return the mark of an edge with the badge that it leaves.

    Args:
        mark: of the edge.
        told: what the box of the leaf says.
        place: of the badge.
        direction: of the flow of data.
        ghost: of an edge that is not there yet: whether its badge is outlined.
    """
    shape = _outline(told.shape, place)
    rect = mark.rect.united(place)
    if ghost is not None:
        outlined = (Path(shape.ops, shape.coords, Role.GHOST),) if ghost else ()
        return mark._replace(rect=rect, paths=(*mark.paths, *outlined), badge=place)
    name = _name(told)
    width = text_width(name, TextRole.BADGE)
    left, middle = place.center.x - (_SIGN + _GAP + width) / 2, place.center.y
    sign = outline.back(Point(left + _SIGN / 2, middle), _SIGN, direction)
    at = Point(left + _SIGN + _GAP, middle + baseline(TextRole.BADGE))
    text = Text(at, name, TextRole.BADGE, "start", width)
    paths = (Path(shape.ops, shape.coords, told.role), Path(sign.ops, sign.coords, Role.BADGE))
    return mark._replace(rect=rect, paths=(*mark.paths, *paths), texts=(*mark.texts, text), badge=place)


def _name(told: Content) -> str:
    return elided_middle(told.badge or told.title, TextRole.BADGE, _WIDEST)


def _outline(shape: Shape, place: Rect) -> outline.Outline:
    """The outline of the leaf's box, small."""
    if shape is Shape.SQUARE:
        return outline.square(place)
    if shape is Shape.HEXAGON:
        return outline.hexagon(place, _POINT)
    if shape is Shape.CUT:
        return outline.cut(place, _CUT)
    return outline.rounded(place, _RADIUS)
