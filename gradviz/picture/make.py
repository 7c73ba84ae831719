"""Record and Options in, Picture out: the one path from a run to what is shown, for the window and for files."""

import re
from itertools import groupby

from gradviz.model.moments.course import Course
from gradviz.model.trace import Output, Trace
from gradviz.picture.picture import Language, Options, Picture, Problem
from gradviz.picture.record.record import Record
from gradviz.picture.stage.parts import fold_rows, keys, module_rows
from gradviz.picture.stage.shown import Shown, shown
from gradviz.picture.texts.locals import locals_of
from gradviz.picture.texts.problems import problems
from gradviz.picture.texts.ranking import ranking
from gradviz.picture.texts.rows import rows

_PLAIN = re.compile(r"\.backward\((retain_graph=\w+)?\)$")  # with no gradient of its own to begin with
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


def picture(run: int, record: Record, options: Options, *, complete: bool) -> Picture:
    """Return all that the window shows of a run.

    Args:
        run: its id.
        record: what was recorded of it.
        options: how it is to be shown.
        complete: whether the run is over.
    """
    made = shown(record, options) if record.trace.tensors else None
    return told(run, record, options, made, complete=complete)


def told(run: int, record: Record, options: Options, made: Shown | None, *, complete: bool) -> Picture:
    """Return all that the window shows of a run, where its graph is drawn already; None: it is not to be."""
    trace, step = record.trace, options.step
    graph = None if made is None else made.graph
    known = record.grounds if made is None else record.grounds.at(made.moment)
    names = record.history.bindings.held(known.moment.begun - 1)
    return Picture(
        run,
        complete,
        None if made is None else made.drawing,
        rows(known, names, graph, options.language, record.switches if complete else None),
        _printed(trace.output) if step is None else (),
        tuple(problems(record, options)),
        trace.limits,
        len(trace.ops),
        len(trace.grad_fns),
        len(trace.tensors),
        len(trace.steps),
        0 if graph is None else graph.hidden,
        trace.memory.saved_bytes,
        trace.seconds,
        "" if made is None else made.stage.notice,
        record.course if complete and step is None else Course(),
        step,
        None if made is None or step is None else made.done(step),
        printed=record.printed(known.moment),
        hottest=() if made is None else ranking(made.draft.heat, made.draft.contents, made.draft.telling.words),
        folds=() if graph is None else fold_rows(graph),
        keys=keys(trace, graph) if graph is not None and complete and step is None else (),
        modules=module_rows(trace, graph) if graph is not None and complete and step is None else (),
        locals=locals_of(trace) if graph is not None and complete and step is None else (),
        root=_root(trace),
        plain=_is_plain(trace),
        withheld=0 if made is None else made.stage.withheld,
    )


def _root(trace: Trace) -> int | None:
    """The tensor that backward() was called on last, where that is one."""
    roots = trace.backwards[-1].roots if trace.backwards else ()
    return roots[0] if len(roots) == 1 else None


def _is_plain(trace: Trace) -> bool:
    """Whether backward() was called once, with no gradient to begin with and for all leaves."""
    calls = trace.backwards
    return len(calls) == 1 and calls[0].inputs is None and bool(_PLAIN.search(calls[0].call or ""))


def folded(made: Picture, language: Language) -> Picture:
    """Return a folded picture that takes the place of one that is too large to send."""
    return made._replace(notice=_FOLDED[language])


def undrawn(run: int, record: Record, options: Options, *, complete: bool) -> Picture:
    """Return what is shown of a run of which any drawing is too large to send."""
    return told(run, record, options, None, complete=complete)._replace(notice=_UNDRAWN[options.language])


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
