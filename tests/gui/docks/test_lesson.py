"""The lesson that is open: its prose in the person's language, its changes one click away, and the way to the next."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton
from pytestqt.qtbot import QtBot

from gradviz import resources
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, press, type_text

FIRST, SECOND, *_ = resources.lessons()


def links(window: Window) -> Iterator[str]:
    """Where the links of the lesson lead, from its top."""
    block = window.panels.lesson.document().begin()
    while block.isValid():
        cursor = QTextCursor(block)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        found = cursor.charFormat().anchorHref()  # of its last letter
        if found:
            yield found
        block = block.next()


def follow(window: Window, link: str) -> None:
    window.panels.lesson.anchorClicked.emit(QUrl(link))


@pytest.fixture
def first(opened: Opener, qtbot: QtBot) -> Window:
    """A window at its first start."""
    window = opened()
    qtbot.waitUntil(lambda: drawn(window))
    return window


def test_the_first_start_tells_what_there_is_to_see(qtbot: QtBot, first: Window) -> None:
    lesson = first.panels.lesson
    assert lesson.isVisible()
    assert lesson.text.startswith(f"1  {FIRST.title.en}\n{FIRST.goal.en}\n")
    for part in (*FIRST.telling.prose.en.split("\n\n"), *(idea.words.en for idea in FIRST.telling.ideas)):
        assert part in lesson.text
    assert lesson.verticalScrollBar().value() == 0
    assert list(links(first)) == ["quiz/", "text/1", "text/2", "lesson/1"]
    first.action("ja").trigger()
    assert first.panels.lesson.text.startswith(f"1  {FIRST.title.ja}\n{FIRST.goal.ja}\n")
    qtbot.waitUntil(first.panels.lesson.isVisible)
    assert first.panels.lesson.verticalScrollBar().value() == 0


def test_an_idea_changes_the_program_and_undo_or_a_link_lead_back(qtbot: QtBot, first: Window) -> None:
    changed = FIRST.source.replace(FIRST.telling.ideas[0].old, FIRST.telling.ideas[0].new)
    bar = first.panels.lesson.verticalScrollBar()
    bar.setValue(place := bar.maximum() // 2)
    follow(first, "text/1")
    assert bar.value() == place > 0
    assert first.state.text == first.panels.editor.toPlainText() == changed
    assert list(links(first)) == ["quiz/", "text/2", "text/0", "lesson/1"]
    assert "Changed so" in first.panels.lesson.text
    first.action("undo").trigger()
    assert first.state.text == FIRST.source
    type_text(first, "z = 1")
    assert list(links(first)) == ["quiz/", "text/1", "text/2", "text/0", "lesson/1"]
    follow(first, "text/2")
    assert first.state.text == FIRST.source.replace(FIRST.telling.ideas[1].old, FIRST.telling.ideas[1].new)
    follow(first, "text/0")
    assert first.state.text == FIRST.source
    follow(first, "text/0")  # it is that already
    qtbot.waitUntil(lambda: drawn(first))


def test_the_next_lesson_is_a_link_and_another_program_puts_the_panel_away(qtbot: QtBot, first: Window) -> None:
    follow(first, "lesson/1")
    assert first.state.lesson == SECOND.name
    assert first.state.text == SECOND.source
    assert SECOND.goal.en in first.panels.lesson.text
    first.action("new").trigger()
    assert first.state.lesson == ""
    qtbot.waitUntil(lambda: not first.panels.lesson.isVisible())
    assert SECOND.goal.en not in first.panels.lesson.text
    first.action("go_lesson").trigger()
    qtbot.waitUntil(first.panels.lesson.hasFocus)
    assert list(links(first)) == []


def test_a_program_that_has_nothing_of_the_lesson_is_not_told_as_it(qtbot: QtBot, first: Window) -> None:
    editor = first.panels.editor
    press(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(editor, Qt.Key.Key_Delete)
    type_text(first, "import torch\nz = 3")
    assert list(links(first)) == ["text/0"]
    assert "The program is another now" in first.panels.lesson.text
    assert FIRST.telling.prose.en.split("\n\n")[0] not in first.panels.lesson.text
    assert first.windowTitle().startswith("Untitled")
    first.panels.lesson.picked.emit(SECOND.name)
    assert first.windowTitle().startswith(SECOND.title.en)
    first.action("undo").trigger()
    assert editor.toPlainText() == "import torch\nz = 3"
    assert first.windowTitle().startswith("Untitled")
    follow(first, "text/0")
    assert first.state.text == FIRST.source
    assert first.windowTitle().startswith(FIRST.title.en)
    assert FIRST.telling.prose.en.split("\n\n")[0] in first.panels.lesson.text
    qtbot.waitUntil(lambda: drawn(first))


def test_the_list_of_examples_shows_which_lesson_is_open(qtbot: QtBot, first: Window) -> None:
    examples = first.panels.examples
    assert [item.text() for item in examples.selectedItems()] == [f"1  {FIRST.title.en}"]
    last = resources.lessons()[-1]
    first.panels.lesson.picked.emit(last.name)
    (item,) = examples.selectedItems()
    assert last.title.en in item.text()
    qtbot.waitUntil(lambda: examples.viewport().rect().contains(examples.visualItemRect(item)))
    first.action("ja").trigger()
    assert [last.title.ja in item.text() for item in first.panels.examples.selectedItems()] == [True]
    first.action("new").trigger()
    assert first.panels.examples.selectedItems() == []


def test_lessons_stand_under_their_chapters_in_the_list_and_in_the_menu(qtbot: QtBot, first: Window) -> None:
    chapters = [lesson.chapter.en for lesson in resources.lessons() if lesson.chapter is not None]
    examples = first.panels.examples
    rows = [examples.item(row) for row in range(examples.count())]
    assert [row.text() for row in rows if not row.flags()] == chapters
    assert [row.text() for row in rows if row.flags()] == [
        f"{number}  {lesson.title.en}" for number, lesson in enumerate(resources.lessons(), start=1)
    ]
    (menu,) = (action.menu() for action in first.menuBar().actions() if action.text() == "E&xamples")
    assert isinstance(menu, QMenu)
    inside = [action.menu() for action in menu.actions()]
    assert [action.text() for action in menu.actions()] == chapters
    picked = [action for one in inside if isinstance(one, QMenu) for action in one.actions()]
    assert len(picked) == len(resources.lessons())
    picked[1].trigger()
    assert first.state.lesson == SECOND.name
    examples.setFocus()
    while examples.currentItem().data(Qt.ItemDataRole.UserRole) != resources.lessons()[-1].name:
        before = examples.currentRow()
        QTest.keyClick(examples, Qt.Key.Key_Down)
        assert examples.currentRow() > before
        assert examples.currentItem().flags()
    qtbot.waitUntil(lambda: drawn(first))


def test_a_file_that_is_a_lesson_is_read_as_one_and_the_panel_stays_away(qtbot: QtBot, window: Window) -> None:
    assert not window.panels.lesson.isVisible()
    window.files.open_path(resources.ROOT / "lessons/01_first.py")
    assert window.state.lesson == FIRST.name
    assert not window.panels.lesson.isVisible()
    qtbot.waitUntil(lambda: drawn(window))


def test_a_lesson_asks_before_it_tells_and_leads_back_with_the_answer(qtbot: QtBot, first: Window) -> None:
    asking = next(one for one in resources.lessons() if one.name == "why_grad_is_none")
    assert asking.telling.ask is not None
    first.panels.examples.picked.emit(asking.name)
    line = asking.telling.ask.wanted.line
    qtbot.waitUntil(lambda: drawn(first) and first.state.at is not None)
    lesson, prose = first.panels.lesson, asking.telling.prose.en.split("\n\n")
    assert list(links(first)) == ["predict/", "rest/"]
    assert f"Line {line} is about to run" in lesson.text
    assert prose[0] not in lesson.text
    assert asking.telling.ideas[0].words.en not in lesson.text
    follow(first, "predict/")
    qtbot.waitUntil(lambda: first.state.asks and not first.state.awaited)
    assert first.state.quiz is not None
    assert first.state.quiz.asked.wanted == asking.telling.ask.wanted
    assert first.panels.quiz.text.startswith("Predict, then see\n")
    press(first.panels.quiz, Qt.Key.Key_Escape)
    assert first.state.prediction is not None
    assert lesson.isVisible()
    qtbot.waitUntil(lambda: drawn(first))
    follow(first, "predict/")
    qtbot.waitUntil(lambda: first.state.asks and not first.state.awaited)
    press(first.panels.quiz, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: not first.state.awaited)
    assert prose[0] in lesson.text
    button = next(one for one in first.panels.quiz.findChildren(QPushButton) if "Back to the lesson" in one.text())
    assert button.isVisible()
    press(first.panels.quiz, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: lesson.hasFocus() and first.state.quiz is None and drawn(first))
    assert first.state.predicted == {asking.name}


def test_a_lesson_is_told_without_a_prediction_and_not_asked_again(opened: Opener, qtbot: QtBot, first: Window) -> None:
    asking = next(one for one in resources.lessons() if one.telling.ask is not None)
    first.panels.examples.picked.emit(asking.name)
    qtbot.waitUntil(lambda: drawn(first) and first.state.at is not None)
    follow(first, "rest/")
    qtbot.waitUntil(lambda: drawn(first) and first.state.at is None)
    assert asking.telling.prose.en.split("\n\n")[-1] in first.panels.lesson.text
    first.close()
    again = opened()
    again.panels.examples.picked.emit(asking.name)
    qtbot.waitUntil(lambda: drawn(again))
    assert (again.state.at, again.state.prediction) == (None, None)
