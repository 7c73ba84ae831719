"""The whole graph in a corner of its panel, with a frame round the part that is seen; a press leads there."""

from collections.abc import Iterator

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gradviz.drawing.theme import Theme
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.ui.graph.painting.backing import Backing, Piece, placed
from gradviz.ui.graph.painting.layers import Layers
from gradviz.ui.graph.painting.viewport import Viewport, covers
from gradviz.ui.style.theme import Colours, colour

_MOST = Size(168.0, 120.0)  # pixels
_LEAST = 28.0  # of a side: a chain of a thousand steps is still a thing to press on
_SHARE = 0.25  # of a side of the panel below it
_PAD = 4.0
_REST = 60  # milliseconds
_SLICE = 0.002  # seconds of a frame, the rest of which is the graph's


class Minimap(QWidget):
    """Shown only while the graph does not fit.

    Signals:
        wanted: the point of the drawing to look at.
    """

    wanted = Signal(object)

    def __init__(self, colours: Colours, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._colours, self._theme = colours, theme
        self._layers: Layers | None = None
        self._drawing = Size(0, 0)
        self._abreast = False  # columns side by side, of which the map would cover the last
        self._seen = Rect(0, 0, 0, 0)
        self._backing = Backing(_SLICE)
        self._painted: tuple[Layers, Size] | None = None  # whose overview is on the map
        self._most = _MOST
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._renew)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Map of the graph"))
        self.hide()

    def apply(self, colours: Colours, theme: Theme) -> None:
        """Take on other colours."""
        self._colours, self._theme = colours, theme
        self.update()

    def show_layers(self, layers: Layers, drawing: Size, *, abreast: bool = False) -> None:
        """Show another drawing, once the graph itself is painted. Its overview is made only where the map is seen.

        Drawings of one size are steps of a run, and follow each other quickly: the map is of the one that stays.
        """
        self._rest.start(_REST if self._painted is not None and drawing == self._painted[1] else 0)
        before, self._layers, self._drawing, self._abreast = self._drawing, layers, drawing, abreast
        if drawing != before:
            self.updateGeometry()

    def _renew(self) -> None:
        self._take()
        self.update()

    def _take(self) -> None:
        """Turn to the newest drawing. What is painted of one of another size cannot stand in for it."""
        if self._layers is not None:
            if self._painted is None or self._painted[1] != self._drawing:
                self._backing = Backing(_SLICE)
            self._painted = self._layers, self._drawing

    def show_seen(self, seen: Rect) -> None:
        """Frame the part that is seen; hide where that is all of it, or all of every column side by side in width."""
        moved, self._seen = seen != self._seen, seen
        if self._room() != self._most:
            self._most, self._backing = self._room(), Backing(_SLICE)
            self.updateGeometry()
        across = seen._replace(y=0, height=self._drawing.height)
        self.setHidden(covers(across if self._abreast else seen, self._drawing))
        if moved:
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the drawing made small, within limits."""
        across, down = (round(max(_LEAST, side * self._scale) + 2 * _PAD) for side in self._drawing)
        return QSize(across, down)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look there."""
        at = event.position()
        x, y = (at.x() - _PAD) / self._scale, (at.y() - _PAD) / self._scale
        drawing, seen = self._drawing, self._seen
        self.wanted.emit(Point(_led(x, drawing.width, seen.width), _led(y, drawing.height, seen.height)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a drag: without a button held Qt sends none."""
        self.mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the drawing as it was painted before, and the frame anew."""
        painter = QPainter(self)
        try:
            self._paint_drawing(painter)
            painter.setPen(colour(self._colours.border))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.setPen(QPen(colour(self._colours.accent), 2))
            painter.translate(_PAD, _PAD)
            seen, scale = self._seen, self._scale
            frame = QRectF(seen.x * scale, seen.y * scale, seen.width * scale, seen.height * scale)
            painter.drawRect(frame.intersected(QRectF(self.rect()).adjusted(-3, -3, -5, -5)))
        finally:
            painter.end()
        if self._backing.pending:
            QTimer.singleShot(0, self, self.update)

    def _paint_drawing(self, painter: QPainter) -> None:
        if self._painted is None:
            self._take()
        layers, ratio = self._painted and self._painted[0], self.devicePixelRatioF()
        view = Viewport(-_PAD / self._scale, -_PAD / self._scale, self._scale)
        place = placed(view, Size(float(self.width()), float(self.height())), ratio)

        def pieces(part: Rect) -> Iterator[Piece]:
            return iter(()) if layers is None else layers.overview.pieces(self._theme, part)

        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        self._backing.show(painter, place, (layers, self._theme), colour(self._theme.ground), pieces)
        painter.restore()

    @property
    def _scale(self) -> float:
        width, height = max(1.0, self._drawing.width), max(1.0, self._drawing.height)
        return min(self._most.width / width, self._most.height / height)

    def _room(self) -> Size:
        """The largest it may be: no more than a part of the panel that it lies on."""
        panel = self.parentWidget()
        if panel is None:
            return _MOST
        return Size(min(_MOST.width, panel.width() * _SHARE), min(_MOST.height, panel.height() * _SHARE))


def _led(at: float, extent: float, seen: float) -> float:
    """Where a press leads along a side: where all of it is seen at once there is nothing beside its middle to see."""
    return extent / 2 if seen >= extent else min(max(0.0, at), extent)
