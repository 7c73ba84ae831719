"""Labels for text from a program: as long as a word of it is, no panel grows with it."""

from pytestqt.qtbot import QtBot

from gradviz.picture.picture import Problem
from gradviz.ui.editor.strip import ProblemStrip
from gradviz.ui.style.theme import LIGHT

WORD = "x" * 3000


def test_no_word_of_an_error_makes_the_strip_wider(qtbot: QtBot) -> None:
    strip = ProblemStrip(LIGHT)
    qtbot.addWidget(strip)
    strip.show_problem(Problem("error", 1, 0, None, 0, WORD, f"ValueError: {WORD}", None))
    assert strip.minimumSizeHint().width() < 40 * strip.fontMetrics().averageCharWidth()
    assert strip.heightForWidth(300) > strip.heightForWidth(1200)
    assert strip.text.startswith("Line 1: " + WORD[:700])  # as it is for whoever reads or copies it
