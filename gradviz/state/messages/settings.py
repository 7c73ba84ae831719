"""How every program runs and is shown, and how the window looks."""

from typing import NamedTuple

from gradviz.model.trace import GradMode
from gradviz.picture.picture import Options
from gradviz.state.values.look import Theme, Wheel


class LiveSet(NamedTuple):
    """Run at every edit, or only when asked."""

    on: bool


class ModeSet(NamedTuple):
    """The ambient grad mode of a run."""

    mode: GradMode


class OptionsSet(NamedTuple):
    """How the trace is shown."""

    options: Options


class PythonSet(NamedTuple):
    """The person wants programs to run in another Python."""

    python: str  # the path of the interpreter; "": the one that the window runs in


class SeedSet(NamedTuple):
    """The person wants each run to begin with this seed; None: with none."""

    seed: int | None


class NeighboursChanged(NamedTuple):
    """What the program imports from the files beside it is no longer what the newest run had."""


class ThemeSet(NamedTuple):
    """Light or dark."""

    theme: Theme


class WheelSet(NamedTuple):
    """What a turn of the wheel does over the graph."""

    wheel: Wheel


class PresentSet(NamedTuple):
    """Show it to a room, or to oneself."""

    on: bool


Setting = LiveSet | ModeSet | OptionsSet | PythonSet | SeedSet | NeighboursChanged | ThemeSet | WheelSet | PresentSet
