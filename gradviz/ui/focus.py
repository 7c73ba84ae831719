"""Which panel has the focus, and giving it to another: the next one, or one by its name."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget

from gradviz.ui.panels import Panels
from gradviz.ui.room import BESIDE, Room


class Focus:
    """Leads from panel to panel by key."""

    def __init__(self, window: QMainWindow, panels: Panels, room: Room) -> None:
        self._window, self._panels, self._room = window, panels, room

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what each command about it does, by its id."""
        panels = self._panels
        named = {"program": panels.editor, "graph": panels.canvas, "tensors": panels.tensors, "output": panels.output}
        named |= {"inspector": panels.inspector, "cost": panels.cost, "lesson": panels.lesson, "quiz": panels.quiz}
        named |= {"examples": panels.examples}
        return {
            "next_panel": partial(self._step, 1),
            "last_panel": partial(self._step, -1),
            **{f"go_{name}": partial(self._go, name, panel) for name, panel in named.items()},
        }

    def _step(self, step: int) -> None:
        order = [part for part in parts(self._panels) if part.isVisible() and part.isEnabled()]
        now = next((at for at, panel in enumerate(order) if has_focus(panel)), -step)
        order[(now + step) % len(order)].setFocus(Qt.FocusReason.TabFocusReason)

    def _go(self, name: str, panel: QWidget) -> None:
        """Bring a panel into view, wherever it is, and go there."""
        if name in BESIDE:
            self._room.show(name, on=True)
        for dock in self._window.findChildren(QDockWidget, name):
            dock.show()
            dock.raise_()
        panel.setFocus(Qt.FocusReason.ShortcutFocusReason)


def parts(panels: Panels) -> list[QWidget]:
    """Return what keys lead from one to the next of, in that order, the program first."""
    order: list[QWidget] = [panels.editor, panels.canvas, panels.tensors, panels.cost]
    order += [panels.inspector, panels.outline, panels.quiz]
    return [*order, panels.output, panels.examples, panels.lesson, panels.timeline.slider]


def has_focus(panel: QWidget) -> bool:
    """Whether a panel, or a part of it, has the focus."""
    focus = QApplication.focusWidget()
    return focus is not None and (focus is panel or panel.isAncestorOf(focus))
