"""What the person does about a quiz or the question of a lesson, and what is asked."""

from typing import NamedTuple

from gradviz.model.quiz.wanted import Wanted
from gradviz.picture.quiz.questions import Quizzed


class QuizSet(NamedTuple):
    """Begin a quiz about the run that is shown, or leave it."""

    on: bool
    wanted: Wanted | None = None  # the only question; None: a handful


class TellAnyway(NamedTuple):
    """The lesson is to be told without an answer to its question."""


class QuizArrived(NamedTuple):
    """The picture process has made the questions."""

    run: int
    quizzed: Quizzed


class ChoiceTaken(NamedTuple):
    """The person answers the question that is open by its choice of this place."""

    choice: int


class QuizWentOn(NamedTuple):
    """To the next question, or to the score."""


class AnswerShown(NamedTuple):
    """Show the run as it was after the question's line, or as it was before it."""

    before: bool = False


Quizzing = QuizSet | TellAnyway | QuizArrived | ChoiceTaken | QuizWentOn | AnswerShown
