"""Pictures as they come from the process that makes them."""

import gc

import msgspec
import pytest

from gradviz.drawing.shapes import Drawing
from gradviz.picture.picture import Picture
from gradviz.ui.pictures import decoded
from tests.bench.drawn import drawn


@pytest.mark.parametrize(("times", "kept"), [(1, False), (400, True)])
def test_nobody_looks_for_cycles_in_a_large_picture(times: int, kept: bool) -> None:
    drawing = drawn(30)
    picture = Picture(1, complete=True, drawing=drawing._replace(nodes=times * drawing.nodes))
    payload = msgspec.msgpack.encode(picture)
    gc.unfreeze()
    try:
        found = decoded(payload)
        assert found == picture
        assert gc.isenabled()
        assert isinstance(found.drawing, Drawing)
        seen = {id(each) for each in gc.get_objects()}
        assert (id(found.drawing.nodes) not in seen) == kept
    finally:
        gc.unfreeze()


def test_a_large_picture_that_is_none_leaves_python_as_it_was() -> None:
    with pytest.raises(msgspec.MsgspecError):
        decoded(b"\xc1" * 2_000_000)
    assert gc.isenabled()
    gc.unfreeze()
