"""Which folds are open is kept over edits, and more than anybody reads is drawn only when asked."""

import pytest

from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.layout.geometry import Rect, Size
from gradviz.model.graph.graph import MANY
from gradviz.model.wire import Exit, Ready
from gradviz.picture.picture import Focus, FoldRow, ModuleRow, Options, Picture
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.looking.folding import carried
from tests.unit.state.playing import play

LOOP = "import torch\nx = 1\nfor i in range(9):\n    x = x + 1\n    x = x * 2\n"
FOLDS = (
    FoldRow("fo4", "L4-5.0/1-3/2-2"),
    FoldRow("region--2-title", "L4-5.0/1-3", True, ("fo4", "o1")),
    FoldRow("region--1-title", "L4-5.0", True, ("o9",)),
)


def drawing(*names: str) -> Drawing:
    return Drawing(Size(9, 9), (), (), tuple(Mark(name, Role.OP, Rect(0, 0, 1, 1), (), (), "", "") for name in names))


def answer(run: int, *names: str, folds: tuple[FoldRow, ...] = FOLDS) -> m.PictureArrived:
    return m.PictureArrived(Picture(run, True, drawing(*names), steps=3, folds=folds))


def shown(*opened: str) -> AppState:
    ready = m.EngineReady(Ready("2", "3", ""))
    state = play(AppState(), m.Opened(LOOP), ready, m.RunExited(1, Exit(0, 0)), answer(1, "fo4", "o1", "o9"))[0]
    return state._replace(options=state.options._replace(opened=opened))


def test_a_fold_opens_where_it_stands_and_is_drawn_anew() -> None:
    state, effects = play(shown("L4-5.0", "L4-5.0/1-3"), m.FoldOpened("fo4"))
    assert state.options.opened == ("L4-5.0", "L4-5.0/1-3", "L4-5.0/1-3/2-2")
    assert effects[0] == do.Redraw(1, state.options, 0)
    assert play(shown(), m.FoldOpened("o1"))[1] == []


@pytest.mark.parametrize(
    ("mark", "left"),
    [
        ("fo4", ("L4-5.0",)),
        ("o1", ("L4-5.0",)),
        ("region--2-title", ("L4-5.0",)),
        ("o9", ("L4-5.0/1-3",)),
        ("none", ("L4-5.0", "L4-5.0/1-3")),
    ],
)
def test_the_innermost_open_fold_round_a_mark_closes(mark: str, left: tuple[str, ...]) -> None:
    assert play(shown("L4-5.0", "L4-5.0/1-3"), m.FoldClosed(mark))[0].options.opened == left


def test_all_folds_close_at_once() -> None:
    state = shown("L4-5.0")
    state = play(state._replace(options=state.options._replace(fold="none", most=None)), m.FoldsClosed())[0]
    assert (state.options.fold, state.options.opened, state.options.most) == ("auto", (), MANY)


def test_too_much_is_drawn_or_done_without_as_the_person_says() -> None:
    state = shown("L4-5.0", "L4-5.0/1-3")
    assert play(state, m.DrawnAnyway(True))[0].options == state.options._replace(most=None)
    assert play(state, m.DrawnAnyway(False))[0].options.opened == ("L4-5.0",)
    whole = state._replace(options=state.options._replace(fold="none"))
    assert play(whole, m.DrawnAnyway(False))[0].options == state.options


def test_what_is_open_stays_open_while_the_program_is_edited_and_not_in_another_program() -> None:
    state = shown("L4-5.0", "L4-5.0/1-3")
    longer = "import torch\ny = 2\n" + LOOP[13:]
    state = play(state, m.Edited(longer), m.Edited(longer.replace("* 2", "* 3")))[0]
    assert state.options.opened == ("L5-6.0", "L5-6.0/1-3")
    assert play(state, m.Opened("y = 2"))[0].options.opened == ()


def test_a_fold_whose_lines_are_gone_is_open_no_more() -> None:
    moved = LOOP.replace("    x = x + 1\n    x = x * 2\n", "    x = x * 2\n    x = x + 1\n")
    assert carried(Options(opened=("L4-5.0",)), LOOP, moved).opened == ()
    options = Options(opened=("L4-5.0", "L2-2.0", "L.0"), focus=(Focus("to", "No4.0"), Focus("from", "Nt2.0")))
    left = carried(options, LOOP, "import torch\nx = 1\n")
    assert left == Options(opened=("L2-2.0", "L.0"), focus=(Focus("from", "Nt2.0"),))
    assert carried(options, LOOP, "y = 2\n" + LOOP).focus == (Focus("to", "No5.0"), Focus("from", "Nt3.0"))


def test_what_is_chosen_is_found_again_in_what_is_opened_or_closed_round_it() -> None:
    state = play(shown(), m.MarkChosen("fo4"))[0]
    state = play(state, m.FoldOpened("fo4"), answer(1, "o4", "o5"))[0]
    assert state.selection.marks == {"o4"}
    state = play(state, m.FoldsClosed(), answer(1, "fo4"))[0]
    assert state.selection.marks == {"fo4"}


def with_keys() -> AppState:
    state = shown()
    assert state.picture is not None
    modules = (ModuleRow("m", 2, 1, 8), ModuleRow("m.a", 2, 1, 8, ("o1", "o9")), ModuleRow("m.ab", 0, 0, 0, ("fo4",)))
    keys = (("o1", "No4.0"), ("fo4", "L4-5.0/1-3/2-2"))
    return play(state, m.PictureArrived(state.picture._replace(keys=keys, modules=modules)))[0]


def test_less_of_the_graph_is_asked_for_by_what_holds_in_another_run() -> None:
    state, effects = play(with_keys(), m.Narrowed(("o1",), "from"), m.Narrowed(("gone",), "to"))
    assert state.options.focus == (Focus("from", "No4.0"),)
    assert isinstance(effects[0], do.Redraw)
    state = play(state, m.Narrowed(("fo4",), "others"), m.Narrowed(("region--2-title",), "linked"))[0]
    assert state.options.focus[1:] == (Focus("others", "L4-5.0/1-3/2-2"), Focus("linked", "L4-5.0/1-3"))
    assert play(state, m.Widened())[0].options.focus == ()
    assert play(AppState(), m.Narrowed(("o1",), "from"))[0].options.focus == ()


def test_several_nodes_are_hidden_at_once() -> None:
    state = play(with_keys(), m.Narrowed(("o1", "gone", "region--2-title", "fo4"), "others"))[0]
    assert state.options.focus == (Focus("others", "No4.0", ("L4-5.0/1-3", "L4-5.0/1-3/2-2")),)
    assert state.options.focus[0].keys == ("No4.0", "L4-5.0/1-3", "L4-5.0/1-3/2-2")


def test_a_module_is_looked_into_until_all_is_wanted_or_another_program_is_there() -> None:
    state = play(with_keys(), m.Narrowed(("o1",), "from"), m.Entered("m.a"))[0]
    assert (state.options.module, state.options.focus) == ("m.a", ())
    assert play(state, m.Edited(LOOP + "#"))[0].options.module == "m.a"
    assert play(state, m.Widened())[0].options.module == ""
    assert play(state, m.Opened("y = 2"))[0].options.module == ""


def test_a_module_that_is_chosen_lights_what_is_in_it() -> None:
    state = play(with_keys(), m.ModuleChosen("m.a"))[0]
    assert state.selection.marks == state.selection.lit == frozenset({"o1", "o9"})
    assert play(state, m.ModuleChosen("m"))[0].selection.marks == {"o1", "o9", "fo4"}
    assert play(state, m.ModuleChosen("z"))[0].chosen is None
    assert play(AppState(), m.ModuleChosen("m"))[0].chosen is None
