"""A run indexed by step, and a moment of it: what each tensor and grad_fn was then, looked up and never rebuilt.

The index is built once for a run, in time linear in its record. A look at any step then costs what is looked at, not
what was run. Whatever stamps a hostile run has, a look-up finds a state of the record or none.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import inf
from operator import attrgetter
from typing import NamedTuple, TypeVar

from gradviz.model.births import births
from gradviz.model.calls import calls
from gradviz.model.flow import Passed, flow
from gradviz.model.moments.drawnops import drawn_as, drawn_ops
from gradviz.model.moments.held import Bindings, bindings
from gradviz.model.moments.hooked import Hooks, hooks
from gradviz.model.moments.hookedsteps import HookedSteps, hooked_steps
from gradviz.model.moments.kept import Kept, Timeline, kept
from gradviz.model.moments.offenders import Offenders, offenders
from gradviz.model.moments.reach import frees
from gradviz.model.moments.savers import Keepers, keepers
from gradviz.model.moments.settling import Settling, settling
from gradviz.model.moments.versions import Versions, versions
from gradviz.model.moments.zeros import Arrival, arrivals
from gradviz.model.trace import COPY_SLICES, DETACH_, INSIDE, SCRIPTED, GradFn, Op, Saved, Step, Tensor, Trace, Value

State = TypeVar("State", Tensor, GradFn)
_STAMP = attrgetter("step")


class History:
    """A whole run, with every state of every tensor and grad_fn in order."""

    def __init__(self, trace: Trace) -> None:
        """Index a run."""
        self.trace = trace
        self.flow = flow(trace)
        self._tensors = _states(trace.past, trace.tensors)
        self._grad_fns = _states(trace.past_grad_fns, trace.grad_fns)
        self._starts = [call.step for call in trace.backwards]

    @property
    def end(self) -> "Moment":
        """The run as it ended."""
        return Moment(self, inf, len(self.trace.backwards))

    def at(self, number: int) -> "Moment":
        """Return the run as it was after step `number`; the first is 0, and beyond the last it is the end.

        What an op did is written down when the next step begins, so a state holds from the step before its stamp.
        """
        number = self._settling.settled(number)
        if number >= len(self.trace.steps) - 1:
            return self.end
        calls = bisect_right(self._starts, number + 1)
        return Moment(self, number + 1, calls, calls > 0 and number < self._ends[calls - 1])

    def tensors(self, number: int) -> Sequence[Tensor]:
        """Return every state of a tensor that is written down, by stamp. In between its version may move on."""
        return self._tensors.get(number) or (self.trace.tensors[number],)

    def grad_fns(self, number: int) -> Sequence[GradFn]:
        """Return every state of a grad_fn, by stamp."""
        return self._grad_fns.get(number) or (self.trace.grad_fns[number],)

    @cached_property
    def turns(self) -> list[float]:
        """The stamps from which on another backward call is the last, or the last one is over; ascending."""
        return sorted({*self._starts, *(end + 1 for end in self._ends)})

    @cached_property
    def offenders(self) -> Offenders:
        """Where nan and inf began."""
        return offenders(self.trace, self.hooked_steps)

    @cached_property
    def arrivals(self) -> dict[int, list[Arrival]]:
        """What came to each AccumulateGrad, and where it became 0 if it did."""
        return arrivals(self.trace, self.hooked_steps)

    @cached_property
    def born(self) -> set[int]:
        """The ops that only bring a tensor into the world."""
        return births(self.trace)

    @cached_property
    def inside(self) -> dict[int, int]:
        """For each op that ran inside another, that one."""
        return calls(self.trace)

    @cached_property
    def minor(self) -> set[int]:
        """The ops that are no step of a person's: neither drawn nor stopped at."""
        return self.born.union(self.inside)

    @cached_property
    def drawn_ops(self) -> list[Op]:
        """The ops that are drawn as themselves."""
        return drawn_ops(self.trace, self.minor)

    @cached_property
    def drawn_as(self) -> dict[int, int]:
        """For each op that is drawn, as itself or as a part of another, the one that is drawn."""
        return drawn_as(self.drawn_ops, self.inside)

    @cached_property
    def bindings(self) -> Bindings:
        """What the names of the program held."""
        return bindings(self.trace)

    @cached_property
    def hooks(self) -> Hooks:
        """The hooks of the program, by what they act on."""
        return hooks(self.trace)

    @cached_property
    def hooked_steps(self) -> HookedSteps:
        """What hooks changed before and after each execution of a grad_fn."""
        return hooked_steps(self.trace)

    @cached_property
    def makers(self) -> dict[int, int]:
        """The op that made each grad_fn."""
        return {op.grad_fn: op.id for op in self.trace.ops if op.grad_fn is not None}

    @cached_property
    def sinks(self) -> dict[int, int]:
        """The first AccumulateGrad of each leaf."""
        return {one.variable: one.id for one in reversed(self.trace.grad_fns) if one.variable is not None}

    @cached_property
    def storages(self) -> dict[int, list[int]]:
        """The tensors that ever used each storage, by id."""
        found: dict[int, list[int]] = {}
        for tensor in self.trace.tensors:
            for storage in {state.storage: None for state in self.tensors(tensor.id)}:
                found.setdefault(storage, []).append(tensor.id)
        return found

    @cached_property
    def versions(self) -> Versions:
        """The version counters."""
        return versions(self.trace)

    @cached_property
    def savers(self) -> dict[int, Keepers]:
        """Which grad_fns saved each tensor."""
        return keepers(self._nodes(), lambda saved: saved.tensor)

    @cached_property
    def keepers(self) -> dict[int, Keepers]:
        """Which grad_fns rely on each version counter."""
        counters = self.versions.counters

        def counter(saved: Saved) -> int | None:
            return None if saved.version is None or saved.tensor is None else counters[saved.tensor]

        return keepers(self._nodes(), counter)

    @cached_property
    def harmed(self) -> dict[int, float]:
        """The stamp from which on backward would refuse something that a grad_fn saved, of those of which it would."""
        found: dict[int, float] = {}
        for states in self._nodes():
            for state in states:
                gone = (
                    state.step if one.state == "freed" else min(self.versions.moved(one), _stamp(self.cut(state, one)))
                    for one in state.saved
                )
                since = max(state.step, min(gone, default=inf))
                if since < found.get(state.id, inf):
                    found[state.id] = since
        return found

    def cut(self, grad_fn: GradFn, saved: Saved) -> Op | None:
        """Return the detach_() by which a tensor that a grad_fn had saved lost its own, so that torch refuses it.

        A leaf has none to lose, and what a grad_fn made itself needs none.
        """
        for op in () if saved.tensor is None else self._detachings.get(saved.tensor, ()):
            states = self.tensors(saved.tensor or 0)
            before = states[max(bisect_right(states, op.step, key=_STAMP) - 1, 0)]
            is_own = any(state.grad_fn == grad_fn.id for state in states)
            if op.step >= grad_fn.step and before.grad_fn is not None and not is_own:
                return op
        return None

    @cached_property
    def _detachings(self) -> dict[int, list[Op]]:
        found: dict[int, list[Op]] = {}
        for op in self.trace.ops:
            if op.name == DETACH_ and op.outputs:
                found.setdefault(op.outputs[0], []).append(op)
        return found

    @cached_property
    def unseen(self) -> tuple[int, ...]:
        """Each grad_fn of which nobody knows what it saved: a scripted one, and a CopySlices with such a one inside."""
        closed = (one for one in self.trace.grad_fns if one.name in (COPY_SLICES, SCRIPTED))
        return tuple(one.id for one in closed if INSIDE not in (one.settings or {}))

    @cached_property
    def owned(self) -> set[int]:
        """The storages of leaves that require grad."""
        return {one.storage for one in self.trace.tensors if one.is_leaf and one.requires_grad}

    @cached_property
    def kept(self) -> Timeline[Kept]:
        """What all grad_fns saved."""
        return kept(self._nodes(), self.owned)

    @cached_property
    def saves_unseen(self) -> bool:
        """Whether a grad_fn saved what is no tensor that the program sees: a Python number, or what a hook packed."""
        return any(saved.tensor is None for grad_fn in self.trace.grad_fns for saved in grad_fn.saved)

    @cached_property
    def frees(self) -> dict[int, int]:
        """The place of the backward call that freed what each grad_fn saved."""
        return frees(self.trace)

    @cached_property
    def passing(self) -> dict[int, list[tuple[int, Step]]]:
        """The grad_fns that passed something along an edge to the first output of each, with their executions."""
        found: dict[int, list[tuple[int, Step]]] = {}
        for step in self.trace.steps:
            if step.kind == "backward" and step.grad_fn is not None:
                for target, output in dict.fromkeys(self.trace.grad_fns[step.grad_fn].next):
                    if target is not None and output == 0:
                        found.setdefault(target, []).append((step.grad_fn, step))
        return found

    def _nodes(self) -> Iterator[Sequence[GradFn]]:
        return (self.grad_fns(number) for number in range(len(self.trace.grad_fns)))

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The stamps between which each backward call runs grad_fns."""
        return list(zip(self._starts, (end + 1 for end in self._ends), strict=True))

    @cached_property
    def _ends(self) -> list[int]:
        """The last step at which each backward call ran a grad_fn; -1 where it ran none."""
        ends = [-1] * len(self._starts)
        for step in self.trace.steps:
            if step.kind in ("backward", "accumulate"):
                place = bisect_right(self._starts, step.id) - 1
                if place >= 0:
                    ends[place] = step.id
        return ends

    @cached_property
    def _settling(self) -> Settling:
        return settling(self.trace)


class Moment(NamedTuple):
    """A run as it was at one step."""

    history: History
    begun: float  # what is stamped with this step or an earlier one holds; inf: the end of the run
    calls: int  # backward calls that have begun
    under_way: bool = False  # in the middle of the last of them

    @property
    def trace(self) -> Trace:
        """The whole run."""
        return self.history.trace

    @property
    def call(self) -> tuple[int, int] | None:
        """The stamps between which the backward call that is under way runs grad_fns; None: none is."""
        return self.history.spans[self.calls - 1] if self.under_way else None

    @property
    def is_end(self) -> bool:
        """Whether it is the end of the run."""
        return self.begun == inf

    def tensor(self, number: int) -> Tensor | None:
        """Return a tensor as it was then; None: it was not there."""
        states = self.history.tensors(number)
        if states[-1].step <= self.begun:
            return states[-1]
        place = bisect_right(states, self.begun, key=_STAMP)
        return self.history.versions.standing(states[place - 1], states[place], self.begun) if place else None

    def grad_fn(self, number: int) -> GradFn | None:
        """Return a grad_fn as it was then; None: it was not there."""
        return latest(self.history.grad_fns(number), self.begun)

    def known_tensor(self, number: int) -> Tensor:
        """Return a tensor as it was then; where it was not there, as it was first."""
        return self.tensor(number) or self.history.tensors(number)[0]

    def known_grad_fn(self, number: int) -> GradFn:
        """Return a grad_fn as it was then; where it was not there, as it was first."""
        return self.grad_fn(number) or self.history.grad_fns(number)[0]

    def ran(self, op: Op) -> bool:
        """Whether an op had run."""
        return op.step + 1 <= self.begun

    def made(self, grad_fn: int) -> Op | None:
        """Return the op that made a grad_fn, where it had run."""
        number = self.history.makers.get(grad_fn)
        return None if number is None or not self.ran(self.trace.ops[number]) else self.trace.ops[number]

    def states(self, number: int) -> Sequence[Tensor]:
        """Return the states of a tensor up to then, by stamp."""
        states = self.history.versions.all_of(self.history.tensors(number))
        return states if self.is_end else states[: bisect_right(states, self.begun, key=_STAMP)]

    def runs(self, grad_fn: int) -> Sequence[Step]:
        """Return the executions of a grad_fn so far."""
        return self.history.flow.runs(grad_fn, self.begun)

    def savings(self, tensor: int) -> Iterator[tuple[GradFn, Saved]]:
        """Yield the grad_fns that had saved a tensor, each with what it saved."""
        keepers = self.history.savers.get(tensor)
        for grad_fn in self._there(() if keepers is None else keepers.grad_fns):
            yield from ((grad_fn, saved) for saved in grad_fn.saved if saved.tensor == tensor)

    def relying(self, tensor: int) -> Iterator[tuple[GradFn, Saved]]:
        """Yield the grad_fns for which the version of a tensor must not move on, each with what it keeps."""
        counters = self.history.versions.counters
        own = counters[tensor]
        keepers = self.history.keepers.get(own)
        for grad_fn in self._there(() if keepers is None else keepers.since(self.begun)):
            for saved in grad_fn.saved:
                relies = saved.state == "kept" and saved.version is not None
                if relies and saved.tensor is not None and counters[saved.tensor] == own:
                    yield grad_fn, saved

    def _there(self, grad_fns: Iterable[int]) -> Iterator[GradFn]:
        """What was there of some grad_fns, which are given by id: ids are given out as the run goes on."""
        for number in grad_fns:
            grad_fn = self.grad_fn(number)
            if grad_fn is None:
                return
            yield grad_fn

    @property
    def offenders(self) -> Offenders:
        """Where nan and inf had begun."""
        forward, backward = self.history.offenders
        return Offenders(
            tuple(one for one in forward if one.step < self.begun),
            tuple(one for one in backward if one.step < self.begun),
        )

    def gradient(self, passed: Passed) -> Value | None:
        """Return the gradient that had last passed there; None: none had."""
        return self.history.flow.gradient(passed, self.begun)


def latest(states: Sequence[State], begun: float) -> State | None:
    """Return the last of some states that holds at a moment."""
    if states[-1].step <= begun:
        return states[-1]
    place = bisect_right(states, begun, key=_STAMP)
    return states[place - 1] if place else None


def _states(past: Iterable[State], last: Sequence[State]) -> dict[int, list[State]]:
    """All states of what has more than one, by stamp; of equal stamps the one written down later is later."""
    found: dict[int, list[State]] = {}
    for state in past:
        found.setdefault(state.id, []).append(state)
    for number, states in found.items():
        states.append(last[number])
        states.sort(key=_STAMP)
    return found


def _stamp(op: Op | None) -> float:
    """From which on what an op did holds; inf: there is none."""
    return inf if op is None else op.step + 1
