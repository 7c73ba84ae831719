"""Programs run in this very process, bare and recorded, on one thread as the engine runs them."""

import gc
import sys
from collections.abc import Callable
from types import FrameType, ModuleType

import torch

from gradviz.engine.record import worker
from gradviz.engine.record.internals.operators import Passing
from gradviz.engine.record.ledger.stream import Stream
from gradviz.engine.record.program.source import Source
from gradviz.engine.record.run import Run
from gradviz.engine.record.watches.recursion import Tracer
from gradviz.intake import tracebuilder
from gradviz.intake.tracebuilder import TraceBuilder
from gradviz.model.program import FILE, Program, parse
from gradviz.model.trace import Trace
from gradviz.model.wire import Exit, Ready, Request


def one_thread() -> None:
    """Give torch the threads it has in the engine."""
    torch.set_num_threads(1)


def program(source: str) -> Program:
    """Return a text that is known to be a program."""
    found = parse(source)
    assert isinstance(found, Program)
    return found


def forget() -> None:
    """Free what the program before left behind, so that it is not freed in the middle of the next."""
    sys.modules["__main__"] = ModuleType("__main__")
    gc.collect()


def run_bare(source: str) -> dict[str, object]:
    """Run a program as Python does and return the names it has bound."""
    module = sys.modules["__main__"] = ModuleType("__main__")
    names = vars(module)
    exec(compile(source, FILE, "exec"), names)
    return names


def run_watched(source: str) -> dict[str, object]:
    """Run a program under what sees each of its ops and lines and writes nothing down, the least a recorder costs."""

    def line(frame: FrameType, event: str, argument: object) -> Tracer | None:
        return line if frame.f_code.co_filename == FILE else None

    with Passing():
        sys.settrace(line)
        try:
            return run_bare(source)
        finally:
            sys.settrace(None)


def fresh_run() -> Run:
    """Return what writes down a graph that is there already, with nothing written yet."""
    stream = Stream(lambda _: None)
    return Run(stream, Source(program(""), stream.module), 10**6)


def run_recorded(source: str, send: Callable[[bytes], None]) -> None:
    """Run a program under the recorder."""
    worker.run(Request(source), send)


def reader(source: str) -> TraceBuilder:
    """Return what takes the pages of a run as they come."""
    return TraceBuilder(Request(source), Ready(torch.__version__, "", ""))


def whole(taken: TraceBuilder) -> Trace:
    """Return the Trace of a run of which all pages were taken."""
    return tracebuilder.concluded(taken, Exit(0, 0))


def read(source: str, pages: list[bytes]) -> Trace:
    """Return the Trace in the pages of a run."""
    builder = reader(source)
    for page in pages:
        builder.page(page)
    return whole(builder)
