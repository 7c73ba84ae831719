"""The width of the window: a panel beside the graph does not squeeze it, and the program gets its own back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolBar, QToolButton
from pytestqt.qtbot import QtBot

from gradviz.ui.room import shared
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn
from tests.gui.test_columns import Screen

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
    qtbot.waitUntil(lambda: window.panels.inspector.isVisible() and canvas.width() < 700)
    assert canvas.width() >= window.width() * 43 // 100  # and the lines between the panels
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: editor.width() < before)
    assert canvas.width() >= 1024 * 42 // 100
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: before - 20 <= editor.width() <= before)
    window.action("inspect").trigger()
    qtbot.waitUntil(lambda: editor.width() == before)


def test_the_lesson_of_the_first_start_leaves_the_graph_its_room(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen(QSize(1024, 730)))
    window = opened()
    qtbot.waitUntil(lambda: drawn(window))
    panels = window.panels
    qtbot.waitUntil(lambda: panels.canvas.width() >= window.width() * 42 // 100)
    assert panels.editor.width() >= panels.editor.width_of(29)
    assert panels.lesson.width() > 220


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
        bar.resize(width, bar.height())
        assert (zoom in bar.actions()) is shown
        qtbot.waitUntil(lambda: search.isVisible() and search.width() > 100)
        assert search.mapTo(bar, search.rect().topRight()).x() < bar.width()
    assert zoom.isEnabled()  # in the menu and by its key
