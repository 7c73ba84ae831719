"""What the process of a run does with its Request: record the program once, or measure it."""

from collections.abc import Callable

from gradviz.engine.measuring import measure
from gradviz.engine.record import worker
from gradviz.engine.record.internals import formulas, reader
from gradviz.model.wire import Request


def prepare() -> None:
    """Do what can only be done before a process is locked, and holds for all that are forked from it."""
    reader.know_processor()
    formulas.prepare()


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
