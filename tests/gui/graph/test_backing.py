"""The pixels that a panel keeps: what is moved and pieced together is what would be painted anew."""

import random
from collections.abc import Iterator
from itertools import count as counting

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.drawing.theme import DARK, LIGHT
from gradviz.layout.geometry import Rect, Size
from gradviz.state.values.chosen import NOTHING, Selection
from gradviz.ui.graph.canvas import Canvas
from gradviz.ui.graph.painting import backing
from gradviz.ui.graph.painting.backing import SLICE, Backing, Piece, Place, placed
from gradviz.ui.graph.painting.viewport import Viewport
from gradviz.ui.style.theme import LIGHT as OWN
from tests.bench.drawn import drawn

GROUND = QColor("#ffffff")
PANEL = QSize(60, 40)


def canvas_of(qtbot: QtBot, drawing: Drawing) -> Canvas:
    canvas = Canvas(OWN)
    canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # no ring round the panel that has it
    qtbot.addWidget(canvas)
    canvas.resize(500, 300)
    canvas.show()
    canvas.show_drawing(drawing, 1)
    return canvas


def painted(canvas: Canvas) -> QImage:
    image = canvas.grab().toImage()
    while canvas.layers.pending:
        image = canvas.grab().toImage()
    return image


def anew(qtbot: QtBot, canvas: Canvas) -> QImage:
    """The same view of the same drawing, never moved."""
    other = canvas_of(qtbot, canvas.scene.drawing)
    other.fit()
    if other.view.scale != canvas.view.scale:
        other.zoom_to(canvas.view.scale)
    other.look_at(canvas.seen.center)
    return painted(other)


def coloured(mark: Mark) -> Mark:
    return mark._replace(paths=tuple(path._replace(role=Role.ERROR) for path in mark.paths))


def pieces_of_a_slice(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Have the clock go on by the pieces that are painted, so many of which fill a slice."""
    ticks = counting()
    monkeypatch.setattr(backing, "perf_counter", lambda: next(ticks) * SLICE / most)


def alike(one: QImage, other: QImage) -> bool:
    """Whether they are the same picture: Qt rounds a curve a little otherwise where less of it is asked for."""
    assert one.size() == other.size()
    off = 0
    for y in range(one.height()):
        for x in range(one.width()):
            a, b = one.pixel(x, y), other.pixel(x, y)
            off += a != b and max(abs((a >> bits & 255) - (b >> bits & 255)) for bits in (0, 8, 16)) > 40
    return off <= 20


def test_a_pan_ends_in_what_is_painted_anew(qtbot: QtBot) -> None:
    canvas, random_ = canvas_of(qtbot, drawn(300)), random.Random(7)
    for scale in (1.0, 0.6, 0.2):
        canvas.zoom_to(scale)
        canvas.look_at(canvas.scene.drawing.nodes[150].rect.center)
        painted(canvas)
        for _ in range(12):
            canvas.pan(random_.randint(-90, 90), random_.randint(-60, 60))
            canvas.grab()
        canvas.pan(700, 0)  # nothing stays
        canvas.pan(-700, 0)
        assert alike(painted(canvas), anew(qtbot, canvas)), scale


@pytest.mark.parametrize(("scale", "most"), [(0.01, 10), (0.4, 100)])
def test_what_takes_long_comes_in_slices_and_is_whole_in_the_end(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, scale: float, most: int
) -> None:
    canvas = canvas_of(qtbot, drawn(1200))
    painted(canvas)
    pieces_of_a_slice(monkeypatch, most)
    canvas.fit()
    canvas.zoom_to(max(scale, canvas.view.scale))
    first = canvas.grab().toImage()
    assert canvas.layers.pending
    canvas.pan(20, 10)  # in the middle of it
    qtbot.waitUntil(lambda: not canvas.layers.pending)
    whole = painted(canvas)
    assert not alike(whole, first)
    assert alike(whole, anew(qtbot, canvas))


def test_another_theme_and_a_selection_are_painted_anew(qtbot: QtBot) -> None:
    canvas = canvas_of(qtbot, drawn(60))
    light = painted(canvas)
    canvas.apply(OWN, DARK)
    assert painted(canvas).pixelColor(3, 3) == QColor(DARK.ground)
    canvas.apply(OWN, LIGHT)
    assert painted(canvas) == light
    name = canvas.scene.drawing.nodes[0].id
    canvas.light(Selection(frozenset((name,)), frozenset((name,))))
    assert painted(canvas) != light
    canvas.light(NOTHING)
    assert painted(canvas) == light


def test_what_was_there_stands_in_until_what_follows_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces_of_a_slice(monkeypatch, 1)
    pixels, image = Backing(), QImage(PANEL, QImage.Format.Format_RGB32)

    def show(place: Place, *colours: str) -> str:
        def piece(colour: str) -> Piece:
            def paint(painter: QPainter) -> None:
                painter.fillRect(QRect(0, 0, 1000, 1000), QColor(colour))

            return paint

        painter = QPainter(image)
        pixels.show(painter, place, colours, GROUND, lambda _: iter([piece(colour) for colour in colours]))
        painter.end()
        return image.pixelColor(30, 20).name()

    here = Place(0, 0, 1.0, PANEL)
    assert show(here, "#ff0000") == "#ff0000"
    assert show(here, "#ff0000") == "#ff0000"
    assert not pixels.pending
    colours = ("#00ff00", "#0000ff")
    assert [show(here, *colours) for _ in range(3)] == ["#ff0000", "#ff0000", "#0000ff"]
    assert not pixels.pending
    nearer = Place(0, 0, 2.0, PANEL)
    assert [show(nearer, *colours) for _ in range(3)] == ["#0000ff"] * 3


def test_only_what_comes_into_sight_is_asked_for() -> None:
    pixels, image = Backing(), QImage(PANEL, QImage.Format.Format_RGB32)
    asked: list[Rect] = []

    def show(left: int, top: int) -> list[Rect]:
        asked.clear()

        def pieces(part: Rect) -> Iterator[Piece]:
            asked.append(part.grown(-16))
            return iter(())

        painter = QPainter(image)
        pixels.show(painter, Place(left, top, 2.0, PANEL), None, GROUND, pieces)
        painter.end()
        return list(asked)

    assert show(0, 0) == [Rect(0, 0, 30, 20)]
    assert show(0, 0) == []
    assert show(4, 0) == [Rect(30, 0, 2, 20)]
    assert show(0, 6) == [Rect(0, 3, 2, 20), Rect(2, 20, 28, 3)]
    assert show(400, 400) == [Rect(200, 200, 30, 20)]


def test_no_pixel_is_painted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces_of_a_slice(monkeypatch, 1)
    image = QImage(PANEL, QImage.Format.Format_RGB32)

    def fade(painter: QPainter) -> None:
        painter.fillRect(QRect(-1000, -1000, 2000, 2000), QColor(0, 0, 0, 100))

    def show(pixels: Backing, *lefts: int) -> set[int]:
        for left in lefts:
            painter = QPainter(image)
            pixels.show(painter, Place(left, 0, 1.0, PANEL), None, GROUND, lambda _: iter((fade, fade, fade)))
            painter.end()
        return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}

    pixels = Backing()
    whole = show(pixels, 0, 0, 0, 0)
    assert len(whole) == 1
    assert not pixels.pending
    pixels.spoil([Rect(60, 20, 10, 5)])  # half of it comes into sight as it becomes another
    assert show(pixels, *[30] * 12) == whole
    assert not pixels.pending
    to_and_fro = Backing()
    assert show(to_and_fro, 0, 20, *[0] * 12) == whole
    assert not to_and_fro.pending


def test_only_what_has_become_another_is_painted_again() -> None:
    pixels, image = Backing(), QImage(PANEL, QImage.Format.Format_RGB32)
    asked: list[Rect] = []

    def show(left: int, *spoilt: Rect) -> list[Rect]:
        asked.clear()

        def pieces(part: Rect) -> Iterator[Piece]:
            asked.append(part.grown(-16))
            return iter(())

        pixels.spoil(spoilt)
        painter = QPainter(image)
        pixels.show(painter, Place(left, 0, 0.1, PANEL), None, GROUND, pieces)
        painter.end()
        return [Rect(*map(round, part)) for part in asked]

    here, near, far = Rect(116, 116, 68, 68), Rect(166, 116, 68, 68), Rect(416, 216, 68, 68)
    show(0)
    assert show(0, here) == [Rect(100, 100, 100, 100)]  # with what pens paint beyond it
    assert show(0, here, near, far) == [Rect(100, 100, 150, 100), Rect(400, 200, 100, 100)]
    assert show(0, Rect(5000, 0, 10, 10)) == []
    assert show(-10, here) == [Rect(-100, 0, 100, 400), Rect(100, 100, 100, 100)]
    assert show(-10, *(here for _ in range(20)), far) == [Rect(100, 100, 400, 200)]
    assert show(-10) == []
    everything = Rect(-1e5, -1e5, 2e5, 2e5)
    assert show(5000, everything, far) == [Rect(50000, 0, 600, 400)]  # once, though it is new and another
    assert show(5010, Rect(50590, 50, 50, 50)) == [Rect(50600, 0, 100, 400), Rect(50570, 30, 30, 90)]
    assert show(5020, Rect(50640, 50, 20, 20)) == [Rect(50700, 0, 100, 400), Rect(50620, 30, 60, 60)]
    assert show(5030, Rect(50830, 50, 10, 10)) == [Rect(50800, 0, 100, 400)]


@pytest.mark.parametrize("scale", [1.0, 0.2])
def test_a_step_ends_in_what_is_painted_anew(qtbot: QtBot, scale: float) -> None:
    drawing, random_ = drawn(300), random.Random(7)
    canvas = canvas_of(qtbot, drawing)
    canvas.zoom_to(scale)
    before = painted(canvas)
    for count in (1, 3, 1, 40, 300):
        others = {mark.id: coloured(mark) for mark in random_.sample(drawing.nodes, count)}
        canvas.show_drawing(drawing._replace(nodes=tuple(others.get(mark.id, mark) for mark in drawing.nodes)), 1)
        canvas.look_at(next(iter(others.values())).rect.center)
        assert alike(painted(canvas), anew(qtbot, canvas)), count
    assert not alike(painted(canvas), before)


def test_a_place_is_in_whole_pixels_of_the_screen() -> None:
    for ratio in (1.0, 1.25, 2.0):
        place = placed(Viewport(10.37, -3.21, 0.9), Size(640, 480), ratio)
        assert place.size == QSize(round(640 * ratio), round(480 * ratio))
        view = place.view(ratio)
        assert abs(view.scale - 0.9) < 1e-12
        corner = QPoint(place.left, place.top)
        assert (view.x * place.scale, view.y * place.scale) == (corner.x(), corner.y())
        assert max(abs(view.x - 10.37), abs(view.y + 3.21)) <= 0.5 / place.scale
