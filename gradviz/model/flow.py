"""Gradients as they flowed: what each grad_fn passed on, and what met in each leaf's .grad."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gradviz.model.trace import GradFn, Tensor, Trace, Value
from gradviz.model.values import adds_up


class Flow(NamedTuple):
    """The last execution of each grad_fn, and every execution of each AccumulateGrad."""

    arrived: dict[int, tuple[Value | None, ...]]  # grad_fn -> one per output
    left: dict[int, tuple[Value | None, ...]]  # grad_fn -> one per entry of next
    added: dict[int, list[Value | None]]  # AccumulateGrad -> one per execution


def flow(trace: Trace) -> Flow:
    """Read the gradients off the steps of backward."""
    found = Flow({}, {}, {})
    for step in trace.steps:
        if step.grad_fn is None:
            continue
        if step.kind == "backward":
            found.arrived[step.grad_fn], found.left[step.grad_fn] = step.arrived, step.left
        elif step.kind == "accumulate":
            found.arrived[step.grad_fn] = step.arrived
            found.added.setdefault(step.grad_fn, []).extend(step.arrived)
    return found


def operand_edges(grad_fn: GradFn, inputs: Iterable[Tensor], grad_fns: tuple[GradFn, ...]) -> list[int | None]:
    """For each operand of a grad_fn's op, the position in `next` that leads to it; None where none does.

    An operand's target is the grad_fn that made it, or the AccumulateGrad whose variable it is. Operands are taken in
    order, so that x * x uses both of its edges.
    """
    makers: dict[int, deque[int]] = defaultdict(deque)  # grad_fn -> positions still free
    sinks: dict[int, deque[int]] = defaultdict(deque)  # variable -> the same
    for position, (target, _) in enumerate(grad_fn.next):
        if target is not None:
            variable = grad_fns[target].variable
            free = makers[target] if variable is None else sinks[variable]
            free.append(position)
    leading = (sinks.get(tensor.id) if tensor.grad_fn is None else makers.get(tensor.grad_fn) for tensor in inputs)
    return [free.popleft() if free else None for free in leading]


def sums(
    grad: Value | None, added: Sequence[Value | None], parts: Sequence[Value | None], dtype: str
) -> tuple[Value, ...]:
    """The gradients whose sum is .grad: one per backward if there were several, else one per use of the leaf.

    Empty where there is only one, or where they do not add up (the gradient was zeroed or changed in between).
    """
    terms = tuple(value for value in (added if len(added) > 1 else parts) if value is not None)
    return terms if grad is not None and len(terms) > 1 and adds_up(grad, terms, dtype) else ()
