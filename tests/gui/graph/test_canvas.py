"""The graph's panel under a person's hands."""

from time import perf_counter

import msgspec
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QInputDevice, QKeyEvent, QMouseEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gradviz.drawing.columns import Column, columns
from gradviz.drawing.pages.marks import Marks
from gradviz.drawing.pages.page import Page
from gradviz.drawing.shapes import Drawing, Mark, Path, Role
from gradviz.drawing.theme import DARK, LIGHT
from gradviz.drawing.words import ENGLISH
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.state.values.chosen import NOTHING, Selection
from gradviz.ui.graph.canvas import Canvas
from gradviz.ui.graph.painting import headings, rings
from gradviz.ui.graph.painting.scene import Scene
from gradviz.ui.graph.painting.viewport import Viewport, fitted, fitted_to
from gradviz.ui.style.theme import LIGHT as OWN
from tests.bench.drawn import drawn
from tests.gui.driving import place, press
from tests.unit.drawing.samples import sealed

CENTRE = QPointF(300, 200)
PANEL = Size(600, 400)
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def box(name: str, x: float, y: float, line: int | None = None) -> Mark:
    outline = Path("MLLLZ", (x, y, x + 80, y, x + 80, y + 40, x, y + 40), Role.LEAF)
    return Mark(name, Role.LEAF, Rect(x, y, 80, 40), (outline,), (), f"title {name}", f"<b>{name}</b>", line=line)


def line(tail: str, head: str, y: float) -> Mark:
    path = Path("ML", (60, y, 60, y + 60), Role.DATA_EDGE, filled=False, arrow=True)
    return Mark(f"{tail}{head}", Role.DATA_EDGE, Rect(60, y, 0, 60), (path,), (), "", "", ends=(tail, head))


CHAIN = Drawing(
    Size(120, 360),
    (),
    (line("a", "b", 60), line("b", "c", 160)),
    (box("a", 20, 20), box("b", 20, 120, 7), box("c", 20, 220)),
)


def shown(qtbot: QtBot, drawing: Drawing = CHAIN) -> Canvas:
    canvas = Canvas(OWN)
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    canvas.show()
    canvas.show_drawing(drawing, 1)
    return canvas


def wheel(
    canvas: Canvas,
    angle: QPoint,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    pixels: QPoint | None = None,
) -> None:
    phase = Qt.ScrollPhase.ScrollUpdate if pixels else Qt.ScrollPhase.NoScrollPhase
    device = QPointingDevice.primaryPointingDevice()
    assert device.type() == QInputDevice.DeviceType.Mouse
    buttons = Qt.MouseButton.NoButton
    event = QWheelEvent(CENTRE, CENTRE, pixels or QPoint(), angle, buttons, keys, phase, False)
    QApplication.sendEvent(canvas, event)


def colour_at(image: QImage, canvas: Canvas, at: Point) -> QColor:
    pixel = canvas.view.to_panel(at)
    return image.pixelColor(int(pixel.x), int(pixel.y))


def test_the_wheel_zooms_at_the_pointer_and_a_touchpad_pans(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    under = canvas.view.to_drawing(300, 200)
    scale = canvas.view.scale
    wheel(canvas, QPoint(0, 120))
    assert canvas.view.scale > scale
    assert canvas.view.to_drawing(300, 200) == under or abs(canvas.view.to_drawing(300, 200).x - under.x) < 1e-9
    scale, y = canvas.view.scale, canvas.view.y
    wheel(canvas, QPoint(0, 120), pixels=QPoint(0, 30))
    assert canvas.view.scale == scale
    assert canvas.view.y == y - 30 / scale
    wheel(canvas, QPoint(0, 120), Qt.KeyboardModifier.ControlModifier, QPoint(0, 30))
    assert canvas.view.scale > scale
    x = canvas.view.x
    wheel(canvas, QPoint(0, -120), Qt.KeyboardModifier.ShiftModifier)
    assert canvas.view.x > x


def test_a_drag_pans_and_does_not_select(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    before = canvas.view
    chosen: list[object] = []
    canvas.markChosen.connect(chosen.append)
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
        QTest.mousePress(canvas, button, pos=QPoint(10, 10))
        QTest.mouseMove(canvas, QPoint(40, 30))
        QTest.mouseMove(canvas, QPoint(60, 30))
        QTest.mouseRelease(canvas, button, pos=QPoint(60, 30))
    assert canvas.view.scale == before.scale
    assert canvas.view.x < before.x
    assert chosen == []


def test_a_click_selects_a_node_an_edge_or_nothing(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    chosen: list[object] = []
    canvas.markChosen.connect(chosen.append)
    for name in ("b", "ab"):
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place(canvas, name))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert chosen == ["b", "ab", None]


def lit(canvas: Canvas) -> list[tuple[str, ...]]:
    """Light what is chosen on a canvas, as the window does, and return what is, one choice after the other."""
    chosen: list[tuple[str, ...]] = []

    def choose(names: tuple[str, ...]) -> None:
        chosen.append(names)
        canvas.light(Selection(frozenset(names), frozenset(names)) if names else NOTHING)

    canvas.markChosen.connect(lambda name: choose((name,) if name else ()))
    canvas.marksChosen.connect(choose)
    return chosen


def test_a_click_with_shift_selects_one_more_or_one_less(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.light(Selection(frozenset("c")))  # as the line of the cursor has it: nobody chose it
    chosen = lit(canvas)
    for name, at in (("b", "b"), ("a", "ab"), ("c", "abc"), ("b", "ac")):
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, SHIFT, place(canvas, name))
        assert set(chosen[-1]) == canvas.selection.marks == set(at)
    assert [names[-1] for names in chosen[:3]] == ["b", "a", "c"]
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, SHIFT, QPoint(5, 5))
    assert len(chosen) == 4  # beside a box it takes nothing away
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place(canvas, "b"))
    assert chosen[-1] == ("b",)


def dragged(canvas: Canvas, start: QPoint, end: QPoint, key: Qt.Key | None = None) -> None:
    """Drag with Shift from one pixel to another; before the button is let go a key may be pressed."""
    left, shift = Qt.MouseButton.LeftButton, SHIFT
    for kind, at, button, held in (
        (QEvent.Type.MouseButtonPress, start, left, left),
        (QEvent.Type.MouseMove, (start + end) / 2, Qt.MouseButton.NoButton, left),
        (QEvent.Type.MouseMove, end, Qt.MouseButton.NoButton, left),
    ):
        spot = QPointF(at)
        QApplication.sendEvent(canvas, QMouseEvent(kind, spot, canvas.mapToGlobal(spot), button, held, shift))
    if key is not None:
        press(canvas, key)
    QTest.mouseRelease(canvas, left, shift, end)


def test_a_drag_with_shift_selects_what_its_rectangle_touches(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    view, chosen = canvas.view, lit(canvas)
    corner = canvas.view.to_panel(Point(5, 5))
    dragged(canvas, QPoint(int(corner.x), int(corner.y)), place(canvas, "b"))
    assert chosen == [("a", "b")]
    assert canvas.view == view
    dragged(canvas, place(canvas, "c") + QPoint(20, 10), place(canvas, "b"))  # from any corner
    assert chosen[-1] == ("b", "c")
    assert canvas.current == CHAIN.nodes[2]
    dragged(canvas, place(canvas, "a"), place(canvas, "c"), Qt.Key.Key_Escape)
    assert len(chosen) == 2
    dragged(canvas, QPoint(2, 2), QPoint(8, 8))
    assert chosen[2:] == [()]


def test_arrows_with_shift_keep_what_is_selected(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    chosen = lit(canvas)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place(canvas, "a"))
    for _ in range(2):
        press(canvas, Qt.Key.Key_Down, SHIFT)
    assert chosen == [("a",), ("a", "b"), ("a", "b", "c")]
    press(canvas, Qt.Key.Key_Up)
    assert chosen[-1] == ("b",)


def test_side_by_side_one_less_is_one_less_in_each_column(qtbot: QtBot) -> None:
    heads = ("grad", "no_grad")
    canvas = shown(qtbot, columns([Column(name, name, "", error=False, drawing=CHAIN) for name in heads], ENGLISH))
    chosen = lit(canvas)
    canvas.light(Selection(frozenset({"a@grad", "a@no_grad", "b@grad", "b@no_grad"}), frozenset()))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, SHIFT, place(canvas, "b@grad"))
    assert chosen == [("a@grad", "a@no_grad")]


def test_keys_walk_zoom_and_open(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    chosen: list[str] = []
    opened: list[str] = []

    def choose(name: str) -> None:
        chosen.append(name)
        canvas.light(Selection(frozenset({name})))

    canvas.markChosen.connect(choose)
    canvas.openWanted.connect(opened.append)
    canvas.light(Selection(frozenset({"a"})))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Left):
        press(canvas, key)
    assert chosen == ["b", "c", "b"]
    press(canvas, Qt.Key.Key_Return)
    assert opened == ["b"]
    press(canvas, Qt.Key.Key_1)
    assert canvas.view.scale == 1.0
    press(canvas, Qt.Key.Key_Plus)
    assert canvas.view.scale == 1.25
    press(canvas, Qt.Key.Key_Minus)
    press(canvas, Qt.Key.Key_F)
    assert canvas.view.holds(CHAIN.size, PANEL)
    press(canvas, Qt.Key.Key_F, SHIFT)
    assert canvas.view == fitted_to(Rect(20, 120, 80, 40), PANEL)
    with qtbot.waitSignal(canvas.searchWanted):
        QTest.keyClicks(canvas, "/")


def test_space_and_a_drag_pan_even_on_a_node(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    before, at = canvas.view, place(canvas, "b")
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(canvas, at + QPoint(2, 1))  # less than what makes a drag of a press
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at + QPoint(2, 1))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.view == before.panned(2, 1)


def test_the_wheel_scrolls_where_that_is_chosen(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.set_wheel("scroll")
    before = canvas.view
    wheel(canvas, QPoint(0, -120))
    assert canvas.view == before.panned(0, -60)
    wheel(canvas, QPoint(0, -120), Qt.KeyboardModifier.ShiftModifier)
    assert canvas.view == before.panned(0, -60).panned(-60, 0)
    wheel(canvas, QPoint(0, 120), Qt.KeyboardModifier.ControlModifier)
    assert canvas.view.scale > before.scale


def test_the_first_arrow_finds_the_middle(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    with qtbot.waitSignal(canvas.markChosen, check_params_cb=lambda name: name == "b"):
        press(canvas, Qt.Key.Key_Down)


def test_the_card_shows_plain_text_where_the_pointer_rests(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    QTest.mouseMove(canvas, place(canvas, "a"))
    qtbot.waitUntil(canvas.card.isVisible)
    assert canvas.card.text == "title a\n<b>a</b>"
    assert canvas.rect().contains(canvas.card.geometry())
    QTest.mouseMove(canvas, QPoint(5, 5))
    assert not canvas.card.isVisible()


def test_the_card_tells_the_whole_error_of_a_mode_at_its_heading_or_anywhere_in_a_column_too_small_to_read(
    qtbot: QtBot,
) -> None:
    canvas, error = shown(qtbot), "RuntimeError: " + "<no> " * 100 + "."
    modes = [Column("", "grad", "", False, CHAIN), Column("no_grad", "no_grad", error, True, CHAIN)]
    canvas.show_drawing(columns(modes, ENGLISH), 1)
    heading, ground = canvas.scene.drawing.titles[1].rect, canvas.scene.drawing.frames[1].rect
    blank = Point(ground.right - 4, ground.bottom - 4)
    for scale, at in ((0.5, heading.center), (0.2, blank)):
        canvas.zoom_to(scale)
        canvas.look_at(at)
        QTest.mouseMove(canvas, QPoint(5, 5))
        QTest.mouseMove(canvas, canvas.rect().center())
        qtbot.waitUntil(canvas.card.isVisible)
        assert canvas.card.text == f"no_grad\n{error}"
    scene = canvas.scene
    assert scene.heading(blank, anywhere=False) is None
    assert scene.heading(Point(ground.x - 5, ground.y), anywhere=True) is None


def test_a_column_says_which_it_is_where_its_heading_cannot_be_read(qtbot: QtBot) -> None:
    canvas, error = shown(qtbot), "RuntimeError: no grad_fn"
    modes = [Column("", "grad", "", False, CHAIN), Column("no_grad", "no_grad", error, True, CHAIN)]
    canvas.show_drawing(columns(modes, ENGLISH), 1)
    grounds = [mark.rect for mark in canvas.scene.drawing.frames]
    canvas.zoom_to(0.4)
    canvas.look_at(grounds[1].center)

    def told(ground: Rect) -> bool:
        """Whether something is written where the heading would be."""
        x, y, width, height = headings.placed(ground, canvas.view, PANEL, 20)
        image = canvas.grab().toImage()
        colours = {
            image.pixelColor(at, row).name()
            for at in range(int(x), int(x + width))
            for row in range(int(y), int(y + height))
        }
        return QColor(OWN.text).name() in colours

    def unread() -> list[str]:
        return [heading.title for _, heading in headings.unread(canvas.scene.columns, canvas.view, PANEL)]

    assert all(map(told, grounds))
    canvas.zoom_to(1.0)
    canvas.look_at(Point(grounds[1].center.x, grounds[1].bottom))  # its heading is above the panel
    assert headings.placed(grounds[1], canvas.view, PANEL, 20).y == 0
    assert "no_grad" in unread()
    assert told(grounds[1])
    canvas.look_at(Point(grounds[1].center.x, grounds[1].y + 100))
    assert canvas.seen.contains(canvas.scene.drawing.titles[1].rect.center)
    assert "no_grad" not in unread()


def test_the_heading_of_a_column_stays_in_the_column_and_on_the_panel() -> None:
    ground = Rect(100, 200, 300, 400)
    for view, wanted in (
        (Viewport(0, 0, 1.0), Rect(100, 178, 300, 20)),  # over it
        (Viewport(200, 300, 1.0), Rect(0, 0, 200, 20)),  # at the top of what is seen of it
        (Viewport(0, 590, 1.0), Rect(100, -10, 300, 20)),  # with its end it leaves
        (Viewport(-400, 0, 1.0), Rect(500, 178, 100, 20)),
        (Viewport(900, 0, 1.0), Rect(0, 178, 0, 20)),
    ):
        assert headings.placed(ground, view, PANEL, 20) == wanted


def test_the_view_stays_when_the_drawing_changes(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.zoom(1.1)
    canvas.zoom(1 / 1.1)
    before = place(canvas, "b")
    nodes = tuple(mark._replace(rect=mark.rect.moved(400, 0)) for mark in CHAIN.nodes)
    wider = CHAIN._replace(size=Size(900, 360), nodes=nodes)
    canvas.show_drawing(wider, 1)
    assert place(canvas, "b") == before  # the node a person looks at stays under their eyes


def test_a_view_nobody_moved_follows_a_growing_drawing(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    grown = CHAIN._replace(size=Size(120, 660), nodes=(*CHAIN.nodes, box("d", 20, 600)))
    canvas.show_drawing(grown, 1)
    assert canvas.view == fitted(grown.size, PANEL)
    canvas.show_drawing(CHAIN, 1)
    assert canvas.view == fitted(CHAIN.size, PANEL)
    canvas.resize(300, 300)
    assert canvas.view == fitted(CHAIN.size, Size(300, 300))


def test_a_drawing_too_large_to_be_read_whole_shows_its_beginning_until_fit(qtbot: QtBot) -> None:
    tall = CHAIN._replace(size=Size(120, 2000), nodes=(*CHAIN.nodes, box("d", 20, 1900)))
    canvas = shown(qtbot, tall)
    assert canvas.view.scale == 0.7
    assert canvas.view.seen(PANEL).contains(Point(60, 40))
    canvas.fit()
    assert canvas.view == fitted(tall.size, PANEL)
    taller = tall._replace(size=Size(120, 2400))
    canvas.show_drawing(taller, 1)
    assert canvas.view == fitted(taller.size, PANEL)  # the person wants all of it
    canvas.zoom(1.1)
    canvas.show_drawing(taller, 2)
    assert canvas.view.scale == 0.7  # another program is looked at anew
    canvas.show_drawing(CHAIN, 3)
    canvas.show_drawing(CHAIN._replace(size=Size(300, 360)), 4)
    assert canvas.view == fitted(Size(300, 360), PANEL)  # and not where a node of the same name was


def test_what_was_fitted_and_is_opened_until_it_cannot_be_read_stays_as_large(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.fit()
    before = canvas.view.scale
    canvas.show_drawing(CHAIN._replace(size=Size(120, 4000)), 1)
    assert canvas.view.scale == before
    canvas.fit()
    assert canvas.view.scale < 0.2  # asked for again, it is seen whole all the same


def test_a_drawing_grows_with_the_text_around_it(qtbot: QtBot) -> None:
    small = CHAIN._replace(size=Size(120, 200), nodes=CHAIN.nodes[:1], edges=())
    canvas = shown(qtbot, small)
    assert canvas.view.scale == 1.0
    canvas.set_size(1.5)
    assert canvas.view == fitted(small.size, PANEL, 1.5)
    assert canvas.view.scale == 1.5
    canvas.set_size(3.0)
    assert canvas.view.holds(small.size, PANEL)  # and no further
    tall = CHAIN._replace(size=Size(120, 2000))
    canvas.show_drawing(tall, 2)
    assert canvas.view.scale == pytest.approx(2.1)  # of a large one the beginning can be read from as far away
    canvas.set_size(1.0)
    assert canvas.view.scale == pytest.approx(0.7)
    canvas.zoom_to(0.8)
    middle = canvas.view.to_drawing(PANEL.width / 2, PANEL.height / 2)
    canvas.set_size(2.0)
    assert canvas.view.scale == pytest.approx(1.6)
    assert canvas.view.to_drawing(PANEL.width / 2, PANEL.height / 2) == pytest.approx(middle)


def test_drawings_side_by_side_grow_with_the_text_around_them(qtbot: QtBot) -> None:
    small = CHAIN._replace(size=Size(120, 60), nodes=CHAIN.nodes[:1], edges=())
    canvas = shown(qtbot, columns([Column(mode, mode, "", False, small) for mode in ("", "no_grad")], ENGLISH))
    assert canvas.view.scale == 1.0
    canvas.set_size(1.25)
    assert canvas.view.scale == 1.25
    canvas.set_size(3.0)  # and no further than every name is seen
    assert canvas.view.scale < 3.0
    assert all(canvas.seen.x <= one.rect.x and one.rect.right <= canvas.seen.right for one, _ in canvas.scene.columns)


def test_a_view_moved_by_hand_is_kept_until_fit(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    wheel(canvas, QPoint(0, 120))
    kept = canvas.view
    canvas.show_drawing(CHAIN._replace(size=Size(300, 700)), 1)
    assert canvas.view == kept
    canvas.fit()
    canvas.show_drawing(CHAIN, 1)
    assert canvas.view == fitted(CHAIN.size, PANEL)


def test_a_drawing_wholly_outside_is_fetched(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.zoom(4.0)
    for _ in range(40):
        wheel(canvas, QPoint(0, 0), pixels=QPoint(0, -300))
    assert canvas.scene.bare(canvas.seen)
    canvas.show_drawing(CHAIN._replace(nodes=(), edges=()), 1)
    canvas.show_drawing(CHAIN, 1)
    assert not canvas.scene.bare(canvas.seen)


def test_a_drawing_that_has_nothing_in_view_any_more_is_fetched(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.zoom(4.0)
    canvas.look_at(CHAIN.nodes[-1].rect.center)
    kept = canvas.view
    begun = CHAIN._replace(nodes=CHAIN.nodes[:1], edges=())  # as at a step before the rest is there
    assert Scene(begun).bare(canvas.seen)
    canvas.show_drawing(begun, 1)
    assert canvas.view != kept
    assert not canvas.scene.bare(canvas.seen)


def test_dimming_and_lighting_change_the_pixels_they_should(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.apply(OWN, LIGHT)
    a, c = Point(30, 30), Point(30, 230)
    fill = QColor(LIGHT.styles[Role.LEAF].fill or "")
    plain = canvas.grab().toImage()
    assert colour_at(plain, canvas, a) == fill
    canvas.light(Selection(frozenset({"a"}), frozenset({"a", "ab", "b"})))
    lit = canvas.grab().toImage()
    assert colour_at(lit, canvas, a) == fill
    assert colour_at(lit, canvas, c) != fill
    canvas.light(NOTHING)
    canvas.dim(True)
    dimmed = canvas.grab().toImage()
    assert colour_at(dimmed, canvas, a) != fill
    canvas.dim(False)
    assert canvas.grab().toImage() == plain


def test_far_away_edges_keep_their_route_and_dash(qtbot: QtBot) -> None:
    route = Path("MCC", (200, 40, 200, 300, 900, 300, 900, 800, 900, 1300, 200, 1300, 200, 1600), Role.DATA_EDGE, False)
    dashed = route._replace(coords=tuple(x + 400 * (at % 2 == 0) for at, x in enumerate(route.coords)))
    dashed = dashed._replace(role=Role.UNRECORDED_EDGE)
    edges = tuple(
        Mark(name, path.role, Rect(200, 40, 1100, 1560), (path,), (), "", "")
        for name, path in (("plain", route), ("dashed", dashed))
    )
    for theme in (LIGHT, DARK):
        canvas = shown(qtbot, Drawing(Size(1400, 1700), (), edges, (box("a", 160, 0),)))
        canvas.apply(OWN, theme)
        for scale in (0.29, 0.2, 0.1):
            canvas.zoom_to(scale)
            canvas.look_at(Point(1000, 800))
            image, ground = canvas.grab().toImage(), QColor(theme.ground)
            # Rows near the bulge of the curves, far from the straight line between their ends.
            rows = range(int(canvas.view.to_panel(Point(0, 760)).y), int(canvas.view.to_panel(Point(0, 850)).y))
            for bulge, solid in ((900, True), (1300, False)):
                at = int(canvas.view.to_panel(Point(bulge, 0)).x)
                met = [any(image.pixelColor(x, y) != ground for x in range(at - 10, at + 4)) for y in rows]
                assert sum(met) / len(met) > 0.3
                assert all(met) == solid, (scale, bulge)


def test_frames_titles_and_the_legend_are_painted_with_the_graph(qtbot: QtBot) -> None:
    frame, title, legend = (box(name, x, 20) for name, x in (("frame", 120), ("title", 220), ("legend", 320)))
    around = CHAIN._replace(size=Size(420, 360), frames=(frame,), titles=(title,), legend=(legend,))
    canvas = shown(qtbot, around)
    image = canvas.grab().toImage()
    for mark in (CHAIN.nodes[0], frame, title, legend):
        assert colour_at(image, canvas, mark.rect.center) == QColor(LIGHT.styles[Role.LEAF].fill or ""), mark.id


def test_the_legend_is_not_faded_by_a_selection(qtbot: QtBot) -> None:
    legend = box("legend", 300, 20)
    canvas = shown(qtbot, CHAIN._replace(size=Size(400, 360), legend=(legend,)))
    canvas.light(Selection(frozenset({"a"}), frozenset({"a"})))
    image = canvas.grab().toImage()
    assert colour_at(image, canvas, Point(310, 50)) == QColor(LIGHT.styles[Role.LEAF].fill or "")


def test_far_away_what_is_lit_stands_out(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.zoom_to(0.25)
    canvas.light(Selection(frozenset({"a"}), frozenset({"a", "ab"})))
    image, fill = canvas.grab().toImage(), QColor(LIGHT.styles[Role.LEAF].fill or "")
    assert colour_at(image, canvas, Point(60, 40)) == fill
    assert colour_at(image, canvas, Point(60, 140)) != fill


def test_far_away_boxes_keep_their_colours(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.zoom_to(0.2)
    image = canvas.grab().toImage()
    assert colour_at(image, canvas, Point(60, 40)) == QColor(LIGHT.styles[Role.LEAF].fill or "")


def test_far_away_a_place_without_an_outline_is_as_empty_as_near_by(qtbot: QtBot) -> None:
    canvas = shown(qtbot, CHAIN._replace(edges=(), nodes=(box("a", 20, 20), box("b", 20, 120)._replace(paths=()))))
    for scale in (1.0, 0.2):
        canvas.zoom_to(scale)
        canvas.look_at(Point(60, 140))
        image, ground = canvas.grab().toImage(), QColor(LIGHT.ground)
        assert colour_at(image, canvas, Point(60, 40)) != ground
        assert colour_at(image, canvas, Point(60, 140)) == ground


def badge(name: str, tail: str, head: str, place: Rect) -> Mark:
    x, y, right, bottom = place.x, place.y, place.right, place.bottom
    outline = Path("MLLLZ", (x, y, right, y, right, bottom, x, bottom), Role.LEAF)
    way = Path("ML", (x, bottom, x, bottom + 20), Role.DATA_EDGE, filled=False)
    rect = place._replace(height=place.height + 20)
    return Mark(name, Role.DATA_EDGE, rect, (way, outline), (), "", "", ends=(tail, head), badge=place)


# "a" goes into "c" far below from one badge, and into "b" from another.
SHARED = CHAIN._replace(
    size=Size(300, 2000),
    edges=(*CHAIN.edges, badge("ab", "a", "b", Rect(150, 90, 60, 24)), badge("ac", "a", "c", Rect(150, 1900, 60, 24))),
)


def test_a_click_on_a_badge_chooses_its_leaf_and_keys_go_on_from_there(qtbot: QtBot) -> None:
    canvas = shown(qtbot, SHARED)
    chosen: list[str] = []
    canvas.markChosen.connect(chosen.append)
    canvas.markChosen.connect(lambda name: canvas.light(Selection(frozenset((name,)))))
    canvas.zoom_to(1.0)
    canvas.look_at(Point(120, 150))
    at = canvas.view.to_panel(Point(180, 102))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(int(at.x), int(at.y)))
    press(canvas, Qt.Key.Key_Down)
    press(canvas, Qt.Key.Key_Up)
    assert chosen == ["a", "b", "a"]
    seen = canvas.seen
    QTest.keyClicks(canvas, "n")
    assert chosen[-1] == "a"
    assert canvas.seen.contains(Point(180, 1912))
    assert not seen.contains(Point(180, 1912))
    QTest.keyClicks(canvas, "n")
    assert canvas.seen.contains(Point(60, 40))
    press(canvas, Qt.Key.Key_N, SHIFT)
    assert canvas.seen.contains(Point(180, 1912))
    canvas.light(NOTHING)
    QTest.keyClicks(canvas, "n")
    assert len(chosen) == 6


def test_all_places_of_what_is_selected_are_ringed(qtbot: QtBot) -> None:
    canvas = shown(qtbot, SHARED)
    canvas.zoom_to(1.0)
    canvas.look_at(Point(120, 150))
    canvas.light(Selection(frozenset("a")))
    image = canvas.grab().toImage()
    for at in (Point(60, 15), Point(180, 85)):
        assert colour_at(image, canvas, at) == QColor(OWN.accent)


def test_far_away_all_that_is_selected_is_ringed_a_few_pages_a_frame(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "SHARE", 0.0)
    drawing = drawn(600)
    canvas = shown(qtbot, drawing)
    canvas.fit()
    names = frozenset(mark.id for mark in drawing.nodes)
    canvas.light(Selection(names))
    image, frames = canvas.grab().toImage(), 1
    while canvas.layers.pending:
        image, frames = canvas.grab().toImage(), frames + 1
    assert frames >= len(canvas.scene.nodes.pages)
    for mark in drawing.nodes:
        corner = mark.rect.grown(5)
        at = canvas.view.to_panel(Point(corner.x, corner.y))
        around = {image.pixelColor(int(at.x) + dx, int(at.y) + dy).name() for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
        assert QColor(OWN.accent).name() in around


def test_far_away_a_badge_is_a_box(qtbot: QtBot) -> None:
    canvas = shown(qtbot, SHARED)
    canvas.zoom_to(0.25)
    canvas.look_at(Point(120, 150))
    image = canvas.grab().toImage()
    assert colour_at(image, canvas, Point(180, 102)) == QColor(LIGHT.styles[Role.LEAF].fill or "")


def test_an_edge_from_a_badge_is_shown_where_that_is(qtbot: QtBot) -> None:
    canvas = shown(qtbot, SHARED)
    canvas.zoom_to(1.0)
    canvas.look_at(Point(120, 150))
    canvas.reveal("ac")
    assert canvas.seen.contains(Point(180, 1912))


def test_words_stand_in_for_a_drawing(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    with_drawing = canvas.grab().toImage()
    canvas.show_words("Starting")
    assert canvas.grab().toImage() != with_drawing
    canvas.show_words("")
    assert canvas.grab().toImage() == with_drawing


def test_a_resize_keeps_the_middle(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.zoom(1.2)
    middle = canvas.view.to_drawing(300, 200)
    canvas.resize(500, 300)
    now = canvas.view.to_drawing(250, 150)
    assert abs(now.x - middle.x) < 1e-6
    assert abs(now.y - middle.y) < 1e-6
    assert isinstance(canvas.view, Viewport)


def test_a_resize_keeps_in_sight_what_has_just_been_done(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    first, *_, last = (mark for mark in canvas.scene.drawing.nodes)
    canvas.zoom_to(2.0)
    canvas.mark_done(first.id)
    canvas.reveal(first.id)
    canvas.resize(260, 180)
    assert canvas.seen.contains(Point(first.rect.x, first.rect.y))
    assert canvas.seen.contains(Point(first.rect.right, first.rect.bottom))
    canvas.look_at(last.rect.center)
    assert not canvas.seen.contains(first.rect.center)
    canvas.resize(300, 220)
    assert not canvas.seen.contains(first.rect.center)  # the person looked elsewhere


def pointed_at(qtbot: QtBot, *others: Mark) -> tuple[Canvas, QImage, QImage]:
    """A box amid others, before and after it is pointed out."""
    canvas = shown(qtbot, Drawing(Size(400, 120), (), (), (box("done", 150, 40), *others)))
    canvas.zoom_to(1.0)
    before = canvas.grab().toImage()
    canvas.mark_done("done")
    return canvas, before, canvas.grab().toImage()


def part(canvas: Canvas, image: QImage, place: Rect) -> QImage:
    corner = canvas.view.to_panel(Point(place.x, place.y))
    return image.copy(round(corner.x), round(corner.y), round(place.width), round(place.height))


LEFT, RIGHT = Rect(126, 40, 18, 40), Rect(237, 40, 18, 40)  # of the ring


def test_what_has_just_been_done_is_pointed_at_from_the_left(qtbot: QtBot) -> None:
    canvas, before, after = pointed_at(qtbot)
    assert part(canvas, after, LEFT) != part(canvas, before, LEFT)
    assert part(canvas, after, RIGHT) == part(canvas, before, RIGHT)


def test_or_from_the_right_where_another_box_stands_at_the_left(qtbot: QtBot) -> None:
    canvas, before, after = pointed_at(qtbot, box("note", 60, 40))
    assert part(canvas, after, LEFT) == part(canvas, before, LEFT)
    assert part(canvas, after, RIGHT) != part(canvas, before, RIGHT)
    canvas.mark_done(None)
    assert canvas.grab().toImage() == before


def test_between_two_boxes_it_is_pointed_at_from_the_left(qtbot: QtBot) -> None:
    canvas, before, after = pointed_at(qtbot, box("one", 60, 40), box("two", 240, 40))
    assert part(canvas, after, LEFT) != part(canvas, before, LEFT)
    assert part(canvas, after, RIGHT) == part(canvas, before, RIGHT)


@pytest.mark.parametrize(("keys", "typed", "asked"), [(NONE, "U", "unfold"), (SHIFT, "u", "fold")])
def test_caps_lock_makes_no_other_wish_of_a_letter(
    qtbot: QtBot, keys: Qt.KeyboardModifier, typed: str, asked: str
) -> None:
    canvas, wishes = shown(qtbot), list[str]()
    canvas.light(Selection(frozenset({"a"})))
    canvas.unfoldWanted.connect(lambda _: wishes.append("unfold"))
    canvas.foldWanted.connect(lambda _: wishes.append("fold"))
    QApplication.sendEvent(canvas, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_U, keys, typed))
    assert wishes == [asked]


def test_ten_thousand_nodes_pan_in_a_frame(qtbot: QtBot) -> None:
    nodes = tuple(box(str(index), 120.0 * (index % 100), 100.0 * (index // 100)) for index in range(10_000))
    edges = tuple(
        line(str(index), str(index + 100), 100.0 * (index // 100) + 40)._replace(id=f"e{index}")
        for index in range(9_900)
    )
    canvas = shown(qtbot, Drawing(Size(12_000, 10_000), (), edges, nodes))
    for scale in (1.0, 0.29, 0.12):
        canvas.zoom_to(scale)
        canvas.grab()
        spent = []
        for _ in range(7):
            wheel(canvas, QPoint(0, 0), pixels=QPoint(3, 3))
            spent.append(seconds(canvas))
        assert sorted(spent)[3] < 0.1, scale  # a frame is 0.016; the rest is for a busy machine


def seconds(canvas: Canvas) -> float:
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    started = perf_counter()
    canvas.render(image)
    return perf_counter() - started


def test_a_scene_of_the_next_step_finds_what_it_shows() -> None:
    before = Scene(CHAIN)
    wider = [edge._replace(rect=edge.rect._replace(width=900.0, height=700.0)) for edge in CHAIN.edges]
    changed = CHAIN._replace(
        nodes=tuple(node._replace(title="now") for node in CHAIN.nodes), edges=(wider[0], *CHAIN.edges[1:])
    )
    scene = Scene(changed, before)
    assert scene.stays
    everywhere = Rect(0, 0, *CHAIN.size)
    assert scene.nodes.within(everywhere) == changed.nodes
    assert scene.edges.within(everywhere) == changed.edges
    assert scene.edges.within(Rect(850, 650, 5, 5)) == (wider[0],)
    again = Scene(CHAIN, scene)
    assert again.edges.within(Rect(850, 650, 5, 5)) == ()
    assert again.edges.within(everywhere) == before.edges.within(everywhere)
    moved = CHAIN._replace(nodes=tuple(node._replace(rect=node.rect.moved(1, 0)) for node in CHAIN.nodes))
    assert not Scene(moved, before).stays


def test_only_what_differs_from_the_run_before_is_painted_anew() -> None:
    before = Scene(CHAIN)
    decoded = msgspec.msgpack.decode(msgspec.msgpack.encode(CHAIN), type=Drawing)  # as it comes with another run
    assert Scene(decoded, before).changed == ()
    other = decoded.nodes[1]._replace(title="another")
    scene = Scene(decoded._replace(nodes=(decoded.nodes[0], other, *decoded.nodes[2:])), before)
    assert scene.changed == (other.rect,)


def test_no_page_of_a_large_drawing_is_opened_to_see_that_another_step_stands_as_it_did() -> None:
    drawing = drawn(2000)
    ghosts = tuple(mark._replace(role=Role.GHOST, texts=()) for mark in drawing.nodes)
    edges = Marks.of(drawing.edges).pages
    before, now = (
        Drawing(drawing.size, (), Marks(list(map(pack, edges))), Marks(list(map(pack, Marks.of(nodes).pages))))
        for pack, nodes in ((Page.packed, drawing.nodes), (sealed, ghosts))
    )
    scene = Scene(now, Scene(before))
    assert scene.stays
    assert scene.changed == (Rect(0, 0, *drawing.size),)
