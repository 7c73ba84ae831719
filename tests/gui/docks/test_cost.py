"""The panel of the costs on fakes: measured beside a picture at rest, stopped, pale, put away."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget
from pytestqt.qtbot import QtBot

from gradviz.model.costs.table import CostRow, CostTable
from gradviz.ui.docks.costbars import CostBars, lines
from gradviz.ui.style.theme import DARK, LIGHT
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, names, type_text

PROGRAM = "x = 1\ny = 2\n"
ROWS = tuple(CostRow(str(at), ("2 s", "raises", ""), (1.0, None, None)) for at in range(4))
TABLE = CostTable(("grad", "no_grad", "inference_mode"), ROWS)


def measured(window: Window) -> bool:
    costs = window.state.measuring
    return costs.table is not None and costs.table.done and costs.of == window.state.text and not costs.going


def numbers(window: Window) -> str:
    return window.panels.cost.bars.accessibleDescription()


def test_the_costs_come_into_view_measured_and_follow_the_program(qtbot: QtBot, window: Window) -> None:
    cost = window.panels.cost
    window.resize(1400, 900)
    assert not cost.isVisible()
    assert window.state.measuring.run == 0
    program = window.findChildren(QDockWidget, "program")[0].width()
    window.action("costs").trigger()
    assert cost.isVisible()
    assert window.action("costs").isChecked()
    assert cost.text == "Not measured yet"
    qtbot.waitUntil(lambda: measured(window))
    assert numbers(window) == f"time: grad {len(PROGRAM)} s, no_grad 1 s, inference_mode raises"
    assert cost.text == "9 runs of each mode\na verdict\nan error"
    assert abs(window.findChildren(QDockWidget, "program")[0].width() - program) < 4
    type_text(window, "z = 3")
    qtbot.waitUntil(lambda: measured(window))
    assert numbers(window).startswith(f"time: grad {len(PROGRAM) + 5} s")
    window.action("costs").trigger()
    assert not cost.isVisible()
    type_text(window, "4")
    qtbot.waitUntil(lambda: drawn(window))
    assert "before the last edit" in cost.text


def test_measuring_leaves_the_picture_and_its_record(qtbot: QtBot, window: Window) -> None:
    window.action("costs").trigger()
    qtbot.waitUntil(lambda: measured(window))
    assert drawn(window)
    window.action("forward").trigger()
    qtbot.waitUntil(lambda: drawn(window) and window.state.options.view == "forward")
    assert names(window) == ["x", "y"]
    assert measured(window)


def test_a_long_measuring_is_stopped_and_begun_again(qtbot: QtBot, window: Window) -> None:
    cost = window.panels.cost
    window.action("costs").trigger()
    type_text(window, "lasts = 1")
    qtbot.waitUntil(lambda: window.state.measuring.table is not None and window.state.measuring.going)
    assert cost.button.text() == "Stop"
    assert cost.text.startswith("Measuring … 9 runs")
    window.action("forward").trigger()
    qtbot.waitUntil(lambda: drawn(window))  # the record of the run is there all the while
    assert window.state.measuring.going
    cost.button.click()
    qtbot.waitUntil(lambda: measured(window))
    assert cost.button.text() == "Measure"
    cost.button.click()
    assert cost.button.text() == "Stop"
    qtbot.waitUntil(lambda: window.state.measuring.going)


def test_typing_ends_a_measuring_and_keeps_what_it_had_found(qtbot: QtBot, window: Window) -> None:
    window.action("costs").trigger()
    type_text(window, "lasts = 1")
    qtbot.waitUntil(lambda: window.state.measuring.going and window.state.measuring.of == window.state.text)
    before = numbers(window)
    type_text(window, "\nz = 2")
    assert not window.state.measuring.going
    assert numbers(window) == before
    qtbot.waitUntil(lambda: window.state.measuring.of == window.state.text)
    assert numbers(window) != before


def test_without_a_wall_costs_are_measured_when_asked_for(qtbot: QtBot, opened: Opener) -> None:
    window = opened(sandbox="no wall here")
    window.panels.editor.selectAll()
    QTest.keyClicks(window.panels.editor, "x = 1")
    qtbot.waitUntil(lambda: window.state.engine.ready is not None)
    window.action("costs").trigger()
    window.action("run").trigger()
    qtbot.waitUntil(lambda: drawn(window))
    assert window.state.measuring.run == 0
    assert window.panels.cost.text == "Not measured yet"
    window.panels.cost.button.click()
    qtbot.waitUntil(lambda: measured(window))


def test_bars_take_as_many_columns_as_there_is_room_for(qtbot: QtBot) -> None:
    bars = CostBars(LIGHT)
    qtbot.addWidget(bars)
    bars.resize(270, 100)
    bars.show_table(TABLE, dimmed=False)
    narrow = bars.minimumHeight()
    pale: list[QPixmap] = []
    for dimmed in (False, True):
        bars.show_table(TABLE, dimmed=dimmed)
        pale.append(bars.grab())
    assert pale[0].toImage() != pale[1].toImage()
    bars.resize(600, 100)
    bars.apply(DARK)
    assert bars.grab().toImage().pixelColor(0, 0).isValid()
    assert bars.minimumHeight() * 2 == narrow
    assert lines(TABLE)[0] == "0: grad 2 s, no_grad raises"


def test_the_panel_is_reached_by_key(qtbot: QtBot, window: Window) -> None:
    window.action("costs").trigger()
    with qtbot.waitActive(window):
        window.activateWindow()
    window.panels.tensors.setFocus(Qt.FocusReason.TabFocusReason)
    window.action("next_panel").trigger()
    assert window.panels.cost.button.hasFocus()
    qtbot.waitUntil(lambda: measured(window))


def test_heat_is_chosen_in_the_menu_and_time_has_the_program_measured(qtbot: QtBot, window: Window) -> None:
    assert window.action("heat_off").isChecked()
    window.action("heat_saved").trigger()
    assert window.action("heat_saved").isChecked()
    assert window.state.measuring.run == 0
    window.action("heat_time").trigger()
    qtbot.waitUntil(lambda: measured(window))  # though its panel is not in view
    window.action("heat_time").trigger()
    assert window.state.options.heat == "off"


def test_measurements_are_repeated_by_a_command(qtbot: QtBot, window: Window) -> None:
    repeat = window.action("measure")
    repeat.trigger()
    assert window.state.measuring.seen
    assert not repeat.isEnabled()
    assert repeat.whatsThis() == "Measuring …"
    qtbot.waitUntil(lambda: measured(window))
    first = window.state.measuring.run
    assert repeat.isEnabled()
    repeat.trigger()
    qtbot.waitUntil(lambda: window.state.measuring.run > first and measured(window))
    window.action("new").trigger()
    assert not repeat.isEnabled()
    assert repeat.whatsThis() == "There is no program"
