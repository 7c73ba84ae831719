"""What a person does to requires_grad, the grad mode and the costs in the real window, and what is then seen."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gradviz.state.messages import Faded
from gradviz.ui.docks.costbars import lines
from gradviz.ui.window import Window

PROGRAM = "import torch\nx = torch.ones(3)  # a leaf\ny = (x * 2).sum()\n"
RAISES = "\nx.requires_grad_()\n(x * 2).sum().backward()\n"
SIDES = 4  # rows of the table that tell of the graphs; those of the costs come after them
Wait = Callable[[Window, Callable[[], bool]], None]


class Switched(NamedTuple):
    """A switch on and back, and the costs of the program."""

    on: str  # the text after it
    on_nodes: list[str]
    on_ticked: bool
    back: str
    back_nodes: list[str]
    costs: list[str]
    verdicts: str
    modes: list[str]
    columns: list[str]  # their headings and what is said below them
    sides: list[list[str]]  # what differs between them
    changes: list[str]  # after the grad mode was switched


def switch(window: Window, wait: Wait) -> Switched:
    """Switch requires_grad of x on and back, then look at the costs. The program is in the editor and drawn."""
    on, nodes = _click_box(window, wait), _nodes(window)
    ticked = window.panels.tensors.model().index(0, 3).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    back = _click_box(window, wait)
    back_nodes = _nodes(window)
    window.action("costs").trigger()
    wait(window, lambda: window.state.measuring.table is not None and window.state.measuring.table.done)
    table = window.state.measuring.table
    assert table is not None
    costs, verdicts = lines(table), window.panels.cost.text
    columns, sides = _side_by_side(window, wait)
    window.send(Faded())
    window.action("no_grad").trigger()
    wait(window, lambda: not window.state.busy and window.state.marked is not None)
    changes = list(window.panels.output.changes)
    window.action("grad").trigger()
    wait(window, lambda: not window.state.busy)
    return Switched(on, nodes, ticked, back, back_nodes, costs, verdicts, list(table.modes), columns, sides, changes)


def _side_by_side(window: Window, wait: Wait) -> tuple[list[str], list[list[str]]]:
    """Look at all grad modes of a program of which two raise, and go back."""
    editor = window.panels.editor
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    editor.insertPlainText(RAISES)
    window.action("beside").trigger()
    wait(window, lambda: window.state.columns is not None and len(window.panels.sides.rows) > SIDES)
    drawing = window.panels.canvas.scene.drawing
    headings = [text.text for mark in drawing.titles if mark.id.startswith("heading") for text in mark.texts]
    sides = [list(row) for row in window.panels.sides.rows]
    window.action("beside").trigger()
    return headings, sides


def _click_box(window: Window, wait: Wait) -> str:
    tensors = window.panels.tensors
    place = tensors.visualRect(tensors.model().index(0, 3)).center()
    QTest.mouseClick(tensors.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait(window, lambda: not window.state.busy)
    return window.panels.editor.toPlainText()


def _nodes(window: Window) -> list[str]:
    drawing = window.panels.canvas.scene.drawing
    return sorted(text.text for mark in drawing.nodes for text in mark.texts if "Backward" in text.text)
