"""A picture in a file, taken in as the window takes in what the picture process sends."""

import time
from pathlib import Path

import msgspec

from gradviz.drawing.shapes import Drawing
from gradviz.model.wire import FrameReader, Kind
from gradviz.picture.__main__ import PIECE
from gradviz.picture.picture import Picture
from gradviz.picture.sent.frames import SentPage
from gradviz.picture.sent.looks import Looks
from gradviz.ui.processes.pictures import decoded


def arrived(path: Path) -> tuple[Drawing, list[float]]:
    """Take in the frames of a picture as they come, and the seconds each kept the window."""
    reader, pages, turns = FrameReader(), list[SentPage](), list[float]()
    picture: Picture | None = None
    with path.open("rb") as file:
        while data := file.read(PIECE):
            began = time.perf_counter()
            for frame in reader.feed(data):
                if frame.kind is Kind.MARKS:
                    pages.append(msgspec.msgpack.decode(frame.payload, type=SentPage))
                else:
                    picture = decoded(frame.payload, Looks(), pages)
            turns.append(time.perf_counter() - began)
    assert picture is not None
    assert picture.drawing is not None
    return picture.drawing, turns
