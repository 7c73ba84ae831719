"""Stepping through a run on fakes: keys, the bar, and what the panels then show."""

from collections import defaultdict
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gradviz.state.messages import Edited, StopChosen
from gradviz.ui.bars.courseslider import backward
from gradviz.ui.bars.timeline import PACE, SPEEDS
from gradviz.ui.docks.changes import changes
from gradviz.ui.window import Window
from gradviz.ui.wording.stepwords import event
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, press, type_text

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
KINDS = "LOLOLBA"  # of this program, its stops counted from 0
PROGRAM = "x = 1\ny = 2\ny.backward()\n"


@pytest.fixture
def stepping(opened: Opener, qtbot: QtBot, tmp_path: Path) -> Window:
    """A window whose program has been run and can be stepped through."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    made = opened((program,))
    qtbot.waitUntil(lambda: drawn(made) and made.state.steppable)
    return made


def settled(qtbot: QtBot, window: Window, at: int | None) -> None:
    """Wait until a stop's picture is on the screen."""
    qtbot.waitUntil(lambda: window.state.at == at and not window.state.busy)


def go(qtbot: QtBot, window: Window, at: int | None) -> None:
    window.send(StopChosen(at))
    settled(qtbot, window, at)


class Watch(QObject):
    """What is laid out, and how many pixels of each kind of panel are painted, while it watches."""

    def __init__(self) -> None:
        super().__init__()
        self.laid_out: list[str] = []
        self.painted: dict[str, int] = defaultdict(int)

    def __enter__(self) -> None:
        self._app = QApplication.instance()
        assert self._app is not None
        self._app.installEventFilter(self)

    def __exit__(self, *_: object) -> None:
        assert self._app is not None
        self._app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take note."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.laid_out.append(type(watched).__name__)
        if isinstance(event, QPaintEvent):
            self.painted[type(watched).__name__] += event.rect().width() * event.rect().height()
        return False


def seen(window: Window) -> list[str]:
    """The names in the table of tensors."""
    return [row.name for row in window.state.table.rows] if window.state.table else []


def look(model: QAbstractItemModel, row: int, column: int, role: Qt.ItemDataRole) -> object:
    return model.data(model.index(row, column, QModelIndex()), role)


def test_keys_step_to_and_fro(qtbot: QtBot, stepping: Window) -> None:
    assert stepping.state.course.kinds == KINDS
    editor = stepping.panels.editor
    press(editor, Qt.Key.Key_F9)
    settled(qtbot, stepping, 5)  # the last stop shows what the end does
    press(editor, Qt.Key.Key_F10)
    settled(qtbot, stepping, 6)
    press(editor, Qt.Key.Key_F10)
    settled(qtbot, stepping, None)
    press(editor, Qt.Key.Key_F7)
    settled(qtbot, stepping, 4)
    press(editor, Qt.Key.Key_F7)
    settled(qtbot, stepping, 2)
    press(editor, Qt.Key.Key_F8)
    settled(qtbot, stepping, 4)
    press(editor, Qt.Key.Key_F9, CTRL | SHIFT)
    settled(qtbot, stepping, 0)
    assert seen(stepping) == []
    press(editor, Qt.Key.Key_F10, CTRL | SHIFT)
    settled(qtbot, stepping, None)
    assert seen(stepping) == ["x", "y"]
    assert editor.toPlainText() == PROGRAM


def test_esc_leaves_the_step_once_nothing_is_selected(qtbot: QtBot, stepping: Window) -> None:
    for panel in (stepping.panels.editor, stepping.panels.timeline.slider, stepping.panels.canvas):
        go(qtbot, stepping, 2)
        press(panel, Qt.Key.Key_Escape)
        settled(qtbot, stepping, None)
    go(qtbot, stepping, 2)
    canvas = stepping.panels.canvas
    press(canvas, Qt.Key.Key_Down)
    chosen = stepping.state.chosen
    assert chosen
    press(canvas, Qt.Key.Key_Escape)
    assert stepping.state.chosen is None
    assert stepping.state.at == 2
    press(canvas, Qt.Key.Key_Escape)
    settled(qtbot, stepping, None)
    press(canvas, Qt.Key.Key_Escape)
    assert stepping.state.at is None


def test_the_slider_goes_anywhere(qtbot: QtBot, stepping: Window) -> None:
    slider = stepping.panels.timeline.slider
    stepping.panels.editor.setFocus()
    stepping.action("last_panel").trigger()
    qtbot.waitUntil(slider.hasFocus)
    assert slider.value() == slider.maximum() == len(KINDS)
    press(slider, Qt.Key.Key_Home)
    settled(qtbot, stepping, 0)
    press(slider, Qt.Key.Key_Right)
    settled(qtbot, stepping, 1)
    press(slider, Qt.Key.Key_End)
    settled(qtbot, stepping, None)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(1, slider.height() // 2))
    settled(qtbot, stepping, 0)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(8, 10))
    QTest.mouseMove(slider, QPoint(slider.width() // 2, 10))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 10))
    settled(qtbot, stepping, 4 if stepping.state.at == 4 else 3)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() + 50, 10))
    settled(qtbot, stepping, None)
    QTest.mouseClick(slider, Qt.MouseButton.RightButton, pos=QPoint(1, 10))
    assert stepping.state.at is None
    assert not slider.grab().isNull()


def test_a_slider_shows_backward_apart() -> None:
    assert backward(KINDS, 70) == [(50, 70)]
    assert backward("LBLA", 8) == [(2, 4), (6, 8)]
    assert backward("LBLA", 2) == []  # finer than can be shown
    assert backward("", 70) == []


def test_the_bar_is_disabled_without_a_run_and_its_targets_are_large(qtbot: QtBot, opened: Opener) -> None:
    window = opened(start=False)
    timeline = window.panels.timeline
    assert not timeline.slider.isEnabled()
    assert timeline.slider.maximum() == 0
    assert timeline.isVisible()
    assert not window.action("next_step").isEnabled()
    assert timeline.place == ""
    assert not timeline.slider.grab().isNull()
    for button in timeline.findChildren(QToolButton):
        assert min(button.width(), button.height()) >= 24
    assert timeline.slider.height() >= 24


def test_everything_says_where_the_run_stands(qtbot: QtBot, stepping: Window) -> None:
    panels = stepping.panels
    go(qtbot, stepping, 2)
    assert panels.timeline.place == "3/7"
    assert panels.notice.whole == "line 2 is about to run"
    whole = "Step 3 of 7: line 2 is about to run · Esc returns to the end of the run"
    assert panels.status.activity == panels.timeline.slider.accessibleDescription() == whole
    for at, words in ((3, "line 2: y"), (5, "backward"), (6, "gradient added to .grad")):
        go(qtbot, stepping, at)
        assert panels.notice.whole == words
    go(qtbot, stepping, None)
    assert panels.timeline.place == "end"
    assert panels.notice.isHidden()
    assert panels.status.activity.startswith("Ready")


def test_where_the_run_stands_is_read_at_any_size_of_text(qtbot: QtBot, stepping: Window) -> None:
    (place,) = (one for one in stepping.panels.timeline.findChildren(QLabel) if one.text() == "end")
    for _ in range(8):
        stepping.action("larger").trigger()
    room = place.fontMetrics().boundingRect(place.text())
    assert place.height() >= room.height()
    assert place.width() >= room.width()


def test_the_node_just_done_is_pointed_out_and_brought_into_view(qtbot: QtBot, stepping: Window) -> None:
    canvas = stepping.panels.canvas
    canvas.zoom_to(4.0)
    canvas.pan(5000, 5000)
    go(qtbot, stepping, 3)
    mark = canvas.scene.mark("t1")
    assert mark
    assert canvas.seen.overlaps(mark.rect)
    pointed = canvas.grab().toImage()
    canvas.mark_done(None)
    assert canvas.grab().toImage() != pointed
    go(qtbot, stepping, 2)
    plain = canvas.grab().toImage()
    canvas.mark_done(None)
    assert canvas.grab().toImage() == plain


def test_a_step_lays_nothing_out_anew_and_paints_only_what_it_changes(qtbot: QtBot, stepping: Window) -> None:
    panels, watch = stepping.panels, Watch()
    press(panels.canvas, Qt.Key.Key_1)
    for at in (1, 3):  # the widest words have been seen, and the view has moved
        go(qtbot, stepping, at)
    QApplication.processEvents()
    with watch:
        press(panels.canvas, Qt.Key.Key_F9)
        press(panels.canvas, Qt.Key.Key_F10)
        settled(qtbot, stepping, 3)
        QApplication.processEvents()
    assert watch.laid_out == []
    whole = panels.canvas.width() * panels.canvas.height()
    assert 0 < watch.painted["Canvas"] < whole
    line = panels.editor.fontMetrics().height() + 8
    assert watch.painted["Gutter"] <= 2 * 4 * line * panels.editor.gutter.width()


def test_what_was_just_done_stays_pointed_out_until_the_next_is(qtbot: QtBot, stepping: Window) -> None:
    go(qtbot, stepping, 1)
    panels = stepping.panels
    before = panels.canvas.grab().toImage()
    stepping.send(StopChosen(3))
    assert stepping.state.awaited
    assert panels.notice.whole == "line 1: x"
    assert panels.canvas.grab().toImage() == before
    settled(qtbot, stepping, 3)
    assert panels.notice.whole == "line 2: y"
    assert panels.canvas.grab().toImage() != before


def test_the_program_shows_what_is_about_to_run_and_what_has(qtbot: QtBot, stepping: Window) -> None:
    editor = stepping.panels.editor
    grounds = len(editor.extraSelections())
    end = editor.gutter.grab().toImage()
    go(qtbot, stepping, 2)
    about = editor.gutter.grab().toImage()
    assert len(editor.extraSelections()) == grounds + 1
    go(qtbot, stepping, 3)
    assert editor.gutter.grab().toImage() not in (about, end)
    go(qtbot, stepping, None)
    assert editor.gutter.grab().toImage() == end
    assert len(editor.extraSelections()) == grounds


def test_the_line_of_a_step_is_brought_into_view(qtbot: QtBot, stepping: Window) -> None:
    type_text(stepping, "\n" * 200 + "z = 3")
    qtbot.waitUntil(lambda: drawn(stepping) and stepping.state.steppable)
    bar = stepping.panels.editor.verticalScrollBar()
    assert bar.value() > 100
    go(qtbot, stepping, 0)
    assert bar.value() == 0


def test_what_a_step_changed_is_marked_in_the_table(qtbot: QtBot, stepping: Window) -> None:
    model = stepping.panels.tensors.model()
    go(qtbot, stepping, 2)
    go(qtbot, stepping, 3)
    assert [look(model, row, 0, Qt.ItemDataRole.BackgroundRole) is not None for row in (0, 1)] == [False, True]
    font, usual = look(model, 1, 1, Qt.ItemDataRole.FontRole), QFont()
    assert isinstance(font, QFont)
    assert font.underline()  # not by colour alone, and no wider
    assert not usual.underline()
    assert QFontMetrics(font).horizontalAdvance("1.0") == QFontMetrics(usual).horizontalAdvance("1.0")
    assert look(model, 1, 1, Qt.ItemDataRole.AccessibleTextRole) == "1.0\nnot there before"
    assert "not there before" in str(look(model, 1, 1, Qt.ItemDataRole.ToolTipRole))
    assert look(model, 1, 1, Qt.ItemDataRole.DisplayRole) == "1.0"
    go(qtbot, stepping, None)
    assert look(model, 1, 1, Qt.ItemDataRole.BackgroundRole) is None


def test_changes_go_by_the_names_that_people_read() -> None:
    now = [("x", "2"), ("y", "1")]
    assert changes(now, None) == {}
    assert changes(now, [("y", "1"), ("x", "1")]) == {(0, 1): "1"}
    assert changes(now, [("x", "2")]) == {(1, 0): "", (1, 1): ""}


def test_breakpoints_are_set_in_the_gutter_and_by_key(qtbot: QtBot, stepping: Window) -> None:
    editor = stepping.panels.editor
    before = editor.gutter.grab().toImage()
    second = QPoint(10, int(1.5 * editor.fontMetrics().height()))
    QTest.mouseClick(editor.gutter, Qt.MouseButton.LeftButton, pos=second)
    assert stepping.state.breakpoints == {2}
    assert editor.gutter.grab().toImage() != before
    editor.go_to(3)
    press(editor, Qt.Key.Key_B, CTRL)
    assert stepping.state.breakpoints == {2, 3}
    press(editor, Qt.Key.Key_F5, CTRL)
    settled(qtbot, stepping, 2)
    press(editor, Qt.Key.Key_F5, CTRL)
    settled(qtbot, stepping, 4)
    press(editor, Qt.Key.Key_F5, CTRL)
    settled(qtbot, stepping, None)


def test_running_to_the_cursor(qtbot: QtBot, stepping: Window) -> None:
    editor = stepping.panels.editor
    editor.go_to(3)
    press(editor, Qt.Key.Key_F10, CTRL)
    settled(qtbot, stepping, 4)
    editor.go_to(4)
    press(editor, Qt.Key.Key_F10, CTRL)
    assert stepping.panels.status.activity == "Line 4 did not run"
    assert stepping.state.at == 4


def test_keys_go_over_calls_out_of_them_and_from_round_to_round(qtbot: QtBot, stepping: Window) -> None:
    editor = stepping.panels.editor
    go(qtbot, stepping, 0)
    press(editor, Qt.Key.Key_F8, SHIFT)
    settled(qtbot, stepping, 2)
    press(editor, Qt.Key.Key_F7, SHIFT)
    settled(qtbot, stepping, 0)
    press(editor, Qt.Key.Key_F8, CTRL | SHIFT)
    assert stepping.panels.status.activity == "Line 1 does not run again"
    press(editor, Qt.Key.Key_F7, CTRL | SHIFT)
    assert stepping.panels.status.activity == "Line 1 did not run before"
    assert stepping.state.at == 0
    press(editor, Qt.Key.Key_F9, CTRL)
    settled(qtbot, stepping, None)


def test_playing_goes_to_the_end_and_no_further(qtbot: QtBot, stepping: Window) -> None:
    clock, places = stepping.panels.timeline.clock, []
    stepping.changed.connect(lambda: places.append(stepping.state.at))
    stepping.action("fourfold_speed").trigger()
    stepping.action("play").trigger()
    assert stepping.action("play").isChecked()
    assert clock.isActive()
    assert clock.interval() == round(PACE / SPEEDS["fourfold_speed"])
    qtbot.waitUntil(lambda: not stepping.state.playing)
    settled(qtbot, stepping, None)
    assert not clock.isActive()
    assert not stepping.action("play").isChecked()
    assert list(dict.fromkeys(places)) == [None, 0, 1, 2, 3, 4, 5, 6]


def test_pausing_editing_and_closing_end_play(qtbot: QtBot, stepping: Window) -> None:
    clock, play = stepping.panels.timeline.clock, stepping.action("play")
    play.trigger()
    press(stepping.panels.editor, Qt.Key.Key_F8, CTRL)
    assert not clock.isActive()
    assert stepping.state.at == 0
    play.trigger()
    type_text(stepping, "z = 3")
    assert not clock.isActive()
    qtbot.waitUntil(lambda: drawn(stepping) and stepping.state.steppable)
    play.trigger()
    stepping.close()
    assert not clock.isActive()


def test_an_edit_returns_to_the_end_without_a_flicker(qtbot: QtBot, stepping: Window) -> None:
    go(qtbot, stepping, 2)
    seen_enabled = []
    stepping.changed.connect(lambda: seen_enabled.append(stepping.panels.timeline.slider.isEnabled()))
    type_text(stepping, "z = 3")
    qtbot.waitUntil(lambda: drawn(stepping) and stepping.state.steppable)
    assert stepping.state.at is None
    assert all(seen_enabled)
    assert stepping.panels.timeline.slider.maximum() == len(KINDS) + 2


def test_an_edit_that_does_not_run_has_no_steps(qtbot: QtBot, stepping: Window) -> None:
    go(qtbot, stepping, 2)
    stepping.action("live").trigger()
    stepping.send(Edited(PROGRAM + "z"))
    assert not stepping.action("next_step").isEnabled()
    assert seen(stepping) == ["x", "y"]


def test_a_step_of_an_empty_graph_says_so(qtbot: QtBot, opened: Opener, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("1\n2\n")
    window = opened((program,))
    qtbot.waitUntil(lambda: window.state.steppable and not window.state.busy)
    go(qtbot, window, 0)
    assert window.panels.canvas.words == "Nothing is there yet at this step"


def test_a_line_of_a_function_is_told_with_its_name(qtbot: QtBot, stepping: Window) -> None:
    go(qtbot, stepping, 2)
    ending = stepping.state.ending
    assert ending is not None

    def told(depth: int) -> str:
        course = stepping.state.course._replace(depths=(depth,) * 7, functions={2: "Net.forward"})
        return event(stepping.state._replace(ending=ending._replace(table=ending.table._replace(course=course))))

    assert told(1) == "line 2, in Net.forward, is about to run"
    assert told(0) == "line 2 is about to run"  # where the function is defined on one line with its body
