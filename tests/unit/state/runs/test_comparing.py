"""What stands beside a run: the other modes come after the picture, one by one; what changed is seen for a while."""

from gradviz.drawing.columns import Column, columns, names
from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.drawing.words import ENGLISH
from gradviz.layout.geometry import Rect, Size
from gradviz.model.costs.table import CostTable
from gradviz.model.trace import Limit
from gradviz.model.wire import Exit, Ready, Request
from gradviz.picture.picture import Changes, Comparison, Picture
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.runs.comparing import with_changes
from tests.unit.state.playing import play

DONE, KILLED = Exit(0, 0), Exit(0, 9)
READY = m.EngineReady(Ready("2", "3", ""))


def mark(name: str, title: str = "") -> Mark:
    return Mark(name, Role.LEAF, Rect(0, 0, 1, 1), (), (), title, "")


DRAWING = Drawing(Size(10, 10), (), (), (mark("a"), mark("b")))
COLUMNS = Drawing(Size(30, 10), (), (), (mark("a"), mark("a@no_grad"), mark("a@inference")))
CHANGES = Changes(("a changed",), (mark("a", "tagged"), mark("c@1")), (mark("e@1"),), Size(20, 5), True)


def answer(run: int, changes: Changes | None = None, limit: Limit | None = None) -> m.PictureArrived:
    return m.PictureArrived(Picture(run, True, DRAWING, steps=3, changes=changes, limits=limit))


def drawn() -> AppState:
    return play(AppState(), m.Opened("x"), READY, m.RunExited(1, DONE), answer(1))[0]


def beside(effects: list[do.Effect]) -> list[do.Effect]:
    return [effect for effect in effects if isinstance(effect, do.RunBeside)]


def compared() -> AppState:
    state, _ = play(drawn(), m.BesideSet(True), m.RunExited(2, DONE), m.RunExited(3, DONE))
    return play(state, m.ComparisonArrived(Comparison(1, COLUMNS, ("grad", "no_grad", "inference_mode"))))[0]


def test_the_other_modes_run_one_after_another_and_then_stand_on_the_canvas() -> None:
    state, effects = play(drawn(), m.BesideSet(True))
    assert effects == [do.RunBeside(2, Request("x", "no_grad")), do.Watch(2)]
    assert not state.busy
    state, effects = play(state, m.RunExited(2, DONE))
    assert beside(effects) == [do.RunBeside(3, Request("x", "inference"))]
    state, effects = play(state, m.RunExited(3, DONE))
    assert beside(effects) == []
    assert state.drawing is DRAWING
    state, _ = play(state, m.ComparisonArrived(Comparison(1, COLUMNS)))
    assert state.drawing is COLUMNS
    assert play(state, m.BesideSet(False))[0].drawing is DRAWING


def test_what_is_chosen_lights_up_in_every_column_and_the_names_of_the_columns_stay_lit() -> None:
    node = mark("a")._replace(tensor=0)
    one = DRAWING._replace(nodes=(node, mark("b")))
    sides = columns([Column(name, name or "grad", "", False, one) for name in ("", "no_grad")], ENGLISH)
    state, _ = play(drawn(), m.BesideSet(True), m.ComparisonArrived(Comparison(1, sides)))
    for name in ("a", "a@no_grad"):
        state, _ = play(state, m.MarkChosen(name))
        assert state.selection.marks == {"a", "a@no_grad"}
        assert state.selection.lit == state.selection.marks | names(sides)
        assert state.selection.tensors == {0}


def test_the_other_modes_begin_with_the_seed_too() -> None:
    _, effects = play(drawn(), m.SeedSet(7), m.RunExited(2, DONE), answer(2), m.BesideSet(True))
    assert beside(effects) == [do.RunBeside(3, Request("x", "no_grad", 7))]


def test_nothing_is_run_beside_before_the_picture_is_there() -> None:
    state, effects = play(AppState(), m.BesideSet(True), m.Opened("x"), READY, m.RunExited(1, DONE))
    assert beside(effects) == []
    assert len(beside(play(state, answer(1))[1])) == 1


def test_the_mode_chosen_is_not_run_again() -> None:
    state, _ = play(drawn(), m.ModeSet("inference"), m.RunExited(2, DONE), answer(2))
    _, effects = play(state, m.BesideSet(True), m.RunExited(3, DONE), m.RunExited(4, DONE))
    assert [effect.request.mode for effect in effects if isinstance(effect, do.RunBeside)] == ["grad", "no_grad"]


def test_an_edit_cuts_them_off_and_the_columns_stay_until_the_new_ones_come() -> None:
    state, effects = play(compared(), m.Edited("xy"), m.RunExited(4, DONE))
    assert state.drawing is COLUMNS
    assert not state.dimmed
    assert do.StartRun(4, Request("xy"), state.options) in effects
    state, effects = play(state, answer(4))
    assert state.drawing is COLUMNS
    assert not state.dimmed
    assert beside(effects) == [do.RunBeside(5, Request("xy", "no_grad"))]
    assert play(state, m.RanLong(5))[0].dimmed  # it is of the program before, and that shows
    state, effects = play(state, m.Edited("xyz"), m.RunExited(5, KILLED))
    assert beside(effects) == []
    assert play(state, m.ComparisonArrived(Comparison(4, DRAWING)))[0].drawing is COLUMNS  # of a run long gone


def test_the_columns_of_another_program_are_put_away() -> None:
    state, _ = play(compared(), m.Opened("other"), m.RunExited(4, DONE), answer(4))
    assert state.drawing is not None
    assert state.drawing is not COLUMNS
    assert play(compared(), m.Edited(" "))[0].drawing is None


def test_what_was_stopped_is_not_run_again_until_the_program_is() -> None:
    state, effects = play(drawn(), m.BesideSet(True), m.StopPressed())
    assert effects[-1] == do.CancelRun(2)
    assert beside(play(state, m.RunExited(2, KILLED))[1]) == []
    state, effects = play(state, m.RunPressed(), m.RunExited(3, DONE), answer(3))
    assert len(beside(effects)) == 1


def test_without_a_wall_or_at_a_limit_no_other_mode_is_run() -> None:
    state, _ = play(AppState(), m.Opened("x"), m.EngineReady(Ready("2", "3", "none here")), m.BesideSet(True))
    assert beside(play(state, m.RunPressed(), m.RunExited(1, DONE), answer(1))[1]) == []
    state, _ = play(AppState(), m.BesideSet(True), m.Opened("x"), READY, m.RunExited(1, DONE))
    assert beside(play(state, answer(1, limit=Limit("ops", "")))[1]) == []


def test_an_engine_that_ends_is_not_asked_again() -> None:
    state, _ = play(drawn(), m.BesideSet(True), m.EngineEnded("gone"))
    assert beside(play(state, READY)[1]) == []


def test_they_go_before_measuring_which_then_begins_anew() -> None:
    state, effects = play(drawn(), m.CostsSeen(True), m.Rested(1))
    assert isinstance(effects[-1], do.Measure)
    state, effects = play(
        state, m.BesideSet(True), m.RunExited(2, KILLED), m.RunExited(3, DONE), m.CostsArrived(2, CostTable())
    )
    assert [type(effect) for effect in effects] == [do.RunBeside, do.Watch, do.RunBeside, do.Watch]
    assert state.measuring.table is None
    _, effects = play(state, m.RunExited(4, DONE))
    assert effects == [do.Rest(1)]


def test_what_is_side_by_side_is_measured_too() -> None:
    _, effects = play(drawn(), m.BesideSet(True), m.RunExited(2, DONE), m.RunExited(3, DONE))
    assert effects[-1] == do.Rest(1)


def test_a_step_stands_alone() -> None:
    state = compared()
    assert [one.drawing is DRAWING for one in (state, state._replace(at=0))] == [False, True]
    marked = state._replace(comparing=state.comparing._replace(seen=False), marked=COLUMNS)
    assert [one.drawing is DRAWING for one in (marked, marked._replace(at=0))] == [False, True]


def test_what_changed_is_in_view_until_it_fades() -> None:
    state, effects = play(drawn(), m.Edited("xy"), m.RunExited(2, DONE), answer(2), answer(2, CHANGES))
    assert effects[-1] == do.Fade()
    marked = with_changes(DRAWING, CHANGES)
    assert state.drawing == marked
    assert [one.title for one in marked.nodes] == ["", "tagged", ""]
    assert [one.id for one in marked.nodes] == ["c@1", "a", "b"]
    assert [one.id for one in marked.edges] == ["e@1"]
    assert marked.size == Size(20, 10)
    state, _ = play(state, m.Faded())
    assert state.drawing == DRAWING
    again, late = play(state, answer(2, CHANGES))  # in another view
    assert again.marked is None
    assert late == []
    state, _ = play(state, m.Edited("xyz"), m.RunExited(3, DONE), answer(3))
    assert state.drawing == DRAWING


def test_what_changed_is_kept_in_view_on_request() -> None:
    state, _ = play(drawn(), m.ChangesPinned(True), m.Edited("xy"), m.RunExited(2, DONE), answer(2))
    state, effects = play(state, answer(2, CHANGES))
    assert do.Fade() not in effects
    assert play(state, m.Faded())[0] == state
    assert play(state, answer(2, CHANGES))[0].marked is not None  # in another view
    state, _ = play(state, m.ChangesPinned(False))
    assert state.drawing is DRAWING
    assert play(state, m.ChangesPinned(True))[0].drawing == with_changes(DRAWING, CHANGES)
    assert play(AppState(), m.ChangesPinned(True))[0].marked is None


def test_the_first_picture_of_another_program_has_changed_nothing() -> None:
    state, effects = play(drawn(), m.Opened("other"), m.RunExited(2, DONE), answer(2), answer(2, CHANGES))
    assert do.Fade() not in effects
    assert state.drawing == DRAWING


def test_what_changed_is_dropped_where_something_else_is_looked_at_by_then() -> None:
    state, _ = play(drawn(), m.Edited("xy"), m.RunExited(2, DONE), answer(2))
    assert play(state._replace(at=0), answer(2, CHANGES))[0].marked is None
    assert play(state._replace(awaited=True), answer(2, CHANGES))[0].marked is None


def test_a_card_gives_way_to_the_ghosts_of_what_it_says_is_not_there() -> None:
    card = Drawing(Size(50, 5), (), (), (), (mark("nothing"),))
    assert with_changes(card, CHANGES).legend == ()
    assert with_changes(card, CHANGES._replace(nodes=())).legend == card.legend
