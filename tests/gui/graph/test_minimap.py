"""The map in the corner of the graph."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gradviz.drawing.shapes import Drawing, Mark, Path, Role
from gradviz.drawing.theme import LIGHT
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.ui.graph.minimap import Minimap
from gradviz.ui.graph.painting.layers import Layers
from gradviz.ui.graph.painting.scene import Scene
from gradviz.ui.style.theme import LIGHT as OWN
from gradviz.ui.window import Window

OUTLINE = Path("MLLLZ", (0, 0, 400, 0, 400, 300, 0, 300), Role.LEAF)
BOX = Mark("a", Role.LEAF, Rect(0, 0, 400, 300), (OUTLINE,), (), "", "")


def test_the_map_is_there_only_while_the_graph_does_not_fit(qtbot: QtBot, window: Window) -> None:
    canvas, minimap = window.panels.canvas, window.panels.minimap
    assert minimap.isHidden()
    canvas.zoom(4.0)
    assert minimap.isVisible()
    canvas.fit()
    assert minimap.isHidden()


def test_the_map_covers_no_column_of_those_side_by_side(qtbot: QtBot, window: Window) -> None:
    minimap = window.panels.minimap
    size = Size(900, 3000)
    layers = Layers(Scene(Drawing(size, (), (), (BOX,))))
    for abreast, part, there in (
        (False, Rect(-10, 0, 920, 300), True),
        (True, Rect(-10, 0, 920, 300), False),
        (True, Rect(-10, 0, 500, 300), True),
    ):
        minimap.show_layers(layers, size, abreast=abreast)
        minimap.show_seen(part)
        assert minimap.isVisible() == there


def test_a_press_on_the_map_leads_there(qtbot: QtBot, window: Window) -> None:
    canvas, minimap = window.panels.canvas, window.panels.minimap
    canvas.zoom(4.0)
    qtbot.waitUntil(lambda: minimap.width() > 20)
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(minimap.width() - 1, minimap.height() - 1))
    size = canvas.scene.drawing.size
    assert canvas.seen.center.y == size.height
    QTest.mousePress(minimap, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert canvas.seen.center == Point(0, 0)


def test_a_press_beside_a_narrow_drawing_keeps_it_in_sight(qtbot: QtBot) -> None:
    minimap = Minimap(OWN, LIGHT, None)
    qtbot.addWidget(minimap)
    size = Size(400, 30_000)
    minimap.show_layers(Layers(Scene(Drawing(size, (), (), (BOX,)))), size)
    minimap.show_seen(Rect(-100, 0, 600, 300))
    minimap.resize(minimap.sizeHint())
    middle = QPoint(minimap.width() // 2, minimap.height() // 2)
    with qtbot.waitSignal(minimap.wanted) as led:
        QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=middle)
    assert led.args is not None
    (place,) = led.args
    assert place.x == 200
    assert 10_000 < place.y < 20_000


def test_the_map_shows_the_drawing_and_what_is_seen(qtbot: QtBot) -> None:
    minimap = Minimap(OWN, LIGHT, None)
    qtbot.addWidget(minimap)
    size = Size(800, 600)
    minimap.show_layers(Layers(Scene(Drawing(size, (), (), (BOX,)))), size)
    minimap.show_seen(Rect(600, 400, 100, 100))
    minimap.resize(minimap.sizeHint())
    image = minimap.grab().toImage()
    assert image.pixelColor(20, 20) == QColor(LIGHT.styles[Role.LEAF].fill or "")
    assert image.pixelColor(image.width() - 20, 20) == QColor(LIGHT.ground)
    accent = [x for x in range(image.width()) if image.pixelColor(x, 90) == QColor(OWN.accent)]
    assert accent


def test_the_map_of_another_drawing_comes_after_what_was_to_be_painted(qtbot: QtBot) -> None:
    minimap = Minimap(OWN, LIGHT, None)
    qtbot.addWidget(minimap)
    size = Size(800, 600)

    def corner() -> QColor:
        return minimap.grab().toImage().pixelColor(20, 20)

    minimap.show_layers(Layers(Scene(Drawing(size, (), (), ()))), size)
    minimap.resize(minimap.sizeHint())
    assert corner() == QColor(LIGHT.ground)
    minimap.show_layers(Layers(Scene(Drawing(size, (), (), (BOX,)))), size)
    assert corner() == QColor(LIGHT.ground)
    qtbot.waitUntil(lambda: corner() == QColor(LIGHT.styles[Role.LEAF].fill or ""))


def test_the_map_of_a_long_chain_can_still_be_pressed(qtbot: QtBot) -> None:
    minimap = Minimap(OWN, LIGHT, None)
    qtbot.addWidget(minimap)
    minimap.show_layers(Layers(Scene(Drawing(Size(0, 0), (), (), ()))), Size(200, 200_000))
    assert minimap.sizeHint().width() >= 28
    assert minimap.sizeHint().height() <= 140
