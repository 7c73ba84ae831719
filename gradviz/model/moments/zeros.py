"""Where gradients became 0: the grad_fn that was given more than zeros and passed on nothing else.

Read off the gradients that were in flight, so that what is named is the first of all that passed zeros on.
"""

from collections import defaultdict
from collections.abc import Iterable
from math import inf
from typing import NamedTuple

from gradviz.model.moments.offenders import is_nought
from gradviz.model.trace import Trace, Value
from gradviz.model.values import statistics


class Zero(NamedTuple):
    """Where a gradient became 0."""

    grad_fn: int | None  # None: backward began with zeros
    edge: int | None = None  # the entry of its `next` that was passed zeros; None: what met there adds up to 0
    largest: float = inf  # that it was given; inf: not known


class Arrival(NamedTuple):
    """A gradient that came to an AccumulateGrad."""

    step: int
    zero: Zero | None  # None: it was of more than zeros


def arrivals(trace: Trace) -> dict[int, list[Arrival]]:
    """Return what came to each AccumulateGrad, in order, in time linear in the steps of backward."""
    found: dict[int, list[Arrival]] = defaultdict(list)
    came: dict[int, Zero] = {}  # by the grad_fn that is to run: where the first zeros that are on their way began
    alive: set[int] = set()  # those to which more than zeros are
    for step in trace.steps:
        if step.grad_fn is None or step.kind not in ("backward", "accumulate"):
            continue
        zero, is_zero = came.pop(step.grad_fn, Zero(None)), _is_zero(step.arrived)
        if step.grad_fn in alive:  # and yet it may be given zeros: they meet before it runs
            alive.discard(step.grad_fn)
            zero = Zero(step.grad_fn)
        if step.kind == "accumulate" and any(value is not None for value in step.arrived):
            found[step.grad_fn].append(Arrival(step.id, zero if is_zero else None))
        for edge, ((target, _), value) in enumerate(zip(trace.grad_fns[step.grad_fn].next, step.left, strict=False)):
            if target is None or value is None:
                continue
            if is_nought(value):
                came.setdefault(target, zero if is_zero else Zero(step.grad_fn, edge, _largest(step.arrived)))
            else:
                alive.add(target)
    return found


def _largest(values: Iterable[Value | None]) -> float:
    """The largest number, by its size, of those that came."""
    known = [statistics(value) for value in values if value is not None]
    ends = [end for value in known for end in (value.min, value.max)]
    sizes = [abs(end) for end in ends if isinstance(end, int | float)]
    return max(sizes) if sizes and len(sizes) == len(ends) else inf


def _is_zero(values: Iterable[Value | None]) -> bool:
    """Whether nothing but zeros came."""
    there = [value for value in values if value is not None]
    return bool(there) and all(is_nought(value) for value in there)
