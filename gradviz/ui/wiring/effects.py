"""What the state asks of the processes, carried out."""

from gradviz.picture.picture import Wish
from gradviz.state import effects as do
from gradviz.ui.files.files import Files
from gradviz.ui.processes.runner import Runner


def order(effect: do.Effect, runner: Runner, files: Files) -> None:
    """Have the processes do what an effect asks of them; one that asks nothing of them does nothing.

    What stands beside a run is of the same files as that, whatever has become of them.
    """
    match effect:
        case do.StartRun(run, request, options):
            runner.run(run, files.joined(request, anew=True), options)
        case do.Measure(run, request):
            runner.measure(run, files.joined(request, anew=False))
        case do.RunBeside(run, request):
            runner.run_beside(run, files.joined(request, anew=False))
        case do.CancelRun(run):
            runner.cancel(run)
        case do.KillEngine():
            runner.kill_engine()
        case do.UsePython(python):
            runner.use(python)
        case _:
            _ask(effect, runner)


def _ask(effect: do.Effect, runner: Runner) -> None:
    """Ask the picture process about the run whose trace it holds."""
    match effect:
        case do.Redraw(run, options, since):
            runner.redraw(run, Wish(options, since))
        case do.AskInspection(run, wanted):
            runner.inspect(run, wanted)
        case do.AskForQuiz(run, wanted):
            runner.quiz(run, wanted)
        case do.DropPicture():
            runner.drop_picture()
        case _:
            _time(effect, runner)


def _time(effect: do.Effect, runner: Runner) -> None:
    """Have a clock set."""
    match effect:
        case do.StartEngine(delay):
            runner.start_engine(delay)
        case do.Watch(run):
            runner.watch(run)
        case do.Rest(run):
            runner.rest(run)
        case do.Fade():
            runner.fade()
