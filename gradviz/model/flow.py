"""Gradients as they flowed: what each grad_fn passed on, and what met in each leaf's .grad."""

from math import isclose
from typing import NamedTuple

from gradviz.model.trace import GradFn, Tensor, Trace, Value


class Flow(NamedTuple):
    """The last execution of each grad_fn, and every execution of each AccumulateGrad."""

    arrived: dict[int, tuple[Value | None, ...]]  # grad_fn -> one per output
    left: dict[int, tuple[Value | None, ...]]  # grad_fn -> one per entry of next
    added: dict[int, tuple[Value | None, ...]]  # AccumulateGrad -> one per execution


def flow(trace: Trace) -> Flow:
    """Read the gradients off the steps of backward."""
    arrived: dict[int, tuple[Value | None, ...]] = {}
    left: dict[int, tuple[Value | None, ...]] = {}
    added: dict[int, tuple[Value | None, ...]] = {}
    for step in trace.steps:
        if step.grad_fn is None:
            continue
        if step.kind == "backward":
            arrived[step.grad_fn], left[step.grad_fn] = step.arrived, step.left
        elif step.kind == "accumulate":
            arrived[step.grad_fn] = step.arrived
            added[step.grad_fn] = added.get(step.grad_fn, ()) + step.arrived
    return Flow(arrived, left, added)


def operand_edges(grad_fn: GradFn, inputs: tuple[Tensor, ...], grad_fns: tuple[GradFn, ...]) -> list[int | None]:
    """For each operand of a grad_fn's op, the position in `next` that leads to it; None where none does.

    An operand's target is the grad_fn that made it, or the AccumulateGrad whose variable it is. Operands are taken in
    order, so that x * x uses both of its edges.
    """
    free = list(range(len(grad_fn.next)))
    found: list[int | None] = []
    for tensor in inputs:
        position = next((p for p in free if _leads_to(grad_fn.next[p][0], tensor, grad_fns)), None)
        if position is not None:
            free.remove(position)
        found.append(position)
    return found


def _leads_to(target: int | None, tensor: Tensor, grad_fns: tuple[GradFn, ...]) -> bool:
    if target is None:
        return False
    return tensor.grad_fn == target or grad_fns[target].variable == tensor.id


def sums(grad: Value | None, added: tuple[Value | None, ...], parts: tuple[Value | None, ...]) -> tuple[Value, ...]:
    """The gradients whose sum is .grad: one per backward if there were several, else one per use of the leaf.

    Empty where there is only one, or where they do not add up (the gradient was zeroed or changed in between).
    """
    terms = tuple(value for value in (added if len(added) > 1 else parts) if value is not None)
    if grad is None or grad.data is None or len(terms) < 2:
        return ()
    columns = [term.data for term in terms if term.data is not None and len(term.data) == len(grad.data)]
    if len(columns) != len(terms):
        return ()
    for total, *summands in zip(grad.data, *columns, strict=True):
        numbers = [number for number in (total, *summands) if isinstance(number, int | float)]
        if len(numbers) != 1 + len(terms) or not isclose(numbers[0], sum(numbers[1:]), rel_tol=1e-4, abs_tol=1e-6):
            return ()
    return terms
