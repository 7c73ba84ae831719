"""Trace and Options in, Picture out."""

from collections.abc import Iterator
from contextlib import suppress
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradviz.drawing.draft import draft
from gradviz.drawing.shapes import Role
from gradviz.intake.tracebuilder import TraceBuilder
from gradviz.layout import graphviz, layered
from gradviz.layout.diagram import Diagram, Direction
from gradviz.layout.geometry import Placement
from gradviz.model.costs.heat import HEATS
from gradviz.model.errors.ending import ended
from gradviz.model.graph.build import build
from gradviz.model.graph.graph import View
from gradviz.model.moments.course import Course
from gradviz.model.moments.moment import History
from gradviz.model.moments.stops import course
from gradviz.model.source.place import Text
from gradviz.model.trace import (
    GradFn,
    Limit,
    Memory,
    Module,
    Op,
    Output,
    Page,
    ProgramError,
    Region,
    Step,
    Tensor,
    Trace,
    Value,
    Warned,
)
from gradviz.model.why.mistake import Mistake
from gradviz.model.wire import Exit, FrameError, Ready, Request, encode
from gradviz.picture.make import picture, told
from gradviz.picture.picture import Focus, FoldMode, Keeps, Language, Options, Problem
from gradviz.picture.record import record as records_of
from gradviz.picture.record.record import Record
from gradviz.picture.stage.shown import shown
from gradviz.picture.stage.stage import stage
from gradviz.picture.texts.problems import WARNINGS, problems
from tests.unit.model.records import records
from tests.unit.model.traces import known, loop, scalar, square

OPTIONS = st.builds(
    Options,
    st.sampled_from(get_args(View)),
    st.sampled_from(get_args(FoldMode)),
    st.just("layered"),
    st.sampled_from(get_args(Direction)),
    st.none() | st.integers(0, 10),
    st.sampled_from(get_args(Language)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(HEATS),
)
EMPTY = Trace("2.13.0", "3.11.7", "grad", "")


@given(OPTIONS)
def test_every_option_gives_a_picture(options: Options) -> None:
    made = picture(7, Record(square().trace()), options, complete=True)
    assert made.drawing is not None
    assert (made.run, made.complete) == (7, True)
    assert (made.notice != "") is (options.heat == "time")  # which was not measured
    assert (made.ops, made.grad_fns, made.tensors, made.steps) == (2, 2, 2, 8)
    assert [row.name for row in made.rows] == ["x", "y"][: len(made.rows)]
    assert made.step == options.step
    if options.step is None:
        assert len(made.rows) == 2
        assert made.course == course(History(square().trace()))
    else:
        assert made.course == Course()  # the window has it already


def test_a_step_shows_the_run_as_it_stood() -> None:
    trace = square().trace()
    graphs = [shown(Record(trace), Options(step=step)).graph for step in (0, 1, 6)]
    assert [sum(not node.ghost for node in graph.nodes) for graph in graphs] == [0, 1, 3]
    assert [picture(1, Record(trace), Options(step=step), complete=True).now for step in (0, 1, 6)] == [
        None,
        None,
        "t0",
    ]


@pytest.mark.parametrize("view", get_args(View))
@pytest.mark.parametrize("direction", get_args(Direction))
def test_nothing_moves_from_step_to_step(view: View, direction: Direction) -> None:
    trace = loop(5).trace()
    record = Record(trace)
    options = Options(view=view, direction=direction, step=0)
    staged = stage(record, options, walked=True)
    drawings = [shown(record, options._replace(step=k), staged).drawing for k in range(len(trace.steps))]
    assert len({drawing.size for drawing in drawings}) == 1
    assert len({tuple((mark.id, mark.rect) for mark in drawing.nodes) for drawing in drawings}) == 1
    assert all(not mark.texts for mark in drawings[0].nodes if mark.role is Role.GHOST)
    assert not any(mark.role in (Role.GHOST, Role.GHOST_EDGE) for mark in (*drawings[-1].nodes, *drawings[-1].edges))


def test_folding_is_a_choice() -> None:
    trace = loop(500).trace()
    folded, whole = (picture(1, Record(trace), Options(fold=mode), complete=True) for mode in get_args(FoldMode))
    assert folded.hidden > 400
    assert whole.hidden == 0


def test_folds_are_told_with_their_keys_and_what_stands_in_those_that_are_open() -> None:
    record = Record(loop(500).trace())
    options = Options(opened=("L2-2.0", "L2-2.0/101-200"))
    made = picture(1, record, options, complete=True)
    closed = [row for row in made.folds if not row.open]
    assert [row.key for row in closed][:2] == ["L2-2.0/1-100", "L2-2.0/101-200/101-110"]
    inner, outer = (row for row in made.folds if row.open)
    assert (inner.key, outer.key) == ("L2-2.0/101-200", "L2-2.0")
    assert set(inner.inside) == {row.mark for row in closed if row.key.startswith("L2-2.0/101-200/")}
    assert made.drawing is not None
    assert {mark.id for mark in made.drawing.titles} == {inner.mark, outer.mark}
    assert {mark.role for mark in made.drawing.frames} == {Role.OPENED}


def test_more_than_anybody_reads_is_drawn_only_when_asked() -> None:
    record = Record(loop(50).trace())
    few = Options(fold="none", most=40)
    assert picture(1, record, few, complete=True).withheld == len(build(record.trace, "both").nodes)
    assert picture(1, record, few._replace(most=None), complete=True).withheld == 0
    record = Record(loop(500).trace())
    opened = Options(opened=("L2-2.0", "L2-2.0/101-200"), most=10)
    made = picture(1, record, opened, complete=True)
    assert made.withheld == 16
    assert [row.key for row in made.folds if row.open] == ["L2-2.0"]


def test_a_run_without_tensors_keeps_the_last_good_drawing() -> None:
    trace = EMPTY._replace(output=(Output(1, "hi\n"),), memory=Memory(saved_bytes=5), seconds=0.25)
    made = picture(1, Record(trace), Options(), complete=False)
    assert made.drawing is None
    assert (made.complete, made.rows, made.output, made.hidden) == (False, (), trace.output, 0)
    assert (made.saved_bytes, made.seconds) == (5, 0.25)


@pytest.mark.parametrize("language", get_args(Language))
def test_the_language_reaches_drawing_and_rows(language: Language) -> None:
    made = picture(1, Record(square().trace()), Options(language=language), complete=True)
    assert made.drawing is not None
    assert made.drawing.title == {"en": "Autograd graph", "ja": "計算グラフ"}[language]
    assert made.rows[1].grad == {"en": "None — not a leaf", "ja": "None — 葉でない"}[language]


def test_the_graphviz_layout_gives_way_to_the_live_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(diagram: Diagram, direction: Direction, budget_s: float) -> Placement:
        raise graphviz.GraphvizError("there is no dot here")

    trace = square().trace()
    live = shown(Record(trace), Options())
    monkeypatch.setattr(graphviz, "place", fail)
    instead = shown(Record(trace), Options(layout="graphviz"))
    assert instead.stage.notice == "there is no dot here"
    assert instead.drawing == live.drawing
    monkeypatch.setattr(graphviz, "place", lambda diagram, direction, budget_s: _placed(trace))
    assert shown(Record(trace), Options(layout="graphviz")).stage.notice == ""


def _placed(trace: Trace) -> Placement:
    """What the live layout makes of a trace, as if dot had made it."""
    return layered.place(draft(build(trace, "both"), known(trace)).diagram, "TB")


def test_problems_are_told_the_gravest_first() -> None:
    error = ProgramError("SyntaxError", "invalid character '（' (U+FF08)", 2, "full-width", (), (), 5, 2, 6)
    trace = EMPTY._replace(
        error=error,
        limits=Limit("ops", "7 ops"),
        steps=(Step(0, "line", 3), Step(1, "line", None), Step(2, "op", 9)),
        warnings=(Warned(4, "UserWarning", "take care"),),
    )
    first, second, third = problems(Record(trace), Options())
    assert first == Problem(
        "error",
        2,
        5,
        2,
        6,
        "There is a full-width character here. Python wants the half-width one.",
        "SyntaxError: invalid character '（' (U+FF08)",
        "full-width",
    )
    assert (second.line, second.original, second.hint) == (3, "ops limit reached at 7 ops", "limits")
    assert second.message.startswith("Stopped after 7 ops")
    assert third == Problem("warning", 4, 0, None, 0, "UserWarning: take care", "UserWarning: take care", None)


def test_no_name_of_ours_stands_where_the_words_of_python_stand() -> None:
    def original(how: Exit) -> tuple[str, str]:
        (problem,) = problems(Record(ended(Trace("", "", "grad", "x"), how)), Options())
        return problem.message, problem.original

    stopped, said = original(Exit(0, 9, None, "cancelled"))
    assert stopped == said == "Stopped. What the program did until then is shown."  # said once, where both are shown
    assert original(Exit(3, 0))[1] == "the program's process left before the program's end (status 3)"


def test_errors_that_were_caught_are_warnings_that_name_what_they_speak_of() -> None:
    trace = square().trace()
    named, nothing = ProgramError("E", "one", 3, None, (0,), (1,)), ProgramError("E", "two", 4)
    first, second = problems(Record(trace._replace(caught=(named, nothing, named))), Options())
    what = f"{trace.grad_fns[1].name}, {trace.tensors[0].names[0]}"
    told = f"Caught by the program, at {what}: E: one (×2)"
    assert first == Problem("warning", 3, 0, None, 0, told, "E: one (×2)", None)
    assert second == Problem("warning", 4, 0, None, 0, "Caught by the program: E: two", "E: two", None)


def test_a_limit_before_the_first_line_stands_nowhere() -> None:
    (told,) = problems(Record(EMPTY._replace(limits=Limit("time", ""))), Options(language="ja"))
    assert told.line is None
    assert told.message.startswith("時間の上限")


def test_a_run_without_problems_tells_none() -> None:
    assert problems(Record(square().trace()), Options()) == []


def test_a_warning_raised_again_is_counted_and_no_more_are_told_than_are_read() -> None:
    often = Warned(2, "UserWarning", "again")
    others = tuple(Warned(3, "UserWarning", f"number {number}") for number in range(WARNINGS + 40))
    told = problems(Record(EMPTY._replace(warnings=(often, *others, *[often] * 99_999))), Options())
    assert told[0].message == "UserWarning: again (×100,000)"
    assert told[1].message == "UserWarning: number 0"
    assert len(told) == WARNINGS + 1
    assert (told[-1].message, told[-1].line) == ("+41 more", None)


def test_a_step_tells_how_much_had_been_printed() -> None:
    pieces = (Output(1, "ab", step=2), Output(1, "c", step=4), Output(2, "de", step=4))
    record = Record(square().trace()._replace(output=pieces))
    made = [told(1, record, Options(step=step), shown(record, Options(step=step)), complete=True) for step in range(5)]
    assert [one.printed for one in made] == [0, 0, 2, 2, 5]
    assert [one.output for one in made] == [()] * 5
    assert picture(1, record, Options(), complete=True).printed == 5


def test_prints_of_one_line_are_one() -> None:
    pieces = (Output(1, "a"), Output(1, "b"), Output(1, "c", "stderr"), Output(2, "d"), Output(1, "e"))
    made = picture(1, Record(EMPTY._replace(output=pieces)), Options(), complete=True)
    assert made.output == (Output(1, "ab"), Output(1, "c", "stderr"), Output(2, "d"), Output(1, "e"))


# Whatever is accepted can be shown


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """Pages whose references mostly exist and whose stamps and flags are anything."""
    count = draw(st.integers(1, 3))
    numbers = st.integers(0, count - 1)
    page = draw(records(Page, numbers))
    grad_fns = [draw(records(GradFn, numbers)) for _ in range(count)]
    return page._replace(
        tensors=tuple(_fitting(draw(records(Tensor, numbers)), number) for number in range(count)),
        ops=tuple(draw(records(Op, numbers))._replace(id=number) for number in range(count)),
        grad_fns=tuple(
            grad_fn._replace(
                id=number, next=tuple((None if to is None or to >= number else to, k) for to, k in grad_fn.next)
            )
            for number, grad_fn in enumerate(grad_fns)
        ),
        regions=tuple(
            draw(records(Region, numbers))._replace(id=number, parent=number - 1 if number else None)
            for number in range(count)
        ),
        steps=tuple(
            step._replace(arrived=tuple(map(_whole, step.arrived)), left=tuple(map(_whole, step.left)))
            for step in page.steps
        ),
    )


def _whole(value: Value | None) -> Value | None:
    return None if value is None else scalar(1.0) if value.data else Value(value.shape)


def _fitting(tensor: Tensor, number: int) -> Tensor:
    value, grad = _whole(tensor.value), _whole(tensor.grad)
    return tensor._replace(id=number, value=value, grad=grad, shape=() if value is None else value.shape)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(pages(), OPTIONS)
def test_whatever_the_reading_side_accepts_can_be_shown(page: Page, options: Options) -> None:
    builder = TraceBuilder(Request(""), Ready("", "", ""))
    with suppress(FrameError):
        builder.page(encode(page))
        picture(1, Record(builder.trace()), options, complete=True)


def test_less_of_a_graph_is_found_again_in_another_run_and_the_rest_is_counted() -> None:
    record = Record(loop(500).trace())
    whole = picture(1, record, Options(), complete=True)
    assert whole.drawing is not None
    keys = dict(whole.keys)
    assert set(keys) == {mark.id for mark in whole.drawing.nodes}
    fold = next(mark.id for mark in whole.drawing.nodes if mark.role is Role.FOLD)
    everything = len(whole.drawing.nodes) + whole.hidden
    for keeps in get_args(Keeps):
        made = picture(1, record, Options(focus=(Focus(keeps, keys[fold]),)), complete=True)
        assert made.drawing is not None
        assert (fold in {mark.id for mark in made.drawing.nodes}) == (keeps != "others")
        assert len(made.drawing.nodes) + made.hidden == everything
    first = whole.drawing.nodes[0].id
    to = picture(1, record, Options(focus=(Focus("from", keys[first]), Focus("to", "No99.9"))), complete=True)
    assert to.drawing is not None
    assert [mark.id for mark in to.drawing.nodes] == [first]
    names = [mark.id for mark in whole.drawing.nodes]
    hidden = picture(1, record, Options(focus=(Focus("others", keys[first], ("No99.9", keys[fold])),)), complete=True)
    assert hidden.drawing is not None
    assert [mark.id for mark in hidden.drawing.nodes] == [name for name in names if name not in (first, fold)]
    both = picture(1, record, Options(focus=(Focus("from", keys[first], (keys[names[-1]],)),)), complete=True)
    assert both.drawing is not None
    assert {first, names[-1]} <= {mark.id for mark in both.drawing.nodes}
    opened = Options(opened=("L2-2.0",), focus=(Focus("others", "L2-2.0"),))
    without = picture(1, record, opened, complete=True)
    assert without.drawing is not None
    assert not without.folds


def test_modules_are_told_in_the_order_in_which_they_ran_with_all_that_is_in_them() -> None:
    trace = loop(6).trace()
    paths = ("net.b", "net.b", "net.a", None, "net.a.0", "net")
    ops = tuple(op._replace(module=path) for op, path in zip(trace.ops[-6:], paths, strict=True))
    weight = trace.tensors[0]._replace(is_parameter=True, names=("net.a.weight",))
    classes = (Module("net", "Net"), Module("net.a", "Linear"), Module("net.a", "Conv2d"))
    trace = trace._replace(ops=(*trace.ops[:-6], *ops), tensors=(weight, *trace.tensors[1:]), modules=classes)
    made = picture(1, Record(trace), Options(), complete=True)
    assert [(row.path, row.ops, row.parameters, len(row.marks)) for row in made.modules] == [
        ("net", 5, 1, 1),
        ("net.b", 2, 0, 2),
        ("net.a", 2, 1, 1),
        ("net.a.0", 1, 0, 1),
    ]
    assert [row.types for row in made.modules] == [("Net",), (), ("Linear", "Conv2d"), ()]
    inside = picture(1, Record(trace), Options(module="net.a"), complete=True)
    assert inside.drawing is not None
    assert [mark.texts[0].text for mark in inside.drawing.titles] == ["− net.a · Linear, Conv2d · line 2"]


def test_mistakes_are_looked_for_once_for_all_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[History] = []

    def noted(history: History, text: Text) -> Iterator[Mistake]:
        looked.append(history)
        yield Mistake("idle", 1, {"name": "adam"})

    monkeypatch.setattr(records_of, "mistakes", noted)
    record = Record(square().trace()._replace(source="adam.step()\n"))
    made = [picture(1, record, Options(step=step), complete=True) for step in (None, 1, 2)]
    assert looked == [record.history]
    assert [[one.hint for one in each.problems] for each in made] == [["silent-idle"]] * 3
