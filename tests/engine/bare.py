"""A program run by the bare interpreter and under the recorder, as values that must be equal."""

import io
import linecache
import sys
import threading
import traceback
import warnings
import weakref
from collections.abc import Callable, Collection
from contextlib import redirect_stdout
from itertools import count
from types import FrameType, ModuleType
from typing import NamedTuple, TypeVar

import torch
from torch._C._functorch import is_functorch_wrapped_tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.weak import WeakTensorKeyDictionary

from gradviz.engine.record.internals.operators import Operator
from gradviz.model.program import FILE
from gradviz.model.rules import EXACT
from gradviz.model.trace import Tensor, Trace, Value
from tests.engine.recording import record, tensor

SEED = 7
NOT_ASKED = "not asked"


class Facts(NamedTuple):
    """What can be said of a named tensor without gradviz."""

    value: Value | None
    shape: tuple[int, ...]
    grad: Value | None
    requires_grad: bool
    is_leaf: bool
    version: int | None
    grad_fn: str | None


class Bare(NamedTuple):
    """A program's own run."""

    printed: str
    warned: list[str]
    error: tuple[str, str, int | None] | None
    tensors: dict[str, Facts]
    random: bytes


Moment = tuple[int, dict[str, Facts]]  # a line about to run, and what the names hold then
Found = TypeVar("Found")
Tracer = Callable[[FrameType, str, object], "Tracer | None"]


def bare_run(source: str, paths: Collection[str] = ()) -> Bare:
    """Run a program as Python would; `paths` are tensors to look at beside those with a name: net.weight."""
    return _alone(lambda: _run(source, None, paths))


def bare_moments(source: str, paths: Collection[str] = ()) -> list[Moment]:
    """Run a program as Python would, and look at its names before every line of its own that is in no function."""
    moments: list[Moment] = []
    asked = Asked()

    def look(line: int, names: dict[str, object]) -> None:
        moments.append((line, tensors_in(names, paths, asked)))

    _alone(lambda: _run(source, _before_lines(look)))
    return moments


def bare_calls(source: str, paths: Collection[str] = ()) -> list[list[Moment]]:
    """Run a program as Python would, and look at the names of its functions: before each line, and as they are left.

    Returns:
        The moments of each call in order; the line of the last is that of the one before.
    """
    calls: list[list[Moment]] = []
    asked = Asked()

    def enter(frame: FrameType, event: str, _: object) -> Tracer | None:
        code, moments = frame.f_code, list[Moment]()
        if code.co_filename != FILE or code.co_name.startswith("<"):
            return None
        calls.append(moments)

        def trace(frame: FrameType, event: str, _: object) -> Tracer:
            if event == "line" or (event == "return" and moments):
                line = frame.f_lineno if event == "line" else moments[-1][0]
                there = {name: held for name, held in frame.f_locals.items() if not _is_wrapped(held)}
                moments.append((line, tensors_in(there, paths, asked)))
            return trace

        return trace

    _alone(lambda: _run(source, enter))
    return calls


class _Log(TorchDispatchMode):
    """Takes down the name of each op."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch leaves its constructor untyped
        self.names: list[str] = []

    def __torch_dispatch__(
        self,
        func: Operator,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        self.names.append(str(func).replace(".", "::", 1))
        return func(*args, **(kwargs or {}))


def bare_ops(source: str) -> list[str]:
    """Run a program as Python would; return the names of its ops as a dispatch mode is given them."""
    log, found = _Log(), list[str]()

    def work() -> None:
        with log:
            _run(source, None, at_end=lambda: found.extend(log.names))

    _alone(work)
    return found


def bare_kept(source: str, place: int) -> int:
    """Run a program as Python would; return the bytes that saved tensors hold before a line, each storage once.

    Args:
        source: of the program.
        place: of the line among those that run in no function; one past the last: the end.
    """
    packed: weakref.WeakSet[_Packed] = weakref.WeakSet()
    found: list[int] = []
    places = count()

    def pack(tensor: torch.Tensor) -> _Packed:
        one = _Packed(tensor)
        packed.add(one)
        return one

    def look() -> None:
        storages = {one.tensor.untyped_storage() for one in packed}
        found.append(sum({one._cdata: one.nbytes() for one in storages}.values()))

    def work() -> None:
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda one: one.tensor):
            _run(source, _before_lines(lambda *_: look() if next(places) == place else None), at_end=look)

    _alone(work)
    return found[0]


class _Packed:
    """What autograd holds in place of a tensor that it saved."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self.tensor = tensor.detach()  # a result leads to the grad_fn that holds this, and neither would ever die


def bare_hooked(source: str, place: int, path: str) -> list[Value | None]:
    """Run a program as Python would; return the gradients that arrive at a tensor while one of its lines runs.

    Args:
        source: of the program.
        place: of the line among those that run in no function.
        path: of the tensor.
    """
    came: list[Value | None] = []
    handles: list[torch.utils.hooks.RemovableHandle] = []
    places = count()

    def look(_line: int, names: dict[str, object]) -> None:
        here = next(places)
        if here == place:
            tensor = _at(names, path)
            assert tensor is not None
            handles.append(tensor.register_hook(lambda grad: came.append(_value(grad))))  # type: ignore[no-untyped-call]  # left untyped by torch
        elif here == place + 1:
            handles[0].remove()

    _alone(lambda: _run(source, _before_lines(look)))
    return came


def bare_asked(source: str, place: int, path: str) -> Facts:
    """Run a program as Python would, and ask one tensor for all before a line; see bare_hooked."""
    found: list[Facts] = []
    places = count()

    def look(_line: int, names: dict[str, object]) -> None:
        if next(places) == place:
            tensor = _at(names, path)
            assert tensor is not None
            found.append(facts_of(tensor))

    _alone(lambda: _run(source, _before_lines(look)))
    return found[0]


def _before_lines(look: Callable[[int, dict[str, object]], None]) -> Tracer:
    def trace(frame: FrameType, event: str, _: object) -> Tracer | None:
        if frame.f_code.co_filename != FILE or frame.f_code.co_name != "<module>":
            return None
        if event == "line":
            look(frame.f_lineno, frame.f_globals)
        return trace

    return trace


def _at(names: dict[str, object], path: str) -> torch.Tensor | None:
    """The tensor that a path leads to; None where there is none yet."""
    first, *rest = path.split(".")
    found = names.get(first)
    for name in rest:
        found = getattr(found, name, None)
    return found if isinstance(found, torch.Tensor) else None


def both_runs(source: str) -> tuple[Bare, Bare, Trace]:
    """Run a program bare, then recorded (and held to every law); return both accounts, and the trace."""
    bare, trace = bare_run(source), record(source, seed=SEED)
    random = torch.get_rng_state().numpy().tobytes()
    error = None if trace.error is None else (trace.error.type, trace.error.message, trace.error.line)
    seen = {name: recorded(trace, tensor(trace, name)) for name in bare.tensors}
    printed = "".join(one.text for one in trace.output if one.stream == "stdout")
    return bare, Bare(printed, [one.message for one in trace.warnings], error, seen, random), trace


def _alone(work: Callable[[], Found]) -> Found:
    """Do it in a thread of its own: the autograd modes are thread-local."""
    found: list[Found] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    with torch.autograd.set_detect_anomaly(False):  # that mode is the process's: what a program sets ends with it
        thread.start()
        thread.join()
    return found[0]


def _run(
    source: str, trace: Tracer | None, paths: Collection[str] = (), at_end: Callable[[], None] = lambda: None
) -> Bare:
    module = ModuleType("__main__")
    as_file = io.StringIO(source, newline=None).readlines()
    linecache.cache[FILE] = (len(source), None, as_file, FILE)  # TorchScript reads it
    out, error = io.StringIO(), None
    torch.manual_seed(SEED)
    with redirect_stdout(out), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("default")
        code = compile(source, FILE, "exec")
        sys.settrace(trace)
        try:
            exec(code, vars(module))
        except Exception as raised:  # noqa: BLE001  # whatever the program raises is compared
            frames = traceback.walk_tb(raised.__traceback__)
            lines = [line for frame, line in frames if frame.f_code.co_filename == FILE]
            error = (type(raised).__name__, str(raised), lines[-1])
        finally:
            sys.settrace(None)
    at_end()
    messages = [str(warning.message) for warning in warned]
    random = torch.get_rng_state().numpy().tobytes()
    return Bare(out.getvalue(), messages, error, tensors_in(vars(module), paths), random)


class Asked:
    """Views by the version at which they were looked at first.

    Once that has moved on, to ask a view for its grad_fn is to have torch make it anew, in another program than this.
    """

    def __init__(self) -> None:
        self._known: WeakTensorKeyDictionary = WeakTensorKeyDictionary()

    def may(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor may be asked."""
        if tensor.is_inference() or tensor._base is None:
            return True
        if tensor not in self._known:
            self._known[tensor] = tensor._version
        return bool(self._known[tensor] == tensor._version)


def tensors_in(names: dict[str, object], paths: Collection[str] = (), asked: Asked | None = None) -> dict[str, Facts]:
    """What can be said of each name that holds a tensor, and of the paths that lead to one.

    Args:
        names: of the program.
        paths: of tensors in what they hold.
        asked: what must not be asked; None: the program is over.
    """
    found = {name: value for name, value in names.items() if isinstance(value, torch.Tensor)}
    found |= {path: tensor for path in paths if (tensor := _at(names, path)) is not None}
    return {name: facts_of(value, ask=asked is None or asked.may(value)) for name, value in found.items()}


def facts_of(tensor: torch.Tensor, *, ask: bool = True) -> Facts:
    """What torch says of a tensor; unless it may be asked nothing of its grad_fn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grad = tensor.grad
    try:
        is_leaf, grad_fn = (tensor.is_leaf, tensor.grad_fn) if ask else (False, None)
    except RuntimeError:  # one of several views made at once, given up after another was changed in place
        is_leaf, grad_fn = False, None
    return Facts(
        _value(tensor),
        tuple(tensor.shape),
        None if grad is None else _value(grad) or Value(tuple(grad.shape)),
        tensor.requires_grad,
        is_leaf,
        None if tensor.is_inference() else tensor._version,
        NOT_ASKED if not ask else None if grad_fn is None else _name(grad_fn),
    )


def _is_wrapped(held: object) -> bool:
    return isinstance(held, torch.Tensor) and is_functorch_wrapped_tensor(held)


def _name(grad_fn: object) -> str:
    """The name of a grad_fn as torch prints it with its tensor; those of a type without a name have their own."""
    name = type(grad_fn).__name__
    return str(grad_fn.name()).rpartition("::")[2] if name == "CppFunction" else name  # type: ignore[attr-defined]  # not in torch's stubs


def _value(tensor: torch.Tensor) -> Value | None:
    """The elements, up to as many as gradviz tells; None where it tells none."""
    if tensor.layout is not torch.strided or tensor.is_quantized:
        return None
    if tensor.numel() > EXACT:
        return Value(tuple(tensor.shape))
    data = tensor.detach().clone().flatten().tolist()  # the zero that autograd promises gets memory
    plain = [str(item) if isinstance(item, complex) or item - item != 0 else item for item in data]
    return Value(tuple(tensor.shape), tuple(plain))


def recorded(trace: Trace, seen: Tensor) -> Facts:
    """What a trace says of a tensor."""
    grad_fn = None if seen.grad_fn is None else trace.grad_fns[seen.grad_fn].name
    value, grad = map(_exact, (seen.value, seen.grad))
    return Facts(value, seen.shape, grad, seen.requires_grad, seen.is_leaf, seen.version, grad_fn)


def _exact(value: Value | None) -> Value | None:
    """A value without the statistics of many elements, which are no oracle's business here."""
    return None if value is None else Value(value.shape, value.data)
