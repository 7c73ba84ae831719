"""The guide to errors: read, and its programs opened, by the keyboard."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gradviz.resources import met_errors
from gradviz.ui.dialogs.errorguide import ErrorGuide
from gradviz.ui.window import Window
from tests.gui.driving import press


def test_an_error_is_explained_and_its_program_opened_and_undone(qtbot: QtBot, window: Window) -> None:
    before = window.panels.editor.toPlainText()
    window.action("ja").trigger()
    window.action("errors").trigger()
    (guide,) = window.findChildren(ErrorGuide)
    press(guide.errors, Qt.Key.Key_Down)
    assert "一つの数から始まります" in guide.means
    press(guide.errors, Qt.Key.Key_Return)
    assert window.panels.editor.toPlainText() == met_errors()[1].program
    assert window.windowTitle().startswith(met_errors()[1].kind)
    qtbot.waitUntil(lambda: not window.findChildren(ErrorGuide))
    window.action("undo").trigger()
    assert window.panels.editor.toPlainText() == before
