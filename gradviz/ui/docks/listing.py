"""A list of sentences to read and copy: each as long as it is, and a sentence in its place where there are none."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gradviz.ui.style.copying import copy, is_copy, offer_copy

WHOLE = Qt.ItemDataRole.UserRole + 1  # what is copied of a row that shows less
_SIDE = 5  # pixels at both sides of the rows
_MARGIN = 8  # pixels round what stands in for rows


class _Row(QStyledItemDelegate):
    """Rows as high as they are painted: Qt measures text in two fonts, as Japanese is, less than a pixel lower."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """How large the row is."""
        return super().sizeHint(option, index) + QSize(0, 1)


class Listing(QListWidget):
    """The list."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._instead = ""
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(True)
        self.setItemDelegate(_Row(self))
        # Room beside the rows, not in them: what a style sheet adds there Qt does not count when it wraps their text.
        self.setViewportMargins(_SIDE, 0, _SIDE, 0)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def instead(self) -> str:
        """What is said where there are no rows."""
        return self._instead

    def say_instead(self, text: str) -> None:
        """Say this where there are no rows."""
        if text != self._instead:
            self._instead = text
            self.setAccessibleDescription(text)
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what is said in their place."""
        super().paintEvent(event)
        if self.count():
            return
        painter = QPainter(self.viewport())
        try:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            room = self.viewport().rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, self._instead)
        finally:
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the row that the keyboard is at."""
        item = self.currentItem()
        if is_copy(event) and item is not None:
            copy(_whole(item))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the row under the pointer; by key that which the keyboard is at."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        item = self.itemAt(event.pos()) if by_mouse else self.currentItem()
        if item is not None:
            place = event.pos() if by_mouse else self.visualItemRect(item).center()
            offer_copy(self, self.viewport().mapToGlobal(place), _whole(item))


def _whole(item: QListWidgetItem) -> str:
    return str(item.data(WHOLE) or item.text())
