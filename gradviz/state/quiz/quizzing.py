"""A quiz: questions about the run, each put before its answer is there, and what is veiled meanwhile. Pure.

Stepping hides what has not happened yet. The veil hides the rest: what is said of the run as a whole, and what torch
will do with a tensor that is there already.
"""

from bisect import bisect_left

from gradviz.drawing.pages.marks import paged
from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.model.moments.course import Course
from gradviz.model.quiz.wanted import Wanted
from gradviz.picture.picture import TensorRow
from gradviz.picture.quiz.questions import AskQuiz, Quizzed
from gradviz.state.appstate import AppState
from gradviz.state.effects import AskForQuiz, Effects
from gradviz.state.looking.inspecting import pointed
from gradviz.state.looking.stepping import gone_to
from gradviz.state.messages import AnswerShown, ChoiceTaken, QuizArrived, QuizSet, Quizzing, TellAnyway, TensorChosen
from gradviz.state.quiz import predicting
from gradviz.state.values.chosen import NOTHING
from gradviz.state.values.inspecting import Inspecting
from gradviz.state.values.measuring import Measuring
from gradviz.state.values.quiz import Quiz
from gradviz.state.values.shown import Bared

Next = tuple[AppState, Effects]
_NONE = ".grad None"  # which its reason follows
_GHOSTS = frozenset((Role.GHOST, Role.GHOST_EDGE))
MOST = 5000  # marks of a drawing that is looked through for what is not there yet; a larger one is hidden


def answered(state: AppState, message: Quizzing) -> Next:
    """Return the state after a message about the quiz, and what is to be done about it."""
    match message:
        case QuizSet(True, wanted):
            return _begun(state, wanted)
        case TellAnyway():
            return _at_end(predicting.told(state)._replace(quiz=None))
        case QuizSet():
            return _left(state)
        case QuizArrived(run, quizzed):
            return _arrived(state, run, quizzed)
        case ChoiceTaken(choice):
            return _taken(state, choice)
        case AnswerShown(before):
            return _shown(state, before=before)
        case _:
            return _went_on(state)


def followed(state: AppState) -> Next:
    """Return the state without a quiz about another run than the one shown, and with the questions in its language."""
    state, quiz = _bared(state), state.quiz
    if quiz is None:
        return state, ()
    if quiz.run != state.run or (quiz.questions and not state.steppable):
        return state._replace(quiz=None), ()
    if quiz.lights and not state.awaited:
        state = _lit(state, quiz)
        quiz = quiz._replace(lights=False)
        state = state._replace(quiz=quiz)
    if quiz.asked.language == state.options.language:
        return state, ()
    wanted = quiz.asked._replace(language=state.options.language)
    return state._replace(quiz=quiz._replace(asked=wanted)), (AskForQuiz(quiz.run, wanted),)


def _bared(state: AppState) -> AppState:
    """Return the state with what is to be shown in place of a drawing that would tell an answer."""
    shown = state.shown
    if not _veils(state):
        return state if state.bared is None else state._replace(bared=None)
    if shown is None or (state.bared is not None and state.bared.of is shown):
        return state
    return state._replace(bared=Bared(shown, shown._replace(drawing=_bare(shown.drawing))))


def _veils(state: AppState) -> bool:
    return predicting.is_put(state) or (state.quiz is not None and state.quiz.veils_the_end)


def _lit(state: AppState, quiz: Quiz) -> AppState:
    tensor = None if quiz.question is None else quiz.question.tensor
    return state if tensor is None else pointed(state, TensorChosen(tensor))


def _begun(state: AppState, only: Wanted | None) -> Next:
    """Ask for questions; where the run has no stops there are none to put."""
    wanted = AskQuiz(state.sittings, state.options.language, only)
    able = state.steppable and not state.running
    state = state._replace(quiz=Quiz(state.run, wanted, awaited=able), sittings=state.sittings + 1, playing=False)
    return state, (AskForQuiz(state.run, wanted),) if able else ()


def _left(state: AppState) -> Next:
    """Put the quiz away, and show the end of the run again, or where the lesson still asks."""
    if state.quiz is None:
        return state, ()
    state = state._replace(quiz=None)
    back = None if state.prediction is None else state.prediction.at
    return gone_to(state, back) if state.steppable else (state, ())


def _arrived(state: AppState, run: int, quizzed: Quizzed) -> Next:
    quiz = state.quiz
    if quiz is None or run != quiz.run or quizzed.asked != quiz.asked:
        return state, ()
    first = quiz.awaited
    state = state._replace(quiz=quiz._replace(questions=quizzed.questions, awaited=False))
    return _put(state) if first else (state, ())


def _put(state: AppState) -> Next:
    """Go to where the line of the question at hand is about to run; after the last one all is shown again."""
    quiz = state.quiz
    if quiz is None or quiz.question is None:
        return _at_end(state)
    return gone_to(state._replace(chosen=None, search=None, said=""), _stop(state, quiz.question.before))


def _taken(state: AppState, choice: int) -> Next:
    """Answer the question that is open, and show what is so."""
    quiz = state.quiz
    if quiz is None or not quiz.open or quiz.question is None or not 0 <= choice < len(quiz.question.choices):
        return state, ()
    whole = state.lesson and quiz.is_last and quiz.asked.wanted is None
    quizzed = state.quizzed | {state.lesson} if whole else state.quizzed
    state = state._replace(quiz=quiz._replace(answers=(*quiz.answers, choice)), quizzed=quizzed)
    return _shown(state if quiz.asked.wanted is None else predicting.told(state), before=False)


def _shown(state: AppState, *, before: bool) -> Next:
    quiz = state.quiz
    if quiz is None or quiz.question is None or quiz.open:
        return state, ()
    question = quiz.question
    state = state._replace(quiz=quiz._replace(back=before, lights=True))
    step = question.before if before else question.after
    return gone_to(state, None if step is None else _stop(state, step))


def _went_on(state: AppState) -> Next:
    quiz = state.quiz
    if quiz is None or quiz.question is None or quiz.open:
        return state, ()
    return _put(state._replace(quiz=quiz._replace(at=quiz.at + 1)))


def _at_end(state: AppState) -> Next:
    return gone_to(state, None) if state.steppable else (state, ())


def _stop(state: AppState, step: int) -> int:
    return bisect_left(state.course.steps, step)


def veiled(state: AppState) -> AppState:
    """Return the state as it is shown: without what would tell an answer before its question is answered.

    As long as questions are to come nothing is said of the run as a whole, nor why a .grad is None, which may hold of
    the next backward too. While one is open there is no going on, and no row is told to have changed: what was shown
    before is another moment of the run, often its end.
    """
    quiz, put = state.quiz, state.asks or predicting.is_put(state)
    if not _veils(state):
        return state
    picture = None if state.picture is None else state.picture._replace(problems=(), hottest=())
    state = state._replace(
        picture=picture,
        measuring=Measuring(seen=state.measuring.seen),
        slide=None,  # whose slope is a .grad
        shown=state.bared.shown if state.bared is not None and state.shown is state.bared.of else state.shown,
        table=None if state.table is None else state.table._replace(rows=_without_reasons(state.table.rows)),
        earlier=None if put or state.earlier is None else _without_reasons(state.earlier),
    )
    ending = state.ending
    if quiz is None or not quiz.open or state.at is None or ending is None:
        return state
    return state._replace(
        ending=ending._replace(table=ending.table._replace(course=_until(ending.table.course, state.at))),
        traced=False,
        inspecting=Inspecting(seen=state.inspecting.seen),
        chosen=None,
        selection=NOTHING,
        search=None,
    )


def _until(course: Course, at: int) -> Course:
    """The stops up to one."""
    end = at + 1
    return course._replace(
        kinds=course.kinds[:end], steps=course.steps[:end], lines=course.lines[:end], depths=course.depths[:end]
    )


def _without_reasons(rows: tuple[TensorRow, ...]) -> tuple[TensorRow, ...]:
    return tuple(map(_without_reason, rows))


def _without_reason(row: TensorRow) -> TensorRow:
    absent = row.grad.startswith("None")
    return row._replace(grad="None" if absent else row.grad, flags=(), edit=None, locked="", unlock=None)


def _bare(drawing: Drawing) -> Drawing:
    """A drawing without what is not there yet, and without the reasons for which a .grad is None."""
    if len(drawing.nodes) + len(drawing.edges) > MOST:
        return paged(drawing._replace(nodes=(), edges=()))
    nodes = tuple(_told(mark) for mark in drawing.nodes if mark.role not in _GHOSTS)
    edges = tuple(mark for mark in drawing.edges if mark.role not in _GHOSTS)
    return paged(drawing._replace(nodes=nodes, edges=edges))


def _told(mark: Mark) -> Mark:
    texts = (text._replace(text=_NONE) if text.text.startswith(_NONE) else text for text in mark.texts)
    return mark._replace(texts=tuple(texts), description="")
