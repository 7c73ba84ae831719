"""A quiz, message by message: where the run is shown while a question is open, and what of it is to be seen."""

import pytest

from gradviz.drawing.shapes import Drawing, Mark, Role, Text, TextRole
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.model.moments.course import Course
from gradviz.model.wire import Exit, Ready
from gradviz.picture.picture import Hot, Picture, Problem, TensorRow
from gradviz.picture.quiz.questions import AskQuiz, Question, Quizzed
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.quiz import quizzing
from gradviz.state.quiz.quizzing import veiled
from gradviz.state.update import update
from gradviz.state.values import slide
from gradviz.state.values.chosen import Chosen
from gradviz.state.values.quiz import Quiz
from gradviz.state.values.slide import Slide
from tests.unit.state.playing import play

COURSE = Course("LLOLBAL", (0, 2, 3, 4, 6, 8, 9), (1, 2, 2, 3, 3, 3, 4), (0,) * 7)
BOX = Rect(0, 0, 10, 10)
FIRST = Question("flags of y?", "y = x * x", 2, ("a", "b"), 1, "so it is", 2, 4, 1)
LAST = Question("what happens?", "y.backward()", 3, ("runs", "raises", "else"), 1, "freed", 4, None)
BAD = Problem("error", 3, 0, None, 0, "freed", "RuntimeError", "second-backward")


def mark(name: str, role: Role, grad: str = "") -> Mark:
    texts = tuple(Text(Point(0, 0), text, TextRole.GRAD, "middle", 9) for text in (grad,) if text)
    return Mark(name, role, BOX, (), texts, name, "why .grad is None")


def row(grad: str) -> TensorRow:
    return TensorRow(1, "y", "()", "float32", True, False, "MulBackward0", "4.0", grad, 2, "t1", locked="no leaf")


def picture(step: int | None) -> m.PictureArrived:
    nodes = (mark("t0", Role.LEAF, ".grad 4.0"), mark("t1", Role.INTERMEDIATE, ".grad None — not a leaf"))
    edges = (mark("e0", Role.DATA_EDGE), mark("e1", Role.GHOST_EDGE))
    drawing = Drawing(Size(9, 9), (), edges, nodes)
    if step is not None:
        drawing = drawing._replace(nodes=(*nodes, mark("t2", Role.GHOST)))
    told = COURSE if step is None else Course()
    rows = (row("None — not a leaf"), row("4.0"))
    whole = Picture(1, True, drawing, rows, (), (BAD,), steps=9, course=told, step=step, hottest=(Hot("mul"),))
    return m.PictureArrived(whole)


def ended() -> AppState:
    """A run of a lesson that has come to its end and is drawn."""
    ready = m.EngineReady(Ready("2.13.0", "3.11", ""))
    return play(AppState(), m.Opened("x", "first"), ready, m.RunExited(1, Exit(0, 0)), picture(None))[0]


def answered(state: AppState) -> AppState:
    """The state after the picture that it wants."""
    return update(state, picture(state.wanted.step))[0] if state.awaited else state


def asked(*questions: Question) -> AppState:
    """A quiz whose first question is open and shown."""
    state = play(ended(), m.QuizSet(True), m.QuizArrived(1, Quizzed(AskQuiz(0), questions)))[0]
    return answered(state)


def quiz_of(state: AppState) -> Quiz:
    assert state.quiz is not None
    return state.quiz


def test_a_quiz_asks_for_questions_and_goes_to_the_moment_before_the_first_answer() -> None:
    state, effects = update(ended(), m.QuizSet(True))
    assert effects == (do.AskForQuiz(1, AskQuiz(0)),)
    assert quiz_of(state).awaited
    assert quiz_of(state).question is None
    state, effects = update(state, m.QuizArrived(1, Quizzed(AskQuiz(0), (FIRST, LAST))))
    assert [one.options.step for one in effects if isinstance(one, do.Redraw)] == [FIRST.before]
    assert state.at == 1
    assert state.asks


def test_another_sitting_has_another_seed() -> None:
    effects = play(ended(), m.QuizSet(True), m.QuizSet(False), m.QuizSet(True))[1]
    assert effects == [do.AskForQuiz(1, AskQuiz(0)), do.AskForQuiz(1, AskQuiz(1))]


@pytest.mark.parametrize("late", [m.QuizArrived(2, Quizzed(AskQuiz(0))), m.QuizArrived(1, Quizzed(AskQuiz(7)))])
def test_questions_that_nobody_waits_for_are_dropped(late: m.QuizArrived) -> None:
    state = play(ended(), m.QuizSet(True))[0]
    assert update(state, late) == (state, ())
    assert update(ended(), late) == (ended(), ())


def test_where_nothing_has_run_there_is_nothing_to_ask() -> None:
    state, effects = update(AppState(), m.QuizSet(True))
    assert effects == ()
    assert not quiz_of(state).awaited
    state, effects = update(state, m.QuizSet(False))
    assert (state.quiz, effects) == (None, ())


def test_a_run_of_which_nothing_can_be_asked_is_shown_as_it_is() -> None:
    state = asked()
    assert state.at is None
    assert veiled(state) is state


def test_while_a_question_is_open_nobody_steps_on() -> None:
    state = asked(FIRST, LAST)
    for message in (m.Stepped(1), m.StopChosen(None), m.LineStepped(1), m.PlaySet(True), m.Ticked()):
        assert update(state, message)[0].at == state.at
    for of in (m.QuizWentOn(), m.AnswerShown(), m.ChoiceTaken(2), m.ChoiceTaken(-1)):
        assert update(state, of) == (state, ())


def test_an_answer_shows_what_is_so_and_lights_what_it_is_about() -> None:
    state, effects = update(asked(FIRST, LAST), m.ChoiceTaken(1))
    assert quiz_of(state).answers == (1,)
    assert quiz_of(state).right == 1
    assert state.at == COURSE.steps.index(4)
    assert [one.options.step for one in effects if isinstance(one, do.Redraw)] == [4]
    assert update(state, m.ChoiceTaken(0))[0] == state  # it is answered once
    state = answered(state)
    assert state.chosen == Chosen("tensor", 1)
    assert state.selection.tensors == {1}
    state = update(state, m.MarkChosen("t0"))[0]
    assert state.chosen == Chosen("mark", "t0")  # and what the person chooses then stays


def test_after_an_answer_the_moment_before_is_a_step_away() -> None:
    state = answered(update(asked(FIRST, LAST), m.ChoiceTaken(0))[0])
    state = answered(update(state, m.AnswerShown(before=True))[0])
    assert (state.at, quiz_of(state).back) == (1, True)
    state = answered(update(state, m.AnswerShown())[0])
    assert (state.at, quiz_of(state).back) == (3, False)
    assert update(state, m.Stepped(1))[0].at == 4  # and the run is one's own again


def test_after_the_last_answer_come_the_score_and_the_end_of_the_run() -> None:
    state = answered(update(asked(FIRST, LAST), m.ChoiceTaken(0))[0])
    state = answered(update(state, m.QuizWentOn())[0])
    assert (state.at, quiz_of(state).question) == (3, LAST)
    assert state.quizzed == frozenset()
    state = answered(update(state, m.ChoiceTaken(1))[0])
    assert (state.at, quiz_of(state).is_last) == (None, True)
    assert state.quizzed == {"first"}
    assert veiled(state) is state
    state = answered(update(state, m.QuizWentOn())[0])
    assert (quiz_of(state).question, quiz_of(state).right, state.at) == (None, 1, None)
    assert update(state, m.QuizWentOn()) == (state, ())


def test_a_question_about_no_tensor_lights_nothing() -> None:
    state = answered(update(asked(LAST), m.ChoiceTaken(0))[0])
    assert state.chosen is None


def test_an_answer_whose_picture_process_is_gone_ends_the_quiz() -> None:
    state = update(asked(FIRST, LAST), m.PictureEnded("killed"))[0]
    assert state.quiz is None


def test_who_leaves_is_shown_the_end_again() -> None:
    state = answered(update(asked(FIRST, LAST), m.QuizSet(False))[0])
    assert (state.quiz, state.at) == (None, None)
    assert update(state, m.QuizSet(False)) == (state, ())


def test_an_edit_ends_the_quiz() -> None:
    state = update(asked(FIRST, LAST), m.Edited("y"))[0]
    assert state.quiz is None


def test_another_language_asks_the_same_questions_in_it() -> None:
    state = asked(FIRST, LAST)
    state, effects = update(state, m.OptionsSet(state.options._replace(language="ja")))
    assert do.AskForQuiz(1, AskQuiz(0, "ja")) in effects
    told = FIRST._replace(text="y は?")
    state = update(state, m.QuizArrived(1, Quizzed(AskQuiz(0, "ja"), (told, LAST))))[0]
    assert quiz_of(state).question == told
    assert state.at == 1


def test_the_veil_hides_what_is_said_of_the_end_and_what_is_not_there_yet() -> None:
    state = update(asked(FIRST, LAST), m.TensorChosen(1))[0]
    shown = veiled(state)
    assert shown.picture is not None
    assert (shown.picture.problems, shown.picture.hottest) == ((), ())
    assert shown.drawing is not None
    assert [one.id for one in shown.drawing.nodes] == ["t0", "t1"]
    assert [one.id for one in shown.drawing.edges] == ["e0"]
    assert [text.text for one in shown.drawing.nodes for text in one.texts] == [".grad 4.0", ".grad None"]
    assert {one.description for one in shown.drawing.nodes} == {""}
    assert shown.table is not None
    assert [(one.grad, one.locked) for one in shown.table.rows] == [("None", ""), ("4.0", "")]
    assert shown.course.kinds == COURSE.kinds[:2]
    assert not shown.steppable
    assert (shown.chosen, shown.inspecting.found, shown.measuring.table) == (None, None, None)
    assert veiled(state).drawing is shown.drawing  # or the canvas would be painted at each message


def test_the_veil_hides_what_runs_told_of_a_number_that_was_slid() -> None:
    state = asked(FIRST, LAST)
    state = state._replace(slide=Slide(m.Slid(state.text, 1, 2.0, 1.0, 1), "y", "x", (slide.Point(2.0, 4.0, 4.0),)))
    assert veiled(state).slide is None
    assert veiled(update(state, m.QuizSet(False))[0]).slide == state.slide


def test_between_questions_the_run_can_be_walked_and_its_end_is_not_told() -> None:
    state = answered(update(asked(FIRST, LAST), m.ChoiceTaken(0))[0])
    shown = veiled(state)
    assert shown.steppable
    assert shown.course == COURSE
    assert shown.picture is not None
    assert shown.picture.problems == ()
    assert shown.drawing is not None
    assert "t2" not in [one.id for one in shown.drawing.nodes]
    assert shown.earlier is not None
    assert [one.grad for one in shown.earlier] == ["None", "4.0"]


def test_a_drawing_of_very_many_marks_is_veiled_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quizzing, "MOST", 2)
    shown = veiled(asked(FIRST, LAST))
    assert shown.drawing is not None
    assert (len(shown.drawing.nodes), len(shown.drawing.edges)) == (0, 0)


def test_before_a_picture_has_come_there_is_nothing_to_veil() -> None:
    quiz = Quiz(0, AskQuiz(0), (FIRST,), awaited=False)
    bare = AppState(quiz=quiz)
    assert veiled(bare) == bare
