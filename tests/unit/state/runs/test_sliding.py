"""A number under a hand: which texts are run, and when."""

from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.shapes import Drawing
from gradviz.layout.geometry import Size
from gradviz.model.moments.course import Course
from gradviz.model.wire import Exit, Ready
from gradviz.picture.picture import Picture, TensorRow
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.values.slide import Point, Slide
from tests.unit.state.playing import play

READY = m.EngineReady(Ready("2.13.0", "3.11", ""))
DRAWING = Drawing(Size(1, 1), (), (), ())


def answer(run: int) -> tuple[m.Message, m.Message]:
    return m.RunExited(run, Exit(0, 0)), m.PictureArrived(Picture(run, True, DRAWING, steps=1))


def drawn(text: str = "x = 1") -> AppState:
    """A program that has been run and drawn."""
    return play(AppState(), m.Opened(text), READY, *answer(1))[0]


def slid(text: str, hold: int = 1) -> m.Slid:
    """The number of a text such as "x = 2", slid to from 1."""
    return m.Slid(text, 1, float(text.split(" = ")[1]), 1.0, hold)


def ran(effects: list[do.Effect]) -> list[str]:
    """The texts that were run."""
    return [effect.request.source for effect in effects if isinstance(effect, do.StartRun)]


def test_the_first_move_runs_at_once_and_then_the_newest_when_that_is_drawn() -> None:
    state, done = play(drawn(), slid("x = 2"), slid("x = 3"), slid("x = 4"))
    assert ran(done) == ["x = 2"]
    assert (state.text, state.newer) == ("x = 2", slid("x = 4"))
    exited, pictured = answer(2)
    state, done = play(state, exited)
    assert ran(done) == []
    state, done = play(state, pictured)
    assert ran(done) == ["x = 4"]
    assert (state.text, state.newer, state.run) == ("x = 4", None, 3)
    exited, pictured = answer(3)
    state, done = play(state, slid("x = 5"), pictured, exited)  # the process may be gone later
    assert ran(done) == ["x = 5"]
    assert state.shown is not None
    assert (state.shown.run, state.running, state.awaited) == (3, True, True)
    state, done = play(state, *answer(4))
    assert ran(done) == []


def test_nothing_dims_and_no_problem_or_course_goes_away_while_a_newer_text_waits() -> None:
    state, _ = play(drawn(), slid("x = 2"), slid("x = 3"))
    assert state.current
    assert not state.dimmed
    state, _ = play(state, *answer(2))
    assert state.current
    assert not state.dimmed


def test_a_hand_that_rests_has_the_newest_run_whatever_goes_on() -> None:
    state, done = play(drawn(), slid("x = 2"), slid("x = 3"), m.SlideRested(), m.SlideRested())
    assert ran(done) == ["x = 2", "x = 3"]
    assert (state.text, state.newer) == ("x = 3", None)


def test_a_run_is_told_as_long_only_where_no_other_waits_for_it() -> None:
    state, _ = play(drawn(), m.Slid("x = 2", 1, 2, 1, 1), slid("x = 3"), m.RanLong(2))
    assert (state.slow, state.dimmed) == (False, False)
    state, _ = play(state, m.SlideRested(), m.RanLong(3))
    assert (state.slow, state.dimmed) == (True, True)


def test_going_back_to_what_runs_asks_for_no_other_run() -> None:
    state, done = play(drawn(), slid("x = 2"), slid("x = 3"), slid("x = 2"), m.SlideRested(), *answer(2))
    assert ran(done) == ["x = 2"]
    assert state.newer is None


def test_a_change_of_the_program_ends_it_and_knows_the_newest_text() -> None:
    state, done = play(drawn(), slid("x = 2"), slid("x = 3"), m.RunPressed())
    assert ran(done) == ["x = 2", "x = 3"]
    assert state.slide is None
    state, done = play(drawn(), slid("x = 2"), slid("x = 3"), m.Edited("x = 31"))
    assert ran(done) == ["x = 2", "x = 31"]
    assert (state.newer, state.slide) == (None, None)


def test_what_changed_from_one_number_to_the_next_is_not_marked() -> None:
    state, _ = play(drawn(), slid("x = 2"))
    assert not state.follows
    state, _ = play(state, *answer(2), m.Edited("x = 20"))
    assert state.follows


def test_other_grad_modes_beside_it_are_waited_for() -> None:
    state, _ = play(drawn(), m.BesideSet(True), m.RunExited(2, Exit(0, 0)), m.RunExited(3, Exit(0, 0)))
    state, done = play(state, slid("x = 2"), slid("x = 3"), *answer(4))
    assert ran(done) == ["x = 2"]
    beside = [effect.run for effect in done if isinstance(effect, do.RunBeside)]
    assert beside == [5]
    state, done = play(state, m.RunExited(5, Exit(0, 0)))
    assert ran(done) == []
    state, done = play(state, m.RunExited(6, Exit(0, 0)))
    assert ran(done) == ["x = 3"]


def test_without_live_it_runs_nothing_and_keeps_the_text() -> None:
    state, done = play(drawn(), m.LiveSet(False), slid("x = 2"), slid("x = 3"))
    assert ran(done) == []
    assert state.text == "x = 3"
    assert done[-1] == do.Remember("x = 3")


LEAF = TensorRow(0, "x", "()", "float32", True, True, "None", "", "", 1, "t0", number=1.0, slope=4.0)
LOSS = TensorRow(7, "loss", "()", "float32", True, False, "MulBackward0", "", "", 2, "t7", number=2.0)
OTHER = TensorRow(5, "y", "()", "float32", True, False, "MulBackward0", "", "", 2, "t5", number=9.0)


def told(run: int, *rows: TensorRow, root: int | None = 7, plain: bool = True) -> m.PictureArrived:
    return m.PictureArrived(Picture(run, True, DRAWING, rows, steps=1, root=root, plain=plain))


def slide(*messages: m.Message) -> Slide:
    """What is known of the number after messages to a program whose loss is 2."""
    state, _ = play(AppState(), m.Opened("x = 1"), READY, m.RunExited(1, Exit(0, 0)), told(1, LEAF, LOSS), *messages)
    assert state.slide is not None
    return state.slide


def test_each_run_that_came_back_is_a_point_from_where_the_hand_began() -> None:
    found = slide(
        slid("x = 2"), slid("x = 3"), told(2, LEAF._replace(number=2.0, slope=5.0), LOSS._replace(number=8.0))
    )
    assert (found.name, found.leaf) == ("loss", "x")
    assert found.points == (Point(1.0, 2.0, 4.0), Point(2.0, 8.0, 5.0))
    again = slide(slid("x = 2"), told(2, LEAF, LOSS), slid("x = 1"), told(3, LEAF, LOSS._replace(number=2.5)))
    assert [(point.at, point.value) for point in again.points] == [(2.0, 2.0), (1.0, 2.5)]


def test_a_step_back_leaves_what_the_number_was_at_the_end_of_the_run_as_the_first_point() -> None:
    course = Course("LL", (0, 1), (1, 2), (0, 0))
    end = m.PictureArrived(Picture(1, True, DRAWING, (LEAF, LOSS), steps=2, root=7, plain=True, course=course))
    step = m.PictureArrived(Picture(1, True, DRAWING, (LEAF._replace(number=7.0),), steps=2, step=0))
    begun = (m.Opened("x = 1"), READY, m.RunExited(1, Exit(0, 0)), end, m.StopChosen(0))
    second = told(2, LEAF._replace(number=2.0, slope=5.0), LOSS._replace(number=8.0))
    for messages in ((step, slid("x = 2")), (slid("x = 2"), step)):  # the step is seen, or still on its way
        state, _ = play(AppState(), *begun)
        assert state.at == 0
        state, _ = play(state, *messages, second)
        assert state.slide is not None
        assert state.slide.points == (Point(1.0, 2.0, 4.0), Point(2.0, 8.0, 5.0))


def test_a_slope_is_told_only_of_the_leaf_that_holds_the_number() -> None:
    def slope(text: str, *rows: TensorRow, root: int | None = 7, plain: bool = True) -> tuple[str, list[float | None]]:
        found = slide(slid(text), told(2, *rows, root=root, plain=plain))
        return found.leaf, [point.slope for point in found.points[1:]]

    held, loss = LEAF._replace(number=2.0000001), LOSS
    assert slope("x = 2", held, loss) == ("x", [4.0])
    assert slope("x: float = 2", held, loss) == ("x", [4.0])
    for other in (
        held._replace(number=2.001),  # an optimizer has moved it
        held._replace(line=2),
        held._replace(slope=None),
        held._replace(number=None),
        held._replace(name="x2"),
    ):
        assert slope("x = 2", other, loss) == ("", [None])
    assert slope("x = 2", held, held._replace(tensor=3), loss) == ("", [None])
    assert slope("x = 2", held, loss, plain=False) == ("", [None])  # backward() was called more than once
    assert slope("x = 2", held, loss, root=None) == ("x", [])  # what was told before stays


def test_what_is_selected_is_looked_at_in_place_of_the_root_and_its_slope_is_not_known() -> None:
    program = (m.Opened("x = 1"), READY, m.RunExited(1, Exit(0, 0)), told(1, LEAF, OTHER, LOSS))
    state, _ = play(
        AppState(), *program, m.TensorChosen(5), slid("x = 2"), told(2, LEAF._replace(number=2.0), OTHER, LOSS)
    )
    assert state.slide is not None
    assert (state.slide.name, state.slide.leaf) == ("y", "")
    assert state.slide.points == (Point(1.0, 9.0), Point(2.0, 9.0))
    state, _ = play(state, m.TensorChosen(7), slid("x = 3"), told(3, LEAF, OTHER, LOSS))
    assert state.slide is not None
    assert (state.slide.name, state.slide.points) == ("loss", (Point(3.0, 2.0),))
    state, _ = play(state, m.TensorChosen(0), slid("x = 4"), told(4, LEAF, OTHER, LOSS))
    assert state.slide is not None
    assert state.slide.name == "loss"


def test_another_hold_begins_another_curve_and_pictures_of_no_end_add_nothing() -> None:
    found = slide(slid("x = 2"), told(2, LEAF, LOSS), slid("x = 3", 2))
    assert found.points == (Point(1.0, 2.0, 4.0),)
    unfinished = m.PictureArrived(Picture(2, False, DRAWING, (LEAF, LOSS), root=7))
    late = told(1, LEAF, LOSS)
    assert len(slide(slid("x = 2"), unfinished, late).points) == 1
    assert slide(slid("x = 2"), told(2)).name == "loss"
    state, _ = play(AppState(), m.Opened("x = 1"), slid("x = 2"))
    assert state.slide is not None
    assert state.slide.points == ()


@given(st.lists(st.one_of(st.integers(0, 9), st.just("rest"), st.just("answer")), max_size=30))
def test_never_more_than_one_text_waits_and_the_last_is_run_in_the_end(doings: list[int | str]) -> None:
    state, last, runs = drawn(), "x = 1", list[str]()
    for doing in doings:
        if doing == "answer":
            messages: tuple[m.Message, ...] = answer(state.run) if state.busy else ()
        else:
            last = last if doing == "rest" else f"x = {doing}"
            messages = (m.SlideRested() if doing == "rest" else slid(last),)
        state, done = play(state, *messages)
        runs += ran(done)
        assert (state.newer.text if state.newer else state.text) == last
        assert len(runs) <= len(doings)
    state, done = play(state, m.SlideRested(), *answer(state.run))
    while state.busy:
        state, _ = play(state, *answer(state.run))
    assert state.text == last
    assert state.request is not None
    assert state.request.source == last
