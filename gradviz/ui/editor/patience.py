"""When the strip below the program tells of a problem: not of a word while it is still being written.

The wave and the message on the line are there at once and move nothing. The strip takes room from the program, and
would come and go with each letter of a name. A problem of any other line is told at once: that line is finished.
"""

from PySide6.QtCore import QObject, QTimer

from gradviz.picture.picture import Problem
from gradviz.ui.editor.completion.completion import Completion
from gradviz.ui.editor.editor import Editor
from gradviz.ui.editor.strip import ProblemStrip

PAUSE = 700  # milliseconds without an edit, after which the line at the cursor is taken as written


class Patience(QObject):
    """Hands problems to the strip, each when its time has come."""

    def __init__(self, editor: Editor, completion: Completion, strip: ProblemStrip) -> None:
        super().__init__(editor)
        self._editor, self._completion, self._strip = editor, completion, strip
        self._kept: Problem | None = None  # that is not told yet
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._rested)
        editor.edited.connect(lambda _text: self._pause.start())
        editor.cursorPositionChanged.connect(self._look)

    def show_problem(self, problem: Problem | None) -> None:
        """Tell of a problem, now or later; where there is none any more, of none, at once.

        A strip that is there already says what holds now: that moves nothing.
        """
        self._kept = problem
        if problem is None or not self._strip.isHidden():
            self._tell()
        else:
            self._look()

    def _rested(self) -> None:
        if self._completion.list.isVisible():
            self._pause.start()  # the person is choosing how the word ends
        else:
            self._look()

    def _look(self) -> None:
        written = not self._pause.isActive() and not self._completion.list.isVisible()
        if self._kept is not None and (written or self._kept.line != self._editor.line):
            self._tell()

    def _tell(self) -> None:
        problem, self._kept = self._kept, None
        self._strip.show_problem(problem)
