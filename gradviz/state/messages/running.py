"""What the engine and the picture process say."""

from typing import NamedTuple

from gradviz.model.wire import Exit, Ready
from gradviz.picture.picture import Picture


class EngineReady(NamedTuple):
    """The engine can run programs."""

    ready: Ready


class EngineEnded(NamedTuple):
    """The engine process is gone."""

    reason: str


class RunExited(NamedTuple):
    """A run's process is gone."""

    run: int
    exit: Exit


class RanLong(NamedTuple):
    """A run has taken long enough that a person wonders."""

    run: int


class PictureArrived(NamedTuple):
    """The picture process answered."""

    picture: Picture


class PictureEnded(NamedTuple):
    """The picture process is gone, and the trace it held with it."""

    reason: str


Running = EngineReady | EngineEnded | RunExited | RanLong | PictureArrived | PictureEnded
