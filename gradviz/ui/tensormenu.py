"""The menu of one tensor, on its row and on its node: switch requires_grad, copy its name or its value."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gradviz.picture.picture import TensorRow
from gradviz.ui.plain import tooltip


def tensor_menu(row: TensorRow, switch: Callable[[], None], parent: QWidget) -> QMenu:
    """Return the menu; it is gone when it is closed.

    Args:
        row: of the tensor.
        switch: switches its requires_grad.
        parent: of the menu.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    flag = menu.addAction("requires_grad", switch)
    flag.setCheckable(True)
    flag.setChecked(row.requires_grad)
    flag.setEnabled(not row.locked)
    flag.setToolTip(tooltip(row.locked))
    menu.addSeparator()
    clipboard = QApplication.clipboard()
    menu.addAction(menu.tr("Copy the name"), lambda: clipboard.setText(row.name))
    menu.addAction(menu.tr("Copy the value"), lambda: clipboard.setText(row.value)).setEnabled(bool(row.value))
    return menu
