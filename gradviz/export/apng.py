"""Several PNGs as one animated PNG. Whoever knows no animation shows the first. Knows no Qt.

Chunks acTL, fcTL and fdAT as the PNG specification (third edition) has them.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_TEXTS = (b"tEXt", b"iTXt")  # chunks that say what it is of


class Frame(NamedTuple):
    """What is another from some moment on: a PNG, and where its top left corner goes, in pixels."""

    x: int
    y: int
    png: bytes  # all of one animation of the same kind of pixel
    milliseconds: int


def apng(frames: Sequence[Frame]) -> bytes:
    """Return the animation, which begins anew when it has ended.

    Args:
        frames: at least one; the first is as large as the animation, each replaces what it covers.
    """
    first = dict(_chunks(frames[0].png))
    pieces = [_SIGNATURE, _chunk(b"IHDR", first[b"IHDR"]), _chunk(b"acTL", struct.pack(">II", len(frames), 0))]
    pieces += [_chunk(kind, first[kind]) for kind in _TEXTS if kind in first]
    number = 0
    for at, frame in enumerate(frames):
        chunks = list(_chunks(frame.png))
        width, height = struct.unpack(">II", chunks[0][1][:8])
        control = (number, width, height, frame.x, frame.y, frame.milliseconds, 1000, 0, 0)
        pieces.append(_chunk(b"fcTL", struct.pack(">IIIIIHHBB", *control)))
        number += 1
        for data in (data for kind, data in chunks if kind == b"IDAT"):
            if at == 0:
                pieces.append(_chunk(b"IDAT", data))
            else:
                pieces.append(_chunk(b"fdAT", struct.pack(">I", number) + data))
                number += 1
    return b"".join([*pieces, _chunk(b"IEND", b"")])


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
