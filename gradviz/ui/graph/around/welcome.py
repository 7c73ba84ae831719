"""What stands in place of the graph while there is no program: three ways to begin, and the keys worth knowing."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gradviz.ui.style.labels import wrapped_label
from gradviz.ui.style.theme import Colours

_HELD = "\N{NO-BREAK SPACE}"  # a key stays beside what it does


class Welcome(QWidget):
    """Calm, in the middle of the graph's panel. Where there is no room for all of it the ways to begin are what stays.

    Signals:
        exampleWanted: the person wants the first example.
        programWanted: to type a program.
        fileWanted: to open one.
    """

    exampleWanted = Signal()
    programWanted = Signal()
    fileWanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines = layout = QVBoxLayout(self)
        layout.setSpacing(8)
        self._title = self._label(self.tr("Type PyTorch code, and its graph appears here"))
        layout.addStretch(1)
        layout.addWidget(self._title)
        layout.addSpacing(8)
        for text, signal in (
            (self.tr("Start with example 1"), self.exampleWanted),
            (self.tr("New program"), self.programWanted),
            (self.tr("Open a file …"), self.fileWanted),
        ):
            button = QPushButton(text, self)
            button.setMinimumSize(220, 32)
            button.clicked.connect(signal)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        self._hint = self._label("")
        layout.addWidget(self._hint)
        layout.addStretch(1)
        self.hide()

    @property
    def hint(self) -> str:
        """What is told below the ways to begin."""
        return self._hint.text().replace(_HELD, " ")

    def tell_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        """Tell keys worth knowing, each with what it does."""
        told = "  ·  ".join(f"{key} {what}".replace(" ", _HELD) for key, what in keys)
        self._hint.setText("\n".join(filter(None, (self.tr("or drop a Python file here"), told))))
        self._fit()

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._hint.setStyleSheet(f"color: {colours.muted};")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look for room in the new size."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Look for room for a text of another size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        """Show all of it, or do without the hint, or without the title too."""
        spared = self._hint, self._title
        for label in spared:
            label.show()
        for label in spared:
            label.setVisible(self._lines.totalHeightForWidth(self.width()) <= self.height())

    def _label(self, text: str) -> QLabel:
        label = wrapped_label(self)
        label.setText(text)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return label
