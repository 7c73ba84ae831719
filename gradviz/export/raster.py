"""A Drawing painted by Qt: the canvas, PNG and PDF alike. The only place outside the window that knows Qt.

Decides nothing: outlines and texts come from the Drawing, colours and pens from the Theme.
"""

from functools import lru_cache

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPainterPath,
    QPdfWriter,
    QPen,
)

from gradviz.drawing.outline import arrow_head
from gradviz.drawing.plain import plain
from gradviz.drawing.shapes import Drawing, Mark, Path, Text
from gradviz.drawing.theme import FAMILIES, Style, TextStyle, Theme

MAX_PIXELS = 64_000_000  # of a PNG; a larger one is made smaller rather than not at all
_POINTS = 0.75  # of a page, for one pixel
_PDF_RESOLUTION = 1200


def paint(drawing: Drawing, theme: Theme, painter: QPainter, visible: QRectF | None = None) -> None:
    """Paint a drawing in its own units.

    Args:
        drawing: what is painted: in the order its marks are listed there.
        theme: its colours.
        painter: where; its state is left as it was.
        visible: only marks that touch it are painted; None: all.
    """
    painter.save()
    try:
        for mark in (*drawing.frames, *drawing.edges, *drawing.titles, *drawing.nodes, *drawing.legend):
            if visible is None or _touches(mark, visible):
                _paint_mark(mark, theme, painter)
    finally:
        painter.restore()


def png(drawing: Drawing, theme: Theme, scale: float = 1.0, ground: str | None = None) -> bytes:
    """Return a PNG; `scale` pixels for one of the drawing, `ground` None for a transparent one.

    Raises:
        OSError: the image could not be made.
    """
    app = _application()
    width, height = max(drawing.size.width, 1.0), max(drawing.size.height, 1.0)
    scale = min(scale, (MAX_PIXELS / (width * height)) ** 0.5)
    image = QImage(max(1, int(width * scale)), max(1, int(height * scale)), QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise OSError(f"no memory for an image of {width * scale:.0f} x {height * scale:.0f} pixels")
    image.fill(QColor(ground) if ground else Qt.GlobalColor.transparent)
    painter = QPainter(image)
    try:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        paint(drawing, theme, painter)
    finally:
        painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    written = image.save(buffer, "PNG")  # type: ignore[call-overload]  # Qt takes the name as text, the stubs as bytes
    buffer.close()
    del app
    if not written:
        raise OSError("the image could not be encoded")
    return bytes(data.data())


def pdf(drawing: Drawing, theme: Theme, ground: str | None = None) -> bytes:
    """Return a PDF of one page that fits the drawing, with its fonts in it."""
    app = _application()
    width, height = max(drawing.size.width, 1.0), max(drawing.size.height, 1.0)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(plain(drawing.title))
    writer.setResolution(_PDF_RESOLUTION)
    size = QPageSize(
        QSizeF(width * _POINTS, height * _POINTS), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch
    )
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    painter = QPainter(writer)
    try:
        unit = _PDF_RESOLUTION / 72 * _POINTS
        painter.scale(unit, unit)
        if ground:
            painter.fillRect(QRectF(0, 0, width, height), QColor(ground))
        paint(drawing, theme, painter)
    finally:
        painter.end()
        buffer.close()
    del app
    return bytes(data.data())


def _application() -> object:
    """The application, made where there is none: fonts need it. Kept by the caller while it paints."""
    return QGuiApplication.instance() or QGuiApplication(["gradviz"])


def _touches(mark: Mark, visible: QRectF) -> bool:
    x, y, width, height = mark.rect
    return (
        x <= visible.right() and visible.left() <= x + width and y <= visible.bottom() and visible.top() <= y + height
    )


def _paint_mark(mark: Mark, theme: Theme, painter: QPainter) -> None:
    for path in mark.paths:
        style = theme.styles[path.role]
        painter.setPen(_pen(style))
        painter.setBrush(_brush(style.fill) if path.filled else Qt.BrushStyle.NoBrush)
        painter.drawPath(_outline(path))
        if path.arrow and style.stroke:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_brush(style.stroke))
            painter.drawPath(_head(path))
    for text in mark.texts:
        _paint_text(text, theme.texts[text.role], painter)


def _paint_text(text: Text, style: TextStyle, painter: QPainter) -> None:
    """Paint one line, squeezed where the font is wider than the room the line was given."""
    label = plain(text.text)
    font = _font(style)
    painter.setFont(font)
    painter.setPen(_brush(style.colour))
    wide = _advance(label, style)
    squeeze = min(1.0, text.width / wide) if wide else 1.0
    left = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * wide * squeeze
    if squeeze > 0.999:
        painter.drawText(QPointF(text.at.x - left, text.at.y), label)
        return
    painter.save()
    painter.translate(text.at.x - left, text.at.y)
    painter.scale(squeeze, 1.0)
    painter.drawText(QPointF(0, 0), label)
    painter.restore()


@lru_cache(maxsize=256)
def _pen(style: Style) -> QPen:
    if style.stroke is None:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(QColor(style.stroke), style.width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if style.dash else Qt.PenCapStyle.RoundCap)
    if style.dash:
        pen.setDashPattern([length / style.width for length in style.dash])
    return pen


@lru_cache(maxsize=256)
def _brush(colour: str | None) -> QColor:
    return QColor(colour) if colour else QColor(Qt.GlobalColor.transparent)


@lru_cache(maxsize=32768)
def _outline(path: Path) -> QPainterPath:
    return _traced(path.ops, path.coords)


@lru_cache(maxsize=32768)
def _head(path: Path) -> QPainterPath:
    return _traced(*arrow_head(path.coords))


def _traced(ops: str, coords: tuple[float, ...]) -> QPainterPath:
    traced, numbers = QPainterPath(), iter(coords)
    for command in ops:
        if command == "M":
            traced.moveTo(next(numbers), next(numbers))
        elif command == "L":
            traced.lineTo(next(numbers), next(numbers))
        elif command == "C":
            x1, y1, x2, y2, x, y = (next(numbers) for _ in range(6))
            traced.cubicTo(x1, y1, x2, y2, x, y)
        else:
            traced.closeSubpath()
    return traced


@lru_cache(maxsize=64)
def _font(style: TextStyle) -> QFont:
    font = QFont()
    font.setFamilies(list(_families()))
    font.setPixelSize(round(style.size))
    font.setWeight(QFont.Weight.DemiBold if style.bold else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@lru_cache(maxsize=1)
def _families() -> tuple[str, ...]:
    """Those of the wanted families that are here: Qt searches long, and warns, for one that is not."""
    here = set(QFontDatabase.families())
    default = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    return (*(name for name in FAMILIES if name in here), default)


@lru_cache(maxsize=32768)
def _advance(label: str, style: TextStyle) -> float:
    return QFontMetricsF(_font(style)).horizontalAdvance(label)
