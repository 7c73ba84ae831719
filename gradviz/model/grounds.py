"""What the reasons for an absent .grad are read off: an index of a trace, built once for all its tensors."""

from bisect import bisect_left
from math import inf
from typing import NamedTuple

from gradviz.model.births import births
from gradviz.model.clearings import Clearings, LineRan, clearings, retainings
from gradviz.model.foretold import reachable
from gradviz.model.place import functions_of
from gradviz.model.program import Program, parse
from gradviz.model.readouts import readouts
from gradviz.model.trace import Op, Tensor, Trace


class Life(NamedTuple):
    """How long one state of a tensor stood, and what was before it."""

    begun: int  # the step at which the tensor was first seen
    end: float  # the step at which another state took its place; inf: none did
    granted: int | None  # the step of the last state before it that had a .grad


class Grounds(NamedTuple):
    """A trace with what it takes to say why a .grad is None. Calls are given by their place in `trace.backwards`."""

    trace: Trace
    lives: dict[tuple[int, int], Life]  # tensor and step of the state
    starts: list[int]  # the step of each backward call, ascending
    reached: dict[int, list[int]]  # grad_fn -> the calls whose roots lead to it, ascending
    returned: frozenset[int]  # calls that added nothing to any .grad: torch.autograd.grad
    sinks: dict[int | None, int]  # leaf -> its AccumulateGrad
    cuts: dict[int, Op]  # tensor from which data, though no gradient, leads to a root -> the op that cut it off
    kept_out: frozenset[int]  # tensors that require grad, or would but for the grad mode they were made in
    born: set[int]  # ops that only bring a tensor into the world
    clearings: dict[str | None, Clearings]
    retainings: dict[str, list[LineRan]]
    failed: int | None  # the call that raised the error that ended the run

    def calls_before(self, step: float) -> int:
        """How many backward calls there were before a step."""
        return bisect_left(self.starts, step)

    def retained_late(self, tensor: Tensor, after: int) -> int | None:
        """The line that called retain_grad() on a tensor after a step; None where one did before it too."""
        begun = self.lives[tensor.id, tensor.step].begun
        calls = [call for name in tensor.names for call in self.retainings.get(name, ()) if call.step >= begun]
        first = min(calls, default=None)
        return None if first is None or first.step < after else first.line

    def target(self, tensor: Tensor) -> int | None:
        """The grad_fn through which the gradient of a tensor would come."""
        return self.sinks.get(tensor.id) if tensor.grad_fn is None else tensor.grad_fn


def grounds(trace: Trace) -> Grounds:
    """Return the index of a trace, in time linear in what was recorded and in what its backward calls reached."""
    return Grounds(
        trace,
        _lives(trace),
        [call.step for call in trace.backwards],
        _reached(trace),
        frozenset(place for place, call in enumerate(trace.backwards) if not call.accumulates),
        {grad_fn.variable: grad_fn.id for grad_fn in trace.grad_fns if grad_fn.variable is not None},
        _cuts(trace),
        _kept_out(trace),
        births(trace),
        clearings(trace),
        retainings(trace),
        _failed(trace),
    )


def cut_off(op: Op) -> bool:
    """Whether autograd had something to record in an op of the forward run, and did not."""
    return op.phase == "forward" and bool(op.inputs) and op.why_unrecorded not in (None, "no input requires grad")


def _lives(trace: Trace) -> dict[tuple[int, int], Life]:
    lives: dict[tuple[int, int], Life] = {}
    last: dict[int, Tensor] = {}
    for state in (*trace.past, *trace.tensors):
        life, before = Life(state.step, inf, None), last.get(state.id)
        if before is not None:
            known = lives[before.id, before.step]
            lives[before.id, before.step] = known._replace(end=state.step)
            life = Life(known.begun, inf, before.step if before.grad is not None else known.granted)
        lives[state.id, state.step] = life
        last[state.id] = state
    return lives


def _reached(trace: Trace) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, call in enumerate(trace.backwards):
        for grad_fn in reachable(trace.grad_fns, call.grad_fns):
            found.setdefault(grad_fn, []).append(place)
    return found


def _failed(trace: Trace) -> int | None:
    """The last call, if no line of its own function ran after it: a hook or a Function may have raised elsewhere."""
    program = parse(trace.source) if trace.error is not None and trace.backwards else None
    if not isinstance(program, Program):
        return None
    call, functions = trace.backwards[-1], functions_of(program.tree)
    own = functions.get(call.line or 0)
    later = (step.line for step in trace.steps[call.step :] if step.kind == "line" and step.line is not None)
    return None if any(functions.get(line) is own for line in later) else len(trace.backwards) - 1


def _cuts(trace: Trace) -> dict[int, Op]:
    """Data followed back from every root; where a path without a cut leads to a tensor, that one counts."""
    leads: dict[int, Op | None] = {root: None for call in trace.backwards for root in call.roots if root is not None}
    lines: set[int | None] = set()  # on which something was made that leads to a root
    read = readouts(trace) if leads else None
    for op in reversed(trace.ops):
        results = [leads[tensor] for tensor in op.outputs if tensor in leads]
        if read is not None and read.leads(op, lines):
            results = [op]
        elif results:
            lines.add(op.line)
        if op.phase != "forward" or not results:
            continue
        cut = op if cut_off(op) else None if None in results else results[0]
        for tensor in op.inputs:
            leads[tensor] = cut if leads.get(tensor, cut) is not None else None
    return {tensor: op for tensor, op in leads.items() if op is not None}


def _kept_out(trace: Trace) -> frozenset[int]:
    found = {state.id for state in (*trace.past, *trace.tensors) if state.requires_grad}
    for op in trace.ops:
        if op.why_unrecorded in ("no_grad", "inference") and not found.isdisjoint(op.inputs):
            found.update(op.outputs)
    return frozenset(found)
