"""One run: a Request in, Pages out. Runs in its own locked process, in a thread with a stack for deep graphs."""

import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

from gradviz.engine.record import chance
from gradviz.engine.record.blame import spoken_of
from gradviz.engine.record.console import captured
from gradviz.engine.record.internals import depth, entries, sums
from gradviz.engine.record.internals.composites import replace_composites
from gradviz.engine.record.ledger.known import Known
from gradviz.engine.record.ledger.storages import Storage
from gradviz.engine.record.ledger.stream import LimitReached, Stream
from gradviz.engine.record.program.names import Names
from gradviz.engine.record.program.source import Source
from gradviz.engine.record.run import Run
from gradviz.engine.record.stage import ambient, error_of, main_module
from gradviz.engine.record.threads import Threads
from gradviz.engine.record.watches.backward import BackwardWatch
from gradviz.engine.record.watches.compilers import replace_compilers
from gradviz.engine.record.watches.detaching import DetachWatch
from gradviz.engine.record.watches.functions import FunctionWatch
from gradviz.engine.record.watches.hooks import HookWatch
from gradviz.engine.record.watches.levels import LevelWatch
from gradviz.engine.record.watches.ops import OpWatch
from gradviz.engine.record.watches.packing import PackWatch
from gradviz.engine.record.watches.recursion import watch_limit
from gradviz.engine.record.watches.scripts import ScriptWatch
from gradviz.engine.record.watches.settings import SettingWatch
from gradviz.model.program import FILE, Program, parse
from gradviz.model.trace import NOTE, End, GradMode, Limit, Memory, ProgramError, Warned
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
    found = recorded(program, request, stream)
    stream.flush(End(found.error, found.limit, found.memory, time.perf_counter() - started, found.caught))


class Recorded(NamedTuple):
    """How a recorded program ended, and what it held."""

    error: ProgramError | None
    caught: tuple[ProgramError, ...]  # of backward calls
    limit: Limit | None
    memory: Memory
    backwards: int  # calls of backward() and grad()
    live_bytes: int  # at its end, in tensors
    live_tensors: int


Watch = Callable[[Run], Callable[[], None]]  # begins, and returns what undoes it


def recorded(program: Program, request: Request, stream: Stream, *watches: Watch) -> Recorded:
    """Run a program under the recorder, to its end or a limit.

    Args:
        program: what to run.
        request: its grad mode, its seed and its limits.
        stream: takes the records.
        watches: what else is to look on.
    """
    source = Source(program, stream.module)
    run = Run(stream, source, request.limits.ops)
    names, module = Names(run.ledger, source.modules, run.stream.seal), main_module(request)
    threads = Threads(run, names, request.mode)
    error: ProgramError | None = None
    levels, settings, hooks = LevelWatch(threads.here), SettingWatch(run), HookWatch(threads.here)
    backward = BackwardWatch(threads.here, hooks.met)
    sums.prepare()
    undo = [
        entries.replace_engine_run(backward.wrap),
        entries.replace_make_grads(backward.wrap_make_grads),
        entries.replace_detach(DetachWatch(threads.here, settings.changed).wrap),
        entries.replace_function_apply(FunctionWatch(threads.here).wrap),
        entries.replace_script_calls(ScriptWatch(threads.here).wrap),
        entries.replace_push_hooks(PackWatch(threads.here).wrap),
        entries.replace_settings(settings.reassigned, settings.granted, settings.changed),
        entries.replace_registrations(source.modules.placing, source.modules.moved),
        entries.replace_new(),
        entries.hide_references((Known, Storage)),
        entries.replace_swap(settings.swap),
        entries.replace_increments(settings.reassigned),
        entries.replace_exports(settings.handed_out),
        entries.replace_levels(levels.opened, levels.closing, levels.lifted),
        hooks.undo,
        watch_limit(threads.here, threads.lines.trace),
        replace_composites(),
        replace_compilers(lambda what: stream.warn(Warned(source.here()[0], NOTE, what))),
        threads.follow(),
        *(watch(run) for watch in watches),
    ]
    try:
        if request.seed is not None:
            chance.seed(request.seed)
        with captured(stream, source, request.limits.output):
            _execute(program, module, request.mode, threads)
    except LimitReached:
        pass  # the stream knows
    except SystemExit as leaving:
        error = None if leaving.code in (None, 0) else error_of(leaving)
    except BaseException as raised:  # noqa: BLE001  # whatever the program raises is part of its record
        error = spoken_of(error_of(raised), raised, backward.failure, threads.here())
    finally:
        sys.settrace(None)
        for restore in undo:
            restore()
    memory = run.finish(lambda: threads.lines.finish(vars(module)))
    hooks.finish()
    live = run.ledger.storages.live_bytes
    caught = tuple(one for one in backward.raised if not _is_same(one, error))
    return Recorded(error, caught, stream.limit, memory, backward.calls, live, sum(1 for _ in run.ledger.alive()))


def _is_same(raised: ProgramError, error: ProgramError | None) -> bool:
    """Whether an error of a backward call is the one that ended the program."""
    return error is not None and (raised.type, raised.message, raised.line) == (error.type, error.message, error.line)


def _execute(program: Program, module: ModuleType, mode: GradMode, threads: Threads) -> None:
    code = compile(program.tree, FILE, "exec")
    threads.here().stand_beneath(depth.level() + depth.C_CALL)  # exec()
    with ambient(mode), OpWatch(threads.here()):
        sys.settrace(threads.lines.trace)
        try:
            exec(code, vars(module))
        finally:
            sys.settrace(None)
