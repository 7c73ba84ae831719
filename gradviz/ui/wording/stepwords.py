"""What is said of a step of the run, in a person's words. Pure functions of the state."""

from PySide6.QtCore import QCoreApplication

from gradviz.drawing.pages.marks import node
from gradviz.drawing.shapes import Mark
from gradviz.model.moments.course import ACCUMULATE, BACKWARD, LINE
from gradviz.state.appstate import AppState
from gradviz.ui.style.plain import one_line

_LONGEST = 60  # characters of a node's title
_SHORT = 30  # of a function's name


def _tr(text: str) -> str:
    return QCoreApplication.translate("Steps", text)


def place(state: AppState) -> str:
    """Return where the run stands, in as few letters as can be: "4/12"."""
    return _tr("end") if state.at is None else f"{state.at + 1:,}/{len(state.course.kinds):,}"


def places(state: AppState) -> tuple[str, str]:
    """Return the two of those texts that take the most room."""
    return place(state._replace(at=None)), place(state._replace(at=len(state.course.kinds) - 1))


def sentence(state: AppState) -> str:
    """Return the same in a sentence, and the way back; nothing at the end of a run."""
    if state.at is None:
        return ""
    text = _tr("Step {at} of {count}: {event} · Esc returns to the end of the run")
    return text.format(at=f"{state.at + 1:,}", count=f"{len(state.course.kinds):,}", event=event(state))


def not_run(line: int) -> str:
    """Return that there is no step to go to."""
    return _tr("Line {line} did not run").format(line=line)


def no_iteration(line: int, direction: int) -> str:
    """Return that a line runs no other time in a direction."""
    text = _tr("Line {line} does not run again") if direction > 0 else _tr("Line {line} did not run before")
    return text.format(line=line)


def event(state: AppState) -> str:
    """Return what happens at the step: a line is about to run, or what has just been done."""
    kinds, lines = state.course.kinds, state.course.lines
    at = state.at or 0
    mark, line = done(state), lines[at]
    title = one_line(mark.title, _LONGEST) if mark else ""
    if kinds[at] == LINE:
        function = (state.course.functions or {}).get(line) if state.course.depths[at] else None
        if function is None:
            return _tr("line {line} is about to run").format(line=line)
        return _tr("line {line}, in {function}, is about to run").format(line=line, function=one_line(function, _SHORT))
    if kinds[at] == BACKWARD:
        return _tr("backward through {node}").format(node=title) if title else _tr("backward")
    if kinds[at] == ACCUMULATE:
        return _tr("gradient added to {node}.grad").format(node=title) if title else _tr("gradient added to .grad")
    return _tr("line {line}: {node}").format(line=line, node=title or "…")


def done(state: AppState) -> Mark | None:
    """Return the node of what has just been done, where the picture of this step has come and shows it."""
    if state.at is None or state.shown is None or state.table is None or state.table.step != state.wanted.step:
        return None
    return None if state.table.now is None else node(state.shown.drawing, state.table.now)
