"""The stage of a run: its graph laid out once, with room and a place for every box at any of its steps."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gradviz.drawing.draft import Draft, draft
from gradviz.layout import graphviz, layered
from gradviz.layout.diagram import Diagram
from gradviz.layout.former import Laid
from gradviz.layout.geometry import Placement
from gradviz.model.cost import Timed
from gradviz.model.costs.heat import COLD, heat, spent
from gradviz.model.graph.build import build
from gradviz.model.graph.graph import Graph
from gradviz.model.graph.stepped import Lives, lives, stepped
from gradviz.model.why.grounds import Grounds
from gradviz.picture.picture import Language, Options
from gradviz.picture.record.record import Record
from gradviz.picture.stage.album import Album, EdgeLook, NodeLook
from gradviz.picture.stage.parts import part
from gradviz.picture.stage.past import Past, places
from gradviz.picture.words import WORDS

GRAPHVIZ_SECONDS = 10.0  # after which the live layout takes its place
_UNTIMED: dict[Language, str] = {
    "en": "The ops of this program have no times: they were not measured, or are not the same in every run.",
    "ja": "このプログラムの演算には時間がありません: 未測定か、実行ごとに演算が異なります。",
}


class Stage(NamedTuple):
    """The graph of a whole run with a place for every box, in which each of its steps can be shown."""

    lives: Lives | None  # what each part of it was; None: only the end is to be shown
    draft: Draft
    placement: Placement
    notice: str  # what there is to say about how it was laid out
    nodes: Album[NodeLook]
    edges: Album[EdgeLook]
    withheld: int = 0  # see `Picture`


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
