"""What the processes beside the window say, as messages to its state."""

from collections.abc import Callable

from gradviz.state import messages as said
from gradviz.ui.processes.runner import Runner


def hear(runner: Runner, send: Callable[[said.Message], None]) -> None:
    """Have everything sent that the processes say, and that their clocks strike."""
    runner.ready.connect(lambda ready: send(said.EngineReady(ready)))
    runner.exited.connect(lambda run, how: send(said.RunExited(run, how)))
    runner.pictured.connect(lambda picture: send(said.PictureArrived(picture)))
    runner.engineEnded.connect(lambda reason: send(said.EngineEnded(reason)))
    runner.pictureEnded.connect(lambda reason: send(said.PictureEnded(reason)))
    runner.ranLong.connect(lambda run: send(said.RanLong(run)))
    runner.rested.connect(lambda run: send(said.Rested(run)))
    runner.costed.connect(lambda run, table: send(said.CostsArrived(run, table)))
    runner.compared.connect(lambda comparison: send(said.ComparisonArrived(comparison)))
    runner.faded.connect(lambda: send(said.Faded()))
    runner.inspected.connect(lambda run, found: send(said.InspectionArrived(run, found)))
    runner.quizzed.connect(lambda run, found: send(said.QuizArrived(run, found)))
