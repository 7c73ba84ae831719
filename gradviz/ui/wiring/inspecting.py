"""The inspector as the window has a part in it: what the panel sends, and what it shows."""

from collections.abc import Callable

from PySide6.QtWidgets import QDockWidget

from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.looking.folding import folds
from gradviz.ui.panels import Panels


def connect(
    send: Callable[[said.Message], None], state: Callable[[], AppState], panels: Panels, docks: list[QDockWidget]
) -> None:
    """Have the panel send what happens.

    Args:
        send: takes a message.
        state: returns what is shown.
        panels: the inspector among them.
        docks: where it is shown.
    """
    panels.inspector.wanted.connect(lambda of: send(said.Inspected(of)))
    panels.inspector.lineWanted.connect(panels.editor.go_to)
    panels.inspector.fixWanted.connect(lambda edit: send(said.FixTaken(edit)))
    panels.inspector.turnWanted.connect(lambda key: _turn(send, state(), key))
    for dock in docks:
        dock.visibilityChanged.connect(lambda on: send(said.InspectorSeen(on)))


def show(state: AppState, panels: Panels) -> None:
    """Show what is known of the thing inspected."""
    now = state.inspecting
    panels.inspector.show_inspection(now.found if now.of is not None else None)


def _turn(send: Callable[[said.Message], None], state: AppState, key: str) -> None:
    """Open a fold by one level; close it where it is open."""
    row = next((row for row in folds(state) if row.key == key), None)
    if row is not None:
        send(said.FoldClosed(row.mark) if row.open else said.FoldOpened(row.mark))
