"""A moment of a run: its graph as it stood then, and that drawn in the places of its stage.

What has been drawn of one moment and is the same at another is not drawn again: a step costs what it changes.
"""

from collections.abc import Collection
from typing import NamedTuple, TypeVar

from gradviz.drawing.compose import compose, composed_edge, composed_node, recompose
from gradviz.drawing.content.telling import Telling
from gradviz.drawing.draft import Draft, gradient_label, reworded
from gradviz.drawing.edges import told
from gradviz.drawing.shapes import Drawing
from gradviz.model.graph.build import build
from gradviz.model.graph.graph import Graph
from gradviz.model.graph.stepped import Lives, done_at, lives, stepped
from gradviz.model.moments.moment import Moment
from gradviz.model.why.grounds import Grounds
from gradviz.picture.picture import Options
from gradviz.picture.record.record import Record
from gradviz.picture.stage.album import EdgeLook, NodeLook
from gradviz.picture.stage.parts import part
from gradviz.picture.stage.stage import Stage, stage

Item = TypeVar("Item")


class Seen(NamedTuple):
    """The graph that is shown, and the moment of the run that it is of."""

    graph: Graph
    known: Grounds


def seen(record: Record, options: Options) -> Seen:
    """Return the graph of a run in the view that is wanted, folded as wanted, as it stood at the step wanted."""
    whole = part(record.trace, build(record.trace, options.view, record.history), options).graph
    if options.step is None:
        return Seen(whole, record.grounds)
    moment = record.history.at(options.step)
    return Seen(stepped(lives(whole, record.history), moment), record.grounds.at(moment))


class Shown(NamedTuple):
    """A moment of a run on its stage, drawn."""

    stage: Stage
    moment: Moment
    draft: Draft
    drawing: Drawing
    ages: tuple[list[int], list[int]]  # of nodes and edges, see `Lives`

    @property
    def graph(self) -> Graph:
        """The graph as it stood then."""
        return self.draft.graph

    def done(self, step: int) -> str | None:
        """The node of what was done at the step that this is the moment after."""
        lived = self.stage.lives
        return None if lived is None else done_at(lived, self.moment, step)


def shown(record: Record, options: Options, staged: Stage | None = None, last: Shown | None = None) -> Shown:
    """Return the graph of a run, laid out and drawn as it stood at the step wanted.

    Args:
        record: the run.
        options: how it is to be shown.
        staged: the run laid out with these options, of whatever step.
        last: a moment of it on that stage: what is the same now is not drawn again.
    """
    staged = staged or stage(record, options, walked=options.step is not None)
    if last is None or last.stage is not staged:
        last = _ended(record, options, staged)
    return last if staged.lives is None else _moved(record, options, staged.lives, last)


def moments(record: Record, options: Options, found: Shown) -> list[Drawing]:
    """Return the drawings of the run at each stop before the step wanted, and at that.

    Args:
        record: the run.
        options: how it is shown.
        found: what that is, on a stage that is walked.
    """
    drawings, last = [], found
    for step in record.course.steps:
        if options.step is None or step < options.step:
            last = shown(record, options._replace(step=step), found.stage, last)
            drawings.append(last.drawing)
    return [*drawings, found.drawing]


def _ended(record: Record, options: Options, staged: Stage) -> Shown:
    """The end of a run."""
    end, made = record.history.end, staged.draft
    drawing = compose(made, staged.placement, legend=options.legend)
    if staged.lives is None:
        return Shown(staged, end, made, drawing, ([], []))
    ages = staged.lives.ages(end)
    for place, (node, mark) in enumerate(zip(made.graph.nodes, drawing.nodes, strict=True)):
        look = NodeLook(node, made.contents[node.id], made.boxes[node.id], mark)
        staged.nodes.put(place, ages[0][place], look)
    for place, (edge, mark) in enumerate(zip(made.graph.edges, drawing.edges, strict=True)):
        key = ages[1][place], told(made.contents[edge.tail]), told(made.contents[edge.head])
        staged.edges.put(place, key, EdgeLook(edge, mark))
    return Shown(staged, end, made, drawing, ages)


def _moved(record: Record, options: Options, lived: Lives, last: Shown) -> Shown:
    """Another moment on the same stage."""
    moment = record.history.end if options.step is None else record.history.at(options.step)
    staged, graph, ages = last.stage, last.graph, lived.ages(moment)
    if not graph.nodes:
        return last._replace(moment=moment)
    nodes, edges = (
        [place for place, (now, then) in enumerate(zip(now, then, strict=True)) if now != then]
        for now, then in zip(ages, last.ages, strict=True)
    )
    telling = staged.draft.telling.at(moment)
    looks = {place: _node_look(staged, lived, telling, place, ages[0][place]) for place in nodes}
    edges += _renamed(last.draft, looks.values())
    made = last.draft._replace(
        telling=telling,
        contents=last.draft.contents | {look.node.id: look.content for look in looks.values()},
        boxes=last.draft.boxes | {look.node.id: look.box for look in looks.values()},
    )
    ways = {place: _edge_look(staged, lived, made, place, ages[1][place]) for place in edges}
    graph = graph._replace(
        nodes=_put(graph.nodes, {place: look.node for place, look in looks.items()}),
        edges=_put(graph.edges, {place: look.edge for place, look in ways.items()}),
    )
    made = made._replace(graph=graph)
    drawing = recompose(
        last.drawing,
        made,
        staged.placement,
        {place: look.mark for place, look in looks.items()},
        {place: look.mark for place, look in ways.items()},
        legend=options.legend,
    )
    return Shown(staged, moment, made, drawing, ages)


def _renamed(before: Draft, looks: Collection[NodeLook]) -> list[int]:
    """The places of edges that tell of what they join, where that is called otherwise than before."""
    names = {look.node.id for look in looks if told(look.content) != told(before.contents[look.node.id])}
    if not names:
        return []
    ends = ((edge.tail, edge.head) for edge in before.graph.edges)
    return [place for place, pair in enumerate(ends) if not names.isdisjoint(pair)]


def _node_look(staged: Stage, lived: Lives, telling: Telling, place: int, age: int) -> NodeLook:
    known = staged.nodes.get(place, age)
    if known is not None:
        return known
    node = lived.node(place, telling.moment)
    content, box = reworded(staged.draft, node, telling)
    mark = composed_node(node, content, box, staged.placement, telling)
    return staged.nodes.put(place, age, NodeLook(node, content, box, mark))


def _edge_look(staged: Stage, lived: Lives, made: Draft, place: int, age: int) -> EdgeLook:
    tail, head = lived.graph.edges[place].tail, lived.graph.edges[place].head
    key = age, told(made.contents[tail]), told(made.contents[head])
    known = staged.edges.get(place, key)
    if known is not None:
        return known
    edge = lived.edge(place, made.telling.moment)
    labelled = made._replace(labels={edge.id: gradient_label(edge, made.telling)})
    return staged.edges.put(place, key, EdgeLook(edge, composed_edge(edge, labelled, staged.placement)))


def _put(items: tuple[Item, ...], others: dict[int, Item]) -> tuple[Item, ...]:
    """The items, with some others in their places."""
    put = list(items)
    for place, item in others.items():
        put[place] = item
    return tuple(put)
