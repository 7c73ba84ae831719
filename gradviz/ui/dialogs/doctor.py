"""What `gradviz doctor` says, in the window. It is asked in a process of its own, which takes seconds."""

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from gradviz.ui.style.copying import copy
from gradviz.ui.style.labels import wrapped_label
from gradviz.ui.style.plain import plain
from gradviz.ui.style.theme import monospace

_LETTERS, _LINES = 96, 20
_MOST = 20_000  # characters of what it says
_GRACE = 2000  # milliseconds that a killed process may take to be gone


class DoctorDialog(QDialog):
    """A text that comes when the process has ended, to be read and copied."""

    def __init__(self, command: tuple[str, ...], points: float, parent: QWidget) -> None:
        """Make it and start the process.

        Args:
            command: that starts `gradviz doctor`.
            points: the size of the text.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Doctor"))
        self._note = wrapped_label(self)
        self._note.setText(self.tr("Looking at what gradviz needs …"))
        self._text = QPlainTextEdit(self)
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setAccessibleName(self.windowTitle())
        self._text.setFont(monospace(points))
        self._copy = QPushButton(self.tr("Copy all"), self)
        self._copy.setEnabled(False)
        self._copy.clicked.connect(lambda: copy(self.told))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self._copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self._note, self._text, buttons):
            layout.addWidget(widget)
        wide, high = _LETTERS * self._text.fontMetrics().averageCharWidth(), _LINES * self.fontMetrics().height()
        self.resize(min(wide, parent.width() * 95 // 100), min(high, parent.height() * 9 // 10))
        self._process = QProcess(self)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._failed)
        self._process.start(command[0], list(command[1:]))

    @property
    def told(self) -> str:
        """What it says; nothing yet while the process is at it."""
        return self._text.toPlainText()

    @property
    def note(self) -> str:
        """What is said above it."""
        return self._note.text()

    def done(self, result: int) -> None:
        """Ask no longer, and wait until the process is gone."""
        self._process.blockSignals(True)
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(_GRACE)
        super().done(result)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._tell(self._process.errorString())

    def _ended(self) -> None:
        said = bytes(self._process.readAllStandardOutput().data()).decode(errors="replace")
        failed = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        self._tell(said or failed)

    def _tell(self, text: str) -> None:
        self._note.setText(self.tr("As `gradviz doctor` says it:"))
        self._text.setPlainText(plain(text.rstrip(), _MOST))
        self._copy.setEnabled(True)
        self._text.setFocus()
