"""Drawings as a PDF with its fonts in it: a page for each, or sheets of paper that can be joined. Painted by Qt.

The same drawings make the same file, so that one that is kept with a project changes when the picture does.
"""

import re
from collections.abc import Sequence
from hashlib import md5
from uuid import UUID

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QHashSeed,
    QIODevice,
    QLineF,
    QMarginsF,
    QPointF,
    QRectF,
    QSizeF,
    Qt,
    QUuid,
)
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from gradviz.drawing.excerpt import OVERHANG
from gradviz.drawing.plain import plain
from gradviz.drawing.shapes import Drawing, TextRole
from gradviz.drawing.theme import Theme
from gradviz.export.raster import application, font, paint
from gradviz.export.sheets import EDGE, OVERLAP, POINTS, Paper, Sheet, sheets
from gradviz.export.work import Work
from gradviz.layout.geometry import Rect

_RESOLUTION = 1200
_NO_ID = str(UUID(int=1))  # Qt takes one of zeros for none
# What Qt writes of the time at which it made the file, and has no setting for.
_DATES = re.compile(rb'/(?:Creation|Mod)Date \(D:[^)]*\)|xmp:(?:Create|Modify|Metadata)Date="[^"]*"')
_TICK = 8.0  # points: how long the marks are at which neighbours are joined


def pdf(
    drawings: Sequence[Drawing], theme: Theme, ground: str | None = None, paper: Paper = "fit", scale: float = 1.0
) -> Work:
    """Make a PDF of drawings, one after the other.

    Args:
        drawings: at least one.
        theme: their colours.
        ground: the colour behind everything; None: that of the paper.
        paper: what it is for.
        scale: of the drawings; at 1 a pixel is 3/4 of a point.
    """
    app = application()
    pages = [(drawing, sheet) for drawing in drawings for sheet in sheets(drawing, paper, scale)]
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(plain(drawings[-1].title))  # of several steps, that of the end
    writer.setCreator("gradviz")
    writer.setDocumentId(QUuid(_NO_ID))
    writer.setResolution(_RESOLUTION)
    _turn(writer, pages[0][1])
    QHashSeed.setDeterministicGlobalSeed()  # Qt writes the fonts in the order of a table of them
    painter = QPainter(writer)
    try:
        for number, (drawing, sheet) in enumerate(pages):
            yield number / len(pages)
            if number:
                _turn(writer, sheet)
                writer.newPage()
            painter.save()
            painter.scale(_RESOLUTION / 72, _RESOLUTION / 72)
            _paint(painter, drawing, sheet, theme, ground, scale)
            painter.restore()
    finally:
        painter.end()
        buffer.close()
        QHashSeed.resetRandomGlobalSeed()
    del app
    return _timeless(bytes(data.data()))


def _timeless(data: bytes) -> bytes:
    """A file without the time at which it was made, and with an id by what is in it; all else stays where it was."""
    same = _DATES.sub(lambda found: b" " * len(found[0]), data)
    known = str(UUID(bytes=md5(same, usedforsecurity=False).digest()))
    for before, after in ((_NO_ID, known), (_NO_ID.encode().hex(), known.encode().hex())):
        same = same.replace(before.encode(), after.encode())
    return same


def _turn(writer: QPdfWriter, sheet: Sheet) -> None:
    """Have the next page be of the size of a sheet."""
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    size = QPageSize(QSizeF(*sheet.page), QPageSize.Unit.Point, "", exact)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))


def _paint(painter: QPainter, drawing: Drawing, sheet: Sheet, theme: Theme, ground: str | None, scale: float) -> None:
    """Paint one page in points."""
    if ground:
        painter.fillRect(QRectF(0, 0, *sheet.page), QColor(ground))
    painter.save()
    unit = POINTS * scale
    part = sheet.part
    painter.setClipRect(QRectF(*sheet.at, part.width, part.height))
    painter.translate(sheet.at.x - part.x, sheet.at.y - part.y)
    painter.scale(unit, unit)
    paint(drawing, theme, painter, Rect(*(number / unit for number in part)).grown(OVERHANG))
    painter.restore()
    if sheet.name:
        _paint_marks(painter, sheet, theme)


def _paint_marks(painter: QPainter, sheet: Sheet, theme: Theme) -> None:
    """Say where a sheet belongs, and show where it is laid over its neighbours: ticks around what only it shows."""
    style = theme.texts[TextRole.MUTED]
    painter.setPen(QPen(QColor(style.colour), 0.5))
    own = Rect(*sheet.at, sheet.part.width, sheet.part.height).grown(-OVERLAP / 2)
    for x in (own.x, own.right):
        for y, out in ((EDGE, -_TICK), (sheet.page.height - EDGE, _TICK)):
            painter.drawLine(QLineF(x, y, x, y + out))
    for y in (own.y, own.bottom):
        for x, out in ((EDGE, -_TICK), (sheet.page.width - EDGE, _TICK)):
            painter.drawLine(QLineF(x, y, x + out, y))
    painter.setFont(font(style._replace(size=10.0)))
    painter.setPen(QPen(QColor(style.colour), 0.5, Qt.PenStyle.SolidLine))
    painter.drawText(QPointF(EDGE, EDGE - _TICK - 2), sheet.name)
