"""The strip left of the program: line numbers, a dot where there is a problem, a bar where something is lit."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gradviz.ui.theme import Colours, colour


class Row(NamedTuple):
    """One visible line of the program."""

    line: int
    top: float
    height: float


class Gutter(QWidget):
    """Painted from what the editor says is visible.

    Signals:
        pressed: this line's number was clicked.
    """

    pressed = Signal(int)

    def __init__(self, rows: Callable[[], Iterator[Row]], colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows
        self._colours = colours
        self._current = 1
        self._lit: frozenset[int] = frozenset()
        self._problems: dict[int, bool] = {}
        self.setAccessibleName(self.tr("Line numbers"))

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self.update()

    def mark(self, current: int, lit: frozenset[int], problems: dict[int, bool]) -> None:
        """Show the cursor's line, the lit lines, and lines with a problem (True: an error)."""
        self._current, self._lit, self._problems = current, lit, problems
        self.update()

    def width_for(self, lines: int) -> int:
        """Return the width that the numbers up to `lines` need."""
        return self.fontMetrics().horizontalAdvance("0") * max(2, len(str(lines))) + 30

    def sizeHint(self) -> QSize:
        """Return the width of two digits."""
        return QSize(self.width_for(1), 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press: its release chooses."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the line under the pointer."""
        y = event.position().y()
        for row in self._rows():
            if row.top <= y < row.top + row.height:
                self.pressed.emit(row.line)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible lines."""
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(event.rect(), colour(self._colours.base))
            for row in self._rows():
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
            painter.drawEllipse(QRectF(5, middle - 3.5, 7, 7))
        painter.setPen(colour(own.text if row.line == self._current else own.muted))
        box = QRectF(0, row.top, self.width() - 12, row.height)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(row.line))
