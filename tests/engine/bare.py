"""A program run twice, by the bare interpreter and under the recorder, as two values that must be equal."""

import io
import threading
import traceback
import warnings
from contextlib import redirect_stdout
from types import ModuleType

import torch

from gradviz.model.program import FILE
from gradviz.model.trace import Trace
from tests.engine.recording import record
from tests.engine.test_same_as_bare import SEED, Bare, Facts, _facts, _recorded


def both_runs(source: str) -> tuple[Bare, Bare, Trace]:
    """Run a program bare, then recorded (and held to every law); return both accounts, and the trace."""
    found: list[Bare] = []
    thread = threading.Thread(target=lambda: found.append(_run(source)))  # the autograd modes are thread-local
    thread.start()
    thread.join()
    bare, trace = found[0], record(source, seed=SEED)
    random = torch.get_rng_state().numpy().tobytes()
    error = None if trace.error is None else (trace.error.type, trace.error.message, trace.error.line)
    seen: dict[str, Facts] = {name: _recorded(trace, name) for name in bare.tensors}
    printed = "".join(one.text for one in trace.output if one.stream == "stdout")
    return bare, Bare(printed, [one.message for one in trace.warnings], error, seen, random), trace


def _run(source: str) -> Bare:
    module = ModuleType("__main__")
    out, error = io.StringIO(), None
    torch.manual_seed(SEED)
    with redirect_stdout(out), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("default")
        try:
            exec(compile(source, FILE, "exec"), vars(module))
        except Exception as raised:  # noqa: BLE001  # whatever the program raises is compared
            frames = traceback.walk_tb(raised.__traceback__)
            lines = [line for frame, line in frames if frame.f_code.co_filename == FILE]
            error = (type(raised).__name__, str(raised), lines[-1])
    tensors = {name: _facts(value) for name, value in vars(module).items() if isinstance(value, torch.Tensor)}
    messages = [str(warning.message) for warning in warned]
    return Bare(out.getvalue(), messages, error, tensors, torch.get_rng_state().numpy().tobytes())
