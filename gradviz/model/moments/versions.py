"""Version counters of a run: which tensors share one, and when it moved on.

Tensors share a counter with their views and with what detach() makes of them, but not with their .data.
"""

from bisect import bisect_right
from collections.abc import Iterable
from math import inf
from typing import NamedTuple

from gradviz.model.trace import Saved, Tensor, Trace


class Moves(NamedTuple):
    """What was seen of one counter, in order, as columns."""

    steps: list[int]  # the stamps
    highest: list[int]  # the highest version up to each
    made_by: list[int | None]  # the op that left the tensor there

    def at(self, begun: float) -> int | None:
        """Return where the counter stood; None where nothing had been seen of it."""
        place = bisect_right(self.steps, begun)
        return self.highest[place - 1] if place else None

    def beyond(self, version: int) -> int | None:
        """Return the place at which it first stood beyond a version; None: it never did."""
        place = bisect_right(self.highest, version)
        return place if place < len(self.highest) else None


class Versions(NamedTuple):
    """The counters of a run."""

    counters: dict[int, int]  # of each tensor, as the id of the first tensor that had it
    moves: dict[int, Moves]  # by counter

    def of(self, saved: Saved) -> Moves | None:
        """Return what became of the counter of a saved tensor."""
        return None if saved.tensor is None else self.moves.get(self.counters[saved.tensor])

    def moved(self, saved: Saved) -> float:
        """Return the stamp from which on a saved tensor is beyond the version it was saved at; inf: it never is."""
        moves = self.of(saved)
        place = None if moves is None or saved.version is None else moves.beyond(saved.version)
        return inf if moves is None or place is None else moves.steps[place]


def versions(trace: Trace) -> Versions:
    """Read the counters off a run, in time linear in its record but for the sorting of it."""
    owners = _counters(trace)
    moves: dict[int, Moves] = {}
    for state in _in_order((*trace.past, *trace.tensors)):
        if state.version is not None:
            steps, highest, made_by = moves.setdefault(owners[state.id], Moves([], [], []))
            steps.append(state.step)
            highest.append(max(state.version, highest[-1] if highest else 0))
            made_by.append(state.made_by)
    return Versions(owners, moves)


def _in_order(states: Iterable[Tensor]) -> list[Tensor]:
    return sorted(states, key=lambda state: state.step)


def _counters(trace: Trace) -> dict[int, int]:
    owner = {tensor.id: tensor.id for tensor in trace.tensors}

    def first(tensor: int) -> int:
        while owner[tensor] != tensor:
            owner[tensor] = owner[owner[tensor]]
            tensor = owner[tensor]
        return tensor

    for tensor in trace.tensors:
        if tensor.base is not None:
            owner[first(tensor.id)] = first(tensor.base)
    for op in trace.ops:
        if op.name.startswith("aten::detach.") and op.inputs and op.outputs:
            owner[first(op.outputs[0])] = first(op.inputs[0])
    return {tensor: first(tensor) for tensor in owner}
