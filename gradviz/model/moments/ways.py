"""The way by which most of a gradient came to each leaf, and how its norm changed from grad_fn to grad_fn.

Of all that passed a gradient on to a grad_fn the one counts that passed on the most: what is left are the branches of
a tree, from the root of backward to the leaves. Where it branches, a gradient is on its way to several leaves.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from math import exp, hypot, isfinite, log
from statistics import fmean
from sys import float_info
from typing import NamedTuple

from gradviz.model.trace import BackwardCall, Step, Trace, Value
from gradviz.model.values import norm


class Stretch(NamedTuple):
    """The part of the way to a leaf that lies between the first place where ways part, and the last."""

    first: int
    last: int  # grad_fns
    had: float
    has: float  # the norms of what they were given


class Share(NamedTuple):
    """What all grad_fns of a name on a stretch did to the norm of the gradient."""

    grad_fn: str
    times: int
    factor: float  # by which each multiplied it, on average


class _Tree(NamedTuple):
    before: Mapping[int, int]  # the grad_fn that passed on the most, by the one that was given it
    came: Mapping[int, float]  # the norm of what a grad_fn was given
    parts: Mapping[int, tuple[int, int]]  # the first and the last place of its way where ways part


class Ways:
    """The ways of the last backward call of a run, found when they are asked for."""

    def __init__(self, trace: Trace) -> None:
        """Look at a run."""
        self._trace = trace

    def to(self, sink: int) -> Stretch | None:
        """Return the stretch of the way to an AccumulateGrad; None: ways never part on it, or nothing came."""
        found = self._tree.parts.get(sink)
        return None if found is None else Stretch(*found, *(self._tree.came[one] for one in found))

    def shares(self, stretch: Stretch) -> list[Share]:
        """Return what made the norm what it is, those that did most of that first."""
        logs, at = defaultdict[str, list[float]](list), stretch.last
        while at != stretch.first:
            given, at = self._tree.came[at], self._tree.before[at]
            factor = max(given / self._tree.came[at], float_info.min)  # a Function's own may be none that a float holds
            logs[self._trace.grad_fns[at].name].append(log(factor))
        found = [Share(name, len(several), exp(fmean(several))) for name, several in logs.items()]
        return sorted(found, key=lambda one: log(one.factor) * one.times, reverse=stretch.has > stretch.had)

    @property
    def line(self) -> int | None:
        """The line of the call."""
        return None if self._call is None else self._call.line

    @cached_property
    def _call(self) -> BackwardCall | None:
        return next((call for call in reversed(self._trace.backwards) if call.accumulates), None)

    @cached_property
    def _tree(self) -> _Tree:
        steps = () if self._call is None else self._trace.steps[self._call.step :]
        ran = [step for step in steps if step.grad_fn is not None and step.kind in ("backward", "accumulate")]
        return _tree(self._trace, ran)


def _tree(trace: Trace, ran: Sequence[Step]) -> _Tree:
    before, most, came = dict[int, int](), dict[int, float](), dict[int, float]()
    for step in ran:
        grad_fn = step.grad_fn or 0
        came[grad_fn] = _norm(step.arrived)
        for (target, _), value in zip(trace.grad_fns[grad_fn].next, step.left, strict=False):
            passed = _norm((value,))
            if target is not None and passed > most.get(target, 0):
                before[target], most[target] = grad_fn, passed
    branches = _branches(ran, before)
    parts = dict[int, tuple[int, int]]()
    for step in ran:
        grad_fn = step.grad_fn or 0
        above = parts.get(before.get(grad_fn, -1))
        if branches[grad_fn] > 1 and came[grad_fn]:
            parts[grad_fn] = (grad_fn, grad_fn) if above is None else (above[0], grad_fn)
        elif above is not None and came[grad_fn]:
            parts[grad_fn] = above
    return _Tree(before, came, parts)


def _branches(ran: Sequence[Step], before: Mapping[int, int]) -> Counter[int]:
    """How many ways to leaves go on from each grad_fn."""
    found, seen = Counter[int](), set[int]()
    for step in ran:
        at = step.grad_fn or 0
        if step.kind == "accumulate":
            while at in before and at not in seen:
                seen.add(at)
                at = before[at]
                found[at] += 1
    return found


def _norm(values: Iterable[Value | None]) -> float:
    """The length of what was given for all outputs; 0 where it is not known, or is more than a float holds."""
    length = hypot(*(norm(value) or 0 for value in values if value is not None))
    return length if isfinite(length) else 0
