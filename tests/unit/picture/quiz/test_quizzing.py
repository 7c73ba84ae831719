"""Questions in words: safe, bounded, and the same in either language but for the words."""

from gradviz.model.trace import ProgramError
from gradviz.picture.quiz.questions import AskQuiz
from gradviz.picture.quiz.quizzing import quizzed
from gradviz.picture.record.record import Record
from tests.unit.model.quiz.test_quiz import squared


def test_the_same_is_asked_in_either_language() -> None:
    record = Record(squared())
    english, japanese = (quizzed(record, AskQuiz(2, language)).questions for language in ("en", "ja"))
    assert english
    assert [(one.before, one.after, one.right, one.line, one.tensor) for one in english] == [
        (one.before, one.after, one.right, one.line, one.tensor) for one in japanese
    ]
    assert all(one.text != other.text for one, other in zip(english, japanese, strict=True))
    assert all(one.reason for one in (*english, *japanese))


def test_what_a_program_says_is_made_safe_and_bounded() -> None:
    error = ProgramError("Bad\u202eError", "no\x07 " * 5000, 4)
    found = quizzed(Record(squared()._replace(error=error)), AskQuiz(0)).questions
    texts = [text for one in found for text in (one.text, one.code, one.reason, *one.choices)]
    assert any("BadError" in text for text in texts)
    assert all(text.replace("\n", "").isprintable() and len(text) <= 1500 for text in texts)
