"""How words look in the panels that are read: the inspector and the lesson."""

from PySide6.QtGui import QFont, QTextCharFormat

from gradviz.ui.style.theme import colour

CHANGE = "✎ "  # before a change of the program that a click makes


def look(ink: str, *, bold: bool = False, larger: int = 0) -> QTextCharFormat:
    """Return a format.

    Args:
        ink: colour, as #rrggbb.
        bold: for titles.
        larger: steps above the size of text.
    """
    made = QTextCharFormat()
    made.setForeground(colour(ink))
    if bold:
        made.setFontWeight(QFont.Weight.DemiBold)
    if larger:
        made.setProperty(QTextCharFormat.Property.FontSizeAdjustment, larger)
    return made
