"""Boxes stay in their places from one run to the next, whatever their ids are in either."""

from statistics import median
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.shapes import Role
from gradviz.layout.diagram import Direction
from gradviz.model.graph.graph import View
from gradviz.model.trace import Trace
from gradviz.picture.picture import Options
from gradviz.picture.record.record import Record
from gradviz.picture.stage.past import places
from gradviz.picture.stage.shown import shown
from gradviz.picture.stage.stage import Stage, left_by, stage
from gradviz.picture.together.together import since
from tests.unit.model.moments.test_moment import tapes
from tests.unit.model.traces import Tape, scalar

WAYS = st.builds(Options, view=st.sampled_from(get_args(View)), direction=st.sampled_from(get_args(Direction)))


def blocks(count: int, extra: int | None = None) -> Trace:
    """Blocks h = h * q + w * sigmoid(h) * q, with one more op in one of them, and the last part in a region."""
    tape = Tape()
    text: list[str] = []

    def line(said: str, **names: int) -> None:
        text.append(said)
        tape.line(len(text), **names)

    line("x = leaf")
    h = tape.leaf(scalar(1.0))
    for block in range(count):
        line(f"w{block} = leaf", h=h)
        w = tape.leaf(scalar(1.0))
        line(f"q{block} = tanh", w=w)
        other = tape.apply("tanh", w)
        line(f"h{block} = sigmoid", other=other)
        side = tape.apply("sigmoid", h)
        if block == extra:
            line("side = exp(side)", side=side)
            side = tape.apply("exp", side)
        line(f"h{block} = side * w", side=side)
        side = tape.apply("mul", side, w)
        line(f"r{block} = h * other", side=side)
        rest = tape.apply("mul", h, other)
        line(f"s{block} = side * other", rest=rest)
        side = tape.apply("mul", side, other)
        line(f"h{block} = rest + side", side=side)
        h = tape.apply("add", rest, side)
    line("with no_grad():", h=h)
    region = tape.region("no_grad")
    line("    z = h * h")
    z = tape.apply("mul", h, h, region=region)
    tape.line(None, z=z)
    return tape.trace()._replace(source="\n".join(text))


def across(staged: Stage, trace: Trace) -> dict[object, float]:
    """Where each op stands, by what the person wrote."""
    lines = dict(enumerate(trace.source.split("\n"), 1))
    found: dict[object, float] = {}
    for node in staged.draft.graph.nodes:
        if node.line is not None and not node.ghost:
            key = (lines[node.line], node.kind, None if node.op is None else node.op.name)
            found[key] = staged.placement.cells[node.id].x
    return found


def moved(before: Stage, then: Trace, after: Stage, now: Trace) -> int:
    old, new = across(before, then), across(after, now)
    shifts = [new[key] - old[key] for key in old if key in new]
    assert len(shifts) >= 0.9 * len(old)
    whole = median(shifts)
    return sum(abs(shift - whole) > 1 for shift in shifts)


@pytest.mark.parametrize(("then", "now"), [(None, 1), (1, None), (2, 5)])
def test_an_edit_moves_no_box_that_it_leaves_as_it_is(then: int | None, now: int | None) -> None:
    options = Options()
    first, second = Record(blocks(7, then)), Record(blocks(7, now))
    before = stage(first, options, walked=True)
    after = stage(second, options, past=left_by(before, first, options), walked=True)
    assert moved(before, first.trace, after, second.trace) <= 2
    assert len(shown(second, options, after).drawing.nodes) == len(after.draft.graph.nodes)


def test_what_changed_is_told_in_the_same_places() -> None:
    options = Options()
    first, second = Record(blocks(6)), Record(blocks(6, 2))
    alone = stage(second, options, walked=True)
    found = since(first, second, options, alone)
    assert found is not None
    assert found.shown is not None
    assert moved(alone, second.trace, found.shown.stage, second.trace) <= 1


@pytest.mark.parametrize("ghosts", [True, False])
def test_a_step_after_an_edit_outlines_what_is_not_there_yet_only_where_that_is_wanted(*, ghosts: bool) -> None:
    options = Options(ghosts=ghosts)
    first, second = Record(blocks(2)), Record(blocks(2, 1))
    found = since(first, second, options)
    assert found is not None
    assert found.shown is not None
    drawing = shown(second, options._replace(step=3), found.shown.stage, found.shown).drawing
    absent = [mark for mark in (*drawing.nodes, *drawing.edges) if mark.role in (Role.GHOST, Role.GHOST_EDGE)]
    assert absent
    assert {bool(mark.paths) for mark in absent} == {ghosts}


@given(tapes(), WAYS)
def test_the_same_run_again_is_the_same_picture_under_its_own_ids(tape: Tape, options: Options) -> None:
    record = Record(tape.trace()._replace(source="\n" * 60))
    staged = stage(record, options, walked=True)
    past = left_by(staged, record, options)
    graph = staged.draft.graph
    laid = places(past, graph, record.trace.source, options)
    assert laid == (staged.draft.diagram, staged.placement)


def test_badges_stay_in_their_places_too() -> None:
    """The first leaf goes into the last block of either run, and an op was put in between."""

    def closed(extra: int | None) -> Trace:
        trace = blocks(3, extra)
        last = max(op.id for op in trace.ops if op.name.startswith("aten::add"))
        ops = tuple(op._replace(inputs=(*op.inputs, 0)) if op.id == last else op for op in trace.ops)
        return trace._replace(ops=ops)

    options = Options(view="forward")
    first, second = Record(closed(None)), Record(closed(1))
    before = stage(first, options, walked=False)
    past = left_by(before, first, options)
    after = stage(second, options, past=past, walked=False)
    kept = places(past, after.draft.graph, second.trace.source, options)
    assert kept is not None
    assert after.draft.badges.keys() <= {cell.id for cell in kept.diagram.cells} & kept.placement.cells.keys()
    assert after.draft.badges.keys() <= {link.tail for link in kept.diagram.links}
    ((old, then),), ((new, now),) = (
        [(one.placement.cells[name], one) for name in one.draft.badges if name.endswith(".2")]
        for one in (before, after)
    )
    shifts = [
        x - across(then, first.trace)[key]
        for key, x in across(now, second.trace).items()
        if key in across(then, first.trace)
    ]
    assert abs(new.x - old.x - median(shifts)) <= 1


def test_places_from_left_to_right_say_nothing_of_those_from_top_to_bottom() -> None:
    record, options = Record(blocks(2)), Options(direction="LR")
    staged = stage(record, options, walked=True)
    past = left_by(staged, record, options)
    assert places(past, staged.draft.graph, record.trace.source, Options()) is None
    turned = stage(record, Options(), past=past, walked=True)
    assert turned.placement == stage(record, Options(), walked=True).placement


def test_places_by_graphviz_say_nothing_of_those_of_the_live_layout() -> None:
    record, options = Record(blocks(2)), Options(layout="graphviz")
    staged = stage(record, options, walked=True)
    past = left_by(staged, record, options)
    again = stage(record, Options(), past=past, walked=True)
    assert again.placement == stage(record, Options(), walked=True).placement
