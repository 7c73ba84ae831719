"""The life of a saved tensor: kept, freed or packed; changed since it was saved, by its version or behind its back."""

from enum import StrEnum
from typing import NamedTuple

from gradviz.model.trace import GradFn, Saved, Tensor, Trace


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


def lives(trace: Trace, grad_fn: GradFn) -> list[Life]:
    """Return what became of each tensor that a grad_fn saved."""
    wanted = {saved.tensor for saved in grad_fn.saved if saved.tensor is not None}
    states: dict[int, list[Tensor]] = {}
    for state in (*trace.past, *trace.tensors):
        if state.id in wanted:
            states.setdefault(state.id, []).append(state)
    begun = min((one.step for one in (*trace.past_grad_fns, grad_fn) if one.id == grad_fn.id), default=grad_fn.step)
    return [
        _life(trace, saved, [] if saved.tensor is None else states.get(saved.tensor, []), begun)
        for saved in grad_fn.saved
    ]


def _life(trace: Trace, saved: Saved, states: list[Tensor], begun: int) -> Life:
    if not states:
        return Life(saved, None)
    now = states[-1].version
    if saved.state != "kept":
        return Life(saved, now)
    first = next((state for state in reversed(states) if state.step <= begun), states[0])
    for state in states[states.index(first) + 1 :]:
        if None not in (state.version, saved.version) and state.version != saved.version:
            return Life(saved, now, Harm.CHANGED, _line_before(trace, state.step))
        if None not in (state.value, first.value) and state.value != first.value:
            return Life(saved, now, Harm.CORRUPTED, _line_before(trace, state.step))
    return Life(saved, now)


def _line_before(trace: Trace, step: int) -> int | None:
    """The line that ran when a state was made: it is stamped with the step that came next."""
    return next((one.line for one in reversed(trace.steps[:step]) if one.line is not None), None)
