"""The tour of the window: it leads from part to part, stays out of the way, and is shown once by itself."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSettings, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QPushButton
from pytestqt.qtbot import QtBot

from gradviz.ui import preferences
from gradviz.ui.tour.callout import Callout, Ring, placed
from gradviz.ui.tour.tour import Tour
from gradviz.ui.window import Window
from tests.gui.driving import drawn, press, type_text

ROOM = QRect(0, 0, 1000, 700)
SIZE = QSize(300, 100)
TITLES = (
    "Your program",
    "The grad mode of the run",
    "The graph",
    "requires_grad of each tensor",
    "The run, step by step",
    "Cost and export",
)


@pytest.mark.parametrize(
    ("part", "corner", "side"),
    [
        (QRect(100, 200, 100, 300), (200, 300), "right"),
        (QRect(800, 200, 100, 300), (500, 300), "left"),
        (QRect(300, 0, 400, 30), (350, 30), "below"),
        (QRect(300, 670, 400, 30), (350, 570), "above"),
        (QRect(0, 0, 200, 30), (0, 30), "below"),  # kept inside the room
        (QRect(0, 640, 20, 60), (20, 600), "right"),
        (QRect(0, 0, 1000, 700), (350, 300), "over"),
    ],
)
def test_words_stand_beside_a_part_and_inside_the_window(part: QRect, corner: tuple[int, int], side: str) -> None:
    place = placed(part, SIZE, ROOM)
    assert (place.corner.toTuple(), place.side) == (corner, side)
    assert ROOM.contains(QRect(place.corner, SIZE))
    if side != "over":
        assert not QRect(place.corner, SIZE).intersects(part)


@pytest.fixture
def tour(window: Window) -> Tour:
    assert window.findChildren(Callout) == []  # nothing of it is there before
    window.resize(1280, 800)
    window.action("tour").trigger()
    (tour,) = window.findChildren(Tour)
    return tour


def title(tour: Tour) -> str:
    return tour.callout.text.split("\n")[0]


def around(window: Window) -> QRect:
    """What the line is round, in pixels of the window."""
    (ring,) = window.findChildren(Ring)
    return ring.geometry()


def test_keys_lead_through_it_and_it_ends(qtbot: QtBot, window: Window, tour: Tour) -> None:
    seen = [title(tour)]
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Enter):
        press(tour.callout, key)
        seen.append(title(tour))
    assert seen == [TITLES[at] for at in (0, 1, 2, 1, 2, 3)]
    assert tour.callout.accessibleName() == "requires_grad of each tensor (4 / 6)"
    assert tour.callout.accessibleDescription() == tour.callout.text.split("\n")[1]
    for _ in range(2):
        press(tour.callout, Qt.Key.Key_Right)
    assert title(tour) == TITLES[5]
    press(tour.callout, Qt.Key.Key_Left)
    assert tour.callout.text.endswith("(F10, F9)")  # the keys that the person has for it
    press(tour.callout, Qt.Key.Key_Right)
    press(tour.callout, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: not window.findChildren(Tour))
    assert QApplication.focusWidget() is window.panels.editor


def test_it_points_at_what_it_speaks_of_and_follows_the_window(qtbot: QtBot, window: Window, tour: Tour) -> None:
    editor, tensors = window.panels.editor, window.panels.tensors
    assert around(window).contains(QRect(editor.mapTo(window, QPoint(0, 0)), editor.size()).adjusted(2, 2, -2, -2))
    before = around(window)
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: around(window) != before)
    assert window.rect().contains(tour.callout.geometry())
    for _ in range(3):
        press(tour.callout, Qt.Key.Key_Return)
    box = tensors.visualRect(tensors.model().index(0, 3)).center()
    assert around(window).contains(tensors.viewport().mapTo(window, box))
    assert around(window).width() < 200
    press(tour.callout, Qt.Key.Key_Left)
    (dock,) = window.findChildren(QDockWidget, "tensors")
    dock.hide()
    press(tour.callout, Qt.Key.Key_Right)
    assert title(tour) == TITLES[4]  # what is hidden is passed over, both ways
    press(tour.callout, Qt.Key.Key_Left)
    assert title(tour) == TITLES[2]
    for _ in range(3):
        press(tour.callout, Qt.Key.Key_Left)
    assert title(tour) == TITLES[0]
    (dock,) = window.findChildren(QDockWidget, "program")
    dock.hide()
    qtbot.waitUntil(lambda: title(tour) == TITLES[2])
    tour.callout.grab()


def test_the_window_is_used_meanwhile(qtbot: QtBot, window: Window, tour: Tour) -> None:
    QTest.keyClicks(tour.callout, "z")  # who types already has seen where
    assert window.panels.editor.toPlainText().startswith("zx = 1")
    assert QApplication.focusWidget() is window.panels.editor
    type_text(window, "own = 3")
    qtbot.waitUntil(lambda: drawn(window))
    assert tour.callout.isVisible()
    press(window.panels.editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(Callout))
    window.action("tour").trigger()
    window.action("tour").trigger()  # from the beginning
    qtbot.waitUntil(lambda: len(window.findChildren(Callout)) == 1)
    (callout,) = window.findChildren(Callout)
    press(callout, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(Tour))


def test_buttons_do_what_keys_do_and_another_language_goes_on_with_it(qtbot: QtBot, window: Window, tour: Tour) -> None:
    buttons = {button.text(): button for button in tour.callout.findChildren(QPushButton)}
    assert not buttons["Back"].isEnabled()
    for name in ("Next part", "Next part", "Back"):
        buttons[name].click()
    assert title(tour) == TITLES[1]
    window.action("dark").trigger()
    window.action("ja").trigger()
    qtbot.waitUntil(lambda: [title(one) for one in window.findChildren(Tour)] == ["実行の勾配モード"])
    (callout,) = window.findChildren(Callout)
    next(one for one in callout.findChildren(QPushButton) if one.text() == "案内を終了").click()
    qtbot.waitUntil(lambda: not window.findChildren(Tour))


def test_a_tour_that_has_ended_follows_nothing(window: Window, tour: Tour) -> None:
    panels = [window.panels.canvas, window.panels.timeline]
    tour.end()
    for panel in panels:
        panel.hide()
        panel.show()
    assert [timer for timer in tour.findChildren(QTimer) if timer.isActive()] == []


def test_a_first_start_is_one_only_once(tmp_path: object) -> None:
    store = QSettings(f"{tmp_path}/first.ini", QSettings.Format.IniFormat)
    assert preferences.first_start(store)
    assert not preferences.first_start(store)
    older = QSettings(f"{tmp_path}/older.ini", QSettings.Format.IniFormat)
    older.setValue("theme", "dark")  # who was here before there was a tour
    assert not preferences.first_start(older)
