"""Where gradients became 0: the grad_fn that was given more than zeros and passed zeros on.

Read off the gradients that were in flight, so that what is named is the first of all that passed zeros on.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from math import inf, isfinite
from typing import Literal, NamedTuple

from gradviz.model.moments.hookedsteps import HookedSteps
from gradviz.model.moments.offenders import is_nought, magnitude
from gradviz.model.trace import Step, Trace, Value
from gradviz.model.values import statistics

_ROUNDED = 1e-3  # of the largest of several numbers: what of their sum may be rounding


class Zero(NamedTuple):
    """Where a gradient became 0."""

    grad_fn: int | None  # None: backward began with zeros
    way: (
        int | Literal["met", "hook", "hook after"]
    )  # the entry of its `next` that was passed zeros; or what came adds up to 0, or was
    # made 0 by a hook before the grad_fn ran, or after it had
    largest: float = inf  # that it was given; inf: not known, 0: it was given no element


class Arrival(NamedTuple):
    """A gradient that came to an AccumulateGrad."""

    step: int
    call: int  # the place of its backward call
    zero: Zero | None  # None: it was of more than zeros, or where those began is not known


class _Flight(NamedTuple):
    """What a backward call has on its way, by the grad_fn that is to run."""

    call: int
    due: set[int]
    zeros: dict[int, Zero]  # where the first zeros that are on their way began
    lively: dict[int, list[tuple[int, Value]]]  # what is more than zeros, with the output that it is for


def arrivals(trace: Trace, hooked: HookedSteps) -> dict[int, list[Arrival]]:
    """Return what came to each AccumulateGrad, in order, in time linear in the steps of backward."""
    found: dict[int, list[Arrival]] = defaultdict(list)
    calls, flights = deque(enumerate(trace.backwards)), list[_Flight]()
    for step in trace.steps:
        while calls and calls[0][1].step <= step.id:
            place, call = calls.popleft()
            roots = {root for root in call.grad_fns if root is not None}
            flights.append(_Flight(place, roots, dict.fromkeys(roots, Zero(None, 0)), defaultdict(list)))
        if step.grad_fn is None or step.kind not in ("backward", "accumulate") or not flights:
            continue
        while len(flights) > 1 and step.grad_fn not in flights[-1].due:  # of a call inside of another, which goes on
            flights.pop()
        zero = _arrived(step, flights[-1], hooked)
        if step.kind == "accumulate" and any(value is not None for value in step.arrived):
            found[step.grad_fn].append(Arrival(step.id, flights[-1].call, zero))
        _pass_on(trace, step, flights[-1], zero, hooked)
    return found


def _arrived(step: Step, flight: _Flight, hooked: HookedSteps) -> Zero | None:
    """Where the zeros began that a grad_fn was given; None: it was given more, or that is not known."""
    grad_fn = step.grad_fn or 0
    flight.due.discard(grad_fn)
    zero, lively = flight.zeros.pop(grad_fn, None), flight.lively.pop(grad_fn, [])
    if not _is_zero(step.arrived):
        return None
    if any(_is_more(call.before) and _is_zero(call.after) for call in hooked.before.get(step.id, ())):
        return Zero(grad_fn, "hook")
    if not lively:
        return zero
    adds_up = _adds_up(lively)
    return None if adds_up is None else Zero(grad_fn, "met" if adds_up else "hook")


def _pass_on(trace: Trace, step: Step, flight: _Flight, zero: Zero | None, hooked: HookedSteps) -> None:
    grad_fn, own = step.grad_fn or 0, hooked.passed(step)
    for way, ((target, output), value) in enumerate(zip(trace.grad_fns[grad_fn].next, step.left, strict=False)):
        if target is None:
            continue
        flight.due.add(target)
        if value is None or 0 in value.shape:
            continue
        if not is_nought(value):
            flight.lively[target].append((output, value))
        elif way < len(own) and _is_more(own[way : way + 1]):
            flight.zeros.setdefault(target, Zero(grad_fn, "hook after"))
        elif began := zero or _began(step, grad_fn, way):
            flight.zeros.setdefault(target, began)


def _began(step: Step, grad_fn: int, way: int) -> Zero | None:
    """Zeros that a grad_fn itself passes on; None: it may have been given nothing else."""
    given = [value for value in step.arrived if value is not None and 0 not in value.shape]
    largest = [_magnitude(value) for value in given]
    if _is_zero(given) or None in largest:
        return None
    return Zero(grad_fn, way, max(filter(None, largest), default=0))


def _magnitude(value: Value) -> float | None:
    """The largest element by its size; None: not all are known."""
    if value.data is not None:
        sizes = [magnitude(number) for number in value.data]
        return max(sizes) if all(map(isfinite, sizes)) else None
    ends = [end for end in (value.min, value.max) if isinstance(end, int | float)]
    return max(map(abs, ends)) if len(ends) == 2 else None


def _adds_up(values: Iterable[tuple[int, Value]]) -> bool | None:
    """Whether what came to a grad_fn, for each of its outputs, adds up to 0; None: that is not known."""
    by_output: dict[int, list[Value]] = defaultdict(list)
    for output, value in values:
        by_output[output].append(value)
    told = [_cancels(several) for several in by_output.values()]
    return False if False in told else None if None in told else True


def _cancels(values: Sequence[Value]) -> bool | None:
    """Whether values add up to 0 but for rounding: their elements, or of many the means."""
    written = [value.data or (value.mean,) for value in values]
    numbers = [[one for one in several if isinstance(one, int | float)] for several in written]
    if numbers != [[*several] for several in written]:
        return None
    least = _ROUNDED * _largest([statistics(value) for value in values])
    return len(values) > 1 and all(abs(sum(column)) <= least for column in zip(*numbers, strict=False))


def _largest(values: Iterable[Value]) -> float:
    """The largest number of some statistics, by its size; 0: there is none."""
    ends = (end for value in values for end in (value.min, value.max))
    return max((abs(end) for end in ends if isinstance(end, int | float)), default=0)


def _is_more(values: Iterable[Value | None]) -> bool:
    """Whether there is an element that is known not to be 0."""
    known = (value for value in values if value is not None and (value.data or value.min is not None))
    return not all(map(is_nought, known))


def _is_zero(values: Iterable[Value | None]) -> bool:
    """Whether nothing but zeros came."""
    there = [value for value in values if value is not None]
    return bool(there) and all(is_nought(value) for value in there)
