"""Pictures as frames: those of large drawings come by the page."""

import msgspec
import pytest

from gradviz.drawing.pages.marks import PAGE
from gradviz.model.wire import Frame, FrameReader, Kind
from gradviz.picture.picture import Picture
from gradviz.picture.sent import frames
from gradviz.picture.sent.frames import SentPage
from tests.bench.drawn import drawn

LARGE = Picture(3, complete=True, drawing=drawn(1500))


def sent(picture: Picture) -> list[Frame]:
    data = frames.frames(3, picture)
    assert data is not None
    return list(FrameReader().feed(data))


def test_a_small_picture_is_one_frame() -> None:
    small = LARGE._replace(drawing=drawn(30))
    (frame,) = sent(small)
    assert (frame.kind, frame.run) == (Kind.PICTURE, 3)
    assert [frame.kind for frame in sent(LARGE._replace(drawing=None))] == [Kind.PICTURE]
    assert len(msgspec.msgpack.decode(frame.payload, type=Picture).drawing or ()) > 0


def test_the_pages_of_a_large_drawing_go_ahead_of_its_picture() -> None:
    *ahead, last = sent(LARGE)
    drawing = LARGE.drawing
    assert drawing is not None
    assert {frame.kind for frame in ahead} == {Kind.MARKS}
    pages = [msgspec.msgpack.decode(frame.payload, type=SentPage) for frame in ahead]
    for of, marks in (("edges", drawing.edges), ("nodes", drawing.nodes)):
        come = [sent.page for sent in pages if sent.of == of]
        assert [mark for page in come for mark in page.marks] == list(marks)
        assert {page.length for page in come[:-1]} == {PAGE}
        assert all(isinstance(page.held, bytes) for page in come)
    told = msgspec.msgpack.decode(last.payload, type=Picture)
    assert told.drawing is not None
    assert len(told.drawing.edges) == len(told.drawing.nodes) == 0
    assert max(len(frame.payload) for frame in (*ahead, last)) < 16 * 1024


def test_what_is_too_large_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    total = sum(len(frame.payload) for frame in sent(LARGE))
    monkeypatch.setattr(frames, "MAX_PAGES", 2 * total)
    assert frames.frames(3, LARGE) is not None
    monkeypatch.setattr(frames, "MAX_PAGES", total // 2)
    assert frames.frames(3, LARGE) is None
    monkeypatch.setattr(frames, "MAX_PAYLOAD", 10)
    assert frames.frames(3, LARGE._replace(drawing=None)) is None
