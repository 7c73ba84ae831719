"""The interface in Japanese: nothing missing, nothing stale, and on the screen."""

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QTabBar, QToolBar, QWidget
from pytestqt.qtbot import QtBot

import gradviz.ui
from gradviz import resources
from gradviz.layout.geometry import Size
from gradviz.ui.bars.actions import COMMANDS, USUAL
from gradviz.ui.bars.titles import INSIDE, MENUS
from gradviz.ui.window import Window
from gradviz.ui.wording.language import words
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, names, type_text

CODE = Path(gradviz.ui.__file__).parent
TABLE = words("ja")


def texts() -> set[str]:
    """Every text that the code of the window has translated."""
    found = set()
    for file in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
            if isinstance(node, ast.Call) and name in ("tr", "_tr", "QT_TRANSLATE_NOOP"):
                last = node.args[-1]
                if isinstance(last, ast.Constant) and isinstance(last.value, str):
                    found.add(last.value)
    return found


def test_every_text_has_its_japanese_and_no_japanese_is_left_over() -> None:
    assert texts() - set(TABLE) == set()
    assert set(TABLE) - texts() == set()


@pytest.mark.parametrize("text", sorted(TABLE))
def test_a_translation_fills_in_what_the_text_does(text: str) -> None:
    assert sorted(re.findall(r"\{\w*\}", TABLE[text])) == sorted(re.findall(r"\{\w*\}", text))
    assert "&" not in text or re.search(r"\(&[A-Z]\)", TABLE[text])


def test_no_text_names_a_key_that_may_be_another() -> None:
    """`Keys.told` puts the key of a command behind a text, the one that the person has chosen."""
    keys = sorted({re.escape(key) for of in USUAL.values() for key in of}, key=len, reverse=True)
    named = re.compile(rf"(?<![\w+])(?:{'|'.join(keys)})(?![\w+])")
    told = [*TABLE, *TABLE.values()]
    for lesson in resources.lessons():
        told += [*lesson.goal, *lesson.telling.prose, *(text for idea in lesson.telling.ideas for text in idea.words)]
    assert [text for text in told if named.search(text)] == []


@pytest.mark.parametrize("language", [{}, TABLE], ids=["en", "ja"])
def test_no_two_of_a_menu_have_the_same_letter(language: dict[str, str]) -> None:
    menus: list[tuple[str, ...]] = [MENUS]
    for menu in (*MENUS, *INSIDE):
        inside = [title for title, around in INSIDE.items() if around == menu]
        menus.append((*inside, *(command.text for command in COMMANDS if command.menu == menu)))
    for titles in menus:
        letters = re.findall(r"&(\w)", " ".join(language.get(title, title) for title in titles).upper())
        assert len(letters) == len(set(letters)), titles


def test_the_window_speaks_japanese_and_is_silent_when_it_is_gone(
    qtbot: QtBot, opened: Opener, window: Window, tmp_path: Path
) -> None:
    assert window.action("run").text() == "&Run"
    window.action("ja").trigger()
    assert window.state.options.language == "ja"
    assert window.action("run").text() == "実行(&R)"
    model = window.panels.tensors.model()
    heads = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]
    assert heads == ["名前", "値", ".grad", "requires_grad", "is_leaf", "grad_fn", "shape", "dtype", "行"]
    qtbot.waitUntil(lambda: drawn(window))
    window.close()
    assert QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).value("language") == "ja"
    again = opened()
    qtbot.waitUntil(lambda: drawn(again))
    assert again.action("run").text() == "実行(&R)"
    assert again.action("run").iconText() == "実行"  # on its button
    assert again.action("ja").isChecked()
    assert again.panels.status.facts.startswith("ボックス 2 個 · 辺 1 本")
    assert "はじめて" in again.panels.examples.item(1).text()


def widths(window: Window) -> dict[str, int]:
    """How wide each dock in view is, by its name."""
    return {dock.objectName(): dock.width() for dock in window.findChildren(QDockWidget) if dock.isVisible()}


def test_a_switch_of_language_keeps_everything_else(qtbot: QtBot, window: Window) -> None:
    before = window.panels.editor.toPlainText()
    type_text(window, "typed = 1")
    typed = window.panels.editor.toPlainText()
    window.action("costs").trigger()
    window.action("larger").trigger()
    window.action("replace").trigger()
    window.panels.output.setCurrentIndex(1)
    qtbot.waitUntil(lambda: widths(window)["cost"] > 100)
    before_it = widths(window)
    docks = {dock.objectName(): (dock.windowTitle(), dock.isVisible()) for dock in window.findChildren(QDockWidget)}
    line, column = window.panels.editor.line, window.panels.editor.column
    place = {"ja": f"{line} 行 {column} 列", "en": f"Ln {line}, Col {column}"}
    for language in ("ja", "en"):
        window.action(language).trigger()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qtbot.waitUntil(lambda: drawn(window))
        assert window.panels.editor.toPlainText() == typed
        assert window.state.measuring.seen
        assert window.action("costs").isChecked()
        assert len(window.findChildren(QDockWidget)) == len(docks)
        assert len(window.findChildren(QToolBar, "main_bar")) == 1
        assert len(window.actions()) == len({action.objectName() for action in window.actions()})
        assert [window.action(name).isChecked() for name in ("en", "ja")] == [language == "en", language == "ja"]
        assert names(window) != []
        assert window.panels.status.facts.endswith(place[language])
        assert window.panels.output.currentIndex() == 1
        qtbot.waitUntil(lambda: widths(window) == before_it)
    left = {dock.objectName(): (dock.windowTitle(), dock.isVisible()) for dock in window.findChildren(QDockWidget)}
    assert left == docks
    window.action("undo").trigger()
    assert window.panels.editor.toPlainText() == window.state.text == before


def shown(window: Window) -> set[str]:
    """Every text of the window, on the screen or behind something, and what is said of it to who cannot see it."""
    whats = ("text", "windowTitle", "title", "placeholderText", "toolTip", "accessibleName", "accessibleDescription")
    parts = [window, *window.findChildren(QWidget), *window.findChildren(QAction)]
    found = {str(part.property(what)) for part in parts for what in whats if part.property(what)}
    for tabs in window.findChildren(QTabBar):
        found |= {tabs.tabText(at) for at in range(tabs.count())}
    plain = {re.sub(r"<.*?>", "", text) for text in found}
    return plain | {text.rpartition(" (")[0] for text in plain if text.endswith(")")}  # what stands before a key


def test_after_a_switch_of_language_nothing_speaks_the_one_before(qtbot: QtBot, window: Window) -> None:
    for name in ("inspect", "costs", "outline", "find", "first_step"):
        window.action(name).trigger()
    english = {text for text, other in TABLE.items() if other != text}
    assert len(shown(window) & english) > 150
    for language, others in (("ja", english), ("en", set(TABLE.values()) - set(TABLE))):
        window.action(language).trigger()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qtbot.waitUntil(lambda: drawn(window))
        assert shown(window) & others == set()


def line(bar: QWidget) -> QWidget:
    """What a person types into."""
    proxy = bar.focusProxy()
    assert proxy is not None
    return proxy


def test_who_looks_for_something_goes_on_in_another_language(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    window.panels.editor.setFocus()
    window.action("replace").trigger()
    QTest.keyClicks(line(window.panels.find_bar), "y")
    sought, chosen = window.panels.find_bar.sought, window.panels.editor.textCursor()
    assert sought.replacing
    window.action("ja").trigger()
    qtbot.waitUntil(lambda: line(window.panels.find_bar).hasFocus())
    assert window.panels.find_bar.sought == sought
    assert window.panels.find_bar.count == "1/1"
    cursor = window.panels.editor.textCursor()
    assert (cursor.anchor(), cursor.position()) == (chosen.anchor(), chosen.position()) == (6, 7)
    window.action("search").trigger()
    QTest.keyClicks(line(window.panels.search), "x")
    window.action("en").trigger()
    qtbot.waitUntil(lambda: line(window.panels.search).hasFocus())
    assert window.state.search is not None
    assert window.state.search.query == "x"


def test_a_switch_of_language_leaves_text_as_large_as_it_is(qtbot: QtBot, window: Window) -> None:
    def points() -> float:
        return QApplication.font().pointSizeF()

    normal = points()
    window.action("larger").trigger()
    larger = points()
    window.action("ja").trigger()
    assert points() == larger > normal
    window.action("present").trigger()
    presented = points()
    window.action("en").trigger()
    qtbot.waitUntil(window.updatesEnabled)
    assert points() == presented > larger
    window.action("larger").trigger()
    largest = points()
    window.action("ja").trigger()
    qtbot.waitUntil(window.updatesEnabled)
    assert points() == largest > presented
    window.action("present").trigger()
    assert points() == larger
    window.action("normal").trigger()
    assert points() == normal


def test_a_switch_of_language_says_where_the_cursor_is(window: Window) -> None:
    assert window.panels.editor.textCursor().position() == 0
    assert "Ln 1, Col 1" in window.panels.status.facts
    for language in ("ja", "en"):
        window.action(language).trigger()
    assert "Ln 1, Col 1" in window.panels.status.facts


def test_panels_are_there_again_after_a_presentation_in_which_the_language_was_switched(
    qtbot: QtBot, window: Window
) -> None:
    with qtbot.waitExposed(window):
        window.show()
    before = {dock.objectName(): dock.isVisible() for dock in window.findChildren(QDockWidget)}
    assert before["output"]
    for action in ("present", "ja"):
        window.action(action).trigger()
    qtbot.waitUntil(window.updatesEnabled)
    assert not window.panels.output.isVisible()
    assert window.action("present").isChecked()
    window.action("present").trigger()
    assert {
        dock.objectName(): dock.isVisible() for dock in window.findChildren(QDockWidget) if dock.objectName()
    } == before
    assert not window.menuBar().isHidden()
    assert window.panels.timeline.isVisible()


def test_a_switch_of_language_leaves_the_graph_and_the_program_where_they_are_looked_at(
    qtbot: QtBot, window: Window
) -> None:
    with qtbot.waitExposed(window):
        window.show()
    type_text(window, "import torch\nx = torch.ones(2, requires_grad=True)\n" + "x = x * 2\n" * 60 + "# wide" * 99)
    qtbot.waitUntil(lambda: drawn(window))
    canvas = window.panels.canvas
    canvas.zoom_to(0.9)
    middle = window.panels.canvas.scene.drawing.nodes[30]
    canvas.look_at(middle.rect.center)
    canvas.pan(17, -9)
    window.panels.editor.verticalScrollBar().setValue(12)
    window.panels.editor.horizontalScrollBar().setValue(40)
    before = canvas.view.to_panel(middle.rect.center)
    window.action("ja").trigger()
    qtbot.waitUntil(lambda: window.updatesEnabled() and drawn(window))
    canvas = window.panels.canvas
    there = canvas.scene.mark(middle.id)
    assert there is not None
    assert canvas.view.scale == 0.9
    assert canvas.view.to_panel(there.rect.center) == pytest.approx(before, abs=1)
    assert window.panels.editor.verticalScrollBar().value() == 12
    assert window.panels.editor.horizontalScrollBar().value() == 40
    examples = window.panels.examples.verticalScrollBar()
    examples.setValue(examples.maximum() // 2)
    at = examples.value()
    canvas.fit()
    window.action("en").trigger()
    qtbot.waitUntil(lambda: window.updatesEnabled() and drawn(window))
    assert window.panels.examples.verticalScrollBar().value() == at > 0
    canvas = window.panels.canvas
    assert canvas.view.holds(canvas.scene.drawing.size, Size(float(canvas.width()), float(canvas.height())))
