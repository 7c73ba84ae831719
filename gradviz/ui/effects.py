"""What the state asks of the processes, carried out."""

from gradviz.state import messages as said
from gradviz.ui.runner import Runner


def order(effect: said.Effect, runner: Runner) -> None:  # noqa: C901 - one line for each effect is the plain table
    """Have the processes do what an effect asks of them; one that asks nothing of them does nothing."""
    match effect:
        case said.StartRun(run, request, options):
            runner.run(run, request, options)
        case said.CancelRun(run):
            runner.cancel(run)
        case said.Redraw(run, options):
            runner.redraw(run, options)
        case said.DropPicture():
            runner.drop_picture()
        case said.StartEngine(delay):
            runner.start_engine(delay)
        case said.KillEngine():
            runner.kill_engine()
        case said.Watch(run):
            runner.watch(run)
        case said.Rest(run):
            runner.rest(run)
        case said.AskInspection(run, wanted):
            runner.inspect(run, wanted)
        case said.Measure(run, request):
            runner.measure(run, request)
