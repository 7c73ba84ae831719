"""The menu of one tensor, on its row and on its node: ask why, switch its flags, copy its name or its value."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gradviz.model.source.edits import KEYWORD
from gradviz.picture.picture import FlagRow, TensorRow
from gradviz.ui.style.plain import one_line, tooltip


class TensorMenu(QMenu):
    """The menu; it is gone when it is closed.

    Signals:
        whyWanted: all there is to say of the tensor is to be shown.
        flagWanted: the name of a flag that is to be the other way.
        fixWanted: the `Edit` of the program that makes a locked flag one that can be switched.
    """

    whyWanted = Signal()
    flagWanted = Signal(str)
    fixWanted = Signal(object)

    def __init__(self, row: TensorRow, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setToolTipsVisible(True)
        absent = row.grad.startswith("None")
        ask = self.addAction(self.tr("Why is .grad None?") if absent else self.tr("Inspect"))
        self._keyed(ask, "W").triggered.connect(self.whyWanted)
        self.addSeparator()
        self._flag(KEYWORD, FlagRow(KEYWORD, row.requires_grad, row.edit, row.locked), "R")
        if row.unlock is not None:
            offer = row.unlock
            self.addAction(f"✎ {one_line(offer.text)}", lambda: self.fixWanted.emit(offer.edit))
        for flag in row.flags:
            self._flag(*self._told(flag))
        self.addSeparator()
        clipboard = QApplication.clipboard()
        self.addAction(self.tr("Copy the name"), lambda: clipboard.setText(row.name))
        self.addAction(self.tr("Copy the value"), lambda: clipboard.setText(row.value)).setEnabled(bool(row.value))

    def _told(self, flag: FlagRow) -> tuple[str, FlagRow, str]:
        """How a flag is called here, and its key in the graph and in the table."""
        match flag.name:
            case "retain_grad":
                return "retain_grad()", flag, "G"
            case "detach":
                return self.tr("Detach here"), flag, "D"
            case path:
                return self.tr("{path}: all parameters require grad").format(path=one_line(path)), flag, ""

    def _flag(self, text: str, flag: FlagRow, key: str) -> None:
        action = self._keyed(self.addAction(text), key)
        action.setCheckable(True)
        action.setChecked(flag.on)
        action.setEnabled(not flag.locked)
        action.setToolTip(tooltip(flag.locked))
        action.triggered.connect(lambda: self.flagWanted.emit(flag.name))

    def _keyed(self, action: QAction, key: str) -> QAction:
        """Tell the key of the graph and the table, which they take themselves."""
        if key:
            action.setText(f"{action.text()}\t{key}")
        return action
