"""What the window knows of the engine process."""

from enum import StrEnum
from typing import NamedTuple

from gradviz.model.wire import Ready


class Phase(StrEnum):
    """What the engine process is doing."""

    STARTING = "starting"
    READY = "ready"
    ENDED = "ended"  # it would not start; only Run tries again


class Engine(NamedTuple):
    """What the window knows of the engine process."""

    phase: Phase = Phase.STARTING
    ready: Ready | None = None  # what it last said of itself
    reason: str = ""  # why it ended last
    failures: int = 0  # ends in a row without ever being ready

    @property
    def walled(self) -> bool:
        """Whether programs run behind the operating system's wall."""
        return self.ready is not None and not self.ready.sandbox
