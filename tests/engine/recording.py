"""A program recorded in this very process, where torch can be asked about it: for tests that need an oracle."""

import torch

from gradviz.engine.processes.child import run_in_thread
from gradviz.engine.record.worker import run
from gradviz.intake.tracebuilder import TraceBuilder
from gradviz.model.moments.held import bindings
from gradviz.model.rules import LAWS, broken
from gradviz.model.trace import GradFn, GradMode, Op, Tensor, Trace
from gradviz.model.wire import Limits, Ready, Request


def record(source: str, mode: GradMode = "grad", limits: Limits | None = None, seed: int | None = None) -> Trace:
    """Run a program under the recorder, in a thread of its own, and hold its trace to every law."""
    request = Request(source, mode, seed, limits or Limits())
    builder = TraceBuilder(request, Ready(torch.__version__, "", ""))
    with torch.autograd.set_detect_anomaly(False):  # that mode is the process's: what a program sets ends with it
        run_in_thread(lambda: run(request, builder.page), 64 * 1024 * 1024)
    trace = builder.trace()
    assert list(broken(trace, LAWS)) == []
    return trace


def tensor(trace: Trace, name: str) -> Tensor:
    """The tensor a name of the module was bound to last, or else one of a function."""
    number = bindings(trace).last(name)
    assert number is not None
    return trace.tensors[number]


def op(trace: Trace, name: str) -> Op:
    """The only forward op of an aten name, without its overload."""
    found = [op for op in trace.ops if op.phase == "forward" and op.name.partition(".")[0] == f"aten::{name}"]
    assert len(found) == 1, found
    return found[0]


def grad_fn(trace: Trace, name: str) -> GradFn:
    """The only grad_fn of a name."""
    found = [grad_fn for grad_fn in trace.grad_fns if grad_fn.name == name]
    assert len(found) == 1, found
    return found[0]
