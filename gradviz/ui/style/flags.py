"""The flags of a tensor: their keys, and the box of requires_grad, pale where the program's text cannot switch it."""

from PySide6 import QtWidgets  # QStyle is named where it is needed: see app.py
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

FLAG_KEYS = {"r": "requires_grad", "g": "retain_grad", "d": "detach"}  # of the graph and of the table
LOCKED = Qt.ItemDataRole.UserRole  # of a cell: why its box cannot be switched
_PAD, _GAP = 7, 6  # pixels before and behind what a cell shows, and between the box and its word
_TICK = ((0.2, 0.52), (0.42, 0.76), (0.82, 0.26))  # corners, in parts of the box
Index = QModelIndex | QPersistentModelIndex


class FlagBox(QStyledItemDelegate):
    """Paints the box and its word. Clicks and keys are the table's: the whole cell is the box.

    The style's own box is of one size however large text is, outlined in a shade darker than the window, which nobody
    sees in the dark, and as any other in a row that is selected.
    """

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return room for the box and the word."""
        hint, own = super().sizeHint(option, index), QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        word = own.fontMetrics.horizontalAdvance(own.text)
        return QSize(2 * _PAD + _side(own) + _GAP + word, hint.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the ground as the style does, and on it the box and the word."""
        own, style = QStyleOptionViewItem(option), QtWidgets.QStyle
        self.initStyleOption(own, index)
        word, ticked = own.text, own.checkState == Qt.CheckState.Checked
        own.text, own.features = "", own.features & ~QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
        own.widget.style().drawControl(style.ControlElement.CE_ItemViewItem, own, painter, own.widget)
        locked = bool(index.data(LOCKED))
        group = QPalette.ColorGroup.Disabled if locked else QPalette.ColorGroup.Active
        ink, side = own.palette.color(group, QPalette.ColorRole.Text), _side(own)
        whole = own.rect.adjusted(_PAD, 0, -_PAD, 0)
        box = QRectF(whole.left(), whole.center().y() - side // 2, side, side).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, side / 14 if locked else side / 9))
        painter.setBrush(Qt.BrushStyle.NoBrush if locked else own.palette.color(QPalette.ColorRole.Base))
        painter.drawRect(box)
        if ticked:
            painter.setPen(QPen(ink, side / 7))
            painter.drawPolyline([QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in _TICK])
        painter.setPen(ink)
        painter.setFont(own.font)
        painter.drawText(whole.adjusted(side + _GAP, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, word)
        painter.restore()


def _side(option: QStyleOptionViewItem) -> int:
    """The pixels of a side of the box: as tall as a letter and a little more."""
    return option.fontMetrics.ascent()
