"""The stage of a run: its graph laid out once, and any moment of it drawn in those places.

What has been drawn of one moment and is the same at another is not drawn again: a step costs what it changes.
"""

from collections.abc import Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from gradviz.drawing.boxes.cells import Box
from gradviz.drawing.compose import compose, composed_edge, composed_node, recompose
from gradviz.drawing.content.content import Content
from gradviz.drawing.content.telling import Telling
from gradviz.drawing.draft import Draft, draft, gradient_label, reworded
from gradviz.drawing.edges import told
from gradviz.drawing.shapes import Drawing, Mark
from gradviz.layout import graphviz, layered
from gradviz.layout.diagram import Diagram
from gradviz.layout.former import Laid
from gradviz.layout.geometry import Placement
from gradviz.model.cost import Timed
from gradviz.model.costs.heat import COLD, heat, spent
from gradviz.model.graph.build import build
from gradviz.model.graph.graph import Edge, Graph, Node
from gradviz.model.graph.stepped import Lives, done_at, lives, stepped
from gradviz.model.moments.moment import Moment
from gradviz.model.why.grounds import Grounds
from gradviz.picture.picture import Language, Options
from gradviz.picture.record.record import Record
from gradviz.picture.stage.parts import part
from gradviz.picture.stage.past import Past, places
from gradviz.picture.words import WORDS

GRAPHVIZ_SECONDS = 10.0  # after which the live layout takes its place
_UNTIMED: dict[Language, str] = {
    "en": "The ops of this program have no times: they were not measured, or are not the same in every run.",
    "ja": "このプログラムの演算には時間がありません: 未測定か、実行ごとに演算が異なります。",
}
KEPT = 4  # looks of one node or edge that are kept

Look = TypeVar("Look")
Item = TypeVar("Item")


class Album(Generic[Look]):
    """The newest looks of each of many things, by what they depend on."""

    def __init__(self) -> None:
        """Begin empty."""
        self._looks: dict[int, dict[object, Look]] = {}

    def get(self, place: int, key: object) -> Look | None:
        """Return a look of a thing, if it is kept."""
        return self._looks.get(place, {}).get(key)

    def put(self, place: int, key: object, look: Look) -> Look:
        """Keep a look of a thing, and give up the oldest."""
        looks = self._looks.setdefault(place, {})
        if len(looks) >= KEPT:
            del looks[next(iter(looks))]
        looks[key] = look
        return look


class NodeLook(NamedTuple):
    """A node at a moment, worded and drawn."""

    node: Node
    content: Content
    box: Box
    mark: Mark


class EdgeLook(NamedTuple):
    """An edge at a moment, drawn."""

    edge: Edge
    mark: Mark


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


class Stage(NamedTuple):
    """The graph of a whole run with a place for every box, in which each of its steps can be shown."""

    lives: Lives | None  # what each part of it was; None: only the end is to be shown
    draft: Draft
    placement: Placement
    notice: str  # what there is to say about how it was laid out
    nodes: Album[NodeLook]
    edges: Album[EdgeLook]
    withheld: int = 0  # see `Picture`


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


def stage(
    record: Record, options: Options, timed: Timed | None = None, past: Past | None = None, *, walked: bool
) -> Stage:
    """Lay out the graph of a whole run.

    Args:
        record: the run.
        options: how it is to be shown; at which step does not matter.
        timed: how long its ops take; None: they were not measured.
        past: the run before, as it was laid out: what is still there stays in its place.
        walked: whether its steps are to be shown too. Boxes then have room for all that they say before backward.
    """
    full = build(record.trace, options.view, record.history)
    whole, withheld = part(record.trace, full, options)
    costs = COLD
    if options.heat != "off":
        costs = heat(whole, full, spent(record.trace, options.heat, options.view, timed), options.heat)
    lived = lives(whole, record.history) if walked else None
    made = draft(
        whole,
        record.grounds,
        WORDS[options.language],
        values=options.values,
        ghosts=options.ghosts,
        badges=options.badges,
        direction=options.direction,
        others=() if lived is None else earlier(record, lived),
        heat=costs,
    )
    before = None if past is None else places(past, whole, record.trace.source, options)
    placement, notice = lay_out(made.diagram, options, before)
    if options.heat == "time" and not costs.most:
        notice = notice or _UNTIMED[options.language]
    return Stage(lived, made, placement, notice, Album(), Album(), withheld)


def left_by(staged: Stage, record: Record, options: Options) -> Past:
    """Return what a run leaves to the next one of where its boxes are."""
    made = staged.draft
    return Past(made.graph, record.trace.source, options, Laid(made.diagram, staged.placement))


def earlier(record: Record, lived: Lives) -> Iterator[tuple[Graph, Grounds]]:
    """The graph as it stands before the first backward, and all folds in the middle of what they repeat."""
    begins = next((call.step - 1 for call in record.trace.backwards), None)
    if begins is not None:
        moment = record.history.at(max(0, begins))
        yield stepped(lived, moment), record.grounds.at(moment)
    folds = tuple(
        node._replace(fold=node.fold._replace(done=len(node.fold.ops) * node.fold.times - 1, back=_most(was.backs)))
        for node, was in zip(lived.graph.nodes, lived.nodes, strict=True)
        if node.fold is not None
    )
    if folds:
        yield lived.graph._replace(nodes=folds, edges=()), record.grounds


def _most(backs: Sequence[float]) -> tuple[int, int] | None:
    """As many grad_fns as a backward call may have run in a fold, of as many."""
    return (len(backs), len(backs)) if backs else None


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
    contents = last.draft.contents | {look.node.id: look.content for look in looks.values()}
    before = last.draft.contents
    renamed = {look.node.id for look in looks.values() if told(look.content) != told(before[look.node.id])}
    if renamed:
        ends = ((edge.tail, edge.head) for edge in graph.edges)
        edges += [place for place, pair in enumerate(ends) if not renamed.isdisjoint(pair)]
    made = last.draft._replace(
        telling=telling,
        contents=contents,
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


def lay_out(diagram: Diagram, options: Options, before: Laid | None = None) -> tuple[Placement, str]:
    """Return where everything is, by the engine that is wanted, and what there is to say about it.

    Args:
        diagram: what to lay out.
        options: how.
        before: what was laid out before: the live layout leaves in its place what is still there.
    """
    if options.layout == "graphviz":
        try:
            return graphviz.place(diagram, options.direction, GRAPHVIZ_SECONDS), ""
        except graphviz.GraphvizError as error:
            return layered.place(diagram, options.direction, before), str(error)
    return layered.place(diagram, options.direction, before), ""
