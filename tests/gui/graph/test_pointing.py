"""What is under the pointer, where it takes many slices to find it."""

from functools import partial

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gradviz.drawing.shapes import Drawing, Mark, Path, Role
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.ui.graph.canvas import Canvas
from gradviz.ui.graph.painting.scene import Scene
from gradviz.ui.graph.pointing import Pointing
from gradviz.ui.style.card import Card
from gradviz.ui.style.theme import LIGHT
from gradviz.ui.window import Window
from tests.gui.driving import place

# Lines across everything, so that each page of them is looked through, some px apart; and a box below them.
LINES = tuple(
    Mark(
        f"e{at}",
        Role.DATA_EDGE,
        Rect(0, 0, 900, 900),
        (Path("ML", (0, 3.0 * at, 900, 3.0 * at), Role.DATA_EDGE, filled=False),),
        (),
        f"line {at}",
        "",
    )
    for at in range(300)
)
BOX = Mark("n", Role.OP, Rect(0, 1000, 90, 40), (), (), "box", "")
SCENE = Scene(Drawing(Size(900, 1040), (), LINES, (BOX,)))
SPOTS = (Point(400, 3), Point(400, 600.4), Point(400, 897), Point(20, 1010), Point(400, 950))


def seen(pointing: Pointing) -> list[Mark | None]:
    """The marks that are told from now on."""
    told: list[Mark | None] = []
    pointing.found.connect(told.append)
    return told


@pytest.mark.parametrize("at", SPOTS)
@pytest.mark.parametrize("share", [0.0, 60.0])
def test_it_finds_in_slices_what_a_look_at_once_finds(qtbot: QtBot, qapp: QObject, at: Point, share: float) -> None:
    pointing = Pointing(qapp, share)
    told = seen(pointing)
    pointing.look(SCENE, at, 2)
    assert told or share == 0  # it does not wait where there is time
    qtbot.waitUntil(lambda: len(told) == 1)
    assert told == [SCENE.hit(at, 2)]
    assert pointing.at_once(SCENE, at, 2) == told[0]
    pointing.look(SCENE, at, 2)
    assert told == [told[0]] * 2  # known by now
    pointing.deleteLater()


def test_a_look_elsewhere_ends_the_one_before(qtbot: QtBot, qapp: QObject) -> None:
    pointing = Pointing(qapp, 0.0)
    told = seen(pointing)
    for at in (SPOTS[1], SPOTS[2], SPOTS[3], SPOTS[1]):
        pointing.look(SCENE, at, 2)
    assert told == []
    assert pointing.at_once(SCENE, SPOTS[1], 2) == LINES[200]
    qtbot.waitUntil(lambda: len(told) == 1)
    assert told == [LINES[200]]
    pointing.look(SCENE, SPOTS[2], 2)
    pointing.end()
    qtbot.wait(50)
    assert len(told) == 1
    pointing.deleteLater()


def test_the_card_and_the_cursor_come_after_the_last_slice(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradviz.ui.graph.canvas.Pointing", partial(Pointing, share=0.0))
    canvas = Canvas(LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    canvas.show()
    canvas.show_drawing(SCENE.drawing, 1)
    canvas.fit()
    QTest.mouseMove(canvas, place(canvas, "n"))
    qtbot.waitUntil(canvas.card.isVisible)
    assert canvas.card.text.strip() == "box"
    assert canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor
    at = canvas.view.to_panel(Point(500, 300))
    QTest.mouseMove(canvas, QPoint(int(at.x), int(at.y)))
    assert not canvas.card.isVisible()
    qtbot.waitUntil(canvas.card.isVisible)
    assert canvas.card.text.startswith("line ")


def test_a_card_is_as_large_as_the_text_of_the_window_and_never_in_the_font_of_the_program(window: Window) -> None:
    for _ in range(4):
        window.action("larger").trigger()
    for card in window.findChildren(Card):
        card.show_at(QPoint(5, 5), "a title", "what there is to say of it, at some length " * 5)
        fonts = [label.font() for label in card.findChildren(QLabel)]
        assert {font.pointSizeF() for font in fonts} == {QApplication.font().pointSizeF()}
        assert {font.family() for font in fonts} == {QApplication.font().family()}
        assert card.width() > 40 * card.fontMetrics().averageCharWidth()
