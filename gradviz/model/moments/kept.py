"""What some grad_fns saved for backward, over the run: bytes, and heaps of what is alike, each to be looked up. Pure.

Each is followed once through all states of the grad_fns. A look at a moment then costs a bisection.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from gradviz.model.trace import GradFn, Saved

Held = TypeVar("Held")


class Kept(NamedTuple):
    """Bytes that some grad_fns saved for backward, memory that several of them share once."""

    saved: int
    now: int  # of those, not freed yet
    leaves: int  # of those saved, in leaves that require grad, which live without a graph too


class Heap(NamedTuple):
    """What grad_fns of one name saved under one name in one shape."""

    grad_fn: str
    name: str
    shape: tuple[int, ...]
    times: int
    nbytes: int  # each memory once, at the first that saved it
    leaf: bool = False  # whether it is memory of leaves that require grad


class Timeline(NamedTuple, Generic[Held]):
    """What something was from each of some stamps on."""

    stamps: list[int]
    states: list[Held]

    def at(self, begun: float, first: Held) -> Held:
        """Return what it was at a moment; before all stamps it was what it was at first."""
        place = bisect_right(self.stamps, begun)
        return self.states[place - 1] if place else first


class _Turn(NamedTuple):
    """One tensor is saved from a stamp on, or no more."""

    stamp: int
    slot: tuple[int, int]  # grad_fn, position among what it saved
    gone: bool
    grad_fn: str
    saved: Saved


_STAMP = itemgetter(0)
_NOTHING = Kept(0, 0, 0)


class _Sizes:
    """Bytes of memory that several share, each counted once, as large as the largest says."""

    def __init__(self) -> None:
        self.total = 0
        self._sizes: dict[int | None, Counter[int]] = {}

    def turn(self, turn: _Turn) -> None:
        """Count one more, or one less."""
        sizes = self._sizes.setdefault(turn.saved.storage, Counter())
        before = max(sizes, default=0)
        sizes[turn.saved.keeps] += -1 if turn.gone else 1
        if not sizes[turn.saved.keeps]:
            del sizes[turn.saved.keeps]
        self.total += max(sizes, default=0) - before


def kept(lives: Iterable[Sequence[GradFn]], owned: set[int]) -> Timeline[Kept]:
    """Return the bytes that grad_fns saved, over the run.

    Args:
        lives: every state of each grad_fn, by stamp.
        owned: the storages of leaves that require grad.
    """
    saved, now, leaves = _Sizes(), _Sizes(), _Sizes()
    timeline = Timeline[Kept]([], [])
    for stamp, turns in groupby(_turns(lives, _size), key=_STAMP):
        for turn in turns:
            saved.turn(turn)
            if turn.saved.state != "freed":
                now.turn(turn)
            if turn.saved.storage in owned:
                leaves.turn(turn)
        timeline.stamps.append(stamp)
        timeline.states.append(Kept(saved.total, now.total, leaves.total))
    return timeline


def kept_at(timeline: Timeline[Kept], begun: float) -> Kept:
    """Return the bytes at a moment."""
    return timeline.at(begun, _NOTHING)


class Heaps:
    """What some grad_fns saved, alike as one, over the run."""

    def __init__(self, lives: Iterable[Sequence[GradFn]], owned: set[int]) -> None:
        """Follow them, given as to `kept`."""
        self._timelines: dict[Heap, Timeline[tuple[int, int]]] = {}
        self._savers: dict[int | None, dict[tuple[int, int], tuple[Heap, int]]] = {}
        self._first: dict[int | None, tuple[int, int]] = {}
        for turn in _turns(lives, _look):
            one = turn.saved
            heap = Heap(turn.grad_fn, one.name, one.shape, 0, 0, one.storage in owned)
            self._add(heap, turn.stamp, -1 if turn.gone else 1, 0)
            self._turn(turn, heap)

    def at(self, begun: float) -> tuple[Heap, ...]:
        """Return them at a moment, the most bytes first; what is of leaves after the rest."""
        held = ((heap, *timeline.at(begun, (0, 0))) for heap, timeline in self._timelines.items())
        found = [heap._replace(times=times, nbytes=nbytes) for heap, times, nbytes in held if times]
        return tuple(sorted(found, key=lambda one: (one.leaf, -one.nbytes)))

    def _turn(self, turn: _Turn, heap: Heap) -> None:
        """Have the bytes of a memory counted at the first that has it now."""
        storage = turn.saved.storage
        savers = self._savers.setdefault(storage, {})
        first = self._first.get(storage)
        if turn.gone:
            own, size = savers.pop(turn.slot)
            if turn.slot == first:
                self._add(own, turn.stamp, 0, -size)
                del self._first[storage]
                if savers:
                    self._count(storage, min(savers), turn.stamp)
            return
        savers[turn.slot] = heap, turn.saved.keeps
        if first is None or turn.slot < first:
            if first is not None:
                own, size = savers[first]
                self._add(own, turn.stamp, 0, -size)
            self._count(storage, turn.slot, turn.stamp)

    def _count(self, storage: int | None, slot: tuple[int, int], stamp: int) -> None:
        self._first[storage] = slot
        heap, size = self._savers[storage][slot]
        self._add(heap, stamp, 0, size)

    def _add(self, heap: Heap, stamp: int, times: int, nbytes: int) -> None:
        timeline = self._timelines.setdefault(heap, Timeline([], []))
        before = timeline.states[-1] if timeline.states else (0, 0)
        if not timeline.stamps or timeline.stamps[-1] != stamp:
            timeline.stamps.append(stamp)
            timeline.states.append(before)
        timeline.states[-1] = before[0] + times, before[1] + nbytes


def _size(saved: Saved) -> object:
    return saved.storage, saved.keeps, saved.state == "freed"


def _look(saved: Saved) -> object:
    return saved.name, saved.shape, saved.storage, saved.keeps


def _turns(lives: Iterable[Sequence[GradFn]], facts: Callable[[Saved], object]) -> list[_Turn]:
    """What is saved and let go of in order, of one stamp by grad_fn; as long as its facts are the same it stays."""
    return sorted((turn for states in lives for turn in _own_turns(states, facts)), key=_STAMP)


def _own_turns(states: Sequence[GradFn], facts: Callable[[Saved], object]) -> Iterator[_Turn]:
    before: tuple[Saved, ...] = ()
    for state in states:
        if list(map(facts, state.saved)) != list(map(facts, before)):
            yield from (_Turn(state.step, (state.id, k), True, state.name, one) for k, one in enumerate(before))
            yield from (_Turn(state.step, (state.id, k), False, state.name, one) for k, one in enumerate(state.saved))
            before = state.saved
