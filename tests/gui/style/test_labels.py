"""Labels for text from a program: as long as a word of it is, no panel grows with it."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gradviz.picture.picture import Problem
from gradviz.ui.editor.strip import ProblemStrip
from gradviz.ui.style.plain import breakable
from gradviz.ui.style.theme import LIGHT

WORD = "x" * 3000


def test_no_word_of_an_error_makes_the_strip_wider(qtbot: QtBot) -> None:
    strip = ProblemStrip(LIGHT)
    qtbot.addWidget(strip)
    strip.show_problem(Problem("error", 1, 0, None, 0, WORD, f"ValueError: {WORD}", None))
    assert strip.minimumSizeHint().width() < 40 * strip.fontMetrics().averageCharWidth()
    assert strip.heightForWidth(300) > strip.heightForWidth(1200)
    strip.show_problem(Problem("error", 1, 0, None, 0, f"ValueError: {WORD}", f"ValueError: {WORD}", None))
    assert strip.text.startswith("Line 1: ValueError: " + WORD[:400])  # as it is for whoever reads or copies it


def test_a_long_error_leaves_the_program_in_view_and_all_of_it_is_the_tip(qtbot: QtBot) -> None:
    strip = ProblemStrip(LIGHT)
    qtbot.addWidget(strip)
    lines = "\n".join(f"line {number} of it" for number in range(60))
    for said in (lines, "a long message " * 300):
        strip.show_problem(Problem("error", 3, 0, None, 0, f"ValueError: {said}", f"ValueError: {said}", None))
        assert strip.heightForWidth(350) < 14 * strip.fontMetrics().lineSpacing()
        assert strip.text.startswith("Line 3: ValueError: ")
        assert strip.text.endswith("…")
        assert said[-30:].strip() in strip.toolTip()
    strip.show_problem(Problem("error", 3, 0, None, 0, "brief", "brief", None))
    assert not strip.toolTip()


def test_what_torch_said_is_not_told_twice(qtbot: QtBot) -> None:
    strip = ProblemStrip(LIGHT)
    qtbot.addWidget(strip)
    for letters in (3, 3000):
        said = f"ValueError: {WORD[:letters]}"
        strip.show_problem(Problem("error", 1, 0, None, 0, said, said, None))
        assert [label.isHidden() for label in strip.findChildren(QLabel)] == [False, True]


def test_words_of_a_usual_length_are_left_whole() -> None:
    usual = "RuntimeError: loss.backward() at model.layers.0.weight"
    assert breakable(usual) == usual
    whole = f"at {WORD[:40]}."
    assert breakable(whole).replace("\u200b", "") == whole
    assert max(map(len, breakable(whole).replace("\u200b", " ").split())) == 8


def test_names_in_japanese_are_left_whole() -> None:
    said = "ほかのテンソルがこのテンソルのrequires_gradをFalseにしたため、backward()は勾配をここへ渡しません。"
    assert breakable(said) == said
    assert breakable(f"{said}{WORD[:40]}").startswith(f"{said}{WORD[:8]}\u200b")
