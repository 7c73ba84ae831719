"""The command palette by keys alone: what is found, what Enter does, and where the focus is then."""

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QMenu
from pytestqt.qtbot import QtBot

from gradviz.state.messages import KeysSet
from gradviz.ui.bars.command import unmarked
from gradviz.ui.bars.palette import Palette
from gradviz.ui.bars.paletterows import Look
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, press, type_text

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def palettes(window: Window) -> list[Palette]:
    return [one for one in window.findChildren(Palette) if one.isVisible()]


def opened(qtbot: QtBot, window: Window) -> Palette:
    """The palette after its key was pressed in whatever has the focus."""
    with qtbot.waitActive(window):
        window.activateWindow()
    press(QApplication.focusWidget() or window, Qt.Key.Key_P, CTRL_SHIFT)
    (palette,) = palettes(window)
    assert palette.line.hasFocus()
    return palette


def looks(palette: Palette) -> list[Look]:
    return [palette.rows.look(row) for row in range(palette.rows.rowCount())]


def named(palette: Palette) -> list[str]:
    return [look.name for look in looks(palette)]


def choose(palette: Palette, letters: str) -> None:
    """Type letters and press Enter."""
    QTest.keyClicks(palette.line, letters)
    press(palette.line, Qt.Key.Key_Return)


def test_enter_runs_what_is_meant_and_the_focus_goes_back(qtbot: QtBot, window: Window) -> None:
    window.panels.canvas.setFocus()
    palette = opened(qtbot, window)
    QTest.keyClicks(palette.line, "view da")
    assert looks(palette)[0] == Look("Dark theme", "View", "", on=False)
    choose(palette, "rk")
    assert window.state.theme == "dark"
    assert palettes(window) == []
    assert window.panels.canvas.hasFocus()
    again = opened(qtbot, window)
    assert looks(again)[0] == Look("Dark theme", "View", "", on=True)  # used last, and on now
    press(again.line, Qt.Key.Key_Escape)
    assert palettes(window) == []
    assert window.panels.canvas.hasFocus()
    assert window.state.theme == "dark"


def test_a_command_acts_on_what_had_the_focus(qtbot: QtBot, window: Window) -> None:
    window.panels.editor.setFocus()
    choose(opened(qtbot, window), "find")
    assert window.panels.find_bar.isVisible()  # and not the search in the graph
    window.panels.canvas.setFocus()
    choose(opened(qtbot, window), "find")
    assert window.panels.search.isVisible()


def test_keys_walk_through_the_rows_and_each_is_read_out(qtbot: QtBot, window: Window) -> None:
    window.panels.editor.setFocus()
    palette = opened(qtbot, window)
    count = palette.rows.rowCount()
    steps = ((Qt.Key.Key_Down, 1), (Qt.Key.Key_Tab, 2), (Qt.Key.Key_Up, 1), (Qt.Key.Key_Backtab, 0))
    for key, row in (*steps, (Qt.Key.Key_Up, count - 1), (Qt.Key.Key_Down, 0), (Qt.Key.Key_PageUp, 0)):
        press(palette.line, key)
        assert palette.row == row
        assert palette.line.accessibleDescription() == palette.rows.look(row).told
        assert (
            palette.rows.data(palette.rows.index(row), Qt.ItemDataRole.AccessibleTextRole) == looks(palette)[row].told
        )
    press(palette.line, Qt.Key.Key_PageDown)
    assert 5 < palette.row < count - 1
    assert palette.line.hasFocus()
    QTest.keyClicks(palette.line, "stop")
    assert palette.line.accessibleDescription() == "Stop, Shift+F5, Nothing is running"
    QTest.keyClicks(palette.line, "qqqq")
    assert palette.line.accessibleDescription() == "Nothing is called so"
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        press(palette.line, key)
    assert palette.isVisible()


def test_what_cannot_be_had_now_says_why_and_enter_leaves_it(qtbot: QtBot, window: Window) -> None:
    window.panels.editor.setFocus()
    palette = opened(qtbot, window)
    QTest.keyClicks(palette.line, "show all")
    assert looks(palette)[0] == Look("Show all", "All of the graph is shown", "", able=False)
    press(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    window.action("show_all").setEnabled(True)
    assert looks(palette)[0].able  # it looks as it is, while the palette is open


def test_it_finds_lessons_files_panels_boxes_and_lines(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    panels = window.panels
    panels.editor.setFocus()
    choose(opened(qtbot, window), ":2")
    assert (panels.editor.line, panels.editor.hasFocus()) == (2, True)
    palette = opened(qtbot, window)
    QTest.keyClicks(palette.line, "1")
    assert named(palette)[0] == "Go to line 1"
    assert looks(palette)[1].note == "Example 1"
    press(palette.line, Qt.Key.Key_Escape)
    choose(opened(qtbot, window), "y")
    assert window.state.selection.marks == {"t1"}
    assert panels.canvas.hasFocus()
    tensors = panels.tensors
    assert tensors.isVisible()
    palette = opened(qtbot, window)
    QTest.keyClicks(palette.line, "tensors")
    assert looks(palette)[0] == Look("Tensors", "Panels", on=True)
    press(palette.line, Qt.Key.Key_Return)
    assert not tensors.isVisible()
    other = tmp_path / "other.py"
    other.write_text("z = 1\n")
    window.files.open_path(other)
    palette = opened(qtbot, window)
    QTest.keyClicks(palette.line, "program.py")
    assert looks(palette)[0] == Look("program.py", str(tmp_path))
    press(palette.line, Qt.Key.Key_Return)
    assert panels.editor.toPlainText() == "x = 1\ny = 2\n"
    choose(opened(qtbot, window), "thousand steps")
    assert window.state.lesson == "thousand_steps"
    qtbot.waitUntil(lambda: drawn(window))


def test_it_goes_when_the_person_works_elsewhere_and_leaves_the_focus_there(qtbot: QtBot, window: Window) -> None:
    window.panels.editor.setFocus()
    opened(qtbot, window)
    window.panels.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    assert palettes(window) == []
    assert window.panels.canvas.hasFocus()
    palette = opened(qtbot, window)
    press(palette.line, Qt.Key.Key_P, CTRL_SHIFT)  # once more
    assert palettes(window) == []
    assert window.panels.canvas.hasFocus()


def test_a_click_chooses(qtbot: QtBot, window: Window) -> None:
    window.panels.editor.setFocus()
    palette = opened(qtbot, window)
    QTest.keyClicks(palette.line, "legend")
    (rows,) = palette.findChildren(QListView)
    at = rows.visualRect(palette.rows.index(0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert window.state.options.legend
    assert palettes(window) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1024, 700), (1280, 800)])
def test_it_stands_within_the_window_in_both_languages(
    qtbot: QtBot, window: Window, theme: str, size: tuple[int, int]
) -> None:
    window.panels.editor.setFocus()
    if theme == "dark":
        window.action("dark").trigger()
    for language, english in (("ja", "dark theme"), ("en", "dark theme")):
        window.action(language).trigger()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qtbot.waitUntil(window.updatesEnabled)
        palette = opened(qtbot, window)
        window.resize(*size)
        qtbot.waitUntil(lambda: window.size().toTuple() == size)
        assert window.rect().contains(palette.geometry())
        QTest.keyClicks(palette.line, english)  # in either language
        assert named(palette)[0] == {"ja": "ダークテーマ", "en": "Dark theme"}[language]
        palette.grab()  # rows are painted
        press(palette.line, Qt.Key.Key_Escape)


def test_a_switch_of_language_by_key_ends_it(qtbot: QtBot, window: Window) -> None:
    window.send(KeysSet(window.state.keys.given("ja", ("F12",))))
    window.panels.editor.setFocus()
    palette = opened(qtbot, window)
    press(palette.line, Qt.Key.Key_F12)
    assert window.state.options.language == "ja"
    assert palettes(window) == []
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(window.updatesEnabled)
    window.panels.editor.setFocus()
    assert named(opened(qtbot, window))[0] == "新規プログラム"
    qtbot.waitUntil(lambda: drawn(window))
    press(palettes(window)[0].line, Qt.Key.Key_Escape)


def leaves(menu: QMenu) -> list[QAction]:
    found = []
    for action in menu.actions():
        inside = action.menu()
        if isinstance(inside, QMenu):
            found += leaves(inside)
        elif not action.isSeparator():
            found.append(action)
    return found


def test_all_that_is_in_the_menus_is_found(qtbot: QtBot, window: Window, opened: Opener) -> None:
    window.action("palette").trigger()
    (palette,) = palettes(window)
    there = {*named(palette), "Command palette"}
    menus = [action.menu() for action in window.menuBar().actions()]
    texts = {unmarked(leaf.text()) for menu in menus if isinstance(menu, QMenu) for leaf in leaves(menu)}
    titles = {text.partition("  ")[2] if text[0].isdigit() else text for text in texts}
    assert len(titles) > 100
    assert titles <= there
    press(palette.line, Qt.Key.Key_Escape)


def test_typing_in_the_palette_types_no_program(qtbot: QtBot, window: Window) -> None:
    type_text(window, "z = 3")
    qtbot.waitUntil(lambda: drawn(window))
    before = window.state.text
    window.panels.editor.setFocus()
    palette = opened(qtbot, window)
    QTest.keyClicks(palette.line, "rfh/1")  # keys of the graph, and of the program
    assert (window.state.text, palette.line.text()) == (before, "rfh/1")
    press(palette.line, Qt.Key.Key_Escape)
    assert window.panels.editor.hasFocus()


def test_what_was_used_is_remembered_from_one_day_to_the_next(qtbot: QtBot, window: Window, opened: Opener) -> None:
    window.action("palette").trigger()
    choose(palettes(window)[0], "legend")
    window.close()
    again = opened()
    qtbot.waitUntil(lambda: drawn(again))
    again.action("palette").trigger()
    (palette,) = palettes(again)
    assert named(palette)[0] == "Legend"
    press(palette.line, Qt.Key.Key_Escape)
