"""The handle of a number: a small slider that stands at it in the program. Knows no text, only how far it is moved."""

from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from gradviz.state.commands.keys import Keys
from gradviz.ui.style.theme import Colours, colour

TENFOLD = 10  # steps for one, with Shift
_LEAST = 24  # pixels of each of its three parts, across and down: what a finger or an unsure hand meets
_PER_STEP = 6.0  # pixels that the hand moves for one step
_SLACK = 3.0  # pixels before a press becomes a drag
_NOTCH = 120  # eighths of a degree of a turn of the wheel
_ARROWS: dict[int, int] = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Minus: -1,
    Qt.Key.Key_Plus: 1,
    Qt.Key.Key_PageDown: -TENFOLD,
    Qt.Key.Key_PageUp: TENFOLD,
}


class Slider(QWidget):
    """An arrow to less, a grip, an arrow to more. It is dragged anywhere, its arrows are pressed, the wheel turns it.

    Signals:
        begun: a drag begins.
        moved: by so many steps from where the drag began.
        nudged: by so many steps from where it is.
        released: the drag is over.
        refused: all since it was taken hold of is to be as it was.
        left: the person is done with it and wants to go on in the program.
        unfocused: the keys go elsewhere.
    """

    begun = Signal()
    moved = Signal(int)
    nudged = Signal(int)
    released = Signal()
    refused = Signal()
    left = Signal()
    unfocused = Signal()

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._colours = colours
        self._pressed: QPointF | None = None
        self._dragging = False
        self._steps = 0.0
        self._turned = 0
        self._part: Literal[-1, 0, 1, None] = None  # that the pointer is on
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setAccessibleName(self.tr("Slider of the number"))
        self.hide()

    @property
    def dragging(self) -> bool:
        """Whether it is in the person's hand."""
        return self._dragging

    def tell_keys(self, keys: Keys) -> None:
        """Tell what moves it, and the keys that do."""
        self.setToolTip(keys.told(self.tr("Drag, or turn the wheel; with Shift ten steps for one"), "more", "less"))

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self.update()

    def sizeHint(self) -> QSize:
        """Return three parts, as high as a line of the program at least."""
        side = max(_LEAST, self.fontMetrics().height() + 6)
        return QSize(3 * side, side)

    # The mouse.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._steps = event.position(), 0.0
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Slide by as much as the hand moved."""
        at = event.position()
        if self._pressed is None:
            self._point(at)
            return
        if not self._dragging and abs(at.x() - self._pressed.x()) >= _SLACK:
            self._dragging = True
            self.begun.emit()
        if self._dragging:
            before = round(self._steps)
            self._steps += (at.x() - self._pressed.x()) / _PER_STEP * _times(event.modifiers())
            self._pressed = at
            if round(self._steps) != before:
                self.moved.emit(round(self._steps))
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; a press that was no drag is one on an arrow."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        was, self._pressed = self._dragging, None
        self._dragging = False
        self.update()
        if was:
            self.released.emit()
        elif (part := self._part_at(event.position())) is not None and part:
            self.nudged.emit(part * _times(event.modifiers()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Slide by one step for each notch."""
        turned = event.angleDelta()
        self._turned += turned.y() or turned.x()
        notches = int(self._turned / _NOTCH)
        if notches and not self._dragging:
            self._turned -= notches * _NOTCH
            self.nudged.emit(notches * _times(event.modifiers()))
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light the part under the pointer."""
        self._point(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Light none of its parts."""
        self._part = None
        self.update()
        super().leaveEvent(event)

    # The keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Slide by the arrow keys; Esc brings back what was, Enter keeps what is."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._pressed, self._dragging = None, False
            self.update()
            self.refused.emit()
        elif self._dragging:
            event.accept()  # the hand is at it
        elif key in _ARROWS:
            self.nudged.emit(_ARROWS[key] * _times(event.modifiers()))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A drag ends where the window is left."""
        if self._dragging:
            self._pressed, self._dragging = None, False
            self.released.emit()
        super().focusOutEvent(event)
        self.unfocused.emit()
        self.update()

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the arrows and between them the grip, in the accent while it is held."""
        own, held = self._colours, self._pressed is not None or self.hasFocus()
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour(own.accent), 2.0 if held else 1.2))
            painter.setBrush(colour(own.lit_line if held else own.button))
            box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
            for part in (-1, 1):
                self._paint_arrow(painter, part)
            self._paint_grip(painter)
        finally:
            painter.end()

    def _paint_arrow(self, painter: QPainter, part: int) -> None:
        side = self.height()
        middle = QPointF(self.width() / 2 + part * (self.width() - side) / 2, self.height() / 2)
        pen = QPen(colour(self._colours.accent if self._part == part else self._colours.muted), 2.0)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        reach = side * 0.16
        painter.drawPolyline(
            [
                middle + QPointF(-part * reach / 2, -reach),
                middle + QPointF(part * reach / 2, 0),
                middle + QPointF(-part * reach / 2, reach),
            ]
        )

    def _paint_grip(self, painter: QPainter) -> None:
        """Paint three lines to hold it by; they go along with the hand, within a part."""
        room = self.height() * 0.4
        shift = max(-room, min(room, self._steps * 2)) if self._dragging else 0.0
        painter.setPen(QPen(colour(self._colours.accent), 1.6))
        for at in (-4, 0, 4):
            x = self.width() / 2 + shift + at
            painter.drawLine(QPointF(x, self.height() * 0.32), QPointF(x, self.height() * 0.68))

    def _point(self, at: QPointF) -> None:
        part = self._part_at(at)
        if part != self._part:
            self._part = part
            self.update()

    def _part_at(self, at: QPointF) -> Literal[-1, 0, 1, None]:
        if not self.rect().contains(at.toPoint()):
            return None
        third = self.width() / 3
        return -1 if at.x() < third else 1 if at.x() >= 2 * third else 0


def _times(keys: Qt.KeyboardModifier) -> int:
    return TENFOLD if keys & Qt.KeyboardModifier.ShiftModifier else 1
