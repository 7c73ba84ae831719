"""What can happen to the window (messages) and what it then asks for (effects). Frozen values, nothing else."""

from typing import Literal, NamedTuple

from gradviz.model.costs.table import CostTable
from gradviz.model.moments.course import Way
from gradviz.model.quiz.wanted import Wanted
from gradviz.model.source.place import Edit
from gradviz.model.trace import GradMode
from gradviz.model.wire import Exit, Ready, Request
from gradviz.picture.inspection.inspection import Inspect, Inspection, Subject
from gradviz.picture.picture import Comparison, Options, Picture
from gradviz.state.asking import Asking
from gradviz.state.enginemessages import NeighboursChanged, PythonSet, SeedSet, UsePython
from gradviz.state.foldmessages import Folding
from gradviz.state.quizmessages import AskForQuiz, Quizzing
from gradviz.state.session import Session
from gradviz.state.slidemessages import Sliding
from gradviz.state.values import Chosen, Theme, Wheel

# Messages: what happened.


class Edited(NamedTuple):
    """The person changed the text."""

    text: str


class Opened(NamedTuple):
    """Another program is in the editor."""

    text: str
    lesson: str = ""  # the name of the one whose program it is
    session: Session | None = None  # that it is to be looked at as
    asks: Wanted | None = None  # what the lesson asks before it tells more


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


class ModuleChosen(NamedTuple):
    """A module was selected."""

    path: str


class Searched(NamedTuple):
    """The person looks for this in the graph; None: no longer."""

    query: str | None


class SearchStepped(NamedTuple):
    """To the next thing found, or to the one before."""

    step: Literal[1, -1]


class FlagSwitched(NamedTuple):
    """The person wants a flag of a tensor the other way: that of a row, or of a mark."""

    of: Chosen
    flag: str = "requires_grad"  # or the name of a FlagRow


class FixTaken(NamedTuple):
    """The person takes a change that is offered: of the program, or of the grad mode that it runs in."""

    edit: Edit | GradMode


class CostsSeen(NamedTuple):
    """The panel of the costs came into view, or went out of it."""

    on: bool


class MeasurePressed(NamedTuple):
    """Measure the program; while it is measured: stop."""


class Rested(NamedTuple):
    """The person has left alone for a moment what this run is of."""

    run: int


class CostsArrived(NamedTuple):
    """The picture process told what a measuring run has found so far."""

    run: int
    table: CostTable


class InspectorSeen(NamedTuple):
    """The inspector came into view, or went out of it."""

    on: bool


class BesideSet(NamedTuple):
    """Show the program in every grad mode side by side, or in the one that is chosen."""

    on: bool


class Inspected(NamedTuple):
    """The person wants to know more of a thing that the inspector has named."""

    of: Subject


class InspectionArrived(NamedTuple):
    """The picture process told what there is to say of a thing."""

    run: int
    inspection: Inspection


class ComparisonArrived(NamedTuple):
    """The picture process has drawn the grad modes side by side."""

    comparison: Comparison


class ChangesPinned(NamedTuple):
    """Keep in view what changed since the run before, or let it fade."""

    on: bool


class Faded(NamedTuple):
    """What changed has been in view for a while."""


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
Costing = CostsSeen | MeasurePressed | Rested | CostsArrived
Inspecting = InspectorSeen | Inspected | InspectionArrived
Comparing = BesideSet | ComparisonArrived | ChangesPinned | Faded
Running = EngineReady | EngineEnded | RunExited | RanLong | PictureArrived | PictureEnded
Choice = ModuleChosen | MarkChosen | LineChosen | TensorChosen | Searched | SearchStepped
Setting = LiveSet | ModeSet | OptionsSet | ThemeSet | WheelSet | PresentSet | PythonSet | SeedSet | NeighboursChanged
Deed = Edited | Sliding | Opened | RunPressed | StopPressed | FlagSwitched | FixTaken | Told

Message = Deed | Setting | Running | Choice | Step | Costing | Inspecting | Comparing | Folding | Asking | Quizzing

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
    since: int | None = None  # the number of the picture whose drawing is shown, if it is of this run


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


class Rewrite(NamedTuple):
    """Change the text in the editor, as one step that can be undone."""

    edit: Edit


class Rest(NamedTuple):
    """Send Rested for this run a moment later."""

    run: int


class Measure(NamedTuple):
    """Ask the engine for a measuring run, and the picture process for its costs; the record of the run stays."""

    run: int
    request: Request


class AskInspection(NamedTuple):
    """Ask the picture process about a thing of the run whose trace it holds."""

    run: int
    wanted: Inspect


class RunBeside(NamedTuple):
    """Ask the engine for a run in another grad mode; its record stands beside that of the newest run."""

    run: int
    request: Request


class Fade(NamedTuple):
    """Send Faded a while later."""


Clock = Watch | Rest | Fade | StartEngine
Run = StartRun | Measure | RunBeside | CancelRun | KillEngine | UsePython

Effect = Run | Clock | Remember | Rewrite | Redraw | DropPicture | AskInspection | AskForQuiz
Effects = tuple[Effect, ...]
