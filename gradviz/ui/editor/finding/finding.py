"""Finding a text in the program, and putting another in its place: what the bar asks, done to the editor."""

from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit

from gradviz.ui.editor.finding.findbar import FindBar


def found(document: QTextDocument, query: str, *, capitals: bool) -> tuple[QTextCursor, ...]:
    """Return each place of a text in a document, selected, from top to bottom. Places do not overlap."""
    flags = QTextDocument.FindFlag.FindCaseSensitively if capitals else QTextDocument.FindFlag(0)
    places: list[QTextCursor] = []
    place = document.find(query, 0, flags) if query else QTextCursor()
    while not place.isNull():
        places.append(place)
        place = document.find(query, place, flags)
    return tuple(places)


class Finding:
    """Joins the bar to the editor. No place is kept: they are found again whenever they are asked for."""

    def __init__(self, editor: QPlainTextEdit, bar: FindBar) -> None:
        self._editor, self._bar = editor, bar
        bar.typed.connect(self._first)
        bar.stepped.connect(self.step)
        bar.replaceWanted.connect(self._replace)
        bar.replaceAllWanted.connect(self._replace_all)
        bar.closed.connect(self.close)
        editor.textChanged.connect(self._recount)

    def begin(self, *, replacing: bool) -> None:
        """Open the bar, with what is selected on a line as what to look for."""
        selected = self._editor.textCursor().selectedText()
        self._bar.begin("" if "\u2029" in selected else selected, replacing=replacing)

    def step(self, by: int) -> None:
        """Select the next place (1) or the one before (-1), around the end of the program."""
        places = self._places()
        if not places:
            return
        cursor = self._editor.textCursor()
        if by > 0:
            later = (place for place in places if place.selectionStart() >= cursor.selectionEnd())
            self._select(next(later, places[0]))
        else:
            earlier = [place for place in places if place.selectionEnd() <= cursor.selectionStart()]
            self._select(earlier[-1] if earlier else places[-1])

    def close(self) -> None:
        """Put the bar away and go back to the program."""
        self._bar.hide()
        self._editor.setFocus()

    def _places(self) -> tuple[QTextCursor, ...]:
        return found(self._editor.document(), self._bar.query, capitals=self._bar.capitals)

    def _first(self) -> None:
        """Select the first place from the cursor on: while more is typed, the place stays where it is."""
        places, start = self._places(), self._editor.textCursor().selectionStart()
        if places:
            self._select(next((place for place in places if place.selectionStart() >= start), places[0]))
        self._recount()

    def _select(self, place: QTextCursor) -> None:
        self._editor.setTextCursor(place)
        self._editor.centerCursor()
        self._recount()

    def _recount(self) -> None:
        if self._bar.isHidden():
            return
        places = self._places()
        at = next((number for number, place in enumerate(places, 1) if self._selected(place)), 0)
        self._bar.show_count(at, len(places))

    def _selected(self, place: QTextCursor) -> bool:
        cursor = self._editor.textCursor()
        return (place.selectionStart(), place.selectionEnd()) == (cursor.selectionStart(), cursor.selectionEnd())

    def _replace(self) -> None:
        cursor = self._editor.textCursor()
        if any(self._selected(place) for place in self._places()):
            cursor.insertText(self._bar.other)
            self._editor.setTextCursor(cursor)
        self.step(1)

    def _replace_all(self) -> None:
        places = self._places()
        edit = QTextCursor(self._editor.document())
        edit.beginEditBlock()
        for place in places:
            place.insertText(self._bar.other)
        edit.endEditBlock()
        self._recount()
