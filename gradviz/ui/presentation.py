"""The window on a wall: the whole screen, larger text, and nothing but the program, the graph and the tensors."""

from typing import NamedTuple

from PySide6.QtCore import QByteArray, QEvent, QRect, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget

from gradviz.ui.room import BESIDE
from gradviz.ui.wiring.commands import Commands

_LARGER = 1.4
_ASIDE = ("examples", "output")
_CALLED = (*BESIDE, "lesson")  # the panels that may be called meanwhile


class Before(NamedTuple):
    """The window as it was."""

    docks: QByteArray
    size: float  # of text
    state: Qt.WindowState
    place: QRect
    away: frozenset[str]  # the panels that can be called and were not there


class Presentation:
    """Changes the window and puts it back as it was, with what was called meanwhile.

    Args:
        window: has its panels, its menus and its status bar.
        commands: of that window.
        before: what the window is to be again, where it shows a presentation already and its panels were made anew.
    """

    def __init__(self, window: QMainWindow, commands: Commands, before: Before | None = None) -> None:
        self._window, self._commands, self._before = window, commands, before
        if before is not None:
            self._set_aside(False)

    @property
    def before(self) -> Before | None:
        """The window as it was before the presentation; None: there is none."""
        return self._before

    def show(self, on: bool) -> None:
        """Begin or end it. Who works on the program, or reads, goes on with that."""
        focus = QApplication.focusWidget()
        if on and self._before is None:
            self._begin()
        elif not on and self._before is not None:
            before, self._before = self._before, None
            self._end(before)
        if focus is not None and focus.isVisible():
            focus.setFocus()

    def _begin(self) -> None:
        window = self._window
        away = frozenset(dock.objectName() for dock in self._callable() if dock.isHidden())
        self._before = Before(window.saveState(), self._commands.size, window.windowState(), window.geometry(), away)
        self._set_aside(False)
        self._commands.set_size(self._commands.size * _LARGER)
        window.showFullScreen()

    def _end(self, before: Before) -> None:
        self._set_aside(True)
        self._window.setWindowState(before.state)
        # A desktop gives it its room back later; panels put where they were before that would be shared out anew.
        if before.state == Qt.WindowState.WindowNoState:  # a window that is told its place is maximized no more
            self._window.setGeometry(before.place)
        self._commands.set_size(before.size)
        for _ in range(2):  # panels ask for the room of a smaller text, and then the window does what that comes to
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        came = [dock for dock in self._callable() if dock.objectName() in before.away and not dock.isHidden()]
        for dock in came:
            dock.blockSignals(True)  # or a quiz that goes on would hear that it was put away
        self._window.restoreState(before.docks)
        for dock in came:
            dock.blockSignals(False)
            self._commands.room.show(dock.objectName(), on=True)

    def _callable(self) -> list[QDockWidget]:
        return [dock for name in _CALLED for dock in self._window.findChildren(QDockWidget, name)]

    def _set_aside(self, visible: bool) -> None:
        aside: list[QWidget] = [self._window.menuBar(), self._window.statusBar()]
        aside += [dock for dock in self._window.findChildren(QDockWidget) if dock.objectName() in _ASIDE]
        for widget in aside:
            widget.setVisible(visible)
