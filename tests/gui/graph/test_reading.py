"""The graph to a screen reader: its boxes as items of a list, each with its words, its place and its state."""

import gc
import weakref
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gradviz.drawing.shapes import Drawing, Text, TextRole
from gradviz.layout.geometry import Point, Size
from gradviz.state.values.chosen import Selection
from gradviz.ui.graph import reading
from gradviz.ui.graph.canvas import Canvas
from gradviz.ui.style.theme import LIGHT
from gradviz.ui.window import Window
from tests.bench.drawn import drawn as generated
from tests.gui.driving import place, press
from tests.gui.graph.test_canvas import CHAIN, box, line

NAME, DESCRIPTION = QAccessible.Text.Name, QAccessible.Text.Description


@pytest.fixture(autouse=True)
def listened() -> Iterator[None]:
    """Have it seem that a screen reader is on."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[QAccessible.Event, str]]:
    """Return what Qt is told from now on, and of what, as its own part finds that."""
    found: list[tuple[QAccessible.Event, str]] = []

    def tell(event: QAccessibleEvent) -> None:
        found.append((event.type(), event.accessibleInterface().text(NAME)))

    monkeypatch.setattr(QAccessible, "updateAccessibility", tell)
    return found


def shown(qtbot: QtBot, drawing: Drawing = CHAIN) -> Canvas:
    canvas = Canvas(LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    with qtbot.waitSignal(canvas.painted):
        canvas.show()
    canvas.show_drawing(drawing, 1)
    return canvas


def listing(canvas: QWidget) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(canvas)


def items(canvas: QWidget) -> list[QAccessibleInterface]:
    whole = listing(canvas)
    return [whole.child(at) for at in range(whole.childCount())]


def told_of(canvas: QWidget) -> list[str]:
    return [item.text(NAME) for item in items(canvas)]


def made(*kinds: type) -> list[object]:
    """Return the objects there are of some classes; a proxy that others have left behind is not asked for its own."""
    return [one for one in gc.get_objects() if type(one) in kinds]


def test_the_boxes_are_the_items_of_a_list_in_the_order_of_the_program(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    whole = listing(canvas)
    assert whole.role() == QAccessible.Role.List
    assert whole.text(NAME) == "Graph"
    assert whole.childCount() == 3
    for at, item in enumerate(items(canvas)):
        assert item.role() == QAccessible.Role.ListItem
        assert whole.indexOfChild(item) == at
        assert item.parent() is whole
        assert whole.child(at) is item
        assert QAccessible.accessibleInterface(QAccessible.uniqueId(item)) is item
        by_qt = QAccessibleEvent(canvas, QAccessible.Event.Focus)  # which goes through Qt's own side
        by_qt.setChild(at)
        assert by_qt.accessibleInterface() is item
        assert (item.childCount(), item.indexOfChild(whole)) == (0, -1)
        assert {item.child(0), item.childAt(0, 0), item.object()} == {None}
    assert whole.child(3) is None
    assert whole.child(-1) is None


def test_an_item_says_what_stands_on_its_box_and_what_its_card_says_beyond_that(qtbot: QtBot) -> None:
    at = Point(0, 0)
    fn = Text(at, "MulBackward0", TextRole.GRAD_FN, "middle", 9)
    op = box("o", 20, 20)._replace(texts=(Text(at, "mul", TextRole.OP, "middle", 9), fn), title="mul", description="op")
    grad = ".grad None — not a leaf"
    texts = tuple(Text(at, text, TextRole.BODY, "middle", 9) for text in ("a name th…", "2.0 · float32 · ()", grad))
    description = f"intermediate\nshape (), float32, cpu, 4 B\n{grad}\nline 4"
    made = box("y", 20, 120)._replace(texts=texts, title="a name that is long", description=description)
    canvas = shown(qtbot, Drawing(Size(120, 260), (), (line("o", "y", 60),), (op, made)))
    first, second = items(canvas)
    assert first.text(NAME) == "mul, op, MulBackward0"
    expected = "a name that is long, intermediate, from MulBackward0, 2.0 · float32 · (), .grad None — not a leaf"
    assert second.text(NAME) == expected
    assert second.text(DESCRIPTION) == "shape (), float32, cpu, 4 B, line 4"


def test_of_many_inputs_the_first_are_told(qtbot: QtBot) -> None:
    leaves = tuple(box(name, 20 + 100 * at, 20) for at, name in enumerate("abcd"))
    edges = tuple(line(one.id, "y", 60) for one in leaves)
    canvas = shown(qtbot, Drawing(Size(500, 260), (), edges, (*leaves, box("y", 20, 120))))
    assert "from title a, title b, title c, …" in told_of(canvas)[-1]


def test_an_item_is_where_its_box_is_on_the_screen(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    for item, name in zip(items(canvas), "abc", strict=True):
        middle = canvas.mapToGlobal(place(canvas, name))
        assert item.rect().contains(middle)
        assert listing(canvas).childAt(*middle.toTuple()) is item
        assert not item.state().offscreen
    outside = canvas.mapToGlobal(canvas.rect().topLeft())
    assert listing(canvas).childAt(*outside.toTuple()) is None
    assert listing(canvas).childAt(outside.x() - 10_000, outside.y()) is None
    canvas.pan(9_000, 0)
    assert all(item.state().offscreen for item in items(canvas))


def test_the_item_that_is_selected_has_the_focus_with_the_graph(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    canvas.light(Selection(marks=frozenset({"b"})))
    canvas.clearFocus()
    first, second, _ = items(canvas)
    assert (first.state().selected, second.state().selected) == (False, True)
    assert not second.state().focused
    assert listing(canvas).focusChild() is None
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    assert second.state().focused
    assert listing(canvas).focusChild() is second
    canvas.light(Selection(marks=frozenset()))
    assert listing(canvas).focusChild() is None


def test_walking_has_each_box_read_out(qtbot: QtBot, told: list[tuple[QAccessible.Event, str]]) -> None:
    canvas = shown(qtbot)
    canvas.markChosen.connect(lambda name: canvas.light(Selection(marks=frozenset({name}))))
    canvas.clearFocus()
    canvas.light(Selection(marks=frozenset({"a"})))
    qtbot.waitUntil(lambda: told[-1:] == [(QAccessible.Event.Selection, "title a, <b>a</b>")])
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(lambda: told[-1:] == [(QAccessible.Event.Focus, "title a, <b>a</b>")])
    press(canvas, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: told[-1:] == [(QAccessible.Event.Focus, "title b, <b>b</b>, from title a")])


def test_nothing_is_made_where_nobody_listens(qtbot: QtBot, told: list[tuple[QAccessible.Event, str]]) -> None:
    QAccessible.setActive(False)
    before = made(reading.Item, reading.Listing)
    canvas = shown(qtbot)
    canvas.light(Selection(marks=frozenset({"a"})))
    canvas.setFocus()
    qtbot.wait(1)
    assert made(reading.Item, reading.Listing) == before
    assert told == []


def test_items_stay_while_the_boxes_do_and_are_taken_back_with_them(qtbot: QtBot) -> None:
    canvas = shown(qtbot)
    before = items(canvas)
    later = CHAIN._replace(nodes=tuple(one._replace(description="later") for one in CHAIN.nodes))
    canvas.show_drawing(later, 1)
    assert items(canvas) == before
    assert before[0].text(NAME) == "title a, later"
    canvas.show_drawing(Drawing(Size(120, 100), (), (), (box("n", 20, 20),)), 1)
    assert not any(map(shiboken6.isValid, before))
    assert told_of(canvas) == ["title n, <b>n</b>"]
    gone = [weakref.ref(one) for one in before]
    del before
    gc.collect()
    assert [one() for one in gone] == [None] * 3


def test_who_asked_before_the_graph_was_painted_is_given_its_list_then(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = Canvas(LIGHT)
    qtbot.addWidget(canvas)
    with monkeypatch.context() as early:
        early.setattr(reading, "Listing", lambda _reading: None)  # as where no graph was painted yet
        assert listing(canvas).role() != QAccessible.Role.List
    with qtbot.waitSignal(canvas.painted):
        canvas.show()
    canvas.show_drawing(CHAIN, 1)
    assert len(told_of(canvas)) == 3


def test_in_a_large_graph_only_what_is_asked_for_is_made(qtbot: QtBot) -> None:
    canvas = shown(qtbot, generated(2_000))
    whole = listing(canvas)
    last = whole.child(whole.childCount() - 1)
    assert last.text(NAME).startswith("op ")
    assert last.parent().indexOfChild(last) == whole.childCount() - 1
    assert sum(map(shiboken6.isValid, made(reading.Item))) == 1


def test_a_canvas_that_is_gone_leaves_nothing_behind(qtbot: QtBot) -> None:
    for _ in range(20):
        top = QWidget()
        canvas = Canvas(LIGHT, top)
        canvas.resize(600, 400)
        with qtbot.waitSignal(canvas.painted):
            top.show()
        canvas.show_drawing(CHAIN, 1)
        canvas.light(Selection(marks=frozenset({"a"})))
        canvas.setFocus()
        whole, held = listing(canvas), items(canvas)
        scene = weakref.ref(canvas.scene)
        numbers = [QAccessible.uniqueId(one) for one in (whole, *held)]
        top.hide()
        top.deleteLater()
        del top, canvas
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert not any(map(shiboken6.isValid, (whole, *held)))
        assert [QAccessible.accessibleInterface(one) for one in numbers] == [None] * 4
        del whole, held
        gc.collect()
        assert scene() is None


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_window_reads_its_graph_in_each_language(qtbot: QtBot, window: Window, language: str) -> None:
    listing(window.panels.canvas)
    window.action(language).trigger()
    qtbot.waitUntil(window.updatesEnabled)
    canvas = window.panels.canvas
    assert listing(canvas).text(NAME) == {"en": "Graph", "ja": "グラフ"}[language]
    assert [told.split(", ")[0] for told in told_of(canvas)] == [mark.title for mark in canvas.scene.nodes]
