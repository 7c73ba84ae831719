"""What a program finds around it when it begins, and what is said of it when it ends in an exception."""

import builtins
import difflib
import linecache
import re
import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext
from types import CodeType, ModuleType

import torch

from gradviz.engine.record.program import neighbours
from gradviz.model.program import FILE
from gradviz.model.source.place import lines_of_text
from gradviz.model.trace import GradMode, ProgramError
from gradviz.model.wire import Request

# Arguments of torch that have to do with gradients, or come with nearly every call: those that are misspelt.
_KEYWORDS = (
    *("requires_grad", "retain_graph", "create_graph", "allow_unused", "materialize_grads", "grad_outputs", "gradient"),
    *("inputs", "dtype", "device", "generator", "keepdim", "dim", "reduction", "momentum", "weight_decay"),
    *("set_to_none", "non_blocking", "in_features", "out_features", "in_channels", "out_channels", "kernel_size"),
)
_UNEXPECTED = re.compile(r"(?P<called>[\w<>]++)\S*\(\) got an unexpected keyword argument '(?P<name>\w+)'")
_LONGEST = 1000  # characters of a message that are looked at
_TELLING = 3  # letters of a name that is like another by more than chance


def ambient(mode: GradMode) -> torch.no_grad | torch.inference_mode | nullcontext[None]:
    """The grad mode of a whole run, as a context."""
    if mode == "no_grad":
        return torch.no_grad()
    return torch.inference_mode() if mode == "inference" else nullcontext()


def main_module(request: Request) -> ModuleType:
    """A fresh __main__, as a program run by itself would have, with torch at hand even where it is not imported.

    Its source can be read, as that of a file can: TorchScript asks for it, and so do tracebacks.
    """
    source, file = request.source, request.file
    module = ModuleType("__main__")
    vars(module)["torch"] = torch
    if file:
        vars(module)["__file__"] = file
    sys.argv[:] = [file or "-c"]
    for name in filter(None, (FILE, file)):
        linecache.cache[name] = (len(source), None, lines_of_text(source), name)
    sys.modules["__main__"] = module
    neighbours.place(request)
    return module


def error_of(raised: BaseException) -> ProgramError:
    """The exception, and the innermost line of the program it passed through; of a file beside it too."""
    line, inner = None, None
    for frame, number in traceback.walk_tb(raised.__traceback__):
        if frame.f_code.co_filename == FILE:
            line, inner = number, None
        elif (file := neighbours.called(frame.f_code.co_filename)) is not None:
            inner = file, number
    try:
        message = str(raised)
    except Exception:  # noqa: BLE001  # a hostile __str__ must not take the report with it
        message = ""
    if isinstance(raised, SyntaxError) and raised.filename == FILE:
        line = raised.lineno
    elif isinstance(raised, SyntaxError) and (file := neighbours.called(str(raised.filename))) is not None:
        inner, message = (file, raised.lineno or 1), str(raised.msg)
    hidden, suggestion = neighbours.hidden(raised), _suggestion(raised)
    if hidden is not None:
        message, suggestion = f"{message} ({hidden} beside the program is hidden by a module of its name)", None
    found = ProgramError(type(raised).__name__, message[:4000], line, suggestion=suggestion)
    return found if inner is None else found._replace(file=inner[0], file_line=inner[1])


def _suggestion(raised: BaseException) -> str | None:
    """The name nearest to one that was not found, spelled as the program would."""
    match raised:
        case AttributeError(name=str(name), obj=owner):
            return _attribute(owner, name)
        case NameError(name=str(name)):
            return _nearest(name, _names_at(raised)) if len(name) >= _TELLING else None
        case TypeError(args=(str(message), *_)):
            written = _UNEXPECTED.match(message[:_LONGEST])
            return _nearest(written["name"], _KEYWORDS) if written and not _defines(written["called"]) else None
    return None


def _attribute(owner: object, name: str) -> str | None:
    if (getattr(owner, "__name__", None), name) == ("torch.autograd", "get_grad_mode"):
        return "torch.is_grad_enabled"  # the name that some tutorials give to it
    try:
        near = _nearest(name, [one for one in dir(owner) if not one.startswith("_")])
    except Exception:  # noqa: BLE001  # a hostile __dir__ must not take the report with it
        return None
    return f"{owner.__name__}.{near}" if near and isinstance(owner, ModuleType) else near


def _names_at(raised: BaseException) -> list[str]:
    """The names that the innermost line of the program, or of a file beside it, could see."""
    frames = [frame for frame, _line in traceback.walk_tb(raised.__traceback__) if is_own(frame.f_code)]
    if not frames:
        return []
    seen = (*frames[-1].f_locals, *frames[-1].f_globals, *vars(builtins))
    return [name for name in dict.fromkeys(seen) if not name.startswith("_")]


def is_own(code: CodeType) -> bool:
    """Whether code is the program's, or that of a file beside it, and no library's."""
    return code.co_filename == FILE or neighbours.called(code.co_filename) is not None


def _defines(called: str) -> bool:
    """Whether the program or a file beside it has a function or class of this name: its arguments are not torch's."""
    definition = re.compile(rf"^\s*(?:async\s+)?(?:def|class)\s+{re.escape(called)}\b")
    files = [name for name in linecache.cache if name == FILE or neighbours.called(name) is not None]
    return called == "<lambda>" or any(definition.match(line) for name in files for line in linecache.getlines(name))


def _nearest(name: str, names: Sequence[str]) -> str | None:
    """The name most like another; None: none is, or that is one of them and not misspelt."""
    return None if name in names else next(iter(difflib.get_close_matches(name, names, n=1)), None)
