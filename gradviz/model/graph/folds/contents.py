"""What a fold holds at a moment of its run: its ops, grad_fns, tensors and bytes, each read off the record. Pure.

Only what was there at the moment counts. A fold of ops tells the same in every view: its grad_fns are known from its
ops, and in the view "backward" its ops from its grad_fns. Linear in the tensors that are listed, not in the run.
"""

from functools import cached_property
from typing import NamedTuple

from gradviz.model.graph.folds.holdings import Holdings
from gradviz.model.moments.kept import Heap, Kept, kept_at
from gradviz.model.moments.moment import Moment
from gradviz.model.trace import GradFn, Op, Tensor


class Part(NamedTuple):
    """So many of something, of so many."""

    some: int
    of: int


class Contents:
    """What is in a fold."""

    def __init__(self, all_of_it: Holdings, moment: Moment) -> None:
        """Look at what a fold holds over the run, and at a moment of that."""
        self._all, self._moment = all_of_it, moment

    @property
    def ops(self) -> tuple[Op, ...]:
        """The ops that have run, in order."""
        return tuple(self._all.ops.by(self._moment.begun))

    @property
    def grad_fns(self) -> tuple[GradFn, ...]:
        """The grad_fns that are there, in order."""
        there = self._all.grad_fns.by(self._moment.begun)
        return tuple(one for one in map(self._moment.grad_fn, there) if one is not None)

    @property
    def ran(self) -> Part:
        """How many of its ops have run, of those in it."""
        return Part(self._all.ops.count(self._moment.begun), len(self._all.ops.things))

    @property
    def made(self) -> tuple[int, ...]:
        """The tensors that its ops made; those that they only changed in place are not among them."""
        return tuple(self._all.made.by(self._moment.begun))

    @property
    def ends(self) -> tuple[Tensor, ...]:
        """Tensors drawn in it that none of its ops made: leaves and constants, or those of its AccumulateGrads."""
        made, begun = self._all.made_since, self._moment.begun
        there = (self._moment.tensor(one) for one in self._all.drawn if one not in made or made[one] > begun)
        return tuple(tensor for tensor in there if tensor is not None)

    @cached_property
    def taken(self) -> tuple[int, ...]:
        """The tensors that come in: its ops take them, and they are drawn outside of it."""
        return tuple(self._all.taken.by(self._moment.begun))

    @cached_property
    def given(self) -> tuple[int, ...]:
        """The tensors that go out: ops drawn outside take them, or they have a name and came in or are left untaken."""
        return tuple(one.tensor for one in self._all.given if one.goes_out(self._moment.begun))

    @cached_property
    def leaves(self) -> tuple[Tensor, ...]:
        """The leaves that require grad which are in it or which its ops take."""
        there = map(self._moment.tensor, self._all.leaves.by(self._moment.begun))
        return tuple(one for one in there if one is not None and one.is_leaf and one.requires_grad)

    @cached_property
    def back(self) -> Part | None:
        """How many of the grad_fns that the backward call at work runs in it have run; None: it runs none of them."""
        if self._moment.call is None:
            return None
        begin, end = self._moment.call
        before, after = (self._all.runs_before(stamp) for stamp in (begin, end))
        done = self._all.runs_before(min(end, self._moment.begun))
        return Part(max(0, done - before), after - before) if after > before else None

    @property
    def executed(self) -> Part:
        """How many of its grad_fns some backward call has run, of those that are there."""
        begun = self._moment.begun
        return Part(self._all.executed.count(begun), self._all.grad_fns.count(begun))

    @property
    def kept(self) -> Kept:
        """What its grad_fns saved."""
        return kept_at(self._all.kept, self._moment.begun)

    @property
    def kept_by_all(self) -> Kept:
        """What all grad_fns of the run have saved."""
        return kept_at(self._moment.history.kept, self._moment.begun)

    @property
    def heaps(self) -> tuple[Heap, ...]:
        """What was saved, alike as one, the most bytes first; what is of leaves after the rest."""
        return self._all.heaps.at(self._moment.begun)
