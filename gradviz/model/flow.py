"""Gradients as they flowed: what each grad_fn was given and passed on, and what met in each leaf's .grad."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import inf
from operator import attrgetter
from typing import NamedTuple

from gradviz.model.trace import GradFn, Step, Tensor, Trace, Value
from gradviz.model.values import adds_up

SUMMED = 64  # gradients that met in one .grad; where they are more nobody reads them
_NUMBER = attrgetter("id")


class Passed(NamedTuple):
    """A place in the graph that a gradient passes."""

    grad_fn: int
    position: int
    arrived: bool = False  # given to the grad_fn, one per output; else passed on by it, one per entry of next


class Flow(NamedTuple):
    """Every execution of each grad_fn, in order."""

    ran: dict[int, list[Step]]

    def runs(self, grad_fn: int, begun: float = inf) -> Sequence[Step]:
        """Return the executions of a grad_fn before a step."""
        steps = self.ran.get(grad_fn, ())
        return steps if begun == inf else steps[: bisect_left(steps, begun, key=_NUMBER)]

    def gradient(self, passed: Passed, begun: float = inf) -> Value | None:
        """Return the gradient that passed somewhere last, before a step; None: none did, or it was undefined."""
        steps = self.runs(passed.grad_fn, begun)
        values = () if not steps else steps[-1].arrived if passed.arrived else steps[-1].left
        return values[passed.position] if passed.position < len(values) else None

    def added(self, sink: int, begun: float = inf) -> list[Value | None]:
        """Return what an AccumulateGrad was given before a step, once for each execution."""
        return [value for step in self.runs(sink, begun) for value in step.arrived]


def flow(trace: Trace) -> Flow:
    """Read the gradients off the steps of backward."""
    found: dict[int, list[Step]] = {}
    for step in trace.steps:
        if step.grad_fn is not None and step.kind in ("backward", "accumulate"):
            found.setdefault(step.grad_fn, []).append(step)
    return Flow(found)


def operand_edges(grad_fn: GradFn, inputs: Iterable[Tensor], grad_fns: tuple[GradFn, ...]) -> list[int | None]:
    """For each operand of a grad_fn's op, the position in `next` that leads to it; None where none does.

    An operand's target is the grad_fn that made it, or the AccumulateGrad whose variable it is. Operands are taken in
    order, so that x * x uses both of its edges.
    """
    wanted = [~tensor.id if tensor.grad_fn is None else tensor.grad_fn for tensor in inputs]
    targets = [
        target if target is None or (variable := grad_fns[target].variable) is None else ~variable
        for target, _ in grad_fn.next
    ]
    if wanted == targets:  # as nearly always where all operands require grad
        return list(range(len(wanted)))
    free: dict[int, list[int]] = {}  # grad_fn, or the complement of a variable -> positions still free, the first last
    for position in range(len(targets) - 1, -1, -1):
        target = targets[position]
        if target is not None:
            free.setdefault(target, []).append(position)
    leading = [free.get(one) for one in wanted]
    return [positions.pop() if positions else None for positions in leading]


def sums(
    grad: Value | None, added: Sequence[Value | None], parts: Sequence[Value | None], dtype: str
) -> tuple[Value, ...]:
    """The gradients whose sum is .grad: one per backward if there were several, else one per use of the leaf.

    Empty where there is only one, where they are more than anybody reads, or where they do not add up (the gradient
    was zeroed or changed in between).
    """
    told = added if len(added) > 1 else parts
    terms = tuple(value for value in told if value is not None) if len(told) <= SUMMED else ()
    return terms if grad is not None and len(terms) > 1 and adds_up(grad, terms, dtype) else ()
