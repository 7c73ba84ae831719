"""What tests of the window do and look for."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from gradviz.ui.graph.canvas import Canvas
from gradviz.ui.window import Window


def drawn(window: Window) -> bool:
    """Whether the picture of the program as it stands is on the canvas."""
    state = window.state
    return state.shown is not None and state.shown.run == state.run and state.current and not state.busy


def names(window: Window) -> list[str]:
    """The titles of the nodes on the canvas."""
    return [mark.title for mark in window.panels.canvas.scene.drawing.nodes]


def press(widget: QWidget, key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key."""
    QTest.keyClick(widget, key, keys)


def type_text(window: Window, text: str) -> None:
    """Type at the end of the program."""
    editor = window.panels.editor
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    for number, line in enumerate(text.split("\n")):
        if number:
            press(editor, Qt.Key.Key_Return)
        QTest.keyClicks(editor, line)


def rub_out(window: Window, count: int) -> None:
    """Take back so many characters."""
    for _ in range(count):
        press(window.panels.editor, Qt.Key.Key_Backspace)


def place(canvas: Canvas, name: str) -> QPoint:
    """The pixel in the middle of a mark."""
    mark = canvas.scene.mark(name)
    assert mark is not None
    at = canvas.view.to_panel(mark.rect.center)
    return QPoint(int(at.x), int(at.y))
