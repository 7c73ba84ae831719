"""The window on fakes: what a person does, and what is then on the screen."""

import os
import signal
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QColor, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gradviz import resources
from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import contrast
from gradviz.layout.geometry import Point, Size
from gradviz.state.messages import BreakpointToggled, OptionsSet, PictureArrived
from gradviz.state.values.chosen import Selection
from gradviz.state.values.engine import Phase
from gradviz.ui import preferences
from gradviz.ui.editor.patience import PAUSE
from gradviz.ui.graph.around.welcome import Welcome
from gradviz.ui.style.theme import colours
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, names, place, press, rub_out, type_text


def test_typing_runs_and_draws(qtbot: QtBot, window: Window) -> None:
    type_text(window, "z = 3")
    qtbot.waitUntil(lambda: drawn(window) and names(window) == ["x", "y", "z"])
    assert window.panels.tensors.model().rowCount() == 3
    assert window.panels.output.output == f"ran {window.state.run}\n"
    assert not window.state.dimmed
    assert window.panels.notice.isHidden()


def test_every_key_is_a_run_and_stale_answers_are_dropped(qtbot: QtBot, window: Window) -> None:
    before = window.state
    type_text(window, "z = 3")
    qtbot.waitUntil(lambda: drawn(window))
    assert window.state.run == before.run + 5
    assert before.picture is not None
    window.send(PictureArrived(before.picture))
    assert names(window) == ["x", "y", "z"]


def test_an_error_keeps_the_picture_dimmed_and_stands_on_its_line(qtbot: QtBot, window: Window) -> None:
    type_text(window, "error")
    qtbot.waitUntil(lambda: window.state.dimmed and not window.state.busy)
    table = window.panels.tensors
    assert table.model().index(0, 1).data(Qt.ItemDataRole.ForegroundRole) == QColor(colours("light").muted)
    assert "not of the program as it stands" in table.accessibleDescription()
    assert names(window) == ["x", "y"]
    assert window.panels.tensors.model().rowCount() == 2
    assert window.panels.notice.whole == "Last good graph · error on line 3"
    qtbot.waitUntil(lambda: window.panels.strip.text.startswith("Line 3: this line is wrong: error"))
    assert window.panels.output.problems == ("Line 3: this line is wrong: error\nSyntaxError: fake",)
    waves = [mark for mark in window.panels.editor.extraSelections() if mark.cursor.selectedText() == "err"]
    assert len(waves) == 1
    rub_out(window, 5)
    qtbot.waitUntil(lambda: drawn(window) and not window.state.dimmed)
    assert table.model().index(0, 1).data(Qt.ItemDataRole.ForegroundRole) is None
    assert table.accessibleDescription() == ""
    assert window.panels.notice.isHidden()
    assert window.panels.strip.isHidden()


def test_the_strip_tells_of_no_word_that_is_still_being_written(qtbot: QtBot, window: Window) -> None:
    strip, editor = window.panels.strip, window.panels.editor
    type_text(window, "error")
    qtbot.waitUntil(lambda: window.state.dimmed and not window.state.busy)
    assert strip.isHidden()
    assert len(editor.extraSelections()) == 2  # the wave is under it at once
    rub_out(window, 5)
    qtbot.waitUntil(lambda: drawn(window) and not window.state.dimmed)
    QTest.qWait(PAUSE + 100)
    assert strip.isHidden()
    type_text(window, "error")
    qtbot.waitUntil(lambda: not strip.isHidden())
    type_text(window, "s")
    qtbot.waitUntil(lambda: strip.text.startswith("Line 3: this line is wrong: errors"))


def test_the_strip_tells_of_a_line_as_soon_as_it_is_left(qtbot: QtBot, window: Window) -> None:
    type_text(window, "error")
    qtbot.waitUntil(lambda: window.state.dimmed and not window.state.busy)
    assert window.panels.strip.isHidden()
    press(window.panels.editor, Qt.Key.Key_Return)
    assert not window.panels.strip.isHidden()


def test_the_strip_waits_while_it_is_chosen_how_a_word_ends(qtbot: QtBot, window: Window) -> None:
    listed = window.panels.completion.list
    type_text(window, "error = x")
    window.action("complete").trigger()
    qtbot.waitUntil(lambda: listed.isVisible() and window.state.dimmed and not window.state.busy)
    QTest.qWait(PAUSE + 100)
    assert window.panels.strip.isHidden()
    press(window.panels.editor, Qt.Key.Key_Escape)
    assert listed.isHidden()
    qtbot.waitUntil(lambda: not window.panels.strip.isHidden())


def test_a_graph_that_nothing_requires_grad_for_is_one_button_away(qtbot: QtBot, window: Window) -> None:
    editor, invitation = window.panels.editor, window.panels.invitation
    editor.setPlainText("x = 1  # off\n")
    qtbot.waitUntil(lambda: drawn(window) and names(window) == ["x"])
    assert invitation.isHidden()
    picture = window.state.picture
    assert picture is not None
    window.send(PictureArrived(picture._replace(drawing=Drawing(Size(0, 0), (), (), ()))))
    assert invitation.isVisible()
    assert window.panels.canvas.words == "No graph: nothing here requires grad"
    assert invitation.button.text() == "Make x require grad"
    invitation.button.setFocus()
    press(invitation.button, Qt.Key.Key_Space)
    assert editor.toPlainText() == "x = 1\n"
    assert window.panels.canvas.hasFocus()
    qtbot.waitUntil(lambda: drawn(window) and names(window) == ["x"])
    assert invitation.isHidden()


def test_a_quick_answer_does_not_flicker(qtbot: QtBot, window: Window) -> None:
    seen = []
    window.panels.canvas.dim = lambda dimmed: seen.append(dimmed)  # type: ignore[method-assign]  # a spy
    type_text(window, "z = 3")
    qtbot.waitUntil(lambda: drawn(window))
    assert not any(seen)


def test_a_program_without_tensors_says_so(qtbot: QtBot, window: Window) -> None:
    window.panels.editor.selectAll()
    QTest.keyClicks(window.panels.editor, "print")
    qtbot.waitUntil(lambda: drawn(window))
    assert "nothing here requires grad" in window.panels.canvas.words


@pytest.mark.parametrize(("high", "told"), [(400, ["title", "hint"]), (180, ["title"]), (130, [])])
def test_the_ways_to_begin_are_whole_however_little_room_there_is(qtbot: QtBot, high: int, told: list[str]) -> None:
    panel = QWidget()  # which asks for nothing, as that of the graph
    qtbot.addWidget(panel)
    welcome = Welcome(panel)
    welcome.tell_keys([("F5", "Run")])
    panel.show()
    welcome.show()
    welcome.resize(500, high)
    title, hint = welcome.findChildren(QLabel)
    assert [name for name, label in (("title", title), ("hint", hint)) if label.isVisible()] == told
    assert all(one.height() >= one.heightForWidth(one.width()) for one in (title, hint) if one.isVisible())
    assert all(one.height() >= one.sizeHint().height() for one in welcome.findChildren(QPushButton))


def test_no_program_is_three_ways_to_begin(qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    panels = window.panels
    panels.editor.selectAll()
    press(panels.editor, Qt.Key.Key_Delete)
    assert panels.welcome.isVisible()
    assert names(window) == []
    assert panels.tensors.model().rowCount() == 0
    qtbot.waitUntil(lambda: not window.state.busy)
    type_text(window, "error")
    qtbot.waitUntil(lambda: not window.state.busy)
    assert panels.welcome.isHidden()
    assert panels.canvas.words == "No graph yet: line 1 has an error."
    assert panels.notice.isHidden()  # there is no last good graph
    panels.editor.selectAll()
    press(panels.editor, Qt.Key.Key_Delete)
    asked: list[str] = []

    def ask(_window: QWidget, title: str, *_rest: str) -> tuple[str, str]:
        asked.append(title)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    example, program, file = panels.welcome.findChildren(QPushButton)
    file.click()
    assert asked == ["Open a program"]
    with qtbot.waitActive(window):
        window.activateWindow()
    program.click()
    assert panels.editor.hasFocus()
    example.click()
    assert panels.welcome.isHidden()
    assert "requires_grad=True" in panels.editor.toPlainText()
    qtbot.waitUntil(lambda: drawn(window))


def test_the_notice_covers_nothing_and_moves_nothing(qtbot: QtBot, window: Window) -> None:
    canvas = window.panels.canvas
    before = canvas.geometry()
    type_text(window, "error")
    qtbot.waitUntil(lambda: window.state.dimmed and not window.state.busy)
    assert window.panels.notice.isVisible()
    assert not canvas.isAncestorOf(window.panels.notice)
    QApplication.processEvents()
    assert canvas.geometry() == before


def test_a_selected_row_can_be_read_in_both_themes(qtbot: QtBot, window: Window) -> None:
    tensors = window.panels.tensors
    for _ in range(2):
        tensors.selectRow(0)
        image = tensors.viewport().grab().toImage()
        row = tensors.visualRect(tensors.model().index(0, 1))
        ground = image.pixelColor(row.topLeft() + QPoint(2, 2)).name()
        seen = {image.pixelColor(x, y).name() for x in range(row.left(), row.right()) for y in range(row.bottom())}
        assert max(contrast(ground, each) for each in seen) > 7
        window.action("dark").trigger()


def test_what_an_empty_program_is_told_is_not_painted_over(window: Window) -> None:
    editor = window.panels.editor
    assert editor.extraSelections()
    editor.selectAll()
    press(editor, Qt.Key.Key_Backspace)
    assert editor.extraSelections() == []


def test_presentation_is_a_whole_screen_with_larger_text_and_back(qtbot: QtBot, window: Window) -> None:
    panels, points = window.panels, window.panels.tensors.font().pointSizeF()
    place, heights = window.geometry(), (panels.examples.height(), panels.editor.height())
    panels.editor.setFocus()
    qtbot.waitUntil(panels.editor.hasFocus)
    window.action("present").trigger()
    assert panels.editor.hasFocus()
    assert window.isFullScreen()
    qtbot.waitUntil(lambda: window.geometry() == window.screen().geometry() != place)
    assert panels.examples.isHidden() or not panels.examples.isVisible()
    assert panels.tensors.font().pointSizeF() > points
    assert window.action("present").isChecked()
    window.action("present").trigger()
    assert not window.isFullScreen()
    assert panels.examples.isVisible()
    assert window.menuBar().isVisible()
    assert panels.tensors.font().pointSizeF() == points
    assert panels.editor.hasFocus()
    assert window.geometry() == place
    qtbot.waitUntil(lambda: (panels.examples.height(), panels.editor.height()) == heights)


def test_a_window_that_was_maximized_is_so_again_after_a_presentation(qtbot: QtBot, window: Window) -> None:
    normal, screen = window.geometry(), window.screen()
    window.showMaximized()
    qtbot.waitUntil(lambda: window.height() > normal.height())
    maximized = window.geometry()
    window.action("present").trigger()
    qtbot.waitUntil(lambda: window.geometry() == screen.geometry())
    window.action("present").trigger()
    assert window.isMaximized()
    qtbot.waitUntil(lambda: window.geometry() == maximized)
    window.showNormal()
    qtbot.waitUntil(lambda: window.geometry() == normal)


def test_selecting_a_node_lights_its_line_and_row_and_back(qtbot: QtBot, window: Window) -> None:
    canvas, panels = window.panels.canvas, window.panels
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place(canvas, "t1"))
    assert window.state.selection.marks == {"t1"}
    assert window.state.selection.lines == (2,)
    assert panels.tensors.currentIndex().row() == 1
    panels.tensors.selectRow(0)
    assert window.state.selection.marks == {"t0"}
    assert window.state.selection.lit == frozenset({"t0", "e0", "t1"})
    panels.editor.go_to(2)
    assert window.state.selection.marks == {"t1"}
    assert window.state.selection == Selection(frozenset({"t1"}), None, (), frozenset({1}))
    press(canvas, Qt.Key.Key_Escape)
    assert window.state.selection.marks == frozenset()
    assert not panels.tensors.selectionModel().hasSelection()


def test_the_focus_alone_selects_no_row(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    window.panels.tensors.setFocus(Qt.FocusReason.TabFocusReason)
    assert window.state.chosen is None
    press(window.panels.tensors, Qt.Key.Key_Down)
    assert window.state.chosen is not None


def test_a_selection_survives_the_next_picture(qtbot: QtBot, window: Window) -> None:
    type_text(window, "z = 3")
    qtbot.waitUntil(lambda: drawn(window))
    window.panels.canvas.markChosen.emit("t1")
    type_text(window, "4")
    qtbot.waitUntil(lambda: drawn(window))
    assert window.state.selection.marks == {"t1"}


def test_double_click_goes_to_the_line(qtbot: QtBot, window: Window) -> None:
    canvas = window.panels.canvas
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=place(canvas, "t1"))
    assert window.panels.editor.line == 2


def test_stop_ends_an_endless_run_and_the_next_edit_runs(qtbot: QtBot, window: Window) -> None:
    type_text(window, "forever")
    qtbot.waitUntil(lambda: window.state.slow)
    assert window.panels.status.activity == "Still running …"
    assert window.state.dimmed
    window.action("stop").trigger()
    qtbot.waitUntil(lambda: not window.state.busy)  # what there is of the run is drawn before
    assert window.panels.status.activity == "Stopped"
    rub_out(window, 7)
    qtbot.waitUntil(lambda: drawn(window))


def test_a_second_stop_ends_an_engine_that_does_not_answer(qtbot: QtBot, window: Window) -> None:
    type_text(window, "forever")
    os.kill(window.runner.pids[0], signal.SIGSTOP)
    window.action("stop").trigger()
    window.action("stop").trigger()
    qtbot.waitUntil(lambda: window.state.engine.phase is Phase.READY and not window.state.busy)


def test_the_engine_dies_and_comes_back_and_the_text_is_untouched(qtbot: QtBot, window: Window) -> None:
    first = window.runner.pids[0]
    type_text(window, "die")
    qtbot.waitUntil(lambda: window.state.engine.phase is Phase.STARTING)
    qtbot.waitUntil(lambda: window.state.engine.phase is Phase.READY)
    assert window.panels.editor.toPlainText() == "x = 1\ny = 2\ndie"
    assert window.runner.pids[0] not in (0, first)
    assert not window.state.busy  # what killed it is not run again
    rub_out(window, 3)
    qtbot.waitUntil(lambda: drawn(window))


def test_an_engine_that_cannot_start_is_left_alone_until_run(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradviz.state.runs.engines.START_DELAYS", (0, 0, 0))
    window = opened(sandbox="unstartable")
    qtbot.waitUntil(lambda: window.state.engine.phase is Phase.ENDED)
    assert "torch is not installed here" in window.panels.status.activity
    assert "torch is not installed here" in window.panels.canvas.words
    window.action("run").trigger()
    qtbot.waitUntil(lambda: window.state.engine.phase is Phase.STARTING)


def test_bytes_that_are_no_frames_end_the_engine_not_the_window(qtbot: QtBot, window: Window) -> None:
    type_text(window, "garbage")
    qtbot.waitUntil(lambda: window.state.engine.phase is Phase.STARTING)
    qtbot.waitUntil(lambda: window.state.engine.phase is Phase.READY)


def test_a_picture_process_busy_with_the_past_is_replaced(qtbot: QtBot, window: Window) -> None:
    busy = window.runner.pids[1]
    type_text(window, "stuck")
    qtbot.waitUntil(lambda: window.state.picture is not None and not window.state.picture.complete)
    rub_out(window, 1)
    qtbot.waitUntil(lambda: drawn(window))
    assert window.runner.pids[1] != busy
    qtbot.waitUntil(lambda: all(window.runner.pids))


def test_stop_ends_a_picture_that_takes_too_long(qtbot: QtBot, window: Window) -> None:
    type_text(window, "stuck")
    qtbot.waitUntil(lambda: window.state.slow and not window.state.running)
    assert window.panels.status.activity == "Drawing …"
    window.action("stop").trigger()
    assert not window.state.busy
    rub_out(window, 1)
    qtbot.waitUntil(lambda: drawn(window))


@pytest.mark.parametrize("word", ["broken", "nonsense"])
def test_a_picture_process_that_fails_is_replaced_and_told(qtbot: QtBot, window: Window, word: str) -> None:
    window.panels.editor.insertPlainText(word + "\n")
    qtbot.waitUntil(lambda: bool(window.state.failure))
    assert window.panels.status.activity.startswith("The graph could not be drawn: ")
    assert window.state.dimmed
    window.panels.editor.undo()
    qtbot.waitUntil(lambda: drawn(window))


def test_without_a_wall_only_run_runs(qtbot: QtBot, opened: Opener) -> None:
    window = opened(sandbox="this system has no such thing")
    qtbot.waitUntil(lambda: window.state.engine.phase is Phase.READY)
    assert window.state.run == 0
    assert "no sandbox" in window.panels.status.facts
    type_text(window, "z = 3")
    assert window.state.run == 0
    window.action("run").trigger()
    qtbot.waitUntil(lambda: drawn(window))
    type_text(window, "4")
    assert window.state.run == 1
    assert window.state.dimmed


def test_live_off_waits_for_run(qtbot: QtBot, window: Window) -> None:
    run = window.state.run
    window.action("live").trigger()
    type_text(window, "z = 3")
    assert window.state.run == run
    press(window.panels.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: drawn(window))
    window.action("live").trigger()
    assert window.state.live


def test_the_grad_mode_is_part_of_the_run(qtbot: QtBot, window: Window) -> None:
    window.action("no_grad").trigger()
    assert window.state.request is not None
    assert window.state.request.mode == "no_grad"
    assert window.action("no_grad").isChecked()
    assert not window.action("grad").isChecked()
    qtbot.waitUntil(lambda: drawn(window))


def test_another_view_needs_no_new_run(qtbot: QtBot, window: Window) -> None:
    run = window.state.run
    window.action("backward").trigger()
    qtbot.waitUntil(lambda: drawn(window) and window.panels.canvas.scene.drawing.title == "backward")
    assert window.state.run == run


def test_what_is_chosen_is_remembered(qtbot: QtBot, opened: Opener, window: Window) -> None:
    window.action("dark").trigger()
    window.action("wheel_scrolls").trigger()
    window.action("larger").trigger()
    window.action("double_speed").trigger()
    window.action("ghosts").trigger()
    for line in (2, 99):
        window.send(BreakpointToggled(line))
    points = window.panels.editor.font().pointSizeF()
    window.send(OptionsSet(window.state.options._replace(direction="LR", legend=True)))
    window.action("badges").trigger()
    qtbot.waitUntil(lambda: drawn(window))
    window.close()
    again = opened()
    assert again.state.theme == "dark"
    assert again.state.options.direction == "LR"
    assert again.action("wheel_scrolls").isChecked()
    assert again.panels.editor.font().pointSizeF() == points
    assert again.action("legend").isChecked()
    assert not again.action("badges").isChecked()
    assert not again.state.options.badges
    assert again.action("double_speed").isChecked()
    assert not again.state.options.ghosts
    assert again.state.breakpoints == {2}  # there is no line 99
    assert again.files.path is not None
    assert again.files.path.name == "program.py"


def test_a_window_leaves_alone_what_another_has_chosen(
    qtbot: QtBot, opened: Opener, window: Window, tmp_path: Path
) -> None:
    other = opened((tmp_path / "program.py",))
    qtbot.waitUntil(lambda: drawn(other))
    window.action("dark").trigger()
    other.action("wheel_scrolls").trigger()
    kept = preferences.load(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat), "light", "en")
    assert (kept.theme, kept.wheel) == ("dark", "scroll")


def test_breakpoints_of_a_program_do_not_come_to_another(qtbot: QtBot, opened: Opener, window: Window) -> None:
    window.send(BreakpointToggled(2))
    assert window.files.path is not None
    other = window.files.path.with_name("other.py")
    other.write_text("x = 1\ny = 2\n")
    window.close()
    opened((other,)).close()
    again = opened()
    assert again.files.path == other
    assert not again.state.breakpoints
    qtbot.waitUntil(lambda: drawn(again))


@pytest.mark.parametrize("name", ["program", "graph", "tensors", "output", "inspector", "cost"])
def test_a_key_leads_to_each_panel_and_brings_it_into_view(qtbot: QtBot, window: Window, name: str) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    for dock in window.findChildren(QDockWidget, name):
        dock.hide()
    window.action(f"go_{name}").trigger()
    panels = window.panels
    at = {"program": panels.editor, "graph": panels.canvas, "tensors": panels.tensors, "output": panels.output}
    at |= {"inspector": panels.inspector, "cost": panels.cost}
    focused = QApplication.focusWidget()
    assert at[name].isVisible()
    assert focused is not None
    assert focused is at[name] or at[name].isAncestorOf(focused)


def test_nothing_runs_while_an_input_method_composes(qtbot: QtBot, window: Window) -> None:
    editor, run = window.panels.editor, window.state.run
    QApplication.sendEvent(editor, QInputMethodEvent("へんかん", []))
    assert window.state.run == run
    commit = QInputMethodEvent()
    commit.setCommitString("変換 = 1")
    QApplication.sendEvent(editor, commit)
    assert window.state.run == run + 1
    assert window.state.text.startswith("変換 = 1")
    qtbot.waitUntil(lambda: drawn(window))


def test_the_first_start_shows_the_first_lesson(opened: Opener) -> None:
    window = opened(start=False)
    assert "requires_grad=True" in window.panels.editor.toPlainText()
    assert window.panels.status.activity == "Starting PyTorch …"
    assert window.panels.canvas.words == "Starting PyTorch …"


def test_text_comes_back_after_a_crash(qtbot: QtBot, opened: Opener, tmp_path: Path) -> None:
    first = opened(start=False)
    first.panels.editor.selectAll()
    QTest.keyClicks(first.panels.editor, "lost = 1")
    kept = list((tmp_path / "data").glob("*.json"))
    assert len(kept) == 1
    assert "lost = 1" in kept[0].read_text()
    # A second window of another program must not touch it.
    second = opened(start=False)
    assert "lost" not in second.panels.editor.toPlainText()
    second.close()
    first.files.close()  # as when the process is gone: the text was written before
    third = opened(start=False)
    assert third.panels.editor.toPlainText() == "lost = 1"


def lesson_of(name: str) -> str:
    return next(one.source for one in resources.lessons() if one.name == name)


def test_a_lesson_can_be_undone(qtbot: QtBot, window: Window) -> None:
    window.panels.examples.picked.emit("no_grad")
    assert "torch.no_grad()" in window.panels.editor.toPlainText()
    qtbot.waitUntil(lambda: drawn(window))
    window.action("undo").trigger()
    assert window.panels.editor.toPlainText() == "x = 1\ny = 2\n"
    qtbot.waitUntil(lambda: drawn(window))


@pytest.mark.parametrize("command", ["backward", "sideways"])
def test_what_is_selected_is_in_sight_in_another_view(qtbot: QtBot, window: Window, command: str) -> None:
    canvas = window.panels.canvas
    window.panels.tensors.selectRow(1)
    canvas.zoom(8.0)
    first, chosen = canvas.scene.mark("t0"), canvas.current
    assert first is not None
    assert chosen is not None
    canvas.look_at(Point(first.rect.x, first.rect.y))
    assert not canvas.seen.overlaps(chosen.rect)
    window.action(command).trigger()
    qtbot.waitUntil(lambda: drawn(window) and canvas.seen.overlaps(chosen.rect))


def test_undo_and_redo_are_offered_where_there_is_something(qtbot: QtBot, window: Window) -> None:
    def offered() -> list[bool]:
        return [window.action(name).isEnabled() for name in ("undo", "redo")]

    assert offered() == [False, False]
    assert window.action("undo").whatsThis() == "There is nothing to undo"
    type_text(window, "z")
    assert offered() == [True, False]
    window.action("undo").trigger()
    assert offered() == [False, True]
    window.action("ja").trigger()  # with panels and actions made anew
    assert offered() == [False, True]
    window.action("redo").trigger()
    assert offered() == [True, False]
    qtbot.waitUntil(lambda: drawn(window))


def test_undo_and_redo_lead_to_a_program_with_its_name_its_file_and_its_lesson(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    def open_now() -> tuple[str, str, Path | None]:
        return window.windowTitle(), window.state.lesson, window.files.path

    file = ("program.py[*] — gradviz", "", tmp_path / "program.py")
    lesson = ("Inside no_grad[*] — gradviz", "no_grad", None)
    assert open_now() == file
    type_text(window, "own = 3")
    window.panels.examples.picked.emit("no_grad")
    assert open_now() == lesson
    type_text(window, "z")  # at the end, where Qt would join it with what it follows
    window.action("undo").trigger()
    assert open_now() == lesson
    assert window.panels.editor.toPlainText() == window.state.text == lesson_of("no_grad")
    window.action("undo").trigger()
    assert open_now() == file
    assert window.isWindowModified()
    assert window.panels.editor.toPlainText() == window.state.text == "x = 1\ny = 2\nown = 3"
    window.action("redo").trigger()
    assert open_now() == lesson
    window.action("ja").trigger()
    assert open_now() == ("no_grad の中では[*] — gradviz", "no_grad", None)
    window.action("undo").trigger()
    assert open_now() == file
    for number in range(5):  # as many steps as there were in all, and more: what was undone is gone
        type_text(window, f"\n{number} = 0")
        assert open_now() == file
    qtbot.waitUntil(lambda: drawn(window))


def test_a_program_that_was_saved_meanwhile_is_undone_to_under_its_new_name(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    window.action("new").trigger()
    assert window.windowTitle() == "Untitled[*] — gradviz"
    type_text(window, "own = 3")
    assert window.files.save_to(tmp_path / "own.py")
    window.panels.examples.picked.emit("no_grad")
    window.action("undo").trigger()
    assert window.windowTitle() == "own.py[*] — gradviz"
    assert not window.isWindowModified()
    qtbot.waitUntil(lambda: drawn(window))


def test_problems_lead_to_their_place(qtbot: QtBot, window: Window) -> None:
    type_text(window, "\n\nerror")
    qtbot.waitUntil(lambda: bool(window.panels.output.problems))
    window.panels.editor.go_to(1)
    window.panels.output.placeWanted.emit(5, 3)
    assert (window.panels.editor.line, window.panels.editor.column) == (5, 3)


def test_hostile_text_is_shown_as_text(qtbot: QtBot, window: Window) -> None:
    window.panels.editor.insertPlainText("error <b>\u202ebold</b>\n")
    qtbot.waitUntil(lambda: bool(window.panels.output.problems))
    assert "<b>bold</b>" in window.panels.strip.text
    assert "\u202e" not in window.panels.strip.text
    assert "\u202e" not in window.panels.output.problems[0]


def test_the_graph_is_put_on_the_clipboard_and_that_is_said(qtbot: QtBot, window: Window) -> None:
    window.action("copy_graph").trigger()
    window.panels.editor.go_to(2)  # what happens next does not take the word away
    assert window.panels.status.activity == "The graph is on the clipboard"
    assert QApplication.clipboard().image().width() == 2 * window.panels.canvas.scene.drawing.size.width
    window.panels.editor.selectAll()
    press(window.panels.editor, Qt.Key.Key_Delete)
    window.action("copy_graph").trigger()
    assert window.panels.status.activity == "There is no graph yet"
    qtbot.waitUntil(lambda: not window.state.busy)
