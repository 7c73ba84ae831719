"""One run on its stage: any moment after any other is drawn as it would be drawn alone."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.pages.change import change, changed
from gradviz.drawing.shapes import Role
from gradviz.drawing.words import ENGLISH
from gradviz.layout.diagram import Direction
from gradviz.model.graph.graph import View
from gradviz.model.trace import ProgramError
from gradviz.picture.picture import Language, Options
from gradviz.picture.record.record import Record
from gradviz.picture.stage.album import KEPT, Album
from gradviz.picture.stage.shown import shown
from gradviz.picture.stage.stage import stage
from tests.unit.model.graph.test_stepped import walked
from tests.unit.model.moments.test_moment import tapes
from tests.unit.model.traces import Tape, loop, scalar

STEPS = st.lists(st.none() | st.integers(0, 40), min_size=2, max_size=8)
WAYS = st.builds(
    Options,
    view=st.sampled_from(get_args(View)),
    direction=st.sampled_from(get_args(Direction)),
    language=st.sampled_from(get_args(Language)),
    legend=st.booleans(),
    values=st.booleans(),
    ghosts=st.booleans(),
)


@given(tapes().map(walked), WAYS, STEPS)
def test_a_moment_after_others_is_drawn_as_it_is_alone(tape: Tape, options: Options, steps: list[int | None]) -> None:
    record = Record(tape.trace())
    staged = stage(record, options, walked=True)
    last = shown(record, options, staged)
    drawing = last.drawing
    for step in steps:
        wanted = options._replace(step=step)
        now = shown(record, wanted, staged, last)
        alone = shown(Record(tape.trace()), wanted, stage(Record(tape.trace()), options, walked=True))
        assert now.drawing == alone.drawing
        assert now.graph == alone.graph
        sent = change(1, last.drawing, now.drawing)
        assert set(last.drawing.nodes).isdisjoint(sent.nodes)  # what looks as before does not go over again
        assert set(last.drawing.edges).isdisjoint(sent.edges)
        drawing = changed(drawing, sent)
        assert drawing == now.drawing
        last = now


def shared() -> Tape:
    """A leaf that requires grad from the second line on, and goes into the first and the last of many ops."""
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(1.0), requires_grad=False)
    tape.line(2, x=x)
    tape.write(tape.tensors[x]._replace(requires_grad=True))
    side = tape.apply("mul", x, x)
    for number in range(3, 12):
        tape.line(number)
        side = tape.apply("tanh", side)
    tape.line(12)
    side = tape.apply("mul", tape.apply("mul", side, x), x)
    tape.line(13, y=side)
    return walked(tape)


@given(WAYS, STEPS)
def test_badges_are_at_each_step_what_their_leaf_is_then(options: Options, steps: list[int | None]) -> None:
    record, options = Record(shared().trace()), options._replace(badges=True)
    staged = stage(record, options, walked=True)
    last = shown(record, options, staged)
    assert len([mark for mark in last.drawing.edges if mark.badge]) == 2
    for step in steps:
        wanted = options._replace(step=step)
        now = shown(record, wanted, staged, last)
        assert now.drawing == shown(record, wanted, stage(record, options, walked=True)).drawing
        assert [mark.badge for mark in now.drawing.edges] == [mark.badge for mark in last.drawing.edges]
        last = now


def test_without_badges_every_edge_begins_at_its_leaf() -> None:
    drawing = shown(Record(shared().trace()), Options(badges=False)).drawing
    assert not any(mark.badge for mark in drawing.edges)


@given(tapes().map(walked), WAYS)
def test_nothing_moves(tape: Tape, options: Options) -> None:
    record = Record(tape.trace())
    staged = stage(record, options._replace(legend=False), walked=True)
    drawings = [shown(record, options._replace(step=step, legend=False), staged).drawing for step in range(12)]
    assert len({tuple((mark.id, mark.rect) for mark in drawing.nodes) for drawing in drawings}) == 1
    assert len({drawing.size for drawing in drawings}) == 1


@pytest.mark.parametrize(("language", "head"), [("en", "× 12 of 500 · add"), ("ja", "× 500 のうち 12 · add")])
def test_a_fold_in_the_middle_of_its_loop_says_how_far_it_is(language: Language, head: str) -> None:
    trace = loop(500).trace()
    record, options = Record(trace), Options(language=language)
    step = [op.step for op in trace.ops if op.grad_fn is not None][11]
    found = shown(record, options._replace(step=step))
    assert [mark.title for mark in found.drawing.nodes if mark.role is Role.FOLD] == [head]
    ends = [mark.title for mark in shown(record, options).drawing.nodes if mark.role is Role.FOLD]
    assert ends == ["× 500 · add"]


def test_an_edge_tells_what_its_ends_are_called_then() -> None:
    record = Record(loop(500).trace())
    staged = stage(record, Options(), walked=True)
    last = shown(record, Options(step=1000), staged)
    edges = [shown(record, Options(step=step), staged, last).drawing.edges[0].title for step in (400, 402)]
    assert edges[0] != edges[1]


def test_only_the_newest_looks_are_kept() -> None:
    album = Album[str]()
    for key in range(KEPT + 1):
        album.put(0, key, str(key))
    assert [album.get(0, key) for key in range(KEPT + 1)] == [None, *map(str, range(1, KEPT + 1))]
    assert album.get(1, 0) is None


def test_a_sign_that_is_not_there_yet_has_its_room() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(1.0))
    tape.line(2, x=x)
    tape.apply("exp", x)
    tape.line(None)
    record = Record(tape.trace())
    staged = stage(record, Options(), walked=True)
    before, after = (shown(record, Options(step=step), staged).drawing.nodes[0] for step in (2, 3))
    assert before.rect == after.rect
    assert [text.at for text in before.texts] == [text.at for text in after.texts]
    assert len(before.paths) < len(after.paths)


def test_where_there_is_no_graph_each_step_says_so() -> None:
    tape = Tape()
    tape.line(1)
    tape.leaf(scalar(1.0), requires_grad=False)
    tape.line(2)
    tape.line(None)
    record, options = Record(tape.trace()), Options(view="backward")
    staged = stage(record, options, walked=True)
    drawings = [shown(record, options._replace(step=step), staged).drawing for step in (None, 0, 1)]
    assert drawings[0].legend
    assert drawings == [drawings[0]] * 3


def test_what_is_not_there_yet_is_outlined_only_where_that_is_wanted() -> None:
    record = Record(loop(3).trace())
    outlined, bare = (shown(record, Options(step=1, ghosts=on, legend=True)).drawing for on in (True, False))
    ghosts = [mark.id for mark in (*outlined.nodes, *outlined.edges) if mark.role in (Role.GHOST, Role.GHOST_EDGE)]
    assert ghosts
    marks = {mark.id: mark for mark in (*bare.nodes, *bare.edges)}
    assert [marks[name].paths for name in ghosts] == [()] * len(ghosts)
    assert {marks[name].description for name in ghosts} == {ENGLISH.kinds[Role.GHOST]}
    assert [mark.rect for mark in outlined.nodes] == [mark.rect for mark in bare.nodes]


def test_what_the_error_speaks_of_has_its_sign_at_the_end_alone() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    tape.line(2, x=x)
    tape.apply("mul", x, x)
    tape.line(3)
    trace = tape.trace()._replace(error=ProgramError("RuntimeError", "twice", 3, grad_fns=(0, 1)))
    record, options = Record(trace), Options()
    staged = stage(record, options, walked=True)
    last = shown(record, options, staged)
    before = shown(record, options._replace(step=trace.steps[-1].id - 1), staged, last)
    end = shown(record, options, staged, before)
    assert Role.ERROR in {mark.role for mark in end.drawing.nodes}
    assert Role.ERROR not in {mark.role for mark in before.drawing.nodes}
