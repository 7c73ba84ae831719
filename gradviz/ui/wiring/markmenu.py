"""The menu of what a person points at, in the graph or in the table: what can be done about it, in both."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.switching import row_of
from gradviz.state.values.chosen import Chosen
from gradviz.ui.docks.tensormenu import TensorMenu
from gradviz.ui.panels import Panels
from gradviz.ui.wiring import folding


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

    def open(self, of: Chosen, place: QPoint) -> None:
        """Open the menu of a thing at a place of the screen."""
        state = self._state()
        row = row_of(state, of)
        menu = QMenu(self._window) if row is None else TensorMenu(row, self._window)
        if isinstance(menu, TensorMenu):
            menu.whyWanted.connect(lambda: self._ask_why(of))
            menu.flagWanted.connect(lambda flag: self._send(said.FlagSwitched(of, flag)))
            menu.fixWanted.connect(lambda edit: self._send(said.FixTaken(edit)))
        mark = of.value if row is None else row.mark
        if isinstance(mark, str):
            folding.fill_menu(menu, self._send, state, mark, self._panels)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)
