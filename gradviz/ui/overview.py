"""A drawing from far away: plain boxes and thin lines in a few large batches, no text.

Made once for a drawing and then painted in a few milliseconds, whatever its size: what costs is making the batches.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from gradviz.drawing.shapes import Mark, Path, Role
from gradviz.drawing.theme import Style, Theme
from gradviz.layout.geometry import Rect
from gradviz.ui.theme import colour

_BLOCK = 4096.0  # drawing units on each side
_QUARTERS = tuple(((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3) for t in (0.25, 0.5, 0.75))
_DASH = (3.0, 2.0)  # pixels; shorter than near by, as the lines are


class Overview:
    """Frames, edges and nodes, painted in this order."""

    def __init__(
        self, frames: Iterable[Mark], edges: Iterable[Mark], nodes: Iterable[Mark], before: "Overview | None" = None
    ) -> None:
        """Make the batches.

        Args:
            frames: painted first.
            edges: painted over them.
            nodes: painted last.
            before: the overview of other looks of the same things, which lie along the same curves.
        """
        self._curves: dict[tuple[float, ...], QPolygonF] = {} if before is None else before._curves
        self._layers = (_blocks(frames, _boxes), _blocks(edges, self._lines), _blocks(nodes, _boxes))

    def _lines(self, mark: Mark, block: "_Block") -> None:
        for path in mark.paths:
            if not path.filled:
                curve = self._curves.get(path.coords)
                if curve is None:
                    curve = self._curves[path.coords] = QPolygonF(list(_corners(path)))
                block.paths[path.role].addPolygon(curve)

    def paint(self, painter: QPainter, theme: Theme, seen: Rect) -> None:
        """Paint what touches the part that is seen, and some more."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for layer in self._layers:
            for block in layer:
                if block.extent.intersects(QRectF(*seen)):
                    block.paint(painter, theme)


class _Block:
    """The marks of one square of a drawing, as one path for each role."""

    def __init__(self) -> None:
        self.extent = QRectF()
        self.paths: dict[Role, QPainterPath] = defaultdict(QPainterPath)

    def paint(self, painter: QPainter, theme: Theme) -> None:
        for role, path in self.paths.items():
            style = theme.styles[role]
            painter.setPen(_pen(style))
            painter.setBrush(colour(style.fill) if style.fill else Qt.BrushStyle.NoBrush)
            painter.drawPath(path)


def _boxes(mark: Mark, block: _Block) -> None:
    block.paths[mark.role].addRect(QRectF(*mark.rect))


def _corners(path: Path) -> Iterator[QPointF]:
    """Yield the ends of a path's pieces and three points of each curve: from afar nobody sees more."""
    x, y, at = 0.0, 0.0, 0
    for command in path.ops:
        if command == "Z":
            continue
        if command == "C":
            x1, y1, x2, y2, x3, y3 = path.coords[at : at + 6]
            for a, b, c, d in _QUARTERS:
                yield QPointF(a * x + b * x1 + c * x2 + d * x3, a * y + b * y1 + c * y2 + d * y3)
            at += 4
        x, y = path.coords[at : at + 2]
        at += 2
        yield QPointF(x, y)


def _blocks(marks: Iterable[Mark], add: Callable[[Mark, _Block], None]) -> tuple[_Block, ...]:
    made: dict[tuple[int, int], _Block] = defaultdict(_Block)
    for mark in marks:
        at = mark.rect.center
        block = made[int(at.x // _BLOCK), int(at.y // _BLOCK)]
        # A straight edge has no width, and Qt leaves such a rectangle out of a union.
        block.extent |= QRectF(*mark.rect.grown(1))
        add(mark, block)
    return tuple(made.values())


def _pen(style: Style) -> QPen:
    if style.stroke is None:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(colour(style.stroke))
    pen.setWidth(0)  # one pixel at any scale
    if style.dash:
        pen.setDashPattern(_DASH)
    return pen
