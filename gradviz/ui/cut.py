"""A label for one line of text that ends in an ellipsis where the room ends, with all of it as the tip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gradviz.ui.plain import one_line, tooltip

_ROOM = 28  # pixels that margins and a border may take from the text


class CutLabel(QLabel):
    """Takes what room there is and never asks for more than its text needs."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setContentsMargins(6, 0, 6, 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    @property
    def whole(self) -> str:
        """All of the text."""
        return self._whole

    def say(self, text: str) -> None:
        """Show a text."""
        whole = one_line(text)
        if whole != self._whole:
            self._whole = whole
            self.setAccessibleName(whole)
            self.setToolTip(tooltip(whole))
            self.updateGeometry()
        self._cut()

    def sizeHint(self) -> QSize:
        """Return the room of the whole text."""
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + _ROOM + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return almost nothing: an ellipsis is enough."""
        return QSize(0, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        room = self.width() - _ROOM
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room))
