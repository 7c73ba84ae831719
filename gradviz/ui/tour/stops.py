"""What the tour speaks of: parts of the window, and a sentence or two on each."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QPoint, QRect
from PySide6.QtWidgets import QDockWidget, QMainWindow, QToolBar, QWidget

from gradviz.state.commands.keys import Keys
from gradviz.ui.panels import Panels


class Stop(NamedTuple):
    """A part of the window and what is said of it."""

    title: str
    text: str
    widgets: Callable[[], list[QWidget]]  # that the part is, as they are then
    inside: Callable[[], QRect] | None = None  # what of the only widget it is, in its pixels; None: all of it

    def part(self, window: QWidget) -> QRect:
        """Return where it is in the window; empty: it is not to be seen."""
        found = QRect()
        for widget in self.widgets():
            if widget.isVisible() and not _behind(widget):
                rect = widget.rect() if self.inside is None else self.inside()
                found = found.united(QRect(widget.mapTo(window, QPoint(0, 0)) + rect.topLeft(), rect.size()))
        return found


def stops(window: QMainWindow, panels: Panels, keys: Keys) -> tuple[Stop, ...]:
    """Return where the tour leads, in the language of the interface."""
    return (
        Stop(
            _tr("Your program"),
            _tr("Type PyTorch code here. It runs at every edit, and what autograd recorded is drawn at once."),
            lambda: [panels.editor],
        ),
        Stop(
            _tr("The grad mode of the run"),
            _tr("Run the whole program with grad, inside no_grad or inside inference_mode, and compare the graphs."),
            lambda: [panels.mode_line],
        ),
        Stop(
            _tr("The graph"),
            _tr(
                "Data flows down, gradients flow back up. Click a box to see its line; see the forward or backward "
                "graph alone with the buttons above."
            ),
            lambda: [panels.canvas],
        ),
        Stop(
            _tr("requires_grad of each tensor"),
            _tr("Tick a box to switch requires_grad: the line of your program changes, and the graph with it."),
            lambda: [panels.tensors],
            panels.tensors.flags,
        ),
        Stop(
            _tr("The run, step by step"),
            keys.told(
                _tr("Go to the next step and back: first through the lines, then through backward, grad by grad."),
                "next_step",
                "previous_step",
            ),
            lambda: [panels.timeline],
        ),
        Stop(
            _tr("Cost and export"),
            _tr("Measure time and memory in each grad mode, and save the graph as SVG, PNG, PDF, DOT or GIF."),
            lambda: _buttons(window, ("costs", "inspect", "export")),
        ),
    )


def _behind(widget: QWidget) -> bool:
    """Whether its panel is behind another of the same place."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QDockWidget):
        above = above.parentWidget()
    return above is not None and above.visibleRegion().isEmpty()


def _buttons(window: QMainWindow, names: tuple[str, ...]) -> list[QWidget]:
    bars = window.findChildren(QToolBar, "main_bar")
    return [bar.widgetForAction(one) for bar in bars for one in bar.actions() if one.objectName() in names]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Tour", text)
