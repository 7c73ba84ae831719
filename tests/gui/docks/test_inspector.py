"""The inspector on fakes: it says what there is to say of what is selected, and leads on to what it names."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QTextTable
from pytestqt.qtbot import QtBot

from gradviz.picture.inspection.inspection import Subject
from gradviz.state.values.chosen import Chosen
from gradviz.ui.docks.inspector import Inspector
from gradviz.ui.style.theme import DARK, LIGHT
from gradviz.ui.window import Window
from tests.gui.driving import drawn, press, type_text

HINT = "Select a tensor or an op, in the graph or in the table"


def select(window: Window, row: int) -> None:
    window.panels.tensors.selectRow(row)


def test_it_speaks_of_the_row_that_is_selected(qtbot: QtBot, window: Window) -> None:
    inspector = window.panels.inspector
    select(window, 1)
    assert not inspector.isVisible()
    window.action("inspect").trigger()
    assert inspector.isVisible()
    assert window.action("inspect").isChecked()
    qtbot.waitUntil(lambda: inspector.text.startswith("tensor 1\n"))
    select(window, 0)
    qtbot.waitUntil(lambda: inspector.text.startswith("tensor 0\n"))
    window.action("next_step").trigger()
    window.action("first_step").trigger()
    qtbot.waitUntil(lambda: "step\n0" in inspector.text)
    press(window.panels.canvas, Qt.Key.Key_Escape)
    assert inspector.text == HINT
    window.action("inspect").trigger()
    assert not inspector.isVisible()
    assert not window.action("inspect").isChecked()


def test_it_follows_the_program(qtbot: QtBot, window: Window) -> None:
    select(window, 1)
    window.action("inspect").trigger()
    qtbot.waitUntil(lambda: window.panels.inspector.text.startswith("tensor 1\n"))
    before = window.state.inspecting.found
    type_text(window, "z = 3")
    qtbot.waitUntil(lambda: drawn(window) and window.state.inspecting.found is not before)
    assert window.panels.inspector.text.startswith("tensor 1\n")


def test_tab_and_enter_lead_to_what_it_names(qtbot: QtBot, window: Window) -> None:
    inspector = window.panels.inspector
    select(window, 1)
    window.action("inspect").trigger()
    qtbot.waitUntil(lambda: inspector.text.startswith("tensor 1\n"))
    inspector.setFocus()
    press(inspector, Qt.Key.Key_Tab)
    press(inspector, Qt.Key.Key_Return)
    assert window.panels.editor.line == 2
    inspector.setFocus()
    press(inspector, Qt.Key.Key_Tab)
    press(inspector, Qt.Key.Key_Tab)
    press(inspector, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: inspector.text.startswith("tensor 0\n"))
    assert window.state.chosen == Chosen("tensor", 0)
    assert window.state.inspecting.of == Subject("tensor", 0)
    press(inspector, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    press(inspector, Qt.Key.Key_Escape)
    assert window.state.at is None


def tables(inspector: Inspector) -> list[QTextTable]:
    frames = inspector.document().rootFrame().childFrames()
    return [frame for frame in frames if isinstance(frame, QTextTable)]


def test_what_facts_are_about_takes_the_room_that_it_needs_at_every_size(qtbot: QtBot, window: Window) -> None:
    inspector = window.panels.inspector
    select(window, 1)
    window.action("inspect").trigger()
    qtbot.waitUntil(lambda: inspector.text.startswith("tensor 1\n"))

    def room() -> tuple[float, int]:
        """Pixels of the first column, and of the widest text in it."""
        facts = tables(inspector)[0]
        texts = [facts.cellAt(row, 0).firstCursorPosition().block().text() for row in range(facts.rows())]
        metrics = inspector.fontMetrics()
        return facts.format().columnWidthConstraints()[0].rawValue(), max(map(metrics.horizontalAdvance, texts))

    narrow, text = room()
    assert text < narrow < text + 20
    for _ in range(4):
        window.action("larger").trigger()
    wide, larger = room()
    assert larger < wide < larger + 20
    assert wide > narrow


def test_it_shows_texts_as_they_are_and_numbers_as_a_table(qtbot: QtBot, window: Window) -> None:
    inspector = window.panels.inspector
    select(window, 1)
    window.action("inspect").trigger()
    qtbot.waitUntil(lambda: inspector.text.startswith("tensor 1\n"))
    assert "⚠ <b>nan</b>" in inspector.text
    facts, numbers = tables(inspector)
    assert (facts.rows(), facts.columns(), numbers.rows(), numbers.columns()) == (4, 2, 2, 2)
    grounds = [numbers.cellAt(row, column).format().background() for row in (0, 1) for column in (0, 1)]
    assert [ground.style() != Qt.BrushStyle.NoBrush for ground in grounds] == [True, True, True, False]
    assert grounds[0].color().alphaF() > grounds[1].color().alphaF() > grounds[2].color().alphaF()
    assert inspector.accessibleName() == "Inspector"
    inspector.selectAll()
    assert "said alone" in inspector.textCursor().selectedText()
    pixmaps = []
    for colours in (LIGHT, DARK):
        inspector.apply(colours)
        pixmap = QPixmap(inspector.size())
        inspector.render(pixmap)
        pixmaps.append(pixmap.toImage())
    assert pixmaps[0] != pixmaps[1]
