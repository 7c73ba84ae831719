"""The slider at a number of the program: with real events of the mouse and of keys."""

from typing import NamedTuple

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QTextCursor, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gradviz.picture.picture import Problem
from gradviz.state.messages import Slid
from gradviz.state.values.slide import Point, Slide
from gradviz.ui.editor.editor import Editor
from gradviz.ui.editor.sliding.slider import Slider
from gradviz.ui.editor.sliding.sliding import Sliding
from gradviz.ui.style.theme import DARK, LIGHT
from gradviz.ui.window import Window
from tests.gui.driving import drawn, press

PROGRAM = "x = torch.tensor(2.0)\nconv1 = '3.0'  # 4.0\ny = x - 64\nz = [\n    -1e-3,\n]\n"
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Desk(NamedTuple):
    """An editor with its slider."""

    editor: Editor
    sliding: Sliding
    texts: list[str]  # that were slid
    rests: list[int]

    @property
    def slider(self) -> Slider:
        return self.sliding.slider

    def line(self, number: int = 1) -> str:
        return self.editor.toPlainText().split("\n")[number - 1]

    def point(self, text: str) -> QPoint:
        """The middle of a text on the screen."""
        at = self.editor.toPlainText().index(text)
        boxes = []
        for end in (at, at + len(text)):
            cursor = QTextCursor(self.editor.document())
            cursor.setPosition(end)
            boxes.append(self.editor.cursorRect(cursor).center())
        return (boxes[0] + boxes[1]) / 2

    def go(self, text: str) -> None:
        """Put the cursor in front of a text."""
        cursor = self.editor.textCursor()
        cursor.setPosition(self.editor.toPlainText().index(text))
        self.editor.setTextCursor(cursor)

    def hover(self, qtbot: QtBot, text: str) -> None:
        """Let the pointer rest on a text."""
        QTest.mouseMove(self.editor.viewport(), self.point(text))
        qtbot.waitUntil(self.slider.isVisible)

    def drag(self, *moves: int, keys: Qt.KeyboardModifier = NONE) -> None:
        """Take hold of the slider and move it so many pixels, one after another; do not let go."""
        start = at = self.slider.rect().center()
        QTest.mousePress(self.slider, LEFT, keys, start)
        for move in moves:
            at += QPoint(move, 0)
            _move(self.slider, at, keys)

    def drop(self) -> None:
        QTest.mouseRelease(self.slider, LEFT, NONE, self.slider.rect().center())


def _move(slider: Slider, at: QPoint, keys: Qt.KeyboardModifier) -> None:
    """Move the pointer with the button held, which QTest's own move does not hold."""
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(
        slider, QMouseEvent(QEvent.Type.MouseMove, QPointF(at), slider.mapToGlobal(QPointF(at)), none, LEFT, keys)
    )


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    editor = Editor(LIGHT)
    qtbot.addWidget(editor)
    sliding = Sliding(editor, LIGHT)
    editor.resize(500, 300)
    editor.show()
    editor.setFocus()
    qtbot.waitUntil(editor.hasFocus)
    editor.open(PROGRAM)
    desk = Desk(editor, sliding, [], [])
    sliding.slid.connect(lambda slid: desk.texts.append(slid.text))
    sliding.rested.connect(lambda: desk.rests.append(1))
    return desk


def test_it_comes_to_a_number_that_the_cursor_goes_to_and_to_nothing_else(desk: Desk) -> None:
    seen = {}
    for text in ("2.0", "torch", "3.0", "4.0", "64", "1 =", "-1e-3", "]"):
        desk.go(text)
        seen[text] = desk.slider.isVisible()
    assert seen == {
        "2.0": True, "torch": False, "3.0": False, "4.0": False, "64": True, "1 =": False, "-1e-3": True, "]": False,
    }  # fmt: skip
    desk.go("2.0")
    assert desk.editor.viewport().rect().contains(desk.slider.geometry())
    assert desk.slider.y() >= desk.point("2.0").y()
    press(desk.editor, Qt.Key.Key_Right, SHIFT)
    assert not desk.slider.isVisible()


def test_it_comes_to_a_number_that_the_pointer_rests_on_and_goes_with_it(desk: Desk, qtbot: QtBot) -> None:
    desk.hover(qtbot, "64")
    QTest.mouseMove(desk.editor.viewport(), desk.point("torch"))
    assert not desk.slider.isVisible()
    desk.hover(qtbot, "2.0")
    QTest.mouseClick(desk.editor.viewport(), LEFT, NONE, desk.point("conv"))
    assert not desk.slider.isVisible()


def test_a_pointer_that_passes_brings_nothing(desk: Desk, qtbot: QtBot) -> None:
    QTest.mouseMove(desk.editor.viewport(), desk.point("64"))
    QTest.mouseMove(desk.editor.viewport(), desk.point("torch"))
    qtbot.wait(250)
    assert not desk.slider.isVisible()


def test_typing_puts_it_away(desk: Desk) -> None:
    desk.go(".0)")
    assert desk.slider.isVisible()
    QTest.keyClicks(desk.editor, "5")
    assert desk.line() == "x = torch.tensor(25.0)"
    assert not desk.slider.isVisible()
    press(desk.editor, Qt.Key.Key_Left)
    assert desk.slider.isVisible()


def test_a_drag_changes_the_text_at_each_move_and_is_one_step_of_undo(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.editor, "#")
    press(desk.editor, Qt.Key.Key_Return)
    typed = desk.editor.toPlainText()
    desk.hover(qtbot, "2.0")
    edits = QSignalSpy(desk.editor.edited)
    cursor = desk.editor.textCursor().position()
    desk.drag(6, 6, 60, -12)
    assert [text.split("\n")[1] for text in desk.texts] == [
        f"x = torch.tensor({number})" for number in ("2.1", "2.2", "3.2", "3.0")
    ]
    desk.drop()
    assert desk.rests == [1]
    assert edits.count() == 0
    assert desk.editor.textCursor().position() == cursor
    desk.editor.undo()
    assert desk.editor.toPlainText() == typed
    desk.editor.redo()
    assert desk.line(2) == "x = torch.tensor(3.0)"


def test_two_drags_are_two_steps_of_undo(desk: Desk) -> None:
    for _ in range(2):
        desk.go("2.")
        desk.drag(6, 6)
        desk.drop()
    assert desk.line() == "x = torch.tensor(2.4)"
    desk.editor.undo()
    assert desk.line() == "x = torch.tensor(2.2)"
    desk.editor.undo()
    assert desk.editor.toPlainText() == PROGRAM


def test_with_shift_it_goes_ten_times_as_far(desk: Desk) -> None:
    desk.go("64")
    desk.drag(12, keys=SHIFT)
    assert desk.line(3) == "y = x - 84"
    desk.drop()


def test_esc_in_the_middle_of_a_drag_brings_back_what_was(desk: Desk) -> None:
    edits = QSignalSpy(desk.editor.edited)
    desk.go("2.0")
    desk.drag(6, 6, 6)
    press(desk.slider, Qt.Key.Key_Escape)
    assert desk.editor.toPlainText() == PROGRAM
    assert edits.at(edits.count() - 1) == [PROGRAM]
    _move(desk.slider, QPoint(90, 5), NONE)
    desk.drop()
    assert desk.editor.toPlainText() == PROGRAM
    desk.drag(6)
    assert desk.line() == "x = torch.tensor(2.1)"
    desk.drop()


def test_esc_before_a_move_leaves_earlier_edits_alone(desk: Desk) -> None:
    QTest.keyClicks(desk.editor, "#")
    text = desk.editor.toPlainText()
    desk.go("64")
    QTest.mousePress(desk.slider, LEFT, NONE, desk.slider.rect().center())
    press(desk.slider, Qt.Key.Key_Escape)
    desk.drop()
    assert desk.editor.toPlainText() == text


def test_its_arrows_and_the_wheel_go_by_a_step(desk: Desk) -> None:
    desk.go("64")
    less, more = QPoint(5, 10), QPoint(desk.slider.width() - 5, 10)
    QTest.mouseClick(desk.slider, LEFT, NONE, more)
    QTest.mouseClick(desk.slider, LEFT, NONE, more)
    QTest.mouseClick(desk.slider, LEFT, NONE, desk.slider.rect().center())
    assert desk.line(3) == "y = x - 66"
    QTest.mouseClick(desk.slider, LEFT, SHIFT, less)
    assert desk.line(3) == "y = x - 56"
    at = QPointF(desk.slider.rect().center())
    for turn in (60, 60, 240):
        QApplication.sendEvent(
            desk.slider,
            QWheelEvent(
                at, at, QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False
            ),
        )
    assert desk.line(3) == "y = x - 59"
    desk.editor.undo()
    assert desk.editor.toPlainText() == PROGRAM


def test_a_number_goes_below_zero_and_back_as_it_was_written(desk: Desk) -> None:
    desk.go("-1e-3")
    for _ in range(12):
        assert desk.sliding.nudge(1)
    assert desk.line(5) == "    0.2e-3,"
    desk.sliding.nudge(-12)
    assert desk.editor.toPlainText() == PROGRAM


def test_nudges_that_follow_each_other_are_one_step_of_undo(desk: Desk) -> None:
    desk.go("x = torch")
    assert desk.sliding.nudge(1)
    assert desk.sliding.nudge(10)
    assert desk.line() == "x = torch.tensor(3.1)"
    desk.editor.undo()
    assert desk.editor.toPlainText() == PROGRAM
    desk.go("conv1")
    assert not desk.sliding.nudge(1)
    assert not desk.sliding.open()


def test_by_key_it_is_opened_moved_and_left(desk: Desk, qtbot: QtBot) -> None:
    desk.go("x = torch")
    assert desk.sliding.open()
    qtbot.waitUntil(desk.slider.hasFocus)
    press(desk.slider, Qt.Key.Key_Right)
    press(desk.slider, Qt.Key.Key_Up, SHIFT)
    press(desk.slider, Qt.Key.Key_Left)
    assert desk.line() == "x = torch.tensor(3.0)"
    press(desk.slider, Qt.Key.Key_Return)
    qtbot.waitUntil(desk.editor.hasFocus)
    assert desk.line() == "x = torch.tensor(3.0)"
    desk.sliding.open()
    press(desk.slider, Qt.Key.Key_PageUp)
    assert desk.line() == "x = torch.tensor(4.0)"
    press(desk.slider, Qt.Key.Key_Escape)
    qtbot.waitUntil(desk.editor.hasFocus)
    assert desk.line() == "x = torch.tensor(3.0)"


def test_it_goes_along_with_the_text_and_out_of_sight(desk: Desk) -> None:
    desk.editor.open("x = 2.0\n" + "\n" * 100)
    desk.go("2.0")
    assert desk.slider.isVisible()
    desk.editor.verticalScrollBar().setValue(50)
    assert not desk.slider.isVisible()
    desk.editor.verticalScrollBar().setValue(0)
    assert desk.slider.isVisible()
    desk.editor.open("\n" * 100 + "x = 2.0")
    desk.editor.moveCursor(QTextCursor.MoveOperation.End)
    assert desk.slider.isVisible()
    assert desk.slider.geometry().bottom() < desk.point("2.0").y()


@pytest.mark.parametrize("rows", [0, 100])
def test_the_message_of_a_problem_keeps_off_it(desk: Desk, qtbot: QtBot, rows: int) -> None:
    desk.editor.open("\n" * rows + "x = 2.0 / 0")
    desk.editor.moveCursor(QTextCursor.MoveOperation.End)
    zero = "A number cannot be divided by zero."
    desk.editor.show_problems((Problem("error", rows + 1, 0, None, 0, zero, "ZeroDivisionError", None),))
    desk.hover(qtbot, "2.0")
    card = desk.editor.card
    assert card.isVisible()
    assert not card.geometry().intersects(desk.slider.geometry())
    QTest.mouseMove(desk.editor.viewport(), desk.point("2.0") + QPoint(2, 0))
    assert card.isVisible()
    assert not card.geometry().intersects(desk.slider.geometry())
    assert desk.editor.viewport().rect().contains(card.geometry())


def test_it_is_seen_in_both_themes(desk: Desk) -> None:
    desk.go("2.0")
    light = desk.slider.grab().toImage()
    desk.sliding.apply(DARK)
    assert desk.slider.grab().toImage() != light


def test_a_drag_runs_the_program_and_a_failure_keeps_the_picture(window: Window, qtbot: QtBot) -> None:
    editor, slider = window.panels.editor, window.panels.sliding.slider
    qtbot.waitUntil(editor.hasFocus)
    cursor = editor.textCursor()
    cursor.setPosition(4)
    editor.setTextCursor(cursor)
    assert slider.isVisible()
    desk = Desk(editor, window.panels.sliding, [], [])
    before = window.state.run
    desk.drag(*[6] * 40)
    assert window.state.newer is not None
    assert window.state.newer.text == "x = 41\ny = 2\n"
    assert window.state.run == before + 1
    assert not window.state.dimmed
    desk.drop()
    qtbot.waitUntil(lambda: drawn(window))
    assert window.state.text == editor.toPlainText() == "x = 41\ny = 2\n"
    window.action("undo").trigger()
    qtbot.waitUntil(lambda: drawn(window))
    assert window.state.text == "x = 1\ny = 2\n"


def test_keys_slide_from_anywhere_and_say_where_there_is_no_number(window: Window, qtbot: QtBot) -> None:
    for name in ("more", "much_more", "less"):
        window.action(name).trigger()
    qtbot.waitUntil(lambda: drawn(window))
    assert window.state.text == "x = 11\ny = 2\n"
    window.panels.editor.moveCursor(QTextCursor.MoveOperation.End)
    window.action("much_less").trigger()
    assert "no number" in window.panels.status.activity
    window.panels.editor.moveCursor(QTextCursor.MoveOperation.Start)
    window.action("slide").trigger()
    assert window.panels.sliding.slider.hasFocus()


def slide(*points: Point) -> Slide:
    return Slide(Slid("x = 2.0", 1, 2.0, 1.0, 1), "loss", "x", points)


def test_what_the_runs_told_stands_by_the_slider_as_points(desk: Desk) -> None:
    curve = desk.sliding.curve
    desk.go("2.0")
    desk.sliding.show_slide(slide(Point(1.0, 1.0)))
    assert not curve.isVisible()  # one point tells of no dependence
    desk.sliding.show_slide(slide(Point(1.0, 1.0, 2.0), Point(2.0, 4.0, 4.0)))
    assert curve.said == "loss = 4.0 at 2.0\nslope = x.grad = 4.0"
    assert curve.accessibleDescription() == curve.said
    assert curve.isVisible()
    assert desk.editor.viewport().rect().contains(curve.geometry())
    assert not curve.geometry().intersects(desk.slider.geometry())
    sloped = curve.grab().toImage()
    desk.sliding.show_slide(slide(Point(1.0, 1.0), Point(2.0, 4.0)))
    assert curve.said == "loss = 4.0 at 2.0"
    assert curve.grab().toImage() != sloped
    desk.sliding.show_slide(slide(Point(1.0, 4.0, 0.0), Point(2.0, 4.0, 0.0)))
    assert curve.grab().toImage() != sloped
    desk.go("torch")
    assert not curve.isVisible()
    desk.go("2.0")
    desk.sliding.show_slide(None)
    assert not curve.isVisible()


def test_the_points_leave_most_of_a_low_program_to_be_read(desk: Desk) -> None:
    curve, viewport, line = desk.sliding.curve, desk.editor.viewport(), desk.editor.fontMetrics().height()
    desk.editor.open("\n" * 4 + "x = 2.0" + "\n" * 5)
    told = slide(Point(1.0, 1.0, 2.0), Point(2.0, 4.0, 4.0))
    for lines in (14, 11, 9):
        desk.editor.resize(desk.editor.width(), line * lines)
        desk.go("2.0")
        desk.sliding.show_slide(None)
        desk.sliding.show_slide(told)
        assert curve.isVisible()
        assert viewport.rect().contains(curve.geometry())
        assert curve.height() <= viewport.height() // 2
        assert curve.height() >= 2 * line  # both its lines of words
        assert not curve.geometry().intersects(desk.slider.geometry())


def test_the_points_stand_above_where_there_is_no_room_below(desk: Desk) -> None:
    desk.editor.open("\n" * 12 + "x = 2.0")
    desk.go("2.0")
    desk.sliding.show_slide(slide(Point(1.0, 1.0, 2.0), Point(2.0, 4.0, 4.0)))
    assert desk.sliding.curve.geometry().bottom() < desk.point("2.0").y()


def test_the_points_are_as_wide_whatever_the_numbers_become(desk: Desk) -> None:
    desk.go("2.0")
    widths = set()
    for number in (2.0, -0.00012345, 1234.5678, 9.87e-45):
        last = Point(number, -number, number)
        desk.sliding.show_slide(slide(Point(1.0, 1.0), last)._replace(name="mean_squared_loss", leaf="encoder.weight"))
        widths.add(desk.sliding.curve.sizeHint().width())
    assert len(widths) == 1
