"""How panels share the window with the graph: the width, and below it the height. The graph is never squeezed."""

from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QWidget

from gradviz.ui.docks.output import OutputTabs
from gradviz.ui.editor.editor import Editor

# The panels beside the graph, one of which is in view at a time.
BESIDE = ("quiz", "cost", "inspector", "outline")
_SIDES = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)
_LETTERS = 30  # of a line of the program that are seen beside anything, where they fit into
_MOST = 40  # percent of the width
_LINE = 5  # pixels between two panels, as the style sheet of the window has it
_SAID = 29  # percent of the row below the graph that are the output's
_FEWEST, _WIDEST = 10.0, 500.0  # letters that anybody may want
_LOWEST, _HIGHEST = 10, 70  # percent of the height that anybody may want below the graph
_NARROWEST = 220  # pixels of a panel beside the graph


class Wish(NamedTuple):
    """How wide the person wants each, in letters of the program, so that it holds for any size of the text."""

    program: float = 43.0  # letters of a line that are seen
    beside: float = 0.0  # of the panel beside the graph; 0: as wide as it asks to be, its tabs read whole
    graph: int = 44  # percent of the window that are left to the graph
    output: float = 0.0  # of the output beside the tensors; 0: its share, and its tabs are read whole
    below: int = 23  # percent of the height of the window that are the tensors' below the graph


class Widths(NamedTuple):
    """Pixels."""

    program: int
    beside: int


class _Seen(NamedTuple):
    """Pixels that panels have now; 0: it is not where it was built."""

    program: int
    beside: int
    output: int
    below: int  # its height


def shared(across: int, program: int, beside: int, least: int, graph: int = Wish().graph) -> Widths:
    """Return how wide the panels at both sides of the graph may be.

    Args:
        across: pixels of the window.
        program: how wide the program is to be.
        beside: how wide the panel at the other side is to be; 0: there is none.
        least: how wide the program must be, however little is left of the graph then.
        graph: percent of the width that are the graph's.
    """
    room = across - across * graph // 100
    program = max(min(program, room - beside), min(program, least))
    return Widths(program, min(beside, max(room - program, _NARROWEST)))


class Room(QObject):
    """Gives the panels of a window the widths that the person wants, as far as there is room for the graph.

    Only the hand changes what is wanted: what a desktop does to the window, or the room that a larger text takes,
    is not a wish, and is made good as soon as it can be.
    """

    def __init__(self, window: QMainWindow, editor: Editor) -> None:
        super().__init__(editor)  # and gone with it, where the panels are made anew
        self._window, self._editor = window, editor
        (self._program,) = window.findChildren(QDockWidget, "program")
        self._wish = Wish()
        self._tensors, self._output = (window.findChildren(QDockWidget, name)[0] for name in ("tensors", "output"))
        self._held: _Seen | None = None  # how wide they were when the hand took hold of the line between two
        for name in BESIDE:
            for dock in window.findChildren(QDockWidget, name):
                dock.visibilityChanged.connect(self._went)
        for tabs in window.findChildren(OutputTabs):
            tabs.tabsCut.connect(self.keep)
        window.installEventFilter(self)

    @property
    def wish(self) -> Wish:
        """How wide the person wants each."""
        return self._wish

    def want(self, wish: Wish) -> None:
        """Have them as wide as this from now on."""
        program, beside = min(max(wish.program, _FEWEST), _WIDEST), min(max(wish.beside, 0.0), _WIDEST)
        output = min(max(wish.output, 0.0), _WIDEST)
        graph, below = min(max(wish.graph, 0), Wish().graph), min(max(wish.below, _LOWEST), _HIGHEST)
        self._wish = Wish(program, beside, graph, output, below)
        self.keep()

    def show(self, name: str, *, on: bool) -> None:
        """Bring a panel into view, or put it away."""
        (panel,) = self._window.findChildren(QDockWidget, name)
        panel.setVisible(on)
        if not self._window.isVisible():  # nothing has tabs or a width before, and `keep` comes when it has
            QTimer.singleShot(0, panel, panel.raise_)
            return
        panel.raise_()
        if name in BESIDE:
            self._share(panel if on else None)

    def shows(self, panel: QWidget) -> bool:
        """Whether a panel is in view, or will be as soon as the window is."""
        return panel.isVisibleTo(self._window)

    def keep(self) -> None:
        """Share the window anew: it or its text has another size, or a panel came or went."""
        for dock in self._lower()[:1]:
            down = self._window.height() * self._wish.below // 100
            self._window.resizeDocks([dock], [down], Qt.Orientation.Vertical)
        self._share(next((dock for dock in self._docked() if dock.isVisible()), None))

    def _went(self, here: bool) -> None:
        """Give back the room of a panel that was closed by its own cross, once Qt has shared it in its way."""
        if not here:  # the window may be going: whether it shows anything is asked when there is time
            QTimer.singleShot(0, self, self.keep)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look what the hand does to the lines between the panels, which belong to the window."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self._held = self._seen()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            QTimer.singleShot(0, self, self._let_go)  # the panels follow later than the hand
        return False

    def _let_go(self) -> None:
        held, self._held = self._held, None
        seen = self._seen()
        if held is None or seen == held:
            return
        across, letter, none = self._window.width(), self._letter(), self._editor.width_of(0)
        wish = self._wish
        if seen.program and seen[:2] != held[:2]:
            left = (across - seen.program - seen.beside) * 100 // across
            wish = wish._replace(graph=max(0, min(Wish().graph, left)))
        if seen.program not in (0, held.program):
            wish = wish._replace(program=(seen.program - none) / letter)
        elif seen.output not in (0, held.output):  # else the line beside the program moved the row as a whole
            wish = wish._replace(output=seen.output / letter)
        if seen.beside not in (0, held.beside):
            wish = wish._replace(beside=seen.beside / letter)
        if seen.below not in (0, held.below):
            wish = wish._replace(below=min(max(seen.below * 100 // self._window.height(), _LOWEST), _HIGHEST))
        self._wish = wish

    def _seen(self) -> _Seen:
        panel = next((dock for dock in self._docked() if dock.isVisible()), None)
        program = self._program.width() if self._beside_graph() else 0
        output, lower = self._output.width() if self._is_row() else 0, self._lower()
        return _Seen(program, panel.width() if panel else 0, output, lower[0].height() if lower else 0)

    def _lower(self) -> list[QDockWidget]:
        """The panels that stand below the graph."""
        docks = (dock for dock in (self._tensors, self._output) if dock.isVisible() and not dock.isFloating())
        return [dock for dock in docks if self._window.dockWidgetArea(dock) == Qt.DockWidgetArea.BottomDockWidgetArea]

    def _is_row(self) -> bool:
        """Whether the tensors and the output stand beside each other below the graph."""
        return len(self._lower()) == 2 and not self._window.tabifiedDockWidgets(self._output)

    def _beside_graph(self) -> bool:
        """Whether the program is a column of the window."""
        program = self._program
        return program.isVisible() and not program.isFloating() and self._window.dockWidgetArea(program) in _SIDES

    def _docked(self) -> list[QDockWidget]:
        docks = [dock for name in BESIDE for dock in self._window.findChildren(QDockWidget, name)]
        return [dock for dock in docks if not dock.isFloating() and not dock.visibleRegion().isEmpty()]

    def _letter(self) -> int:
        return self._editor.width_of(1) - self._editor.width_of(0)

    def _tabs(self, panel: QDockWidget) -> int:
        """The pixels in which the tabs of a panel and of those behind it are read whole."""
        bars = self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        name = panel.windowTitle()
        mine = (bar for bar in bars if bar.isVisible() and name in (bar.tabText(at) for at in range(bar.count())))
        return max((bar.sizeHint().width() for bar in mine), default=0)

    def _share(self, panel: QDockWidget | None) -> None:
        if not self._beside_graph():
            return
        across, letter, none = self._window.width(), self._letter(), self._editor.width_of(0)
        beside = 0
        if panel is not None:
            beside = round(self._wish.beside * letter) or max(panel.widget().sizeHint().width(), self._tabs(panel))
        least = min(self._editor.width_of(_LETTERS), across * _MOST // 100)
        widths = shared(across, none + round(self._wish.program * letter), beside, least, self._wish.graph)
        docks = [self._program] if panel is None else [self._program, panel]
        self._window.resizeDocks(docks, list(widths[: len(docks)]), Qt.Orientation.Horizontal)
        if self._is_row():
            row = across - widths.program - 2 * _LINE
            tabs = self._output.widget()
            whole = tabs.tabs_width if isinstance(tabs, OutputTabs) else 0
            wanted = round(self._wish.output * letter) or max(row * _SAID // 100, whole)
            said = min(wanted, row // 2)
            self._window.resizeDocks([self._tensors, self._output], [row - said, said], Qt.Orientation.Horizontal)
