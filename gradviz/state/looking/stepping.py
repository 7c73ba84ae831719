"""Walking through a run: where among its stops the person is, and asking for the picture of that place. Pure.

Redraws coalesce: while one picture is on its way only the newest wish is kept, and it is sent when that picture comes.
A key that is held down asks for as many pictures as can be made, not for as many as it has strokes.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import takewhile
from typing import NamedTuple

from gradviz.drawing.pages.change import changed
from gradviz.model.moments.course import LINE, Way, next_line
from gradviz.picture.picture import Picture
from gradviz.state.appstate import AppState
from gradviz.state.effects import Effects, Redraw, Watch
from gradviz.state.messages import (
    BreakpointToggled,
    Continued,
    LineStepped,
    PlaySet,
    RanTo,
    SpeedSet,
    Step,
    Stepped,
    StopChosen,
    Ticked,
)
from gradviz.state.values.shown import Ending, Shown
from gradviz.state.values.told import Refusal

Next = tuple[AppState, Effects]


class StepLines(NamedTuple):
    """Where in the program a step is."""

    about: int | None = None  # the line that is about to run
    done: int | None = None  # the line of what has just been done


def walked(state: AppState, message: Step) -> Next:
    """Return the state after a message about stepping, and what is to be done about it. A step by hand ends play."""
    match message:
        case BreakpointToggled(line):
            return state._replace(breakpoints=state.breakpoints ^ {line}), ()
        case SpeedSet(speed):
            return state._replace(speed=speed), ()
        case _ if not state.steppable or state.asks:
            return state._replace(playing=False), ()
        case PlaySet(on):
            return _played(state, on)
        case Ticked():
            return _ticked(state)
        case Stepped(1) | LineStepped(1, "into" | "over") if state.at is None:
            return _begun(state)
        case _:
            return gone_to(state._replace(playing=False, said=""), _meant(state, message))


def redrawn(state: AppState) -> Next:
    """Ask for the picture that is wanted. One that is awaited comes first; a run that goes on is told at once."""
    if state.awaited and not state.running:
        return state, ()
    state = state._replace(asked=state.wanted, awaited=True, slow=False)
    since = state.shown.number if state.shown is not None and state.shown.run == state.run else None
    return state, (Redraw(state.run, state.wanted, since), Watch(state.run))


def drawn(state: AppState, picture: Picture) -> Picture | None:
    """Return a picture with its drawing, made by its change of the one shown; None: it is of another that was shown."""
    if picture.change is None:
        return picture
    of, by = state.shown, picture.change
    if of is None or (of.run, of.number) != (picture.run, by.since):
        return None
    return picture._replace(drawing=changed(of.drawing, by), change=None)


def caught_up(state: AppState) -> Next:
    """Ask for the newest wish, now that a picture has come, where that was of an older one."""
    return redrawn(state) if state.traced and not state.awaited and state.asked != state.wanted else (state, ())


def left(state: AppState) -> AppState:
    """Return the state with the picture of the run's end, where the run is no longer the one to step through."""
    if state.at is None or state.course.kinds:
        return state
    asked = state.asked if state.awaited else None
    state, ending = state._replace(at=None, playing=False, earlier=None, asked=asked), state.ending
    return state if ending is None or state.empty else state._replace(shown=ending.shown, table=ending.table)


def seen(state: AppState, shown: Shown, picture: Picture) -> AppState:
    """Return the state that shows a drawing and its rows, and knows what the rows were before."""
    if picture.step is None:
        ending = Ending(shown, picture, state.asked) if picture.complete else state.ending
        return state._replace(shown=shown, table=picture, ending=ending, earlier=None)
    before = state.table
    same = before is not None and before.step == picture.step  # in another view
    earlier = state.earlier if same or before is None else before.rows
    return state._replace(shown=shown, table=picture, earlier=earlier)


def presented(state: AppState) -> AppState:
    """Return the state as it is shown: while another step is about to come, all speaks of the one that is there.

    So all that a step changes changes at once, when its picture has come; only one that is long in coming is told.
    """
    table = state.table
    if not state.awaited or state.running or state.slow or not state.steppable:
        return state
    if table is None or table.run != state.run:
        return state
    at = None if table.step is None else bisect_left(state.course.steps, table.step)
    there = state._replace(awaited=False, at=at)
    return there._replace(asked=there.wanted)


def step_lines(state: AppState) -> StepLines:
    """Return the lines of the program that the step is at. Before a line runs, the one before it has just run."""
    if state.at is None:
        return StepLines()
    kinds, lines = state.course.kinds, state.course.lines
    line = lines[state.at] or None
    if kinds[state.at] != LINE:
        return StepLines(done=line)
    return StepLines(about=line, done=(lines[state.at - 1] or None) if state.at else None)


def carried(breakpoints: frozenset[int], before: str, after: str) -> frozenset[int]:
    """Return on which lines breakpoints stand after an edit: they go along with their lines."""
    if not breakpoints:
        return breakpoints
    old, new = before.split("\n"), after.split("\n")
    above = _alike(old, new)
    below = min(_alike(reversed(old), reversed(new)), min(len(old), len(new)) - above)
    kept = frozenset(line for line in breakpoints if line <= min(len(old), len(new)) - below)
    return kept | {line + len(new) - len(old) for line in breakpoints if line > len(old) - below}


def _alike(one: Iterable[str], other: Iterable[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def gone_to(state: AppState, at: int | None) -> Next:
    """Go to a stop, or to the end where there is none; play is over there."""
    at = at if at is not None and at < len(state.course.kinds) else None
    begun = state.begun if at is None else state.run
    at = None if at is None else max(0, at)
    state = state._replace(at=at, begun=begun, playing=state.playing and at is not None)
    if state.wanted == state.asked:
        return state, ()
    ending = state.ending
    if at is None and ending is not None and ending.options == state.wanted and not state.awaited:
        return seen(state._replace(asked=state.wanted), ending.shown, ending.table), ()
    return redrawn(state)


def _begun(state: AppState) -> Next:
    """Begin to go through a run that stands at its end; one gone through stays there, or a key held down goes round."""
    state = state._replace(playing=False, said=Refusal.END if state.begun == state.run else "")
    return (state, ()) if state.said else gone_to(state, 0)


def _meant(state: AppState, message: StopChosen | Stepped | LineStepped | RanTo | Continued) -> int | None:
    match message:
        case StopChosen(at):
            return at
        case Stepped(step):
            return _beside(state, step)
        case LineStepped(step, way):
            return _line_beside(state, step, way)
        case RanTo(line):
            return _reached(state, line)
        case _:  # Continued
            return _next_breakpoint(state)


def _here(state: AppState) -> int:
    return len(state.course.kinds) if state.at is None else state.at


def _beside(state: AppState, step: int) -> int:
    """The next stop in a direction. Before the end comes the last stop at which anything is still to happen."""
    at, kinds = _here(state), state.course.kinds
    if state.at is None and step < 0 and kinds[-1] != LINE:
        at -= 1
    return min(at + step, len(kinds))


def _line_beside(state: AppState, step: int, way: Way) -> int | None:
    """The next line's stop. After the last comes the end and before the first nothing; an only time has neither."""
    at = next_line(state.course, _here(state), step, way)
    if at is not None:
        return at
    return state.at if way == "again" else None if step > 0 else 0 if way == "into" else state.at


def _reached(state: AppState, line: int) -> int | None:
    """The next time that a line is about to run, the first time again after the last; here where it never is."""
    course = state.course
    on_line = [at for at, number in enumerate(course.lines) if number == line]
    found = [at for at in on_line if course.kinds[at] == LINE] or on_line
    return next((at for at in found if state.at is None or at > state.at), found[0]) if found else state.at


def _breakpoints(state: AppState) -> set[int]:
    lines = enumerate(zip(state.course.kinds, state.course.lines, strict=True))
    return {at for at, (kind, line) in lines if kind == LINE and line in state.breakpoints}


def _next_breakpoint(state: AppState) -> int | None:
    here = -1 if state.at is None else state.at
    return min((at for at in _breakpoints(state) if at > here), default=None)


def _played(state: AppState, on: bool) -> Next:
    state = state._replace(playing=on, said="")
    return gone_to(state, 0) if on and state.at is None else (state, ())


def _ticked(state: AppState) -> Next:
    """Play one stop, unless the picture of the one before is still to come."""
    if not state.playing or state.awaited:
        return state, ()
    state, effects = gone_to(state, _beside(state, 1))
    held = state.at is None or state.at in _breakpoints(state)
    return state._replace(playing=not held), effects
