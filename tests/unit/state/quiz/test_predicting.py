"""The question of a lesson, message by message: the run waits before its line, and nothing gives the answer away."""

from gradviz.model.moments.course import Course
from gradviz.model.quiz.wanted import Wanted
from gradviz.model.wire import Exit, Ready
from gradviz.picture.quiz.questions import AskQuiz, Quizzed
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.quiz import predicting
from gradviz.state.quiz.quizzing import veiled
from gradviz.state.values.quiz import Prediction
from tests.unit.state.playing import play
from tests.unit.state.quiz.test_quizzing import COURSE, LAST, answered, picture

READY = m.EngineReady(Ready("2.13.0", "3.11", ""))
WANTED = Wanted("raises", 3)
BEFORE = COURSE.lines.index(3)  # the stop before line 3 runs
NEW = AppState()
OPENED = m.Opened("x", "first", asks=WANTED)


def opened(state: AppState = NEW, opening: m.Opened = OPENED) -> AppState:
    """A lesson with a question, whose run is shown as it is before its answer."""
    return answered(play(state, opening, READY, m.RunExited(1, Exit(0, 0)), picture(None))[0])


def test_a_lesson_waits_before_the_line_that_it_asks_about() -> None:
    state = opened()
    assert state.prediction == Prediction(WANTED, BEFORE)
    assert state.at == BEFORE


def test_while_it_waits_nothing_gives_the_answer_away() -> None:
    shown = veiled(opened())
    assert shown.picture is not None
    assert shown.picture.problems == ()
    assert shown.table is not None
    assert {row.grad for row in shown.table.rows} == {"None", "4.0"}
    assert shown.drawing is not None
    assert [mark.id for mark in shown.drawing.nodes] == ["t0", "t1"]  # without what is not there yet
    assert {text.text for mark in shown.drawing.nodes for text in mark.texts} == {".grad 4.0", ".grad None"}
    assert shown.earlier is None  # what is otherwise than at the end would tell of the end
    assert shown.traced  # the person may step on all the same
    stepped = answered(play(opened(), m.StopChosen(None))[0])
    assert veiled(stepped) == stepped
    assert stepped.picture is not None
    assert stepped.picture.problems


def test_its_question_is_put_alone_and_the_rest_is_told_after_the_answer() -> None:
    state, effects = play(opened(), m.QuizSet(True, WANTED))
    asked = AskQuiz(0, "en", WANTED)
    assert effects == [do.AskForQuiz(1, asked)]
    state, _ = play(state, m.QuizArrived(1, Quizzed(asked, (LAST,))))
    state = answered(state)
    assert state.at == BEFORE
    assert state.prediction is not None
    state = answered(play(state, m.ChoiceTaken(0))[0])
    assert state.prediction is None
    assert (state.predicted, state.quizzed) == (frozenset(("first",)), frozenset())
    assert state.at is None
    state = answered(play(state, m.QuizSet(False))[0])
    assert (state.at, state.quiz) == (None, None)
    assert state.bared is None


def test_who_leaves_the_question_is_back_where_it_is_put() -> None:
    state, _ = play(opened(), m.QuizSet(True, WANTED), m.QuizArrived(1, Quizzed(AskQuiz(0, "en", WANTED), (LAST,))))
    state = answered(play(answered(state), m.QuizSet(False))[0])
    assert (state.quiz, state.at) == (None, BEFORE)
    assert state.prediction is not None
    assert state.earlier is not None
    assert veiled(state).earlier is None  # no step led here


def test_who_does_not_want_to_predict_is_told_the_rest_at_the_end_of_the_run() -> None:
    state = answered(play(opened(), m.TellAnyway())[0])
    assert state.prediction is None
    assert state.at is None
    assert state.predicted == {"first"}


def test_a_question_is_put_once() -> None:
    assert opened(AppState(predicted=frozenset({"first"}))).at is None
    assert opened(opening=m.Opened("x", "first")).prediction is None


def test_a_line_that_never_runs_is_not_asked_about() -> None:
    state = opened(opening=OPENED._replace(asks=Wanted("raises", 99)))
    assert (state.prediction, state.at) == (None, None)


def test_a_run_anew_waits_there_again() -> None:
    course = COURSE._replace(lines=(9, *COURSE.lines), kinds="L" + COURSE.kinds, steps=(0, *COURSE.steps))
    course = course._replace(depths=(0, *COURSE.depths))
    for again in (m.ModeSet("no_grad"), m.RunPressed()):
        arrived = picture(None).picture._replace(run=2, course=course)
        state, _ = play(opened(), again, m.RunExited(2, Exit(0, 0)), m.PictureArrived(arrived))
        assert state.prediction == Prediction(WANTED, BEFORE + 1)
        assert state.at == BEFORE + 1
        assert predicting.is_put(state)


def test_an_edit_ends_it() -> None:
    assert play(opened(), m.Edited("xy"))[0].prediction is None


def test_a_run_without_stops_cannot_wait() -> None:
    arrived = picture(None)
    bare = m.PictureArrived(arrived.picture._replace(course=Course()))
    state, _ = play(AppState(), OPENED, READY, m.RunExited(1, Exit(0, 0)), bare)
    assert (state.prediction, state.at) == (None, None)
    state, _ = play(AppState(), OPENED, READY)
    assert state.prediction == Prediction(WANTED)
    assert not veiled(state).bared


def test_a_line_that_runs_again_is_asked_about_before_the_last_time() -> None:
    course = Course("LLOLL", (0, 2, 3, 4, 6), (1, 3, 3, 2, 3), (0,) * 5)
    arrived = m.PictureArrived(picture(None).picture._replace(course=course))
    state, _ = play(NEW, OPENED, READY, m.RunExited(1, Exit(0, 0)), arrived)
    assert state.at == 4
