"""What the state asks of the processes, carried out."""

from gradviz.picture.picture import Wish
from gradviz.state import messages as said
from gradviz.state.enginemessages import UsePython
from gradviz.state.quizmessages import AskForQuiz
from gradviz.ui.files.files import Files
from gradviz.ui.processes.runner import Runner


def order(effect: said.Effect, runner: Runner, files: Files) -> None:
    """Have the processes do what an effect asks of them; one that asks nothing of them does nothing.

    What stands beside a run is of the same files as that, whatever has become of them.
    """
    match effect:
        case said.StartRun(run, request, options):
            runner.run(run, files.joined(request, anew=True), options)
        case said.Measure(run, request):
            runner.measure(run, files.joined(request, anew=False))
        case said.RunBeside(run, request):
            runner.run_beside(run, files.joined(request, anew=False))
        case said.CancelRun(run):
            runner.cancel(run)
        case said.KillEngine():
            runner.kill_engine()
        case UsePython(python):
            runner.use(python)
        case _:
            _ask(effect, runner)


def _ask(effect: said.Effect, runner: Runner) -> None:
    """Ask the picture process about the run whose trace it holds."""
    match effect:
        case said.Redraw(run, options, since):
            runner.redraw(run, Wish(options, since))
        case said.AskInspection(run, wanted):
            runner.inspect(run, wanted)
        case AskForQuiz(run, wanted):
            runner.quiz(run, wanted)
        case said.DropPicture():
            runner.drop_picture()
        case _:
            _time(effect, runner)


def _time(effect: said.Effect, runner: Runner) -> None:
    """Have a clock set."""
    match effect:
        case said.StartEngine(delay):
            runner.start_engine(delay)
        case said.Watch(run):
            runner.watch(run)
        case said.Rest(run):
            runner.rest(run)
        case said.Fade():
            runner.fade()
