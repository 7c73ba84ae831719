"""The window on a wall: the whole screen, larger text, and nothing but the program, the graph and the tensors."""

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from gradviz.ui.commands import Commands
from gradviz.ui.room import BESIDE

_LARGER = 1.4
_ASIDE = ("examples", "output")


class Presentation:
    """Changes the window and puts it back as it was."""

    def __init__(self, window: QMainWindow, commands: Commands) -> None:
        self._window, self._commands = window, commands
        self._before: tuple[QByteArray, float, Qt.WindowState] | None = None

    def show(self, on: bool) -> None:
        """Begin or end it."""
        if on and self._before is None:
            self._before = self._window.saveState(), self._commands.size, self._window.windowState()
            self._set_aside(False)
            across = [dock for name in ("program", *BESIDE) for dock in self._window.findChildren(QDockWidget, name)]
            across = [dock for dock in across if dock.isVisible() and not dock.visibleRegion().isEmpty()]
            wanted = [round(dock.width() * _LARGER) for dock in across]
            self._window.resizeDocks(across, wanted, Qt.Orientation.Horizontal)
            self._commands.set_size(self._commands.size * _LARGER)
            self._window.showFullScreen()
            self._commands.room.keep()
        elif not on and self._before is not None:
            docks, size, state = self._before
            self._before = None
            self._set_aside(True)
            self._window.setWindowState(state)
            self._commands.set_size(size)
            self._window.restoreState(docks)

    def _set_aside(self, visible: bool) -> None:
        aside: list[QWidget] = [self._window.menuBar(), self._window.statusBar()]
        aside += [dock for dock in self._window.findChildren(QDockWidget) if dock.objectName() in _ASIDE]
        for widget in aside:
            widget.setVisible(visible)
