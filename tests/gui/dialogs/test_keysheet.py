"""The sheet of keys: a command is given another key, and has it everywhere at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from gradviz.state.commands.keys import Keys
from gradviz.ui.bars.actions import USUAL
from gradviz.ui.dialogs.keysheet import ShortcutSheet
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, press

CTRL, ALT, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier
COMMAND = Qt.ItemDataRole.UserRole


@pytest.fixture
def sheet(qtbot: QtBot, window: Window) -> ShortcutSheet:
    window.action("shortcuts").trigger()
    (found,) = window.findChildren(ShortcutSheet)
    with qtbot.waitActive(found):
        found.activateWindow()
    return found


def items(sheet: ShortcutSheet) -> list[QTreeWidgetItem]:
    heads = [sheet.tree.topLevelItem(at) for at in range(sheet.tree.topLevelItemCount())]
    return [item for head in heads if head for item in map(head.child, range(head.childCount())) if item]


def row(sheet: ShortcutSheet, command: str) -> list[str]:
    (item,) = [one for one in items(sheet) if one.data(0, COMMAND) == command]
    return [item.text(column) for column in range(3)]


def give(sheet: ShortcutSheet, command: str, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
    """Select a command, press Enter, press the key."""
    (item,) = [one for one in items(sheet) if one.data(0, COMMAND) == command]
    sheet.tree.setCurrentItem(item)
    sheet.tree.setFocus()
    press(sheet.tree, Qt.Key.Key_Return)
    assert sheet.field.isAncestorOf(focused()) or focused() is sheet.field
    press(focused(), key, keys)


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def button(sheet: ShortcutSheet, text: str) -> QPushButton:
    (found,) = [one for one in sheet.findChildren(QPushButton) if one.text() == text]
    return found


def test_the_sheet_has_room_for_what_it_tells(sheet: ShortcutSheet) -> None:
    assert sheet.tree.isColumnHidden(2)  # no key is another than usual
    give(sheet, "run", Qt.Key.Key_R, ALT | CTRL)
    assert not sheet.tree.isColumnHidden(2)
    assert all(item.toolTip(0) == item.text(0) for item in items(sheet))
    assert all(one.icon().isNull() for one in sheet.findChildren(QPushButton))  # Qt's own are dark on any ground


def test_a_key_is_changed_and_holds_everywhere_at_once(qtbot: QtBot, window: Window, sheet: ShortcutSheet) -> None:
    give(sheet, "sideways", Qt.Key.Key_F12)
    assert sheet.said == "“Left to right”: F12"
    assert row(sheet, "sideways") == ["Left to right", "F12", ""]
    assert window.action("sideways").toolTip() == "Left to right (F12)"
    assert focused() is sheet.tree
    here = sheet.tree.currentItem()
    assert here is not None
    assert here.text(1) == "F12"
    assert sheet.tree.viewport().rect().contains(sheet.tree.visualItemRect(here))  # the list stays where it was
    give(sheet, "run", Qt.Key.Key_R, ALT | CTRL)
    assert row(sheet, "run") == ["Run", "Ctrl+Alt+R", "F5, Ctrl+Return"]
    give(sheet, "breakpoint", Qt.Key.Key_K, CTRL)
    assert window.panels.editor.gutter.toolTip().endswith("where play stops (Ctrl+K)")
    sheet.reject()
    with qtbot.waitActive(window):
        window.activateWindow()
    press(window.panels.editor, Qt.Key.Key_F12)
    assert window.state.options.direction == "LR"
    run = window.state.run
    press(window.panels.editor, Qt.Key.Key_F5)
    assert window.state.run == run  # it is no key any more
    press(window.panels.editor, Qt.Key.Key_R, ALT | CTRL)
    assert window.state.run == run + 1
    qtbot.waitUntil(lambda: drawn(window))
    window.action("live").trigger()
    window.panels.editor.selectAll()
    QTest.keyClicks(window.panels.editor, "z")
    assert window.panels.status.activity == "Press Run (Ctrl+Alt+R)"
    press(window.panels.editor, Qt.Key.Key_Backspace)
    assert "Ctrl+Alt+R Run" in window.panels.welcome.hint
    window.action("ja").trigger()
    assert window.action("sideways").toolTip() == "左から右へ (F12)"  # in a window made anew
    assert window.panels.editor.gutter.toolTip().endswith("(Ctrl+K)")


def test_keys_and_choices_are_on_the_disk_before_the_window_is_closed(
    qtbot: QtBot, window: Window, sheet: ShortcutSheet, tmp_path: Path
) -> None:
    kept = tmp_path / "settings.ini"
    give(sheet, "sideways", Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: "F12" in kept.read_text())
    sheet.reject()
    window.action("legend").trigger()
    qtbot.waitUntil(lambda: "legend=true" in kept.read_text())


def test_a_key_that_another_has_is_told_and_taken_only_when_asked(window: Window, sheet: ShortcutSheet) -> None:
    give(sheet, "legend", Qt.Key.Key_B, CTRL)
    assert sheet.said == "Ctrl+B is the key of “Breakpoint on this line”"
    assert window.state.keys == Keys(USUAL)
    take = button(sheet, "Take it from there")
    assert focused() is take
    press(take, Qt.Key.Key_Return)
    assert window.state.keys.own == {"legend": ("Ctrl+B",), "breakpoint": ()}
    assert take.isHidden()
    assert row(sheet, "breakpoint") == ["Breakpoint on this line", "", "Ctrl+B"]
    give(sheet, "legend", Qt.Key.Key_U, CTRL)
    sheet.tree.setCurrentItem(items(sheet)[0])  # another row: what was asked is no question any more
    assert take.isHidden()


@pytest.mark.parametrize(
    ("key", "keys", "why"),
    [
        (Qt.Key.Key_A, NONE, "A alone types"),
        (Qt.Key.Key_Down, NONE, "Down alone types"),
        (Qt.Key.Key_C, CTRL, "Ctrl+C is for text"),
        (Qt.Key.Key_Z, CTRL, "Ctrl+Z is for text"),
        (Qt.Key.Key_F, ALT, "Alt+F opens the menu File"),
        (Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier, "Shift+F10 opens the menu of what is selected"),
    ],
)
def test_a_key_that_has_a_use_is_refused_in_words(
    window: Window, sheet: ShortcutSheet, key: Qt.Key, keys: Qt.KeyboardModifier, why: str
) -> None:
    give(sheet, "legend", key, keys)
    assert sheet.said.startswith(why)
    assert window.state.keys == Keys(USUAL)
    press(focused(), Qt.Key.Key_F12)  # the next one is taken: nobody has to begin anew
    assert window.state.keys.own == {"legend": ("F12",)}


def test_keys_are_added_taken_away_and_put_back(window: Window, sheet: ShortcutSheet) -> None:
    give(sheet, "run", Qt.Key.Key_F12)
    button(sheet, "Add").click()
    press(focused(), Qt.Key.Key_F5)
    assert window.state.keys.of("run") == ("F12", "F5")
    button(sheet, "No key").click()
    assert (window.state.keys.of("run"), sheet.said) == ((), "“Run”: no key")
    assert window.action("run").toolTip() == "Run the program now"
    button(sheet, "Usual key").click()
    assert (window.state.keys, sheet.said) == (Keys(USUAL), "“Run”: F5, Ctrl+Return")
    give(sheet, "legend", Qt.Key.Key_F12)
    give(sheet, "undo", Qt.Key.Key_Z, CTRL)  # its usual key, though fields of text have it too
    button(sheet, "All usual keys").click()
    assert window.state.keys == Keys(USUAL)


def test_esc_leaves_the_field_and_then_the_sheet(window: Window, sheet: ShortcutSheet) -> None:
    give(sheet, "run", Qt.Key.Key_Escape)
    assert (focused() is sheet.tree, sheet.isVisible(), window.state.keys) == (True, True, Keys(USUAL))
    give(sheet, "run", Qt.Key.Key_Tab)
    assert focused() is button(sheet, "Change")  # no key holds the focus
    press(sheet.tree, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_keys_of_the_graph_are_told_and_stay(sheet: ShortcutSheet) -> None:
    fixed = next(item for item in items(sheet) if item.text(1) == "W")
    sheet.tree.setCurrentItem(fixed)
    press(sheet.tree, Qt.Key.Key_Return)
    assert sheet.said == "These keys stay as they are"
    assert not sheet.field.isEnabled()
    assert not button(sheet, "Change").isEnabled()


def test_some_letters_or_a_key_narrow_the_sheet(sheet: ShortcutSheet) -> None:
    (query,) = [one for one in sheet.findChildren(QLineEdit) if one.placeholderText() == "Find a command or a key"]
    QTest.keyClicks(query, "breakp")
    assert [one.text(0) for one in items(sheet) if not one.isHidden()] == ["Breakpoint on this line", "Next breakpoint"]
    assert sheet.command == "breakpoint"  # the first of them
    press(query, Qt.Key.Key_Return)
    assert sheet.said.startswith("Press the new key of “Breakpoint on this line”")
    press(focused(), Qt.Key.Key_Escape)
    query.setFocus()
    press(query, Qt.Key.Key_Down)
    assert focused() is sheet.tree
    query.setFocus()
    query.selectAll()
    QTest.keyClicks(query, "legend")
    assert [one.text(0) for one in items(sheet) if not one.isHidden()] == ["Legend"]
    query.selectAll()
    QTest.keyClicks(query, "lgnd")  # letters here and there, where nothing is meant more
    assert "Legend" in [one.text(0) for one in items(sheet) if not one.isHidden()]
    query.selectAll()
    QTest.keyClicks(query, "shift+f9")
    assert [one.text(0) for one in items(sheet) if not one.isHidden()] == ["First step"]
    query.selectAll()
    press(query, Qt.Key.Key_Backspace)
    assert not any(one.isHidden() for one in items(sheet))
    button(sheet, "Copy the sheet").click()
    assert "F5, Ctrl+Return" in QApplication.clipboard().text()


def test_keys_are_there_again_the_next_day(qtbot: QtBot, window: Window, sheet: ShortcutSheet, opened: Opener) -> None:
    give(sheet, "legend", Qt.Key.Key_F12)
    sheet.reject()
    window.close()
    again = opened()
    qtbot.waitUntil(lambda: drawn(again))
    assert again.state.keys.own == {"legend": ("F12",)}
    assert again.action("legend").toolTip() == "Legend (F12)"


@pytest.mark.parametrize(
    "stored",
    [
        "{",
        "[1]",
        '{"run": 5}',
        '{"run": ["Qq+F", "A", "", "F12, F11", "ctrl+q"]}',
        '{"nobody": ["F12"]}',
        "\ud800",
        '{"run": null}',
    ],
)
def test_settings_that_hold_anything_leave_keys_that_work(
    qtbot: QtBot, opened: Opener, tmp_path: Path, stored: str
) -> None:
    QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).setValue("keys", stored)
    window = opened()
    expected = {"run": ()} if "Qq" in stored else {}
    assert window.state.keys.own == expected
    qtbot.waitUntil(lambda: drawn(window))


def test_a_file_of_settings_that_is_none_leaves_keys_that_work(qtbot: QtBot, opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "settings.ini").write_bytes(
        b"\xff\x00[[keys=@Variant(\x00\n[General]\nused=@Invalid()\nkeys=@ByteArray(\xfe)"
    )
    window = opened()
    assert (window.state.keys, window.action("run").shortcut().toString()) == (Keys(USUAL), "F5")
    qtbot.waitUntil(lambda: drawn(window))


def test_two_commands_with_one_key_in_the_settings_are_one(qtbot: QtBot, opened: Opener, tmp_path: Path) -> None:
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    store.setValue("keys", '{"legend": ["F12"], "ghosts": ["F12"], "run": ["F9"]}')
    store.sync()
    window = opened()
    keys: Callable[[str], tuple[str, ...]] = window.state.keys.of
    assert [keys(name) for name in ("legend", "ghosts", "run", "previous_step")] == [(), ("F12",), ("F9",), ()]
    qtbot.waitUntil(lambda: drawn(window))
