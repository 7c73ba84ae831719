"""torch.compile and its like, which take a function apart where a recorder wants to see it run.

torch.compile needs files, processes and a C++ compiler, and would compile the recorder along with the program: the
function is handed back as it is. torch.cond compiles its branches: the one that is taken is called. torch.jit.trace
compares its runs with each other down to the constants, so it works where no dispatch mode sees it. What
torch.jit.script makes runs as ever. All are noted, for what is recorded is not all that the program says.
"""

import functools
import sys
from collections.abc import Callable, Sequence
from types import FrameType

import torch

from gradviz.engine.record.internals import entries, guards, reader
from gradviz.engine.record.internals.entries import Function
from gradviz.engine.record.internals.quiet import Untraced
from gradviz.engine.record.stage import is_own

# What compiles what it is given, or traces it, without that the person has said so.
_INNER = ("torch._higher_order_ops", "torch.jit")
_TRACES = ("trace", "trace_module")

Note = Callable[[str], None]


def replace_compilers(note: Note) -> Callable[[], None]:
    """Put others in their place; returns what undoes it.

    Args:
        note: is given what is to be noted.
    """
    undo = [
        entries.replace(torch, "compile", _as_written(note)),
        entries.replace(torch, "cond", _taken(note, torch.cond)),
        entries.replace(torch.jit, "script", _scripted(note, torch.jit.script)),
        *(entries.replace(torch.jit, name, _unseen(note, getattr(torch.jit, name))) for name in _TRACES),
    ]

    def undo_all() -> None:
        for one in undo:
            one()

    return undo_all


def _as_written(note: Note) -> Function:
    @functools.wraps(torch.compile)
    def as_written(model: Function | None = None, **_: object) -> Function:
        if not _is_inner(sys._getframe(1)):
            note("torch.compile was called")
        return _itself if model is None else model

    return as_written


def _taken(note: Note, cond: Function) -> Function:
    @functools.wraps(cond)
    def taken(pred: object, true_fn: Function, false_fn: Function, operands: Sequence[object] = ()) -> object:
        if not reader.has_truth(pred):  # torch.func or a tracer goes through both branches
            return cond(pred, true_fn, false_fn, operands)
        note("torch.cond was called")
        with guards.unwatched():
            holds = bool(pred)
        return (true_fn if holds else false_fn)(*operands)

    return taken


def _scripted(note: Note, script: Function) -> Function:
    @functools.wraps(script)
    def scripted(*args: object, _frames_up: int = 0, **kwargs: object) -> object:
        if is_own(sys._getframe(1).f_code):  # torch has scripts of its own
            note("torch.jit.script was called")
        return script(*args, _frames_up=_frames_up + 1, **kwargs)

    return scripted


def _unseen(note: Note, trace: Function) -> Function:
    @functools.wraps(trace)
    def traced(*args: object, **kwargs: object) -> object:
        if not _is_inner(sys._getframe(1)):
            note("torch.jit.trace was called")
        with Untraced(), guards.WithoutModes():
            return trace(*args, **kwargs)

    return traced


def _is_inner(caller: FrameType) -> bool:
    return str(caller.f_globals.get("__name__")).startswith(_INNER)


def _itself(model: Function) -> Function:
    return model
