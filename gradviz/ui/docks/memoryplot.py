"""Living bytes over a run as a curve for each grad mode, with a cursor that the mouse or the arrow keys move."""

from bisect import bisect_right

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from gradviz.model.costs.table import Curve
from gradviz.model.quantities import byte_text
from gradviz.ui.style.theme import Colours, colour

_SIZE = QSize(180, 150)  # pixels, the least
_MARK = 4.0  # pixels from the middle of a peak's mark to its corners
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
_DASH = 13  # pixels of a mode's line in the key: all three fit the panel as it is in a small window
_FAR = 10  # levels that a page key goes
_KEYS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageUp: -_FAR,
    Qt.Key.Key_PageDown: _FAR,
}


class MemoryPlot(QWidget):
    """Paints curves over the steps of the run; one of them has the cursor.

    Signals:
        moved: the cursor stands elsewhere, or on another curve.
        lineWanted: the person asks for a line of the program.
    """

    moved = Signal()
    lineWanted = Signal(int)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._curves: tuple[Curve, ...] = ()
        self._chosen = self._at = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(_SIZE)
        self.setAccessibleName(self.tr("Memory over the run"))

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self.update()

    def show_curves(self, curves: tuple[Curve, ...]) -> None:
        """Show other curves, the cursor on the peak of the one chosen."""
        if curves == self._curves:
            return
        self._curves = curves
        self._choose(min(self._chosen, max(0, len(curves) - 1)))

    @property
    def curve(self) -> Curve | None:
        """The one with the cursor."""
        return self._curves[self._chosen] if self._curves else None

    @property
    def at(self) -> int:
        """Which of its levels the cursor is on."""
        return self._at

    @property
    def here(self) -> dict[str, int]:
        """The bytes that lived at the cursor's step in each mode whose run has come so far."""
        curve = self.curve
        if curve is None:
            return {}
        step = curve.levels[self._at].step
        found = {one.mode: _bytes_at(one, step) for one in self._curves if step <= one.steps}
        return found | {curve.mode: curve.levels[self._at].nbytes}

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the cursor below the mouse."""
        curve, place = self.curve, self._place()
        if curve is not None:
            share = (event.position().x() - place.left()) / max(1.0, place.width())
            step = round(share * self._steps())
            self._go(bisect_right(curve.levels, step, key=lambda level: level.step) - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask for the line below the mouse."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.mouseMoveEvent(event)
        self._want_line()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, choose another mode, ask for the line."""
        key = Qt.Key(event.key())
        curve = self.curve
        if curve is None:
            super().keyPressEvent(event)
        elif key in _KEYS:
            self._go(self._at + _KEYS[key])
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose((self._chosen + (1 if key == Qt.Key.Key_Down else -1)) % len(self._curves))
        elif key == Qt.Key.Key_Home:
            self._go(curve.peak)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._want_line()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the curves, the scale, the peaks and the cursor."""
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter)
        finally:
            painter.end()

    def _choose(self, number: int) -> None:
        self._chosen = number
        curve = self.curve
        self._at = 0 if curve is None else curve.peak
        self._told()

    def _go(self, at: int) -> None:
        curve = self.curve
        if curve is not None:
            self._at = max(0, min(at, len(curve.levels) - 1))
            self._told()

    def _told(self) -> None:
        self.moved.emit()
        self.update()

    def _want_line(self) -> None:
        curve = self.curve
        line = None if curve is None else curve.levels[self._at].line
        if line is not None:
            self.lineWanted.emit(line)

    def _place(self) -> QRectF:
        """Where the curves are: below the scale's text and above the modes'."""
        line = self.fontMetrics().height()
        return QRectF(1, line + 4, self.width() - 3, max(1, self.height() - 2 * line - 12))

    def _steps(self) -> int:
        return max((one.steps for one in self._curves), default=0) or 1

    def _most(self) -> int:
        return max((one.levels[one.peak].nbytes for one in self._curves), default=0) or 1

    def _point(self, step: int, nbytes: int) -> QPointF:
        place = self._place()
        across, up = step / self._steps(), nbytes / self._most()
        return QPointF(place.left() + across * place.width(), place.bottom() - up * place.height())

    def _paint(self, painter: QPainter) -> None:
        own, place, line = self._colours, self._place(), self.fontMetrics().height()
        painter.setPen(colour(own.border))
        painter.drawRect(place)
        if not self._curves:
            return
        painter.setPen(colour(own.muted))
        painter.drawText(QRectF(1, 0, self.width(), line), Qt.AlignmentFlag.AlignLeft, byte_text(self._most()))
        steps = self.tr("{steps} steps").format(steps=f"{self._steps():,}")
        painter.drawText(QRectF(1, 0, self.width() - 3, line), Qt.AlignmentFlag.AlignRight, steps)
        for number, curve in reversed(list(enumerate(self._curves))):
            self._paint_curve(painter, curve, self._pen(number))
        self._paint_cursor(painter)
        self._paint_key(painter, QRectF(1, place.bottom() + 4, self.width(), line))

    def _pen(self, number: int) -> QPen:
        """A mode is known by its dashes; the one with the cursor is thicker and in the accent."""
        own, chosen = self._colours, number == self._chosen
        pen = QPen(colour(own.accent if chosen else own.muted), 2.0 if chosen else 1.4, _DASHES[number % len(_DASHES)])
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        return pen

    def _paint_curve(self, painter: QPainter, curve: Curve, pen: QPen) -> None:
        painter.setPen(pen)
        points, before = [self._point(0, 0)], 0
        for level in curve.levels:
            points += [self._point(level.step, before), self._point(level.step, level.nbytes)]
            before = level.nbytes
        painter.drawPolyline(QPolygonF([*points, self._point(curve.steps, before)]))
        top = curve.levels[curve.peak]
        at = self._point(top.step, top.nbytes)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        corners = ((0, -_MARK), (_MARK, 0), (0, _MARK), (-_MARK, 0))
        painter.drawPolygon(QPolygonF([at + QPointF(*corner) for corner in corners]))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_cursor(self, painter: QPainter) -> None:
        curve = self._curves[self._chosen]
        level, place = curve.levels[self._at], self._place()
        at = self._point(level.step, level.nbytes)
        painter.setPen(QPen(colour(self._colours.text), 1.6 if self.hasFocus() else 1.0))
        painter.drawLine(QPointF(at.x(), place.top()), QPointF(at.x(), place.bottom()))
        painter.drawEllipse(at, _MARK, _MARK)

    def _paint_key(self, painter: QPainter, place: QRectF) -> None:
        """The modes with their dashes, side by side."""
        left, metrics = place.left(), self.fontMetrics()
        for number, curve in enumerate(self._curves):
            painter.setPen(self._pen(number))
            painter.drawLine(QPointF(left, place.center().y()), QPointF(left + _DASH, place.center().y()))
            painter.setPen(colour(self._colours.text if number == self._chosen else self._colours.muted))
            painter.drawText(QRectF(left + _DASH + 3, place.top(), place.width(), place.height()), 0, curve.mode)
            left += _DASH + 3 + metrics.horizontalAdvance(curve.mode) + 8


def _bytes_at(curve: Curve, step: int) -> int:
    """The bytes that lived once a step was done."""
    before = bisect_right(curve.levels, step, key=lambda level: level.step)
    return curve.levels[before - 1].nbytes if before else 0
