"""The menu of what a person points at, in the graph or in the table: what can be done about it, in both."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gradviz.drawing.pages.marks import find
from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.switching import row_of
from gradviz.state.values.chosen import Chosen
from gradviz.state.values.shown import EMPTY
from gradviz.ui.docks.tensormenu import TensorMenu
from gradviz.ui.panels import Panels
from gradviz.ui.wiring import folding

_ABOUT_GRAPH = ("fit", "search", "unfolded", "show_all", "copy_graph", "copy_svg", "export")  # commands


class MarkMenus:
    """Opens them over a window."""

    def __init__(
        self,
        window: QWidget,
        send: Callable[[said.Message], None],
        state: Callable[[], AppState],
        panels: Panels,
        ask_why: Callable[[Chosen], None],
    ) -> None:
        self._window, self._send, self._state, self._panels = window, send, state, panels
        self._ask_why = ask_why

    def open(self, of: Chosen | None, place: QPoint) -> None:
        """Open the menu of a thing, or of the graph as a whole, at a place of the screen."""
        menu = self._about_graph() if of is None else self._about(of)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _about(self, of: Chosen) -> QMenu:
        state = self._state()
        row = row_of(state, of)
        mark = of.value if row is None else row.mark
        if row is None:
            menu = QMenu(self._window)
            found = find(state.drawing or EMPTY, str(mark))
            if found and found.title:  # an edge has none
                menu.addAction(f"{menu.tr('Inspect')}\tW", lambda: self._ask_why(of))
                menu.addAction(menu.tr("Copy the name"), lambda: QApplication.clipboard().setText(found.title))
        else:
            menu = told = TensorMenu(row, self._window)
            told.whyWanted.connect(lambda: self._ask_why(of))
            told.flagWanted.connect(lambda flag: self._send(said.FlagSwitched(of, flag)))
            told.fixWanted.connect(lambda edit: self._send(said.FixTaken(edit)))
        if isinstance(mark, str):
            folding.fill_menu(menu, self._send, state, mark, self._panels)
        return menu

    def _about_graph(self) -> QMenu:
        menu = QMenu(self._window)
        commands = {action.objectName(): action for action in self._window.actions()}
        menu.addActions([commands[name] for name in _ABOUT_GRAPH])
        return menu
