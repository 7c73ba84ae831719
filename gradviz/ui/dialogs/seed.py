"""Asks from which seed each run begins."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from gradviz.model.seeds import seed_of
from gradviz.ui.style.labels import wrapped_label

_LETTERS = 48


class SeedDialog(QDialog):
    """A field for a number; nothing in it is no seed.

    Signals:
        chosen: the number, or None.
    """

    chosen = Signal(object)

    def __init__(self, now: int | None, parent: QWidget) -> None:
        """Make it; `now` is the seed that is set."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Seed"))
        note = wrapped_label(self)
        note.setText(
            self.tr("torch, random and numpy begin each run with this number. Without one each run is left to chance.")
        )
        self._field = QLineEdit("" if now is None else str(now), self)
        self._field.setAccessibleName(self.windowTitle())
        self._field.setPlaceholderText(self.tr("none"))
        self._field.selectAll()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        self._take = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._field.textChanged.connect(lambda: self._take.setEnabled(self._is_sound()))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (note, self._field, buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(_LETTERS * self.fontMetrics().averageCharWidth())
        self._field.setFocus()

    @property
    def field(self) -> QLineEdit:
        """Where the number is typed."""
        return self._field

    def accept(self) -> None:
        """Take what stands there, if it is a seed or nothing."""
        if self._is_sound():
            self.chosen.emit(seed_of(self._text))
            super().accept()

    @property
    def _text(self) -> str:
        return self._field.text().strip()

    def _is_sound(self) -> bool:
        return not self._text or seed_of(self._text) is not None
