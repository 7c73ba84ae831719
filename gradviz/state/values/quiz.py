"""Questions that are put to the person: a sitting of them, or the one of a lesson."""

from typing import NamedTuple

from gradviz.model.quiz.wanted import Wanted
from gradviz.picture.quiz.questions import AskQuiz, Question


class Quiz(NamedTuple):
    """A sitting: questions about a run, answered one after another."""

    run: int
    asked: AskQuiz
    questions: tuple[Question, ...] = ()
    awaited: bool = True  # they are still to come
    at: int = 0  # the question at hand; beyond the last: the score
    answers: tuple[int, ...] = ()  # the choices that were taken
    lights: bool = False  # what the question is about is to be lit when the picture of its answer has come
    back: bool = False  # the run is shown as it was before the line of a question that is answered

    @property
    def question(self) -> Question | None:
        """The question at hand; None: there is none, or all have been answered."""
        return self.questions[self.at] if self.at < len(self.questions) else None

    @property
    def open(self) -> bool:
        """Whether the question at hand has not been answered."""
        return self.question is not None and len(self.answers) == self.at

    @property
    def is_last(self) -> bool:
        """Whether no question comes after the one at hand."""
        return self.at == len(self.questions) - 1

    @property
    def veils_the_end(self) -> bool:
        """Whether what is known of the end of the run may answer a question that is open, or one to come."""
        return self.question is not None and (self.open or not self.is_last)

    @property
    def right(self) -> int:
        """How many answers were right."""
        return sum(one.right == choice for one, choice in zip(self.questions, self.answers, strict=False))


class Prediction(NamedTuple):
    """The question that the open lesson puts before it tells more."""

    wanted: Wanted
    at: int | None = None  # the stop at which it is put; None: its run is not there yet
