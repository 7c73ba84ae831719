"""Asks over the graph whether so much is to be drawn; what is there stays to be seen and used meanwhile."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from gradviz.ui.style.theme import Colours


class Question(QFrame):
    """One line with two buttons, at the top of the graph.

    Signals:
        answered: whether all of it is to be drawn.
    """

    answered = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("question")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self._text)
        for text, on in ((self.tr("Draw"), True), (self.tr("Cancel"), False)):
            button = QPushButton(text, self)
            button.clicked.connect(lambda _checked=False, on=on: self.answered.emit(on))
            row.addWidget(button)
        self.hide()

    @property
    def text(self) -> str:
        """What is asked."""
        return self._text.text()

    def ask(self, boxes: int) -> None:
        """Ask about so many boxes; 0: there is nothing to ask."""
        if boxes:
            shown = self.tr("This would draw {count} boxes.").format(count=f"{boxes:,}")
            self._text.setText(shown)
            self.setAccessibleName(shown)
        self.setVisible(boxes > 0)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self.setStyleSheet(
            f"#question {{ background: {colours.button}; border: 1px solid {colours.border}; border-radius: 8px; }}"
        )
