"""Reads the files beside the program on a thread, since a disk may not answer: a folder of a network that is gone.

The window waits for that as long as nobody notices. What comes later than that is asked for anew when it is there.
"""

from pathlib import Path
from threading import Thread
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from gradviz.model.wire import Neighbour
from gradviz.neighbours import Neighbourhood, whole_path

PATIENCE = 0.25  # seconds, once: while the disk does not answer, it is not asked again
_LOOK_MS = 250


class Found(NamedTuple):
    """What lies beside a program."""

    file: str = ""  # the whole path of the program; "": it is in none
    neighbours: tuple[Neighbour, ...] = ()  # that it imports


class _Reading(Thread):
    """Asks the disk once. It may never end, and keeps nobody from ending."""

    def __init__(self, neighbourhood: Neighbourhood, path: Path, source: str) -> None:
        super().__init__(daemon=True)
        self._neighbourhood, self._path, self._source = neighbourhood, path, source
        self.found = Found(str(path))

    def run(self) -> None:
        """Read what the program imports."""
        file = whole_path(str(self._path))
        self.found = Found(file, self._neighbourhood.of(file, self._source))


class Beside(QObject):
    """The files beside programs.

    Signals:
        answered: the disk does again.
    """

    answered = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._neighbourhood = Neighbourhood()
        self._late: _Reading | None = None
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
        if self._late is not None:
            return None
        reading = _Reading(self._neighbourhood, path, source)
        reading.start()
        reading.join(PATIENCE)
        if not reading.is_alive():
            return reading.found
        self._late = reading
        self._clock.start()
        return None

    def close(self) -> None:
        """Wait for nothing any more."""
        self._clock.stop()

    def _look(self) -> None:
        if self._late is not None and not self._late.is_alive():
            self._late = None
            self._clock.stop()
            self.answered.emit()
