"""Stepping through a run, message by message."""

from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradviz.drawing.pages.change import Change
from gradviz.drawing.shapes import Drawing
from gradviz.layout.geometry import Size
from gradviz.model.moments.course import Course
from gradviz.model.trace import Output
from gradviz.model.wire import Exit, Ready
from gradviz.picture.picture import Options, Picture, TensorRow
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.looking.stepping import StepLines, carried, presented, step_lines
from gradviz.state.update import update
from gradviz.state.values.told import Refusal
from tests.unit.state.playing import play

READY = m.EngineReady(Ready("2.13.0", "3.11", ""))
#        0 1 2 3 4 5 6  as for: x = ...; y = x * x; y.backward(); print(x.grad)
COURSE = Course("LLOLBAL", (0, 2, 3, 4, 6, 8, 9), (1, 2, 2, 3, 3, 3, 4), (0,) * 7)
LOOP = Course("LLOLOLOO", (0, 1, 2, 3, 4, 5, 6, 7), (1, 2, 2, 2, 2, 2, 2, 2), (0,) * 8)
# A loop of two rounds on lines 3 and 4, each with a call of the function of lines 1 and 2, and then line 5.
CALLS = Course(
    "LLLLOLOLLLOL", tuple(range(12)), (3, 4, 1, 2, 2, 3, 3, 4, 1, 2, 4, 5), (0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0)
)


def row(value: str) -> TensorRow:
    return TensorRow(0, "x", "()", "float32", True, True, "None", value, "None", 1, None)


def picture(run: int, step: int | None = None, course: Course = COURSE, value: str = "1") -> m.PictureArrived:
    told = course if step is None else Course()
    drawing = Drawing(Size(1, 1), (), (), (), title=str(step))
    return m.PictureArrived(Picture(run, True, drawing, (row(value),), steps=10, course=told, step=step))


def ended(course: Course = COURSE) -> AppState:
    """A run that has come to its end and is drawn."""
    return play(AppState(), m.Opened("x"), READY, m.RunExited(1, Exit(0, 0)), picture(1, course=course))[0]


def answered(state: AppState) -> AppState:
    """The state after the picture that it wants."""
    return update(state, picture(state.run, state.wanted.step))[0]


def at(where: int | None, course: Course = COURSE) -> AppState:
    return answered(update(ended(course), m.StopChosen(where))[0])


def steps(effects: Iterable[do.Effect]) -> list[int | None]:
    """The steps of which pictures were asked for."""
    return [effect.options.step for effect in effects if isinstance(effect, do.Redraw)]


def test_the_course_comes_with_the_end_of_a_run_and_begins_there() -> None:
    state = ended()
    assert state.course == COURSE
    assert state.at is None
    assert state.steppable
    assert state.wanted == state.options
    assert step_lines(state) == StepLines()


def test_a_stop_asks_for_the_picture_of_its_step() -> None:
    state, effects = play(ended(), m.StopChosen(2))
    assert effects == [do.Redraw(1, state.options._replace(step=3), 0), do.Watch(1)]
    assert state.at == 2
    assert state.busy
    state = answered(state)
    assert not state.busy
    assert state.shown
    assert state.shown.drawing.title == "3"
    assert state.course == COURSE


def test_the_end_is_there_already_unless_it_is_to_look_otherwise() -> None:
    state, effects = play(at(2), m.StopChosen(None))
    assert effects == []
    assert (state.shown, state.table) == (ended().shown, ended().table)
    assert not state.busy
    backward = answered(update(at(2), m.OptionsSet(Options(view="backward")))[0])
    assert steps(play(backward, m.StopChosen(None))[1]) == [None]
    assert steps(play(at(2), m.StopChosen(1), m.StopChosen(None), picture(1, 2))[1]) == [2, None]


def test_the_stop_that_is_shown_is_not_asked_for_again() -> None:
    assert play(at(2), m.StopChosen(2))[1] == []


@pytest.mark.parametrize(
    ("start", "message", "end"),
    [
        (0, m.Stepped(1), 1),
        (6, m.Stepped(1), None),
        (None, m.Stepped(1), 0),
        (None, m.Stepped(-1), 6),  # a line that is about to run: not what the end is
        (3, m.Stepped(-1), 2),
        (0, m.Stepped(-1), 0),
        (0, m.LineStepped(1), 1),
        (1, m.LineStepped(1), 3),
        (3, m.LineStepped(1), 6),
        (6, m.LineStepped(1), None),
        (None, m.LineStepped(1), 0),
        (None, m.LineStepped(1, "over"), 0),
        (None, m.LineStepped(-1), 6),
        (5, m.LineStepped(-1), 3),
        (0, m.LineStepped(-1), 0),
        (3, m.StopChosen(None), None),
        (3, m.StopChosen(99), None),
        (3, m.StopChosen(-1), 0),
        (None, m.RanTo(3), 3),
        (0, m.RanTo(4), 6),
        (4, m.RanTo(2), 1),  # round again
        (2, m.RanTo(7), 2),  # never runs
        (None, m.RanTo(7), None),
        (2, m.Continued(), None),
    ],
)
def test_where_a_step_leads(start: int | None, message: m.Message, end: int | None) -> None:
    assert update(at(start), message)[0].at == end


@pytest.mark.parametrize(
    ("start", "message", "end"),
    [
        (1, m.LineStepped(1), 2),
        (1, m.LineStepped(1, "over"), 5),
        (2, m.LineStepped(1, "over"), 3),
        (3, m.LineStepped(1, "over"), 5),
        (5, m.LineStepped(-1, "over"), 1),
        (7, m.LineStepped(1, "over"), 11),
        (11, m.LineStepped(1, "over"), None),
        (0, m.LineStepped(-1, "over"), 0),
        (2, m.LineStepped(1, "out"), 5),
        (4, m.LineStepped(1, "out"), 5),
        (9, m.LineStepped(1, "out"), 11),
        (9, m.LineStepped(-1, "out"), 7),
        (1, m.LineStepped(1, "out"), None),  # the program itself is left at its end
        (0, m.LineStepped(1, "again"), 5),
        (1, m.LineStepped(1, "again"), 7),
        (10, m.LineStepped(-1, "again"), 7),
        (7, m.LineStepped(-1, "again"), 1),
        (2, m.LineStepped(1, "again"), 8),  # the call of the other round
        (7, m.LineStepped(1, "again"), 7),
        (0, m.LineStepped(-1, "again"), 0),
        (None, m.LineStepped(1, "again"), None),
    ],
)
def test_into_over_and_out_of_calls_and_from_round_to_round(
    start: int | None, message: m.Message, end: int | None
) -> None:
    assert update(at(start, CALLS), message)[0].at == end
    assert update(ended(CALLS), m.LineStepped(-1, "over"))[0].at == 11


def test_back_from_the_end_is_a_state_that_differs_from_it() -> None:
    assert update(ended(LOOP), m.Stepped(-1))[0].at == 6
    assert update(ended(Course("O", (0,), (1,), (0,))), m.Stepped(-1))[0].at == 0


def test_no_next_line_is_the_end() -> None:
    assert update(at(6, LOOP), m.LineStepped(1))[0].at is None


def test_to_the_cursor_is_each_time_that_its_line_is_reached() -> None:
    state, places = ended(LOOP), []
    for _ in range(4):
        state = update(state, m.RanTo(2))[0]
        places.append(state.at)
    assert places == [1, 3, 5, 1]


def test_to_a_line_that_only_ops_are_on() -> None:
    course = Course("LOO", (0, 1, 2), (1, 2, 3), (0, 0, 0))
    assert update(ended(course), m.RanTo(3))[0].at == 2


def test_continuing_goes_from_breakpoint_to_breakpoint() -> None:
    state = update(ended(LOOP), m.BreakpointToggled(2))[0]
    places = []
    for _ in range(5):
        state = update(state, m.Continued())[0]
        places.append(state.at)
    assert places == [1, 3, 5, None, 1]
    assert update(state, m.BreakpointToggled(2))[0].breakpoints == frozenset()


def test_a_key_held_down_asks_for_the_newest_wish_only() -> None:
    state, effects = play(ended(), *[m.StopChosen(0)] + [m.Stepped(1)] * 5)
    assert steps(effects) == [0]
    state, effects = play(state, picture(1, 0))
    assert steps(effects) == [8]
    assert state.awaited
    assert state.shown
    assert state.shown.drawing.title == "0"  # what is on its way is seen
    state, effects = play(state, picture(1, 8))
    assert effects == []
    assert not state.awaited


def test_another_view_of_a_step_waits_its_turn() -> None:
    state, effects = play(ended(), m.StopChosen(2), m.OptionsSet(Options(view="backward")))
    assert steps(effects) == [3]
    effects = play(state, picture(1, 3))[1]
    assert effects[0] == do.Redraw(1, Options(view="backward", step=3), 0)


def test_a_run_that_goes_on_is_told_at_once() -> None:
    running = play(AppState(), m.Opened("x"), READY)[0]
    assert play(running, m.OptionsSet(Options(view="backward")))[1][0] == do.Redraw(1, Options(view="backward"))
    assert play(running, m.Stepped(1), m.StopChosen(0))[1] == []


def test_a_line_is_about_to_run_or_has_been_at_work() -> None:
    assert step_lines(at(0)) == StepLines(about=1)
    assert step_lines(at(1)) == StepLines(about=2, done=1)
    assert step_lines(at(2)) == StepLines(done=2)
    assert step_lines(at(0, Course("BL", (0, 1), (0, 0)))) == StepLines()
    assert step_lines(at(1, Course("BL", (0, 1), (0, 0)))) == StepLines()


@pytest.mark.parametrize("message", [m.RunPressed(), m.Edited("xy"), m.Opened("z"), m.ModeSet("no_grad"), m.Edited("")])
def test_whatever_makes_another_run_returns_to_the_end(message: m.Message) -> None:
    state, effects = play(update(at(2), m.PlaySet(True))[0], message)
    assert state.at is None
    assert not state.playing
    assert state.course == Course()
    assert not state.steppable
    assert state.shown is None or state.shown.drawing.title == "None"
    starts = [effect for effect in effects if isinstance(effect, do.StartRun)]
    assert all(effect.options.step is None for effect in starts)
    assert update(state, m.Stepped(-1)) == (state._replace(playing=False), ())


def test_an_edit_that_does_not_run_shows_the_end_and_its_undoing_the_steps() -> None:
    state, effects = play(at(2), m.LiveSet(False), m.Edited("xy"))
    assert state.at is None
    assert state.dimmed
    assert steps(effects) == []
    state, effects = play(state, m.Edited("x"), m.StopChosen(2))
    assert steps(effects) == [3]
    assert not state.dimmed


def test_an_answer_of_a_step_that_was_left_is_followed_by_one_of_the_end() -> None:
    state = play(at(2), m.LiveSet(False), m.StopChosen(0), m.Edited("xy"))[0]
    state, effects = play(state, picture(1, 0))
    assert steps(effects) == [None]
    assert answered(state).shown == ended().shown


def test_without_the_picture_process_there_is_nothing_to_step_through() -> None:
    state = play(at(2), m.PlaySet(True), m.PictureEnded("gone"), m.Ticked())[0]
    assert not state.steppable
    assert not state.playing
    assert play(state, m.Stepped(1)) == (state, [])


def test_a_picture_that_ended_another_is_not_asked_for() -> None:
    state = play(ended(), m.StopChosen(0), m.StopChosen(2), m.StopPressed())[0]
    assert not state.traced
    assert play(state, picture(1, 0))[1] == []


def test_playing_goes_from_the_first_stop_to_the_end() -> None:
    state, effects = play(ended(), m.PlaySet(True))
    places = [state.at]
    while state.playing:
        state = answered(state)
        state = update(state, m.Ticked())[0]
        places.append(state.at)
    assert places == [0, 1, 2, 3, 4, 5, 6, None]
    assert steps(effects) == [0]


def test_playing_goes_on_from_a_stop_and_waits_for_its_picture() -> None:
    state, effects = play(at(3), m.PlaySet(True))
    assert (state.at, effects) == (3, [])
    state = play(state, m.Ticked(), m.Ticked(), m.Ticked())[0]
    assert state.at == 4
    state = play(answered(state), m.PlaySet(False), m.Ticked())[0]
    assert state.at == 4
    assert not state.playing


def test_playing_stops_before_a_breakpoint_and_when_a_person_steps() -> None:
    state = play(at(2), m.BreakpointToggled(3), m.PlaySet(True), m.Ticked())[0]
    assert state.at == 3
    assert not state.playing
    assert not play(state, m.PlaySet(True), m.Stepped(1))[0].playing


def test_speed() -> None:
    assert update(ended(), m.SpeedSet(4.0))[0].speed == 4.0


def test_the_rows_before_are_those_of_the_step_before() -> None:
    state = play(ended(), m.StopChosen(0), picture(1, 0, value="2"))[0]
    assert state.earlier == (row("1"),)
    state = play(state, m.StopChosen(1), picture(1, 2, value="3"))[0]
    assert state.earlier == (row("2"),)
    state = play(state, m.OptionsSet(Options(view="backward")), picture(1, 2, value="3"))[0]
    assert state.earlier == (row("2"),)
    assert answered(update(state, m.StopChosen(None))[0]).earlier is None


def test_a_step_shows_what_had_been_printed_by_then() -> None:
    state = ended()
    assert state.printed is not None
    pieces = (Output(1, "one\n"), Output(2, "two\n"), Output(3, "three\n"))
    state = state._replace(printed=state.printed._replace(output=pieces))
    assert state.output == pieces
    step = picture(1, 3)
    state = play(state, m.StopChosen(2), step._replace(picture=step.picture._replace(printed=6)))[0]
    assert [piece.text for piece in state.output] == ["one\n", "tw"]
    state = state._replace(table=state.table._replace(printed=14) if state.table else None)
    assert state.output == pieces
    state = state._replace(table=state.table._replace(printed=0) if state.table else None)
    assert state.output == ()
    assert state._replace(printed=None).output == ()
    assert play(state, m.StopChosen(None))[0].output == pieces


def test_a_step_leaves_what_was_printed_where_it_is() -> None:
    state = ended()
    assert play(state, m.StopChosen(2), picture(1, 3))[0].printed is state.printed


def test_a_word_is_read_when_the_person_steps() -> None:
    state = play(ended(), m.Told("line 9 did not run"), m.Stepped(-1))[0]
    assert state.said == ""


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("a\nb\nc", "a\nb\nc", {2, 3}),
        ("a\nb\nc", "new\na\nb\nc", {3, 4}),
        ("a\nb\nc", "a\nb changed\nc", {2, 3}),
        ("a\nb\nc", "a\n\nb\nc", {3, 4}),
        ("a\nb\nc", "a\nb\n\nc", {2, 4}),
        ("a\nb\nc", "b\nc", {1, 2}),
        ("a\nb\nc", "a\nc", {2}),
        ("a\nb\nc", "", set()),
        ("a\nb\nc", "entirely\nanother\nprogram\nof four", {2, 3}),
    ],
)
def test_breakpoints_go_along_with_their_lines(before: str, after: str, lines: set[int]) -> None:
    assert carried(frozenset({2, 3}), before, after) == lines
    assert carried(frozenset(), before, after) == frozenset()


@given(st.lists(st.sampled_from("ab")), st.lists(st.sampled_from("ab")), st.sets(st.integers(1, 9)))
def test_a_breakpoint_stands_on_a_line_that_there_is(before: list[str], after: list[str], lines: set[int]) -> None:
    kept = carried(
        frozenset(line for line in lines if line <= max(1, len(before))), "\n".join(before), "\n".join(after)
    )
    assert all(1 <= line <= max(1, len(after)) for line in kept)


def test_another_program_has_no_breakpoints() -> None:
    state = play(AppState(), m.Opened("a\nb"), m.BreakpointToggled(2), m.Edited("\na\nb"))[0]
    assert state.breakpoints == {3}
    assert update(state, m.Opened("a\nb\nc"))[0].breakpoints == frozenset()


MESSAGES = st.one_of(
    st.sampled_from([m.Stepped(1), m.Stepped(-1), m.LineStepped(1), m.LineStepped(-1), m.Continued(), m.Ticked()]),
    st.builds(m.StopChosen, st.none() | st.integers(-2, 12)),
    st.builds(m.RanTo, st.integers(0, 9)),
    st.builds(m.PlaySet, st.booleans()),
    st.builds(m.BreakpointToggled, st.integers(1, 4)),
    st.sampled_from([m.Edited("x"), m.Edited("xy"), m.Edited(""), m.RunPressed(), m.StopPressed(), m.LiveSet(False)]),
    st.just("answer"),
)


@example([m.LiveSet(False), m.Edited(""), m.Edited("x")])
@given(st.lists(MESSAGES, max_size=30))
def test_whatever_happens_the_stop_is_one_of_the_course(messages: list[m.Message | str]) -> None:
    state, rubbed_out = ended(), False
    for message in messages:
        asked = state.asked
        step = asked.step if asked and state.course.kinds else None
        state, effects = update(state, picture(state.run, step) if isinstance(message, str) else message)
        assert state.at is None or 0 <= state.at < len(state.course.kinds)
        assert not (state.playing and state.at is None)
        assert len(steps(effects)) <= 1
        rubbed_out = state.table is None and (rubbed_out or message == m.Edited(""))
        if state.steppable and not state.busy and not rubbed_out:  # what was wished for is what is shown
            assert state.table
            assert state.table.step == state.wanted.step


def with_change(message: m.PictureArrived, number: int, since: int) -> m.PictureArrived:
    """The picture as the change of the drawing of another."""
    drawing = message.picture.drawing
    assert drawing is not None
    by = Change(since, drawing.size, (), (), (), "then")
    return m.PictureArrived(message.picture._replace(drawing=None, change=by, number=number))


def test_a_change_is_made_to_the_drawing_that_is_shown() -> None:
    state, effects = play(ended(), m.StopChosen(2), with_change(picture(1, 3), 5, 0), m.Stepped(1))
    assert state.shown is not None
    assert (state.shown.drawing.description, state.shown.number) == ("then", 5)
    assert [effect.since for effect in effects if isinstance(effect, do.Redraw)] == [0, 5]


def test_a_change_of_another_drawing_is_asked_for_anew() -> None:
    state, effects = play(ended(), m.StopChosen(2), with_change(picture(1, 3), 5, 4))
    assert steps(effects) == [3, 3]
    assert state.awaited
    assert play(state, with_change(picture(7, 3), 5, 4)) == (state, [])


def test_a_program_that_was_rubbed_out_and_comes_back_unrun_is_shown_at_the_step_that_is_chosen() -> None:
    unwalled = m.EngineReady(Ready("2.13.0", "3.11", "no wall here"))
    run = (m.Opened("x"), unwalled, m.RunPressed(), m.RunExited(1, Exit(0, 0)), picture(1))
    back, _ = play(AppState(), *run, m.Edited(""), m.Edited("x"))
    assert back.steppable
    assert back.table is None  # nothing is shown that all could speak of until then
    asked, effects = play(back, m.StopChosen(2))
    assert steps(effects) == [3]
    assert presented(asked) == asked
    there = answered(asked)
    assert (presented(there).at, there.shown is not None) == (2, True)


def test_all_speaks_of_the_step_that_is_shown_until_another_is_there() -> None:
    there = at(2)
    asked = update(there, m.StopChosen(4))[0]
    assert presented(asked) == presented(there) == there
    both = update(asked, m.StopChosen(5))[0]  # while a key is held down
    between = update(both, picture(both.run, COURSE.steps[4]))[0]
    assert (between.at, presented(between).at, presented(between).awaited) == (5, 4, False)
    assert presented(update(update(there, m.StopChosen(None))[0], m.Stepped(-1))[0]).at is None
    slow = update(asked, m.RanLong(asked.run))[0]
    assert presented(slow) is slow  # somebody waits: where to is told
    assert presented(update(asked, m.Edited("y"))[0]).at is None


def test_a_key_held_down_goes_through_a_run_once() -> None:
    state = at(None)
    for _ in range(3 * len(state.course.kinds)):
        state, _ = play(state, m.Stepped(1))
    assert (state.at, state.said) == (None, Refusal.END)
    state, _ = play(state, m.Stepped(-1))
    assert (state.at, state.said) == (6, "")
    assert play(state, m.StopChosen(None), m.LineStepped(1))[0].said is Refusal.END
