"""A Drawing painted by Qt: the canvas, PNG, PDF and animations alike; and letters as outlines.

Decides nothing: outlines and texts come from the Drawing, colours and pens from the Theme.
"""

from functools import lru_cache

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
)

from gradviz.drawing.boxes.outline import Outline, arrow_head, traced
from gradviz.drawing.excerpt import OVERHANG
from gradviz.drawing.nearby import nearby
from gradviz.drawing.plain import plain
from gradviz.drawing.shapes import Drawing, Mark, Path, Text
from gradviz.drawing.theme import FAMILIES, Style, TextStyle, Theme
from gradviz.layout.geometry import Point, Rect

_SHORT = 8  # numbers of a path of one piece
_PIECE = 64.0  # drawing units of a piece of a curve that is painted as a whole, at the least
_DOTS, _INCH = 96.0, 0.0254  # how large a pixel of the drawing is in a document, at any scale of the PNG; in meters
_LIGATURES = ("liga", "clig")
MAX_PIXELS = 64_000_000  # of a PNG; a larger one is made smaller rather than not at all


def paint(drawing: Drawing, theme: Theme, painter: QPainter, visible: Rect | None = None) -> None:
    """Paint a drawing in its own units.

    Args:
        drawing: what is painted: in the order its marks are listed there.
        theme: its colours.
        painter: where; its state is left as it was.
        visible: what is seen, with the room that pens take; only what touches it is painted. None: all.
    """
    painter.save()
    try:
        for mark in (*drawing.frames, *drawing.edges, *drawing.titles, *drawing.nodes, *drawing.legend):
            if visible is None or mark.rect.overlaps(visible):
                paint_mark(mark, theme, painter, visible)
    finally:
        painter.restore()


def paint_mark(mark: Mark, theme: Theme, painter: QPainter, visible: Rect | None) -> None:
    """Paint one mark of a drawing, as `paint` does, but leave its pen, brush and font in the painter."""
    for path in mark.paths:
        style = theme.styles[path.role]
        drawn = _outline(path) if visible is None or len(path.coords) < _SHORT else _seen(path, style, visible)
        if drawn is not None:
            painter.setPen(_pen(style))
            painter.setBrush(_brush(style.fill) if path.filled else Qt.BrushStyle.NoBrush)
            painter.drawPath(drawn)
        if path.arrow and style.stroke and (visible is None or visible.contains(Point(*path.coords[-2:]))):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_brush(style.stroke))
            painter.drawPath(_head(path))
    for text in mark.texts:
        _paint_text(text, theme.texts[text.role], painter)


def png(drawing: Drawing, theme: Theme, scale: float = 1.0, ground: str | None = None) -> bytes:
    """Return a PNG; `scale` pixels for one of the drawing, `ground` None for a transparent one.

    Raises:
        OSError: the image could not be made.
    """
    width, height = max(drawing.size.width, 1.0), max(drawing.size.height, 1.0)
    scale = min(scale, (MAX_PIXELS / (width * height)) ** 0.5)
    canvas = blank(int(width * scale), int(height * scale))
    repaint(canvas, drawing, theme, scale, ground, Rect(0, 0, canvas.width(), canvas.height()))
    dots = round(_DOTS * scale / _INCH)
    canvas.setDotsPerMeterX(dots)
    canvas.setDotsPerMeterY(dots)
    return encoded(canvas, drawing.title)


def blank(width: int, height: int) -> QImage:
    """Return an image to paint on.

    Raises:
        OSError: it could not be made.
    """
    canvas = QImage(max(1, width), max(1, height), QImage.Format.Format_ARGB32_Premultiplied)
    if canvas.isNull():
        raise OSError(f"no memory for an image of {width} x {height} pixels")
    return canvas


def repaint(canvas: QImage, drawing: Drawing, theme: Theme, scale: float, ground: str | None, place: Rect) -> None:
    """Paint a part of a drawing over what stands there.

    Args:
        canvas: has room for the whole.
        drawing: the whole.
        theme: its colours.
        scale: pixels for one of the drawing.
        ground: the colour behind everything; None: the image is transparent there.
        place: the part, in pixels. It is cut out of the whole: dashes that are painted by themselves begin elsewhere.
    """
    app = application()
    painter = QPainter(canvas)
    try:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.setClipRect(QRectF(*place))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.fillRect(QRectF(*place), QColor(ground) if ground else QColor(Qt.GlobalColor.transparent))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.scale(scale, scale)
        near = Rect(*(number / scale for number in place)).grown(OVERHANG)
        paint(drawing, theme, painter, near)
    finally:
        painter.end()
    del app


def encoded(image: QImage, title: str = "") -> bytes:
    """Return an image as a PNG, with a title for those who ask for it.

    Raises:
        OSError: it could not be encoded.
    """
    if title:
        image.setText("Title", plain(title))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    written = image.save(buffer, "PNG")  # type: ignore[call-overload]  # Qt takes the name as text, the stubs as bytes
    buffer.close()
    if not written:
        raise OSError("the image could not be encoded")
    return bytes(data.data())


def outline_of(text: Text, style: TextStyle) -> Outline:
    """Return the letters of one line as an outline: what a reader without the font sees as well."""
    app = application()
    label = plain(text.text)
    squeeze, left = _fit(text, label, style)
    traced = QPainterPath()
    traced.addText(0, 0, font(style), label)
    ops: list[str] = []
    coords: list[float] = []
    for k in range(traced.elementCount()):
        element = traced.elementAt(k)
        if element.isMoveTo():
            ops.append("ZM" if ops else "M")
        elif element.isLineTo():
            ops.append("L")
        elif element.isCurveTo():
            ops.append("C")
        coords += (text.at.x - left + squeeze * element.x, text.at.y + element.y)
    del app
    return Outline("".join([*ops, "Z"] if ops else ops), tuple(coords))


def application() -> object:
    """The application, made where there is none: fonts need it. Kept by the caller while it paints."""
    return QGuiApplication.instance() or QGuiApplication(["gradviz"])


def _seen(path: Path, style: Style, visible: Rect) -> QPainterPath | None:
    """What of a path may be seen: a curve may lead past much that it is far from, and each of its pixels is worked on.

    A dashed one is painted whole or not at all: a part of it would begin with a dash of its own.
    """
    if path.filled or path.ops.strip("MC") or path.ops.count("M") > 1:
        return _outline(path)
    parts = nearby(path.coords, visible, max(_PIECE, min(visible.width, visible.height)))
    if not parts:
        return None
    if style.dash or tuple(parts[0]) == path.coords:
        return _outline(path)
    seen = QPainterPath()
    for coords in parts:
        seen.moveTo(*coords[:2])
        for at in range(2, len(coords), 6):
            seen.cubicTo(*coords[at : at + 6])
    return seen


def _paint_text(text: Text, style: TextStyle, painter: QPainter) -> None:
    """Paint one line, squeezed where the font is wider than the room the line was given."""
    label = plain(text.text)
    painter.setFont(font(style))
    painter.setPen(_brush(style.colour))
    squeeze, left = _fit(text, label, style)
    if squeeze > 0.999:
        painter.drawText(QPointF(text.at.x - left, text.at.y), label)
        return
    painter.save()
    painter.translate(text.at.x - left, text.at.y)
    painter.scale(squeeze, 1.0)
    painter.drawText(QPointF(0, 0), label)
    painter.restore()


def _fit(text: Text, label: str, style: TextStyle) -> tuple[float, float]:
    """How much a line is squeezed, and how far left of its anchor it then begins."""
    wide = _advance(label, style)
    squeeze = min(1.0, text.width / wide) if wide else 1.0
    return squeeze, {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * wide * squeeze


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
    return _traced(*traced(Outline(path.ops, path.coords)))


@lru_cache(maxsize=32768)
def _head(path: Path) -> QPainterPath:
    return _traced(*arrow_head(path.coords))


def _traced(ops: str, coords: tuple[float, ...]) -> QPainterPath:
    outline, numbers = QPainterPath(), iter(coords)
    for command in ops:
        if command == "M":
            outline.moveTo(next(numbers), next(numbers))
        elif command == "L":
            outline.lineTo(next(numbers), next(numbers))
        elif command == "C":
            x1, y1, x2, y2, x, y = (next(numbers) for _ in range(6))
            outline.cubicTo(x1, y1, x2, y2, x, y)
        else:
            outline.closeSubpath()
    return outline


@lru_cache(maxsize=64)
def font(style: TextStyle) -> QFont:
    """Return the font of a style, of the families that are here.

    Without ligatures: what is read are names such as float32, which a PDF would hand over with a letter for "fl".
    """
    made = QFont()
    for feature in _LIGATURES:
        made.setFeature(QFont.Tag(feature), 0)
    made.setFamilies(list(_families()))
    made.setPixelSize(round(style.size))
    made.setWeight(QFont.Weight.DemiBold if style.bold else QFont.Weight.Normal)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


@lru_cache(maxsize=1)
def _families() -> tuple[str, ...]:
    """Those of the wanted families that are here: Qt searches long, and warns, for one that is not."""
    here = set(QFontDatabase.families())
    default = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    return (*(name for name in FAMILIES if name in here), default)


@lru_cache(maxsize=32768)
def _advance(label: str, style: TextStyle) -> float:
    return QFontMetricsF(font(style)).horizontalAdvance(label)
