"""torch.compile and torch.jit.trace, which take a function apart where a recorder wants to see it run.

torch.compile needs files, processes and a C++ compiler, and would compile the recorder along with the program: the
function is handed back as it is. torch.jit.trace compares its runs with each other down to the constants, so it works
where no dispatch mode sees it. Both are noted, for what is recorded is not all that the program says.
"""

import functools
import sys
from collections.abc import Callable
from types import FrameType

import torch

from gradviz.engine import entries, reader
from gradviz.engine.entries import Function
from gradviz.engine.quiet import Untraced

# What compiles what it is given, or traces it, without that the person has said so.
_INNER = ("torch._higher_order_ops", "torch.jit")


def replace_compilers(note: Callable[[str], None]) -> Callable[[], None]:
    """Put others in their place; returns what undoes it.

    Args:
        note: is given what is to be noted.
    """

    @functools.wraps(torch.compile)
    def as_written(model: Function | None = None, **_: object) -> Function:
        if not _is_inner(sys._getframe(1)):
            note("torch.compile was called")
        return _itself if model is None else model

    def unseen(trace: Function) -> Function:
        @functools.wraps(trace)
        def traced(*args: object, **kwargs: object) -> object:
            if not _is_inner(sys._getframe(1)):
                note("torch.jit.trace was called")
            with Untraced(), reader.WithoutModes():
                return trace(*args, **kwargs)

        return traced

    undo = [entries.replace(torch, "compile", as_written)]
    undo += [entries.replace(torch.jit, name, unseen(getattr(torch.jit, name))) for name in ("trace", "trace_module")]

    def undo_all() -> None:
        for one in undo:
            one()

    return undo_all


def _is_inner(caller: FrameType) -> bool:
    return str(caller.f_globals.get("__name__")).startswith(_INNER)


def _itself(model: Function) -> Function:
    return model
