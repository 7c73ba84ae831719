"""What stands in place of the graph while there is no program: three ways to begin, and the keys worth knowing."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gradviz.ui.style.labels import wrapped_label
from gradviz.ui.style.theme import Colours

_HELD = "\N{NO-BREAK SPACE}"  # a key stays beside what it does


class Welcome(QWidget):
    """Calm, in the middle of the graph's panel.

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
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(self._label(self.tr("Type PyTorch code, and its graph appears here")))
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
        self.hide()

    @property
    def hint(self) -> str:
        """What is told below the ways to begin."""
        return self._hint.text().replace(_HELD, " ")

    def tell_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        """Tell keys worth knowing, each with what it does."""
        told = "  ·  ".join(f"{key} {what}".replace(" ", _HELD) for key, what in keys)
        self._hint.setText("\n".join(filter(None, (self.tr("or drop a Python file here"), told))))

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._hint.setStyleSheet(f"color: {colours.muted};")

    def _label(self, text: str) -> QLabel:
        label = wrapped_label(self)
        label.setText(text)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return label
