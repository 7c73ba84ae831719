"""What is wrong with a program can be copied, all of it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget, QMenu, QWidget
from pytestqt.qtbot import QtBot

from gradviz.model.costs.table import CostTable
from gradviz.model.source.place import Edit
from gradviz.picture.picture import Offer, Problem
from gradviz.state.values.measuring import Measuring
from gradviz.ui.window import Window
from tests.gui.driving import drawn, press, type_text

LONG = "RuntimeError: " + "mat1 and mat2 " * 200 + "end"
PROBLEM = Problem(
    "error", 3, 2, None, 4, "The shapes do not fit \u202ehere", LONG, None, (Offer("Write y", Edit(0, 0, "y")),)
)
WHOLE = f"Line 3: The shapes do not fit here\n{LONG}"


@pytest.fixture(autouse=True)
def empty_clipboard(qtbot: QtBot) -> Iterator[None]:
    QApplication.clipboard().setText("before")
    yield
    QApplication.clipboard().clear()


def by_menu(qtbot: QtBot, panel: QWidget, reason: QContextMenuEvent.Reason) -> None:
    """Open the menu of a panel at its corner, and take what it offers."""
    place = QPoint(20, 10)
    QApplication.sendEvent(panel, QContextMenuEvent(reason, place, panel.mapToGlobal(place)))
    (menu,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, QMenu) and one.isVisible()]
    (action,) = menu.actions()
    assert action.text() == "Copy"
    with qtbot.waitSignal(menu.destroyed):
        menu.setActiveAction(action)
        press(menu, Qt.Key.Key_Return)


def test_the_strip_is_copied_by_key_and_by_its_menu_and_a_click_still_goes_to_the_place(
    qtbot: QtBot, window: Window
) -> None:
    strip = window.panels.strip
    strip.show_problem(PROBLEM)
    press(strip, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == WHOLE
    QApplication.clipboard().setText("before")
    gone: list[tuple[int, int]] = []
    strip.placeWanted.connect(lambda line, column: gone.append((line, column)))
    QTest.mouseClick(strip, Qt.MouseButton.RightButton)
    assert gone == []
    by_menu(qtbot, strip, QContextMenuEvent.Reason.Mouse)
    assert QApplication.clipboard().text() == WHOLE
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton)
    press(strip, Qt.Key.Key_Return)
    assert gone == [(3, 2), (3, 2)]


def test_a_row_of_the_list_of_problems_is_copied_whole(qtbot: QtBot, window: Window) -> None:
    output = window.panels.output
    output.show_problems((PROBLEM,))
    output.setCurrentIndex(1)
    (rows,) = [one for one in output.findChildren(QListWidget) if one.accessibleName() == "Problems"]
    rows.setCurrentRow(0)
    press(rows, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == WHOLE
    rows.setCurrentRow(1)
    by_menu(qtbot, rows.viewport(), QContextMenuEvent.Reason.Keyboard)
    assert QApplication.clipboard().text() == "Write y"
    rows.scrollToTop()
    by_menu(qtbot, rows.viewport(), QContextMenuEvent.Reason.Mouse)
    assert QApplication.clipboard().text() == WHOLE


def test_program_and_results_are_copied_as_text_that_can_be_run_and_read(qtbot: QtBot, window: Window) -> None:
    type_text(window, "# ``` in a comment\n")
    qtbot.waitUntil(lambda: drawn(window))
    window.action("share").trigger()
    text = QApplication.clipboard().text()
    assert window.panels.status.activity == "The program and what came of it are on the clipboard"
    fence, _, rest = text.partition("python\n")
    assert set(fence) == {"`"}
    program, _, results = rest.partition(f"\n{fence}\n")
    assert program == window.state.text.rstrip()
    assert "grad mode: grad" in results
    head, *rows = results[results.index("name ") :].splitlines()
    assert head.split()[-2:] == ["value", ".grad"]
    assert [row.split()[0] for row in rows[:2]] == ["x", "y"]
    assert all(row[head.index("shape") - 1] == " " for row in rows[:2])  # columns stand below each other


def test_what_came_of_another_text_is_not_copied_with_a_program(qtbot: QtBot, window: Window) -> None:
    window.action("live").trigger()
    type_text(window, "z = 3")
    window.action("share").trigger()
    text = QApplication.clipboard().text()
    assert "z = 3" in text
    assert "dtype" not in text


def test_what_is_said_of_costs_is_copied_as_it_is(qtbot: QtBot, window: Window) -> None:
    cost, word = window.panels.cost, "a_name_of_many_letters_that_is_longer_than_a_line"
    window.action("go_cost").trigger()
    cost.show_costs(Measuring(table=CostTable(verdicts=(word,), errors=(f"no {word}",))), "", "9 runs")
    press(cost.button, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == f"9 runs\n{word}\nno {word}"
    QApplication.clipboard().setText("before")
    by_menu(qtbot, cost, QContextMenuEvent.Reason.Keyboard)
    assert QApplication.clipboard().text() == f"9 runs\n{word}\nno {word}"
