"""Over each column of drawings side by side which it is, where its own heading is out of sight or too small to read."""

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from gradviz.drawing.shapes import Mark
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.ui.graph.painting.viewport import WHOLE, Viewport
from gradviz.ui.style.plain import one_line
from gradviz.ui.style.theme import Colours, colour

_PAD = 6.0  # pixels
_GAP = 2.0  # above the border of a column
_LONGEST = 200  # characters


def paint_headings(
    painter: QPainter, columns: Iterable[tuple[Mark, Mark]], view: Viewport, panel: Size, colours: Colours
) -> None:
    """Paint them.

    Args:
        painter: in pixels of the panel, and left so.
        columns: the ground and the heading of each.
        view: where the panel looks.
        panel: how large it is.
        colours: of the window.
    """
    for ground, heading in unread(columns, view, panel):
        _paint(painter, heading, placed(ground.rect, view, panel, painter.fontMetrics().height() + _PAD), colours)


def unread(columns: Iterable[tuple[Mark, Mark]], view: Viewport, panel: Size) -> list[tuple[Mark, Mark]]:
    """Return those of the columns whose heading cannot be read where it stands."""
    seen = view.seen(panel)
    return [one for one in columns if view.scale < WHOLE or not seen.contains(one[1].rect.center)]


def placed(ground: Rect, view: Viewport, panel: Size, height: float) -> Rect:
    """Return where on the panel the heading of a column stands: over it, or at the top of what is seen of it."""
    corner, end = view.to_panel(Point(ground.x, ground.y)), view.to_panel(Point(ground.right, ground.bottom))
    left, right = max(0.0, corner.x), min(panel.width, end.x)
    return Rect(left, min(max(0.0, corner.y - _GAP - height), end.y - height), max(0.0, right - left), height)


def _paint(painter: QPainter, heading: Mark, place: Rect, colours: Colours) -> None:
    told = one_line(" — ".join(filter(None, (heading.title, heading.description))), _LONGEST)
    painter.save()
    try:
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        room = place.width - 2 * _PAD
        text = painter.fontMetrics().elidedText(told, Qt.TextElideMode.ElideRight, int(room))
        ground = place._replace(width=min(place.width, painter.fontMetrics().horizontalAdvance(text) + 2 * _PAD))
        painter.fillRect(QRectF(*ground), colour(colours.base))
        painter.setPen(colour(colours.text))
        painter.drawText(QRectF(place.x + _PAD, place.y, room, place.height), Qt.AlignmentFlag.AlignVCenter, text)
    finally:
        painter.restore()
