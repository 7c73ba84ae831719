"""Trace and Options in, Picture out: the one path from a record to what is shown, for the window and for files."""

from typing import NamedTuple

from gradviz.drawing.compose import compose
from gradviz.drawing.draft import draft
from gradviz.drawing.shapes import Drawing
from gradviz.drawing.words import ENGLISH, JAPANESE
from gradviz.layout import graphviz, layered
from gradviz.layout.diagram import Diagram
from gradviz.layout.geometry import Placement
from gradviz.model.build import build
from gradviz.model.errors import explained, limit_text
from gradviz.model.fold import fold
from gradviz.model.graph import Graph
from gradviz.model.moment import at_step
from gradviz.model.trace import Trace
from gradviz.picture.picture import Options, Picture, Problem
from gradviz.picture.rows import rows

GRAPHVIZ_SECONDS = 10.0  # after which the live layout takes its place


class Shown(NamedTuple):
    """A graph and its drawing, and what there is to say about how it was laid out."""

    graph: Graph
    drawing: Drawing
    notice: str
    moment: Trace  # the state that is shown


def shown(trace: Trace, options: Options) -> Shown:
    """Return the graph of a trace, folded as wanted, laid out and drawn."""
    moment = trace if options.step is None else at_step(trace, options.step)
    graph = build(moment, options.view)
    if options.fold == "auto":
        graph = fold(graph)
    words = JAPANESE if options.language == "ja" else ENGLISH
    sized = draft(graph, moment, words, values=options.values, direction=options.direction)
    placement, notice = _place(sized.diagram, options)
    return Shown(graph, compose(sized, placement, legend=options.legend), notice, moment)


def picture(run: int, trace: Trace, options: Options, *, complete: bool) -> Picture:
    """Return all that the window shows of a run."""
    seen = shown(trace, options) if trace.tensors else None
    return Picture(
        run,
        complete,
        None if seen is None else seen.drawing,
        rows(trace, None if seen is None else seen.graph, options.language),
        trace.output,
        tuple(problems(trace, options)),
        trace.limits,
        len(trace.ops),
        len(trace.grad_fns),
        len(trace.tensors),
        len(trace.steps),
        0 if seen is None else seen.graph.hidden,
        trace.memory.saved_bytes,
        trace.seconds,
        "" if seen is None else seen.notice,
    )


def problems(trace: Trace, options: Options) -> list[Problem]:
    """The error, the limit and the warnings of a run, the gravest first."""
    found: list[Problem] = []
    language, error, limit = options.language, trace.error, trace.limits
    if error is not None:
        words, said = explained(error, language), f"{error.type}: {error.message}"
        place = (error.line, error.column, error.end_line, error.end_column)
        found.append(Problem("error", *place, words, said, error.hint))
    if limit is not None:
        line = next((step.line for step in reversed(trace.steps) if step.kind == "line" and step.line), None)
        found.append(Problem("error", line, 0, None, 0, limit_text(limit, language), limit.reached, "limits"))
    for warned in trace.warnings:
        message = f"{warned.category}: {warned.message}"
        found.append(Problem("warning", warned.line, 0, None, 0, message, message, None))
    return found


def _place(diagram: Diagram, options: Options) -> tuple[Placement, str]:
    if options.layout == "graphviz":
        try:
            return graphviz.place(diagram, options.direction, GRAPHVIZ_SECONDS), ""
        except graphviz.GraphvizError as error:
            return layered.place(diagram, options.direction), str(error)
    return layered.place(diagram, options.direction), ""
