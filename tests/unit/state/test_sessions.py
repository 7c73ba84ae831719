"""Sessions: what their files hold, what is refused, and how one is brought back."""

import json
from dataclasses import replace

import pytest

from gradviz.drawing.shapes import Drawing
from gradviz.layout.geometry import Size
from gradviz.model.moments.course import Course
from gradviz.model.program import MAX_SOURCE
from gradviz.model.wire import Exit, Ready
from gradviz.picture.picture import Focus, Options, Picture
from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.restoring import kept
from gradviz.state.session import Session, SessionError, parsed, written
from gradviz.state.values.told import Elsewhere
from tests.unit.state.playing import play

READY = m.EngineReady(Ready("2.13.0", "3.11", ""))
COURSE = Course("LLOLBAL", (0, 2, 3, 4, 6, 8, 9), (1, 2, 2, 3, 3, 3, 4), (0,) * 7)


def picture(run: int, step: int | None = None, course: Course = COURSE) -> m.PictureArrived:
    told = course if step is None else Course()
    drawing = Drawing(Size(1, 1), (), (), (), title=str(step))
    return m.PictureArrived(Picture(run, True, drawing, steps=10, course=told, step=step))


def looked_at() -> AppState:
    """A program of four lines, at a step, in another mode and view, with a breakpoint."""
    options = Options(view="backward", direction="LR", heat="saved", fold="none")
    opening = m.Opened("a\nb\nc\nd"), READY, m.RunExited(1, Exit(0, 0)), picture(1)
    state, _ = play(AppState(options=options, mode="no_grad"), *opening, m.BreakpointToggled(2), m.StopChosen(3))
    options = state.options._replace(
        opened=("loop",), focus=(Focus("from", "k"), Focus("others", "k", ("l", "m"))), module="net.0"
    )
    return state._replace(options=options)


def brought_back(session: Session, course: Course = COURSE) -> tuple[AppState, list[do.Effect]]:
    """What becomes of it in another window."""
    opening = m.Opened(session.program, session=session)
    return play(AppState(), opening, READY, m.RunExited(1, Exit(0, 0)), picture(1, course=course))


def test_a_session_brings_back_what_was_looked_at() -> None:
    session = parsed(written(kept(looked_at())))
    state, effects = brought_back(session)
    assert (state.text, state.mode, state.at) == ("a\nb\nc\nd", "no_grad", 3)
    assert state.breakpoints == {2}
    wanted = looked_at().options
    assert state.options == wanted._replace(document=state.document)
    assert [effect.options.step for effect in effects if isinstance(effect, do.Redraw)] == [COURSE.steps[3]]
    assert state.said == ""
    assert state.session is None


def test_its_file_is_json_that_a_person_can_read() -> None:
    table = json.loads(written(kept(looked_at()._replace(text="y = 1  # 勾配"))))
    assert table["gradviz"] == 1
    assert table["program"] == "y = 1  # 勾配"
    assert (table["torch"], table["python"], table["stop"], table["stops"]) == ("2.13.0", "3.11", 3, 0)
    assert "勾配".encode() in written(kept(looked_at()._replace(text="y = 1  # 勾配")))


def test_a_program_alone_is_a_session() -> None:
    session = parsed(b'{"gradviz": 1, "program": "x"}')
    state, _ = brought_back(session)
    assert (state.text, state.at, state.said, state.mode) == ("x", None, "", "grad")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x = 1",
        b"[]",
        b"{}",
        b'{"gradviz": 1}',
        b'{"gradviz": 0, "program": "x"}',
        b'{"gradviz": 1, "program": 3}',
        b'{"gradviz": 1, "program": "x", "mode": "other"}',
        b'{"gradviz": 1, "program": "x", "breakpoints": [1.5]}',
        b'{"gradviz": 1, "program": "\xff"}',
        b'{"gradviz": 1, "program": "\\ud800"}',
        b'{"gradviz": 1, "program": "x", "other": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_session_is_refused(data: bytes) -> None:
    with pytest.raises(SessionError, match="no session of gradviz"):
        parsed(data)


def test_one_of_a_newer_gradviz_is_told_as_such() -> None:
    with pytest.raises(SessionError, match="newer gradviz"):
        parsed(b'{"gradviz": 2, "programs": ["x"]}')


def test_a_program_that_is_too_long_is_refused() -> None:
    with pytest.raises(SessionError, match="longer"):
        parsed(json.dumps({"gradviz": 1, "program": "x" * (MAX_SOURCE + 1)}).encode())


KEPT = Session(gradviz=1, program="a", torch="2.13.0", stops=7, stop=3)


def test_another_torch_is_told_and_the_stop_is_shown_where_the_run_has_the_same_ones() -> None:
    state, _ = brought_back(replace(KEPT, torch="1.0"))
    assert (state.at, state.said) == (3, Elsewhere("1.0", "2.13.0", other=False))


def test_a_run_with_other_stops_is_shown_at_its_end() -> None:
    for torch in ("1.0", "2.13.0"):
        state, _ = brought_back(replace(KEPT, torch=torch, stops=9, stop=8))
        assert (state.at, state.said) == (None, Elsewhere(torch, "2.13.0", other=True))


def test_a_run_without_stops_has_none_to_go_to() -> None:
    state, effects = brought_back(replace(KEPT, stops=0), Course())
    assert state.at is None
    assert not [effect for effect in effects if isinstance(effect, do.Redraw)]


def test_lines_that_the_program_has_not_have_no_breakpoint() -> None:
    assert brought_back(replace(KEPT, program="a\nb", breakpoints=(-1, 0, 1, 2, 3)))[0].breakpoints == {1, 2}


def test_the_modes_stand_side_by_side_again() -> None:
    state, _ = brought_back(replace(KEPT, stop=None, beside=True))
    assert state.comparing.seen
    assert kept(state).beside


def test_an_edit_or_another_program_ends_what_was_to_be_brought_back() -> None:
    for then in (m.Edited("b"), m.Opened("b")):
        state, _ = play(AppState(), m.Opened("a", session=KEPT), then, READY, m.RunExited(1, Exit(0, 0)), picture(1))
        assert (state.session, state.at) == (None, None)


def test_before_the_engine_is_there_nothing_is_known_of_its_torch() -> None:
    state, _ = play(AppState(), m.Opened("a", session=KEPT))
    assert state.session == KEPT
    assert kept(state).torch == ""


@pytest.mark.parametrize("key", ["", "L1-" + "9" * 5000 + ".", "No" + "9" * 5000 + ".", "L9-0.No0.", "\0"])
def test_keys_of_no_fold_do_not_keep_the_program_from_being_edited(key: str) -> None:
    state, _ = brought_back(replace(KEPT, opened=(key,), focus=(Focus("from", key),), module=key))
    assert play(state, m.Edited("b\na"))[0].text == "b\na"


def test_a_session_keeps_its_seed() -> None:
    state, _ = play(looked_at(), m.SeedSet(7))
    session = parsed(written(kept(state)))
    back, effects = brought_back(session)
    assert (session.seed, back.seed) == (7, 7)
    assert [effect.request.seed for effect in effects if isinstance(effect, do.StartRun)] == [7]
    with pytest.raises(SessionError, match="no seed"):
        parsed(b'{"gradviz": 1, "program": "x", "seed": -9223372036854775809}')


def test_another_seed_is_another_run_and_the_same_is_none() -> None:
    state, effects = play(looked_at(), m.SeedSet(7), m.SeedSet(7))
    assert [effect.request.seed for effect in effects if isinstance(effect, do.StartRun)] == [7]
    assert state.current
    assert not state._replace(seed=None).current
