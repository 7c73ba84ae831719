"""The grad modes side by side, and what changed since the run before, in the window."""

import html
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyle
from pytestqt.qtbot import QtBot

from gradviz.model.cost import MODES
from gradviz.model.costs.table import CostRow, CostTable
from gradviz.picture.picture import FEW, Picture
from gradviz.state.appstate import AppState
from gradviz.state.values.measuring import Measuring
from gradviz.ui import preferences
from gradviz.ui.processes import runner
from gradviz.ui.window import Window
from gradviz.ui.wiring import beside
from tests.gui.driving import drawn, names, type_text


def going(window: Window) -> bool:
    return window.panels.canvas.fading.going


def settled(window: Window) -> bool:
    return drawn(window) and window.state.comparing.mode is None


def test_rows_of_the_table_grow_with_the_text(window: Window, qtbot: QtBot) -> None:
    window.action("beside").trigger()
    sides = window.panels.sides
    qtbot.waitUntil(lambda: ("time", f"{len(window.state.text)} s", "1 s", "raises") in sides.rows)
    for _ in range(8):
        window.action("larger").trigger()
    assert sides.rowHeight(0) > sides.fontMetrics().height()


def test_side_by_side_fills_the_canvas_and_a_table_below_it_tells_what_differs(qtbot: QtBot, window: Window) -> None:
    window.action("beside").trigger()
    assert window.action("beside").isChecked()
    qtbot.waitUntil(lambda: names(window) == ["grad", "no_grad", "inference"])
    sides = window.panels.sides
    assert sides.isVisible()
    assert sides.rows[0] == ("grad_fns", "2", "0", "0")
    qtbot.waitUntil(lambda: ("time", f"{len(window.state.text)} s", "1 s", "raises") in sides.rows)  # it is measured
    type_text(window, "z = 3")
    qtbot.waitUntil(lambda: settled(window) and window.state.columns is not None)
    assert names(window) == ["grad", "no_grad", "inference"]
    window.action("first_step").trigger()
    qtbot.waitUntil(lambda: not window.state.busy)
    assert not sides.isVisible()  # a step stands alone
    window.action("end_of_run").trigger()
    window.action("beside").trigger()
    assert names(window) == ["x", "y", "z"]
    assert not sides.isVisible()


def test_which_modes_stand_side_by_side_is_chosen_at_the_heads_of_the_table_and_remembered(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    choices = window.panels.sides.menu.actions()
    assert [one.text() for one in choices] == [
        "Every grad mode", "grad | no_grad", "grad | inference_mode", "no_grad | inference_mode"
    ]  # fmt: skip
    assert [one.isChecked() for one in choices] == [True, False, False, False]
    choices[2].trigger()  # of the View menu too: it brings them into view
    assert window.state.comparing.seen
    assert window.state.options.beside == ("grad", "inference")
    assert [one.isChecked() for one in choices] == [False, False, True, False]
    qtbot.waitUntil(lambda: settled(window) and window.state.columns is not None)
    head = window.panels.sides.horizontalHeader()
    with qtbot.waitSignal(window.panels.sides.menu.aboutToShow):
        QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, head.height() // 2))
    window.panels.sides.menu.close()
    settings = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    preferences.store(settings, AppState(), window.state)
    assert preferences.load(settings, "light", "en").options.beside == ("grad", "inference")
    settings.setValue("beside", "grad")
    assert preferences.load(settings, "light", "en").options.beside == MODES


def test_the_whole_error_of_a_mode_is_told_by_the_pointer_anywhere_in_its_column(window: Window) -> None:
    sides, error = window.panels.sides, "RuntimeError: " + "long & <b>whole</b> " * 30
    sides.show_sides(("grad", "no_grad"), (("the run", "ends", "RuntimeError"), ("ops", "1", "0")), ("", error))
    whole = html.escape(error)
    heads = [sides.horizontalHeaderItem(column) for column in range(3)]
    assert [whole in head.toolTip() for head in heads if head is not None] == [False, False, True]
    for row in range(2):
        items = [sides.item(row, column) for column in range(3)]
        assert [whole in item.toolTip() for item in items if item is not None] == [False, False, True]
    assert [head.text() for head in heads if head is not None][1:] == ["grad", "no_grad"]


def test_what_changed_is_marked_listed_and_fades(qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "FADE", 1)
    type_text(window, "z = 3  # changes")
    qtbot.waitUntil(lambda: window.panels.output.changes == ("one", "two"))
    qtbot.waitUntil(lambda: window.state.marked is None and drawn(window))
    assert names(window) == ["x", "y", "z"]
    window.action("pinned").trigger()
    assert window.action("pinned").isChecked()
    assert names(window) == ["ghost", "changed", "y", "z"]
    assert window.panels.notice.whole == "one (+1 more)"
    window.action("pinned").trigger()
    assert names(window) == ["x", "y", "z"]
    assert window.panels.notice.whole == ""


def test_what_weighs_most_is_seen_at_first_and_a_measurement_moves_nothing_that_was_there(
    qtbot: QtBot, window: Window
) -> None:
    window.action("beside").trigger()
    qtbot.waitUntil(lambda: settled(window) and window.state.columns is not None)
    sides, state = window.panels.sides, window.state
    actions = {one.objectName(): one for one in window.actions()}
    room = sides.sizeHint()
    measuring = state.measuring._replace(table=None)
    beside.show(window.panels, actions, state, state._replace(measuring=measuring))
    recorded = sides.rows
    names = ("time", "backward", "peak", "saved for backward", "the graph itself")
    rows = tuple(CostRow(name, ("1", "2", "3"), (None,) * 3, name in (names[0], names[3])) for name in names)
    table = CostTable(MODES, rows)
    beside.show(window.panels, actions, state, state._replace(measuring=Measuring(table=table, of=state.text)))
    assert sides.rows[: len(recorded)] == recorded
    measured = [row[0] for row in sides.rows[len(recorded) :]]
    assert measured == ["time", "saved for backward", "backward", "peak", "the graph itself"]
    assert sides.sizeHint() == room
    sides.show_sides(("grad",), tuple((str(at), "1") for at in range(12)))
    assert sides.horizontalHeader().sizeHint().height() + 6 * sides.rowHeight(0) <= room.height()


def test_where_nothing_is_told_to_have_changed_it_is_said_why(window: Window) -> None:
    output, state = window.panels.output, window.state
    actions = {one.objectName(): one for one in window.actions()}
    assert output.no_changes == "What an edit changes in the run appears here"
    table = Picture(1, True, None, ops=FEW, tensors=1)
    beside.show(window.panels, actions, state, state._replace(table=table))
    assert output.changes == ()
    assert output.no_changes == "Of a run of more than 5,000 ops and tensors it is not told what changed"
    beside.show(window.panels, actions, state, state._replace(table=table._replace(tensors=0)))
    assert output.no_changes == "What an edit changes in the run appears here"


def test_it_fades_only_where_motion_is_wanted(qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = window.panels.canvas
    whole = canvas.scene.drawing
    extra = whole._replace(nodes=(*whole.nodes, whole.nodes[0]._replace(id="ghost")))
    canvas.let_fade(extra)
    assert going(window)
    canvas.grab()
    canvas.show_drawing(whole, 1)
    assert not going(window)
    canvas.let_fade(whole)
    assert not going(window)  # nothing leaves
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    style = type(canvas.style())
    monkeypatch.setattr(style, "styleHint", lambda _self, asked, *_: 0 if asked == hint else 1)
    canvas.let_fade(extra)
    assert not going(window)
