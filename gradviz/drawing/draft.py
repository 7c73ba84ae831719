"""A graph worded and sized: a box for every node with a port for every edge, ready for a layout engine.

The Draft is what lies between Graph and Placement; composing the Drawing needs it again, so nothing is sized twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gradviz.drawing.boxes.badges import Badge, badge, badged
from gradviz.drawing.boxes.cells import Box, box
from gradviz.drawing.boxes.ports import Lane, lane, outputs
from gradviz.drawing.content.content import Content, label
from gradviz.drawing.content.nodes import node_content
from gradviz.drawing.content.telling import Telling, tell
from gradviz.drawing.heated import heated
from gradviz.drawing.metrics import elided, line_height, text_width
from gradviz.drawing.shapes import Role, TextRole, region_mark
from gradviz.drawing.words import ENGLISH, Words
from gradviz.layout.diagram import Cell, Diagram, Direction, Frame, Link
from gradviz.layout.geometry import Size
from gradviz.model.costs.heat import COLD, Heat
from gradviz.model.graph.graph import Edge, EdgeKind, Graph, Node
from gradviz.model.trace import Op, Region
from gradviz.model.values import shape_text
from gradviz.model.why.grounds import Grounds, cut_off

DEEPEST = 16  # regions one inside the other that have a frame
_WIDEST_LABEL = 92.0  # of a value; wider ones give way to their shape
_WIDEST_SHAPE = 170.0  # that of a batch of images is read whole
_TITLE_ROOM = Size(26, 12)


class Draft(NamedTuple):
    """Everything of a picture but its place. Keys are node and edge ids."""

    graph: Graph
    telling: Telling
    contents: dict[str, Content]
    boxes: dict[str, Box]
    lanes: dict[str, Lane]
    labels: dict[str, str]  # edges that carry a gradient
    stopped: frozenset[str]  # edges that no gradient passes, though the tensor requires grad
    diagram: Diagram
    leaving: dict[str, tuple[float, ...]]  # where edges leave each box, from the middle of its side
    room: dict[str, tuple[Content, ...]]  # what each box is large enough for
    ports: dict[str, tuple[int, int]]  # of each edge: where it leaves its tail or its badge, and enters its head
    badged: dict[str, str]  # the badge of each edge that leaves one
    badges: dict[str, Badge]
    heat: Heat = COLD


def draft(
    graph: Graph,
    known: Grounds,
    words: Words = ENGLISH,
    *,
    values: bool = True,
    ghosts: bool = True,
    badges: bool = True,
    direction: Direction = "TB",
    others: Iterable[tuple[Graph, Grounds]] = (),
    heat: Heat = COLD,
) -> Draft:
    """Word and size a graph.

    Args:
        graph: what is drawn.
        known: the moment of the run that it is the graph of.
        words: of the language wanted.
        values: whether numbers are written.
        ghosts: whether what is not there yet is outlined in its place.
        badges: whether a leaf has a badge where it is used far from its box.
        direction: of the flow of data.
        others: the same graph as it stood earlier in the run, or as other runs have it, for which there is to be room
            too. What is a ghost in the first is sized as they have it.
        heat: what its nodes cost.
    """
    telling = tell(graph, known, words, values=values, ghosts=ghosts)
    seen = [_seen(graph, telling, heat)]
    for other in others:
        told = tell(*other, words, values=values)._replace(details=False)
        seen.append(_seen(other[0], told, heat))
    room = _room(seen)
    contents = {name: said[0] for name, said in room.items()}
    from_badge = badged(graph) if badges else {}
    entering, leaving = _edges_by_end(graph, from_badge)
    lanes = {node.id: _lane(entering[node.id], seen, direction) for node in graph.nodes}
    in_ports = {edge.id: k for edges in entering.values() for k, edge in enumerate(edges)}
    origins = dict.fromkeys(from_badge.values())
    left = {name: _leave(leaving[name], lanes, in_ports) for name in (*lanes, *origins)}
    out_ports = {edge: port for _, chosen in left.values() for edge, port in chosen.items()}
    ports = {edge.id: (out_ports[edge.id], in_ports[edge.id]) for edge in graph.edges}
    feet = {name: left[name][0] for name in lanes}
    boxes = {name: box(contents[name], lanes[name], feet[name], direction, room[name]) for name in lanes}
    small = {name: badge(room[leaving[name][0].tail], left[name][0], direction) for name in origins}
    diagram = _diagram(graph, words, boxes, small, from_badge, ports)
    labels, stopped, _ = seen[0]
    return Draft(
        graph, telling, contents, boxes, lanes, labels, stopped, diagram, feet, room, ports, from_badge, small, heat
    )


class _Seen(NamedTuple):
    """What there is to see of a graph at one moment."""

    labels: dict[str, str]
    stopped: frozenset[str]
    contents: dict[str, Content]


def _seen(graph: Graph, telling: Telling, heat: Heat) -> _Seen:
    return _Seen(_labels(graph, telling), _stopped(graph), _contents(graph, telling, heat))


def _room(seen: Sequence[_Seen]) -> dict[str, tuple[Content, ...]]:
    """What each box is to be large enough for: what it says, and then what it says in the others."""
    found: dict[str, tuple[Content, ...]] = {}
    for one in seen:
        for name, content in one.contents.items():
            found[name] = (*found.get(name, ()), content)
    return found


def _diagram(
    graph: Graph,
    words: Words,
    boxes: dict[str, Box],
    badges: dict[str, Badge],
    badged: dict[str, str],
    ports: dict[str, tuple[int, int]],
) -> Diagram:
    """What there is to lay out: a badge stands in the frame of what it leads to."""
    frames = frames_of(graph.regions)
    regions = {node.id: node.region for node in graph.nodes}
    cells = [
        Cell(node.id, boxes[node.id].size, boxes[node.id].inputs, boxes[node.id].outputs, frames[node.region])
        for node in graph.nodes
    ]
    cells += [
        Cell(edge.id, one.size, (), one.feet, frames[regions[edge.head]])
        for edge in graph.edges
        if (one := badges.get(edge.id)) is not None
    ]
    tails = ((edge, badged.get(edge.id, edge.tail), *ports[edge.id]) for edge in graph.edges)
    links = [Link(edge.id, tail, leaves, edge.head, enters) for edge, tail, leaves, enters in tails]
    own = [region for region in graph.regions if frames[region.id] == region_mark(region.id)]
    titled = [Frame(region_mark(one.id), frames[one.parent], _title_size(one, words)) for one in own]
    return Diagram(tuple(cells), tuple(links), tuple(titled))


def of_other(whole: Draft, graph: Graph, known: Grounds) -> Draft:
    """Return the draft of another run, in which every box has the place and size it has there.

    Args:
        whole: of the first run, with room for this one.
        graph: the same graph as the other run has it.
        known: the other run.
    """
    first = whole.telling
    telling = tell(graph, known, first.words, values=first.values, ghosts=first.ghosts)
    contents = whole.contents | _contents(graph, telling, whole.heat)
    boxes = whole.boxes | {node.id: _box(whole, node.id, contents[node.id]) for node in graph.nodes if not node.ghost}
    labels = _labels(graph, telling)
    return whole._replace(
        graph=graph, telling=telling, contents=contents, boxes=boxes, labels=labels, stopped=_stopped(graph)
    )


def reworded(whole: Draft, node: Node, telling: Telling) -> tuple[Content, Box]:
    """Return what a node says at a moment, and its box, which has the place and size that it has in the end."""
    if node.ghost:
        return whole.contents[node.id], whole.boxes[node.id]
    told = heated(node_content(node, telling), node.id, whole.heat, telling.words)
    return told, _box(whole, node.id, told)


def _box(whole: Draft, name: str, content: Content) -> Box:
    lane = whole.lanes[name]
    return box(content, lane, whole.leaving[name], lane.direction, whole.room[name])


def _labels(graph: Graph, telling: Telling) -> dict[str, str]:
    """What is written on the edges that are there."""
    return {edge.id: text for edge in graph.edges if not edge.ghost and (text := gradient_label(edge, telling))}


def _contents(graph: Graph, telling: Telling, heat: Heat) -> dict[str, Content]:
    """What is said of each node that is there."""
    return {
        node.id: heated(node_content(node, telling), node.id, heat, telling.words)
        for node in graph.nodes
        if not node.ghost
    }


def frames_of(regions: tuple[Region, ...]) -> dict[int | None, str | None]:
    """The frame in which each region is drawn: its own, or that of the one around it where they are nested too deep."""
    depth: dict[int | None, int] = {None: 0}
    frames: dict[int | None, str | None] = {None: None}
    for region in regions:  # each after the one around it
        depth[region.id] = depth[region.parent] + 1
        frames[region.id] = region_mark(region.id) if depth[region.id] <= DEEPEST else frames[region.parent]
    return frames


def region_title(region: Region, words: Words) -> str:
    """How a region is named: its line as written, or what an open fold is of, and where it stands."""
    text = " ".join(label(region.text).split()) or region.mode
    text = f"\N{MINUS SIGN} {text}" if region.id < 0 else text  # it can be closed
    title = text if region.line is None else words.on_line.format(text, region.line)
    return elided(title, TextRole.REGION, 320)


def frame_roles(region: Region) -> tuple[Role, Role]:
    """How the frame of a region looks, and its title. What is open has an id below 0."""
    if region.id < 0:
        return Role.OPENED, Role.OPENED_TITLE
    if region.mode == "inference":
        return Role.REGION_INFERENCE, Role.REGION_INFERENCE_TITLE
    return Role.REGION, Role.REGION_TITLE


def _title_size(region: Region, words: Words) -> Size:
    width = text_width(region_title(region, words), TextRole.REGION)
    return Size(width + _TITLE_ROOM.width, line_height(TextRole.REGION) + _TITLE_ROOM.height)


def gradient_label(edge: Edge, telling: Telling) -> str:
    """The gradient that passed an edge, as short as it must be to stand beside it."""
    if edge.gradient is None or not telling.values:
        return ""
    text = telling.value(edge.gradient)
    if text is None or text_width(label(text), TextRole.GRADIENT) > _WIDEST_LABEL - PARTIAL_WIDTH:
        text = shape_text(edge.gradient.shape)
    return elided(label(text), TextRole.GRADIENT, _WIDEST_SHAPE - PARTIAL_WIDTH)


PARTIAL_WIDTH = 13.0  # the sign of a partial derivative before the number


def _stopped(graph: Graph) -> frozenset[str]:
    nodes = {node.id: node for node in graph.nodes}
    return frozenset(
        edge.id
        for edge in graph.edges
        if edge.kind is EdgeKind.UNRECORDED
        and not edge.ghost
        and _is_tracked(nodes[edge.tail])
        and any(map(cut_off, _ops(nodes[edge.head])))
    )


def _is_tracked(node: Node) -> bool:
    if node.tensor is not None:
        return node.tensor.requires_grad
    if node.fold is not None and any(tensor.requires_grad for tensor in node.fold.tensors):
        return True
    return node.grad_fn is not None or any(op.grad_fn is not None for op in _ops(node))


def _ops(node: Node) -> tuple[Op, ...]:
    if node.fold is not None:
        return node.fold.ops
    return () if node.op is None else (node.op,)


def _edges_by_end(graph: Graph, badged: dict[str, str]) -> tuple[dict[str, list[Edge]], dict[str, list[Edge]]]:
    """The edges that enter each node, in operand order, and those that leave each node and badge."""
    entering: dict[str, list[Edge]] = defaultdict(list)
    leaving: dict[str, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        entering[edge.head].append(edge)
        leaving[badged.get(edge.id, edge.tail)].append(edge)
    for edges in entering.values():
        edges.sort(key=lambda edge: edge.operand)
    return entering, leaving


def _lane(edges: Sequence[Edge], seen: Sequence[_Seen], direction: Direction) -> Lane:
    """The inputs of a node, with room for the labels and the bars that any of the graphs has there."""
    widths = [0.0] * len(edges)
    for position, edge in enumerate(edges):
        for one in seen:
            if edge.id in one.labels:
                width = text_width(one.labels[edge.id], TextRole.GRADIENT) + PARTIAL_WIDTH
                widths[position] = max(widths[position], width)
    marked = any(edge.id in one.stopped for edge in edges for one in seen)
    return lane(tuple(widths), marked, direction)


def _leave(
    edges: Sequence[Edge], lanes: dict[str, Lane], in_ports: dict[str, int]
) -> tuple[tuple[float, ...], dict[str, int]]:
    """The offsets of a node's outputs, and the port of each edge that leaves it."""
    if len({edge.head for edge in edges}) == len(edges):  # all from the middle
        return (0.0,) if edges else (), {edge.id: 0 for edge in edges}
    heads: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        heads[edge.head].append(edge)
    groups = [[lanes[head].offsets[in_ports[edge.id]] for edge in group] for head, group in heads.items()]
    offsets, ports = outputs(groups)
    chosen = {
        edge.id: port
        for group, taken in zip(heads.values(), ports, strict=True)
        for edge, port in zip(group, taken, strict=True)
    }
    return offsets, chosen
