"""A short word that floats over the top of the graph while what it shows is not what the program says."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QWidget

from gradviz.ui.plain import one_line
from gradviz.ui.theme import Colours

_TOP = 12


class Notice(QLabel):
    """Centred at the top of a panel; follows its size; lets the mouse through."""

    def __init__(self, colours: Colours, panel: QWidget) -> None:
        super().__init__(panel)
        self._panel = panel
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.apply(colours)
        self.hide()
        panel.installEventFilter(self)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self.setStyleSheet(
            f"background: {colours.button}; color: {colours.text};"
            f"border: 1px solid {colours.border}; border-radius: 12px; padding: 4px 12px;"
        )

    def say(self, text: str) -> None:
        """Show a word, or nothing."""
        self.setText(one_line(text))
        self.setVisible(bool(text))
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if watched is self._panel and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.adjustSize()
        self.resize(min(self.width(), self._panel.width() - 16), self.height())
        self.move((self._panel.width() - self.width()) // 2, _TOP)
