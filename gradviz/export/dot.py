"""A Graph as DOT text for Graphviz: the same words and colours as the drawing, the shapes nearest to its outlines."""

from collections import defaultdict

import graphviz  # type: ignore[import-untyped]  # it carries no types

from gradviz.drawing.content.content import Content, Shape
from gradviz.drawing.content.nodes import node_content
from gradviz.drawing.content.telling import Telling, tell
from gradviz.drawing.draft import frame_roles, frames_of, gradient_label, region_title
from gradviz.drawing.edges import ROLES
from gradviz.drawing.shapes import Role, TextRole, region_mark
from gradviz.drawing.theme import Style, Theme
from gradviz.drawing.words import ENGLISH, Words
from gradviz.layout.diagram import Direction
from gradviz.model.graph.graph import Edge, EdgeKind, Graph, Node
from gradviz.model.trace import Region
from gradviz.model.why.grounds import Grounds

_SIGMA = "Σ"
_PARTIAL = "∂"
_FONT = "Helvetica"  # dot knows its measures without having it
_SHAPES = {
    Shape.ROUNDED: ("box", "rounded"),
    Shape.SQUARE: ("box", ""),
    Shape.DOUBLE: ("box", "rounded"),
    Shape.PILL: ("ellipse", ""),
    Shape.STACK: ("ellipse", ""),
    Shape.HEXAGON: ("hexagon", ""),
    Shape.CUT: ("octagon", ""),
}
_TWICE = (Shape.DOUBLE, Shape.STACK)


def dot(
    graph: Graph,
    known: Grounds,
    theme: Theme,
    words: Words = ENGLISH,
    *,
    values: bool = True,
    direction: Direction = "TB",
) -> str:
    """Return DOT text that plain `dot` accepts.

    Args:
        graph: what is drawn.
        known: the moment of the run that it is the graph of.
        theme: its colours.
        words: of the language wanted.
        values: whether numbers are written.
        direction: of the flow of data.
    """
    telling = tell(graph, known, words, values=values)
    plot = graphviz.Digraph("gradviz", comment=words.title)
    ink = theme.texts[TextRole.BODY].colour
    font = {"fontname": _FONT, "fontsize": "12", "fontcolor": ink}
    plot.attr("graph", rankdir=direction, bgcolor=theme.ground, **font)
    plot.attr("node", margin="0.16,0.08", **font)
    plot.attr("edge", arrowsize="0.7", **{**font, "fontcolor": theme.texts[TextRole.GRADIENT].colour})
    if not graph.nodes:
        plot.attr("graph", label=graphviz.escape(telling.nothing))
    _frames(plot, graph, telling, theme)
    for edge in graph.edges:
        _edge(plot, edge, telling, theme)
    return str(plot.source)


def _frames(plot: graphviz.Digraph, graph: Graph, telling: Telling, theme: Theme) -> None:
    """Write the nodes, those of a region within its cluster. A region's parent comes before it."""
    frames = frames_of(graph.regions)
    members: dict[str | None, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        members[frames[node.region]].append(node)
    inside: dict[str | None, list[Region]] = defaultdict(list)
    for region in graph.regions:
        if frames[region.id] == region_mark(region.id):
            inside[frames[region.parent]].append(region)
    todo: list[tuple[graphviz.Digraph, str | None]] = [(plot, None)]
    opened: list[tuple[graphviz.Digraph, graphviz.Digraph]] = []
    while todo:
        target, frame = todo.pop()
        for node in members[frame]:
            _node(target, node, telling, theme)
        for region in inside[frame]:
            cluster = graphviz.Digraph(f"cluster_{frames[region.id]}")
            cluster.attr(**_cluster(region, telling.words, theme))
            opened.append((target, cluster))
            todo.append((cluster, frames[region.id]))
    for target, cluster in reversed(opened):
        target.subgraph(cluster)


_BORDERS = {Role.OPENED: "solid", Role.REGION: "dashed", Role.REGION_INFERENCE: "dotted"}


def _cluster(region: Region, words: Words, theme: Theme) -> dict[str, str]:
    role, _ = frame_roles(region)
    style = theme.styles[role]
    return {
        "label": graphviz.escape(region_title(region, words)),
        "labeljust": "l",
        "style": f"filled,{_BORDERS[role]},rounded",
        "fillcolor": style.fill or "transparent",
        "color": style.stroke or "transparent",
        "fontcolor": theme.texts[TextRole.REGION].colour,
    }


def _node(plot: graphviz.Digraph, node: Node, telling: Telling, theme: Theme) -> None:
    told = node_content(node, telling)
    shape, corners = _SHAPES[told.shape]
    style = theme.styles[told.role]
    plot.node(
        node.id,
        label=_label(told),
        shape=shape,
        style=",".join(part for part in ("filled", corners, _dash(style)) if part),
        peripheries="2" if told.shape in _TWICE else "1",
        tooltip=graphviz.escape("\n".join(told.details)),
        **_colours(style),
    )
    if told.notes:
        _note(plot, node, told, theme)


def _note(plot: graphviz.Digraph, node: Node, told: Content, theme: Theme) -> None:
    name, style = f"{node.id}/saved", theme.styles[Role.FREED if told.freed else Role.SAVED]
    colours = {**_colours(style), "fontcolor": theme.texts[TextRole.SAVED].colour}
    label = _lines(told.notes, "\\l")
    plot.node(name, label=label, shape="note", style=f"filled,{_dash(style)}", fontsize="11", **colours)
    plot.edge(node.id, name, style="dashed", dir="none", color=style.stroke or "", constraint="false")


def _label(told: Content) -> str:
    lines = [line.text for line in told.lines]
    if told.accumulates:
        lines[0] = f"{_SIGMA}  {lines[0]}"
    return _lines((*lines, *told.strips), "\\n")


def _lines(lines: tuple[str, ...], end: str) -> str:
    """Lines as one DOT label; a backslash in them means itself."""
    escaped = [line.replace("\\", "\\\\") for line in lines]
    return str(graphviz.nohtml(end.join(escaped) + (end if end == "\\l" else "")))


def _colours(style: Style) -> dict[str, str]:
    return {
        "fillcolor": style.fill or "transparent",
        "color": style.stroke or "transparent",
        "penwidth": str(style.width),
    }


def _dash(style: Style) -> str:
    if not style.dash:
        return "solid"
    return "dotted" if style.dash[0] < style.dash[1] / 1.5 else "dashed"


def _edge(plot: graphviz.Digraph, edge: Edge, telling: Telling, theme: Theme) -> None:
    role = ROLES[edge.kind]
    style = theme.styles[role]
    label = gradient_label(edge, telling)
    plot.edge(
        edge.tail,
        edge.head,
        dir="back" if edge.kind is EdgeKind.GRADIENT else "forward",
        color=style.stroke or "",
        style=_dash(style),
        **({"label": f"{_PARTIAL} {label}"} if label else {}),
    )
