"""What a program finds around it when it begins, and what is said of it when it ends in an exception."""

import difflib
import linecache
import sys
import traceback
from contextlib import nullcontext
from types import ModuleType

import torch

from gradviz.model.program import FILE
from gradviz.model.source.place import lines_of_text
from gradviz.model.trace import GradMode, ProgramError


def ambient(mode: GradMode) -> torch.no_grad | torch.inference_mode | nullcontext[None]:
    """The grad mode of a whole run, as a context."""
    if mode == "no_grad":
        return torch.no_grad()
    return torch.inference_mode() if mode == "inference" else nullcontext()


def main_module(source: str) -> ModuleType:
    """A fresh __main__, as a program run by itself would have, with torch at hand even where it is not imported.

    Its source can be read, as that of a file can: TorchScript asks for it, and so do tracebacks.
    """
    linecache.cache[FILE] = (len(source), None, lines_of_text(source), FILE)
    module = ModuleType("__main__")
    vars(module)["torch"] = torch
    sys.modules["__main__"] = module
    return module


def error_of(raised: BaseException) -> ProgramError:
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
