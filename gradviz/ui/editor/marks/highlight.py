"""Colours for Python, a line at a time. Reads text only: the program is never parsed here, let alone run."""

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from gradviz.model.source.lexing import CODE, LONGEST, Kind, spans
from gradviz.ui.style.plain import utf16
from gradviz.ui.style.theme import Colours, colour


class Highlighter(QSyntaxHighlighter):
    """Colours a document as it changes."""

    def __init__(self, document: QTextDocument, colours: Colours) -> None:
        self._formats = _formats(colours)
        super().__init__(document)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._formats = _formats(colours)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        found, state = spans(text[:LONGEST], max(self.previousBlockState(), CODE))
        self.setCurrentBlockState(state)
        for span in found:
            start = utf16(text, span.start)
            self.setFormat(start, utf16(text, span.end) - start, self._formats[span.kind])


def _formats(colours: Colours) -> dict[Kind, QTextCharFormat]:
    pens: dict[Kind, str] = {
        "keyword": colours.keyword,
        "builtin": colours.builtin,
        "name": colours.name,
        "string": colours.string,
        "number": colours.number,
        "comment": colours.comment,
        "decorator": colours.builtin,
    }
    formats = {}
    for kind, pen in pens.items():
        formats[kind] = QTextCharFormat()
        formats[kind].setForeground(colour(pen))
    formats["name"].setFontWeight(QFont.Weight.DemiBold)
    return formats
