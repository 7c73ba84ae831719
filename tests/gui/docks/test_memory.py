"""The memory over a run on fakes: the plot's cursor by mouse and keys, the lines it leads to, who holds the peak."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gradviz.model.costs.table import HolderRow
from gradviz.ui.docks.memory import MemoryView
from gradviz.ui.style.theme import DARK, LIGHT
from gradviz.ui.window import Window
from tests.gui.fake_picture import costs

CURVES = costs("x = 1\n", done=True).curves
TEXT = "x = 1\ny = x\n"
LONG = HolderRow(
    "workspace of aten::mkldnn_convolution in model.0.block.conv1", 120, "123 MiB", "workspace of a kernel", 0.5
)


def view(qtbot: QtBot) -> MemoryView:
    made = MemoryView(LIGHT)
    qtbot.addWidget(made)
    made.show_curves(CURVES, TEXT)
    made.resize(400, 500)
    made.show()
    return made


def rows(made: MemoryView) -> list[list[str]]:
    items = [made.holders.topLevelItem(at) for at in range(made.holders.topLevelItemCount())]
    return [[item.text(column) for column in range(4)] for item in items if item is not None]


def test_the_cursor_begins_at_the_peak_and_says_line_and_bytes(qtbot: QtBot) -> None:
    made = view(qtbot)
    assert made.words == "Step 3: grad 8 B, no_grad 4 B\nline 2: y = x"
    assert made.plot.accessibleDescription() == made.words
    assert rows(made) == [["x", "6 B (75 %)", "1", "named"], ["2 more", "2 B (25 %)", "", ""]]


@pytest.mark.parametrize("width", [240, 400])
def test_what_kind_a_holder_is_needs_no_scrolling_and_a_name_that_is_cut_is_in_its_tip(
    qtbot: QtBot, width: int
) -> None:
    made = view(qtbot)
    made.show_curves((CURVES[0]._replace(holders=(LONG, *CURVES[0].holders)),), TEXT)
    made.resize(width, 500)
    header = made.holders.header()
    qtbot.waitUntil(
        lambda: header.sectionPosition(3) + header.sectionSize(3) <= made.holders.viewport().width() < width
    )
    assert [made.holders.headerItem().text(column) for column in range(4)] == ["held by", "bytes", "line", "kind"]
    first = made.holders.topLevelItem(0)
    assert first is not None
    assert LONG.name in first.toolTip(0)
    assert LONG.kind in first.toolTip(3)


def test_keys_move_the_cursor_and_choose_the_mode(qtbot: QtBot) -> None:
    made = view(qtbot)
    for key, words in (
        (Qt.Key.Key_Right, "Step 5: grad 2 B"),
        (Qt.Key.Key_Right, "Step 5: grad 2 B"),  # there is no more
        (Qt.Key.Key_PageUp, "Step 0: grad 4 B, no_grad 4 B\nline 1: x = 1"),
        (Qt.Key.Key_Home, "Step 3: grad 8 B, no_grad 4 B\nline 2: y = x"),
        (Qt.Key.Key_Down, "Step 0: grad 4 B, no_grad 4 B\nline 1: x = 1"),
    ):
        QTest.keyClick(made.plot, key)
        assert made.words == words
    assert len(rows(made)) == 1
    QTest.keyClick(made.plot, Qt.Key.Key_Up)
    assert len(rows(made)) == 2


def test_enter_and_a_click_ask_for_the_line(qtbot: QtBot) -> None:
    made = view(qtbot)
    asked: list[int] = []
    made.lineWanted.connect(asked.append)
    QTest.keyClick(made.plot, Qt.Key.Key_Return)
    QTest.mouseClick(made.plot, Qt.MouseButton.LeftButton, pos=QPoint(2, 60))
    assert made.words.startswith("Step 0")
    QTest.mouseClick(made.plot, Qt.MouseButton.LeftButton, pos=QPoint(made.plot.width() - 4, 60))
    assert made.words.startswith("Step 5")  # which has none
    item = made.holders.topLevelItem(0)
    made.holders.itemActivated.emit(item, 0)
    made.holders.itemActivated.emit(made.holders.topLevelItem(1), 0)
    assert asked == [2, 1, 1]


def test_the_mode_with_the_cursor_and_the_theme_are_seen(qtbot: QtBot) -> None:
    made = view(qtbot)
    images = [made.plot.grab().toImage()]
    QTest.keyClick(made.plot, Qt.Key.Key_Down)
    images.append(made.plot.grab().toImage())
    made.apply(DARK)
    images.append(made.plot.grab().toImage())
    assert all(a != b for at, a in enumerate(images) for b in images[:at])


def test_without_tensors_there_is_nothing_to_show(qtbot: QtBot) -> None:
    made = view(qtbot)
    made.show_curves((), "")
    assert not made.isVisible()
    QTest.keyClick(made.plot, Qt.Key.Key_Right)
    assert made.plot.curve is None
    assert made.plot.here == {}
    made.show()
    assert not made.plot.grab().isNull()


def test_a_line_asked_for_is_gone_to_in_the_program(qtbot: QtBot, window: Window) -> None:
    window.action("costs").trigger()
    qtbot.waitUntil(lambda: window.state.measuring.table is not None and window.state.measuring.table.done)
    cost = window.panels.cost
    assert cost.memory.isVisible()
    QTest.keyClick(cost.memory.plot, Qt.Key.Key_Return)
    assert window.panels.editor.line == 2
