"""requires_grad switched in the table and on the canvas, the grad mode in the line above the program."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gradviz.model.source.place import Edit
from gradviz.picture.inspection.inspection import Fact, Inspect, Inspection, Section, Subject
from gradviz.picture.picture import FlagRow, Offer, Problem, TensorRow
from gradviz.state import messages as m
from gradviz.ui.docks.tensormenu import TensorMenu
from gradviz.ui.editor.text.editing import shifted
from gradviz.ui.style.flags import LOCKED
from gradviz.ui.window import Window
from tests.gui.driving import drawn, place, press, type_text

FLAG = 3  # column
OFF = "  # off"


def checked(window: Window, row: int) -> bool:
    index = window.panels.tensors.model().index(row, FLAG)
    return bool(index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked)


def click(window: Window, row: int) -> None:
    tensors = window.panels.tensors
    place = tensors.visualRect(tensors.model().index(row, FLAG)).center()
    QTest.mouseClick(tensors.viewport(), Qt.MouseButton.LeftButton, pos=place)


def ask(widget: QWidget, at: QPoint, reason: QContextMenuEvent.Reason) -> None:
    event = QContextMenuEvent(reason, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)


@pytest.fixture
def menu(window: Window) -> Iterator[list[QMenu]]:
    """The menus that are open; they are closed in the end."""
    found: list[QMenu] = []
    yield found
    for one in found:
        one.close()


def opened(window: Window) -> QMenu:
    (found,) = [one for one in window.findChildren(QMenu) if one.isVisible()]
    return found


def actions(menu: QMenu) -> dict[str, QAction]:
    return {action.text().partition("\t")[0]: action for action in menu.actions() if action.text()}


def test_a_click_on_the_box_edits_the_text_and_a_second_brings_it_back(qtbot: QtBot, window: Window) -> None:
    before = window.panels.editor.toPlainText()
    assert checked(window, 0)
    click(window, 0)
    assert window.panels.editor.toPlainText() == f"x = 1{OFF}\ny = 2\n"
    assert not checked(window, 0)
    qtbot.waitUntil(lambda: drawn(window))
    assert not checked(window, 0)
    click(window, 0)
    assert window.panels.editor.toPlainText() == before
    qtbot.waitUntil(lambda: drawn(window))
    assert checked(window, 0)


def test_a_switch_is_one_step_of_undo_of_its_own(qtbot: QtBot, window: Window) -> None:
    type_text(window, "z = 3")
    qtbot.waitUntil(lambda: drawn(window))
    click(window, 2)
    assert window.state.text.endswith(f"z = 3{OFF}")
    press(window.panels.editor, Qt.Key.Key_End)
    QTest.keyClicks(window.panels.editor, "!")
    window.action("undo").trigger()
    assert window.state.text.endswith(f"z = 3{OFF}")
    window.action("undo").trigger()
    assert window.state.text == "x = 1\ny = 2\nz = 3"
    assert window.state.text == window.panels.editor.toPlainText()
    qtbot.waitUntil(lambda: drawn(window))
    assert checked(window, 2)
    assert window.isWindowModified()


def test_the_cursor_the_selection_and_the_view_stay(qtbot: QtBot, window: Window) -> None:
    editor = window.panels.editor
    type_text(window, "\n".join(f"v{line} = {line}" for line in range(80)))
    qtbot.waitUntil(lambda: drawn(window))
    cursor = editor.textCursor()
    cursor.setPosition(cursor.position() - 2)
    cursor.setPosition(cursor.position() - 8, cursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)
    selected, scrolled = cursor.selectedText(), editor.verticalScrollBar().value()
    assert scrolled > 0
    press(window.panels.tensors, Qt.Key.Key_Home)
    window.panels.tensors.selectRow(0)
    editor.verticalScrollBar().setValue(scrolled)
    press(window.panels.tensors, Qt.Key.Key_Space)
    assert window.state.text.startswith(f"x = 1{OFF}\n")
    assert editor.textCursor().selectedText() == selected
    assert editor.verticalScrollBar().value() == scrolled
    qtbot.waitUntil(lambda: drawn(window))


def test_a_locked_box_says_why(qtbot: QtBot, window: Window) -> None:
    type_text(window, "n = int")
    qtbot.waitUntil(lambda: drawn(window))
    before = window.state.text
    index = window.panels.tensors.model().index(2, FLAG)
    assert index.data(LOCKED) == "an int has no gradient"
    assert "an int has no gradient" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "int" not in window.panels.tensors.model().index(1, FLAG).data(Qt.ItemDataRole.ToolTipRole)
    click(window, 2)
    assert window.panels.status.activity == "an int has no gradient"
    assert window.state.text == before


def test_a_box_shows_what_is_wanted_until_it_is_run(qtbot: QtBot, window: Window) -> None:
    window.action("live").trigger()
    click(window, 0)
    assert not checked(window, 0)
    click(window, 1)
    assert window.panels.status.activity == "The graph is not of the program as it stands: run it first"
    window.action("run").trigger()
    qtbot.waitUntil(lambda: drawn(window))
    click(window, 1)
    assert window.state.text == f"x = 1{OFF}\ny = 2{OFF}\n"


def test_a_double_click_on_the_box_does_not_go_to_the_line(qtbot: QtBot, window: Window) -> None:
    tensors = window.panels.tensors
    with qtbot.assertNotEmitted(tensors.lineWanted):
        tensors.activated.emit(tensors.model().index(0, FLAG))
    with qtbot.waitSignal(tensors.lineWanted):
        tensors.activated.emit(tensors.model().index(0, 0))


def test_space_in_a_table_without_a_row_does_nothing(qtbot: QtBot, window: Window) -> None:
    before = window.state.text
    window.panels.tensors.clearSelection()
    window.panels.tensors.setCurrentIndex(window.panels.tensors.model().index(-1, -1))
    press(window.panels.tensors, Qt.Key.Key_Space)
    press(window.panels.canvas, Qt.Key.Key_R)
    assert window.state.text == before


def test_a_key_on_a_node_switches_its_tensor(qtbot: QtBot, window: Window) -> None:
    canvas = window.panels.canvas
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place(canvas, "t1"))
    press(canvas, Qt.Key.Key_R)
    assert window.state.text == f"x = 1\ny = 2{OFF}\n"
    qtbot.waitUntil(lambda: drawn(window))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place(canvas, "e0"))
    press(canvas, Qt.Key.Key_R)
    assert window.panels.status.activity == "This is no tensor that a name of the program holds"


def test_the_menu_of_a_node_and_of_a_row(qtbot: QtBot, window: Window, menu: list[QMenu]) -> None:
    canvas, tensors = window.panels.canvas, window.panels.tensors
    ask(canvas, place(canvas, "t0"), QContextMenuEvent.Reason.Mouse)
    menu.append(opened(window))
    found = actions(menu[0])
    assert list(found) == ["Why is .grad None?", "requires_grad", "Copy the name", "Copy the value", "Go to line 1"]
    assert found["requires_grad"].isChecked()
    found["Copy the name"].trigger()
    assert QApplication.clipboard().text() == "x"
    found["Copy the value"].trigger()
    assert QApplication.clipboard().text() == "1.0"
    found["requires_grad"].trigger()
    assert window.state.text == f"x = 1{OFF}\ny = 2\n"
    menu.pop().close()
    qtbot.waitUntil(lambda: drawn(window))
    spot = tensors.visualRect(tensors.model().index(0, 0)).center()
    ask(tensors.viewport(), spot, QContextMenuEvent.Reason.Mouse)
    menu.append(opened(window))
    assert not actions(menu[0])["requires_grad"].isChecked()


def test_the_menu_by_key_is_that_of_what_is_selected(qtbot: QtBot, window: Window, menu: list[QMenu]) -> None:
    canvas, tensors = window.panels.canvas, window.panels.tensors
    type_text(window, "n = int")
    qtbot.waitUntil(lambda: drawn(window))
    nowhere = QPoint(1, 1)
    window.send(m.MarkChosen(None))
    window.panels.tensors.setCurrentIndex(tensors.model().index(-1, -1))
    ask(tensors.viewport(), nowhere, QContextMenuEvent.Reason.Keyboard)
    assert not [one for one in window.findChildren(QMenu) if one.isVisible()]
    ask(canvas, nowhere, QContextMenuEvent.Reason.Keyboard)
    menu.append(opened(window))
    assert window.action("fit") in menu[0].actions()  # of nothing it is that of the graph
    menu.pop().close()
    tensors.selectRow(2)
    for panel in (canvas, tensors.viewport()):
        ask(panel, nowhere, QContextMenuEvent.Reason.Keyboard)
        menu.append(opened(window))
        assert not actions(menu[0])["requires_grad"].isEnabled()
        menu.pop().close()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place(canvas, "e0"))
    ask(canvas, nowhere, QContextMenuEvent.Reason.Keyboard)
    assert not [one for one in window.findChildren(QMenu) if one.isVisible()]


def test_the_mode_stands_above_the_program_and_can_be_chosen_there(qtbot: QtBot, window: Window) -> None:
    line = window.panels.mode_line
    assert line.text() == "# grad mode"
    line.setFocus()
    press(line, Qt.Key.Key_Space)
    assert line.menu.isVisible()
    actions(line.menu)["no_grad"].trigger()
    line.menu.close()
    assert window.state.mode == "no_grad"
    assert line.text() == "with torch.no_grad():  # the whole run"
    window.action("inference").trigger()
    assert line.accessibleName() == "with torch.inference_mode():  # the whole run"
    line.grab()
    qtbot.waitUntil(lambda: drawn(window))


@pytest.mark.parametrize(("position", "after"), [(2, 2), (3, 3), (4, 4), (6, 5), (7, 5), (9, 7)])
def test_where_a_position_is_after_an_edit(position: int, after: int) -> None:
    assert shifted(position, 3, 7, 2) == after


def test_w_asks_why_of_a_row_and_of_a_node(qtbot: QtBot, window: Window) -> None:
    tensors, canvas = window.panels.tensors, window.panels.canvas
    assert not window.panels.inspector.isVisible()
    tensors.selectRow(1)
    press(tensors, Qt.Key.Key_W)
    assert window.panels.inspector.isVisible()
    qtbot.waitUntil(lambda: window.panels.inspector.text.startswith("tensor 1"))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place(canvas, "t0"))
    press(canvas, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: window.panels.inspector.text.startswith("tensor 0"))
    window.send(m.MarkChosen(None))
    press(canvas, Qt.Key.Key_W)
    assert window.panels.inspector.isVisible()


def test_the_menu_asks_why_and_switches_other_flags(qtbot: QtBot, window: Window, menu: list[QMenu]) -> None:
    canvas = window.panels.canvas
    ask(canvas, place(canvas, "t0"), QContextMenuEvent.Reason.Mouse)
    menu.append(opened(window))
    actions(menu[0])["Why is .grad None?"].trigger()
    assert window.panels.inspector.isVisible()
    qtbot.waitUntil(lambda: window.panels.inspector.text.startswith("tensor 0"))


@pytest.mark.parametrize("key", [Qt.Key.Key_G, Qt.Key.Key_D])
def test_the_keys_of_other_flags_say_where_there_is_none(window: Window, key: Qt.Key) -> None:
    window.panels.tensors.selectRow(0)
    before = window.state.text
    for panel in (window.panels.tensors, window.panels.canvas):
        press(panel, key)
        assert window.panels.status.activity == "This is no tensor that a name of the program holds"
    assert window.state.text == before


def test_a_row_with_all_its_flags_has_them_in_its_menu(qtbot: QtBot, window: Window) -> None:
    flags = (
        FlagRow("retain_grad", True, Edit(0, 0, "")),
        FlagRow("detach", False, None, "It does not require grad."),
        FlagRow("net.0", True, Edit(0, 0, "")),
    )
    offer = Offer("Make it floats", Edit(1, 1, "."))
    row = TensorRow(0, "n", "()", "int64", False, True, "", "1", "2.0", 1, None, None, "an int", offer, flags)
    menu = TensorMenu(row, window)
    found = actions(menu)
    assert list(found)[:3] == ["Inspect", "requires_grad", "✎ Make it floats"]
    assert found["retain_grad()"].isChecked()
    assert not found["Detach here"].isEnabled()
    with qtbot.waitSignal(menu.flagWanted) as wanted:
        found["net.0: all parameters require grad"].trigger()
    assert wanted.args == ["net.0"]
    with qtbot.waitSignal(menu.fixWanted) as fixed:
        found["✎ Make it floats"].trigger()
    assert fixed.args == [offer.edit]
    menu.deleteLater()


def test_the_fix_of_an_error_is_a_button_below_it(qtbot: QtBot, window: Window) -> None:
    strip, edit = window.panels.strip, Edit(0, 1, "z")
    strip.show_problem(Problem("error", 1, 0, None, 0, "wrong", "", None, (Offer("Write z", edit),)))
    qtbot.waitUntil(lambda: any(one.isVisible() for one in strip.findChildren(QPushButton)))
    (button,) = [one for one in strip.findChildren(QPushButton) if one.isVisible()]
    assert button.text() == "Write z"
    with qtbot.waitSignal(strip.fixWanted) as wanted:
        QTest.keyClick(button, Qt.Key.Key_Space)
    assert wanted.args == [edit]
    strip.show_problem(None)
    assert [one for one in strip.findChildren(QPushButton) if one.isVisible()] == []


def test_a_long_fix_makes_nothing_wider(qtbot: QtBot, window: Window) -> None:
    strip = window.panels.strip
    before = window.panels.editor.width()
    text = f"Make the numbers in torch.tensor([{'1, ' * 60}1]) & so on floats"
    strip.show_problem(Problem("error", 1, 0, None, 0, "wrong", "", None, (Offer(text, Edit(0, 1, "z")),)))
    qtbot.waitUntil(lambda: any(one.isVisible() for one in strip.findChildren(QPushButton)))
    (button,) = [one for one in strip.findChildren(QPushButton) if one.isVisible()]
    qtbot.waitUntil(lambda: 100 < button.width() < before)
    assert strip.width() == window.panels.editor.width() == before
    assert button.accessibleName() == text
    assert "&amp; so on floats" in button.toolTip()


def test_the_fix_of_each_problem_is_a_row_below_it_in_the_list(qtbot: QtBot, window: Window) -> None:
    tabs, (first, second) = window.panels.output, (Edit(0, 1, "z"), Edit(0, 2, "y"))
    tabs.setCurrentIndex(1)
    tabs.show_problems(
        (
            Problem("error", 1, 0, None, 0, "wrong", "", None, (Offer("Write z", first),)),
            Problem("warning", 2, 0, None, 0, "odd", "", None, (Offer("Write y", second),)),
        )
    )
    assert tabs.problems == ("Line 1: wrong", "Line 2: odd")
    (listed,) = [one for one in tabs.findChildren(QListWidget) if one.accessibleName() == "Problems"]
    tabs.resize(120, 200)
    qtbot.waitUntil(lambda: listed.horizontalScrollBar().maximum() == 0)
    assert [listed.item(row).text() for row in (1, 3)] == ["✎ Write z", "✎ Write y"]
    listed.setCurrentRow(1)
    with qtbot.waitSignal(tabs.fixWanted) as wanted:
        QTest.keyClick(listed, Qt.Key.Key_Return)
    assert wanted.args == [first]
    place = listed.visualItemRect(listed.item(3)).center()
    with qtbot.waitSignal(tabs.fixWanted) as wanted:
        QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wanted.args == [second]
    listed.setCurrentRow(2)
    with qtbot.waitSignal(tabs.placeWanted) as gone:
        QTest.keyClick(listed, Qt.Key.Key_Return)
    assert gone.args == [2, 0]


def test_a_change_that_the_inspector_offers_is_a_link(qtbot: QtBot, window: Window) -> None:
    edit = Edit(0, 1, 'a/b %é\n"')
    inspector = window.panels.inspector
    facts = (Fact("", "because"), Fact("", "Write z", edit=edit))
    inspector.show_inspection(Inspection(Inspect(Subject("tensor", 0)), "x", (Section("Why?", facts),)))
    assert "✎ Write z" in inspector.text
    inspector.setFocus()
    press(inspector, Qt.Key.Key_Tab)
    with qtbot.waitSignal(inspector.fixWanted) as wanted:
        press(inspector, Qt.Key.Key_Return)
    assert wanted.args == [edit]


def test_the_change_that_is_offered_is_made_by_a_key(qtbot: QtBot, window: Window) -> None:
    window.action("mend").trigger()
    assert window.state.said == "No change is offered for a problem of this program."
    assert window.state.picture is not None
    wide = Problem("error", 2, 0, None, 0, "wide", "", None, (Offer("Turn", Edit(0, 1, "w")),))
    window.send(m.PictureArrived(window.state.picture._replace(problems=(wide,))))
    press(window.panels.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert window.panels.editor.toPlainText() == "w = 1\ny = 2\n"
    window.action("undo").trigger()
    assert window.panels.editor.toPlainText() == "x = 1\ny = 2\n"
    qtbot.waitUntil(lambda: drawn(window))
