"""A quiz as plain values for the window: questions about the run that is shown, ready to be put."""

from typing import NamedTuple

from gradviz.model.quiz.wanted import Wanted
from gradviz.picture.picture import Language


class AskQuiz(NamedTuple):
    """What the window asks for. The same run and seed give the same questions in either language."""

    seed: int
    language: Language = "en"
    wanted: Wanted | None = None  # the only question; None: a handful, as the seed chooses them


class Question(NamedTuple):
    """One question; its answer is seen at a step, and not yet at the one before."""

    text: str
    code: str  # the line of the program that it is about
    line: int
    choices: tuple[str, ...]
    right: int
    reason: str
    before: int  # the step of the trace at which the line is about to run
    after: int | None  # the step at which it has run; None: the end
    tensor: int | None = None  # that it is about


class Quizzed(NamedTuple):
    """The answer: `asked` is what it is of."""

    asked: AskQuiz
    questions: tuple[Question, ...] = ()
