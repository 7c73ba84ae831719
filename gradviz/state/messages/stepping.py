"""Where in the run the person goes."""

from typing import Literal, NamedTuple

from gradviz.model.moments.course import Way


class StopChosen(NamedTuple):
    """To this stop of the run; None: to its end, where everything is shown."""

    at: int | None


class Stepped(NamedTuple):
    """To the next stop, or to the one before."""

    step: Literal[1, -1]


class LineStepped(NamedTuple):
    """To the next line that is about to run in a way, or to the one before."""

    step: Literal[1, -1]
    way: Way = "into"


class RanTo(NamedTuple):
    """To where this line is about to run."""

    line: int


class Continued(NamedTuple):
    """To the next line with a breakpoint, or to the end."""


class PlaySet(NamedTuple):
    """Go from stop to stop by itself, or stay."""

    on: bool


class SpeedSet(NamedTuple):
    """How fast; 1 is the usual speed."""

    speed: float


class Ticked(NamedTuple):
    """It is time for the next stop."""


class BreakpointToggled(NamedTuple):
    """Play is to stop before this line, or no longer."""

    line: int


Step = StopChosen | Stepped | LineStepped | RanTo | Continued | PlaySet | SpeedSet | Ticked | BreakpointToggled
