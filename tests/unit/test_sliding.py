"""A number under a hand: which texts are run, and when."""

from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.shapes import Drawing
from gradviz.layout.geometry import Size
from gradviz.model.wire import Exit, Ready
from gradviz.picture.picture import Picture
from gradviz.state import messages as m
from gradviz.state.slidemessages import Slid, SlideRested
from gradviz.state.values import AppState
from tests.unit.playing import play

READY = m.EngineReady(Ready("2.13.0", "3.11", ""))
DRAWING = Drawing(Size(1, 1), (), (), ())


def answer(run: int) -> tuple[m.Message, m.Message]:
    return m.RunExited(run, Exit(0, 0)), m.PictureArrived(Picture(run, True, DRAWING, steps=1))


def drawn(text: str = "x = 1") -> AppState:
    """A program that has been run and drawn."""
    return play(AppState(), m.Opened(text), READY, *answer(1))[0]


def ran(effects: list[m.Effect]) -> list[str]:
    """The texts that were run."""
    return [effect.request.source for effect in effects if isinstance(effect, m.StartRun)]


def test_the_first_move_runs_at_once_and_then_the_newest_when_that_is_drawn() -> None:
    state, done = play(drawn(), Slid("x = 2"), Slid("x = 3"), Slid("x = 4"))
    assert ran(done) == ["x = 2"]
    assert (state.text, state.newer) == ("x = 2", "x = 4")
    exited, pictured = answer(2)
    state, done = play(state, exited)
    assert ran(done) == []
    state, done = play(state, pictured)
    assert ran(done) == ["x = 4"]
    assert (state.text, state.newer, state.run) == ("x = 4", None, 3)
    exited, pictured = answer(3)
    state, done = play(state, Slid("x = 5"), pictured, exited)  # the process may be gone later
    assert ran(done) == ["x = 5"]
    assert state.shown is not None
    assert (state.shown.run, state.running, state.awaited) == (3, True, True)
    state, done = play(state, *answer(4))
    assert ran(done) == []


def test_nothing_dims_and_no_problem_or_course_goes_away_while_a_newer_text_waits() -> None:
    state, _ = play(drawn(), Slid("x = 2"), Slid("x = 3"))
    assert state.current
    assert not state.dimmed
    state, _ = play(state, *answer(2))
    assert state.current
    assert not state.dimmed


def test_a_hand_that_rests_has_the_newest_run_whatever_goes_on() -> None:
    state, done = play(drawn(), Slid("x = 2"), Slid("x = 3"), SlideRested(), SlideRested())
    assert ran(done) == ["x = 2", "x = 3"]
    assert (state.text, state.newer) == ("x = 3", None)


def test_going_back_to_what_runs_asks_for_no_other_run() -> None:
    state, done = play(drawn(), Slid("x = 2"), Slid("x = 3"), Slid("x = 2"), SlideRested(), *answer(2))
    assert ran(done) == ["x = 2"]
    assert state.newer is None


def test_a_change_of_the_program_ends_it_and_knows_the_newest_text() -> None:
    state, done = play(drawn(), Slid("x = 2"), Slid("x = 3"), m.RunPressed())
    assert ran(done) == ["x = 2", "x = 3"]
    assert not state.sliding
    state, done = play(drawn(), Slid("x = 2"), Slid("x = 3"), m.Edited("x = 31"))
    assert ran(done) == ["x = 2", "x = 31"]
    assert (state.newer, state.sliding) == (None, False)


def test_what_changed_from_one_number_to_the_next_is_not_marked() -> None:
    state, _ = play(drawn(), Slid("x = 2"))
    assert not state.follows
    state, _ = play(state, *answer(2), m.Edited("x = 20"))
    assert state.follows


def test_other_grad_modes_beside_it_are_waited_for() -> None:
    state, _ = play(drawn(), m.BesideSet(True), m.RunExited(2, Exit(0, 0)), m.RunExited(3, Exit(0, 0)))
    state, done = play(state, Slid("x = 2"), Slid("x = 3"), *answer(4))
    assert ran(done) == ["x = 2"]
    beside = [effect.run for effect in done if isinstance(effect, m.RunBeside)]
    assert beside == [5]
    state, done = play(state, m.RunExited(5, Exit(0, 0)))
    assert ran(done) == []
    state, done = play(state, m.RunExited(6, Exit(0, 0)))
    assert ran(done) == ["x = 3"]


def test_without_live_it_runs_nothing_and_keeps_the_text() -> None:
    state, done = play(drawn(), m.LiveSet(False), Slid("x = 2"), Slid("x = 3"))
    assert ran(done) == []
    assert state.text == "x = 3"
    assert done[-1] == m.Remember("x = 3")


@given(st.lists(st.one_of(st.integers(0, 9), st.just("rest"), st.just("answer")), max_size=30))
def test_never_more_than_one_text_waits_and_the_last_is_run_in_the_end(doings: list[int | str]) -> None:
    state, last, runs = drawn(), "x = 1", list[str]()
    for doing in doings:
        if doing == "answer":
            messages: tuple[m.Message, ...] = answer(state.run) if state.busy else ()
        else:
            last = last if doing == "rest" else f"x = {doing}"
            messages = (SlideRested() if doing == "rest" else Slid(last),)
        state, done = play(state, *messages)
        runs += ran(done)
        assert (state.newer or state.text) == last
        assert len(runs) <= len(doings)
    state, done = play(state, SlideRested(), *answer(state.run))
    while state.busy:
        state, _ = play(state, *answer(state.run))
    assert state.text == last
    assert state.request is not None
    assert state.request.source == last
