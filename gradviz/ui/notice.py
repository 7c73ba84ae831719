"""A short word in the bar above the graph while what is shown is not what the program says. It covers no node."""

from PySide6.QtGui import QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from gradviz.ui.cut import CutLabel
from gradviz.ui.theme import Colours

_NARROWEST = 60  # pixels in which anything can be said


class Notice(CutLabel):
    """Hidden while there is nothing to say."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.apply(colours)
        self.hide()

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self.setStyleSheet(
            f"background: {colours.button}; color: {colours.text};"
            f"border: 1px solid {colours.border}; border-radius: 10px; padding: 2px 6px;"
        )

    def say(self, text: str) -> None:
        """Show a word, or nothing."""
        super().say(text)
        self.setVisible(bool(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be no empty pill where there is no room for a word."""
        super().resizeEvent(event)
        self.setMask(QRegion(0, 0, 1, 1) if self.width() < _NARROWEST else QRegion(self.rect()))
