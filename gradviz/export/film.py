"""The steps of a run as an animation: each frame paints only what the step before did not show. Painted by Qt."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, floor
from typing import Literal

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage

from gradviz.drawing.excerpt import OVERHANG
from gradviz.drawing.shapes import Drawing, Mark
from gradviz.drawing.theme import Theme
from gradviz.export import apng, gif
from gradviz.export.raster import blank, encoded, repaint
from gradviz.export.work import Work
from gradviz.layout.geometry import Rect

Animation = Literal["gif", "apng"]
PACE = 700  # milliseconds that a step is shown
REST = 2500  # that the last one is
MAX_PIXELS = 8_000_000  # of a frame; a larger one is made smaller
_MAX_SIDE = 0xFFFF  # of a GIF
_COLOURS = 256


def film(drawings: Sequence[Drawing], theme: Theme, form: Animation, scale: float, ground: str | None) -> Work:
    """Make an animation of drawings.

    Args:
        drawings: at least one, each of another moment in the same places.
        theme: their colours.
        form: of the file.
        scale: pixels for one of a drawing.
        ground: the colour behind everything; None: it is transparent. A GIF always has one.
    """
    width = max(1.0, *(drawing.size.width for drawing in drawings))
    height = max(1.0, *(drawing.size.height for drawing in drawings))
    scale = min(scale, (MAX_PIXELS / (width * height)) ** 0.5, _MAX_SIDE / width, _MAX_SIDE / height)
    whole = Rect(0, 0, max(1, int(width * scale)), max(1, int(height * scale)))
    if form == "gif":
        return _gif(drawings, theme, scale, ground or theme.ground, whole)
    return _apng(drawings, theme, scale, ground, whole)


def _apng(drawings: Sequence[Drawing], theme: Theme, scale: float, ground: str | None, whole: Rect) -> Work:
    frames, title = [], drawings[-1].title
    for at, (place, painted) in enumerate(_painted(drawings, theme, scale, ground, whole)):
        yield at / len(drawings)
        frames.append(apng.Frame(int(place.x), int(place.y), encoded(painted, title), _shown(at, drawings)))
    return apng.apng(frames)


def _gif(drawings: Sequence[Drawing], theme: Theme, scale: float, ground: str, whole: Rect) -> Work:
    yield 0.0
    ends = (drawings[0], drawings[-1])
    colours = _colours([next(_painted([one], theme, scale, ground, whole))[1] for one in ends])
    table = [0xFF000000 | colour for colour in colours]
    frames = []
    for at, (place, painted) in enumerate(_painted(drawings, theme, scale, ground, whole)):
        yield at / len(drawings)
        plain = Qt.ImageConversionFlag.ThresholdDither  # the nearest colour, no pattern
        indexed = painted.convertToFormat(QImage.Format.Format_Indexed8, table, plain)
        rows, width = bytes(indexed.constBits()), indexed.width()
        step = indexed.bytesPerLine()
        pixels = b"".join(rows[y * step : y * step + width] for y in range(indexed.height()))
        frames.append(gif.Frame(int(place.x), int(place.y), width, indexed.height(), pixels, _shown(at, drawings)))
    return gif.gif(int(whole.width), int(whole.height), colours, frames)


def _painted(
    drawings: Sequence[Drawing], theme: Theme, scale: float, ground: str | None, whole: Rect
) -> Iterator[tuple[Rect, QImage]]:
    """What each drawing has that the one before did not, and where; all with alpha, so that PNGs of them are alike."""
    canvas = blank(int(whole.width), int(whole.height))
    for drawing, place in zip(drawings, _places(drawings, scale, whole), strict=True):
        repaint(canvas, drawing, theme, scale, ground, place)
        yield place, canvas.copy(QRect(*map(int, place))).convertToFormat(QImage.Format.Format_ARGB32)


def _shown(at: int, drawings: Sequence[Drawing]) -> int:
    return REST if at == len(drawings) - 1 else PACE


def _colours(images: Sequence[QImage]) -> list[int]:
    """The colours, as 0xRRGGBB, that most pixels have; those hardly apart count as one."""
    counted: Counter[int] = Counter()
    for one in images:
        plain = one.convertToFormat(QImage.Format.Format_RGB32)  # kept while its bits are read
        counted.update(memoryview(bytes(plain.constBits())).cast("I"))
    alike: dict[int, list[int]] = defaultdict(list)
    for colour, _ in counted.most_common():
        alike[colour & 0xF8F8F8].append(colour)
    totals = {group[0]: sum(counted[colour] for colour in group) for group in alike.values()}
    return [colour & 0xFFFFFF for colour in sorted(totals, key=lambda colour: (-totals[colour], colour))[:_COLOURS]]


def _places(drawings: Sequence[Drawing], scale: float, whole: Rect) -> Iterator[Rect]:
    """Where each drawing is not as the one before, in pixels; of the first, everywhere."""
    yield whole
    for before, after in pairwise(drawings):
        rects = [mark.rect.grown(OVERHANG) for mark in _differing(before, after)]
        if not rects:
            yield Rect(0, 0, 1, 1)
            continue
        x = max(0, floor(min(rect.x for rect in rects) * scale))
        y = max(0, floor(min(rect.y for rect in rects) * scale))
        right = min(whole.width, ceil(max(rect.right for rect in rects) * scale))
        bottom = min(whole.height, ceil(max(rect.bottom for rect in rects) * scale))
        yield Rect(x, y, max(1, right - x), max(1, bottom - y))


def _differing(before: Drawing, after: Drawing) -> Iterator[Mark]:
    """The marks that only one of two drawings has."""
    one, other = _marks(before), _marks(after)
    yield from (mark for name, mark in one.items() if (now := other.get(name)) is not mark and now != mark)
    yield from (mark for name, mark in other.items() if (then := one.get(name)) is not mark and then != mark)


def _marks(drawing: Drawing) -> dict[str, Mark]:
    layers = (drawing.frames, drawing.edges, drawing.titles, drawing.nodes, drawing.legend)
    return {mark.id: mark for marks in layers for mark in marks}
