"""Asks in which Python programs run. One that is pointed at is looked at in the background, and told in plain words."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gradviz.model.launch import NO_TORCH, TOO_OLD, torch_line
from gradviz.ui.pythons.check import LEAST_TORCH, Check, Finding
from gradviz.ui.pythons.places import pythons
from gradviz.ui.style.labels import wrapped_label
from gradviz.ui.style.plain import plain
from gradviz.ui.style.prose import ProsePanel

_PYTHON = Qt.ItemDataRole.UserRole
_LETTERS, _ROWS, _LINES = 70, 6, 7


def _tr(text: str) -> str:
    return QCoreApplication.translate("PythonDialog", text)


def told(finding: Finding) -> str:
    """Return in words what a Python can do, or what it lacks and the command that mends that."""
    ready, python = finding.ready, finding.python or sys.executable
    if ready is None and finding.status == TOO_OLD:
        return _tr("This Python is too old: {reason}").format(reason=finding.reason)
    if ready is None and finding.status == NO_TORCH:
        words = _tr("It cannot import torch. This installs it:\n{command}\n{reason}")
        return words.format(command=torch_line(python), reason=finding.reason)
    if ready is None:
        return _tr("It cannot run programs: {reason}").format(reason=finding.reason)
    if finding.old_torch:
        least = ".".join(map(str, LEAST_TORCH))
        words = _tr("gradviz needs torch {least} or newer; this is {torch}. This installs one:\n{command}")
        return words.format(least=least, torch=ready.torch, command=torch_line(python))
    found = _tr("torch {torch} in Python {python}").format(torch=ready.torch, python=ready.python)
    wall = _tr("Programs run without files, network or other processes; the operating system holds them.")
    if ready.sandbox:
        wall = _tr("Programs are not held by the operating system: {reason}").format(reason=ready.sandbox)
    return f"{found}\n{wall}"


class PythonDialog(QDialog):
    """A list of Pythons, what there is to say of the one pointed at, and a button that takes it.

    Signals:
        chosen: the path of an interpreter; "": the one that the window runs in.
    """

    chosen = Signal(str)

    def __init__(self, now: str, parent: QWidget | None = None) -> None:
        """Make it; `now` is the path of the Python that runs programs."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("The Python that runs programs"))
        self._check = Check(self)
        self._check.found.connect(self._found)
        self._list = QListWidget(self)
        self._list.setAccessibleName(self.windowTitle())
        self._told = ProsePanel(self)  # a command in it is copied as it is, where a label has its long words in pieces
        self._told.setAccessibleName(self.windowTitle())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        self._use = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._use.setText(self.tr("Run programs in it"))
        browse = buttons.addButton(self.tr("Another …"), QDialogButtonBox.ButtonRole.ActionRole)
        browse.clicked.connect(self._browse)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self._note(), self._list, self._told, buttons):
            layout.addWidget(widget)
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().lineSpacing()
        self._list.setMinimumSize(letter * _LETTERS, (line + 8) * _ROWS)
        self._told.setFixedHeight(line * _LINES)
        self._fill(now)

    @property
    def told(self) -> str:
        """What is said of the Python pointed at."""
        return self._told.text

    def accept(self) -> None:
        """Take the Python that is pointed at, if programs can run in it."""
        if self._use.isEnabled():
            self.chosen.emit(self._list.currentItem().data(_PYTHON))
            super().accept()

    def done(self, result: int) -> None:
        """Look at no Python any longer."""
        self._check.close()
        super().done(result)

    def _note(self) -> QLabel:
        label = wrapped_label(self)
        label.setText(self.tr("Programs run in a process of their own, in any Python that has torch."))
        return label

    def _fill(self, now: str) -> None:
        own = self.tr("The Python of gradviz: {python}").format(python=plain(sys.executable))
        self._add("", own)
        for python in pythons(os.environ, Path.home()):
            self._add(python, plain(python))
        self._list.currentItemChanged.connect(self._look)
        self._point_at(now)

    def _add(self, python: str, text: str) -> None:
        item = QListWidgetItem(text, self._list)
        item.setData(_PYTHON, python)

    def _point_at(self, python: str) -> None:
        rows = [row for row in range(self._list.count()) if self._list.item(row).data(_PYTHON) == python]
        if not rows:
            self._add(python, plain(python))
        self._list.setCurrentRow(rows[0] if rows else self._list.count() - 1)

    def _look(self, item: QListWidgetItem) -> None:
        self._use.setEnabled(False)
        self._say(self.tr("Looking for torch …"))
        self._check.begin(item.data(_PYTHON))

    def _found(self, finding: Finding) -> None:
        self._use.setEnabled(finding.usable)
        self._say(told(finding))

    def _say(self, text: str) -> None:
        self._told.setPlainText(plain(text, 1000))
        self._list.setAccessibleDescription(self._told.text)

    def _browse(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, self.tr("Choose a Python"), str(Path.home()))
        if name:
            self._point_at(name)
