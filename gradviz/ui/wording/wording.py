"""What the window says about its own state, in sentences. Pure functions of the state."""

from PySide6.QtCore import QCoreApplication

from gradviz.model.cost import NAMES
from gradviz.model.quantities import second_text
from gradviz.picture.picture import FEW, Picture, Problem
from gradviz.state.appstate import AppState
from gradviz.state.values.engine import Phase
from gradviz.state.values.told import Elsewhere, NoPython, Refusal, Said
from gradviz.ui.style.plain import one_line
from gradviz.ui.wording import stepwords


def _tr(text: str) -> str:
    return QCoreApplication.translate("Wording", text)


def activity(state: AppState) -> str:
    """Return what is going on, for the status bar."""
    if state.said:
        return one_line(_said(state.said))
    engine = state.engine
    if engine.phase is Phase.ENDED:
        return _tr("PyTorch could not be started: {reason}").format(reason=one_line(engine.reason))
    if engine.phase is Phase.STARTING:
        if engine.reason:
            return _tr("The engine ended ({reason}). Starting it again …").format(reason=one_line(engine.reason, 160))
        return _tr("Starting PyTorch …")
    if state.too_long:
        return _tr("This program is longer than what gradviz runs")
    if state.running and state.stopped:
        return _tr("Stopping …")
    if state.running and state.slow:
        return _tr("Still running …")
    if state.awaited and state.stopped:
        return _tr("Stopped · drawing what ran …")
    if state.awaited and state.slow:
        return _tr("Drawing …")
    return _outcome(state)


def _said(word: Said) -> str:
    if isinstance(word, Elsewhere):
        return _elsewhere(word)
    if isinstance(word, NoPython):
        told = _tr("{python} cannot run programs ({reason}); the Python of gradviz does")
        return told.format(python=one_line(word.python, 80), reason=one_line(word.reason, 160))
    if word is Refusal.EARLIER:
        return _tr("At this step it is not yet what it is at the end of the run: switch it there (Esc)")
    if word is Refusal.END:
        return _tr("This is the end of the run: go back, or to the first step")
    if word is Refusal.STALE:
        return _tr("The graph is not of the program as it stands: run it first")
    return _tr("This is no tensor that a name of the program holds") if word is Refusal.UNNAMED else word


def _elsewhere(word: Elsewhere) -> str:
    if word.torch == word.here:
        return _tr("The run of this session has other steps here: this is its end")
    then, here = one_line(word.torch, 40), one_line(word.here, 40)
    if word.other:
        told = _tr("This session is of torch {then}. With torch {here} its run has other steps: this is its end")
    else:
        told = _tr("This session is of torch {then}; here torch {here} runs it")
    return told.format(then=then, here=here)


def _outcome(state: AppState) -> str:
    if state.failure:
        return _tr("The graph could not be drawn: {reason}").format(reason=one_line(state.failure, 160))
    if state.stopped:
        return _tr("Stopped")
    if state.at is not None:
        return stepwords.sentence(state)
    if not state.current and not state.busy:
        if not state.engine.walled:
            return state.keys.told(_tr("No sandbox here: a program runs only when you press Run"), "run")
        return state.keys.told(_tr("Press Run"), "run") if not state.live else _tr("Ready")
    error = first_error(state.picture)
    if error:
        where = _tr("Line {line}: {message}") if error.line else "{message}"
        return where.format(line=error.line, message=one_line(error.message, 200))
    picture = state.picture
    if picture and picture.limits:
        return _tr("The run reached its limit ({limit})").format(limit=picture.limits.reached)
    if picture and picture.notice:
        return one_line(picture.notice)
    if state.current and picture and picture.run == state.run and not state.empty:
        return _tr("Ready · recorded in {duration}").format(duration=second_text(picture.seconds))
    return _tr("Ready")


def first_error(picture: Picture | None) -> Problem | None:
    """Return the error that ended the run."""
    problems = picture.problems if picture else ()
    return next((problem for problem in problems if problem.severity == "error"), None)


def counts(state: AppState) -> str:
    """Return how much is drawn."""
    if state.shown is None or state.table is None:
        return ""
    drawing = state.drawing or state.shown.drawing
    text = _tr("boxes: {boxes} · edges: {edges}")
    text = text.format(boxes=f"{len(drawing.nodes):,}", edges=f"{len(drawing.edges):,}")
    if state.table.hidden:
        shown = _tr("{text} · boxes folded away: {hidden}")
        text = shown.format(text=text, hidden=f"{state.table.hidden:,}")
    return text


def torch(state: AppState) -> str:
    """Return which PyTorch runs the programs, and from which seed where one is set."""
    if state.engine.ready is None:
        return ""
    version = f"torch {one_line(state.engine.ready.torch, 40)}"
    return version if state.seed is None else f"{version} · {_tr('seed {seed}').format(seed=state.seed)}"


def torch_tip(state: AppState) -> str:
    """Return in which Python."""
    if state.engine.ready is None:
        return ""
    version = one_line(state.engine.ready.python, 40)
    if not state.python:
        return _tr("Programs run in the Python of gradviz, {version}").format(version=version)
    return _tr("Programs run in Python {version}: {python}").format(version=version, python=state.python)


def wall(state: AppState) -> str:
    """Return whether programs run behind the operating system's wall."""
    if state.engine.ready is None:
        return ""
    return _tr("sandbox on") if state.engine.walled else _tr("no sandbox")


def wall_tip(state: AppState) -> str:
    """Return what that means."""
    if state.engine.walled:
        return _tr("Programs run without files, network or other processes; the operating system holds them.")
    reason = state.engine.ready.sandbox if state.engine.ready else ""
    return _tr("Programs are not held by the operating system: {reason}").format(reason=reason)


def notice(state: AppState) -> str:
    """Return of what the graph on the canvas is: a step, a program before this one, or not all of it.

    A presentation has no line at the bottom that answers what was asked for.
    """
    if state.presenting and state.said:
        return _said(state.said)
    if state.at is not None:
        return stepwords.event(state)
    if not state.dimmed:
        return _changed(state) or _side_by_side(state) or ("" if narrowed(state) else folded(state))
    error = first_error(state.picture) if state.picture and state.picture.run == state.run else None
    if state.current and error:
        return _beside_error(error, state.shown is None or state.shown.good)
    if state.busy:
        return _tr("Running … graph from before")
    return _tr("Graph from before the edit")


def _changed(state: AppState) -> str:
    """Return what changed since the run before, while that is in view."""
    changes = state.table.changes if state.table else None
    if changes is None or state.marked is None or state.columns is not None:
        return ""
    first, *more = (one_line(line, 400) for line in changes.told or ("",))
    return _tr("{change} (+{count} more)").format(change=first, count=f"{len(more):,}") if more else first


def no_changes(state: AppState) -> str:
    """Return why nothing is told to have changed since the run before."""
    if state.table is not None and state.table.tensors + state.table.ops > FEW:
        return _tr("Of a run of more than {count} ops and tensors it is not told what changed").format(count=f"{FEW:,}")
    return _tr("What an edit changes in the run appears here")


def _side_by_side(state: AppState) -> str:
    """Return how far the modes side by side have come, and why they are not there."""
    beside = state.comparing
    if not beside.seen:
        return ""
    if beside.slow:
        return _tr("Running in {mode} …").format(mode=NAMES[beside.mode or state.mode])
    comparison = beside.comparison
    return one_line(comparison.notice) if comparison and comparison.run == state.run else ""


def narrowed(state: AppState) -> bool:
    """Return whether less than the graph is shown because the person asked for that."""
    return bool(state.options.focus or state.options.module)


def folded(state: AppState) -> str:
    """Return how much of the graph is shown; nothing where all of it is, unless less of it was asked for."""
    module, ending = state.options.module, state.ending
    if module and ending is not None and not any(row.path == module and row.ops for row in ending.table.modules):
        return _tr("{module} did nothing in this run: all of the graph is shown").format(module=module)
    if state.shown is None or state.table is None or not state.table.hidden:
        return ""
    shown, hidden = len(state.shown.drawing.nodes), state.table.hidden
    return _tr("Boxes shown: {shown} · folded away: {hidden}").format(shown=f"{shown:,}", hidden=f"{hidden:,}")


def _beside_error(error: Problem, good: bool) -> str:
    if good and error.line:
        return _tr("Last good graph · error on line {line}").format(line=error.line)
    if good:
        return _tr("Last good graph · the run failed")
    if error.line:
        return _tr("Graph of the run before, up to its error · error on line {line}").format(line=error.line)
    return _tr("Graph of the run before, up to its error · the run failed")


def empty_words(state: AppState) -> str:
    """Return what stands in place of a graph; nothing where there is one, or not even a program."""
    if state.empty or (state.drawing is not None and state.drawing.nodes):
        return ""
    if state.engine.phase is not Phase.READY:
        return activity(state)
    if state.at is not None:
        return _tr("Nothing is there yet at this step")
    error = first_error(state.picture)
    if error and error.line:
        return _tr("No graph yet: line {line} has an error.").format(line=error.line)
    if error:
        return _tr("No graph yet: the run ended in an error.")
    if state.busy:
        return _tr("Running …")
    if not state.current:
        return activity(state)
    if any(row.requires_grad for row in (state.table.rows if state.table else ())):
        return _tr("No graph: autograd recorded nothing here")
    return _tr("No graph: nothing here requires grad")


def measuring(state: AppState) -> str:
    """Return how far measuring has come."""
    if state.quiz is not None and state.quiz.veils_the_end:
        return _tr("Told when the questions have been answered")
    costs = state.measuring
    table = costs.table if costs.of == state.text else None
    if costs.going or costs.pressed:
        return _tr("Measuring …") if table is None else _tr("Measuring … {runs} runs").format(runs=table.runs)
    if costs.limit and costs.source == state.text:
        return _tr("Measuring reached its limit ({limit})").format(limit=costs.limit)
    if table is not None:
        return _tr("{runs} runs of each mode").format(runs=table.runs)
    return _tr("From before the last edit") if costs.table else _tr("Not measured yet")
