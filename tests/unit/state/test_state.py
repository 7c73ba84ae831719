"""The window's state machine, message by message: no Qt, no process, no clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.layout.geometry import Rect, Size
from gradviz.model.program import MAX_SOURCE
from gradviz.model.wire import Exit, Ready, Request
from gradviz.picture.picture import Options, Picture, Problem, TensorRow
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.looking import selection
from gradviz.state.looking.selection import reach
from gradviz.state.runs.engines import MAX_STARTS, START_DELAYS
from gradviz.state.update import update
from gradviz.state.values.chosen import NOTHING, Chosen, Search, Selection
from gradviz.state.values.engine import Engine, Phase
from gradviz.state.values.told import NoPython
from tests.unit.state.playing import play

READY = m.EngineReady(Ready("2.13.0", "3.11", ""))
UNWALLED = m.EngineReady(Ready("2.13.0", "3.11", "no Landlock here"))
DONE = Exit(0, 0)


def node(name: str, line: int | None, tensor: int | None = None) -> Mark:
    return Mark(name, Role.LEAF, Rect(0, 0, 1, 1), (), (), name, "", line=line, tensor=tensor)


def edge(tail: str, head: str) -> Mark:
    ends = (tail, head)
    return Mark(f"{tail}{head}", Role.DATA_EDGE, Rect(0, 0, 1, 1), (), (), "", "", ends=ends)


# a -> b -> d, a -> c, with a loose end e
DIAMOND = Drawing(
    Size(1, 1),
    (),
    (edge("a", "b"), edge("b", "d"), edge("a", "c"), Mark("odd", Role.DATA_EDGE, Rect(0, 0, 0, 0), (), (), "", "")),
    (node("a", 1, 0), node("b", 2), node("c", 2, 2), node("d", 3, 3), node("e", None)),
)
ROWS = (
    TensorRow(0, "a", "()", "float32", True, True, "None", "1.0", "None", 1, "a"),
    TensorRow(2, "c", "()", "float32", True, False, "F", "1.0", "None", 2, "c"),
    TensorRow(3, "hidden", "()", "float32", True, False, "F", "1.0", "None", 7, None),
    TensorRow(4, "nowhere", "()", "float32", True, False, "F", "1.0", "None", None, "gone"),
)


def good(run: int, drawing: Drawing | None = DIAMOND, complete: bool = True) -> m.PictureArrived:
    return m.PictureArrived(Picture(run, complete, drawing, ROWS, steps=3))


def failed(run: int, steps: int = 0) -> m.PictureArrived:
    problem = Problem("error", 2, 0, None, 0, "no", "SyntaxError: no", None)
    return m.PictureArrived(Picture(run, True, None, problems=(problem,), steps=steps))


def shown() -> AppState:
    """A state in which the program "x" has been run and drawn."""
    return play(AppState(), m.Opened("x"), READY, m.RunExited(1, DONE), good(1))[0]


def test_nothing_runs_before_the_engine_is_ready() -> None:
    state, effects = play(AppState(), m.Opened("x"), m.Edited("xy"))
    assert effects == [do.Remember("x"), do.Remember("xy")]
    assert state.run == 0
    state, effects = play(state, READY)
    request = Request("xy", "grad")
    assert effects == [do.StartRun(1, request, Options(document=1)), do.Remember("xy"), do.Watch(1)]
    assert state.busy
    assert state.current


def test_an_edit_is_kept_as_it_runs_and_takes_the_place_of_the_run_before() -> None:
    state, effects = play(shown(), m.Edited("xy"), m.Edited("xyz"))
    kinds = [type(effect) for effect in effects]
    assert kinds == [do.StartRun, do.Remember, do.Watch] * 2
    assert state.run == 3
    state, _ = play(state, good(2), m.RunExited(2, DONE))
    assert state.busy
    assert state.shown is not None
    assert state.shown.run == 1


def test_the_same_text_is_no_edit() -> None:
    assert update(shown(), m.Edited("x")) == (shown(), ())


def test_a_whole_picture_replaces_the_old_one() -> None:
    state, _ = play(shown(), m.Edited("xy"), good(2, complete=False))
    assert state.shown is not None
    assert state.shown.run == 1  # not yet whole
    state, _ = play(state, m.RunExited(2, DONE), good(2))
    assert state.shown is not None
    assert state.shown.run == 2
    assert not state.busy
    assert not state.dimmed


def test_an_unfinished_picture_is_better_than_none() -> None:
    state, _ = play(AppState(), m.Opened("x"), READY, good(1, None, complete=False), good(1, complete=False))
    assert state.shown is not None
    assert state.awaited


def test_another_look_at_a_run_that_goes_on_shows_what_has_come_of_it() -> None:
    state, _ = play(shown(), m.Edited("xy"), good(2, complete=False), m.OptionsSet(Options(view="backward")))
    assert state.shown is not None
    assert state.shown.run == 1
    state, _ = play(state, good(2, complete=False))
    assert state.shown is not None
    assert state.shown.run == 2
    assert state.awaited
    state, _ = play(state, m.Edited("xyz"), good(3, complete=False))
    assert state.shown is not None
    assert state.shown.run == 2  # of the next run nobody has asked for it


def test_an_error_keeps_the_last_good_picture_dimmed_with_its_table() -> None:
    state, _ = play(shown(), m.Edited("x +"))
    assert not state.dimmed  # a quick answer may still come: no flicker
    state, _ = play(state, m.RunExited(2, DONE), failed(2))
    assert state.dimmed
    assert state.shown is not None
    assert state.shown.run == 1
    assert state.table is not None
    assert state.table.run == 1
    assert state.printed is not None
    assert state.printed.run == 1  # what did not even compile printed nothing
    assert state.picture is not None
    assert state.picture.problems
    state, _ = play(state, m.Edited("x + y"))
    assert state.dimmed  # nor does it flicker back
    state, _ = play(state, m.RunExited(3, DONE), failed(3, steps=5))
    assert state.printed is not None
    assert state.printed.run == 3


def test_of_another_program_an_error_keeps_nothing() -> None:
    state, _ = play(shown(), m.Opened("y +"))
    assert state.shown is not None  # its own picture may come at once: no flicker
    for steps, printed in ((0, None), (5, 2)):
        after, _ = play(state, m.RunExited(2, DONE), failed(2, steps))
        assert (after.shown, after.table, after.dimmed) == (None, None, False)
        assert (after.printed.run if after.printed else None) == printed
        assert after.picture is not None
        assert after.picture.problems


def test_a_program_that_is_opened_and_waits_for_run_is_not_shown_as_the_one_before() -> None:
    state, _ = play(shown(), m.LiveSet(False), m.Opened("y"))
    assert (state.shown, state.table, state.printed) == (None, None, None)
    assert play(shown(), m.LiveSet(False), m.Opened("x"))[0].shown is not None  # that is what it shows


def test_a_program_without_tensors_has_an_empty_picture() -> None:
    state, _ = play(shown(), m.Edited("print()"), m.RunExited(2, DONE), good(2, None))
    assert state.shown is not None
    assert state.shown.drawing.nodes == ()
    assert not state.dimmed


def test_a_slow_run_dims_what_is_shown_until_it_answers() -> None:
    state, _ = play(shown(), m.Edited("xy"), m.RanLong(1))
    assert not state.slow  # word of an older run
    state, _ = play(state, m.RanLong(2))
    assert state.slow
    assert state.dimmed
    state, _ = play(state, m.RunExited(2, DONE), good(2))
    assert not state.slow
    assert not state.dimmed
    assert not play(state, m.RanLong(2))[0].slow


def test_stop_kills_the_run_then_the_engine() -> None:
    state, effects = play(shown(), m.Edited("while"), m.StopPressed())
    assert effects[-1] == do.CancelRun(2)
    assert state.stopped
    state, effects = play(state, m.StopPressed())
    assert effects == [do.KillEngine()]
    state, effects = play(state, m.EngineEnded("killed"))
    assert effects == [do.StartEngine(0)]
    assert not state.busy
    state, effects = play(state, READY)
    assert effects == []  # what hung is not run again by itself


def test_stop_kills_the_picture_process_where_only_the_picture_is_missing() -> None:
    state, effects = play(shown(), m.Edited("xy"), m.RunExited(2, DONE), m.StopPressed())
    assert effects[-1] == do.DropPicture()
    assert not state.busy
    # The trace went with it: another view needs another run.
    _, effects = play(state, m.OptionsSet(Options(view="backward")))
    assert do.StartRun(3, Request("xy", "grad"), Options(view="backward")) in effects


def test_stop_with_nothing_to_stop_takes_back_run() -> None:
    state, effects = play(AppState(), m.RunPressed(), m.StopPressed(), READY)
    assert not any(isinstance(effect, do.CancelRun | do.DropPicture) for effect in effects)
    assert state.run == 1  # live, so it runs all the same
    state, effects = play(AppState(live=False), m.RunPressed(), m.StopPressed(), READY)
    assert state.run == 0


def test_run_pressed_early_runs_as_soon_as_it_can_even_without_a_wall() -> None:
    state, _ = play(AppState(live=False), m.Opened("x"), m.RunPressed(), UNWALLED)
    assert state.run == 1
    assert not state.pressed


def test_without_a_wall_edits_and_modes_wait_for_run() -> None:
    messages: list[m.Message] = [m.Opened("x"), UNWALLED, m.Edited("xy"), m.ModeSet("no_grad")]
    messages += [m.LiveSet(False), m.LiveSet(True)]
    state, effects = play(AppState(), *messages)
    assert state.run == 0
    assert not any(isinstance(effect, do.StartRun) for effect in effects)
    state, _ = play(state, m.RunPressed())
    assert state.request == Request("xy", "no_grad")


def test_live_off_and_on() -> None:
    state, effects = play(shown(), m.LiveSet(False), m.Edited("xy"))
    assert state.run == 1
    assert state.dimmed
    assert effects == [do.Remember("xy")]
    state, _ = play(state, m.LiveSet(True))
    assert state.run == 2
    assert play(shown(), m.LiveSet(False), m.LiveSet(True))[0].run == 1  # nothing changed: nothing to run


def test_the_grad_mode_is_a_setting_of_the_run() -> None:
    state, effects = play(shown(), m.ModeSet("inference"), m.ModeSet("inference"))
    assert state.request == Request("x", "inference")
    assert len([effect for effect in effects if isinstance(effect, do.StartRun)]) == 1


def test_a_grad_mode_that_is_offered_is_set_as_any_other() -> None:
    blamed = play(shown(), m.ModeSet("inference"))[0]
    state, effects = play(blamed, m.FixTaken("grad"))
    assert (state, effects) == play(blamed, m.ModeSet("grad"))
    assert state.request == Request("x", "grad")


def test_another_view_is_a_redraw() -> None:
    options = Options(view="forward")
    state, effects = play(shown(), m.OptionsSet(options), m.OptionsSet(options))
    assert effects == [do.Redraw(1, options, 0), do.Watch(1)]
    assert state.awaited
    assert not play(state, good(1))[0].awaited


def test_a_theme_is_no_run() -> None:
    state, effects = play(shown(), m.ThemeSet("dark"))
    assert (state.theme, effects) == ("dark", [])


def test_an_engine_that_keeps_failing_is_left_alone_until_run() -> None:
    ends: list[m.Message] = [m.EngineEnded("no torch")] * MAX_STARTS
    state, effects = play(AppState(), *ends)
    assert effects == [do.StartEngine(delay) for delay in START_DELAYS[1:]]
    assert state.engine.phase is Phase.ENDED
    assert state.engine.reason == "no torch"
    state, effects = play(state, m.RunPressed(), READY)
    assert effects[0] == do.StartEngine(0)
    assert state.run == 1


def test_another_python_runs_the_program_anew_and_the_text_stays() -> None:
    state, effects = play(shown(), m.PythonSet("/opt/python"))
    assert (state.python, state.text, state.engine.phase) == ("/opt/python", shown().text, Phase.STARTING)
    assert effects == [do.UsePython("/opt/python")]
    assert not state.busy
    assert state.dimmed  # what is shown was recorded by another torch
    state, effects = play(state, m.PythonSet("/opt/python"), READY)
    assert state.request == Request(state.text, "grad")
    assert [type(effect) for effect in effects] == [do.StartRun, do.Remember, do.Watch]
    state, _ = play(state, m.EngineEnded("signal 9"))
    assert state.python == "/opt/python"  # it has run programs before


def test_a_python_that_cannot_start_is_given_up_for_the_windows_own() -> None:
    state, effects = play(AppState(text="x", python="/gone"), m.RunPressed(), m.EngineEnded("no such file"))
    assert effects == [do.UsePython("")]
    assert (state.python, state.said) == ("", NoPython("/gone", "no such file"))
    assert state.engine.phase is Phase.STARTING
    state, effects = play(state, READY)
    assert state.request == Request("x", "grad")
    assert state.said
    state, effects = play(AppState(text="x", python="/gone"), m.EngineEnded(""), m.EngineEnded("no torch"))
    assert effects[-1] == do.StartEngine(START_DELAYS[1])  # of the window's own


def test_an_engine_that_dies_later_is_started_at_once() -> None:
    state, effects = play(shown(), m.Edited("xy"), m.EngineEnded("signal 9"))
    assert effects[-1] == do.StartEngine(0)
    assert not state.busy
    assert state.dimmed
    state, effects = play(state, m.Edited("xyz"), READY)
    assert state.request == Request("xyz", "grad")


def test_a_picture_still_to_come_outlives_the_engine() -> None:
    state, _ = play(shown(), m.Edited("xy"), m.RunExited(2, DONE), m.EngineEnded("signal 9"))
    assert state.awaited


def test_a_picture_process_that_dies_is_told() -> None:
    state, _ = play(shown(), m.Edited("xy"), m.RunExited(2, DONE), m.PictureEnded("no memory"))
    assert state.failure == "no memory"
    assert state.dimmed
    assert not state.busy
    assert play(state, m.Edited("x"))[0].failure == ""


def test_a_huge_program_is_kept_but_not_run() -> None:
    text = "#" * (MAX_SOURCE + 1)
    state, effects = play(shown(), m.Edited(text))
    assert state.too_long
    assert effects == [do.Remember(text)]


def test_an_empty_program_has_no_graph_and_the_next_error_has_no_last_good_one() -> None:
    state, _ = play(shown(), m.Edited(" \n"))
    assert state.empty
    assert (state.shown, state.table, state.dimmed) == (None, None, False)
    state, _ = play(state, m.RunExited(2, DONE), good(2, None))
    assert state.shown is None
    state, _ = play(state, m.Edited("x +"), m.RunExited(3, DONE), failed(3))
    assert state.shown is None
    assert not state.empty


def test_a_graph_of_a_run_that_failed_is_shown_but_is_not_good() -> None:
    problem = Problem("error", 2, 0, None, 0, "no", "RuntimeError: no", None)
    state, _ = play(shown(), m.Edited("xy"), m.RunExited(2, DONE))
    assert state.shown is not None
    assert state.shown.good
    state, _ = play(state, m.PictureArrived(Picture(2, True, DIAMOND, ROWS, problems=(problem,), steps=3)))
    assert state.shown is not None
    assert (state.shown.run, state.shown.good, state.dimmed) == (2, False, False)


def test_a_word_is_said_until_the_person_does_something() -> None:
    state, _ = play(shown(), m.Told("Wrote a.svg"), m.RanLong(1), m.LineChosen(2))
    assert state.said == "Wrote a.svg"
    assert play(state, m.Edited("xy"))[0].said == ""


def test_the_wheel_and_the_presentation_are_choices() -> None:
    state, effects = play(shown(), m.WheelSet("scroll"), m.PresentSet(True))
    assert (state.wheel, state.presenting, effects) == ("scroll", True, [])


def test_searching_lights_the_hits_and_walks_round_them() -> None:
    state, _ = play(shown(), m.Searched("LINE  2"))
    assert state.search == Search("LINE  2", ("b", "c"))
    assert state.selection.lit == frozenset({"b", "c"})
    assert state.selection.marks == {"b"}
    state, _ = play(state, m.SearchStepped(1))
    assert state.selection.marks == {"c"}
    assert play(state, m.SearchStepped(1))[0].selection.marks == {"b"}
    assert play(state, m.SearchStepped(-1), m.SearchStepped(-1))[0].selection.marks == {"c"}
    state, _ = play(state, m.Searched("2"))
    assert state.search is not None
    assert state.search.hit == "c"  # where the person is already
    state, _ = play(state, m.Searched(None))
    assert state.search is None
    assert state.selection.lit == frozenset({"a", "ac", "c"})


def test_searching_for_nothing_or_in_nothing_finds_nothing() -> None:
    for query in (" ", "nowhere"):
        state, _ = play(shown(), m.Searched(query), m.SearchStepped(1))
        assert state.search == Search(query)
        assert state.search.hit is None
        assert state.selection == NOTHING
    assert play(AppState(), m.Searched("a"))[0].search == Search("a")
    assert play(shown(), m.SearchStepped(1))[0].search is None


def test_a_search_goes_on_in_the_next_picture() -> None:
    state, _ = play(shown(), m.Searched("line 2"), m.SearchStepped(1), m.Edited("xy"), m.RunExited(2, DONE))
    state, _ = play(state, good(2, DIAMOND._replace(nodes=DIAMOND.nodes[2:])))
    assert state.search == Search("line 2", ("c",))
    assert state.selection.marks == {"c"}


def test_opening_another_program_forgets_the_selection() -> None:
    state, _ = play(shown(), m.MarkChosen("a"), m.Opened("x"))
    assert state.document == state.options.document == 2
    assert state.selection == NOTHING


def test_choosing_a_node_lights_what_it_comes_from_and_goes_to() -> None:
    state, _ = play(shown(), m.MarkChosen("b"))
    assert state.selection == Selection(frozenset("b"), frozenset({"a", "ab", "b", "bd", "d"}), (2,), frozenset())
    state, _ = play(state, m.MarkChosen("c"))
    assert state.selection.tensors == {2}
    state, _ = play(state, m.MarkChosen(None))
    assert state.selection == NOTHING


def test_what_a_selection_reaches_is_found_anew_only_where_something_else_is_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state, _ = play(shown(), m.MarkChosen("b"))
    step = DIAMOND._replace(nodes=tuple(one._replace(description="at a step") for one in DIAMOND.nodes))
    other = DIAMOND._replace(edges=(*DIAMOND.edges, edge("e", "b")))
    walked: list[Drawing] = []

    def counted(drawing: Drawing, mark: Mark) -> frozenset[str]:
        walked.append(drawing)
        return reach(drawing, mark)

    monkeypatch.setattr(selection, "reach", counted)
    again, _ = play(state, m.Edited("xy"), m.RunExited(2, DONE), good(2, step))
    assert again.selection == state.selection
    assert walked == []
    more, _ = play(again, m.Edited("xyz"), m.RunExited(3, DONE), good(3, other))
    assert more.selection.lit == frozenset({"a", "ab", "b", "bd", "d", "e", "eb"})
    assert walked == [other]
    play(more, m.MarkChosen("a"))
    assert walked == [other, other]


def test_choosing_an_edge_lights_its_way() -> None:
    state, _ = play(shown(), m.MarkChosen("ab"))
    assert state.selection.lit == frozenset({"a", "ab", "b", "bd", "d"})


def test_several_marks_light_alone_with_what_joins_them() -> None:
    state, _ = play(shown(), m.MarksChosen(("c", "a", "b")))
    assert state.chosen == Chosen("mark", "b", ("c", "a"))
    assert state.selection == Selection(
        frozenset("abc"), frozenset({"a", "b", "c", "ab", "ac"}), (1, 2), frozenset({0, 2})
    )
    assert play(state, m.MarksChosen(("b",)))[0].chosen == Chosen("mark", "b")
    assert play(state, m.MarksChosen(()))[0].selection == NOTHING
    assert play(AppState(), m.MarksChosen(("a", "b")))[0].chosen is None


def test_of_several_marks_those_that_are_gone_are_lit_no_longer() -> None:
    state, _ = play(shown(), m.MarksChosen(("d", "e")), m.Edited("xy"), m.RunExited(2, DONE))
    less, _ = play(state, good(2, DIAMOND._replace(nodes=DIAMOND.nodes[:4])))
    assert less.selection.marks == {"d"}
    assert play(state, good(2, DIAMOND._replace(nodes=DIAMOND.nodes[:2])))[0].chosen is None


def test_choosing_a_line_lights_its_nodes_and_dims_nothing() -> None:
    state, _ = play(shown(), m.LineChosen(2))
    assert state.selection == Selection(frozenset("bc"), None, (), frozenset({2}))
    state, _ = play(state, m.LineChosen(9))
    assert state.chosen == Chosen("line", 9)
    assert play(AppState(), m.LineChosen(1))[0].selection == NOTHING


def test_choosing_a_row_lights_its_node_where_it_has_one() -> None:
    state, _ = play(shown(), m.TensorChosen(2))
    assert state.selection.marks == {"c"}
    assert state.selection.tensors == {2}
    state, _ = play(state, m.TensorChosen(3))
    assert state.selection == Selection(lines=(7,), tensors=frozenset({3}))
    state, _ = play(state, m.TensorChosen(4))
    assert state.selection == Selection(tensors=frozenset({4}))
    state, _ = play(state, m.TensorChosen(99))
    assert state.chosen is None


def test_a_row_and_the_grad_fn_it_leads_to_light_each_other() -> None:
    drawing = Drawing(Size(1, 1), (), (edge("g", "h"),), (node("g", 2), node("h", 3)))
    row = ROWS[1]._replace(tensor=7, mark="g", line=2)
    picture = Picture(1, True, drawing, (row, *ROWS), steps=3)
    state, _ = play(AppState(), m.Opened("x"), READY, m.RunExited(1, DONE), m.PictureArrived(picture))
    by_row, by_mark = (play(state, message)[0].selection for message in (m.TensorChosen(7), m.MarkChosen("g")))
    assert by_row == by_mark == Selection(frozenset("g"), frozenset({"g", "gh", "h"}), (2,), frozenset({7}))


def test_what_is_gone_is_no_longer_chosen() -> None:
    state, _ = play(shown(), m.MarkChosen("e"), m.Edited("xy"), m.RunExited(2, DONE))
    state, _ = play(state, good(2, DIAMOND._replace(nodes=DIAMOND.nodes[:2])))
    assert state.chosen is None
    assert play(AppState(), m.MarkChosen("a"))[0].chosen is None


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40), st.integers(0, 12))
def test_reach_is_the_transitive_closure(pairs: list[tuple[int, int]], start: int) -> None:
    nodes = [node(str(name), None) for name in range(13)]
    edges = [
        Mark(f"{t}>{h}", Role.DATA_EDGE, Rect(0, 0, 0, 0), (), (), "", "", ends=(str(t), str(h))) for t, h in pairs
    ]
    after = {start}
    before = {start}
    for _ in range(13):
        after |= {head for tail, head in pairs if tail in after}
        before |= {tail for tail, head in pairs if head in before}
    lit = reach(Drawing(Size(1, 1), (), tuple(edges), tuple(nodes)), nodes[start])
    assert {int(name) for name in lit if ">" not in name} == after | before
    assert {name for name in lit if ">" in name} == {
        f"{tail}>{head}" for tail, head in pairs if tail in after or head in before
    }


def test_reach_walks_a_long_chain() -> None:
    nodes = tuple(node(f"n{at}", None) for at in range(50_000))
    edges = tuple(edge(f"n{at}", f"n{at + 1}") for at in range(49_999))
    assert len(reach(Drawing(Size(1, 1), (), edges, nodes), nodes[0])) == 99_999


EVENTS = st.one_of(
    st.builds(m.Edited, st.text(max_size=3)),
    st.builds(m.Opened, st.text(max_size=3)),
    st.sampled_from([m.RunPressed(), m.StopPressed(), READY, UNWALLED, m.EngineEnded("x"), m.PictureEnded("y")]),
    st.builds(m.LiveSet, st.booleans()),
    st.builds(m.ModeSet, st.sampled_from(["grad", "no_grad", "inference"])),
    st.builds(m.RunExited, st.integers(0, 5), st.just(DONE)),
    st.builds(m.RanLong, st.integers(0, 5)),
    st.builds(good, st.integers(0, 5), complete=st.booleans()),
    st.builds(failed, st.integers(0, 5)),
    st.builds(m.MarkChosen, st.sampled_from(["a", "b", "zz", None])),
    st.builds(m.LineChosen, st.integers(1, 4)),
    st.builds(m.Searched, st.sampled_from(["line 2", "", None])),
    st.builds(m.SearchStepped, st.sampled_from([1, -1])),
    st.builds(m.OptionsSet, st.builds(Options, view=st.sampled_from(["both", "forward"]))),
)


@given(st.lists(EVENTS, max_size=30))
def test_whatever_happens_the_laws_hold(messages: list[m.Message]) -> None:
    state, run = AppState(), 0
    for message in messages:
        before = state
        state, effects = update(state, message)
        started = [effect for effect in effects if isinstance(effect, do.StartRun)]
        assert len(started) <= 1
        assert state.run == before.run + len(started)
        if started:
            # A program runs by itself only behind the wall; its text is kept in the same breath.
            assert state.engine.walled or isinstance(message, m.RunPressed) or before.pressed
            assert do.Remember(state.text) in effects
            run = started[0].run
        assert state.run == run
        assert state.shown is None or state.shown.run <= state.run
        assert not state.slow or state.busy
        assert not state.empty or state.shown is None
        assert state.search is None or state.search.at < max(1, len(state.search.hits))
        if state.shown and not state.busy and not state.dimmed:
            assert state.current
            assert state.shown.run == state.run


def test_a_change_of_the_files_beside_a_program_runs_it_again_and_forgets_what_was_measured() -> None:
    state, _ = update(AppState(engine=Engine(Phase.READY, Ready("2", "3", ""))), m.Edited("import config"))
    state = state._replace(measuring=state.measuring._replace(source=state.text, of=state.text))
    after, effects = update(state, m.NeighboursChanged())
    assert after.run == state.run + 1
    assert after.measuring.source is None
    assert [effect.request.source for effect in effects if isinstance(effect, do.StartRun)] == ["import config"]
    held, effects = update(state._replace(live=False), m.NeighboursChanged())
    assert not held.current
    assert not any(isinstance(effect, do.StartRun) for effect in effects)
