"""The width of the window: a panel beside the graph does not squeeze it, and the program gets its own back."""

from pathlib import Path

import pytest
import shiboken6
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QSettings, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDockWidget,
    QLabel,
    QMainWindow,
    QTabBar,
    QToolBar,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from gradviz.picture.picture import Hot, Problem
from gradviz.ui.bars.bars import Scale
from gradviz.ui.editor.editor import Editor
from gradviz.ui.room import Room, Wish, shared
from gradviz.ui.style.theme import LIGHT
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn
from tests.gui.style.test_columns import Screen

WIDE = st.integers(0, 900)


def program(folder: Path) -> Path:
    """A file to open: beside a lesson there would be its text."""
    made = folder / "program.py"
    made.write_text("x = 1\n")
    return made


@given(st.integers(800, 3000), WIDE, st.integers(220, 500), WIDE)
def test_the_graph_has_its_share_unless_the_program_could_not_be_read(
    across: int, program: int, beside: int, least: int
) -> None:
    widths = shared(across, program, beside, least)
    assert widths.program <= program
    assert widths.beside <= beside
    assert widths.program >= min(program, least)
    if widths.beside > 220 and widths.program > least:
        assert across - sum(widths) >= across * 44 // 100


def test_a_panel_beside_the_graph_leaves_it_room_and_the_program_its_width(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen())
    window = opened((program(tmp_path),))
    canvas, editor = window.panels.canvas, window.panels.editor
    qtbot.waitUntil(lambda: drawn(window))
    before = editor.width()
    window.action("inspect").trigger()
    qtbot.waitUntil(lambda: window.panels.inspector.isVisible() and editor.width() < before)
    assert canvas.width() >= window.width() * 43 // 100  # and the lines between the panels
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: window.width() == 1024 and canvas.width() >= 1024 * 42 // 100)
    assert editor.width() < before
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: before - 20 <= editor.width() <= before)
    window.action("inspect").trigger()
    qtbot.waitUntil(lambda: editor.width() == before)


def test_a_panel_closed_by_its_own_cross_gives_the_program_its_width_back(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen())
    window = opened((program(tmp_path),))
    qtbot.waitUntil(lambda: drawn(window))
    editor = window.panels.editor
    before = editor.width()
    window.action("inspect").trigger()
    qtbot.waitUntil(lambda: window.panels.inspector.isVisible() and editor.width() < before)
    (dock,) = window.findChildren(QDockWidget, "inspector")
    (cross,) = dock.findChildren(QAbstractButton, "qt_dockwidget_closebutton")
    cross.click()
    qtbot.waitUntil(lambda: editor.width() == before)
    assert not dock.isVisible()


def test_a_window_may_go_while_its_panels_are_seen(qtbot: QtBot) -> None:
    window, editor = QMainWindow(), Editor(LIGHT)
    for name in ("program", "tensors", "output", "inspector"):
        dock = QDockWidget(name, window)
        dock.setObjectName(name)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
        if name == "program":
            dock.setWidget(editor)
    Room(window, editor)
    with qtbot.waitExposed(window):
        window.show()
    with qtbot.captureExceptions() as raised:
        shiboken6.delete(window)
    assert raised == []


def test_the_lesson_of_the_first_start_leaves_the_graph_its_room(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen(QSize(1024, 730)))
    window = opened()
    qtbot.waitUntil(lambda: drawn(window))
    panels = window.panels
    qtbot.waitUntil(lambda: panels.canvas.width() >= window.width() * 55 // 100)
    assert panels.canvas.width() * panels.canvas.height() > window.width() * window.height() // 3
    assert panels.editor.width() >= panels.editor.width_of(29)
    assert panels.lesson.isVisible()
    qtbot.waitUntil(lambda: not panels.lesson.visibleRegion().isEmpty())  # in front of the list of examples
    window.action("go_examples").trigger()
    assert panels.examples.hasFocus()
    assert panels.lesson.visibleRegion().isEmpty()


def letters(window: Window) -> float:
    """How many letters of a line of the program are seen."""
    editor = window.panels.editor
    return (editor.width() - editor.width_of(0)) / (editor.width_of(1) - editor.width_of(0))


def drag(qtbot: QtBot, window: Window, line: QPoint, way: QPoint) -> None:
    """Move the line between two panels by hand, in two moves as far as each other."""
    QTest.mousePress(window, Qt.MouseButton.LeftButton, pos=line)
    QTest.mouseMove(window, line + way)
    QTest.mouseMove(window, line + way * 2)
    qtbot.wait(50)  # the line follows by a timer of Qt's own
    QTest.mouseRelease(window, Qt.MouseButton.LeftButton, pos=line + way * 2)


def test_what_a_desktop_makes_of_the_window_is_no_wish_for_a_narrow_program(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen(QSize(1920, 1080)))
    window = opened((program(tmp_path),), start=False)
    for width in (640, 1280):  # before panels have a width of their own, as a tiling desktop does
        window.resize(width, 700)
    qtbot.waitUntil(lambda: letters(window) > 42)
    assert window.panels.canvas.width() > 700


def test_larger_text_leaves_the_program_as_many_letters_as_there_is_room_for(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen())
    window = opened((program(tmp_path),), start=False)
    window.resize(1800, 900)
    qtbot.waitUntil(lambda: letters(window) > 42)
    for _ in range(6):
        window.action("larger").trigger()
    qtbot.waitUntil(lambda: letters(window) > 42)
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: window.width() == 1024 and 25 < letters(window) < 40)
    window.action("inspect").trigger()
    qtbot.waitUntil(lambda: window.panels.inspector.isVisible() and letters(window) < 22)
    assert letters(window) > 17
    window.action("inspect").trigger()
    window.action("normal").trigger()
    qtbot.waitUntil(lambda: letters(window) > 42)


def test_a_width_that_the_hand_chose_is_kept_through_sizes_languages_and_days(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen())
    window = opened((program(tmp_path),), start=False)
    qtbot.waitUntil(lambda: letters(window) > 42)
    room = window.room
    (dock,) = window.findChildren(QDockWidget, "program")
    line = QPoint(dock.geometry().right() + 3, dock.geometry().center().y())
    drag(qtbot, window, line, QPoint(-60, 0))
    qtbot.waitUntil(lambda: room.wish.program < 35)
    chosen = room.wish.program
    assert abs(letters(window) - chosen) < 1
    window.resize(1500, 800)
    window.action("larger").trigger()
    window.action("ja").trigger()
    qtbot.waitUntil(window.updatesEnabled)
    assert window.room.wish.program == chosen
    qtbot.waitUntil(lambda: abs(letters(window) - chosen) < 1)
    window.close()
    again = opened((program(tmp_path),), start=False)
    assert again.room.wish == Wish(chosen)
    qtbot.waitUntil(lambda: abs(letters(again) - chosen) < 1)


def test_the_tabs_of_the_output_are_read_whole_beside_the_tensors(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen(QSize(1920, 1080)))
    window = opened((program(tmp_path),), start=False)
    output, tensors = window.panels.output, window.panels.tensors
    for width in (1500, 1024):
        window.resize(width, 700)
        qtbot.waitUntil(lambda: output.width() >= output.tabBar().sizeHint().width())
    qtbot.waitUntil(lambda: window.width() == 1024 and tensors.width() > output.width())
    (dock,) = window.findChildren(QDockWidget, "tensors")
    line = QPoint(dock.geometry().right() + 3, dock.geometry().center().y())
    before = window.room.wish
    drag(qtbot, window, line, QPoint(-20, 0))
    qtbot.waitUntil(lambda: window.room.wish.output > 0)
    wish, wide = window.room.wish, output.width()
    assert wish == before._replace(output=wish.output)
    window.resize(1300, 700)
    qtbot.waitUntil(lambda: window.width() == 1300 and abs(output.width() - wide) <= 1)


def test_the_tensors_keep_their_share_of_the_height(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen(QSize(2560, 1600)))
    window = opened((program(tmp_path),), start=False)
    tensors, canvas = window.panels.tensors, window.panels.canvas
    (dock,) = window.findChildren(QDockWidget, "tensors")

    def resized(height: int, share: int) -> None:
        window.resize(1280, height)
        qtbot.waitUntil(lambda: window.height() == height and abs(dock.height() - height * share // 100) <= 1)

    for height in (1400, 760, 1200):
        resized(height, 23)
        assert canvas.height() > 2 * tensors.height()
    line = QPoint(dock.geometry().center().x(), dock.geometry().top() - 3)
    drag(qtbot, window, line, QPoint(0, -100))
    qtbot.waitUntil(lambda: window.room.wish.below > 35)
    wish, before = window.room.wish, Wish()
    assert wish == before._replace(below=wish.below)
    resized(800, wish.below)


@pytest.mark.parametrize("kept", ["", "[]", "{}", "[1e308, -1, 700]", '["x", 0, 0]', "[12.5, 0, 30]"])
def test_widths_that_make_no_sense_are_made_some_of(tmp_path: Path, opened: Opener, kept: str) -> None:
    QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).setValue("widths", kept)
    wish = opened((program(tmp_path),), start=False).room.wish
    assert 10 <= wish.program <= 500
    assert 0 <= wish.graph <= 44
    assert wish.beside == 0


def test_text_that_was_made_larger_is_so_in_every_part_of_the_next_window(opened: Opener, tmp_path: Path) -> None:
    normal = QApplication.font().pointSizeF()
    QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).setValue("size", 2.0)
    window = opened((program(tmp_path),), start=False)
    panels = window.panels
    parts = [window, window.menuBar(), window.statusBar(), panels.examples, panels.tensors, panels.graph_bar]
    assert {part.font().pointSizeF() for part in parts} == {2 * normal}


def test_a_window_of_large_text_is_no_wider_than_a_small_screen(qtbot: QtBot, window: Window) -> None:
    for _ in range(8):
        window.action("larger").trigger()
    window.resize(1000, 700)
    qtbot.waitUntil(lambda: window.width() == 1000)
    bar = window.panels.status
    shown = [label for label in bar.findChildren(QLabel) if label.isVisible() and label.text()]
    assert [label for label in shown if label.width() < label.sizeHint().width()] == []
    assert any("sandbox" in label.text() for label in shown) or "sandbox" not in bar.facts


def test_in_a_narrow_window_words_of_the_bar_give_way_before_buttons(qtbot: QtBot, window: Window) -> None:
    (bar,) = window.findChildren(QToolBar, "main_bar")
    buttons = [bar.widgetForAction(window.action(name)) for name in ("run", "live", "costs")]

    def worded() -> set[bool]:
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        return {one.toolButtonStyle() == style for one in buttons if isinstance(one, QToolButton)}

    window.resize(1600, 800)
    qtbot.waitUntil(lambda: worded() == {True})
    wanted = bar.sizeHint().width()
    window.resize(wanted - 20, 800)
    qtbot.waitUntil(lambda: worded() == {False})
    last = bar.widgetForAction(window.action("dark"))
    qtbot.waitUntil(lambda: last.isVisible() and last.geometry().right() < bar.width())
    window.resize(wanted + 1, 800)
    qtbot.waitUntil(lambda: worded() == {True})


def test_a_narrow_bar_keeps_room_for_words_and_searching(window: Window, qtbot: QtBot) -> None:
    bar, search, zoom = window.panels.graph_bar, window.panels.search, window.action("zoom_in")
    window.action("search").trigger()
    for width, shown in ((440, False), (900, True), (440, False)):
        window.resize(window.panels.editor.width_of(43) + width, 800)
        qtbot.waitUntil(lambda: bar.width() > 600) if shown else qtbot.waitUntil(lambda: bar.width() < 500)
        assert (zoom in bar.actions()) is shown
        qtbot.waitUntil(lambda: search.isVisible() and search.width() > 100)
        assert search.mapTo(bar, search.rect().topRight()).x() < bar.width()
    assert zoom.isEnabled()  # in the menu and by its key


def test_a_bar_with_larger_text_leaves_out_as_much_as_a_narrower_one(window: Window, qtbot: QtBot) -> None:
    bar, notice = window.panels.graph_bar, window.panels.notice
    zoom, legend = window.action("zoom_in"), window.action("legend")
    window.resize(window.panels.editor.width_of(43) + 1000, 800)
    qtbot.waitUntil(lambda: zoom in bar.actions())
    for _ in range(6):
        window.action("larger").trigger()
    notice.say("a word")
    qtbot.waitUntil(lambda: zoom not in bar.actions() and legend not in bar.actions())
    qtbot.waitUntil(lambda: notice.width() > 100)
    for _ in range(6):
        window.action("smaller").trigger()
    qtbot.waitUntil(lambda: zoom in bar.actions() and legend in bar.actions())


def test_the_scale_of_the_graph_is_read_whole_in_every_size_of_text(qtbot: QtBot, window: Window) -> None:
    window.resize(2400, 900)  # where the bar has room for it
    (scale,) = window.panels.graph_bar.findChildren(Scale)
    for _ in range(5):
        window.action("larger").trigger()
    scale.show_scale(4.0)
    margins = scale.contentsMargins()
    room = scale.fontMetrics().horizontalAdvance("400%") + margins.left() + margins.right()
    qtbot.waitUntil(lambda: scale.width() >= room)


def test_the_tabs_of_panels_beside_the_graph_are_read_whole_where_there_is_room(
    qtbot: QtBot, opened: Opener, tmp_path: Path
) -> None:
    QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).setValue("language", "ja")
    window = opened((program(tmp_path),))
    window.resize(1000, 800)
    qtbot.waitUntil(lambda: drawn(window))
    for name in ("outline", "go_inspector", "go_cost", "go_quiz"):
        window.action(name).trigger()
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    (tabs,) = [bar for bar in window.findChildren(QTabBar, options=direct) if bar.isVisible() and bar.count() > 1]
    assert tabs.count() == 4
    assert tabs.sizeHint().width() > window.panels.quiz.sizeHint().width()  # in which they would be cut
    qtbot.waitUntil(lambda: tabs.width() < tabs.sizeHint().width())  # where the graph needs the rest
    window.resize(2400, 900)
    qtbot.waitUntil(lambda: tabs.width() >= tabs.sizeHint().width())


def test_a_tab_of_the_output_that_comes_is_given_room(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen())
    window = opened((program(tmp_path),), start=False)
    output = window.panels.output
    tabs = output.tabBar()
    qtbot.waitUntil(lambda: output.width() >= output.tabs_width)
    before = output.width()
    problem = Problem("error", 1, 0, None, 0, "wrong", "", None)
    output.show_problems((problem,) * 9)
    output.show_changes(("one",) * 9, "")
    assert (output.tabText(1), output.tabText(2)) == ("Problems (9)", "Changes (9)")
    assert before == output.width() >= tabs.sizeHint().width()  # nothing moves for that
    output.show_problems((problem,) * 200)
    output.show_heat((Hot("mul: 4 B", "t0", None),) * 3)
    qtbot.waitUntil(lambda: output.width() >= tabs.sizeHint().width() > before)
