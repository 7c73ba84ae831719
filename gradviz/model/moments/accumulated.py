"""Gradients that met: in the .grad of a leaf, old + new = sum, and where several edges lead to one grad_fn."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from gradviz.model.moments.moment import Moment
from gradviz.model.trace import GradFn, Step, Trace, Value
from gradviz.model.values import adds_up

_STAMP = attrgetter("step")


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


def accumulations(moment: Moment, grad_fn: GradFn, most: int) -> list[Accumulation]:
    """Return the last executions of an AccumulateGrad, in order, `most` at most."""
    if grad_fn.variable is None:
        return []
    states = moment.states(grad_fn.variable)
    dtype = moment.known_tensor(grad_fn.variable).dtype
    found = []
    for step in moment.runs(grad_fn.id)[-most:]:
        # A state is stamped with the step that follows what it tells of.
        place = bisect_right(states, step.id, key=_STAMP)
        old = states[place - 1].grad if place else None
        total = states[place].grad if place < len(states) else old
        new = step.arrived[0] if step.arrived else None
        found.append(Accumulation(step.line, old, new, total, _adds_up(total, (old, new), dtype)))
    return found


def meeting(moment: Moment, grad_fn: GradFn) -> Meeting | None:
    """Return the gradients that met at the first output of a grad_fn for its last execution; None: there was one."""
    trace, last = moment.trace, next(reversed(moment.runs(grad_fn.id)), None)
    if last is None or not last.arrived:
        return None
    begun = max((call.step for call in trace.backwards if call.step <= last.id), default=0)
    came = moment.history.passing.get(grad_fn.id, [])
    first, end = (bisect_left(came, step, key=lambda passed: passed[1].id) for step in (begun, last.id))
    parts = tuple(part for source, step in came[first:end] for part in _along(trace, source, step, grad_fn.id))
    total = moment.history.hooked_steps.came(last)[0]
    if len(parts) < 2:
        return None
    op = moment.made(grad_fn.id)
    tensor = op.outputs[0] if op is not None and op.outputs else grad_fn.variable
    dtype = "float32" if tensor is None else moment.known_tensor(tensor).dtype
    return Meeting(parts, total, _adds_up(total, [part.value for part in parts], dtype))


def _along(trace: Trace, source: int, step: Step, number: int) -> Iterator[Part]:
    """Gradients that one execution of a grad_fn sent to the first output of another."""
    for (target, output), value in zip(trace.grad_fns[source].next, step.left, strict=False):
        if target == number and output == 0 and value is not None:
            yield Part(source, value)


def _adds_up(total: Value | None, parts: list[Value | None] | tuple[Value | None, ...], dtype: str) -> bool:
    known = [part for part in parts if part is not None]
    return total is not None and adds_up(total, known, dtype)
