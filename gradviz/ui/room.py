"""How the program, the graph and a panel beside it share the width of the window: the graph is never squeezed."""

from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from gradviz.ui.editor.editor import Editor

# The panels beside the graph, one of which is in view at a time.
BESIDE = ("lesson", "quiz", "cost", "inspector", "outline")
_GRAPH = 44  # percent of the width that are the graph's
_LETTERS = 30  # of a line of the program that are always seen
_NARROWEST = 220  # pixels of a panel beside the graph


class Widths(NamedTuple):
    """Pixels."""

    program: int
    beside: int


def shared(across: int, program: int, beside: int, least: int) -> Widths:
    """Return how wide the panels at both sides of the graph may be.

    Args:
        across: pixels of the window.
        program: how wide the program is to be.
        beside: how wide the panel at the other side is to be; 0: there is none.
        least: how wide the program must be, however little is left of the graph then.
    """
    room = across - across * _GRAPH // 100
    program = max(min(program, room - beside), min(program, least))
    return Widths(program, min(beside, max(room - program, _NARROWEST)))


class Room:
    """Gives the panels of a window their widths, and the program its own back when it has room again."""

    def __init__(self, window: QMainWindow, editor: Editor) -> None:
        self._window, self._editor = window, editor
        (self._program,) = window.findChildren(QDockWidget, "program")
        self._given: tuple[int, int] | None = None  # what the program was made narrower to, and what it had before

    def show(self, name: str, *, on: bool) -> None:
        """Bring a panel into view beside the graph, or put it away."""
        (panel,) = self._window.findChildren(QDockWidget, name)
        width = self._program.width()
        panel.setVisible(on)
        panel.raise_()
        if not self._window.isVisible():
            return  # nothing has a width yet, and `keep` comes when it has
        self._share(self._before(width), panel.widget().sizeHint().width() if on else 0, panel)

    def keep(self) -> None:
        """Share the width anew where the graph has too little of it, or where what was taken can be given back."""
        panel = next((dock for dock in self._docked() if dock.isVisible()), None)
        beside = 0 if panel is None else panel.width()
        program = self._program.width() if self._program.isVisible() and not self._program.isFloating() else 0
        taken = self._given is not None and self._given[0] == program
        if panel is not None and taken:
            beside = max(beside, panel.widget().sizeHint().width())
        if program and (taken or self._window.width() * _GRAPH // 100 > self._window.width() - program - beside):
            self._share(self._before(program), beside, panel or self._program)

    def _docked(self) -> list[QDockWidget]:
        docks = [dock for name in BESIDE for dock in self._window.findChildren(QDockWidget, name)]
        return [dock for dock in docks if not dock.isFloating() and not dock.visibleRegion().isEmpty()]

    def _before(self, program: int) -> int:
        """How wide the program is to be: as it is, or as it was before this made it narrower."""
        return self._given[1] if self._given is not None and self._given[0] == program else program

    def _share(self, wanted: int, beside: int, panel: QDockWidget) -> None:
        least = self._editor.width_of(_LETTERS)
        program, beside = shared(self._window.width(), wanted, beside, least)
        self._given = (program, wanted) if program < wanted else None
        sizes = [program, beside] if beside else [program]
        self._window.resizeDocks([self._program, panel][: len(sizes)], sizes, Qt.Orientation.Horizontal)
