"""A drawing from far away: boxes and straight lines in batches, no text. Fast enough to pan thousands of nodes."""

from collections import defaultdict

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.drawing.theme import Theme
from gradviz.ui.theme import colour


def paint_overview(drawing: Drawing, theme: Theme, painter: QPainter) -> None:
    """Paint frames, edges and nodes as plain as they can be, one call for each role."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    _boxes(drawing.frames, theme, painter)
    lines: dict[Role, list[QLineF]] = defaultdict(list)
    for mark in drawing.edges:
        for path in mark.paths:
            if len(path.coords) >= 4 and not path.filled:
                lines[path.role].append(QLineF(*path.coords[:2], *path.coords[-2:]))
    for role, group in lines.items():
        painter.setPen(_pen(theme, role))
        painter.drawLines(group)
    _boxes(drawing.nodes, theme, painter)


def _boxes(marks: tuple[Mark, ...], theme: Theme, painter: QPainter) -> None:
    boxes: dict[Role, list[QRectF]] = defaultdict(list)
    for mark in marks:
        boxes[mark.role].append(QRectF(*mark.rect))
    for role, group in boxes.items():
        fill = theme.styles[role].fill
        painter.setPen(_pen(theme, role))
        painter.setBrush(colour(fill) if fill else Qt.BrushStyle.NoBrush)
        painter.drawRects(group)


def _pen(theme: Theme, role: Role) -> QPen:
    stroke = theme.styles[role].stroke
    if stroke is None:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(colour(stroke))
    pen.setWidth(0)  # one pixel at any scale
    return pen
