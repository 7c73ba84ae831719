"""Draft and Placement joined into the Drawing: every mark with its paths and texts where they are painted."""

from collections.abc import Mapping

from gradviz.drawing.boxes import outline
from gradviz.drawing.boxes.badges import with_badge
from gradviz.drawing.boxes.cells import Box
from gradviz.drawing.content.content import Content
from gradviz.drawing.content.telling import Telling
from gradviz.drawing.draft import Draft, frame_roles, region_title
from gradviz.drawing.edges import edge_mark
from gradviz.drawing.heated import scale
from gradviz.drawing.legend import legend_marks
from gradviz.drawing.metrics import baseline, line_height, text_width
from gradviz.drawing.shapes import Drawing, Mark, Path, Role, Text, TextRole, region_mark
from gradviz.drawing.words import Words
from gradviz.layout.geometry import Placement, Point, Rect, Size
from gradviz.model.graph.graph import Edge, Graph, Node, NodeKind
from gradviz.model.trace import Region

MARGIN = 24.0
_FRAME_RADIUS = 10.0
_TITLE_AT = Point(13, 6)
_CARD = Size(28, 20)  # from its text to its border


def compose(draft: Draft, placement: Placement, *, legend: bool = False) -> Drawing:
    """Return the picture of a graph that has been laid out, with the kinds it shows explained below on request."""
    graph, telling = draft.graph, draft.telling
    if not graph.nodes:
        return nothing(telling.nothing, telling.words)
    framed = [
        _frame(region, placement.frames[region_mark(region.id)].moved(MARGIN, MARGIN), draft)
        for region in graph.regions
        if region_mark(region.id) in placement.frames
    ]
    frames, titles = tuple(frame for frame, _ in framed), tuple(title for _, title in framed)
    edges = tuple(composed_edge(edge, draft, placement) for edge in graph.edges)
    nodes = tuple(
        composed_node(node, draft.contents[node.id], draft.boxes[node.id], placement, telling) for node in graph.nodes
    )
    return _whole(Drawing(Size(0, 0), frames, edges, nodes, (), titles), draft, placement, legend=legend)


def recompose(
    last: Drawing,
    draft: Draft,
    placement: Placement,
    nodes: Mapping[int, Mark],
    edges: Mapping[int, Mark],
    *,
    legend: bool,
) -> Drawing:
    """Return the picture of another moment: the last one, with some of its marks in place of those of before.

    Args:
        last: the picture of a moment of the same run in the same places.
        draft: of the moment wanted.
        placement: where everything is.
        nodes: the marks of nodes that are not as they were, by their place among the nodes.
        edges: the marks of edges that are not as they were, likewise.
        legend: whether the kinds that are shown are explained.
    """
    all_nodes, all_edges = list(last.nodes), list(last.edges)
    for place, mark in nodes.items():
        all_nodes[place] = mark
    for place, mark in edges.items():
        all_edges[place] = mark
    return _whole(last._replace(edges=tuple(all_edges), nodes=tuple(all_nodes)), draft, placement, legend=legend)


def _whole(drawing: Drawing, draft: Draft, placement: Placement, *, legend: bool) -> Drawing:
    """A drawing with its size, its legend and what is said of it as a whole."""
    size = Size(placement.size.width + 2 * MARGIN, placement.size.height + 2 * MARGIN)
    marks: tuple[Mark, ...] = ()
    words = draft.telling.words
    kinds = (words.kinds if legend else {}) | scale(draft.heat, words)  # numbers need their scale
    if kinds:
        marks, size = legend_marks((*drawing.frames, *drawing.edges, *drawing.nodes), size, MARGIN, kinds)
    return drawing._replace(size=size, legend=marks, title=words.title, description=_summary(draft.graph, draft))


def nothing(told: str, words: Words) -> Drawing:
    """A card that says why there is no picture."""
    width = text_width(told, TextRole.BODY)
    card = Rect(MARGIN, MARGIN, width + 2 * _CARD.width, line_height(TextRole.BODY) + 2 * _CARD.height)
    frame = outline.rounded(card, _FRAME_RADIUS)
    at = Point(card.center.x, card.center.y + baseline(TextRole.BODY))
    text = Text(at, told, TextRole.BODY, "middle", width)
    mark = Mark("nothing", Role.LEGEND, card, (Path(frame.ops, frame.coords, Role.LEGEND),), (text,), told, "")
    size = Size(card.right + MARGIN, card.bottom + MARGIN)
    return Drawing(size, (), (), (), (mark,), (), words.title, told)


def _at(point: Point, cell: Rect) -> Point:
    """A point of a cell, where it is painted."""
    return Point(point[0] + (cell[0] + MARGIN), point[1] + (cell[1] + MARGIN))


def composed_edge(edge: Edge, draft: Draft, placement: Placement) -> Mark:
    """Return the mark of an edge, where it is painted."""
    leaves, enters = draft.ports[edge.id]
    route = tuple([one + MARGIN for one in placement.routes[edge.id]])
    if edge.id in draft.badged:
        foot = Point(route[0], route[1])  # where it leaves the cell, which a badge fills
    else:
        foot = _at(draft.boxes[edge.tail].feet[leaves], placement.cells[edge.tail])
    tip = _at(draft.boxes[edge.head].tips[enters], placement.cells[edge.head])
    mark = edge_mark(edge, draft, tip, foot, enters, route)
    if edge.ghost:
        mark = _ghost(mark, Role.GHOST_EDGE, draft.telling)
    if edge.id not in draft.badges:
        return mark
    place = placement.cells[edge.id].moved(MARGIN, MARGIN)
    outlined = draft.telling.ghosts if edge.ghost else None
    return with_badge(mark, draft.contents[edge.tail], place, draft.lanes[edge.head].direction, ghost=outlined)


def composed_node(node: Node, content: Content, box: Box, placement: Placement, telling: Telling) -> Mark:
    """Return the mark of a node, where it is painted."""
    cell = placement.cells[node.id]
    dx, dy = cell.x + MARGIN, cell.y + MARGIN
    tensor = node.tensor.id if node.tensor is not None else None
    if tensor is None and node.grad_fn is not None:
        tensor = node.grad_fn.variable
    mark = Mark(
        node.id,
        content.role,
        box.extent.moved(dx, dy),
        tuple([path.moved(dx, dy) for path in box.paths]),
        tuple([text.moved(dx, dy) for text in box.texts]),
        content.title,
        content.description,
        node.line,
        tensor,
        node.op.id if node.op is not None else None,
        node.grad_fn.id if node.grad_fn is not None else None,
    )
    return _ghost(mark, Role.GHOST, telling) if node.ghost else mark


def _ghost(mark: Mark, role: Role, telling: Telling) -> Mark:
    """A mark of what is not there yet: its outline alone, or nothing but its place."""
    own = mark.paths if telling.ghosts else ()
    outlines = tuple(path._replace(role=role) for path in own if path.role is mark.role)
    return mark._replace(role=role, paths=outlines, texts=(), description=telling.words.kinds[Role.GHOST])


def _frame(region: Region, rect: Rect, draft: Draft) -> tuple[Mark, Mark]:
    """The tinted ground of a region of code, and its name at the top left on a patch of the same tint."""
    words = draft.telling.words
    role, patch_role = frame_roles(region)
    title = region_title(region, words)
    border = outline.rounded(rect, _FRAME_RADIUS)
    step, width = line_height(TextRole.REGION), text_width(title, TextRole.REGION)
    patch = Rect(rect.x + _TITLE_AT.x - 4, rect.y + _TITLE_AT.y, width + 8, step)
    ground = outline.square(patch)
    at = Point(rect.x + _TITLE_AT.x, patch.center.y + baseline(TextRole.REGION))
    text = Text(at, title, TextRole.REGION, "start", width)
    name = region_mark(region.id)
    return (
        Mark(name, role, rect, (Path(border.ops, border.coords, role),), (), title, words.kinds[role], region.line),
        Mark(
            f"{name}-title",
            patch_role,
            patch,
            (Path(ground.ops, ground.coords, patch_role),),
            (text,),
            "",
            "",
            region.line,
        ),
    )


def _summary(graph: Graph, draft: Draft) -> str:
    """What the picture holds, for those who cannot see it."""
    words = draft.telling.words
    there = [node for node in graph.nodes if not node.ghost]
    if graph.view == "backward":
        told = [words.grad_fns.format(sum(node.kind is NodeKind.GRAD_FN for node in there))]
    else:
        tensors = sum(node.kind is NodeKind.TENSOR for node in there)
        ops = [draft.contents[node.id] for node in there if node.op is not None]
        told = [words.counts.format(tensors, len(ops), sum(one.role is Role.UNRECORDED for one in ops))]
    if graph.hidden:
        told.append(words.hidden.format(graph.hidden))
    return " ".join(told)
