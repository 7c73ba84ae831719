"""What can happen to the window (messages) and what it then asks for (effects). Frozen values, nothing else."""

from typing import Literal, NamedTuple

from gradviz.model.trace import GradMode
from gradviz.model.wire import Exit, Ready, Request
from gradviz.picture.picture import Options, Picture
from gradviz.state.values import Theme, Wheel

# Messages: what happened.


class Edited(NamedTuple):
    """The person changed the text."""

    text: str


class Opened(NamedTuple):
    """Another program is in the editor."""

    text: str


class RunPressed(NamedTuple):
    """Run it, whatever holds."""


class StopPressed(NamedTuple):
    """End what is going on."""


class LiveSet(NamedTuple):
    """Run at every edit, or only when asked."""

    on: bool


class ModeSet(NamedTuple):
    """The ambient grad mode of a run."""

    mode: GradMode


class OptionsSet(NamedTuple):
    """How the trace is shown."""

    options: Options


class ThemeSet(NamedTuple):
    """Light or dark."""

    theme: Theme


class WheelSet(NamedTuple):
    """What a turn of the wheel does over the graph."""

    wheel: Wheel


class PresentSet(NamedTuple):
    """Show it to a room, or to oneself."""

    on: bool


class Told(NamedTuple):
    """There is a word to say that is not about a run."""

    text: str


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


class MarkChosen(NamedTuple):
    """A mark of the drawing was selected; None: nothing is."""

    mark: str | None


class LineChosen(NamedTuple):
    """The cursor went to a line."""

    line: int


class TensorChosen(NamedTuple):
    """A row of the table was selected."""

    tensor: int


class Searched(NamedTuple):
    """The person looks for this in the graph; None: no longer."""

    query: str | None


class SearchStepped(NamedTuple):
    """To the next thing found, or to the one before."""

    step: Literal[1, -1]


Message = (
    Edited
    | Opened
    | RunPressed
    | StopPressed
    | LiveSet
    | ModeSet
    | OptionsSet
    | ThemeSet
    | WheelSet
    | PresentSet
    | Told
    | EngineReady
    | EngineEnded
    | RunExited
    | RanLong
    | PictureArrived
    | PictureEnded
    | MarkChosen
    | LineChosen
    | TensorChosen
    | Searched
    | SearchStepped
)

# Effects: what is to be done.


class Remember(NamedTuple):
    """Keep the text where a crash does not reach it."""

    text: str


class StartRun(NamedTuple):
    """Ask the engine for a run, which ends the one before, and the picture process for its picture."""

    run: int
    request: Request
    options: Options


class CancelRun(NamedTuple):
    """Kill the run's process."""

    run: int


class Redraw(NamedTuple):
    """Show the trace that is there in another way."""

    run: int
    options: Options


class DropPicture(NamedTuple):
    """Kill the picture process at its work."""


class StartEngine(NamedTuple):
    """Start the engine process after so many milliseconds."""

    delay: int


class KillEngine(NamedTuple):
    """Kill the engine process: it does not answer."""


class Watch(NamedTuple):
    """Send RanLong when this run is still going on a little later."""

    run: int


Effect = Remember | StartRun | CancelRun | Redraw | DropPicture | StartEngine | KillEngine | Watch
Effects = tuple[Effect, ...]
