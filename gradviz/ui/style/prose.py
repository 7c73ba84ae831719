"""The panels that are read, the inspector and the lesson, and how words look in them."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from gradviz.ui.style.theme import colour

CHANGE = "✎ "  # before a change of the program that a click makes


class ProsePanel(QTextBrowser):
    """A text to read, select and copy; Tab walks through its links, and Enter has one clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setUndoRedoEnabled(False)
        self.document().setDocumentMargin(10)

    @property
    def text(self) -> str:
        """What is shown."""
        return self.toPlainText()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Esc to the window."""
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)


def look(ink: str, *, bold: bool = False, larger: int = 0, link: str = "") -> QTextCharFormat:
    """Return a format.

    Args:
        ink: colour, as #rrggbb.
        bold: for titles.
        larger: steps above the size of text.
        link: where it leads; "": nowhere.
    """
    made = QTextCharFormat()
    made.setForeground(colour(ink))
    if bold:
        made.setFontWeight(QFont.Weight.DemiBold)
    if larger:
        made.setProperty(QTextCharFormat.Property.FontSizeAdjustment, larger)
    if link:
        made.setAnchor(True)
        made.setAnchorHref(link)
        made.setFontUnderline(True)
    return made
