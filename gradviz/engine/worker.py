"""One run: a Request in, Pages out. Runs in its own locked process, in a thread with a stack for deep graphs."""

import difflib
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from types import ModuleType

import torch

from gradviz.engine import reader
from gradviz.engine.backward import BackwardWatch
from gradviz.engine.blame import spoken_of
from gradviz.engine.console import captured
from gradviz.engine.functions import FunctionWatch
from gradviz.engine.lines import Lines
from gradviz.engine.packing import PackWatch
from gradviz.engine.recorder import LimitReached, OpWatch, Recorder
from gradviz.engine.regions import Regions
from gradviz.engine.source import Source
from gradviz.engine.stream import Stream
from gradviz.model.program import FILE, Program, parse
from gradviz.model.trace import End, GradMode, Limit, Memory, ProgramError
from gradviz.model.wire import Request


def run(request: Request, send: Callable[[bytes], None]) -> None:
    """Run a program under the recorder; the last page sent carries the End.

    Args:
        request: the program, its grad mode and limits.
        send: takes one encoded Page.
    """
    stream = Stream(send)
    started = time.perf_counter()
    program = parse(request.source)
    if isinstance(program, ProgramError):
        stream.flush(End(program, None, Memory(), time.perf_counter() - started))
        return
    error, limit, memory = _record(program, request, stream)
    stream.flush(End(error, limit, memory, time.perf_counter() - started))


def _record(program: Program, request: Request, stream: Stream) -> tuple[ProgramError | None, Limit | None, Memory]:
    source = Source(program)
    recorder = Recorder(stream, source, Regions(stream, source, request.mode), request.limits.ops)
    lines, module = Lines(recorder), _main_module()
    error: ProgramError | None = None
    limit: Limit | None = None
    backward = BackwardWatch(recorder)
    undo = [
        reader.replace_engine_run(backward.wrap),
        reader.replace_function_apply(FunctionWatch(recorder).wrap),
        reader.replace_push_hooks(PackWatch(recorder).wrap),
        reader.replace_exports(recorder.ledger.handed_out),
    ]
    try:
        if request.seed is not None:
            torch.manual_seed(request.seed)
        with captured(stream, source, request.limits.output):
            _execute(program, module, request.mode, recorder, lines)
    except LimitReached as reached:
        limit = reached.limit
    except SystemExit as leaving:
        error = None if leaving.code in (None, 0) else _error(leaving)
    except BaseException as raised:  # noqa: BLE001  # whatever the program raises is part of its record
        error = spoken_of(_error(raised), raised, backward.failure, recorder)
    finally:
        sys.settrace(None)
        for restore in undo:
            restore()
    memory = recorder.finish(lambda: lines.finish(vars(module)))
    return error, limit, memory


def _execute(program: Program, module: ModuleType, mode: GradMode, recorder: Recorder, lines: Lines) -> None:
    code = compile(program.tree, FILE, "exec")
    with _ambient(mode), OpWatch(recorder):
        sys.settrace(lines.trace)
        try:
            exec(code, vars(module))
        finally:
            sys.settrace(None)


def _ambient(mode: GradMode) -> torch.no_grad | torch.inference_mode | nullcontext[None]:
    if mode == "no_grad":
        return torch.no_grad()
    return torch.inference_mode() if mode == "inference" else nullcontext()


def _main_module() -> ModuleType:
    """A fresh __main__, as a program run by itself would have, with torch at hand even where it is not imported."""
    module = ModuleType("__main__")
    vars(module)["torch"] = torch
    sys.modules["__main__"] = module
    return module


def _error(raised: BaseException) -> ProgramError:
    """The exception, and the innermost line of the program it passed through."""
    line = None
    for frame, number in traceback.walk_tb(raised.__traceback__):
        if frame.f_code.co_filename == FILE:
            line = number
    try:
        message = str(raised)
    except Exception:  # noqa: BLE001  # a hostile __str__ must not take the report with it
        message = ""
    if isinstance(raised, SyntaxError) and raised.filename == FILE:
        line = raised.lineno
    return ProgramError(type(raised).__name__, message[:4000], line, suggestion=_suggestion(raised))


def _suggestion(raised: BaseException) -> str | None:
    """The public name nearest to one that was not found, spelled as the program would."""
    if not isinstance(raised, AttributeError) or not isinstance(raised.name, str):
        return None
    if (getattr(raised.obj, "__name__", None), raised.name) == ("torch.autograd", "get_grad_mode"):
        return "torch.is_grad_enabled"  # the name that some tutorials give to it
    try:
        names = [name for name in dir(raised.obj) if not name.startswith("_")]
    except Exception:  # noqa: BLE001  # a hostile __dir__ must not take the report with it
        return None
    near = difflib.get_close_matches(raised.name, names, n=1)
    if not near:
        return None
    owner = raised.obj.__name__ + "." if isinstance(raised.obj, ModuleType) else ""
    return owner + near[0]


def run_in_thread(work: Callable[[], None], stack: int) -> None:
    """Run work to its end in a thread with a stack of its own: freeing a long graph recurses in C++."""
    threading.stack_size(stack)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
