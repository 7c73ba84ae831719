"""Completion and call tips with real keys: the list opens by itself, and takes no key that is meant for the text."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QInputMethodEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gradviz.model.completion.found import Found, Named, Signature
from gradviz.model.completion.things import Known
from gradviz.ui.editor.completion.completion import PAUSE, Completion
from gradviz.ui.editor.completion.kinds import kind_word
from gradviz.ui.editor.editor import Editor
from gradviz.ui.panels import Panels
from gradviz.ui.style.plain import python_index
from gradviz.ui.style.theme import DARK, LIGHT
from gradviz.ui.window import Window
from gradviz.ui.wiring.completing import known
from tests.gui.driving import drawn, press, type_text

ADD = Signature(("input", "other", "*", "alpha=1"), "Tensor")
ANSWERS = {
    "torch": Found(
        "torch",
        "module",
        names=tuple(Named(name, "function") for name in ("_hidden", "add", "addmm", "ones", "ones_like", "zeros")),
    ),
    "torch.add": Found("torch.add", "function", signatures=(ADD,), bound=(ADD,), doc="Adds other to input."),
    "torch.Tensor": Found("torch.Tensor", "class", names=(Named("sum", "function"),)),
}
HEAD = "import torch\nx = 1\n"


@pytest.fixture
def editor(qtbot: QtBot) -> Iterator[Editor]:
    """An editor in a window of its own, with an engine that answers at once."""
    window = QMainWindow()
    qtbot.addWidget(window)
    made = Editor(LIGHT)
    window.setCentralWidget(made)
    window.resize(700, 400)
    window.show()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    completion = Completion(made, LIGHT)
    completion.wanted.connect(lambda path: completion.learn(ANSWERS.get(path, Found(path))))
    completion.know(Known({"x": "Tensor (2,) float32"}))
    made.open(HEAD)
    made.moveCursor(made.textCursor().MoveOperation.End)
    yield made
    window.close()


def of(editor: Editor) -> Completion:
    found = editor.findChild(Completion)
    assert found is not None
    return found


def offered(editor: Editor) -> list[str]:
    listed = of(editor).list
    return [one.name for one in listed.candidates] if listed.isVisible() else []


def typed(editor: Editor, text: str) -> None:
    QTest.keyClicks(editor, text)
    QTest.qWait(PAUSE + 30)


def line(editor: Editor) -> str:
    return editor.toPlainText().split("\n", 2)[2]


def test_the_list_opens_after_a_pause_and_typing_narrows_it(editor: Editor) -> None:
    QTest.keyClicks(editor, "torch.")
    assert offered(editor) == []
    QTest.qWait(PAUSE + 30)
    assert offered(editor) == ["add", "addmm", "ones", "ones_like", "zeros"]
    QTest.keyClicks(editor, "on")
    assert offered(editor) == ["ones", "ones_like"]
    press(editor, Qt.Key.Key_Backspace)
    assert offered(editor)[:2] == ["ones", "ones_like"]
    press(editor, Qt.Key.Key_Escape)
    assert offered(editor) == []
    assert line(editor) == "torch.o"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_a_key_takes_what_is_chosen_as_one_step_of_undo(editor: Editor, key: Qt.Key) -> None:
    edits: list[str] = []
    editor.edited.connect(edits.append)
    typed(editor, "torch.on")
    press(editor, Qt.Key.Key_Down)
    assert len(edits) == len("torch.on")
    press(editor, key)
    assert line(editor) == "torch.ones_like"
    assert edits[-1] == HEAD + "torch.ones_like"
    assert offered(editor) == []
    editor.undo()
    assert line(editor) == "torch.on"


def test_arrows_go_round_and_pages_to_the_ends(editor: Editor) -> None:
    typed(editor, "torch.")
    row = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        press(editor, key)
        row.append(of(editor).list.row)
    assert row == [4, 0, 4, 0]
    QTest.keyClicks(editor, "a")
    press(editor, Qt.Key.Key_Down)
    QTest.keyClicks(editor, "d")
    assert of(editor).list.candidate(of(editor).list.row).name == "addmm"


def test_enter_on_a_complete_word_makes_a_new_line(editor: Editor) -> None:
    typed(editor, "torch.ones")
    assert offered(editor) == ["ones", "ones_like"]
    press(editor, Qt.Key.Key_Return)
    assert line(editor) == "torch.ones\n"
    assert offered(editor) == []


def test_tab_where_nothing_is_offered_indents(editor: Editor) -> None:
    typed(editor, "a = 12")
    press(editor, Qt.Key.Key_Tab)
    assert line(editor) == "a = 12  "


def test_what_only_has_the_letters_is_not_taken_by_enter(editor: Editor) -> None:
    typed(editor, "torch.lik")
    assert offered(editor) == ["ones_like"]
    press(editor, Qt.Key.Key_Return)
    assert line(editor) == "torch.lik\n"
    press(editor, Qt.Key.Key_Backspace)
    typed(editor, "e")
    press(editor, Qt.Key.Key_Tab)
    assert line(editor) == "torch.ones_like"


@pytest.mark.parametrize("text", ["# tor", "'tor", "t", "1.5", "def tor", "qqqq", "y = x "])
def test_the_list_stays_away(editor: Editor, text: str) -> None:
    typed(editor, text)
    assert offered(editor) == []


def test_a_word_alone_in_the_list_needs_none(editor: Editor) -> None:
    typed(editor, "torch.zeros")
    assert offered(editor) == []
    of(editor).open()
    assert offered(editor) == ["zeros"]


def test_names_of_the_program_with_what_they_were(editor: Editor) -> None:
    of(editor).open()
    listed = of(editor).list
    at = offered(editor).index("x")
    assert listed.told(listed.candidate(at)) == "Tensor (2,) float32"
    assert "torch" in offered(editor)
    assert "while" in offered(editor)
    model = listed.findChild(QWidget)
    assert model is not None


def test_asked_for_in_the_middle_of_a_word_it_takes_the_place_of_the_whole(editor: Editor) -> None:
    typed(editor, "torch.onxx")
    press(editor, Qt.Key.Key_Left)
    press(editor, Qt.Key.Key_Left)
    assert offered(editor) == []
    of(editor).open()
    assert offered(editor) == ["ones", "ones_like"]
    press(editor, Qt.Key.Key_Tab)
    assert line(editor) == "torch.ones"


def test_where_the_cursor_goes_the_list_does_not(editor: Editor) -> None:
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Home):
        typed(editor, "torch.")
        assert offered(editor)
        press(editor, key)
        assert offered(editor) == []
        press(editor, Qt.Key.Key_End)
        for _ in "torch.":
            press(editor, Qt.Key.Key_Backspace)


def test_undo_and_paste_put_it_away(editor: Editor) -> None:
    typed(editor, "torch.")
    editor.undo()
    assert offered(editor) == []
    QApplication.clipboard().setText("torch.o")
    editor.paste()
    QTest.qWait(PAUSE + 30)
    assert offered(editor) == []


def test_a_click_takes(editor: Editor) -> None:
    typed(editor, "torch.on")
    view = of(editor).list.findChildren(QWidget)[0]
    of(editor).list.picked.emit(1)
    assert line(editor) == "torch.ones_like"
    of(editor).list.picked.emit(1)
    assert line(editor) == "torch.ones_like"
    assert view.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_it_goes_when_the_person_goes(editor: Editor) -> None:
    typed(editor, "torch.add(")
    typed(editor, "torch.")
    assert offered(editor)
    assert of(editor).card.isVisible()
    QApplication.sendEvent(editor, QFocusEvent(QEvent.Type.FocusOut))
    assert offered(editor) == []
    assert not of(editor).card.isVisible()


def test_an_input_method_at_work_is_left_alone(editor: Editor) -> None:
    typed(editor, "torch.")
    composing = QInputMethodEvent("か", [])
    QApplication.sendEvent(editor, composing)
    assert offered(editor) == []
    of(editor).open()
    assert offered(editor) == []
    done = QInputMethodEvent()
    done.setCommitString("加")
    QApplication.sendEvent(editor, done)
    QTest.qWait(PAUSE + 30)
    assert offered(editor) == []
    assert line(editor) == "torch.加"
    of(editor).open()
    assert offered(editor) == []


def test_positions_behind_characters_of_two_units(editor: Editor) -> None:
    editor.insertPlainText("s = '😀'; ")
    typed(editor, "torch.on")
    press(editor, Qt.Key.Key_Tab)
    assert line(editor) == "s = '😀'; torch.ones"
    assert python_index("a😀b", 3) == 2


def test_the_tip_of_a_call_follows_the_arguments_and_closes_behind_it(editor: Editor) -> None:
    card = of(editor).card
    QTest.keyClicks(editor, "torch.add(")
    assert card.isVisible()
    assert card.text.splitlines() == ["add(input, other, *, alpha=1) -> Tensor", "Adds other to input."]
    at = [card.tip.ways[0].at]
    QTest.keyClicks(editor, "x, ")
    at.append(card.tip.ways[0].at)
    QTest.keyClicks(editor, "alpha=")
    at.append(card.tip.ways[0].at)
    press(editor, Qt.Key.Key_Return)
    at.append(card.tip.ways[0].at)
    assert at == [0, 1, 3, 3]
    assert card.isVisible()
    QTest.keyClicks(editor, ")")
    assert not card.isVisible()


def test_escape_closes_the_list_then_the_tip_and_then_is_not_ours(editor: Editor) -> None:
    typed(editor, "torch.add(torch.")
    listed, card = of(editor).list, of(editor).card
    seen = []
    for _ in range(2):
        seen.append((listed.isVisible(), card.isVisible()))
        press(editor, Qt.Key.Key_Escape)
    seen.append((listed.isVisible(), card.isVisible()))
    assert seen == [(True, True), (False, True), (False, False)]


def test_moving_out_of_the_call_closes_its_tip(editor: Editor) -> None:
    QTest.keyClicks(editor, "torch.add(x")
    assert of(editor).card.isVisible()
    press(editor, Qt.Key.Key_Home)
    assert not of(editor).card.isVisible()


def test_a_key_says_what_the_name_at_the_cursor_is(editor: Editor) -> None:
    card = of(editor).card
    editor.go_to(2, 1)
    of(editor).explain()
    assert card.text == "x: Tensor (2,) float32"
    press(editor, Qt.Key.Key_Right)
    assert not card.isVisible()
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    QTest.keyClicks(editor, "torch.add()")
    press(editor, Qt.Key.Key_Left)
    assert not card.isVisible()
    of(editor).explain()
    assert card.text.startswith("add(input")
    editor.go_to(3, 1)
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    of(editor).close()
    of(editor).explain()
    assert not card.isVisible()


def test_the_card_speaks_the_language_of_the_window(qtbot: QtBot, window: Window) -> None:
    window.action("ja").trigger()
    qtbot.waitUntil(lambda: drawn(window))
    assert kind_word("module") == "モジュール"
    assert kind_word("torch.dtype") == "torch.dtype"


def test_resting_on_a_name_says_what_it_is(editor: Editor) -> None:
    cursor = editor.textCursor()
    cursor.setPosition(HEAD.index("x"))
    place = editor.cursorRect(cursor).center()
    rest = QHelpEvent(QEvent.Type.ToolTip, place, editor.viewport().mapToGlobal(place))
    QApplication.sendEvent(editor.viewport(), rest)
    assert of(editor).card.text == "x: Tensor (2,) float32"
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(editor.viewport().mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(editor.viewport(), move)
    assert not of(editor).card.isVisible()
    far = QPoint(300, 300)
    QApplication.sendEvent(editor.viewport(), QHelpEvent(QEvent.Type.ToolTip, far, far))
    assert not of(editor).card.isVisible()


def test_without_an_engine_there_is_what_the_program_says(editor: Editor) -> None:
    of(editor).wanted.disconnect()
    of(editor).forget()
    typed(editor, "torch.")
    assert offered(editor) == []
    of(editor).learn(ANSWERS["torch"])
    assert offered(editor)[:1] == ["add"]
    of(editor).close()
    of(editor).learn(ANSWERS["torch"])
    assert offered(editor) == []
    QTest.keyClicks(editor, "add(")
    assert not of(editor).card.isVisible()
    of(editor).learn(ANSWERS["torch.add"])
    assert of(editor).card.isVisible()


def test_an_answer_that_comes_after_the_next_key_opens_nothing_old(editor: Editor) -> None:
    of(editor).wanted.disconnect()
    of(editor).forget()
    typed(editor, "torch.")
    QTest.keyClicks(editor, "o ")
    of(editor).learn(ANSWERS["torch"])
    assert offered(editor) == []


def test_all_of_it_lies_in_the_window(qtbot: QtBot, editor: Editor) -> None:
    window = editor.window()
    window.resize(260, 150)
    editor.setPlainText(HEAD + "\n" * 30)
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    typed(editor, "torch.add(x, torch.")
    for part in (of(editor).list, of(editor).card):
        assert part.isVisible()
        assert window.rect().contains(part.geometry())
    window.resize(500, 400)
    qtbot.waitUntil(lambda: not of(editor).list.geometry().intersects(of(editor).card.geometry()))
    assert of(editor).list.y() < editor.cursorRect().top()
    qtbot.waitUntil(lambda: window.rect().contains(of(editor).list.geometry()))
    editor.verticalScrollBar().setValue(0)
    assert offered(editor) == []


def test_it_goes_along_into_another_window(editor: Editor) -> None:
    typed(editor, "torch.")
    other = QWidget()
    QVBoxLayout(other).addWidget(editor)
    other.show()
    editor.setFocus()
    of(editor).open()
    assert of(editor).list.window() is other or not editor.hasFocus()
    of(editor).apply(DARK)
    other.close()
    other.deleteLater()


def test_the_window_asks_the_engine_and_knows_the_last_run(qtbot: QtBot, window: Window) -> None:
    editor = window.panels.editor
    assert set(known(window.state).tensors) == {"x", "y"}
    editor.setFocus()
    qtbot.waitUntil(editor.hasFocus)
    type_text(window, "\nimport math\nmath.")
    qtbot.waitUntil(lambda: offered(editor) == ["ones", "zeros"])
    press(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText().endswith("math.ones")
    window.action("complete").trigger()
    assert offered(editor) == ["ones"]
    press(editor, Qt.Key.Key_Escape)
    window.action("explain").trigger()
    qtbot.waitUntil(lambda: of(editor).card.isVisible())
    assert "math" in of(editor).card.text
    press(editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: drawn(window))


@pytest.mark.parametrize("rows", [0, 40])
def test_the_tip_of_a_call_and_the_slider_of_a_number_are_both_seen(window: Window, rows: int) -> None:
    panels = _at_a_number(window, "\n" * rows + "torch.add(x, 2.0)")
    tip, slider = panels.completion.card, panels.sliding.slider
    panels.completion.explain()
    assert tip.isVisible()
    assert slider.isVisible()
    assert not tip.geometry().intersects(_in(window, slider))
    press(panels.editor, Qt.Key.Key_Escape)
    press(panels.editor, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert not slider.isVisible()
    panels.completion.explain()
    assert tip.isVisible()
    press(panels.editor, Qt.Key.Key_Right)
    assert slider.isVisible()
    assert not tip.geometry().intersects(_in(window, slider))


def test_where_the_list_opens_the_slider_goes(window: Window) -> None:
    panels = _at_a_number(window, "x.add( 2.0)")
    editor, slider = panels.editor, panels.sliding.slider
    press(editor, Qt.Key.Key_Left)
    panels.sliding.nudge(1)
    assert slider.isVisible()
    panels.completion.open()
    assert offered(editor)
    assert not slider.isVisible()


def _at_a_number(window: Window, text: str) -> Panels:
    """The panels, with the cursor in front of the number of a program that has this at its end."""
    panels = window.panels
    for answer in ANSWERS.values():
        panels.completion.learn(answer)
    panels.editor.setFocus()
    panels.editor.open(HEAD + text)
    cursor = panels.editor.textCursor()
    cursor.setPosition(len(HEAD + text) - len("2.0)"))
    panels.editor.setTextCursor(cursor)
    assert panels.sliding.slider.isVisible()
    return panels


def _in(window: Window, part: QWidget) -> QRect:
    return QRect(part.mapTo(window, QPoint()), part.size())
