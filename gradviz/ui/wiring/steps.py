"""Stepping through a run as the panels have a part in it: what they send, and what they show of a step."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from PySide6.QtGui import QAction

from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.looking.stepping import step_lines
from gradviz.state.quiz.quizzing import veiled
from gradviz.ui.bars.making import allow
from gradviz.ui.bars.timeline import SPEEDS
from gradviz.ui.panels import Panels
from gradviz.ui.wording import stepwords, unavailable

Direction = Literal[1, -1]
_ITERATIONS: dict[str, Direction] = {"previous_iteration": -1, "next_iteration": 1}
_WALKS: dict[str, said.Message] = {
    "first_step": said.StopChosen(0),
    "previous_step": said.Stepped(-1),
    "next_step": said.Stepped(1),
    "end_of_run": said.StopChosen(None),
    "previous_line": said.LineStepped(-1),
    "next_line": said.LineStepped(1),
    "previous_line_over": said.LineStepped(-1, "over"),
    "next_line_over": said.LineStepped(1, "over"),
    "line_outside": said.LineStepped(1, "out"),
    "next_breakpoint": said.Continued(),
}


class Steps:
    """Between the window and those of its panels that show a step."""

    def __init__(self, send: Callable[[said.Message], None], state: Callable[[], AppState], panels: Panels) -> None:
        self._send, self._state, self._panels = send, state, panels
        panels.timeline.chosen.connect(lambda at: send(said.StopChosen(at)))
        panels.timeline.ticked.connect(lambda: send(said.Ticked()))
        panels.editor.breakpointWanted.connect(lambda line: send(said.BreakpointToggled(line)))

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what each command about stepping does, by its id."""
        send, editor = self._send, self._panels.editor
        speeds = {name: said.SpeedSet(speed) for name, speed in SPEEDS.items()}
        found: dict[str, Callable[[], None]] = {name: partial(send, one) for name, one in (_WALKS | speeds).items()}
        return found | {
            **{name: partial(self._iterate, step) for name, step in _ITERATIONS.items()},
            "run_to_cursor": self._run_to_cursor,
            "play": lambda: send(said.PlaySet(not self._state().playing)),
            "breakpoint": lambda: send(said.BreakpointToggled(editor.line)),
        }

    def show(self, actions: Mapping[str, QAction], before: AppState, now: AppState) -> None:
        """Show the step that is presented.

        The timeline is told the one that is wanted, so that a picture on its way does not take the slider from under
        the person's hand.
        """
        panels, wanted = self._panels, self._state()
        # While a quick answer is on its way all stays as it is: it must not flicker.
        if now.steppable or not now.busy or now.slow or not now.current:
            why = unavailable.asked() if now.asks else unavailable.no_steps()
            panels.timeline.show_state(veiled(wanted))
            for name in (*_WALKS, *_ITERATIONS, "run_to_cursor", "play"):
                allow(actions[name], now.steppable, why)
        panels.timeline.keep_time(now.playing, now.speed)
        actions["play"].setChecked(now.playing)
        for name, speed in SPEEDS.items():
            actions[name].setChecked(now.speed == speed)
        panels.editor.show_step(step_lines(now), now.breakpoints)
        if now.table is not before.table or now.earlier is not before.earlier:
            panels.tensors.show_changes(now.earlier)
        mark = stepwords.done(now)
        panels.canvas.mark_done(mark.id if mark else None)
        if mark and now.shown is not before.shown:
            panels.canvas.reveal(mark.id)

    def leave(self) -> bool:
        """Go to the end of the run; False where it stands there already."""
        stepping = self._state().at is not None
        if stepping:
            self._send(said.StopChosen(None))
        return stepping

    def _iterate(self, step: Direction) -> None:
        before = self._state()
        self._send(said.LineStepped(step, "again"))
        if before.steppable and self._state().at == before.at:
            line = before.course.lines[-1 if before.at is None else before.at]
            self._send(said.Told(stepwords.no_iteration(line, step)))

    def _run_to_cursor(self) -> None:
        line = self._panels.editor.line
        if line in self._state().course.lines:
            self._send(said.RanTo(line))
        else:
            self._send(said.Told(stepwords.not_run(line)))
