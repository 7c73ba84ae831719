"""The strip left of the program: line numbers, problems, breakpoints, what is lit and where a step is."""

from collections.abc import Callable, Iterator
from math import ceil, floor
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gradviz.state.commands.keys import Keys
from gradviz.state.looking.stepping import StepLines
from gradviz.ui.style.theme import Colours, colour

_MARKS = 24  # pixels at the left for breakpoints and for the arrows of a step


class Row(NamedTuple):
    """One visible line of the program."""

    line: int
    top: float
    height: float


class Gutter(QWidget):
    """Painted from what the editor says is visible.

    Signals:
        pressed: this line's number was clicked.
        breakpointWanted: the place left of this line's number was.
    """

    pressed = Signal(int)
    breakpointWanted = Signal(int)

    def __init__(self, rows: Callable[[], Iterator[Row]], colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows
        self._colours = colours
        self._current = 1
        self._lit: frozenset[int] = frozenset()
        self._problems: dict[int, bool] = {}
        self._step = StepLines()
        self._breakpoints: frozenset[int] = frozenset()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing below it is to be painted
        self.setAccessibleName(self.tr("Line numbers"))

    def tell_keys(self, keys: Keys) -> None:
        """Tell what a press does, and the key that does it."""
        self.setToolTip(keys.told(self.tr("At the left of a number: a breakpoint, where play stops"), "breakpoint"))

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self.update()

    def mark(self, current: int, lit: frozenset[int], problems: dict[int, bool]) -> None:
        """Show the cursor's line, the lit lines, and lines with a problem (True: an error)."""
        if (current, lit, problems) != (self._current, self._lit, self._problems):
            self._current, self._lit, self._problems = current, lit, problems
            self.update()

    def mark_step(self, step: StepLines, breakpoints: frozenset[int]) -> None:
        """Show where the step is, and the breakpoints."""
        if (step, breakpoints) != (self._step, self._breakpoints):
            others = {*self._step, *step, *(breakpoints ^ self._breakpoints)}
            self._step, self._breakpoints = step, breakpoints
            for row in self._rows():
                if row.line in others:
                    self.update(0, floor(row.top), self.width(), ceil(row.height) + 1)

    def width_for(self, lines: int) -> int:
        """Return the width that the numbers up to `lines` need."""
        return self.fontMetrics().horizontalAdvance("0") * max(2, len(str(lines))) + _MARKS + 22

    def sizeHint(self) -> QSize:
        """Return the width of two digits."""
        return QSize(self.width_for(1), 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press: its release chooses."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the line under the pointer, or set a breakpoint there."""
        x, y = event.position().toTuple()
        for row in self._rows():
            if row.top <= y < row.top + row.height:
                (self.breakpointWanted if x < _MARKS else self.pressed).emit(row.line)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible lines."""
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(event.rect(), colour(self._colours.base))
            top, bottom = event.rect().top(), event.rect().bottom()
            for row in self._rows():
                if row.top <= bottom and top <= row.top + row.height:
                    self._paint(painter, row)
        finally:
            painter.end()

    def _paint(self, painter: QPainter, row: Row) -> None:
        own = self._colours
        if row.line in self._lit:
            painter.fillRect(QRectF(self.width() - 5, row.top, 3, row.height), colour(own.accent))
        if row.line in self._problems:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(own.error if self._problems[row.line] else own.warning))
            middle = row.top + row.height / 2
            painter.drawEllipse(QRectF(_MARKS, middle - 3.5, 7, 7))
        self._paint_marks(painter, row)
        painter.setPen(colour(own.text if row.line == self._current else own.muted))
        box = QRectF(0, row.top, self.width() - 12, row.height)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(row.line))

    def _paint_marks(self, painter: QPainter, row: Row) -> None:
        """Paint a dot for a breakpoint; over it an arrow: filled before the line runs, hollow after it has run."""
        own, middle, size = self._colours, row.top + row.height / 2, min(9.0, row.height * 0.32)
        if row.line in self._breakpoints:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(own.accent))
            painter.drawEllipse(QPointF(_MARKS / 2, middle), size + 1, size + 1)
        if row.line in (self._step.about, self._step.done):
            filled = row.line == self._step.about
            painter.setPen(QPen(colour(own.step), 1.6))
            painter.setBrush(colour(own.step if filled else own.base))
            left, right = (_MARKS - 2 * size) / 2, (_MARKS + 2 * size) / 2
            painter.drawPolygon([QPointF(left, middle - size), QPointF(left, middle + size), QPointF(right, middle)])
