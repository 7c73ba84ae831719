"""The errors that people meet, what each means, and a program that raises it: to read, or to open and mend."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from gradviz.model.errors.errors import explained
from gradviz.model.trace import ProgramError
from gradviz.picture.picture import Language
from gradviz.resources import MetError
from gradviz.ui.docks.listing import Listing
from gradviz.ui.style.labels import wrapped_label
from gradviz.ui.style.theme import monospace

_LETTERS, _LINES = 90, 32


class ErrorGuide(QDialog):
    """A list of errors; the one that is selected is explained below.

    Signals:
        wanted: the `MetError` whose program is to be opened.
    """

    wanted = Signal(object)

    def __init__(self, errors: tuple[MetError, ...], language: Language, points: float, parent: QWidget) -> None:
        """Make the guide.

        Args:
            errors: to choose from.
            language: of what is said of them.
            points: the size of programs.
            parent: the window.
        """
        super().__init__(parent)
        self._errors, self._language = errors, language
        self.setWindowTitle(self.tr("Error guide"))
        self._list, self._means = Listing(self.windowTitle(), self), wrapped_label(self)
        self._program = QPlainTextEdit(self)
        self._list.addItems([one.message for one in errors])
        self._list.currentRowChanged.connect(self._tell)
        self._list.itemActivated.connect(self._open)
        self._program.setReadOnly(True)
        self._program.setTabChangesFocus(True)
        self._program.setAccessibleName(self.tr("A program that raises it"))
        self._program.setFont(monospace(points))
        layout = QVBoxLayout(self)
        layout.addWidget(self._list, 3)
        layout.addWidget(self._means)
        layout.addWidget(self._program, 2)
        layout.addWidget(self._buttons())
        wide, high = _LETTERS * self.fontMetrics().averageCharWidth(), _LINES * self.fontMetrics().height()
        self.resize(min(wide, parent.width() * 95 // 100), min(high, parent.height() * 9 // 10))
        self._list.setCurrentRow(0)

    @property
    def means(self) -> str:
        """What is said of the error that is selected."""
        return self._means.text()

    @property
    def errors(self) -> QListWidget:
        """All of them."""
        return self._list

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        opening = QPushButton(self.tr("Open this program"), self)
        opening.setDefault(True)
        opening.clicked.connect(self._open)
        box.addButton(opening, QDialogButtonBox.ButtonRole.ActionRole)
        box.rejected.connect(self.reject)
        return box

    def _tell(self, row: int) -> None:
        met = self._errors[row]
        self._means.setText(explained(ProgramError(met.kind, met.message, None), self._language))
        self._program.setPlainText(met.program)

    def _open(self) -> None:
        self.accept()
        self.wanted.emit(self._errors[self._list.currentRow()])
