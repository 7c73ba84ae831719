"""The picture process: frames in, frames out, as the window sees them."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradviz.drawing.pages.change import changed
from gradviz.model.cost import CostPage, Lap, Timed
from gradviz.model.costs.table import CostTable
from gradviz.model.trace import End, GradMode, Memory, Page, Step, Tensor, Trace
from gradviz.model.wire import Exit, Frame, FrameReader, Kind, Ready, Request, encode, pack
from gradviz.picture import __main__ as process
from gradviz.picture.__main__ import Session, serve
from gradviz.picture.inspection import inspecting
from gradviz.picture.inspection.inspection import Inspect, Inspection, Subject
from gradviz.picture.picture import Comparison, FoldMode, Language, Options, Picture, Save, Saved, Wish
from gradviz.picture.quiz.questions import AskQuiz, Quizzed
from gradviz.picture.record.record import Record
from gradviz.picture.sent import frames as framing
from gradviz.picture.sent import screen
from gradviz.picture.sent.looks import Looks
from gradviz.picture.stage import shown as showing
from gradviz.picture.stage import stage as stages
from gradviz.picture.stage.past import Past
from gradviz.picture.together import beside as together
from tests.unit.model.records import records
from tests.unit.model.traces import Tape, loop, scalar, square

COMPARISON = msgspec.msgpack.Decoder(Comparison)
PICTURE = msgspec.msgpack.Decoder(Picture)
QUIZZED = msgspec.msgpack.Decoder(Quizzed)
SAVED = msgspec.msgpack.Decoder(Saved)
INSPECTION = msgspec.msgpack.Decoder(Inspection)
FLAW = "The record of this run could not be drawn."
SQUARE = square()
OPTIONS = Options()


def page(end: End | None = None, tape: Tape = SQUARE) -> Page:
    trace = tape.trace()
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
    (again,) = answers(session, pack(Kind.REDRAW, 1, msgspec.msgpack.encode(Wish(Options(language="ja")))))
    drawing = shown(again).drawing
    assert drawing is not None
    assert drawing.title == "計算グラフ"


def test_another_view_needs_no_second_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    answers(session, WHOLE)
    monkeypatch.setattr(process, "concluded", lambda *_: [][0])
    assert shown(answers(session, redraw())[0]).drawing is not None
    (failed,) = map(shown, answers(session, WHOLE)[1:])
    assert failed.drawing is None


def test_options_that_come_early_hold_for_the_run() -> None:
    session = Session()
    assert answers(session, pack(Kind.REDRAW, 0, msgspec.msgpack.encode(Wish(Options(view="backward"))))) == []
    drawing = shown(answers(session, WHOLE)[-1]).drawing
    assert drawing is not None
    assert {mark.id for mark in drawing.nodes} == {"g0", "g1"}


def test_options_for_the_next_run_do_not_draw_the_one_before_again() -> None:
    session = Session()
    answers(session, WHOLE)
    assert answers(session, pack(Kind.REDRAW, 2, msgspec.msgpack.encode(Wish(Options(view="backward"))))) == []
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
    assert (
        answers(session, pack(Kind.REDRAW, 2, msgspec.msgpack.encode(Wish(Options())))) == []
    )  # nothing to show of it yet


def test_a_run_that_was_killed_shows_what_it_did_and_why() -> None:
    session = Session()
    answers(session, BEGIN + pack(Kind.PAGE, 1, encode(page())))
    (made,) = map(shown, answers(session, pack(Kind.EXITED, 1, encode(Exit(0, 9, "time")))))
    assert made.complete
    assert made.drawing is not None
    assert [(problem.original, problem.hint) for problem in made.problems] == [("time limit reached", "limits")]


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


def test_who_looks_otherwise_at_a_run_that_goes_on_need_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "time", SimpleNamespace(monotonic=lambda: 100.0))
    session = Session()
    answers(session, BEGIN + pack(Kind.PAGE, 1, encode(page())))
    assert list(session.unfinished()) == []
    wish = pack(Kind.REDRAW, 1, msgspec.msgpack.encode(Wish(Options(view="backward"))))
    assert answers(session, wish) == []
    (sent,) = session.unfinished()
    (made,) = map(shown, frames(sent))
    assert not made.complete
    assert made.drawing is not None
    assert "MulBackward0" in [mark.title for mark in made.drawing.nodes]
    assert list(session.unfinished()) == []


def test_it_waits_for_nothing_where_nothing_is_to_come() -> None:
    session = Session()
    assert session.patience() is None  # there was no run
    answers(session, BEGIN + pack(Kind.PAGE, 1, encode(page())))
    assert session.patience() == process.FIRST  # the run is to be shown unfinished
    answers(session, pack(Kind.EXITED, 1, encode(Exit(0, 0))))
    assert session.patience() is None


def inspect(run: int, of: Subject) -> bytes:
    return pack(Kind.INSPECT, run, msgspec.msgpack.encode(Inspect(of)))


def test_a_thing_of_the_run_is_told_of() -> None:
    session = Session()
    assert answers(session, inspect(1, Subject("tensor", 0))) == []  # no run
    answers(session, WHOLE)
    assert answers(session, inspect(2, Subject("tensor", 0))) == []  # of another
    (told,) = answers(session, inspect(1, Subject("grad_fn", 1)))
    assert (told.run, told.kind) == (1, Kind.INSPECTION)
    assert INSPECTION.decode(told.payload).title == "MulBackward0"


def quiz(run: int) -> bytes:
    return pack(Kind.QUIZ, run, msgspec.msgpack.encode(AskQuiz(3, "ja")))


def test_questions_are_made_of_a_run_that_has_ended() -> None:
    session = Session()
    assert answers(session, quiz(1)) == []  # no run
    answers(session, BEGIN)
    assert answers(session, quiz(1)) == []  # it goes on
    answers(session, WHOLE)
    assert answers(session, quiz(2)) == []  # of another
    (told,) = answers(session, quiz(1))
    assert (told.run, told.kind) == (1, Kind.QUIZZED)
    found = QUIZZED.decode(told.payload)
    assert found.asked == AskQuiz(3, "ja")
    assert [one.line for one in found.questions] == [1]  # of its text one line has run


def test_a_flaw_of_ours_costs_a_quiz_and_not_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    answers(session, WHOLE)
    monkeypatch.setattr(process, "quizzed", lambda *_: [][0])
    (told,) = answers(session, quiz(1))
    assert QUIZZED.decode(told.payload) == Quizzed(AskQuiz(3, "ja"))


def test_a_fold_of_what_is_shown_is_told_of_and_no_other() -> None:
    session = Session()
    (made,) = map(shown, answers(session, run_of(loop(400)))[1:])
    (row,) = made.folds
    for key, title in ((row.key, "× 400 · add"), ("L9-9.0", "Not there yet at this step")):
        (told,) = answers(session, inspect(1, Subject("fold", key)))
        assert INSPECTION.decode(told.payload).title == title


def test_a_flaw_of_ours_costs_an_inspection_and_not_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    answers(session, WHOLE)
    monkeypatch.setattr(inspecting, "inspection", lambda *_: [][0])
    (told,) = answers(session, inspect(1, Subject("tensor", 0)))
    assert "IndexError" in INSPECTION.decode(told.payload).sections[0].facts[0].text


# What no process may die of


def redraw(wanted: Options = OPTIONS, since: int | None = None, run: int = 1) -> bytes:
    return pack(Kind.REDRAW, run, msgspec.msgpack.encode(Wish(wanted, since)))


def run_of(tape: Tape) -> bytes:
    return BEGIN + pack(Kind.PAGE, 1, encode(page(DONE, tape)))


def test_what_came_before_a_malformed_page_is_shown() -> None:
    data = BEGIN + pack(Kind.PAGE, 1, encode(page())) + pack(Kind.PAGE, 1, b"[[[0]]]")
    (made,) = map(shown, answers(Session(), data)[1:])
    assert made.complete
    assert made.drawing is not None
    assert made.tensors == 2
    assert made.problems[0].original.startswith("RecordRefused: ")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_flaw_of_ours_costs_a_picture_and_not_the_process(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session()
    answers(session, redraw(Options(language=language)))
    with monkeypatch.context() as flawed:
        flawed.setattr(showing, "compose", lambda *_, **__: [][1])
        (made,) = map(shown, answers(session, WHOLE)[1:])
    assert (made.run, made.complete, made.drawing) == (1, True, None)
    (told,) = made.problems
    assert told.original == "IndexError: list index out of range"
    assert told.message == {"en": FLAW, "ja": told.message}[language]
    assert told.message.isascii() == (language == "en")
    assert shown(answers(session, redraw())[0]).drawing is not None


def test_a_picture_larger_than_a_frame_is_folded_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    (folded,) = map(shown, answers(session, run_of(loop(500)))[1:])
    monkeypatch.setattr(framing, "MAX_PAYLOAD", 2 * len(msgspec.msgpack.encode(folded)))
    (instead,) = map(shown, answers(session, redraw(Options(fold="none"))))
    assert instead.drawing == folded.drawing
    assert "folded" in instead.notice


def test_a_picture_too_large_even_then_has_no_drawing_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "MAX_PAYLOAD", 2000)
    for fold in ("auto", "none"):
        session = Session()
        answers(session, redraw(Options(fold=fold)))
        (made,) = map(shown, answers(session, WHOLE)[1:])
        assert made.drawing is None
        assert [row.name for row in made.rows] == ["x", "y"]
        assert "too large" in made.notice


def test_a_record_too_large_without_its_drawing_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "MAX_PAYLOAD", 200)
    (made,) = map(shown, answers(Session(), WHOLE)[1:])
    assert (made.drawing, made.rows) == (None, ())
    assert "even without a drawing it is larger than" in made.problems[0].original


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
PAYLOADS = st.one_of(
    st.binary(max_size=40),
    JSON.map(msgspec.json.encode),
    records(Page, st.integers(-1, 3)).map(encode),
    st.just(encode(page())),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(PAYLOADS, max_size=4), st.sampled_from(["auto", "none"]), st.none() | st.integers(0, 9))
def test_whatever_a_run_sends_is_answered_with_one_picture(
    payloads: list[bytes], fold: FoldMode, step: int | None
) -> None:
    session = Session()
    answers(session, redraw(Options(fold=fold, step=step)))
    pages = b"".join(pack(Kind.PAGE, 1, payload) for payload in payloads)
    taken, ended = answers(session, BEGIN + pages + pack(Kind.EXITED, 1, encode(Exit(0, 0))))
    assert taken.kind is Kind.RUN
    made = shown(ended)
    assert made.complete
    assert FLAW not in [problem.message for problem in made.problems]


# Files


def written(session: Session, data: bytes, wanted: Save) -> Saved:
    answers(session, data)
    (frame,) = answers(session, pack(Kind.SAVE, 1, msgspec.msgpack.encode(wanted)))
    assert frame.kind is Kind.SAVED
    return SAVED.decode(frame.payload)


WANTED = Save("graph.dot", "dot", "light", Options())


def test_a_file_is_written_of_the_trace_that_is_held() -> None:
    calls: list[tuple[Trace, Save]] = []
    session = Session(lambda trace, wanted: calls.append((trace, wanted)))
    assert written(session, WHOLE, WANTED) == Saved("graph.dot")
    ((trace, wanted),) = calls
    assert (len(trace.tensors), trace.seconds, wanted) == (2, 0.5, WANTED)


def test_a_file_is_written_of_a_run_that_goes_on() -> None:
    calls: list[Trace] = []
    assert written(Session(lambda trace, _: calls.append(trace)), BEGIN + pack(Kind.PAGE, 1, encode(page())), WANTED)
    assert calls[0].error is None
    assert len(calls[0].tensors) == 2


def test_a_file_that_is_not_written_is_told() -> None:
    def full(trace: Trace, wanted: Save) -> None:
        raise OSError(28, "No space left on device")

    def odd(trace: Trace, wanted: Save) -> None:
        raise OSError("odd")

    def flawed(trace: Trace, wanted: Save) -> None:
        raise KeyError(3)

    assert written(Session(full), WHOLE, WANTED).reason == "No space left on device"
    assert written(Session(odd), WHOLE, WANTED).reason == "odd"
    assert written(Session(flawed), WHOLE, WANTED).reason == "KeyError: 3"
    assert written(Session(full), b"", WANTED).reason == "there is no graph yet"
    assert written(Session(), WHOLE, WANTED).reason


# The process


def served(data: bytes) -> list[Frame]:
    """What comes out where `data` comes in, in this process."""
    source, feeding = os.pipe()
    reading, sink = os.pipe()
    os.write(feeding, data)
    os.close(feeding)
    try:
        serve(source, sink, Session())
        return list(frames(os.read(reading, 1 << 20)))
    finally:
        for descriptor in (source, reading, sink):
            os.close(descriptor)


def test_it_serves_until_its_input_ends() -> None:
    assert [frame.kind for frame in served(WHOLE)] == [Kind.RUN, Kind.PICTURE]


def test_it_shows_a_run_that_says_nothing_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = iter([True, False, True])
    monkeypatch.setattr(process, "FIRST", 0.0)
    ready = SimpleNamespace(select=lambda source, *_: (source if next(waits) else [], [], []))
    monkeypatch.setattr(process, "select", ready)
    found = served(BEGIN + pack(Kind.PAGE, 1, encode(page())))
    assert [frame.kind for frame in found][:2] == [Kind.RUN, Kind.PICTURE]
    assert not shown(found[1]).complete


def test_the_module_runs_as_a_program() -> None:
    command = [sys.executable, "-P", "-m", "gradviz.picture"]
    done = subprocess.run(command, input=WHOLE, capture_output=True, check=True)
    assert [frame.kind for frame in frames(done.stdout)] == [Kind.RUN, Kind.PICTURE]
    assert done.stderr == b""


LIMITED = """
import resource
from gradviz.picture import __main__ as process
{before}
process.MEMORY = 2**31
process._bound_memory()
print(resource.getrlimit(resource.RLIMIT_AS)[0])
"""


@pytest.mark.parametrize(
    ("before", "limit"),
    [
        ("", 2**31),
        ("resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))", 2**30),
        ("resource.setrlimit = lambda *_: int('not to be set')", resource.RLIM_INFINITY),
    ],
)
def test_its_memory_is_bounded(before: str, limit: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED.format(before=before)], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{limit}\n"


MEASURE = pack(Kind.RUN, 2, encode(Request("x", budget=1.0)))


def tables(session: Session, data: bytes) -> list[CostTable]:
    found = [one for one in answers(session, data) if one.kind is Kind.COSTS]
    assert all(one.run == 2 for one in found)
    return [msgspec.msgpack.decode(one.payload, type=CostTable) for one in found]


def test_a_measuring_run_leaves_the_record_as_it_is() -> None:
    session = Session()
    before = answers(session, WHOLE)[-1]
    pages = CostPage((Lap("grad", 1.0, 1.0, 0.0, 0.0),)), CostPage(done=True)
    found = tables(session, MEASURE + b"".join(pack(Kind.PAGE, 2, encode(one)) for one in pages))
    assert [(one.runs, one.done) for one in found] == [(1, False), (1, True)]
    (after,) = answers(session, pack(Kind.REDRAW, 1, msgspec.msgpack.encode(Wish(Options()))))
    assert shown(after) == shown(before)._replace(number=2)


def test_costs_are_told_again_in_another_language() -> None:
    session = Session()
    japanese = pack(Kind.REDRAW, 0, msgspec.msgpack.encode(Wish(Options(language="ja"))))
    assert answers(session, japanese) == []  # there are none yet
    lap = CostPage((Lap("grad", 1.0, 1.0, 0.0, 0.0),), done=True)
    (first,) = tables(session, MEASURE + pack(Kind.PAGE, 2, encode(lap)))
    (second,) = tables(session, pack(Kind.REDRAW, 0, msgspec.msgpack.encode(Wish(Options()))))
    assert [(table.rows[0].name, table.done) for table in (first, second)] == [("時間", True), ("time", True)]
    assert tables(session, pack(Kind.REDRAW, 0, msgspec.msgpack.encode(Wish(Options(view="forward"))))) == []


def test_the_inspector_tells_the_time_of_an_op_once_it_has_come() -> None:
    def costs() -> dict[str, str]:
        (answer,) = answers(session, inspect(1, Subject("op", SQUARE.trace().ops[-1].id)))
        found = INSPECTION.decode(answer.payload)
        return {fact.label: fact.text for one in found.sections if one.title == "Cost" for fact in one.facts}

    session = Session()
    answers(session, WHOLE)
    assert "time" not in costs()
    names = tuple(op.name for op in SQUARE.trace().ops)
    timed = CostPage(timed=(Timed("grad", names, tuple((k, 0.001, 0.0) for k in range(len(names))), 3),))
    answers(session, pack(Kind.RUN, 2, encode(Request("x", budget=1.0))) + pack(Kind.PAGE, 2, encode(timed)))
    assert costs()["time"] == "1 ms ± 0 µs"


def test_times_of_ops_are_drawn_when_they_have_come() -> None:
    session = Session()
    answers(session, WHOLE)
    (cold,) = map(shown, answers(session, pack(Kind.REDRAW, 1, msgspec.msgpack.encode(Wish(Options(heat="time"))))))
    assert "no times" in cold.notice
    names = tuple(op.name for op in SQUARE.trace().ops)
    timed = CostPage(timed=(Timed("grad", names, tuple((k, 0.001, 0.0) for k in range(len(names))), 3),))
    coming = pack(Kind.PAGE, 2, encode(timed)) + pack(Kind.PAGE, 2, encode(CostPage()))
    found = answers(session, pack(Kind.RUN, 2, encode(Request("x", budget=1.0))) + coming)
    assert [one.kind for one in found] == [Kind.RUN, Kind.COSTS, Kind.PICTURE, Kind.COSTS]
    drawn = shown(found[2])
    assert drawn.notice == ""
    assert drawn.drawing is not None
    assert any("1 ms ± 0 µs" in text.text for node in drawn.drawing.nodes for text in node.texts)
    other = answers(session, pack(Kind.RUN, 2, encode(Request("y", budget=1.0))) + coming)
    assert Kind.PICTURE not in [one.kind for one in other]  # it is of another program


@pytest.mark.parametrize(("kind", "payload"), [(Kind.PAGE, b"{}"), (Kind.EXITED, encode(Exit(0, 9)))])
def test_measuring_that_breaks_off_is_done_with_what_it_has(kind: Kind, payload: bytes) -> None:
    session = Session()
    assert [one.done for one in tables(session, MEASURE + pack(kind, 2, payload))] == [True]


# A step


def drawings(session: Session, asked: list[tuple[int | None, int | None]]) -> list[Picture]:
    """What comes of each step that is asked for, and the number of the picture that the asker has."""
    return [shown(answers(session, redraw(Options(step=step), since))[0]) for step, since in asked]


def test_a_step_is_the_change_of_the_drawing_that_the_asker_has() -> None:
    session = Session()
    (whole,) = map(shown, answers(session, WHOLE)[1:])
    assert whole.drawing is not None
    first, second, again = drawings(session, [(1, 1), (6, 2), (None, 1)])
    assert [one.drawing for one in (first, second, again)] == [None] * 3
    looks, changes = Looks(), []
    for picture in (whole, first, second, again):
        looks.take(picture)
        changes += [looks.whole(picture.change)] if picture.change else []
    then = changed(whole.drawing, changes[0])
    fresh = drawings(session_of(WHOLE), [(1, None), (6, None)])
    assert [then, changed(then, changes[1])] == [one.drawing for one in fresh]
    assert (changes[2].nodes, changes[2].edges) == ((), ())


def test_a_step_that_changes_more_than_is_sent_mark_by_mark_is_sent_as_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = session_of(WHOLE)
    (few,) = drawings(session, [(1, 1)])
    assert few.change is not None
    count = len(few.change.nodes) + len(few.change.edges) + len(few.change.known)
    assert count > 1
    for most, by_mark in ((count, True), (count - 1, False)):
        monkeypatch.setattr(screen, "MANY", most)
        (made,) = drawings(session_of(WHOLE), [(1, 1)])
        assert (made.change is not None, made.drawing is None) == (by_mark, by_mark)


def test_a_step_shown_before_carries_no_mark_a_second_time() -> None:
    session = Session()
    answers(session, WHOLE)
    first, _, again = (one.change for one in drawings(session, [(1, 1), (6, 2), (1, 3)]))
    assert first is not None
    assert again is not None
    assert first.nodes
    assert (again.nodes, again.edges) == ((), ())
    assert again.known


def session_of(data: bytes) -> Session:
    session = Session()
    answers(session, data)
    return session


@pytest.mark.parametrize("since", [0, 7, 2])
def test_who_has_another_drawing_is_sent_the_whole(since: int) -> None:
    session = session_of(WHOLE)
    drawings(session, [(1, 1), (2, 2)])  # of the second picture no more is known than that it was shown
    (made,) = drawings(session, [(3, since)])
    assert made.drawing is not None
    assert made.change is None
    (other,) = map(shown, answers(session, redraw(Options(view="backward", step=3), 4)))
    assert other.drawing is not None


# Runs beside each other

OTHER = loop(3)


SOURCE = "x\ny\nz\n"  # as many lines as those runs have


def begun(run: int, tape: Tape, kind: Kind = Kind.RUN, source: str = SOURCE, mode: GradMode = "grad") -> bytes:
    """A run from its request to its end."""
    pages = pack(Kind.PAGE, run, encode(page(DONE, tape)))
    return pack(kind, run, encode(Request(source, mode))) + pages + pack(Kind.EXITED, run, encode(Exit(0, 0)))


def owed(session: Session) -> list[Frame]:
    return [frame for answer in session.owed() for frame in frames(answer)]


def test_what_changed_is_told_behind_the_picture_and_once() -> None:
    session = Session()
    answers(session, READY + begun(1, SQUARE))
    assert not session.owes()
    plain = shown(answers(session, begun(2, unrecorded()))[-1])
    assert plain.changes is None
    assert session.owes()
    (frame,) = owed(session)
    changes = shown(frame).changes
    assert changes is not None
    assert any("MulBackward0" in line for line in changes.told)
    assert not session.owes()
    assert owed(session) == []


def test_a_run_is_laid_out_by_the_places_of_the_run_before(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Past | None] = []

    def noted(
        record: Record, options: Options, timed: Timed | None = None, past: Past | None = None, *, walked: bool
    ) -> stages.Stage:
        given.append(past)
        return stages.stage(record, options, timed, past, walked=walked)

    monkeypatch.setattr(screen, "stage", noted)
    session = Session()
    answers(session, READY + begun(1, SQUARE) + begun(2, OTHER) + redraw(Options(direction="LR"), run=2))
    answers(session, begun(3, SQUARE))
    first, second, turned, third = given
    assert first is None
    assert second is not None
    assert second.graph == showing.shown(Record(SQUARE.trace()), OPTIONS).graph
    assert turned == second
    assert third is not None
    assert third.options.direction == "LR"


def test_the_first_run_of_another_program_is_laid_out_afresh_and_compared_with_none() -> None:
    alone = shown(answers(Session(), READY + begun(2, unrecorded()))[-1])
    session = Session()
    answers(session, READY + begun(1, SQUARE))
    answers(session, redraw(Options(document=1), run=2))
    other = shown(answers(session, begun(2, unrecorded()))[-1])
    assert other.drawing == alone.drawing
    assert owed(session) == []
    answers(session, begun(3, SQUARE))
    assert len(owed(session)) == 1  # an edit of it is


def test_under_heat_what_changed_is_told_in_words_and_the_drawing_keeps_its_heat() -> None:
    session = Session()
    answers(session, READY + begun(1, SQUARE))
    answers(session, redraw(OPTIONS._replace(heat="saved"), run=1))
    hot = shown(answers(session, begun(2, unrecorded()))[-1])
    (frame,) = owed(session)
    again = shown(frame)
    assert again.drawing == hot.drawing
    assert again.changes is not None
    assert any("MulBackward0" in line for line in again.changes.told)
    assert (again.changes.nodes, again.changes.edges) == ((), ())
    answers(session, begun(3, unrecorded()))
    assert owed(session) == []


def unrecorded() -> Tape:
    """The square of a tensor that does not require grad."""
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0), requires_grad=False)
    tape.line(2, x=x)
    y = tape.apply("mul", x, x, value=scalar(4.0))
    tape.line(3, y=y)
    tape.line(None)
    return tape


def test_what_did_not_change_or_is_of_another_program_or_fails_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    assert owed(session) == []
    answers(session, READY + begun(1, SQUARE) + begun(2, SQUARE))
    assert session.owes()
    assert owed(session) == []
    answers(session, begun(3, OTHER, source="another"))
    assert owed(session) == []
    answers(session, begun(4, SQUARE))
    monkeypatch.setattr(screen, "since", lambda *_: 1 / 0)
    assert owed(session) == []


def test_a_step_and_a_run_that_is_being_read_owe_nothing() -> None:
    session = Session()
    answers(session, READY + begun(1, SQUARE) + begun(2, unrecorded()))
    answers(session, redraw(OPTIONS._replace(step=1), run=2))
    assert not session.owes()
    answers(session, redraw(run=2))
    assert session.owes()
    answers(session, pack(Kind.RUN, 3, encode(Request("x"))))
    assert not session.owes()


def test_the_modes_are_compared_once_all_have_ended_and_again_in_another_view() -> None:
    session = Session()
    answers(session, READY + begun(1, SQUARE))
    assert answers(session, begun(2, unrecorded(), Kind.BESIDE, mode="no_grad")) == []
    told = answers(session, begun(3, unrecorded(), Kind.BESIDE, mode="inference"))
    assert [frame.kind for frame in told] == [Kind.COMPARED]
    compared = COMPARISON.decode(told[0].payload)
    assert (compared.run, compared.modes) == (1, ("grad", "no_grad", "inference_mode"))
    assert compared.drawing is not None
    again = answers(session, redraw(OPTIONS._replace(language="ja")))
    assert [frame.kind for frame in again if frame.kind is not Kind.COSTS] == [Kind.PICTURE, Kind.COMPARED]
    step = answers(session, redraw(OPTIONS._replace(step=1, language="ja")))
    assert [frame.kind for frame in step] == [Kind.PICTURE]
    assert answers(session, pack(Kind.PAGE, 3, b"[]")) == []  # it has ended


def test_the_modes_are_compared_after_a_step_was_looked_at() -> None:
    session = Session()  # the end of a run is gone back to without a word to this process
    answers(session, READY + begun(1, SQUARE) + redraw(OPTIONS._replace(step=1)))
    answers(session, begun(2, unrecorded(), Kind.BESIDE, mode="no_grad"))
    told = answers(session, begun(3, unrecorded(), Kind.BESIDE, mode="inference"))
    assert [frame.kind for frame in told] == [Kind.COMPARED]


def test_runs_too_large_to_compare_and_those_that_cannot_be_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    modes = begun(2, SQUARE, Kind.BESIDE, mode="no_grad") + begun(3, SQUARE, Kind.BESIDE, mode="inference")
    for name, flaw, said in (
        ("small", lambda _: False, "too large"),
        ("MAX_PAYLOAD", 10, "too large"),
        ("compared", lambda *_: 1 / 0, "ZeroDivisionError"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(together, name, flaw)
            told = answers(Session(), READY + begun(1, SQUARE) + modes)[-1]
        compared = COMPARISON.decode(told.payload)
        assert compared.drawing is None
        assert said in compared.notice
