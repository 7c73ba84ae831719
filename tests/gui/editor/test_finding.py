"""Finding and replacing in the program, by keys alone; `str` is the oracle of what is found."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from gradviz.ui.editor.finding.finding import found
from gradviz.ui.window import Window
from tests.gui.driving import press

TEXT = "xy = 1\nz = xy + XY\n# xyxy\n"


@pytest.fixture
def looking(qtbot: QtBot, window: Window) -> QLineEdit:
    """The field of the bar, opened over a program by a key."""
    editor = window.panels.editor
    editor.setPlainText(TEXT)
    with qtbot.waitActive(window):
        window.activateWindow()
    editor.setFocus()
    window.action("replace").trigger()
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    return field


@given(st.text("aAb\n𝒳", max_size=30), st.text("aAb𝒳", min_size=1, max_size=3))
def test_finds_what_python_finds(text: str, query: str) -> None:
    document = QTextDocument()
    document.setPlainText(text)
    for capitals, flags in ((True, re.NOFLAG), (False, re.IGNORECASE)):
        places = [place.selectedText() for place in found(document, query, capitals=capitals)]
        assert places == re.findall(re.escape(query), text, flags)


def test_steps_through_the_places_and_around(looking: QLineEdit, window: Window) -> None:
    bar, editor = window.panels.find_bar, window.panels.editor
    QTest.keyClicks(looking, "xy")
    assert bar.count == "1/5"
    starts = []
    for _ in range(5):
        starts.append(editor.textCursor().selectionStart())
        press(looking, Qt.Key.Key_Return)
    assert starts == [match.start() for match in re.finditer("xy", TEXT, re.IGNORECASE)]
    assert bar.count == "1/5"
    press(looking, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.count == "5/5"
    window.action("find_next").trigger()
    window.action("find_next").trigger()
    assert bar.count == "2/5"
    window.action("find_previous").trigger()
    assert bar.count == "1/5"
    QTest.keyClicks(looking, "?")
    press(looking, Qt.Key.Key_Return)
    assert bar.count == "0/0"
    press(looking, Qt.Key.Key_Escape)
    assert bar.isHidden()
    assert editor.hasFocus()


def test_replaces_one_and_all_and_can_be_undone(looking: QLineEdit, window: Window) -> None:
    bar, editor = window.panels.find_bar, window.panels.editor
    QTest.keyClicks(looking, "xy")
    other = bar.findChildren(QLineEdit)[1]
    other.setFocus()
    QTest.keyClicks(other, "long_name")
    press(other, Qt.Key.Key_Return)
    assert editor.toPlainText() == TEXT.replace("xy", "long_name", 1)
    assert editor.textCursor().selectedText() == "xy"  # the next one
    assert window.state.text == editor.toPlainText()
    editor.undo()
    for button in bar.findChildren(QToolButton):
        if button.text() == "Aa":
            button.click()
    next(button for button in bar.findChildren(QToolButton) if button.text() == "All").click()
    assert editor.toPlainText() == TEXT.replace("xy", "long_name")
    assert window.state.text == editor.toPlainText()
    editor.undo()
    assert editor.toPlainText() == TEXT


def test_what_is_selected_is_looked_for(looking: QLineEdit, window: Window) -> None:
    editor = window.panels.editor
    editor.setFocus()
    cursor = editor.textCursor()
    cursor.setPosition(7)
    cursor.setPosition(8, cursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)
    window.action("find").trigger()
    assert (looking.text(), window.panels.find_bar.count) == ("z", "1/1")
    window.panels.canvas.setFocus()
    window.action("find").trigger()
    assert window.panels.search.isVisible()  # of the graph
