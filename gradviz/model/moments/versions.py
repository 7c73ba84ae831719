"""Version counters of a run: which tensors share one, and when it moved on.

Tensors share a counter with their views and with what detach() makes of them, but not with their .data. A tensor that
an op in place has not touched, though it shares the counter, is not written down again: its counter tells its version,
up to the last that is written down of the tensor itself.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple

from gradviz.model.trace import Saved, Tensor, Trace


class Moves(NamedTuple):
    """When one counter was seen to stand higher than before, in order, as columns."""

    steps: list[int]  # the stamps
    highest: list[int]  # where it stood from each on
    made_by: list[int | None]  # the op that left a tensor there; None: the program moved it on by itself

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

    def steps(self, tensor: int) -> Sequence[int]:
        """Return the stamps at which the counter of a tensor moved on."""
        moves = self.moves.get(self.counters[tensor])
        return () if moves is None else moves.steps

    def by(self, tensor: int, version: int) -> int | None:
        """Return the op that moved the counter of a tensor on to a version, where one was seen."""
        moves = self.moves.get(self.counters[tensor])
        place = None if moves is None else moves.beyond(version - 1)
        return None if moves is None or place is None else moves.made_by[place]

    def standing(self, state: Tensor, after: Tensor, begun: float) -> Tensor:
        """Return what a tensor was at a moment between two states that are written down."""
        if not _moves_on(state, after):
            return state
        moves = self.moves[self.counters[state.id]]
        return self._moved(moves, bisect_right(moves.steps, begun) - 1, state, after) or state

    def _between(self, state: Tensor, after: Tensor) -> Iterator[Tensor]:
        """What a tensor was between two states that are written down, where its counter alone moved on."""
        if not _moves_on(state, after):
            return
        moves = self.moves[self.counters[state.id]]
        first, end = (bisect_right(moves.steps, stamp) for stamp in (state.step, after.step - 1))
        found = (self._moved(moves, place, state, after) for place in range(first, end))
        yield from (one for one in found if one is not None)

    def _moved(self, moves: Moves, place: int, state: Tensor, after: Tensor) -> Tensor | None:
        """What a tensor was after one move of its counter; None: another has made that."""
        if place < 0 or moves.steps[place] <= state.step:
            return None
        is_between = (state.version or 0) < moves.highest[place] <= (after.version or 0)
        return state._replace(step=moves.steps[place], version=moves.highest[place]) if is_between else None

    def all_of(self, states: Sequence[Tensor]) -> list[Tensor]:
        """Return all that a tensor was, of what is written down of it."""
        found = list(states[:1])
        for state, after in pairwise(states):
            found += (*self._between(state, after), after)
        return found


def _moves_on(state: Tensor, after: Tensor) -> bool:
    return state.version is not None and after.version is not None and state.version < after.version


def versions(trace: Trace) -> Versions:
    """Read the counters off a run, in time linear in its record but for the sorting of it."""
    owners = _counters(trace)
    moves: dict[int, Moves] = {}
    made: dict[int, int | None] = {}  # by tensor, the op that it was told to be of before
    for state in _in_order((*trace.past, *trace.tensors)):
        if state.version is not None:
            steps, highest, made_by = moves.setdefault(owners[state.id], Moves([], [], []))
            if not highest or state.version > highest[-1]:
                steps.append(state.step)
                highest.append(state.version)
                made_by.append(None if made.get(state.id, -1) == state.made_by else state.made_by)
        made[state.id] = state.made_by
    return Versions(owners, moves)


def _in_order(states: Iterable[Tensor]) -> list[Tensor]:
    """By stamp; what the last op made comes first, and then what shares its counter and was left as it was."""
    return sorted(states, key=lambda state: (state.step, 0 if state.made_by is None else -1 - state.made_by))


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
