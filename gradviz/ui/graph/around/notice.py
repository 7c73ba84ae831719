"""A short word in the bar above the graph while what is shown is not what the program says. It covers no node."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gradviz.ui.style.labels import CutLabel
from gradviz.ui.style.theme import Colours, colour

_NARROWEST = 60  # pixels in which anything can be said
_PAD = QSize(13, 3)  # from the border to the text


class Notice(CutLabel):
    """A pill as wide as its word; hidden while there is nothing to say."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._colours = colours
        self.hide()

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self.update()

    def say(self, text: str) -> None:
        """Show a word, or nothing."""
        super().say(text)
        self.setVisible(bool(text))

    def minimumSizeHint(self) -> QSize:
        """Return the height of a line in its pill."""
        return super().minimumSizeHint() + QSize(0, 2 * _PAD.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pill and the word in it; no empty pill where there is no room for a word."""
        if self.width() < _NARROWEST:
            return
        wide = min(self.width(), self.fontMetrics().horizontalAdvance(self.whole) + 2 * _PAD.width() + 2)
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour(self._colours.border), 1))
            painter.setBrush(colour(self._colours.button))
            painter.drawRoundedRect(QRectF(0.5, 0.5, wide - 1, self.height() - 1), 10, 10)
            painter.setPen(colour(self._colours.text))
            self.paint_cut(painter, self.rect().adjusted(_PAD.width(), 0, -_PAD.width(), 0))
        finally:
            painter.end()
