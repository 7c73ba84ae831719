"""A run indexed by step, and a moment of it: what each tensor and grad_fn was then, looked up and never rebuilt.

The index is built once for a run, in time linear in its record. A look at any step then costs what is looked at, not
what was run. Whatever stamps a hostile run has, a look-up finds a state of the record or none.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from math import inf
from operator import attrgetter
from typing import NamedTuple, TypeVar

from gradviz.model.births import births
from gradviz.model.flow import Passed, flow
from gradviz.model.moments.held import Bindings, bindings
from gradviz.model.moments.offenders import Offenders, offenders
from gradviz.model.trace import GradFn, Op, Tensor, Trace, Value

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
        Where torch itself goes on with an op's result (it detaches the copy that it saves), the ops are written down
        together and are one moment here too.
        """
        number = self._settled(number)
        if number >= len(self.trace.steps) - 1:
            return self.end
        calls = bisect_right(self._starts, number + 1)
        return Moment(self, number + 1, calls, calls > 0 and number < self._ends[calls - 1])

    def tensors(self, number: int) -> Sequence[Tensor]:
        """Return every state of a tensor, by stamp."""
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
        return offenders(self.trace)

    @cached_property
    def born(self) -> set[int]:
        """The ops that only bring a tensor into the world."""
        return births(self.trace)

    @cached_property
    def bindings(self) -> Bindings:
        """What the names of the program held."""
        return bindings(self.trace)

    @cached_property
    def makers(self) -> dict[int, int]:
        """The op that made each grad_fn."""
        return {op.grad_fn: op.id for op in self.trace.ops if op.grad_fn is not None}

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
    def _late(self) -> tuple[list[int], list[int]]:
        """The steps of ops whose results were written down later, and the latest such time so far."""
        written: dict[int, int] = {}
        for state in (*self.trace.past, *self.trace.tensors):
            if state.made_by is not None:
                written[state.made_by] = min(state.step, written.get(state.made_by, state.step))
        steps: list[int] = []
        until: list[int] = []
        for op in self.trace.ops:
            settled = written.get(op.id, 0) - 1
            if settled > max(op.step, until[-1] if until else 0):
                steps.append(op.step)
                until.append(settled)
        return steps, until

    def _settled(self, number: int) -> int:
        """The first step, `number` or later, at which all that the ops so far made is written down."""
        steps, until = self._late
        while True:
            place = bisect_right(steps, number)
            if not place or until[place - 1] <= number:
                return number
            number = until[place - 1]


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
    def is_end(self) -> bool:
        """Whether it is the end of the run."""
        return self.begun == inf

    def tensor(self, number: int) -> Tensor | None:
        """Return a tensor as it was then; None: it was not there."""
        return latest(self.history.tensors(number), self.begun)

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
