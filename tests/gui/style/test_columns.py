"""Widths of columns: all seen where that can be, and what is cut is told whole by a tip."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QToolBar, QToolButton
from pytestqt.qtbot import QtBot

from gradviz.picture.picture import TensorRow
from gradviz.ui.docks.tensors import NameCell, Tensors
from gradviz.ui.style.columns import shared
from gradviz.ui.style.theme import LIGHT
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, type_text


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), max_size=9), st.integers(0, 2000))
def test_shares_fit_and_no_column_gives_way_to_a_wider_one(columns: list[tuple[int, int]], room: int) -> None:
    wanted = [want + least for want, least in columns]
    least = [least for _want, least in columns]
    widths = shared(wanted, least, room)
    assert sum(widths) <= max(room, sum(least))
    assert all(low <= width <= want for low, width, want in zip(least, widths, wanted, strict=True))
    if sum(wanted) <= room:
        assert widths == wanted
    cut = [width for width, want in zip(widths, wanted, strict=True) if width < want]
    whole = [width for width, want in zip(widths, wanted, strict=True) if width == want]
    if cut and whole:
        assert max(whole) <= max(*cut, *least)


class Screen(NamedTuple):
    """A screen of a laptop."""

    size: QSize = QSize(1280, 800)

    def availableSize(self) -> QSize:
        return self.size


def test_forty_letters_and_every_column_are_seen_in_the_first_window(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen())
    window = opened()
    editor = window.panels.editor
    qtbot.waitUntil(lambda: drawn(window))
    assert editor.viewport().width() >= 40 * editor.fontMetrics().horizontalAdvance("x")
    type_text(window, "a_tensor_with_a_long_name = 3")
    qtbot.waitUntil(lambda: drawn(window))
    tensors = window.panels.tensors
    head = tensors.horizontalHeader()
    qtbot.waitUntil(lambda: tensors.viewport().width() > 500)
    assert head.length() <= tensors.viewport().width()
    names = [tensors.model().headerData(at, Qt.Orientation.Horizontal) for at in range(head.count())]
    assert {"name", "shape", "dtype", "requires_grad", "is_leaf", "grad_fn", ".grad"} <= set(names)
    tip = tensors.model().index(2, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "a_tensor_with_a_long_name" in tip


def test_the_first_window_and_its_frame_fit_on_a_small_screen(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen())
    window = opened()
    assert window.width() > 1200
    assert window.height() <= 800 - 30  # the title bar of a desktop


def test_the_box_of_a_flag_grows_with_the_text_and_is_seen_in_a_row_that_is_selected(window: Window) -> None:
    tensors = window.panels.tensors
    index = tensors.model().index(0, 3)
    delegate, option = tensors.itemDelegateForIndex(index), QStyleOptionViewItem()
    option.widget, option.rect = tensors, QRect(0, 0, 200, 60)

    def inked(state: QStyle.StateFlag) -> tuple[int, int]:
        """The first and the last column of the box that has ink: what is behind a gap is its word."""
        option.font, option.palette, option.fontMetrics = tensors.font(), tensors.palette(), tensors.fontMetrics()
        option.state = QStyle.StateFlag.State_Enabled | state
        image = QImage(option.rect.size(), QImage.Format.Format_RGB32)
        image.fill(0xFFFFFF)
        painter = QPainter(image)
        delegate.paint(painter, option, index)
        painter.end()
        dark = [x for x in range(200) if any(QColor(image.pixel(x, y)).lightness() < 120 for y in range(60))]
        last = next((x for x in dark if x + 1 not in dark), 0)
        return dark[0], last

    left, right = inked(QStyle.StateFlag.State_None)
    assert right - left > 6
    assert inked(QStyle.StateFlag.State_Selected) == (left, right)
    for _ in range(6):
        window.action("larger").trigger()
    larger = inked(QStyle.StateFlag.State_None)
    assert larger[1] - larger[0] > 1.5 * (right - left)
    assert tensors.columnWidth(3) >= larger[1] + tensors.fontMetrics().horizontalAdvance("False")


def test_the_box_of_a_flag_is_ticked_where_it_is_on(qtbot: QtBot) -> None:
    tensors = Tensors()
    qtbot.addWidget(tensors)
    tensors.apply(LIGHT)
    tensors.resize(1000, 150)
    tensors.show()

    def box(on: bool) -> QImage:
        tensors.show_rows((TensorRow(0, "x", "()", "float32", on, True, "None", "2.0", "4.0", 1, None),))
        cell = tensors.visualRect(tensors.model().index(0, 3))
        side = tensors.fontMetrics().ascent()
        return (
            tensors.viewport()
            .grab(QRect(cell.x() + 9, cell.center().y() - side // 2 + 2, side - 4, side - 4))
            .toImage()
        )

    assert box(True) != box(False)


def test_a_width_the_person_chose_stays(qtbot: QtBot, window: Window) -> None:
    tensors = window.panels.tensors
    tensors.setColumnWidth(0, 111)
    type_text(window, "z = 3")
    qtbot.waitUntil(lambda: drawn(window))
    window.resize(1100, 700)
    assert tensors.columnWidth(0) == 111


def test_columns_fit_a_larger_text_and_the_usual_one_again(qtbot: QtBot, window: Window) -> None:
    tensors = window.panels.tensors
    columns = range(tensors.model().columnCount())

    def widths() -> list[int]:
        return [tensors.columnWidth(at) for at in columns]

    window.resize(2500, 900)
    qtbot.waitUntil(lambda: tensors.viewport().width() > sum(widths()) + 100)
    at_first = widths()
    window.action("larger").trigger()
    assert all(tensors.columnWidth(at) >= tensors.sizeHintForColumn(at) for at in columns)
    assert widths() > at_first
    window.action("normal").trigger()
    assert widths() == at_first


def test_another_theme_measures_no_column_anew(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    tensors, measured = window.panels.tensors, list[int]()
    hint = Tensors.sizeHintForColumn

    def measuring(table: Tensors, column: int) -> int:
        measured.append(column)
        return hint(table, column)

    monkeypatch.setattr(Tensors, "sizeHintForColumn", measuring)
    widths = [tensors.columnWidth(at) for at in range(tensors.model().columnCount())]
    window.action("dark").trigger()
    assert measured == []
    assert [tensors.columnWidth(at) for at in range(len(widths))] == widths
    window.action("larger").trigger()
    assert measured


def test_icons_of_the_bars_are_as_large_as_their_text(window: Window) -> None:
    def sides() -> set[int]:
        bars = [bar.iconSize() for bar in window.findChildren(QToolBar)]
        buttons = [
            one.iconSize() for one in window.panels.timeline.findChildren(QToolButton) if not one.icon().isNull()
        ]
        return {size.width() for size in (*bars, *buttons)}

    assert sides() == {18}
    for _ in range(5):
        window.action("larger").trigger()
    assert sides() == {29}


def test_room_to_spare_is_that_of_the_grad(qtbot: QtBot) -> None:
    tensors = Tensors()
    qtbot.addWidget(tensors)
    tensors.apply(LIGHT)
    tensors.resize(1000, 150)
    tensors.show()
    row = TensorRow(0, "x", "()", "float32", True, True, "None", "2.0", "4.0", 1, None)
    tensors.show_rows((row,))
    most = 46 * tensors.fontMetrics().averageCharWidth()
    assert tensors.columnWidth(2) == most
    assert tensors.columnWidth(1) < 100
    tensors.resize(640, 150)
    assert 100 < tensors.columnWidth(2) < most
    assert tensors.horizontalHeader().length() <= tensors.viewport().width()
    assert not tensors.horizontalScrollBar().isVisible()


def test_the_head_of_requires_grad_is_never_cut(qtbot: QtBot) -> None:
    tensors = Tensors()
    qtbot.addWidget(tensors)
    tensors.apply(LIGHT)
    tensors.show()
    row = TensorRow(0, "weight", "(100, 200)", "float32", True, True, "None", "-1.2345 … 2.3456", "None", 1, None)
    tensors.show_rows((row,))
    tensors.resize(300, 150)
    head = tensors.horizontalHeader()
    assert head.sectionSize(3) > head.fontMetrics().horizontalAdvance("requires_grad") + 12  # its padding


def test_every_column_is_seen_at_1280_pixels_however_long_its_text(qtbot: QtBot) -> None:
    tensors = Tensors()
    qtbot.addWidget(tensors)
    tensors.apply(LIGHT)
    tensors.resize(585, 150)  # below the graph, beside the program and the output
    tensors.show()
    name, grad, value = "blocks.0.attention.query.weight", "None — requires_grad is False", "-1.2345 … 2.3456"
    row = TensorRow(0, name, "(100, 200)", "bfloat16", True, False, "TransposeBackward0", value, grad, 1234, None)
    tensors.show_rows(tuple(row._replace(tensor=at) for at in range(20)))
    qtbot.waitUntil(tensors.verticalScrollBar().isVisible)
    head = tensors.horizontalHeader()
    assert head.length() <= tensors.viewport().width()
    assert min(head.sectionSize(at) for at in range(head.count())) > 35


def test_no_column_narrows_at_a_step_that_needs_no_scroll_bar(qtbot: QtBot) -> None:
    tensors = Tensors()
    qtbot.addWidget(tensors)
    tensors.apply(LIGHT)
    tensors.resize(1200, 150)
    tensors.show()
    row = TensorRow(0, "weight", "(100, 200)", "float32", True, True, "None", "-1.2345 … 2.3456", "None", 1, None)
    tensors.show_rows(tuple(row._replace(tensor=at) for at in range(20)))
    bar = tensors.verticalScrollBar()
    qtbot.waitUntil(bar.isVisible)
    before = [tensors.columnWidth(at) for at in range(9)]
    tensors.show_rows((), fit=False)
    qtbot.waitUntil(lambda: not bar.isVisible())
    tensors.show_rows((row,), fit=False)
    assert [tensors.columnWidth(at) for at in range(9)] == before


def test_a_long_name_is_cut_at_its_beginning(window: Window) -> None:
    tensors = window.panels.tensors
    index, option = tensors.model().index(0, 0), QStyleOptionViewItem()
    delegate = tensors.itemDelegateForIndex(index)
    assert isinstance(delegate, NameCell)
    delegate.initStyleOption(option, index)
    assert option.textElideMode == Qt.TextElideMode.ElideLeft


def test_every_tab_of_the_output_is_seen_in_a_window_of_a_small_screen(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Window, "screen", lambda _window: Screen(QSize(1024, 768)))
    window = opened()
    bar = window.panels.output.tabBar()
    assert bar.findChildren(QToolButton) == [] or not any(one.isVisible() for one in bar.findChildren(QToolButton))
    assert bar.tabRect(2).right() <= bar.width()
    assert bar.tabRect(0).width() >= bar.fontMetrics().horizontalAdvance("Output") + 16  # no word is cut
