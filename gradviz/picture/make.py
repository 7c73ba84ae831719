"""Trace and Options in, Picture out: the one path from a record to what is shown, for the window and for files."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from gradviz.drawing.compose import compose
from gradviz.drawing.draft import Draft, at_moment, draft
from gradviz.drawing.shapes import Drawing
from gradviz.layout import graphviz, layered
from gradviz.layout.diagram import Diagram
from gradviz.layout.geometry import Placement
from gradviz.model.build import build
from gradviz.model.cost import Timed
from gradviz.model.course import Course, course
from gradviz.model.fold import fold
from gradviz.model.graph import Graph
from gradviz.model.heat import COLD, heat, spent
from gradviz.model.moment import at_step
from gradviz.model.stepped import done_at, stepped
from gradviz.model.toggles import Toggles
from gradviz.model.trace import Output, Trace
from gradviz.picture.picture import Language, Options, Picture, Problem
from gradviz.picture.problems import problems
from gradviz.picture.rows import rows
from gradviz.picture.words import WORDS

GRAPHVIZ_SECONDS = 10.0  # after which the live layout takes its place


_FOLDED: dict[Language, str] = {
    "en": "The whole drawing is too large to show: repeated parts are folded.",
    "ja": "全体の図は大きすぎて表示できないため、繰り返しを折りたたんでいます。",
}
_UNDRAWN: dict[Language, str] = {
    "en": "The drawing is too large to show.",
    "ja": "図が大きすぎて表示できません。",
}
_UNABLE: dict[Language, str] = {
    "en": "The record of this run could not be drawn.",
    "ja": "この実行の記録は図にできませんでした。",
}


_UNTIMED: dict[Language, str] = {
    "en": "The ops of this program have no times: they were not measured, or are not the same in every run.",
    "ja": "このプログラムの演算には時間がありません: 未測定か、実行ごとに演算が異なります。",
}


class Seen(NamedTuple):
    """The graph that is shown, and the state of the run that it is of."""

    graph: Graph
    moment: Trace


class Stage(NamedTuple):
    """The graph of a whole run with a place for every box, in which each of its steps can be shown."""

    draft: Draft
    placement: Placement
    notice: str  # what there is to say about how it was laid out


class Shown(NamedTuple):
    """A graph and its drawing, the state of the run that it is of, and what there is to say about its layout."""

    graph: Graph
    drawing: Drawing
    notice: str
    moment: Trace


def seen(trace: Trace, options: Options) -> Seen:
    """Return the graph of a trace in the view that is wanted, folded as wanted, as it stood at the step wanted."""
    whole = _folded(build(trace, options.view), options)
    return Seen(whole, trace) if options.step is None else _at(whole, trace, options, options.step)


def _folded(graph: Graph, options: Options) -> Graph:
    return fold(graph) if options.fold == "auto" else graph


def stage(trace: Trace, options: Options, timed: Timed | None = None) -> Stage:
    """Lay out the graph of a whole run. Where a step is wanted, boxes have room for what they say before backward.

    Args:
        trace: the whole run.
        options: how it is to be shown.
        timed: how long its ops take; None: they were not measured.
    """
    full = build(trace, options.view)
    whole = _folded(full, options)
    costs = COLD
    if options.heat != "off":
        costs = heat(whole, full, spent(trace, options.heat, options.view, timed), options.heat)
    before = []
    if options.step is not None:
        begins = next((call.step - 1 for call in trace.backwards), len(trace.steps))
        before = [_at(whole, trace, options, max(0, begins))]
    words = WORDS[options.language]
    made = draft(whole, trace, words, values=options.values, direction=options.direction, others=before, heat=costs)
    placement, notice = lay_out(made.diagram, options)
    if options.heat == "time" and not costs.most:
        notice = notice or _UNTIMED[options.language]
    return Stage(made, placement, notice)


def shown(trace: Trace, options: Options, stage_: Stage | None = None) -> Shown:
    """Return the graph of a trace, laid out and drawn.

    Args:
        trace: the whole run.
        options: how it is to be shown.
        stage_: the run laid out with these options, of another step or this one.
    """
    made, placement, notice = stage_ or stage(trace, options)
    graph, moment = made.graph, trace
    if options.step is not None:
        graph, moment = _at(graph, trace, options, options.step)
        made = at_moment(made, graph, moment, options.direction)
    return Shown(graph, compose(made, placement, legend=options.legend), notice, moment)


def _at(whole: Graph, trace: Trace, options: Options, step: int) -> Seen:
    moment = at_step(trace, step)
    return Seen(stepped(whole, build(moment, options.view)), moment)


def picture(
    run: int,
    trace: Trace,
    options: Options,
    *,
    complete: bool,
    draw: bool = True,
    staged: Stage | None = None,
    drawn: Shown | None = None,
) -> Picture:
    """Return all that the window shows of a run.

    Args:
        run: its id.
        trace: its record.
        options: how it is to be shown.
        complete: whether the run is over.
        draw: whether there is to be a drawing.
        staged: the run laid out with these options.
        drawn: the drawing, where there is one already.
    """
    made = drawn or (shown(trace, options, staged) if trace.tensors and draw else None)
    moment = trace if made is None else made.moment
    return Picture(
        run,
        complete,
        None if made is None else made.drawing,
        rows(moment, None if made is None else made.graph, options.language, Toggles(trace) if complete else None),
        _printed(trace.output),
        tuple(problems(trace, options)),
        trace.limits,
        len(trace.ops),
        len(trace.grad_fns),
        len(trace.tensors),
        len(trace.steps),
        0 if made is None else made.graph.hidden,
        trace.memory.saved_bytes,
        trace.seconds,
        "" if made is None else made.notice,
        course(trace) if complete and options.step is None else Course(),
        options.step,
        None if made is None or options.step is None else done_at(made.graph, trace, options.step),
    )


def smaller(
    run: int, trace: Trace, options: Options, *, complete: bool, staged: Stage | None = None
) -> Iterator[Picture]:
    """Yield the picture that is wanted, then those to take where that is too large, each saying what is missing."""
    yield picture(run, trace, options, complete=complete, staged=staged)
    if options.fold == "none":
        folded = picture(run, trace, options._replace(fold="auto"), complete=complete)
        yield folded._replace(notice=_FOLDED[options.language])
    yield picture(run, trace, options, complete=complete, draw=False)._replace(notice=_UNDRAWN[options.language])


def unable(run: int, reason: str, language: Language, *, complete: bool) -> Picture:
    """Return what is shown of a run whose picture cannot be made."""
    told = Problem("error", None, 0, None, 0, _UNABLE[language], reason, None)
    return Picture(run, complete, None, problems=(told,))


def _printed(output: tuple[Output, ...]) -> tuple[Output, ...]:
    """What was printed, each line's prints as one: there may be as many as characters."""
    return tuple(
        Output(line, "".join(piece.text for piece in pieces), stream)
        for (line, stream), pieces in groupby(output, key=lambda piece: (piece.line, piece.stream))
    )


def lay_out(diagram: Diagram, options: Options) -> tuple[Placement, str]:
    """Return where everything is, by the engine that is wanted, and what there is to say about it."""
    if options.layout == "graphviz":
        try:
            return graphviz.place(diagram, options.direction, GRAPHVIZ_SECONDS), ""
        except graphviz.GraphvizError as error:
            return layered.place(diagram, options.direction), str(error)
    return layered.place(diagram, options.direction), ""
