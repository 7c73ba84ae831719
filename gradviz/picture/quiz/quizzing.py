"""Record and AskQuiz in, Quizzed out: the questions in words. What a program says in them is made safe and bounded."""

from gradviz.drawing.plain import bounded, plain
from gradviz.model.quiz import question as model
from gradviz.model.quiz.quiz import questions, wanted_question
from gradviz.model.quiz.quizwords import asked, choice_text, reason_text
from gradviz.picture.picture import Language
from gradviz.picture.quiz.questions import AskQuiz, Question, Quizzed
from gradviz.picture.record.record import Record

_TEXT = 300  # characters of a question, of a choice
_REASON = 1500


def quizzed(record: Record, wanted: AskQuiz) -> Quizzed:
    """Return the questions of a sitting about a run."""
    known, one = record.grounds, wanted.wanted
    found = questions(known, wanted.seed) if one is None else wanted_question(known, one)
    return Quizzed(wanted, tuple(_told(one, wanted.language) for one in found))


def _told(one: model.Question, language: Language) -> Question:
    space = "" if language == "ja" else " "
    return Question(
        _safe(asked(one.asks, language)),
        _safe(one.ran.text),
        one.ran.line,
        tuple(_safe(choice_text(choice, language)) for choice in one.choices),
        one.right,
        _safe(space.join(dict.fromkeys(reason_text(reason, language) for reason in one.reasons)), _REASON),
        one.ran.before,
        one.ran.after,
        one.tensor,
    )


def _safe(text: str, most: int = _TEXT) -> str:
    return bounded(plain(text), most)
