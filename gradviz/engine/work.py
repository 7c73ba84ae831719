"""What the process of a run does with its Request: record the program once, or measure it."""

from collections.abc import Callable

from gradviz.engine import measure, worker
from gradviz.model.wire import Request


def work(request: Request, send: Callable[[bytes], None]) -> None:
    """Do what a Request asks for.

    Args:
        request: with a budget it is a request to measure.
        send: takes one encoded page.
    """
    if request.budget is None:
        worker.run(request, send)
    else:
        measure.measure(request, send)
