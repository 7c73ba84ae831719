"""The flags of a tensor: their keys, and the box of requires_grad, grey where the program's text cannot switch it."""

from PySide6 import QtWidgets  # QStyle is named where it is needed: see app.py
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

FLAG_KEYS = {"r": "requires_grad", "g": "retain_grad", "d": "detach"}  # of the graph and of the table
LOCKED = Qt.ItemDataRole.UserRole  # of a cell: why its box cannot be switched


class FlagBox(QStyledItemDelegate):
    """Paints the box. Clicks and keys are the table's: the whole cell is the box, and any cell's key is its row's."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Grey what is locked; the cell itself can be selected like any other."""
        super().initStyleOption(option, index)
        locked = bool(index.data(LOCKED))
        if locked:
            option.state &= ~QtWidgets.QStyle.StateFlag.State_Enabled
        # Fusion outlines a box in a shade darker than the window, which nobody sees in the dark.
        group = QPalette.ColorGroup.Disabled if locked else QPalette.ColorGroup.Active
        own = QPalette(option.palette)
        own.setColor(QPalette.ColorRole.Window, own.color(group, QPalette.ColorRole.Text))
        option.palette = own
