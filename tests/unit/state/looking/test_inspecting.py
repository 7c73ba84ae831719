"""What the inspector looks at, message by message."""

from collections.abc import Iterable, Sequence

from gradviz.drawing.pages.marks import Marks
from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.layout.geometry import Rect, Size
from gradviz.model.costs.table import CostTable
from gradviz.model.moments.course import Course
from gradviz.model.wire import Exit, Ready
from gradviz.picture.inspection.inspection import Inspect, Inspection, Subject
from gradviz.picture.picture import FoldRow, Options, Picture, TensorRow
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.values.chosen import Chosen
from gradviz.state.values.measuring import Measuring
from tests.unit.drawing.samples import sealed
from tests.unit.state.playing import play

READY = m.EngineReady(Ready("2.13.0", "3.11", ""))
COURSE = Course("LOLB", (0, 1, 2, 3), (1, 1, 2, 2))
PLACE = Rect(0, 0, 1, 1)
NODES = (
    Mark("t0", Role.LEAF, PLACE, (), (), "x", "", tensor=0),
    Mark("o1", Role.OP, PLACE, (), (), "mul", "", op=1, grad_fn=2),
    Mark("o3", Role.UNRECORDED, PLACE, (), (), "add", "", op=3),
    Mark("f0", Role.FOLD, PLACE, (), (), "many", ""),
)
X, MUL, ADD = Subject("tensor", 0), Subject("grad_fn", 2), Subject("op", 3)
ROW = TensorRow(5, "y", "()", "float32", True, False, "None", "1", "None", 1, "o1")


def played(state: AppState, *messages: m.Message) -> tuple[AppState, list[Inspect]]:
    """The state after messages, and what was asked about."""
    state, effects = play(state, *messages)
    return state, [effect.wanted for effect in effects if isinstance(effect, do.AskInspection)]


def picture(run: int, step: int | None = None, now: str | None = None) -> m.PictureArrived:
    drawing = Drawing(Size(1, 1), (), (), NODES)
    told = COURSE if step is None else Course()
    return m.PictureArrived(Picture(run, True, drawing, (ROW,), steps=4, course=told, step=step, now=now))


def seen() -> AppState:
    """A run that is drawn, with the inspector in view."""
    return played(AppState(), m.InspectorSeen(True), m.Opened("x"), READY, m.RunExited(1, Exit(0, 0)), picture(1))[0]


def answer(of: Subject, run: int = 1, step: int | None = None) -> m.InspectionArrived:
    return m.InspectionArrived(run, Inspection(Inspect(of, step), "told"))


def subjects(asked: Iterable[Inspect]) -> list[Subject]:
    return [one.of for one in asked]


def test_what_is_selected_is_asked_about() -> None:
    state, asked = played(seen(), m.MarkChosen("o1"))
    assert asked == [Inspect(MUL)]
    state, asked = played(state, answer(MUL), m.MarkChosen("o3"))
    assert state.inspecting.found == Inspection(Inspect(MUL), "told")
    assert asked == [Inspect(ADD)]
    assert subjects(played(state, answer(ADD), m.TensorChosen(5))[1]) == [Subject("tensor", 5)]
    assert subjects(played(state, answer(ADD), m.MarkChosen("t0"))[1]) == [X]


def test_what_is_no_record_or_no_longer_selected_is_not() -> None:
    state, asked = played(seen(), m.MarkChosen("f0"), m.MarkChosen("gone"), m.MarkChosen(None))
    assert asked == []
    assert state.inspecting.of is None


def folded(now: str | None = None, step: int | None = None, *rows: FoldRow) -> m.PictureArrived:
    """The picture, in which f0 is a fold and a frame is an open one."""
    made = picture(1, step, now)
    return m.PictureArrived(made.picture._replace(folds=rows or (FoldRow("f0", "L1-2.0"), FRAME)))


FRAME = FoldRow("region--1-title", "L3-4.0", True, ("o1",))
FOLD = Subject("fold", "L1-2.0")


def test_a_fold_is_asked_about_by_its_key_and_so_is_an_open_one_by_its_title() -> None:
    state, asked = played(seen(), folded(), m.MarkChosen("f0"))
    assert subjects(asked) == [FOLD]
    assert subjects(played(state, answer(FOLD), m.MarkChosen(FRAME.mark))[1]) == [Subject("fold", "L3-4.0")]


def test_a_fold_that_is_drawn_no_more_is_inspected_no_more() -> None:
    state, _ = played(seen(), folded(), m.MarkChosen("f0"), answer(FOLD))
    state, asked = played(state, folded(None, None, FRAME))
    assert (state.inspecting.of, asked) == (None, [])


def test_in_another_view_a_fold_is_another_question() -> None:
    state, _ = played(seen(), folded(), m.MarkChosen("f0"), answer(FOLD))
    state, asked = played(state, m.OptionsSet(Options(view="backward")), folded())
    assert asked == [Inspect(FOLD, view="backward")]


def test_without_a_selection_it_follows_into_the_fold_in_which_something_was_done() -> None:
    assert played(seen(), m.StopChosen(3), folded("f0", 3))[1] == [Inspect(FOLD, 3)]


def test_what_is_inspected_is_asked_about_again_once_it_has_been_measured() -> None:
    state, _ = played(seen(), m.MarkChosen("o1"), answer(MUL))
    state = state._replace(measuring=Measuring(run=2, going=True, source="x"))
    assert played(state, m.CostsArrived(2, CostTable()))[1] == []
    assert subjects(played(state, m.CostsArrived(2, CostTable(done=True)))[1]) == [MUL]


def test_a_line_leaves_the_inspector_where_it_is() -> None:
    state, asked = played(seen(), m.MarkChosen("o1"), answer(MUL), m.LineChosen(1))
    assert subjects(asked) == [MUL]
    assert state.inspecting.of == MUL


def test_nothing_is_asked_while_nobody_looks() -> None:
    state, asked = played(seen(), m.InspectorSeen(False), m.MarkChosen("o1"))
    assert asked == []
    assert subjects(played(state, m.InspectorSeen(True))[1]) == [MUL]


def test_one_question_at_a_time_and_the_newest_after_it() -> None:
    state, asked = played(seen(), m.MarkChosen("o1"), m.MarkChosen("o3"), m.MarkChosen("t0"))
    assert subjects(asked) == [MUL]
    assert subjects(played(state, answer(MUL))[1]) == [X]


def test_a_step_is_asked_about_once_it_is_shown() -> None:
    state, asked = played(seen(), m.MarkChosen("o1"), answer(MUL), m.StopChosen(1))
    assert subjects(asked) == [MUL]
    state, asked = played(state, picture(1, 1))
    assert asked == [Inspect(MUL, 1)]


def test_no_step_waits_for_answers_about_those_before_it() -> None:
    state, asked = played(seen(), m.MarkChosen("o1"), answer(MUL), m.StopChosen(1), m.StopChosen(2))
    state, asked = played(state, picture(1, 1))  # as a key is held down: the next picture is on its way
    assert (state.awaited, asked) == (True, [])
    assert played(state, picture(1, 2))[1] == [Inspect(MUL, 2)]


def test_without_a_selection_it_follows_what_was_just_done() -> None:
    state, asked = played(seen(), m.StopChosen(3), picture(1, 3, "o1"))
    assert asked == [Inspect(MUL, 3)]
    state, asked = played(state, answer(MUL, step=3), m.LineChosen(2), m.StopChosen(2), picture(1, 2))
    assert asked == [Inspect(MUL, 2)]  # no op was done there
    state, asked = played(
        state, answer(MUL, step=2), m.MarkChosen("t0"), answer(X), m.StopChosen(3), picture(1, 3, "o1")
    )
    assert subjects(asked) == [X, X]


def test_what_the_inspector_names_is_lit_where_it_is_drawn() -> None:
    state, asked = played(seen(), m.Inspected(MUL))
    assert subjects(asked) == [MUL]
    assert state.chosen == Chosen("mark", "o1")
    assert played(state, m.Inspected(Subject("tensor", 5)))[0].chosen == Chosen("tensor", 5)
    state, asked = played(state, answer(MUL), m.Inspected(Subject("grad_fn", 9)))
    assert subjects(asked) == [Subject("grad_fn", 9)]
    assert state.chosen == Chosen("mark", "o1")
    assert subjects(played(AppState(), m.Inspected(Subject("tensor", 9)))[1]) == []


def test_another_run_is_asked_anew_and_answers_of_the_old_are_dropped() -> None:
    state, _ = played(seen(), m.MarkChosen("o1"), m.Edited("xy"))
    assert not state.inspecting.awaited
    assert played(state, answer(MUL))[0].inspecting.found is None
    assert played(state, m.RunExited(2, Exit(0, 0)), picture(2))[1] == [Inspect(MUL)]


def test_the_picture_process_takes_its_answers_with_it() -> None:
    state, _ = played(seen(), m.MarkChosen("o1"), m.PictureEnded("gone"), m.MarkChosen("o3"))
    assert not state.inspecting.awaited
    assert state.inspecting.asked is None


def test_another_language_is_another_question() -> None:
    state, _ = played(seen(), m.MarkChosen("o1"), answer(MUL))
    state, asked = played(state, m.OptionsSet(Options(language="ja")), picture(1))
    assert asked == [Inspect(MUL, None, "ja")]


def again(run: int, *rows: TensorRow, nodes: Sequence[Mark] = NODES) -> tuple[m.Message, ...]:
    """An edit, and the picture of its run."""
    edge = Mark("e1", Role.DATA_EDGE, PLACE, (), (), "", "", ends=("t0", "o1"))
    drawing = Drawing(Size(1, 1), (), (edge,), nodes)
    return (
        m.Edited(f"run {run}"),
        m.RunExited(run, Exit(0, 0)),
        m.PictureArrived(Picture(run, True, drawing, rows, steps=4, course=COURSE)),
    )


def test_after_an_edit_the_same_tensor_is_chosen_by_its_name() -> None:
    state, _ = played(seen(), m.TensorChosen(5))
    state, asked = played(state, *again(2, ROW._replace(name="new"), ROW._replace(tensor=6)))
    assert state.chosen == Chosen("tensor", 6)
    assert [one.of for one in asked] == [Subject("tensor", 6)]
    state, _ = played(state, *again(3, ROW._replace(name="new")))
    assert (state.chosen, state.inspecting.of) == (None, None)


def test_after_an_edit_the_same_node_is_chosen_by_what_it_says() -> None:
    twice = (*NODES, Mark("o7", Role.OP, PLACE, (), (), "mul", "", op=7))
    state, _ = played(seen(), m.MarkChosen("o1"), *again(2, nodes=twice))
    assert state.chosen == Chosen("mark", "o1")
    state, _ = played(state, m.MarkChosen("o7"), *again(3, nodes=(twice[0]._replace(id="t9"), twice[1], twice[4])))
    assert state.chosen == Chosen("mark", "o7")
    state, _ = played(state, *again(4))
    assert state.chosen is None
    state, _ = played(state, m.MarkChosen("e1"), *again(5))
    assert state.chosen == Chosen("mark", "e1")


def test_of_several_nodes_the_last_is_inspected_and_after_an_edit_all_are_chosen_still() -> None:
    state, asked = played(seen(), m.MarksChosen(("t0", "o3", "o1")))
    assert asked == [Inspect(MUL)]
    moved = tuple(mark._replace(id=f"{mark.id}9") for mark in NODES)
    state, _ = played(state, *again(2, nodes=moved))
    assert state.chosen == Chosen("mark", "o19", ("t09", "o39"))
    state, _ = played(state, *again(3, nodes=NODES[:2]))
    assert state.chosen == Chosen("mark", "o1", ("t0",))


def test_after_an_edit_what_is_inspected_beside_a_line_is_known_by_what_it_is_called_too() -> None:
    state, _ = played(seen(), m.TensorChosen(5), answer(Subject("tensor", 5)), m.LineChosen(1))
    state, asked = played(state, *again(2, ROW._replace(name="new"), ROW._replace(tensor=6)))
    assert (state.chosen, subjects(asked)) == (Chosen("line", 1), [Subject("tensor", 6)])
    state, asked = played(state, *again(3, ROW._replace(name="new")))
    assert (state.inspecting.of, asked) == (None, [])
    state, _ = played(state, m.MarkChosen("o1"), m.LineChosen(1))
    state, asked = played(state, *again(4, nodes=(NODES[0], NODES[1]._replace(id="o9", op=9, grad_fn=7))))
    assert subjects(asked) == [Subject("grad_fn", 7)]
    state, _ = played(state, answer(Subject("grad_fn", 7), 4), *again(5, nodes=NODES[:1]))
    assert state.inspecting.of is None


def test_of_another_program_nothing_is_inspected_until_it_is_chosen() -> None:
    for chosen in (m.MarkChosen("o1"), m.TensorChosen(5)):
        state, _ = played(seen(), chosen, m.Opened("other"), m.RunExited(2, Exit(0, 0)), picture(2))
        assert (state.chosen, state.inspecting.of) == (None, None)
        state, _ = played(seen(), chosen, m.Edited(""), *again(3, ROW))  # all of it deleted, and another typed
        assert (state.chosen, state.inspecting.of) == (None, None)


def test_in_a_large_graph_only_the_pages_of_what_is_chosen_are_opened() -> None:
    many = tuple(Mark(f"o{at}", Role.OP, PLACE, (), (), f"op {at % 3}", "", op=at) for at in range(100, 1000))
    pages = Marks.of((*NODES, *many)).pages
    nodes = Marks([one.packed() if "o505" in one.ids() else sealed(one) for one in pages])
    state, _ = played(seen(), *again(2, nodes=nodes))
    state, asked = played(state, m.Inspected(Subject("op", 505)))
    assert (state.chosen, subjects(asked)) == (Chosen("mark", "o505"), [Subject("op", 505)])
    state, _ = played(state, *again(3, nodes=nodes))
    assert state.chosen == Chosen("mark", "o505")
