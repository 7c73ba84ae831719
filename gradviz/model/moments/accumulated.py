"""Gradients that met: in the .grad of a leaf, old + new = sum, and where several edges lead to one grad_fn."""

from collections.abc import Iterator
from typing import NamedTuple

from gradviz.model.trace import GradFn, Trace, Value
from gradviz.model.values import adds_up


class Accumulation(NamedTuple):
    """One execution of an AccumulateGrad."""

    line: int | None
    old: Value | None  # .grad before it; None: there was none
    new: Value | None  # what arrived
    total: Value | None  # .grad after it
    adds_up: bool  # the total is the sum, as far as all three are known in full


class Part(NamedTuple):
    """A gradient that came along one edge."""

    grad_fn: int  # from where
    value: Value | None


class Meeting(NamedTuple):
    """The gradients that met at an output of a grad_fn before it ran."""

    parts: tuple[Part, ...]
    total: Value | None
    adds_up: bool


def accumulations(trace: Trace, grad_fn: GradFn) -> list[Accumulation]:
    """Return each execution of an AccumulateGrad, in order."""
    if grad_fn.variable is None:
        return []
    states = [state for state in (*trace.past, *trace.tensors) if state.id == grad_fn.variable]
    dtype = states[-1].dtype
    found = []
    for step in trace.steps:
        if step.kind != "accumulate" or step.grad_fn != grad_fn.id:
            continue
        # A state is stamped with the step that follows what it tells of.
        old = next((state.grad for state in reversed(states) if state.step <= step.id), None)
        total = next((state.grad for state in states if state.step > step.id), old)
        new = step.arrived[0] if step.arrived else None
        found.append(Accumulation(step.line, old, new, total, _adds_up(total, (old, new), dtype)))
    return found


def meeting(trace: Trace, grad_fn: GradFn) -> Meeting | None:
    """Return the gradients that met at the first output of a grad_fn for its last execution; None: there was one."""
    place = next((k for k in range(len(trace.steps) - 1, -1, -1) if _ran(trace, k, grad_fn.id)), None)
    if place is None or not trace.steps[place].arrived:
        return None
    begun = max((call.step for call in trace.backwards if call.step <= place), default=0)
    parts = tuple(part for k in range(begun, place) for part in _along(trace, k, grad_fn.id))
    total = trace.steps[place].arrived[0]
    if len(parts) < 2:
        return None
    op = next((op for op in trace.ops if op.grad_fn == grad_fn.id and op.outputs), None)
    tensor = grad_fn.variable if op is None else op.outputs[0]
    dtype = "float32" if tensor is None else trace.tensors[tensor].dtype
    return Meeting(parts, total, _adds_up(total, [part.value for part in parts], dtype))


def _ran(trace: Trace, place: int, number: int) -> bool:
    return trace.steps[place].kind in ("backward", "accumulate") and trace.steps[place].grad_fn == number


def _along(trace: Trace, place: int, number: int) -> Iterator[Part]:
    """What one step of backward passed to the first output of a grad_fn."""
    step = trace.steps[place]
    if step.kind != "backward" or step.grad_fn is None:
        return
    for (target, output), value in zip(trace.grad_fns[step.grad_fn].next, step.left, strict=False):
        if target == number and output == 0 and value is not None:
            yield Part(step.grad_fn, value)


def _adds_up(total: Value | None, parts: list[Value | None] | tuple[Value | None, ...], dtype: str) -> bool:
    known = [part for part in parts if part is not None]
    return total is not None and adds_up(total, known, dtype)
