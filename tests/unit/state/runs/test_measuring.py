"""When the window measures: only what is looked at, whole and at rest; never in the way of a picture."""

import pytest

from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.layout.geometry import Rect, Size
from gradviz.model.costs.table import CostRow, CostTable
from gradviz.model.program import MAX_SOURCE
from gradviz.model.trace import Limit
from gradviz.model.wire import Exit, Ready, Request
from gradviz.picture.picture import Options, Picture, Problem
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.runs.measuring import BUDGET, LIMITS
from gradviz.state.values.measuring import Measuring
from tests.unit.state.playing import play

DONE, KILLED = Exit(0, 0), Exit(0, 9)
READY = m.EngineReady(Ready("2", "3", ""))
UNWALLED = m.EngineReady(Ready("2", "3", "none here"))
NODE = Mark("a", Role.LEAF, Rect(0, 0, 1, 1), (), (), "a", "")
DRAWING = Drawing(Size(1, 1), (), (), (NODE,))
ROW = CostRow("time", ("1 µs", "1 µs", "1 µs"), (1.0, 1.0, 1.0))
BYTES = CostTable(("a", "b", "c"), (), ("few",))
TABLE = CostTable(("a", "b", "c"), (ROW,), ("same",), runs=9)
WHOLE = TABLE._replace(done=True)
ERROR = Problem("error", 2, 0, None, 0, "no", "E: no", None)


def rests(effects: list[do.Effect]) -> list[int]:
    """The runs after which rest is waited for; a tuple is equal to others of the same parts."""
    return [effect.run for effect in effects if isinstance(effect, do.Rest)]


def answer(run: int, steps: int = 3, *problems: Problem, limit: Limit | None = None) -> m.PictureArrived:
    return m.PictureArrived(Picture(run, True, DRAWING, problems=problems, limits=limit, steps=steps))


def seen() -> AppState:
    """A program that is run and drawn, with the costs in view and not yet measured."""
    state, effects = play(AppState(), m.CostsSeen(True), m.Opened("x"), READY, m.RunExited(1, DONE), answer(1))
    assert rests(effects) == [1]
    return state


def measured() -> AppState:
    return play(seen(), m.Rested(1), m.CostsArrived(2, WHOLE), m.RunExited(2, DONE))[0]


def test_a_picture_at_rest_is_measured_under_a_number_of_its_own() -> None:
    state, effects = play(seen(), m.Rested(1))
    assert effects == [do.Measure(2, Request("x", limits=LIMITS, budget=BUDGET))]
    assert state.measuring.going
    assert not state.busy
    state, _ = play(state, m.CostsArrived(2, TABLE))
    assert state.measuring.table == TABLE
    state, effects = play(state, m.CostsArrived(2, WHOLE), m.RunExited(2, DONE))
    assert effects == []
    assert state.measuring == Measuring(True, False, 2, False, "x", WHOLE, "x")
    assert play(state, m.Edited("xy"))[1][0] == do.StartRun(3, Request("xy"), state.options)


def test_what_nobody_looks_at_is_not_measured() -> None:
    state, effects = play(AppState(), m.Opened("x"), READY, m.RunExited(1, DONE), answer(1), m.Rested(1))
    assert not rests(effects)
    assert rests(play(state, m.CostsSeen(True))[1]) == [1]
    assert rests(play(state, m.CostsSeen(True), m.CostsSeen(False), m.Rested(1))[1]) == [1]


def test_typing_puts_it_off_and_ends_it() -> None:
    state, effects = play(seen(), m.Edited("xy"), m.Rested(1), m.Rested(2))
    assert not state.measuring.going
    state, effects = play(state, m.RunExited(2, DONE), answer(2), m.Rested(2))
    assert effects[-1] == do.Measure(3, Request("xy", limits=LIMITS, budget=BUDGET))
    state, _ = play(state, m.CostsArrived(3, TABLE), m.Edited("xyz"), m.CostsArrived(3, WHOLE), m.RunExited(3, KILLED))
    assert state.measuring.table == TABLE  # and of what is pale now
    assert state.measuring.of == "xy"
    assert not state.measuring.going
    state, effects = play(state, m.Edited("xy"), m.RunExited(5, DONE), answer(5), m.Rested(5))
    assert effects[-1] == do.Measure(6, Request("xy", limits=LIMITS, budget=BUDGET))  # it had been cut short


def test_another_seed_has_it_measured_anew_from_that_seed() -> None:
    state, _ = play(measured(), m.SeedSet(7))
    assert state.measuring.table is None
    _, effects = play(state, m.RunExited(3, DONE), answer(3), m.Rested(3))
    assert effects[-1] == do.Measure(4, Request("x", seed=7, limits=LIMITS, budget=BUDGET))


def test_the_grad_mode_chosen_changes_no_costs() -> None:
    state, effects = play(measured(), m.ModeSet("no_grad"), m.RunExited(3, DONE), answer(3), m.Rested(3))
    assert not any(isinstance(effect, do.Rest | do.Measure) for effect in effects)
    assert state.measuring.of == state.text


@pytest.mark.parametrize(
    ("how", "picture"),
    [
        (DONE, answer(2, 0, ERROR)),  # no program
        (KILLED, answer(2)),
        (DONE, answer(2, limit=Limit("ops", ""))),
    ],
)
def test_what_did_not_run_to_its_own_end_is_not_measured(how: Exit, picture: m.PictureArrived) -> None:
    _, effects = play(seen(), m.Edited("xy"), m.RunExited(2, how), picture)
    assert not rests(effects)


def test_a_program_that_raises_is_measured() -> None:
    _, effects = play(seen(), m.Edited("xy"), m.RunExited(2, DONE), answer(2, 3, ERROR))
    assert rests(effects) == [2]


def test_what_was_stopped_is_not_measured() -> None:
    _, effects = play(seen(), m.Edited("xy"), m.StopPressed(), m.RunExited(2, DONE), answer(2))
    assert not rests(effects)


def test_without_a_wall_only_the_person_measures() -> None:
    state, effects = play(AppState(), m.CostsSeen(True), m.Opened("x"), UNWALLED)
    state, effects = play(state, m.RunPressed(), m.RunExited(1, DONE), answer(1))
    assert not rests(effects)
    _, effects = play(state, m.MeasurePressed(), m.Rested(1))
    assert effects == [do.Rest(1), do.Measure(2, Request("x", limits=LIMITS, budget=BUDGET))]


def test_a_press_waits_for_the_picture_and_can_be_taken_back() -> None:
    state, effects = play(seen(), m.Edited("xy"), m.MeasurePressed())
    assert not rests(effects)
    assert not play(state, m.MeasurePressed())[0].measuring.pressed
    _, effects = play(state, m.RunExited(2, DONE), answer(2, 0, ERROR))
    assert rests(effects) == [2]


@pytest.mark.parametrize("text", [" ", "#" * (MAX_SOURCE + 1)])
def test_no_program_and_too_long_a_one_are_not_measured(text: str) -> None:
    assert not rests(play(AppState(), READY, m.Opened(text), m.MeasurePressed())[1])


def test_a_press_stops_and_what_was_stopped_stays_so() -> None:
    state, effects = play(seen(), m.Rested(1), m.CostsArrived(2, TABLE), m.MeasurePressed())
    assert effects[-1] == do.CancelRun(2)
    state, effects = play(state, m.RunExited(2, KILLED), m.CostsArrived(2, WHOLE))
    assert effects == []
    assert state.measuring.table == WHOLE
    assert rests(play(state, m.MeasurePressed())[1]) == [1]


def test_old_costs_stay_until_there_are_times() -> None:
    state, _ = play(measured(), m.Edited("xy"), m.RunExited(3, DONE), answer(3), m.Rested(3))
    state, _ = play(state, m.CostsArrived(4, BYTES))
    assert (state.measuring.table, state.measuring.of) == (WHOLE, "x")
    assert play(seen(), m.Rested(1), m.CostsArrived(2, BYTES))[0].measuring.table == BYTES
    assert play(state, m.CostsArrived(2, TABLE))[0] == state  # of a run long gone
    state, _ = play(state, m.CostsArrived(4, TABLE))
    assert (state.measuring.table, state.measuring.of) == (TABLE, "xy")


def test_costs_of_another_program_are_put_away() -> None:
    state, _ = play(measured(), m.Opened("other"))
    assert state.measuring == Measuring(True, run=2)


def test_a_limit_that_ends_it_is_told() -> None:
    state, _ = play(seen(), m.Rested(1), m.RunExited(2, Exit(0, 9, "time")))
    assert (state.measuring.going, state.measuring.limit) == (False, "time")
    assert play(state, m.MeasurePressed(), m.Rested(1))[0].measuring.limit is None


def test_an_engine_that_ends_measures_no_more_and_not_again() -> None:
    state, _ = play(seen(), m.Rested(1), m.EngineEnded("gone"))
    assert not state.measuring.going
    assert not rests(play(state, READY)[1])


def test_the_heat_of_times_has_a_program_measured_beside_no_panel() -> None:
    state, _ = play(AppState(), m.Opened("x"), READY, m.RunExited(1, DONE), answer(1))
    assert not rests(play(state, m.OptionsSet(Options(heat="saved")))[1])
    state, effects = play(state, m.OptionsSet(Options(heat="time")), answer(1))
    assert rests(effects) == [1]
    assert play(state, m.Rested(1))[1] == [do.Measure(2, Request("x", limits=LIMITS, budget=BUDGET))]
