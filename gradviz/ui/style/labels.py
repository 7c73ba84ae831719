"""Labels for text from a program: one of as many lines as it takes, one of a single line that is cut, and a button.

A panel is never made wider by what a program says in it.
"""

from PySide6 import QtWidgets  # QStyle is named where it is needed: see app.py
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QStyleOptionButton, QWidget

from gradviz.ui.style.plain import breakable, one_line, tooltip


def wrapped_label(parent: QWidget) -> QLabel:
    """Return a label that shows what it is told as it is, never as markup, in as many lines as that takes."""
    label = _Wrapped(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


class _Wrapped(QLabel):
    """Lines end within a word as well, where that is long: Qt's own label is as wide as its longest word."""

    _whole = ""

    def setText(self, text: str) -> None:
        """Show a text."""
        self._whole = text
        super().setText(breakable(text))

    def text(self) -> str:
        """Return it."""
        return self._whole


class CutLabel(QLabel):
    """One line that ends in an ellipsis where the room ends, with all of it as the tip.

    What it says may change at every step of a run: it takes what room there is and never asks for any, so that nothing
    round it is laid out anew.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setContentsMargins(6, 0, 6, 0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

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
            self.update()

    def minimumSizeHint(self) -> QSize:
        """Return almost nothing: an ellipsis is enough."""
        return QSize(0, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much of the text as there is room for."""
        painter = QPainter(self)
        try:
            painter.setPen(self.palette().color(self.foregroundRole()))
            self.paint_cut(painter, self.contentsRect())
        finally:
            painter.end()

    def paint_cut(self, painter: QPainter, room: QRect) -> None:
        """Paint the text at the left of a room."""
        text = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


class CutButton(QPushButton):
    """A button whose text ends in an ellipsis where the room ends, with all of it as the tip."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = one_line(text)
        self.setText(self._whole.replace("&", "&&"))  # it is code, and marks no letter
        self.setAccessibleName(self._whole)
        self.setToolTip(tooltip(self._whole))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # a button's own: never narrower

    def minimumSizeHint(self) -> QSize:
        """Return the least that can be pressed."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), hint.height() * 2), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much of the text as there is room for."""
        style, option = QtWidgets.QStyle, QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(style.SubElement.SE_PushButtonContents, option, self).width()
        cut = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, room)
        option.text = cut.replace("&", "&&")
        painter = QtWidgets.QStylePainter(self)
        try:
            painter.drawControl(style.ControlElement.CE_PushButton, option)
        finally:
            painter.end()
