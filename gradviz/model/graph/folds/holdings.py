"""What a fold holds over its run: each thing with the stamp from which on it is there, worked out once. Pure.

What it holds at a moment (`model/graph/folds/contents.py`) is then looked up by bisection.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from gradviz.model.graph.folds.contract import leaves
from gradviz.model.graph.graph import Fold
from gradviz.model.moments.kept import Heaps, Kept, Timeline, kept
from gradviz.model.moments.moment import History
from gradviz.model.trace import Op

Thing = TypeVar("Thing")
Kind = TypeVar("Kind")


class Arrivals(NamedTuple, Generic[Thing]):
    """Things, each with the stamp from which on it is there; ascending."""

    stamps: list[int]
    things: list[Thing]

    def count(self, begun: float) -> int:
        """Return how many are there at a moment."""
        return bisect_right(self.stamps, begun)

    def by(self, begun: float) -> list[Thing]:
        """Return those that are there at a moment."""
        return self.things[: self.count(begun)]


class Given(NamedTuple):
    """A tensor that goes out of a fold at some moments; None: there is no such stamp."""

    tensor: int
    begin: int | None  # from this stamp on, up to the next, it has a name and no op in the fold has taken it
    end: int | None
    again: int | None  # from this stamp on an op outside has taken it

    def goes_out(self, begun: float) -> bool:
        """Return whether it does at a moment."""
        untaken = self.begin is not None and self.begin <= begun and (self.end is None or begun < self.end)
        return untaken or (self.again is not None and self.again <= begun)


class Holdings:
    """What is in a fold, over the run."""

    def __init__(self, fold: Fold, history: History) -> None:
        """Look through a fold.

        Args:
            fold: as it is at the end of the run.
            history: of the run.
        """
        self._history = history
        trace, makers = history.trace, history.makers
        nodes = tuple(leaves(fold.parts))
        sinks = {node.grad_fn.id for node in nodes if node.grad_fn is not None}
        numbers = {node.op.id for node in nodes if node.op is not None}
        numbers.update(makers[number] for number in sinks if number in makers)
        ops = [trace.ops[number] for number in sorted(numbers)]
        made = {op.grad_fn for op in ops if op.grad_fn is not None}
        self.drawn = dict.fromkeys(node.tensor.id for node in nodes if node.tensor is not None)
        self.ops = _arrivals((op.step + 1, op) for op in ops)
        self.grad_fns = _arrivals((history.grad_fns(number)[0].step, number) for number in sorted(sinks | made))
        self._returned: dict[int, Op] = {}
        self._used: dict[int, int] = {}  # before any of its ops has returned it -> from which stamp on
        self._inside: dict[int, int] = {}  # taken by its ops -> from which stamp on
        for op in self.ops.things:
            for tensor in op.outputs:
                self._returned.setdefault(tensor, op)
        for op in self.ops.things:
            for tensor in op.inputs:
                self._inside.setdefault(tensor, op.step + 1)
                if tensor not in self._used and op.id <= self._returned.get(tensor, op).id:
                    self._used[tensor] = op.step + 1

    @cached_property
    def made(self) -> Arrivals[int]:
        """The tensors that its ops made; those that they only changed in place are not among them."""
        return _arrivals((stamp, tensor) for tensor, stamp in self.made_since.items())

    @cached_property
    def made_since(self) -> dict[int, int]:
        """From which stamp on each of them is made."""
        return {tensor: op.step + 1 for tensor, op in self._returned.items() if tensor not in self._used}

    @cached_property
    def taken(self) -> Arrivals[int]:
        """The tensors that its ops take, and that are drawn outside of it."""
        return _arrivals((stamp, tensor) for tensor, stamp in self._used.items() if tensor not in self.drawn)

    @cached_property
    def leaves(self) -> Arrivals[int]:
        """The tensors in it, or that its ops take, which are at any time leaves that require grad."""
        there = dict.fromkeys(self.drawn, 0) | {one: at for one, at in self._used.items() if one not in self.drawn}
        states = self._history.tensors
        wanted = {one for one in there if any(state.is_leaf and state.requires_grad for state in states(one))}
        return _arrivals((at, one) for one, at in there.items() if one in wanted)

    @cached_property
    def given(self) -> tuple[Given, ...]:
        """The tensors that go out of it at any moment."""
        return tuple(one for one in self._going_out() if one.begin is not None or one.again is not None)

    def _going_out(self) -> Iterator[Given]:
        trace, own = self._history.trace, {op.id for op in self.ops.things}
        outside: dict[int, int] = {}
        for number in self._history.drawn_as:
            op = trace.ops[number]
            for tensor in () if number in own else op.inputs:
                made = self._returned.get(tensor)
                if made is not None and made.id < number:
                    outside[tensor] = min(op.step + 1, outside.get(tensor, op.step + 1))
        for tensor, op in self._returned.items():
            end = None if tensor in self._used else self._inside.get(tensor)
            begin = op.step + 1 if trace.tensors[tensor].names else None
            yield Given(tensor, begin, end, outside.get(tensor))

    @cached_property
    def executed(self) -> Arrivals[int]:
        """Its grad_fns that a backward call has run."""
        runs = self._history.flow.runs
        there = zip(self.grad_fns.stamps, self.grad_fns.things, strict=True)
        return _arrivals((max(stamp, runs(one)[0].id + 1), one) for stamp, one in there if runs(one))

    @cached_property
    def _runs(self) -> list[int]:
        return sorted(step.id for one in self.grad_fns.things for step in self._history.flow.runs(one))

    def runs_before(self, begun: float) -> int:
        """Return how often any of its grad_fns was run before a moment."""
        return bisect_left(self._runs, begun)

    @cached_property
    def kept(self) -> Timeline[Kept]:
        """What its grad_fns saved."""
        return kept(map(self._history.grad_fns, self.grad_fns.things), self._history.owned)

    @cached_property
    def heaps(self) -> Heaps:
        """What was saved, alike as one."""
        return Heaps(map(self._history.grad_fns, self.grad_fns.things), self._history.owned)

    def by_kind(self, kind: Callable[[Op], Kind]) -> dict[Kind, Arrivals[Op]]:
        """Return its ops by what kind they are of, the kinds in the order in which they come."""
        found: dict[Kind, Arrivals[Op]] = {}
        for stamp, op in zip(self.ops.stamps, self.ops.things, strict=True):
            arrivals = found.setdefault(kind(op), Arrivals([], []))
            arrivals.stamps.append(stamp)
            arrivals.things.append(op)
        return found


def _arrivals(found: Iterable[tuple[int, Thing]]) -> Arrivals[Thing]:
    ordered = sorted(found, key=lambda one: one[0])
    return Arrivals([stamp for stamp, _ in ordered], [thing for _, thing in ordered])
