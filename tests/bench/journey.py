"""One drawing, zoomed and dragged all over: what each frame takes of the window's thread.

A program of its own, so that nothing is known of the drawing from before. Argument: the file with its frames. Writes
the Journey to standard output as JSON.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication

from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import THEMES, ThemeName
from gradviz.layout.geometry import Point
from gradviz.state.values.chosen import NOTHING, Selection
from gradviz.ui.graph.canvas import Canvas
from gradviz.ui.graph.minimap import Minimap
from gradviz.ui.graph.painting.viewport import MAX_SCALE, MIN_SCALE
from gradviz.ui.style import theme as own
from tests.bench.arrival import arrived

PANELS = ((1280, 800), (1920, 1080))
SCALES = (0.02, 0.05, 0.1, 0.2, 0.29, 0.3, 0.35, 0.42, 0.6, 1.0, 2.0)  # at which it is dragged
_NOTCH = 120  # eighths of a degree
_DRAGS = ((-37, -23), (-61, 0), (0, -53), (90, 71), (-12, 0), (25, -80))  # pixels
_SLICES = 6  # frames without a move that are waited for, at the most
_CELL = 1000.0  # drawing units; in one of these is most to be seen
_LIT = 10  # one of so many is selected
_LONGEST = 5.0  # seconds of processor that a journey may take; what comes after is left away


class Taken(NamedTuple):
    """One frame."""

    seconds: float  # of processor, for the event and for all that is then painted
    where: str
    moves: bool = True  # or else the drawing stays where it is: another theme, other marks selected


class Journey(NamedTuple):
    """All the frames of one journey."""

    frames: list[Taken]
    whole: bool  # or else what would have come after the last of them was left away


class _Panel:
    """The canvas with its map, as they stand in the window."""

    def __init__(self, drawing: Drawing, size: tuple[int, int]) -> None:
        self.canvas = Canvas(own.LIGHT)
        self.canvas.resize(*size)
        self.map = Minimap(own.LIGHT, THEMES["light"], self.canvas)
        self.canvas.looked.connect(self.map.show_seen)
        self.canvas.show()
        self.canvas.show_drawing(drawing, 1)
        self.map.show_layers(self.canvas.layers, drawing.size)
        self.map.show_seen(self.canvas.seen)
        self._image = QImage(self.canvas.size(), QImage.Format.Format_RGB32)
        self.about = f"{size[0]} x {size[1]}"

    def frames(self, doing: str, event: Callable[[], object], *, moves: bool = True) -> Iterator[Taken]:
        """Let something happen; yield the frame that shows it, and those in which the rest of it is painted."""
        yield self.frame(doing, event)._replace(moves=moves)
        for number in range(_SLICES):
            if not self.canvas.layers.pending:
                break
            yield self.frame(f"{doing}, slice {number + 2}", lambda: None)

    def frame(self, doing: str, event: Callable[[], object]) -> Taken:
        """Let something happen and paint all that is seen."""
        began = time.thread_time()
        event()
        QCoreApplication.sendPostedEvents()
        self.map.move(self.canvas.width() - self.map.width(), self.canvas.height() - self.map.height())
        self.canvas.render(self._image)
        spent = time.thread_time() - began
        return Taken(spent, f"{self.about}, {doing} at {self.canvas.view.scale:.3g}")

    def dress(self, theme: ThemeName, selection: Selection) -> None:
        """Show it in another theme and with a selection."""
        colours = {"light": own.LIGHT, "dark": own.DARK}[theme]
        self.canvas.apply(colours, THEMES[theme])
        self.map.apply(colours, THEMES[theme])
        self.canvas.light(selection)


def journey(drawing: Drawing) -> Iterator[Taken]:
    """Every frame on the way through a drawing: as it is, then in a larger panel, dark and with a selection."""
    dense = _densest(drawing)
    small, large = (_Panel(drawing, size) for size in PANELS)
    for panel in (small, large):
        list(panel.frames("first", lambda: None))  # is no pan, and fonts are read for it
    yield from _travelled(small, dense)
    lit = frozenset(mark.id for mark in islice(chain(drawing.nodes, drawing.edges), 0, None, _LIT))
    large.about += ", dark, with a selection"
    yield from large.frames(
        "select", lambda: large.dress("dark", Selection(frozenset(islice(lit, 3)), lit)), moves=False
    )
    yield from _travelled(large, dense)
    yield from large.frames("select nothing", lambda: large.dress("light", NOTHING), moves=False)


def _travelled(panel: _Panel, dense: Point) -> Iterator[Taken]:
    """In with the wheel and out again, then dragged at every level of detail about the place where most is."""
    canvas = panel.canvas
    middle = QPointF(canvas.width() / 2, canvas.height() / 2)
    yield from panel.frames("fit", canvas.fit)
    canvas.look_at(dense)
    while canvas.view.scale < MAX_SCALE:
        yield from panel.frames("zoom in", lambda: _turn(canvas, middle, _NOTCH))
    while canvas.view.scale > MIN_SCALE:
        yield panel.frame("zoom out", lambda: _turn(canvas, middle, -_NOTCH))
    for scale in SCALES:
        canvas.fit()
        canvas.zoom_to(scale)
        canvas.look_at(dense)
        yield from panel.frames("jump", lambda: None)
        for dx, dy in _DRAGS:
            yield panel.frame("drag", partial(canvas.pan, dx, dy))
        yield panel.frame("page", lambda: canvas.pan(0.0, -0.8 * canvas.height()))
        yield from panel.frames("hover", lambda: _hover(canvas, middle))


def _turn(canvas: Canvas, at: QPointF, angle: int) -> None:
    none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    phase = Qt.ScrollPhase.NoScrollPhase
    canvas.wheelEvent(QWheelEvent(at, at, QPoint(), QPoint(0, angle), none, keys, phase, False))


def _hover(canvas: Canvas, at: QPointF) -> None:
    none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    device = QPointingDevice.primaryPointingDevice()
    canvas.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, keys, device))


def _densest(drawing: Drawing) -> Point:
    """Where most is to be seen at once."""
    cells = Counter[tuple[int, int]]()
    for mark in chain(drawing.nodes, drawing.edges):
        points = [mark.rect.center]
        for path in mark.paths:
            points += map(Point, path.coords[::2], path.coords[1::2])
        cells.update({(int(x / _CELL), int(y / _CELL)) for x, y in points})
    (x, y), _ = max(cells.items(), key=lambda cell: (cell[1], cell[0]), default=((0, 0), 0))
    return Point((x + 0.5) * _CELL, (y + 0.5) * _CELL)


def main(path: Path) -> None:
    """Travel through the drawing in a file, and write down every frame."""
    QApplication(["gradviz"]).setStyle("Fusion")
    drawing, _ = arrived(path)
    taken, spent, whole = list[Taken](), 0.0, True
    for frame in journey(drawing):
        whole = spent <= _LONGEST
        if not whole:
            break
        taken.append(frame)
        spent += frame.seconds
    sys.stdout.write(msgspec.json.encode(Journey(taken, whole)).decode())
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
