"""Reads a program's file and those beside it on a thread, since a disk may not answer: a network's that is gone.

The window waits for that as long as nobody notices. What comes later than that is asked for anew when it is there.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Generic, NamedTuple, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from gradviz.model.wire import Neighbour
from gradviz.neighbours import Neighbourhood, whole_path
from gradviz.ui.files.documents import DocumentError, read

Answer = TypeVar("Answer")
PATIENCE = 0.25  # seconds, once: while the disk does not answer, it is not asked again
_LOOK_MS = 250


class Found(NamedTuple):
    """What lies beside a program."""

    file: str = ""  # the whole path of the program; "": it is in none
    neighbours: tuple[Neighbour, ...] = ()  # that it imports


class _Reading(Thread, Generic[Answer]):
    """Asks the disk once. It may never end, and keeps nobody from ending."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        super().__init__(daemon=True)
        self._ask = ask
        self.answer: Answer | DocumentError | None = None

    def run(self) -> None:
        """Ask."""
        try:
            self.answer = self._ask()
        except DocumentError as error:
            self.answer = error


class Beside(QObject):
    """The files of programs.

    Signals:
        answered: the disk does again.
    """

    answered = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._neighbourhood = Neighbourhood()
        self._late: Thread | None = None
        self._clock = QTimer(self, interval=_LOOK_MS)
        self._clock.timeout.connect(self._look)

    def of(self, path: Path | None, source: str) -> Found | None:
        """Return what lies beside a program; None: the disk does not answer.

        Args:
            path: its file; None: it is in none, and so has no neighbours.
            source: its text, which may not be what is in the file.
        """
        if path is None:
            return Found()

        def found() -> Found:
            file = whole_path(str(path))
            return Found(file, self._neighbourhood.of(file, source))

        return self._answer(found)

    def text(self, path: Path) -> str | None:
        """Return the program in a file; None: the disk does not answer.

        Raises:
            DocumentError: it cannot be read, or is none.
        """
        return self._answer(lambda: read(path))

    def _answer(self, ask: Callable[[], Answer]) -> Answer | None:
        if self._late is not None:
            return None
        reading = _Reading(ask)
        reading.start()
        reading.join(PATIENCE)
        if reading.is_alive():
            self._late = reading
            self._clock.start()
            return None
        if isinstance(reading.answer, DocumentError):
            raise reading.answer
        return reading.answer

    def close(self) -> None:
        """Wait for nothing any more."""
        self._clock.stop()

    def _look(self) -> None:
        if self._late is not None and not self._late.is_alive():
            self._late = None
            self._clock.stop()
            self.answered.emit()
