"""Switching requires_grad: the text follows the box, and the way back is exact."""

from typing import Literal

from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.layout.geometry import Rect, Size
from gradviz.model.source.place import Edit
from gradviz.model.wire import Exit, Ready
from gradviz.picture.inspection.inspection import Fact, Inspect, Inspection, Section, Subject
from gradviz.picture.picture import FlagRow, Offer, Picture, Problem, TensorRow
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.switching import offered, shown_rows, worth_grad
from gradviz.state.values.chosen import Chosen
from gradviz.state.values.told import Refusal
from tests.unit.state.playing import play

OFF = "x = ones(3)\nn = arange(3)\n"
ON = "x = ones(3, requires_grad=True)\nn = arange(3)\n"
DONE = Exit(0, 0)
X, N = Chosen("tensor", 0), Chosen("tensor", 1)


def mark(name: str) -> Mark:
    return Mark(name, Role.LEAF, Rect(0, 0, 1, 1), (), (), name, "")


DRAWING = Drawing(Size(1, 1), (), (), (mark("a"), mark("b"), mark("op")))


def rows(on: bool, edit: Edit | None) -> tuple[TensorRow, ...]:
    locked = "Only floating point"
    return (
        TensorRow(0, "x", "(3,)", "float32", on, True, "None", "", "None", 1, "a", edit),
        TensorRow(1, "n", "(3,)", "int64", False, True, "None", "", "None", 2, "b", None, locked),
    )


def answered(state: AppState, on: bool, edit: Edit | None) -> AppState:
    picture = Picture(state.run, True, DRAWING, rows(on, edit), steps=2)
    return play(state, m.RunExited(state.run, DONE), m.PictureArrived(picture))[0]


def opened(live: bool = True) -> AppState:
    state, _ = play(AppState(live=live), m.EngineReady(Ready("2", "3", "")), m.Opened(OFF), m.RunPressed())
    return answered(state, False, Edit(10, 10, ", requires_grad=True"))


def flag(state: AppState) -> bool:
    return shown_rows(state)[0].requires_grad


def test_a_switch_edits_the_text_once_and_runs_as_an_edit_does() -> None:
    state, effects = play(opened(), m.FlagSwitched(X))
    assert state.text == ON
    assert effects[0] == do.Rewrite(Edit(10, 10, ", requires_grad=True"))
    assert [type(effect) for effect in effects[1:]] == [do.StartRun, do.Remember, do.Watch]
    assert flag(state)  # what is wanted, until a picture tells


def test_switching_back_brings_back_the_very_text() -> None:
    state = answered(play(opened(), m.FlagSwitched(X))[0], True, Edit(4, 31, "something else altogether"))
    for text, on in ((OFF, False), (ON, True), (OFF, False)):
        state, effects = play(state, m.FlagSwitched(X))
        assert state.text == text
        assert isinstance(effects[0], do.Rewrite)
        assert flag(state) is on
        state = answered(state, on, None)
        assert flag(state) is on


def test_back_and_forth_needs_no_run_between() -> None:
    state, effects = play(opened(live=False), m.FlagSwitched(X))
    assert effects[1:] == [do.Remember(ON)]
    assert flag(state)
    state, _ = play(state, m.FlagSwitched(X))
    assert state.text == OFF
    assert not flag(state)
    state, _ = play(state, m.FlagSwitched(X), m.Edited(OFF))  # undone by hand
    assert not flag(state)


def test_a_text_that_was_not_run_is_not_edited() -> None:
    state, _ = play(opened(live=False), m.Edited(OFF + "y = x\n"))
    after, effects = play(state, m.FlagSwitched(X))
    assert effects == []
    assert after.text == state.text
    assert after.said is Refusal.STALE
    assert play(after, m.RunPressed())[0].said == ""


def test_a_picture_that_is_not_of_the_text_in_the_editor_offers_nothing() -> None:
    state, _ = play(opened(), m.Edited(OFF + "y = x\n"))
    assert play(state, m.FlagSwitched(X))[0].said is Refusal.STALE
    state = answered(state, False, None)
    assert play(state, m.FlagSwitched(X))[0].said is Refusal.STALE  # an unfinished picture has no edits


def test_a_flag_that_the_run_has_yet_to_set_is_not_switched_at_a_step() -> None:
    state = opened()
    assert state.table is not None
    earlier = tuple(row._replace(requires_grad=row.tensor == 0) for row in state.table.rows)
    at_step = state._replace(table=state.table._replace(rows=earlier, step=1))
    assert play(at_step, m.FlagSwitched(X))[0].said is Refusal.EARLIER
    assert play(at_step, m.FlagSwitched(N))[0].said == "Only floating point"


def test_a_locked_box_says_why() -> None:
    state, effects = play(opened(), m.FlagSwitched(N))
    assert effects == []
    assert state.said == "Only floating point"
    assert not flag(state)


def test_a_mark_is_switched_by_its_tensor() -> None:
    assert play(opened(), m.FlagSwitched(Chosen("mark", "a")))[0].text == ON
    assert play(opened(), m.FlagSwitched(Chosen("mark", "op")))[0].said is Refusal.UNNAMED
    assert play(AppState(), m.FlagSwitched(X))[0].said is Refusal.UNNAMED


def without_a_graph(on: bool = False) -> AppState:
    """PyTorch's own graph of a program that made no grad_fn."""
    state = opened()
    picture = Picture(state.run, True, Drawing(Size(0, 0), (), (), ()), rows(on, Edit(10, 10, ", requires_grad=True")))
    return play(state, m.PictureArrived(picture))[0]


def test_where_nothing_requires_grad_the_first_tensor_that_can_is_worth_it() -> None:
    state = without_a_graph()
    found = worth_grad(state)
    assert found is not None
    assert found.name == "x"
    assert play(state, m.FlagSwitched(Chosen("tensor", found.tensor)))[0].text == ON


def test_no_tensor_is_worth_it_where_that_would_make_no_graph() -> None:
    assert worth_grad(AppState()) is None
    assert worth_grad(opened()) is None  # there is a graph
    assert worth_grad(without_a_graph(on=True)) is None  # one requires grad, and nothing came of it
    assert worth_grad(without_a_graph()._replace(at=0)) is None
    assert worth_grad(play(without_a_graph(), m.Edited(OFF + "y = x\n"))[0]) is None
    state = without_a_graph()
    assert state.request is not None
    inside = state._replace(mode="no_grad", request=state.request._replace(mode="no_grad"))
    assert worth_grad(inside) is None
    assert state.table is not None
    integers = state._replace(table=state.table._replace(rows=state.table.rows[1:]))
    assert worth_grad(integers) is None


def test_another_program_has_no_way_back() -> None:
    state, _ = play(opened(), m.FlagSwitched(X), m.Opened(ON))
    assert state.switch is None


RETAIN = Edit(25, 25, "x.retain_grad()\n")
FLAGS = (FlagRow("retain_grad", False, RETAIN), FlagRow("detach", False, None, "It does not require grad."))


def flagged() -> AppState:
    state = opened()
    assert state.table is not None
    assert state.ending is not None
    changed = tuple(row._replace(flags=FLAGS if row.tensor == 0 else ()) for row in state.table.rows)
    table = state.table._replace(rows=changed)
    return state._replace(table=table, picture=table, ending=state.ending._replace(table=table))


def test_another_flag_is_switched_by_its_own_edit() -> None:
    state, effects = play(flagged(), m.FlagSwitched(X, "retain_grad"))
    assert state.text == RETAIN.applied(OFF)
    assert effects[0] == do.Rewrite(RETAIN)
    assert play(state, m.FlagSwitched(X, "retain_grad"))[0].said is Refusal.STALE


def test_another_flag_that_is_locked_or_not_there_says_why() -> None:
    assert play(flagged(), m.FlagSwitched(X, "detach"))[0].said == "It does not require grad."
    assert play(flagged(), m.FlagSwitched(N, "detach"))[0].said is Refusal.UNNAMED
    assert play(flagged(), m.FlagSwitched(Chosen("mark", "op"), "detach"))[0].said is Refusal.UNNAMED


def test_another_flag_is_not_switched_at_a_step_where_it_is_not_what_it_will_be() -> None:
    state = flagged()
    assert state.table is not None
    earlier = tuple(
        row._replace(flags=tuple(flag._replace(on=not flag.on) for flag in row.flags)) for row in state.table.rows
    )
    at_step = state._replace(table=state.table._replace(rows=earlier, step=1))
    assert play(at_step, m.FlagSwitched(X, "retain_grad"))[0].said is Refusal.EARLIER


FIX = Edit(0, 1, "z")


def problem(
    line: int, severity: Literal["error", "warning"] = "error", text: str = "z", *, mends: bool = True
) -> Problem:
    offers = (Offer(text, FIX._replace(text=text)), Offer("other", FIX)) if mends else ()
    return Problem(severity, line, 0, None, 0, "", "", None, offers)


def test_the_change_offered_at_the_cursor_comes_first_and_then_that_of_an_error() -> None:
    state = opened()
    assert state.picture is not None
    assert offered(state, 1) is None
    assert offered(AppState(), 1) is None
    found = (problem(1, mends=False), problem(2, "warning", "a"), problem(4, "warning", "b"), problem(3, text="c"))
    state = state._replace(picture=state.picture._replace(problems=found))
    texts = [offer.text for line in (1, 2, 3, 4) for offer in (offered(state, line),) if offer is not None]
    assert texts == ["c", "a", "c", "b"]
    assert offered(play(state, m.LiveSet(False), m.Edited("other"))[0], 2) is None


def test_a_fix_that_is_offered_is_made_once() -> None:
    told = Problem("error", 1, 0, None, 0, "", "", None, (Offer("Write z", FIX),))
    state = opened()
    assert state.picture is not None
    state = state._replace(picture=state.picture._replace(problems=(told,)))
    after, effects = play(state, m.FixTaken(FIX))
    assert after.text == FIX.applied(OFF)
    assert effects[0] == do.Rewrite(FIX)
    assert play(after, m.FixTaken(FIX))[0].said is Refusal.STALE
    assert play(state, m.Edited(OFF + "y = x\n"), m.FixTaken(FIX))[0].said is Refusal.STALE
    assert play(state._replace(picture=None), m.FixTaken(FIX))[0].said is Refusal.STALE
    waiting, effects = play(state, m.LiveSet(False), m.Edited("# new\n" + OFF), m.FixTaken(FIX))
    assert (waiting.text, waiting.said) == ("# new\n" + OFF, Refusal.STALE)  # no run has followed, and none is to
    assert effects == [do.Remember("# new\n" + OFF)]


def test_what_unlocks_a_box_is_a_fix_too() -> None:
    state = opened()
    assert state.table is not None
    unlocking = tuple(row._replace(unlock=Offer("floats", FIX) if row.locked else None) for row in state.table.rows)
    after, _ = play(state._replace(table=state.table._replace(rows=unlocking)), m.FixTaken(FIX))
    assert after.text == FIX.applied(OFF)


def test_a_fix_of_the_inspector_is_made_in_the_text_it_was_read_from() -> None:
    asked = Inspect(Subject("tensor", 0))
    found = Inspection(asked, "x", (Section("Why?", (Fact("", "because"), Fact("", "Write z", edit=FIX))),))
    state, effects = play(opened(), m.InspectorSeen(True), m.TensorChosen(0))
    assert effects == [do.AskInspection(state.run, asked)]
    state, _ = play(state, m.InspectionArrived(state.run, found))
    assert play(state, m.FixTaken(FIX))[0].text == FIX.applied(OFF)
    assert play(state, m.Edited(OFF + "\n"), m.FixTaken(FIX))[0].said is Refusal.STALE
    assert play(state, m.FixTaken(FIX._replace(text="q")))[0].said is Refusal.STALE
