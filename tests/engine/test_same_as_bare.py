"""A recorded program does what the bare interpreter does with it: hypothesis writes the programs.

GRADVIZ_PROGRAMS sets how many; the full sweep is 10,000 and more.
"""

import io
import os
import threading
import traceback
import warnings
from contextlib import redirect_stdout
from types import ModuleType
from typing import NamedTuple

import torch
from hypothesis import HealthCheck, given, settings

from gradviz.model.program import FILE
from gradviz.model.trace import Trace, Value
from tests.engine.programs import NAMES, PROGRAMS
from tests.engine.recording import record, tensor

SEED = 7


class Facts(NamedTuple):
    """What can be said of a named tensor without gradviz."""

    value: Value
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


def _bare(source: str) -> Bare:
    """Run a program as Python would, in a thread of its own: the autograd modes are thread-local."""
    found: list[Bare] = []

    def work() -> None:
        found.append(_run(source))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found[0]


def _run(source: str) -> Bare:
    module = ModuleType("__main__")
    out, error = io.StringIO(), None
    torch.manual_seed(SEED)
    with redirect_stdout(out), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("default")
        try:
            exec(compile(source, FILE, "exec"), vars(module))
        except Exception as raised:  # noqa: BLE001  # whatever the program raises is compared
            lines = [
                line for frame, line in traceback.walk_tb(raised.__traceback__) if frame.f_code.co_filename == FILE
            ]
            error = (type(raised).__name__, str(raised), lines[-1])
    held = {name: vars(module).get(name) for name in NAMES}
    tensors = {name: _facts(value) for name, value in held.items() if isinstance(value, torch.Tensor)}
    messages = [str(warning.message) for warning in warned]
    return Bare(out.getvalue(), messages, error, tensors, torch.get_rng_state().numpy().tobytes())


def _facts(tensor: torch.Tensor) -> Facts:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grad = tensor.grad
    try:
        is_leaf, grad_fn = tensor.is_leaf, tensor.grad_fn
    except RuntimeError:  # one of several views made at once, given up after another was changed in place
        is_leaf, grad_fn = False, None
    return Facts(
        _value(tensor),
        tuple(tensor.shape),
        None if grad is None else _value(grad),
        tensor.requires_grad,
        is_leaf,
        None if tensor.is_inference() else tensor._version,
        None if grad_fn is None else type(grad_fn).__name__,
    )


def _value(tensor: torch.Tensor) -> Value:
    data = tensor.detach().flatten().tolist()
    finite = [item if item - item == 0 else str(item) for item in data]
    return Value(tuple(tensor.shape), tuple(finite))


def _recorded(trace: Trace, name: str) -> Facts:
    seen = tensor(trace, name)
    assert seen.value is not None
    grad_fn = None if seen.grad_fn is None else trace.grad_fns[seen.grad_fn].name
    return Facts(seen.value, seen.shape, seen.grad, seen.requires_grad, seen.is_leaf, seen.version, grad_fn)


@settings(
    max_examples=int(os.environ.get("GRADVIZ_PROGRAMS", "300")),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(PROGRAMS)
def test_the_same_as_the_bare_interpreter(source: str) -> None:
    bare = _bare(source)
    trace = record(source, seed=SEED)
    assert torch.get_rng_state().numpy().tobytes() == bare.random
    assert "".join(one.text for one in trace.output) == bare.printed
    assert [one.message for one in trace.warnings] == bare.warned
    error = None if trace.error is None else (trace.error.type, trace.error.message, trace.error.line)
    assert error == bare.error
    seen = {name: _recorded(trace, name) for name in bare.tensors}
    if "inference_mode" in source:
        # Given an inference tensor outside of inference_mode, some kernels count a write to their own fresh result.
        # Below a dispatch mode they do not, and torch offers no way to ask for it.
        assert {name: facts._replace(version=None) for name, facts in seen.items()} == {
            name: facts._replace(version=None) for name, facts in bare.tensors.items()
        }
    else:
        assert seen == bare.tensors
