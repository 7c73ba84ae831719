"""A walk through every step of a run that keeps the drawing of each; then the person is back where they were.

It goes the way the person goes, by messages: what is kept is what is shown.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from gradviz.drawing.shapes import Drawing
from gradviz.state import messages as said
from gradviz.state.appstate import AppState

_LOOK = 3  # milliseconds between looking whether a step has come


class Walk(QObject):
    """One walk.

    Signals:
        advanced: the share of the steps that is done, from 0 to 1.
        done: the drawings, the end of the run last.
        failed: there is nothing to walk through any more.
    """

    advanced = Signal(float)
    done = Signal(object)
    failed = Signal()

    def __init__(self, send: Callable[[said.Message], None], state: Callable[[], AppState], parent: QObject) -> None:
        super().__init__(parent)
        self._send, self._state = send, state
        self._run = state().run
        self._back = state().at
        self._stops = len(state().course.kinds)
        self._drawings: list[Drawing] = []
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)  # whoever is told how far it is may let others have their turn
        self._clock.setInterval(_LOOK)
        self._clock.timeout.connect(self._look)

    def begin(self) -> None:
        """Go to the first step."""
        self._send(said.PlaySet(False))
        self._go()

    def stop(self) -> None:
        """Go back; nothing is told any more."""
        if self._clock.isActive():
            self._clock.stop()
            self._send(said.StopChosen(self._back))

    def _go(self) -> None:
        at = len(self._drawings)
        self._send(said.StopChosen(at if at < self._stops else None))
        self._clock.start()

    def _look(self) -> None:
        """Keep what has come, and go on."""
        state = self._state()
        if state.run != self._run or not state.steppable or state.shown is None:
            self.failed.emit()
        elif state.awaited or state.asked != state.wanted:
            self._clock.start()
        else:
            self._drawings.append(state.shown.drawing)  # never the modes side by side
            if len(self._drawings) <= self._stops:
                self._go()
                self.advanced.emit(len(self._drawings) / (self._stops + 1))
            else:
                self._send(said.StopChosen(self._back))
                self.done.emit(self._drawings)
