"""What is to be done about a message: frozen values, which the window carries out."""

from typing import NamedTuple

from gradviz.model.source.place import Edit
from gradviz.model.wire import Request
from gradviz.picture.inspection.inspection import Inspect
from gradviz.picture.picture import Options
from gradviz.picture.quiz.questions import AskQuiz


class Remember(NamedTuple):
    """Keep the text where a crash does not reach it."""

    text: str


class Rewrite(NamedTuple):
    """Change the text in the editor, as one step that can be undone."""

    edit: Edit


class StartRun(NamedTuple):
    """Ask the engine for a run, which ends the one before, and the picture process for its picture."""

    run: int
    request: Request
    options: Options


class Measure(NamedTuple):
    """Ask the engine for a measuring run, and the picture process for its costs; the record of the run stays."""

    run: int
    request: Request


class RunBeside(NamedTuple):
    """Ask the engine for a run in another grad mode; its record stands beside that of the newest run."""

    run: int
    request: Request


class CancelRun(NamedTuple):
    """Kill the run's process."""

    run: int


class KillEngine(NamedTuple):
    """Kill the engine process: it does not answer."""


class UsePython(NamedTuple):
    """Have the engine be a process of this Python; one that is there ends."""

    python: str


class StartEngine(NamedTuple):
    """Start the engine process after so many milliseconds."""

    delay: int


class Watch(NamedTuple):
    """Send RanLong when this run is still going on a little later."""

    run: int


class Rest(NamedTuple):
    """Send Rested for this run a moment later."""

    run: int


class Fade(NamedTuple):
    """Send Faded a while later."""


class Redraw(NamedTuple):
    """Show the trace that is there in another way."""

    run: int
    options: Options
    since: int | None = None  # the number of the picture whose drawing is shown, if it is of this run


class DropPicture(NamedTuple):
    """Kill the picture process at its work."""


class AskInspection(NamedTuple):
    """Ask the picture process about a thing of the run whose trace it holds."""

    run: int
    wanted: Inspect


class AskForQuiz(NamedTuple):
    """Ask the picture process for questions about the run whose trace it holds."""

    run: int
    wanted: AskQuiz


Run = StartRun | Measure | RunBeside | CancelRun | KillEngine | UsePython
Clock = StartEngine | Watch | Rest | Fade

Effect = Remember | Rewrite | Run | Clock | Redraw | DropPicture | AskInspection | AskForQuiz
Effects = tuple[Effect, ...]
