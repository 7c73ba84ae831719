"""The life of a saved tensor: kept, freed or packed; changed since it was saved, by its version or behind its back."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from gradviz.model.moments.moment import Moment
from gradviz.model.trace import GradFn, Saved, Tensor, Trace

_STAMP = attrgetter("step")


class Harm(StrEnum):
    """What happened to a saved tensor that backward still needs."""

    CHANGED = "changed"  # its version moved on: backward refuses it
    CORRUPTED = "corrupted"  # its numbers changed and its version did not, as through .data: backward goes wrong


class Life(NamedTuple):
    """One saved tensor, from when it was saved."""

    saved: Saved
    now: int | None  # its version now
    harm: Harm | None = None
    line: int | None = None  # where it was changed


def lives(moment: Moment, grad_fn: GradFn) -> Iterator[Life]:
    """Yield what became of each tensor that a grad_fn saved."""
    begun = moment.history.grad_fns(grad_fn.id)[0].step
    for saved in grad_fn.saved:
        states = () if saved.tensor is None else moment.states(saved.tensor)
        yield _life(moment.trace, saved, states, begun)


def _life(trace: Trace, saved: Saved, states: Sequence[Tensor], begun: int) -> Life:
    if not states:
        return Life(saved, None)
    now = states[-1].version
    if saved.state != "kept":
        return Life(saved, now)
    place = max(1, bisect_right(states, begun, key=_STAMP))
    first = states[place - 1]
    for state in islice(states, place, None):
        if None not in (state.version, saved.version) and state.version != saved.version:
            return Life(saved, now, Harm.CHANGED, _line_before(trace, state.step))
        if _tells(state) and _tells(first) and state.value != first.value:
            return Life(saved, now, Harm.CORRUPTED, _line_before(trace, state.step))
    return Life(saved, now)


def _tells(state: Tensor) -> bool:
    """Whether a state tells what the tensor held."""
    return state.value is not None and not state.value.uninitialized


def _line_before(trace: Trace, step: int) -> int | None:
    """The line that ran when a state was made: it is stamped with the step that came next."""
    before = (trace.steps[number].line for number in range(min(step, len(trace.steps)) - 1, -1, -1))
    return next((line for line in before if line is not None), None)
