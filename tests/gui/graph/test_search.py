"""Looking for something in the graph, by keys alone."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from gradviz.layout.geometry import Rect, Size
from gradviz.state.messages import PictureArrived
from gradviz.ui.window import Window
from tests.gui.driving import drawn, press, type_text


def test_a_slash_searches_and_enter_walks(qtbot: QtBot, window: Window) -> None:
    panels = window.panels
    type_text(window, "xx = 3")
    qtbot.waitUntil(lambda: drawn(window))
    with qtbot.waitActive(window):
        window.activateWindow()
    panels.canvas.setFocus()
    QTest.keyClicks(panels.canvas, "/")
    assert panels.search.isVisible()
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "X")
    assert panels.search.count == "1/2"
    assert window.state.selection.lit == frozenset({"t0", "t2"})
    press(field, Qt.Key.Key_Return)
    assert panels.search.count == "2/2"
    assert window.state.selection.marks == {"t2"}
    press(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    press(field, Qt.Key.Key_Up)
    press(field, Qt.Key.Key_Down)
    assert window.state.selection.marks == {"t0"}
    QTest.keyClicks(field, "?")
    assert panels.search.count == "0/0"
    press(field, Qt.Key.Key_Escape)
    assert panels.search.isHidden()
    assert panels.canvas.hasFocus()
    assert window.state.search is None


def test_a_hit_out_of_sight_is_brought_into_view(qtbot: QtBot, window: Window) -> None:
    canvas = window.panels.canvas
    canvas.zoom(4.0)
    canvas.pan(0, 4000)
    window.action("search").trigger()
    window.panels.search.typed.emit("line 2")
    mark = canvas.scene.mark("t1")
    assert mark is not None
    assert canvas.seen.contains(mark.rect.center)
    window.action("search").trigger()  # again: what was typed stays, to be typed over
    assert window.state.search is not None
    assert window.state.search.query == "line 2"


def test_a_hit_is_shown_so_large_that_it_can_be_read(window: Window) -> None:
    canvas = window.panels.canvas
    canvas.zoom_to(0.1)
    window.action("search").trigger()
    window.panels.search.typed.emit("line 2")
    mark = canvas.scene.mark("t1")
    assert mark is not None
    assert canvas.view.scale >= 0.5
    assert canvas.seen.contains(mark.rect.center)


def test_a_search_goes_from_a_leaf_on_to_its_badges(qtbot: QtBot, window: Window) -> None:
    canvas, picture = window.panels.canvas, window.state.picture
    assert picture is not None
    assert picture.drawing is not None
    edge, place = picture.drawing.edges[0], Rect(20, 9000, 60, 24)
    beside = edge._replace(rect=place, paths=(), badge=place)
    far = picture.drawing._replace(size=Size(200, 9100), edges=(beside,))
    window.send(PictureArrived(picture._replace(drawing=far)))
    canvas.zoom_to(1.0)
    window.action("search").trigger()
    window.panels.search.typed.emit("line 1")
    leaf = canvas.scene.mark("t0")
    assert leaf is not None
    assert canvas.seen.contains(leaf.rect.center)
    assert not canvas.seen.contains(place.center)
    window.panels.search.stepped.emit(1)
    assert window.panels.search.count == "2/2"
    assert canvas.seen.contains(place.center)
    assert window.state.selection.marks == {"t0"}
    window.panels.search.stepped.emit(1)
    assert canvas.seen.contains(leaf.rect.center)


def test_a_row_out_of_sight_is_brought_into_view(qtbot: QtBot, window: Window) -> None:
    canvas = window.panels.canvas
    canvas.zoom(4.0)
    canvas.pan(0, 4000)
    window.panels.tensors.selectRow(1)
    mark = canvas.scene.mark("t1")
    assert mark is not None
    assert canvas.seen.contains(mark.rect.center)
