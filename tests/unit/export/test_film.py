"""Animations, put together again by readers that are not ours: Qt reads GIF, and the PNGs that an APNG is made of."""

import struct
import zlib
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageReader, QPainter

from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import DARK, LIGHT
from gradviz.export import film as film_module
from gradviz.export import gif
from gradviz.export.film import PACE, REST, film
from gradviz.export.raster import blank, repaint
from gradviz.export.work import finished
from gradviz.layout.geometry import Rect
from tests.unit.drawing.samples import drawn, every_kind

pytestmark = pytest.mark.usefixtures("qapp")


def run() -> list[Drawing]:
    """Moments of a run: what is there grows; once nothing changes; the legend at the end makes it larger."""
    whole, told = drawn(*every_kind())[1], drawn(*every_kind(), legend=True)[1]
    parts = [whole._replace(nodes=whole.nodes[:count], edges=whole.edges[:count]) for count in (0, 3, 3, 9)]
    moved = whole._replace(nodes=(whole.nodes[0].moved(9, 5), *whole.nodes[1:]))
    return [*parts, moved, told]


def gif_frames(data: bytes) -> list[tuple[QImage, int]]:
    held = QByteArray(data)
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"gif"))
    frames = []
    while reader.canRead():
        frame = reader.read()
        frames.append((frame, reader.nextImageDelay()))
    return frames


def apng_frames(data: bytes) -> Iterator[tuple[QImage, int]]:
    """The frames as a viewer composes them; the order and the sums of the chunks are held to the specification."""
    at, chunks = 8, []
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert data[at + 8 + length : at + 12 + length] == struct.pack(">I", zlib.crc32(kind + body))
        chunks.append((kind, body))
        at += 12 + length
    kinds = [kind for kind, _ in chunks]
    assert [*kinds[:4], kinds[-1]] == [b"IHDR", b"acTL", b"tEXt", b"fcTL", b"IEND"]
    assert chunks[2][1] == b"Title\0Autograd graph"
    numbers = [struct.unpack(">I", body[:4])[0] for kind, body in chunks if kind in (b"fcTL", b"fdAT")]
    assert numbers == list(range(len(numbers)))
    controls = [k for k, (kind, _) in enumerate(chunks) if kind == b"fcTL"]
    assert struct.unpack(">II", chunks[1][1]) == (len(controls), 0)
    shown = QImage()
    for start, end in zip(controls, [*controls[1:], len(chunks) - 1], strict=True):
        _, width, height, x, y, time, unit, dispose, blend = struct.unpack(">IIIIIHHBB", chunks[start][1])
        assert (dispose, blend) == (0, 0)
        pixels = b"".join(body[4:] if kind == b"fdAT" else body for kind, body in chunks[start + 1 : end])
        parts = [(b"IHDR", struct.pack(">II", width, height) + chunks[0][1][8:]), (b"IDAT", pixels), (b"IEND", b"")]
        png = b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
            for kind, body in parts
        )
        piece = QImage.fromData(png)
        assert (piece.width(), piece.height()) == (width, height)
        if shown.isNull():
            shown = piece
        painter = QPainter(shown)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(x, y, piece)
        painter.end()
        yield shown.copy(), 1000 * time // unit


def apart(one: QImage, other: QImage) -> int:
    """The furthest that a channel of any eleventh pixel of two is apart."""
    assert one.size() == other.size()
    form = QImage.Format.Format_ARGB32
    one, other = one.convertToFormat(form), other.convertToFormat(form)
    a, b = (memoryview(bytes(each.constBits())).cast("I")[::11].tobytes() for each in (one, other))
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def whole(drawing: Drawing, ground: str | None, size: Rect) -> QImage:
    canvas = blank(int(size.width), int(size.height))
    repaint(canvas, drawing, LIGHT, 1.0, ground, size)
    return canvas


@pytest.mark.parametrize("ground", ["#FFFFFF", None])
def test_frames_of_an_apng_are_the_drawings(ground: str | None) -> None:
    drawings = run()
    data = finished(film(drawings, LIGHT, "apng", 1.0, ground))
    frames = list(apng_frames(data))
    size = Rect(0, 0, frames[0][0].width(), frames[0][0].height())
    assert [time for _, time in frames] == [PACE] * (len(drawings) - 1) + [REST]
    for (frame, _), drawing in zip(frames, drawings, strict=True):
        assert frame == whole(drawing, ground, size).convertToFormat(frame.format())
    first = QImage.fromData(data)  # as one that knows no animation reads it
    assert first.convertToFormat(frames[0][0].format()) == frames[0][0]


def test_frames_of_a_gif_are_the_drawings_in_its_colours() -> None:
    drawings = run()
    frames = gif_frames(finished(film(drawings, LIGHT, "gif", 1.0, None)))
    assert [time for _, time in frames] == [PACE] * (len(drawings) - 1) + [REST]
    size = Rect(0, 0, frames[0][0].width(), frames[0][0].height())
    for (frame, _), drawing in zip(frames, drawings, strict=True):
        assert apart(frame, whole(drawing, LIGHT.ground, size)) <= 80  # an edge of a letter


def test_a_frame_holds_no_more_than_what_changed() -> None:
    drawings = run()
    once, twice = (len(finished(film(what, DARK, "apng", 1.0, None))) for what in (drawings[:2], drawings[:3]))
    assert twice - once < 300


def test_a_film_too_large_is_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_module, "MAX_PIXELS", 10_000)
    ((frame, _),) = gif_frames(finished(film(run()[:1], LIGHT, "gif", 9.0, None)))
    assert 5_000 < frame.width() * frame.height() <= 10_000


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 256), st.randoms(use_true_random=False))
def test_a_gif_gives_back_any_pixels(width: int, height: int, colours: int, chance: Random) -> None:
    check_pixels(width, height, bytes(chance.randrange(colours) for _ in range(width * height)))


@pytest.mark.parametrize("colours", [1, 2, 256])
def test_a_gif_begins_anew_when_it_has_no_codes_left(colours: int) -> None:
    check_pixels(400, 300, bytes((k * k + k // 7) % colours for k in range(400 * 300)))


def test_a_gif_may_end_where_its_codes_become_wider() -> None:
    for length in range(240, 270):  # pixels that never repeat a pair: each adds a code
        check_pixels(length, 1, bytes((k * (k + 1) // 2) % 256 for k in range(length)))


def check_pixels(width: int, height: int, pixels: bytes) -> None:
    table = [k << 16 | (255 - k) << 8 | 7 * k % 256 for k in range(256)]
    frame = gif.Frame(0, 0, width, height, pixels, 100)
    ((read, _),) = gif_frames(gif.gif(width, height, table, [frame]))
    read = read.convertToFormat(QImage.Format.Format_RGB32)
    found = [colour & 0xFFFFFF for colour in memoryview(bytes(read.constBits())).cast("I")]
    assert found == [table[pixel] for pixel in pixels]
