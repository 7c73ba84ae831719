"""What was measured, as bars: a block for each quantity, in it a bar for each grad mode, all to the same scale."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from gradviz.model.costs.table import CostRow, CostTable
from gradviz.ui.style.plain import one_line
from gradviz.ui.style.theme import Colours, colour

_NARROWEST = 260  # pixels of a block
_GAP = 14  # right of a block, and half of it below
_BAR = 4  # pixels of a bar's height
_UNDER = 10  # pixels below a text, for its bar
_PALE = 0.45  # of what is not of the program as it stands


class CostBars(QWidget):
    """Paints a CostTable in as many columns of blocks as there is room for."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._table = CostTable()
        self._dimmed = False
        self.setAccessibleName(self.tr("Costs"))

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self.update()

    def show_table(self, table: CostTable, *, dimmed: bool) -> None:
        """Show what was measured; pale where it is of another text."""
        self._table, self._dimmed = table, dimmed
        self.setAccessibleDescription("\n".join(lines(table)))
        self._make_room()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many columns as there is room for."""
        super().resizeEvent(event)
        self._make_room()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint every block."""
        columns = self._columns()
        width = (self.width() - _GAP * columns) / columns
        painter = QPainter(self)
        try:
            painter.setOpacity(_PALE if self._dimmed else 1.0)
            for at, row in enumerate(self._table.rows):
                left, top = at % columns * (width + _GAP), at // columns * self._height()
                self._paint_block(painter, QRectF(left, top, width, self._height()), row)
        finally:
            painter.end()

    def _columns(self) -> int:
        return max(1, min(self.width() // (_NARROWEST + _GAP), len(self._table.rows)))

    def _line(self) -> int:
        return self.fontMetrics().height() + _UNDER

    def _height(self) -> int:
        """The height of a block, with what separates it from the next."""
        return self.fontMetrics().height() + 4 + len(self._table.modes) * self._line() + _GAP // 2

    def _make_room(self) -> None:
        self.setMinimumHeight(-(-len(self._table.rows) // self._columns()) * self._height())

    def _paint_block(self, painter: QPainter, place: QRectF, row: CostRow) -> None:
        title = painter.font()
        title.setWeight(QFont.Weight.DemiBold)
        painter.save()
        painter.setFont(title)
        painter.setPen(colour(self._colours.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, row.name)
        painter.restore()
        top = place.top() + self.fontMetrics().height() + 4
        for mode, cell, share in zip(self._table.modes, row.cells, row.shares, strict=True):
            self._paint_bar(painter, QRectF(place.left(), top, place.width(), self._line()), (mode, cell), share)
            top += self._line()

    def _paint_bar(self, painter: QPainter, place: QRectF, words: tuple[str, str], share: float | None) -> None:
        """Paint the mode, its number, and below them how much that is of the largest."""
        own, metrics = self._colours, self.fontMetrics()
        mode, cell = words
        painter.setPen(colour(own.muted))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, mode)
        painter.setPen(colour(own.text if share is not None else own.muted))
        room = int(place.width()) - metrics.horizontalAdvance(mode) - 8
        text = one_line(cell)
        if metrics.horizontalAdvance(text) > room:
            text = text.partition(" (n=")[0]  # which is said above the numbers too
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, text)
        track = QRectF(place.left(), place.top() + metrics.height() + 1, place.width(), _BAR)
        painter.fillRect(track, colour(own.border))
        if share:
            painter.fillRect(QRectF(track.left(), track.top(), track.width() * share, _BAR), colour(own.accent))


def lines(table: CostTable) -> list[str]:
    """Return a table as text, a line for each quantity."""
    return [
        f"{row.name}: " + ", ".join(f"{mode} {cell}" for mode, cell in zip(table.modes, row.cells, strict=True) if cell)
        for row in table.rows
    ]
