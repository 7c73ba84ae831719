"""Whether a Python can run programs: the engine is started in it, which is all that it has to be able to do."""

import re
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from gradviz.intake import decoding
from gradviz.model.trace import SCHEMA
from gradviz.model.wire import Frame, FrameError, Kind, Ready
from gradviz.ui.processes.commands import engine
from gradviz.ui.processes.link import Link

LEAST_TORCH = (2, 6)
_PATIENCE = 120_000  # milliseconds: a cold disk reads torch slowly


class Finding(NamedTuple):
    """What came of it."""

    python: str
    ready: Ready | None  # None: it cannot run programs
    status: int = 0  # that its engine ended with
    reason: str = ""  # the last words of that

    @property
    def usable(self) -> bool:
        """Whether programs can run in it."""
        return self.ready is not None and not self.old_torch

    @property
    def old_torch(self) -> bool:
        """Whether its torch is older than what gradviz knows."""
        numbers = re.match(r"(\d+)\.(\d+)", self.ready.torch if self.ready else "")
        return numbers is not None and tuple(map(int, numbers.groups())) < LEAST_TORCH


class Check(QObject):
    """Looks at one Python at a time, in a process of its own.

    Signals:
        found: a `Finding`.
    """

    found = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._python = ""
        self._asking = False
        self._link: Link | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE)
        self._patience.timeout.connect(lambda: self._tell(None, self.tr("it does not answer")))

    def begin(self, python: str) -> None:
        """Look at a Python, and no longer at the one before."""
        self.close()
        self._python, self._asking = python, True
        self._link = Link(*engine(python), self)
        self._link.framed.connect(self._framed)
        self._link.ended.connect(lambda reason: self._tell(None, reason))
        self._patience.start()
        self._link.start()

    def close(self) -> None:
        """Look no longer, and wait until the process is gone."""
        self._asking = False
        self._patience.stop()
        if self._link is not None:
            self._link.close()
            self._link.deleteLater()
            self._link = None

    def _framed(self, frame: Frame) -> None:
        try:
            ready = decoding.ready(frame.payload) if frame.kind is Kind.READY else None
        except FrameError as error:
            self._tell(None, str(error))
            return
        if ready is None or ready.schema != SCHEMA:
            self._tell(None, self.tr("it is no engine of this gradviz"))
        else:
            self._tell(ready, "")

    def _tell(self, ready: Ready | None, reason: str) -> None:
        if self._asking and self._link is not None:
            self._asking = False
            self._patience.stop()
            self._link.kill()
            self.found.emit(Finding(self._python, ready, self._link.status, reason))
