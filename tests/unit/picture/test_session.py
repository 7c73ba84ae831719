"""The picture process: frames in, frames out, as the window sees them."""

import os
import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from gradviz.model.trace import End, Memory, Page, Step, Tensor
from gradviz.model.wire import Exit, Frame, FrameReader, Kind, Ready, Request, encode, pack
from gradviz.picture import __main__ as process
from gradviz.picture.__main__ import Session, main
from gradviz.picture.picture import Options, Picture
from tests.unit.model.traces import square

PICTURE = msgspec.json.Decoder(Picture)


def page(end: End | None = None) -> Page:
    trace = square().trace()
    steps = tuple(step for step in trace.steps if step.kind != "op")
    states: tuple[Tensor, ...] = (*trace.past, *trace.tensors)
    return Page(states, trace.ops, trace.grad_fns, steps, trace.backwards, end=end)


DONE = End(None, None, Memory(), 0.5)
READY = pack(Kind.READY, 0, encode(Ready("2.13.0", "3.11.7", "")))
BEGIN = READY + pack(Kind.RUN, 1, encode(Request("x")))
WHOLE = BEGIN + pack(Kind.PAGE, 1, encode(page(DONE))) + pack(Kind.EXITED, 1, encode(Exit(0, 0)))


def frames(data: bytes) -> Iterator[Frame]:
    return FrameReader().feed(data)


def answers(session: Session, data: bytes) -> list[Frame]:
    return [answer for frame in frames(data) for sent in session.take(frame) for answer in frames(sent)]


def shown(frame: Frame) -> Picture:
    assert frame.kind is Kind.PICTURE
    return PICTURE.decode(frame.payload)


def test_a_run_is_taken_up_at_once_and_shown_when_it_ends() -> None:
    taken, ended = answers(Session(), WHOLE)
    assert taken == Frame(1, Kind.RUN, b"")
    made = shown(ended)
    assert (ended.run, made.run, made.complete, made.seconds) == (1, 1, True, 0.5)
    assert made.drawing is not None
    assert made.problems == ()


def test_another_view_needs_no_new_run() -> None:
    session = Session()
    answers(session, WHOLE)
    (again,) = answers(session, pack(Kind.REDRAW, 1, msgspec.json.encode(Options(language="ja"))))
    drawing = shown(again).drawing
    assert drawing is not None
    assert drawing.title == "計算グラフ"


def test_options_that_come_early_hold_for_the_run() -> None:
    session = Session()
    assert answers(session, pack(Kind.REDRAW, 0, msgspec.json.encode(Options(view="backward")))) == []
    drawing = shown(answers(session, WHOLE)[-1]).drawing
    assert drawing is not None
    assert {mark.id for mark in drawing.nodes} == {"g0", "g1"}


def test_frames_of_another_run_are_dropped() -> None:
    session = Session()
    assert answers(session, pack(Kind.PAGE, 1, encode(page()))) == []
    answers(session, BEGIN)
    assert answers(session, pack(Kind.PAGE, 2, b"what") + pack(Kind.EXITED, 0, encode(Exit(0, 0)))) == []
    (made,) = map(shown, answers(session, pack(Kind.EXITED, 1, encode(Exit(0, 0)))))
    assert made.tensors == 0


def test_what_comes_after_the_end_is_dropped() -> None:
    session = Session()
    answers(session, WHOLE)
    assert answers(session, pack(Kind.EXITED, 1, encode(Exit(9, 9)))) == []


def test_a_frame_that_says_nothing_to_a_run_is_ignored() -> None:
    session = Session()
    answers(session, BEGIN)
    assert answers(session, pack(Kind.CANCEL, 1)) == []


def test_a_new_run_takes_the_place_of_the_old() -> None:
    session = Session()
    answers(session, WHOLE)
    assert answers(session, pack(Kind.RUN, 2, encode(Request("y")))) == [Frame(2, Kind.RUN, b"")]
    assert answers(session, pack(Kind.REDRAW, 2, msgspec.json.encode(Options()))) == []  # nothing to show of it yet


def test_a_run_that_was_killed_shows_what_it_did_and_why() -> None:
    session = Session()
    answers(session, BEGIN + pack(Kind.PAGE, 1, encode(page())))
    (made,) = map(shown, answers(session, pack(Kind.EXITED, 1, encode(Exit(0, 9, "time")))))
    assert made.complete
    assert made.drawing is not None
    assert [(problem.original, problem.hint) for problem in made.problems] == [("time", "limits")]


def test_a_malformed_page_ends_the_run_with_an_error() -> None:
    session = Session()
    (made,) = map(shown, answers(session, BEGIN + pack(Kind.PAGE, 1, b"[[[0]]]"))[1:])
    assert made.complete
    assert [problem.severity for problem in made.problems] == ["error"]
    assert "process" in made.problems[0].original
    assert answers(session, pack(Kind.EXITED, 1, encode(Exit(0, 0)))) == []


def test_a_malformed_exit_ends_the_run_with_an_error() -> None:
    (made,) = map(shown, answers(Session(), BEGIN + pack(Kind.EXITED, 1, b"?"))[1:])
    assert made.complete
    assert len(made.problems) == 1


def test_a_record_that_does_not_hold_together_is_not_shown() -> None:
    broken = encode(Page(steps=(Step(0, "line", 1, names={"x": 5}),)))
    data = BEGIN + pack(Kind.PAGE, 1, broken) + pack(Kind.EXITED, 1, encode(Exit(0, 0)))
    (made,) = map(shown, answers(Session(), data)[1:])
    assert made.drawing is None
    assert made.rows == ()
    assert len(made.problems) == 1


def test_a_long_run_is_shown_unfinished_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(process, "time", SimpleNamespace(monotonic=lambda: now))
    session = Session()
    assert list(session.unfinished()) == []  # no run
    answers(session, BEGIN + pack(Kind.PAGE, 1, encode(page())))
    assert list(session.unfinished()) == []  # too early
    now += process.FIRST
    (sent,) = session.unfinished()
    (made,) = map(shown, frames(sent))
    assert not made.complete
    assert made.drawing is not None
    assert list(session.unfinished()) == []  # not again so soon
    now += process.FIRST
    assert len(list(session.unfinished())) == 1
    answers(session, pack(Kind.EXITED, 1, encode(Exit(0, 0))))
    now += 100.0
    assert list(session.unfinished()) == []  # it has ended


@contextmanager
def pipes(monkeypatch: pytest.MonkeyPatch, data: bytes) -> Iterator[int]:
    """Standard input that says `data` and ends; the other end of standard output is what comes out."""
    source, feeding = os.pipe()
    reading, sink = os.pipe()
    os.write(feeding, data)
    os.close(feeding)
    with os.fdopen(source, "rb") as taken, os.fdopen(sink, "wb") as given:
        monkeypatch.setattr("sys.stdin", taken)
        monkeypatch.setattr("sys.stdout", given)
        yield reading
    os.close(reading)


def test_the_process_serves_until_its_input_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with pipes(monkeypatch, WHOLE) as reading:
        main()
        found = list(frames(os.read(reading, 1 << 20)))
    assert [frame.kind for frame in found] == [Kind.RUN, Kind.PICTURE]


def test_the_process_shows_a_run_that_says_nothing_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = iter([True, False, True])
    monkeypatch.setattr(process, "FIRST", 0.0)
    ready = SimpleNamespace(select=lambda source, *_: (source if next(waits) else [], [], []))
    monkeypatch.setattr(process, "select", ready)
    with pipes(monkeypatch, BEGIN + pack(Kind.PAGE, 1, encode(page()))) as reading:
        main()
        found = list(frames(os.read(reading, 1 << 20)))
    assert [frame.kind for frame in found][:2] == [Kind.RUN, Kind.PICTURE]
    assert not shown(found[1]).complete


def test_the_module_runs_as_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    with pipes(monkeypatch, b""):
        runpy.run_path(str(Path(process.__file__)), run_name="__main__")
