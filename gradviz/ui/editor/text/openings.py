"""Which of the programs that were opened one after another undo has led to. One document holds them all.

Opening a program is a step that can be undone, so that nothing typed is lost. What is behind that step is the program
before, which has another name and another file. What a program is, its opener knows.
"""

from PySide6.QtCore import QObject
from PySide6.QtGui import QTextDocument


class Openings(QObject):
    """The programs of a document by the step of undo that opened them. Belongs to the document, and goes with it."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._document = document
        self._opened: list[tuple[int, object]] = [(0, None)]  # what was opened, and how many steps there were then
        self._at = 0  # the one that is shown
        document.undoCommandAdded.connect(self._branched)

    def begin(self, program: object) -> None:
        """Note what was opened in a document in which nothing can be undone."""
        self._opened, self._at = [(0, program)], 0

    def add(self, program: object) -> None:
        """Note what the last step opened."""
        self._document.setModified(False)  # or Qt would join what is typed next to that step
        self._opened.append((self._document.availableUndoSteps(), program))
        self._at = len(self._opened) - 1

    def here(self) -> object:
        """Return the program that is shown now."""
        steps = self._document.availableUndoSteps()
        self._at = max(at for at, (opened, _) in enumerate(self._opened) if opened <= steps)
        return self._opened[self._at][1]

    def _branched(self) -> None:
        """After a new step nothing can be done again: what was opened after the program that is shown is gone."""
        del self._opened[self._at + 1 :]
