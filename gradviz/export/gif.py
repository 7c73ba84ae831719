"""Pictures of up to 256 colours as an animated GIF. Knows no Qt.

Written here rather than by an imaging library: a drawing has few colours and a step changes little of it, so what is
left of GIF is a header, a table of colours and LZW.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_FOREVER = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
_CLEAR, _END = 256, 257
_MOST_CODES = 4096


class Frame(NamedTuple):
    """What is another from some moment on: one byte a pixel, row by row, and where it goes. Units are pixels."""

    x: int
    y: int
    width: int
    height: int
    pixels: bytes  # indices of colours
    milliseconds: int


def gif(width: int, height: int, colours: Sequence[int], frames: Sequence[Frame]) -> bytes:
    """Return the animation, which begins anew when it has ended.

    Args:
        width: of the whole.
        height: of the whole.
        colours: up to 256, as 0xRRGGBB.
        frames: the first covers the whole.
    """
    table = b"".join(colour.to_bytes(3, "big") for colour in colours).ljust(768, b"\0")
    pieces = [b"GIF89a", struct.pack("<HHBBB", width, height, 0xF7, 0, 0), table, _FOREVER]
    for frame in frames:
        pieces.append(b"\x21\xf9\x04\x04" + struct.pack("<H", round(frame.milliseconds / 10)) + b"\0\0")
        pieces.append(b"\x2c" + struct.pack("<HHHHB", frame.x, frame.y, frame.width, frame.height, 0) + b"\x08")
        pieces += _blocks(_packed(frame.pixels))
    return b"".join([*pieces, b"\x3b"])


def _blocks(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), 255):
        piece = data[at : at + 255]
        yield bytes((len(piece),)) + piece
    yield b"\0"


def _packed(pixels: bytes) -> bytes:
    """LZW with codes of 9 to 12 bits, the lowest bits first."""
    packed = bytearray()
    codes: dict[int, int] = {}  # of a known string and one more byte
    held, bits = _CLEAR, 9  # bits that do not make a byte yet
    width, free = 9, _END + 1
    known = pixels[0]
    for pixel in pixels[1:]:
        longer = known << 8 | pixel
        code = codes.get(longer)
        if code is not None:
            known = code
            continue
        held |= known << bits
        bits += width
        if free < _MOST_CODES:
            codes[longer] = free
            if free == 1 << width:
                width += 1
            free += 1
        else:
            held |= _CLEAR << bits
            bits += width
            codes.clear()
            width, free = 9, _END + 1
        while bits >= 8:
            packed.append(held & 255)
            held >>= 8
            bits -= 8
        known = pixel
    held |= known << bits
    bits += width
    # The reader has learnt one more string from the last code, and may expect wider ones.
    if free == 1 << width and width < 12:
        width += 1
    held |= _END << bits
    bits += width
    packed += held.to_bytes((bits + 7) // 8, "little")
    return bytes(packed)
