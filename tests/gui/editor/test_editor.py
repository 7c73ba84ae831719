"""The program's editor: keys, undo, problems, plain text."""

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QInputMethodEvent, QPaintEvent, QRegion, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gradviz.picture.picture import Problem
from gradviz.ui.editor.editor import Editor
from gradviz.ui.style.theme import DARK, LIGHT
from tests.gui.driving import press


@pytest.fixture
def editor(qtbot: QtBot) -> Editor:
    made = Editor(LIGHT)
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


def select(editor: Editor, start: int, end: int) -> None:
    cursor = editor.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)


class Painted(QObject):
    """Which rows of an editor's viewport are painted."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Add what a paint event asks for."""
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return False


def test_a_message_beside_an_empty_line_is_gone_with_its_problem(qtbot: QtBot, editor: Editor) -> None:
    editor.open("x = 1\n\ny = 2")
    editor.show_problems((Problem("warning", 2, 0, None, 0, "a message", "", None),))
    QApplication.processEvents()
    seen = Painted()
    editor.viewport().installEventFilter(seen)
    editor.show_problems(())
    beside = QPoint(100, editor.cursorRect().height() * 3 // 2)
    qtbot.waitUntil(lambda: seen.region.contains(beside))
    editor.viewport().removeEventFilter(seen)


def test_a_resize_moves_no_margin(editor: Editor) -> None:
    """A margin that moves resizes what is within it: with a scroll bar that comes and goes that had no end."""
    told = list[int]()
    editor.indented.connect(told.append)
    editor.resize(300, 120)
    QApplication.processEvents()
    assert told == []
    assert editor.viewport().x() > 0


def test_home_goes_to_the_code_and_then_to_the_line(editor: Editor) -> None:
    editor.open("if 1:\n    y = x")
    editor.moveCursor(QTextCursor.MoveOperation.End)
    columns = []
    for _ in range(3):
        press(editor, Qt.Key.Key_Home)
        columns.append(editor.textCursor().positionInBlock())
    assert columns == [4, 0, 4]
    editor.moveCursor(QTextCursor.MoveOperation.End)
    press(editor, Qt.Key.Key_Home, Qt.KeyboardModifier.ShiftModifier)
    assert editor.textCursor().selectedText() == "y = x"
    press(editor, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert editor.textCursor().position() == 0


def test_typing_python_indents_itself(editor: Editor) -> None:
    QTest.keyClicks(editor, "with torch.no_grad():")
    press(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "y = x")
    press(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "pass")
    press(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "z = 1")
    assert editor.toPlainText() == "with torch.no_grad():\n    y = x\n    pass\nz = 1"


def test_tab_and_backspace_go_by_four(editor: Editor) -> None:
    press(editor, Qt.Key.Key_Tab)
    press(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText() == " " * 8
    press(editor, Qt.Key.Key_Backspace)
    assert editor.toPlainText() == " " * 4
    QTest.keyClicks(editor, "ab")
    press(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText() == "    ab  "
    press(editor, Qt.Key.Key_Backspace)
    assert editor.toPlainText() == "    ab "


def test_a_selection_goes_in_and_out_as_one_step_of_undo(editor: Editor) -> None:
    editor.open("a\nb\nc")
    select(editor, 0, 3)
    press(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText() == "    a\n    b\nc"
    press(editor, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert editor.toPlainText() == "a\nb\nc"
    editor.undo()
    assert editor.toPlainText() == "    a\n    b\nc"
    editor.undo()
    assert editor.toPlainText() == "a\nb\nc"


def test_comments_go_in_and_out(editor: Editor) -> None:
    editor.open("a = 1\n\nb = '🎉'\nc")
    select(editor, 0, 12)
    editor.toggle_comment()
    assert editor.toPlainText() == "# a = 1\n\n# b = '🎉'\nc"
    editor.toggle_comment()
    assert editor.toPlainText() == "a = 1\n\nb = '🎉'\nc"


def test_a_comment_keeps_the_cursor_on_its_character(editor: Editor) -> None:
    editor.open("abc")
    cursor = editor.textCursor()
    cursor.setPosition(2)
    editor.setTextCursor(cursor)
    editor.toggle_comment()
    QTest.keyClicks(editor, "X")
    assert editor.toPlainText() == "# abXc"


def test_composed_text_is_one_edit(editor: Editor) -> None:
    said: list[str] = []
    editor.edited.connect(said.append)
    for preedit in ("k", "か", "かん"):
        QApplication.sendEvent(editor, QInputMethodEvent(preedit, []))
    assert said == []
    commit = QInputMethodEvent()
    commit.setCommitString("感")
    QApplication.sendEvent(editor, commit)
    assert said == ["感"]


def test_opening_is_no_edit(editor: Editor) -> None:
    said: list[str] = []
    editor.edited.connect(said.append)
    editor.open("a")
    editor.replace("b")
    assert said == []
    editor.undo()
    assert said == ["a"]


def test_only_a_move_by_hand_chooses_a_line(editor: Editor) -> None:
    editor.open("a\nb\nc")
    chosen: list[int] = []
    editor.lineChosen.connect(chosen.append)
    press(editor, Qt.Key.Key_Down)
    press(editor, Qt.Key.Key_Right)
    press(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "x")
    assert chosen == [2]


def test_problems_are_underlined_where_they_are(editor: Editor) -> None:
    editor.open("  ab🎉cd\nxyz\n")
    editor.show_problems(
        (
            Problem("error", 1, 6, 1, 8, "wrong <i>here</i>", "", None),
            Problem("warning", 2, 0, None, 0, "this line", "", None),
            Problem("error", 99, 1, None, 0, "nowhere", "", None),
            Problem("error", None, 0, None, 0, "no line", "", None),
        )
    )
    marked = [mark.cursor.selectedText() for mark in editor.extraSelections() if mark.cursor.hasSelection()]
    assert marked == ["cd", "xyz"]
    editor.grab()
    editor.apply(DARK)
    editor.grab()
    editor.show_problems((Problem("error", 1, 3, 2, 3, "over lines", "", None),))
    marked = [mark.cursor.selectedText() for mark in editor.extraSelections() if mark.cursor.hasSelection()]
    assert marked == ["ab🎉cd\u2029xy"]


def test_a_message_paints_beside_its_line(editor: Editor) -> None:
    editor.open("x = 1\ny = 2\n")
    before = editor.viewport().grab().toImage()
    editor.show_problems((Problem("error", 2, 0, None, 0, "a message", "", None),))
    after = editor.viewport().grab().toImage()
    changed = [
        x for x in range(80, after.width()) for y in range(after.height()) if before.pixel(x, y) != after.pixel(x, y)
    ]
    assert max(changed) > 110
    assert min(changed) >= 60


def test_paste_is_plain_and_files_are_the_windows(editor: Editor) -> None:
    rich = QMimeData()
    rich.setHtml("<b>x = 1</b>")
    rich.setText("x = 1\u2028y = 2")
    editor.insertFromMimeData(rich)
    assert editor.toPlainText() == "x = 1\ny = 2"
    file = QMimeData()
    file.setUrls([QUrl.fromLocalFile("/a.py")])
    assert not editor.canInsertFromMimeData(file)
    assert editor.canInsertFromMimeData(rich)


def test_go_to_counts_characters_not_units(editor: Editor) -> None:
    editor.open("🎉🎉ab\n")
    editor.go_to(1, 3)
    QTest.keyClicks(editor, "X")
    assert editor.toPlainText() == "🎉🎉Xab\n"
    editor.go_to(99)
    assert editor.line == 1


def test_a_number_in_the_gutter_chooses_its_line(editor: Editor, qtbot: QtBot) -> None:
    editor.open("a\nb\nc")
    gutter = editor.gutter
    with qtbot.waitSignal(editor.lineChosen, check_params_cb=lambda line: line == 3):
        QTest.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(30, int(2.5 * editor.fontMetrics().height())))
    editor.light((2,))
    assert editor.grab().toImage() is not None


def test_lit_lines_come_into_view(editor: Editor) -> None:
    editor.open("\n".join(str(number) for number in range(300)))
    editor.light((250,))
    assert editor.firstVisibleBlock().blockNumber() > 200


def test_the_cursor_stays_in_view_when_the_editor_gets_lower(editor: Editor) -> None:
    editor.open("x = 1\n" * 12)
    editor.moveCursor(QTextCursor.MoveOperation.End)
    editor.resize(500, 120)
    assert editor.viewport().rect().contains(editor.cursorRect())
    editor.verticalScrollBar().setValue(0)
    editor.resize(500, 100)
    assert editor.verticalScrollBar().value() == 0
