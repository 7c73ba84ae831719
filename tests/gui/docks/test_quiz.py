"""The quiz in the window: begun by key, menu or lesson, answered by key or mouse, and nothing given away meanwhile."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from gradviz import resources
from gradviz.drawing.shapes import Drawing
from gradviz.picture.picture import TensorRow
from gradviz.state import messages as m
from gradviz.state.values.chosen import Chosen
from gradviz.ui.docks.quiz import QuizPanel
from gradviz.ui.exporting.exportchoice import ALL, Choice
from gradviz.ui.exporting.exportdialog import ExportDialog, Preview
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, press, type_text


@pytest.fixture
def lesson(opened: Opener, qtbot: QtBot) -> Window:
    """A window at its first start, on the first lesson."""
    window = opened()
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: drawn(window))
    return window


def begin(qtbot: QtBot, window: Window) -> QuizPanel:
    """Begin a quiz by its command and wait for its first question."""
    window.action("quiz").trigger()
    qtbot.waitUntil(lambda: window.state.asks and not window.state.awaited)
    return window.panels.quiz


def lines(panel: QuizPanel) -> list[str]:
    return panel.text.split("\n")


def test_a_quiz_is_answered_by_keys_alone(qtbot: QtBot, lesson: Window) -> None:
    panel = begin(qtbot, lesson)
    qtbot.waitUntil(panel.hasFocus)
    assert lines(panel) == ["Question 1 of 2 · 0 right", "en 0: what of <b>x</b>?", "1 4.0", "2 None", "3 0.0"]
    assert lesson.state.at == 0
    assert not lesson.panels.timeline.slider.isEnabled()
    assert lesson.action("next_step").whatsThis() == "Answer the question of the quiz first"
    press(panel, Qt.Key.Key_4)  # there is no such choice
    press(panel, Qt.Key.Key_Return)  # and nothing to go on to
    assert lesson.state.asks
    press(panel, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: not lesson.state.awaited)
    assert lines(panel)[2:] == ["✗ 1 4.0", "✓ 2 None", "3 0.0", "✗ Not that. Right: None", "It is <i>so</i>."]
    assert lesson.state.at == 2
    assert lesson.panels.timeline.slider.isEnabled()
    press(panel, Qt.Key.Key_Enter)
    qtbot.waitUntil(lambda: lesson.state.asks and not lesson.state.awaited)
    assert lines(panel) == ["Question 2 of 2 · 0 right", "And what happens at the end?", "1 Nothing", "2 An error"]
    press(panel, Qt.Key.Key_2)
    assert "✓ Right" in lines(panel)
    press(panel, Qt.Key.Key_Return)
    assert lines(panel) == ["Predict, then see", "1 of 2 right"]
    qtbot.waitUntil(lambda: lesson.state.at is None and not lesson.state.awaited)
    press(panel, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "en 1: what of <b>x</b>?" in lines(panel))
    press(panel, Qt.Key.Key_Escape)
    assert lesson.state.quiz is None
    assert not panel.isVisible()
    qtbot.waitUntil(lambda: lesson.state.at is None and drawn(lesson))


def test_a_lesson_asks_tells_the_rest_after_the_answers_and_remembers(qtbot: QtBot, lesson: Window) -> None:
    told = lesson.panels.lesson
    prose = resources.lessons()[0].telling.prose.en.split("\n\n")[0]
    assert "Predict first: a quiz" in told.text
    told.anchorClicked.emit(QUrl("quiz/"))
    qtbot.waitUntil(lambda: lesson.state.asks and not lesson.state.awaited)
    assert prose not in told.text
    for choice in (1, 1):
        QTest.mouseClick(lesson.panels.quiz.choices[choice], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not lesson.state.awaited)
        press(lesson.panels.quiz, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not lesson.state.awaited)
    assert prose in told.text
    assert "✓ Quiz done. Once more" in told.text
    assert lesson.state.quizzed == {"first"}


def test_lessons_that_were_done_are_known_the_next_day(opened: Opener, qtbot: QtBot, lesson: Window) -> None:
    test_a_quiz_is_answered_by_keys_alone(qtbot, lesson)
    lesson.close()
    again = opened()
    assert again.state.quizzed == {"first"}
    qtbot.waitUntil(lambda: drawn(again))


def test_what_was_before_an_answer_is_a_click_away(qtbot: QtBot, lesson: Window) -> None:
    panel = begin(qtbot, lesson)
    press(panel, Qt.Key.Key_2)
    look = next(one for one in panel.findChildren(QPushButton) if "before it" in one.text())
    QTest.mouseClick(look, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lesson.state.at == 0 and not lesson.state.awaited)
    assert "after the line" in look.text()
    look.setFocus()
    press(look, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: lesson.state.at == 2 and not lesson.state.awaited)


def test_the_lesson_in_another_language_goes_on_in_it(qtbot: QtBot, lesson: Window) -> None:
    begin(qtbot, lesson)
    lesson.action("ja").trigger()
    qtbot.waitUntil(lambda: "ja 0: what of <b>x</b>?" in lines(lesson.panels.quiz))
    assert lines(lesson.panels.quiz)[0] == "質問 1 / 2 · 正解 0"
    lesson.action("dark").trigger()
    assert lines(lesson.panels.quiz)[2] == "1 4.0"
    qtbot.waitUntil(lambda: not lesson.state.awaited)


def test_a_presentation_and_its_quiz_go_on_in_another_language(qtbot: QtBot, lesson: Window) -> None:
    usual = lesson.panels.editor.fontMetrics().height()
    lesson.action("present").trigger()
    qtbot.waitUntil(lesson.isFullScreen)
    begin(qtbot, lesson)
    qtbot.waitUntil(lesson.panels.quiz.hasFocus)
    states: list[Qt.WindowState] = []
    lesson.windowHandle().windowStateChanged.connect(states.append)
    for language in ("ja", "en"):
        lesson.action(language).trigger()
        qtbot.waitUntil(lambda: lesson.updatesEnabled() and not lesson.state.awaited)
        panel = lesson.panels.quiz
        qtbot.waitUntil(panel.hasFocus)
        assert lesson.state.asks
        assert not lesson.menuBar().isVisible()
        assert not lesson.panels.output.isVisible()
    assert states == []  # a window that leaves the whole screen and comes back is painted no more by some desktops
    press(lesson.panels.quiz, Qt.Key.Key_2)
    assert "✓ Right" in lines(lesson.panels.quiz)
    lesson.action("present").trigger()
    assert not lesson.isFullScreen()
    assert lesson.menuBar().isVisible()
    assert lesson.panels.editor.fontMetrics().height() == usual


def test_a_quiz_that_was_begun_in_a_presentation_goes_on_after_it(qtbot: QtBot, lesson: Window) -> None:
    lesson.action("present").trigger()
    qtbot.waitUntil(lesson.isFullScreen)
    panel = begin(qtbot, lesson)
    lesson.action("present").trigger()
    qtbot.waitUntil(lambda: not lesson.isFullScreen() and panel.isVisible() and not lesson.state.awaited)
    assert lesson.state.asks
    assert lines(panel)[0] == "Question 1 of 2 · 0 right"
    lesson.action("quiz").trigger()
    assert not panel.isVisible()


@pytest.mark.parametrize("place", ["quiz", "slider", "program", "gone"])
def test_who_works_somewhere_works_there_in_another_language(qtbot: QtBot, lesson: Window, place: str) -> None:
    lesson.action("go_quiz").trigger()  # not begun
    if place == "slider":
        lesson.panels.timeline.slider.setFocus()
    elif place == "program":
        lesson.action("go_program").trigger()
    elif place == "gone":
        lesson.panels.graph_bar.setFocus()
    for language in ("ja", "en"):
        lesson.action(language).trigger()
        qtbot.waitUntil(lesson.updatesEnabled)
        panels = lesson.panels
        now = {"quiz": panels.quiz, "slider": panels.timeline.slider}.get(place, panels.editor)
        qtbot.waitUntil(now.hasFocus)
        qtbot.waitUntil(lambda: drawn(lesson))
        assert now.hasFocus()


def test_an_edit_ends_it_and_the_panel_offers_another(qtbot: QtBot, lesson: Window) -> None:
    panel = begin(qtbot, lesson)
    type_text(lesson, "z = 1")
    assert lesson.state.quiz is None
    assert lines(panel)[0] == "Predict, then see"
    assert [one.text() for one in panel.findChildren(QPushButton) if one.isVisible()] == ["Begin"]
    qtbot.waitUntil(lambda: drawn(lesson))


def test_a_program_with_nothing_to_ask_says_so(qtbot: QtBot, lesson: Window) -> None:
    type_text(lesson, "dull = 1")
    qtbot.waitUntil(lambda: drawn(lesson))
    lesson.action("quiz").trigger()
    qtbot.waitUntil(lambda: "nothing to ask" in lesson.panels.quiz.text)
    lesson.action("quiz").trigger()
    assert lesson.state.quiz is None


def test_a_panel_that_is_closed_ends_the_quiz_and_one_that_is_covered_does_not(qtbot: QtBot, lesson: Window) -> None:
    begin(qtbot, lesson)
    lesson.action("go_lesson").trigger()
    qtbot.waitUntil(lambda: lesson.panels.lesson.hasFocus())
    assert lesson.state.asks
    lesson.action("go_quiz").trigger()
    qtbot.waitUntil(lambda: lesson.panels.quiz.hasFocus())
    (dock,) = lesson.findChildren(QDockWidget, "quiz")
    dock.close()
    assert lesson.state.quiz is None
    qtbot.waitUntil(lambda: drawn(lesson))


def test_esc_in_the_program_leaves_too(qtbot: QtBot, lesson: Window) -> None:
    begin(qtbot, lesson)
    lesson.panels.editor.setFocus()
    press(lesson.panels.editor, Qt.Key.Key_Escape)
    assert lesson.state.quiz is None
    qtbot.waitUntil(lambda: lesson.state.at is None and drawn(lesson))


def test_while_a_question_is_open_the_costs_wait(qtbot: QtBot, lesson: Window) -> None:
    lesson.action("costs").trigger()
    begin(qtbot, lesson)
    lesson.send(m.CostsSeen(True))
    lesson.action("go_cost").trigger()
    qtbot.waitUntil(lambda: "Told when the questions" in lesson.panels.cost.text)
    qtbot.waitUntil(lambda: not lesson.state.awaited)


def test_who_leaves_works_on_where_the_quiz_was_begun(qtbot: QtBot, lesson: Window) -> None:
    lesson.action("inspect").trigger()  # which stands in the same place
    lesson.activateWindow()
    for name in ("go_program", "go_tensors"):
        lesson.action(name).trigger()
        worked_in = QApplication.focusWidget()
        panel = begin(qtbot, lesson)
        qtbot.waitUntil(panel.hasFocus)
        press(panel, Qt.Key.Key_Escape)
        assert QApplication.focusWidget() is worked_in
        qtbot.waitUntil(lambda: drawn(lesson))
    lesson.action("go_quiz").trigger()
    begin(qtbot, lesson)
    press(lesson.panels.quiz, Qt.Key.Key_Escape)
    assert lesson.panels.editor.hasFocus()
    qtbot.waitUntil(lambda: drawn(lesson))


def test_no_menu_tells_what_is_asked(qtbot: QtBot, lesson: Window) -> None:
    begin(qtbot, lesson)
    table = lesson.state.table
    assert table is not None
    row = TensorRow(
        0, "y", "()", "float32", True, False, "MulBackward0", "1.0", "None", 1, "t0", locked="it is no leaf"
    )
    lesson.send(m.PictureArrived(table._replace(rows=(row,))))
    lesson.panels.tensors.menuWanted.emit(Chosen("tensor", 0), QPoint(5, 5))
    (menu,) = [one for one in lesson.findChildren(QMenu) if one.isVisible()]
    tips = {action.text(): action.toolTip() for action in menu.actions()}
    menu.close()
    assert "no leaf" not in tips["requires_grad\tR"]


def test_no_file_of_the_graph_tells_what_is_asked(
    qtbot: QtBot, lesson: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    previewed: list[Drawing | None] = []
    told: list[str] = []

    def cancelled(dialog: ExportDialog) -> int:
        qtbot.waitUntil(lambda: bool(dialog.facts))
        told.append(dialog.facts)
        return 0

    monkeypatch.setattr(Preview, "show_drawing", lambda _preview, drawing, _choice: previewed.append(drawing))
    monkeypatch.setattr(ExportDialog, "exec", cancelled)
    lesson.exporter.remember(Choice("svg", what="steps"))
    lesson.action("copy_svg").trigger()
    assert "tensor x" in QApplication.clipboard().text()
    begin(qtbot, lesson)
    lesson.action("copy_svg").trigger()
    assert "tensor x" not in QApplication.clipboard().text()
    lesson.action("export").trigger()
    (drawing,) = previewed
    assert drawing is not None
    assert {mark.description for mark in drawing.nodes} == {""}
    assert told == ["There are no steps to show"]  # the later ones would tell
    lesson.exports.write(tmp_path / "g.svg", Choice("svg"), ALL)
    assert "tensor x" not in (tmp_path / "g.svg").read_text()
    for ask in (lesson.action("copy_dot").trigger, lambda: lesson.exports.write(tmp_path / "g", Choice("json"), ALL)):
        ask()
        assert lesson.panels.status.activity == "Not exported: Answer the question of the quiz first"
        lesson.send(m.Told(""))
    assert not (tmp_path / "g").exists()
