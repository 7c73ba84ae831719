"""Pictures as they come from the process that makes them."""

import gc

import msgspec
import pytest

from gradviz.drawing.pages.change import Change
from gradviz.drawing.pages.marks import Marks
from gradviz.model.wire import FrameReader, Kind
from gradviz.picture.picture import Picture
from gradviz.picture.sent.frames import SentPage, frames
from gradviz.picture.sent.looks import Looks
from gradviz.ui.processes.pictures import decoded
from tests.bench.drawn import drawn


@pytest.mark.parametrize("count", [30, 1500])
def test_a_picture_comes_as_it_was_sent(count: int) -> None:
    picture = Picture(1, complete=True, drawing=drawn(count))
    data = frames(1, picture)
    assert data is not None
    *ahead, last = FrameReader().feed(data)
    pages = [msgspec.msgpack.decode(frame.payload, type=SentPage) for frame in ahead]
    found = decoded(last.payload, Looks(), pages)
    assert last.kind is Kind.PICTURE
    assert bool(pages) == (count > 1000)
    assert found == picture
    assert found.drawing is not None
    assert isinstance(found.drawing.nodes, Marks)
    assert gc.isenabled()


def test_a_picture_that_is_none_leaves_python_as_it_was() -> None:
    with pytest.raises(msgspec.MsgspecError):
        decoded(b"\xc1" * 2_000_000, Looks())
    assert gc.isenabled()


@pytest.mark.parametrize(("count", "kept"), [(3, False), (200, True)])
def test_nobody_looks_for_cycles_in_the_marks_of_a_step_far_away(count: int, *, kept: bool) -> None:
    drawing = drawn(count)
    by = Change(1, drawing.size, (), tuple(drawing.nodes), (), "")
    gc.unfreeze()
    try:
        found = decoded(msgspec.msgpack.encode(Picture(1, complete=True, drawing=None, change=by)), Looks())
        assert found.change is not None
        assert found.change == by
        seen = {id(each) for each in gc.get_objects()}
        assert (id(found.change.nodes[0]) not in seen) == kept
    finally:
        gc.unfreeze()
