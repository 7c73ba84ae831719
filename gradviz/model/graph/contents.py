"""What a fold holds at a moment of its run: its ops, grad_fns, tensors and bytes, each read off the record. Pure.

Only what was there at the moment counts. A fold of ops tells the same in every view: its grad_fns are known from its
ops, and in the view "backward" its ops from its grad_fns. Linear in the run.
"""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import NamedTuple

from gradviz.model.graph.contract import leaves, saved_bytes
from gradviz.model.graph.graph import Fold
from gradviz.model.moments.moment import Moment
from gradviz.model.trace import GradFn, Op, Tensor


class Part(NamedTuple):
    """So many of something, of so many."""

    some: int
    of: int


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


class Contents:
    """What is in a fold."""

    def __init__(self, fold: Fold, moment: Moment, shown: Collection[int]) -> None:
        """Look at a fold at a moment.

        Args:
            fold: as it is at the end of the run.
            moment: of the run.
            shown: the ops that are drawn, in it or outside, see `model/graph/build.py`.
        """
        self._moment, self._shown = moment, shown
        trace, makers = moment.trace, moment.history.makers
        nodes = tuple(leaves(fold.parts))
        sinks = {node.grad_fn.id for node in nodes if node.grad_fn is not None}
        ops = {node.op.id for node in nodes if node.op is not None}
        ops.update(makers[number] for number in sinks if number in makers)
        made = (trace.ops[number].grad_fn for number in ops)
        self._ops = sorted(ops)
        self._grad_fns = sorted(sinks.union(number for number in made if number is not None))
        self._drawn = dict.fromkeys(node.tensor.id for node in nodes if node.tensor is not None)

    @cached_property
    def ops(self) -> tuple[Op, ...]:
        """The ops that have run, in order."""
        trace = self._moment.trace
        return tuple(op for op in map(trace.ops.__getitem__, self._ops) if self._moment.ran(op))

    @cached_property
    def grad_fns(self) -> tuple[GradFn, ...]:
        """The grad_fns that are there, in order."""
        return tuple(one for one in map(self._moment.grad_fn, self._grad_fns) if one is not None)

    @property
    def ran(self) -> Part:
        """How many of its ops have run, of those in it."""
        return Part(len(self.ops), len(self._ops))

    @cached_property
    def _returned(self) -> dict[int, int]:
        """The tensors that its ops returned, each with the first that did."""
        found: dict[int, int] = {}
        for op in self.ops:
            for tensor in op.outputs:
                found.setdefault(tensor, op.id)
        return found

    @cached_property
    def _used(self) -> dict[int, None]:
        """The tensors that its ops take before any of them has returned them, in that order."""
        found: dict[int, None] = {}
        for op in self.ops:
            found.update((tensor, None) for tensor in op.inputs if self._returned.get(tensor, op.id) >= op.id)
        return found

    @property
    def made(self) -> tuple[int, ...]:
        """The tensors that its ops made; those that they only changed in place are not among them."""
        return tuple(tensor for tensor in self._returned if tensor not in self._used)

    @property
    def ends(self) -> tuple[Tensor, ...]:
        """Tensors drawn in it that none of its ops made: leaves and constants, or those of its AccumulateGrads."""
        made = self._returned.keys() - self._used.keys()
        there = (self._moment.tensor(number) for number in self._drawn if number not in made)
        return tuple(tensor for tensor in there if tensor is not None)

    @property
    def taken(self) -> tuple[int, ...]:
        """The tensors that come in: its ops take them, and they are drawn outside of it."""
        return tuple(tensor for tensor in self._used if tensor not in self._drawn)

    @cached_property
    def given(self) -> tuple[int, ...]:
        """The tensors that go out: ops drawn outside take them, or they have a name and came in or are left untaken."""
        trace, own = self._moment.trace, {op.id for op in self.ops}
        inside = {tensor for op in self.ops for tensor in op.inputs} - self._used.keys()
        outside = {
            tensor
            for number in self._shown
            if number not in own and self._moment.ran(trace.ops[number])
            for tensor in trace.ops[number].inputs
            if self._returned.get(tensor, number) < number
        }
        wanted = (one for one in self._returned if one in outside or (one not in inside and trace.tensors[one].names))
        return tuple(wanted)

    @cached_property
    def leaves(self) -> tuple[Tensor, ...]:
        """The leaves that require grad which are in it or which its ops take."""
        there = map(self._moment.tensor, dict.fromkeys((*self._drawn, *self._used)))
        return tuple(one for one in there if one is not None and one.is_leaf and one.requires_grad)

    @cached_property
    def back(self) -> Part | None:
        """How many of the grad_fns that the backward call at work runs in it have run; None: it runs none of them."""
        if self._moment.call is None:
            return None
        begin, end = self._moment.call
        runs = (step.id for one in self._grad_fns for step in self._moment.history.flow.runs(one))
        during = [number for number in runs if begin <= number < end]
        return Part(sum(number < self._moment.begun for number in during), len(during)) if during else None

    @cached_property
    def executed(self) -> Part:
        """How many of its grad_fns some backward call has run, of those that are there."""
        return Part(sum(bool(self._moment.runs(one.id)) for one in self.grad_fns), len(self.grad_fns))

    @cached_property
    def kept(self) -> Kept:
        """What its grad_fns saved."""
        return self._kept(self.grad_fns)

    @cached_property
    def kept_by_all(self) -> Kept:
        """What all grad_fns of the run have saved."""
        every = map(self._moment.grad_fn, range(len(self._moment.trace.grad_fns)))
        return self._kept(tuple(one for one in every if one is not None))

    @cached_property
    def heaps(self) -> tuple[Heap, ...]:
        """What was saved, alike as one, the most bytes first; what is of leaves after the rest."""
        found: dict[tuple[str, str, tuple[int, ...], bool], Heap] = {}
        seen: set[int | None] = set()
        for grad_fn in self.grad_fns:
            for saved in grad_fn.saved:
                key = grad_fn.name, saved.name, saved.shape, saved.storage in self._storages
                before = found.get(key, Heap(*key[:3], 0, 0, key[3]))
                size = 0 if saved.storage in seen else saved.keeps
                seen.add(saved.storage)
                found[key] = before._replace(times=before.times + 1, nbytes=before.nbytes + size)
        return tuple(sorted(found.values(), key=lambda one: (one.leaf, -one.nbytes)))

    def _kept(self, grad_fns: Iterable[GradFn]) -> Kept:
        saved = [saved for one in grad_fns for saved in one.saved]
        living = [one for one in saved if one.state != "freed"]
        owned = [one for one in saved if one.storage in self._storages]
        return Kept(*map(saved_bytes, (saved, living, owned)))

    @cached_property
    def _storages(self) -> set[int]:
        """Those of all leaves of the run that require grad."""
        return {one.storage for one in self._moment.trace.tensors if one.is_leaf and one.requires_grad}
