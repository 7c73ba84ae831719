"""Two or more runs drawn in the same places: what changed since the run before, and the grad modes side by side.

The graphs are merged (model/compare/merge.py) and laid out as one with room for what each of them says, so that a box
that several have stands in the same place in all, and what one lacks leaves its place empty there.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gradviz.drawing.boxes.tags import ghost, tagged, tags
from gradviz.drawing.columns import Column, columns
from gradviz.drawing.compose import compose
from gradviz.drawing.draft import Draft, draft, of_other
from gradviz.drawing.shapes import Drawing, Mark
from gradviz.drawing.words import Words
from gradviz.layout.former import Laid
from gradviz.layout.geometry import Placement, Size
from gradviz.model.compare.alike import lines_alike
from gradviz.model.compare.difference import difference, is_switch
from gradviz.model.compare.merge import merged
from gradviz.model.cost import MODES, NAMES
from gradviz.model.graph.graph import Graph
from gradviz.model.graph.stepped import lives
from gradviz.model.trace import GradMode, Trace
from gradviz.model.why.grounds import Grounds
from gradviz.picture.picture import FEW, Changes, Comparison, Options
from gradviz.picture.record.record import Record
from gradviz.picture.stage.album import Album
from gradviz.picture.stage.shown import Shown, seen, shown
from gradviz.picture.stage.stage import Stage, earlier, lay_out
from gradviz.picture.together.changes import told
from gradviz.picture.together.sides import problem, sides
from gradviz.picture.words import WORDS

MOST = 20_000  # ops and tensors of one run, beyond which it is not held beside another


class Since(NamedTuple):
    """A run drawn with room for the run before, and what changed. Under heat it is told and nothing is drawn."""

    shown: Shown | None
    changes: Changes


def small(trace: Trace) -> bool:
    """Whether a run is one that may be held beside another."""
    return 0 < len(trace.tensors) + len(trace.ops) <= MOST


def few(trace: Trace) -> bool:
    """Whether a run is one of which it is told what changed since the run before."""
    return 0 < len(trace.tensors) + len(trace.ops) <= FEW


def since(then: Record, record: Record, options: Options, staged: Stage | None = None) -> Since | None:
    """Return what changed since the run before; None where nothing did, or where it was of another program.

    Args:
        then: the run before.
        record: the run.
        options: how it is shown.
        staged: the run alone on its stage: what is shown there already stays in its place.
    """
    before, trace = then.trace, record.trace
    lines = lines_alike(trace.source, before.source)
    graphs = [seen(one, options).graph for one in (record, then)]
    now, was = merged(graphs, (None, lines))
    facts = difference(then.grounds, record.grounds)
    alike = sum(not (one.ghost or other.ghost) for one, other in zip(now.nodes, was.nodes, strict=True))
    switched = is_switch(before, trace)
    if not (switched or 2 * alike >= max(len(graph.nodes) for graph in graphs)):
        return None
    lines_told = told(facts, before, trace, options.language)
    if options.heat != "off":
        return Since(None, Changes(lines_told, (), (), Size(0, 0), switched)) if lines_told else None
    words = WORDS[options.language]
    if not (lines_told or any(tags(old, new, words) for new, old in zip(now.nodes, was.nodes, strict=True))):
        return None
    # After a switch, the next is likely to be the way back: each box then has room for what it says in either run.
    beside = was if switched else _alone(was, now)
    lived = lives(_there(now), record.history)
    laid, placement, notice = _laid((now, beside), (record, then), options, earlier(record, lived), staged)
    # The steps of the run are shown in the same places.
    stage = Stage(lived, of_other(laid, lived.graph, record.grounds), placement, notice, Album(), Album())
    base = shown(record, options, stage)
    past = compose(of_other(laid, was, then.grounds), placement)
    nodes, edges = _changed(now, was, base.drawing, past, words)
    return Since(base, Changes(lines_told, nodes, edges, past.size, switched))


def compared(run: int, traces: Mapping[GradMode, Trace], mode: GradMode, options: Options) -> Comparison:
    """Return one program in several grad modes, side by side, with what differs from one of them marked.

    Args:
        run: in the mode that is chosen.
        traces: of each mode.
        mode: that is chosen: the marks of its column have the ids of the run. It is what the others are compared with;
            where it is not among those shown, the first of these is.
        options: how each of them is to be shown, and which.
    """
    traces = {one: traces[one] for one in MODES if one in traces and one in options.beside}
    order = sorted(traces, key=lambda one: one != mode)
    runs = [Record(traces[one]) for one in order]
    parts = merged([seen(one, options).graph for one in runs], [None] * len(runs))
    laid, placement, notice = _laid(parts, runs, options)
    drafts = [of_other(laid, part, one.grounds) for part, one in zip(parts, runs, strict=True)]
    drawn = {one: compose(made, placement) for one, made in zip(order, drafts, strict=True)}
    nothing = {one: made.telling.nothing for one, made in zip(order, drafts, strict=True)}
    words, graphs = WORDS[options.language], dict(zip(order, parts, strict=True))
    whole = _first(parts, list(drawn.values()))
    errors = {one: problem(trace) for one, trace in traces.items()}
    found = []
    for one, error in errors.items():
        graph = graphs[one]
        drawing = _against(parts[0], graph, drawn[one], whole, words)
        note = error or ("" if _there(graph).nodes else nothing[one])
        found.append(Column("" if one == mode else one, NAMES[one], note, bool(error), drawing))
    drawing, headings = columns(found, words, legend=options.legend), tuple(NAMES[one] for one in errors)
    return Comparison(run, drawing, headings, sides(traces, options.language), notice, tuple(errors.values()))


def _laid(
    parts: Sequence[Graph],
    runs: Sequence[Record],
    options: Options,
    more: Iterable[tuple[Graph, Grounds]] = (),
    staged: Stage | None = None,
) -> tuple[Draft, Placement, str]:
    """Lay out merged graphs as one: with the frames of all of them, and room for what each says, and some more."""
    regions = {region.id: region for part in parts for region in part.regions}
    places: dict[str, int | None] = {}
    for part in parts:
        places |= {node.id: node.region for node in part.nodes if not node.ghost and places.get(node.id) is None}
    nodes = tuple(node._replace(region=places.get(node.id, node.region)) for node in parts[0].nodes)
    whole = parts[0]._replace(nodes=nodes, regions=tuple(regions.values()))
    grounds = [one.grounds for one in runs]
    others = [*zip(parts[1:], grounds[1:], strict=True), *more]
    made = draft(
        whole,
        grounds[0],
        WORDS[options.language],
        values=options.values,
        ghosts=options.ghosts,
        badges=options.badges,
        direction=options.direction,
        others=others,
    )
    before = None if staged is None else Laid(staged.draft.diagram, staged.placement)
    return made, *lay_out(made.diagram, options, before)


def _there(graph: Graph) -> Graph:
    """A graph without ghosts."""
    nodes = tuple(node for node in graph.nodes if not node.ghost)
    return graph._replace(nodes=nodes, edges=tuple(edge for edge in graph.edges if not edge.ghost))


def _alone(was: Graph, now: Graph) -> Graph:
    """Of an earlier graph what is gone, for which alone there is to be room."""
    nodes = (one if other.ghost else one._replace(ghost=True) for one, other in zip(was.nodes, now.nodes, strict=True))
    return was._replace(nodes=tuple(nodes), edges=tuple(edge._replace(ghost=True) for edge in was.edges))


def _changed(
    now: Graph, was: Graph, base: Drawing, earlier: Drawing, words: Words
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """The marks of nodes that changed and the ghosts of those that are gone, and the ghosts of edges."""
    present = {mark.id: mark for mark in base.nodes}
    past = {mark.id: mark for mark in (*earlier.nodes, *earlier.edges)}
    nodes = []
    for new, old in zip(now.nodes, was.nodes, strict=True):
        mark = ghost(past[new.id], words.was_there) if new.ghost else present[new.id]
        signs = tags(old, new, words)
        if signs:
            nodes.append(tagged(mark, signs))
    return tuple(nodes), tuple(ghost(past[edge.id], words.was_there) for edge in now.edges if edge.ghost)


def _first(parts: Sequence[Graph], drawn: Sequence[Drawing]) -> dict[str, Mark]:
    """Every node and edge as the first run draws it that has it."""
    found: dict[str, Mark] = {}
    for part, drawing in zip(reversed(parts), reversed(drawn), strict=True):
        there = _there(part)
        names = {node.id for node in there.nodes} | {edge.id for edge in there.edges}
        found |= {mark.id: mark for mark in (*drawing.nodes, *drawing.edges) if mark.id in names}
    return found


def _against(first: Graph, graph: Graph, drawing: Drawing, whole: Mapping[str, Mark], words: Words) -> Drawing:
    """A drawing with what differs from the first run marked on its boxes, and what it lacks as ghosts."""
    nodes = []
    for mark, old, new in zip(drawing.nodes, first.nodes, graph.nodes, strict=True):
        if new.ghost:
            nodes.append(ghost(whole[new.id], words.not_there))
        else:
            nodes.append(tagged(mark, tags(old, new, words)))
    edges = tuple(
        ghost(whole[edge.id], words.not_there) if edge.ghost else mark
        for mark, edge in zip(drawing.edges, graph.edges, strict=True)
    )
    return drawing._replace(nodes=tuple(nodes), edges=edges)
