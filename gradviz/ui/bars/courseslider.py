"""The stops of a run on a line: a handle at the one that is shown, and the parts of backward hatched."""

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSlider, QWidget

from gradviz.model.moments.course import ACCUMULATE, BACKWARD, LINE, Course
from gradviz.ui.style.theme import Colours, colour

_GROOVE, _HANDLE = 8.0, 16.0  # pixels
_APART = 7.0  # pixels between lines below which they are not marked


def backward(kinds: str, columns: int) -> list[tuple[int, int]]:
    """Return from which column to which backward goes on, where the stops of a run are spread over so many columns."""
    is_backward = [kinds[at * len(kinds) // columns] in (BACKWARD, ACCUMULATE) for at in range(columns if kinds else 0)]
    edges = [at for at, (one, other) in enumerate(pairwise([False, *is_backward, False])) if one != other]
    return list(zip(edges[::2], edges[1::2], strict=True))


class CourseSlider(QSlider):
    """One value for each stop, and one more for the end of the run.

    Signals:
        chosen: the stop that the person went to; None: the end.
    """

    chosen = Signal(object)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._colours = colours
        self._course = Course()
        self.setRange(0, 0)
        self._hatched: tuple[int, list[tuple[int, int]]] = (-1, [])  # at a width, what of it is backward
        self.setAccessibleName(self.tr("Steps of the run"))
        self.setToolTip(self.tr("Steps of the run; backward is hatched (Home, End, arrow keys)"))
        self.valueChanged.connect(self._changed)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self.update()

    def show_course(self, course: Course, at: int | None) -> None:
        """Show the stops of a run, and at which of them it stands; None: at its end."""
        self.blockSignals(True)
        if course != self._course:
            self._course = course
            self._hatched = -1, []
            self.setRange(0, len(course.kinds))
            self.setPageStep(max(1, len(course.kinds) // 10))
            self.update()
        self.setValue(self.maximum() if at is None else at)
        self.blockSignals(False)

    def sizeHint(self) -> QSize:
        """Return a good width and a height that can be hit."""
        return QSize(200, 28)

    def minimumSizeHint(self) -> QSize:
        """Return what is still of use."""
        return QSize(60, 28)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is for the end, as everywhere; the rest as Qt does it."""
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to where the press is."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setValue(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a press that is held."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.setValue(self._value_at(event.position().x()))

    def _changed(self, value: int) -> None:
        self.chosen.emit(None if value == self.maximum() else value)

    def _value_at(self, x: float) -> int:
        room = self.width() - _HANDLE
        return round((x - _HANDLE / 2) / room * self.maximum()) if room > 0 else 0

    def _x(self, value: int) -> float:
        return _HANDLE / 2 + (self.width() - _HANDLE) * value / max(1, self.maximum())

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the groove, its parts, the lines on it, and the handle."""
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not self.isEnabled():
                painter.setOpacity(0.4)
            self._paint_groove(painter)
            if self.maximum():
                self._paint_lines(painter)
                self._paint_handle(painter)
        finally:
            painter.end()

    def _paint_groove(self, painter: QPainter) -> None:
        own, top = self._colours, (self.height() - _GROOVE) / 2
        painter.setPen(QPen(colour(own.border), 1))
        painter.setBrush(colour(own.lit_line if self.maximum() else own.base))
        left, room = self._x(0), self.width() - _HANDLE
        painter.drawRoundedRect(QRectF(left, top, room, _GROOVE), 3, 3)
        if self._hatched[0] != round(room):
            self._hatched = round(room), backward(self._course.kinds, round(room))
        for first, beyond in self._hatched[1]:
            place = QRectF(left + first, top, beyond - first, _GROOVE)
            painter.fillRect(place, colour(own.step_line))
            painter.fillRect(place, QBrush(colour(own.step), Qt.BrushStyle.BDiagPattern))

    def _paint_lines(self, painter: QPainter) -> None:
        if (self.width() - _HANDLE) / self.maximum() < _APART:
            return
        painter.setPen(QPen(colour(self._colours.muted), 1))
        middle = self.height() / 2
        for at, kind in enumerate(self._course.kinds):
            if kind == LINE:
                painter.drawLine(QPointF(self._x(at), middle - 7), QPointF(self._x(at), middle + 7))

    def _paint_handle(self, painter: QPainter) -> None:
        own, middle = self._colours, QPointF(self._x(self.value()), self.height() / 2)
        painter.setPen(QPen(colour(own.text if self.hasFocus() else own.accent), 2))
        painter.setBrush(colour(own.accent if self.hasFocus() else own.base))
        painter.drawEllipse(middle, _HANDLE / 2 - 1.5, _HANDLE / 2 - 1.5)
