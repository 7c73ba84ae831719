"""A drawing from far away: plain boxes and thin lines in a few large batches, no text.

Each batch is made when it is first painted, and then painted in no time: what costs is making it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from gradviz.drawing.shapes import Mark, Path, Role
from gradviz.drawing.theme import Style, Theme
from gradviz.layout.geometry import Rect
from gradviz.ui.backing import Piece
from gradviz.ui.theme import colour

_BLOCK = 2048.0  # drawing units on each side
_PAINTED = 40  # marks that are painted while one is made
_DASH = (3.0, 2.0)  # pixels; shorter than near by, as the lines are


class Overview:
    """Frames, edges and nodes, painted in this order."""

    def __init__(
        self, frames: Iterable[Mark], edges: Iterable[Mark], nodes: Iterable[Mark], before: "Overview | None" = None
    ) -> None:
        """Sort the marks into blocks.

        Args:
            frames: painted first.
            edges: painted over them.
            nodes: painted last.
            before: the overview of other looks of the same things; what has not changed is not made again.
        """
        known: tuple[_Blocks, _Blocks, _Blocks] = ({}, {}, {}) if before is None else before._layers
        self._layers: tuple[_Blocks, _Blocks, _Blocks] = (
            _blocks(frames, _boxes, known[0]),
            _blocks(edges, _lines, known[1]),
            _blocks(nodes, _boxes, known[2]),
        )

    def pieces(self, theme: Theme, part: Rect) -> Iterator[Piece]:
        """Yield what touches a part of the drawing, and some more, to be painted one after the other."""
        for layer in self._layers:
            for block in layer.values():
                if block.touches(part):
                    yield partial(block.paint, theme)


class _Block:
    """The marks of one square of a drawing, as one path for each role."""

    def __init__(self, marks: list[Mark], add: "_Add") -> None:
        self.marks = marks
        self._add = add
        self._paths: dict[Role, QPainterPath] | None = None

    @cached_property
    def _extent(self) -> tuple[float, float, float, float]:
        """The left, top, right and bottom of all of them."""
        rects = [mark.rect for mark in self.marks]
        return (
            min(rect.x for rect in rects),
            min(rect.y for rect in rects),
            max(rect.x + rect.width for rect in rects),
            max(rect.y + rect.height for rect in rects),
        )

    def touches(self, part: Rect) -> bool:
        """Whether any of it may lie in a part of the drawing."""
        left, top, right, bottom = self._extent
        return left <= part.right and part.x <= right and top <= part.bottom and part.y <= bottom

    def paint(self, theme: Theme, painter: QPainter) -> int:
        """Paint it; return what that cost, in marks made."""
        made = self._paths is None
        if self._paths is None:
            self._paths = defaultdict(QPainterPath)
            for mark in self.marks:
                self._add(mark, self._paths)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for role, path in self._paths.items():
            style = theme.styles[role]
            painter.setPen(_pen(style))
            painter.setBrush(colour(style.fill) if style.fill else Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
        return len(self.marks) if made else 1 + len(self.marks) // _PAINTED


_Blocks = dict[tuple[int, int], _Block]
_Add = Callable[[Mark, dict[Role, QPainterPath]], None]


def _boxes(mark: Mark, paths: dict[Role, QPainterPath]) -> None:
    paths[mark.role].addRect(QRectF(*mark.rect))


def _lines(mark: Mark, paths: dict[Role, QPainterPath]) -> None:
    for path in mark.paths:
        if not path.filled:
            _trace(path, paths[path.role])


def _trace(path: Path, traced: QPainterPath) -> None:
    at, coords = 0, path.coords
    for command in path.ops:
        if command == "C":
            traced.cubicTo(*coords[at : at + 6])
            at += 6
        elif command == "M":
            traced.moveTo(*coords[at : at + 2])
            at += 2
        elif command == "L":
            traced.lineTo(*coords[at : at + 2])
            at += 2


def _blocks(marks: Iterable[Mark], add: _Add, known: _Blocks) -> _Blocks:
    sorted_in: dict[tuple[int, int], list[Mark]] = defaultdict(list)
    for mark in marks:
        x, y, width, height = mark.rect
        sorted_in[int((x + width / 2) // _BLOCK), int((y + height / 2) // _BLOCK)].append(mark)
    same = {at: block for at, block in known.items() if block.marks == sorted_in.get(at)}
    return {at: same.get(at) or _Block(held, add) for at, held in sorted_in.items()}


def _pen(style: Style) -> QPen:
    if style.stroke is None:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(colour(style.stroke))
    pen.setWidth(0)  # one pixel at any scale
    if style.dash:
        pen.setDashPattern(_DASH)
    return pen
