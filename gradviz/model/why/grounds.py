"""What the reasons for an absent .grad are read off: an index of a run, built once for all its tensors and moments."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise, zip_longest
from math import inf
from typing import NamedTuple

from gradviz.model.moments.moment import History, Moment
from gradviz.model.moments.reach import reachable
from gradviz.model.moments.ways import Ways
from gradviz.model.trace import NOTHING_LOST, BackwardCall, Op, Tensor, Trace
from gradviz.model.why.clearings import Clearings, LineRan, clearings, retainings
from gradviz.model.why.copies import Copy, copies
from gradviz.model.why.readouts import Readouts, readouts

Cutter = Op | Copy  # what left a graph behind


class Life(NamedTuple):
    """How long one state of a tensor stood, and what was before it."""

    begun: int  # the step at which the tensor was first seen
    end: float  # the step at which another state took its place; inf: none did
    granted: int | None  # the step of the last state before it that had a .grad


class Lives:
    """How long the states of each tensor stood, found when it is asked for."""

    def __init__(self, history: History) -> None:
        """Look at a run."""
        self._history = history
        self._found: dict[int, dict[int, Life]] = {}  # by tensor, and the step of the state

    def of(self, tensor: Tensor) -> Life:
        """Return how long a state of a tensor stood."""
        if tensor.id not in self._found:
            self._found[tensor.id] = _lives(self._history.tensors(tensor.id))
        return self._found[tensor.id][tensor.step]


class Cuts:
    """What cut tensors off from the graph, found when it is asked for."""

    def __init__(self, history: History) -> None:
        """Look at a run."""
        self._history, self._trace = history, history.trace
        self._found: dict[int, dict[int, Cutter]] = {}  # by the number of calls

    @cached_property
    def kept_out(self) -> dict[int, float]:
        """The tensors that require grad, or would but for the grad mode they were made in, and since which step."""
        return _kept_out(self._trace)

    @cached_property
    def _read(self) -> Readouts | None:
        return readouts(self._trace, [copy.line for copy in self._copies if copy.made is None])

    @cached_property
    def copied(self) -> dict[int, Copy]:
        """The tensors that were made of the numbers of others, of which no op tells."""
        return {one.made: one for one in self._copies if one.made is not None}

    @cached_property
    def _copies(self) -> list[Copy]:
        return copies(self._history)

    def before(self, calls: int) -> dict[int, Cutter]:
        """Return, for each tensor from which data, though no gradient, leads to a root, what cut it off."""
        if calls not in self._found:
            roots = self._trace.backwards[:calls]
            self._found = {calls: _cuts(self._history, roots, self._read, self._copies)}
        return self._found[calls]


class Grounds(NamedTuple):
    """A moment of a run with what it takes to say why a .grad was None then.

    Calls are given by their place in `trace.backwards`.
    """

    moment: Moment
    lives: Lives
    starts: list[int]  # the step of each backward call, ascending
    reached: dict[int, list[int]]  # grad_fn -> the calls whose roots lead to it, ascending
    returned: frozenset[int]  # calls that added nothing to any .grad: torch.autograd.grad
    sinks: dict[int | None, int]  # leaf -> its AccumulateGrad
    cuts: Cuts
    born: set[int]  # ops that only bring a tensor into the world
    clearings: dict[str | None, Clearings]
    retainings: dict[str, list[LineRan]]
    ways: Ways  # of the last backward call

    @property
    def trace(self) -> Trace:
        """The whole run."""
        return self.moment.trace

    def at(self, moment: Moment) -> "Grounds":
        """Return the same of another moment of the run."""
        return self._replace(moment=moment)

    def life(self, tensor: Tensor) -> Life:
        """How long a state of a tensor has stood."""
        life = self.lives.of(tensor)
        return life if life.end <= self.moment.begun else life._replace(end=inf)

    def calls_before(self, step: float) -> int:
        """How many backward calls there were before a step."""
        return min(bisect_left(self.starts, step), self.moment.calls)

    def retained_late(self, tensor: Tensor, after: int) -> int | None:
        """The line that called retain_grad() on a tensor after a step; None where one did before it too."""
        begun = self.lives.of(tensor).begun
        calls = [call for name in tensor.names for call in self.retainings.get(name, ()) if call.step >= begun]
        first = min(calls, default=None)
        return None if first is None or first.step < after else first.line

    def used_before(self, tensor: Tensor) -> int | None:
        """The line of the first op that took a leaf before its requires_grad was set; None where none did."""
        states = self.moment.states(tensor.id)
        flagged = next((two.step for one, two in pairwise(states) if two.requires_grad and not one.requires_grad), 0)
        taken = (op for op in self.trace.ops if flagged and op.step < flagged and op.phase == "forward")
        return next((op.line for op in taken if tensor.id in op.inputs and op.id not in self.born), None)

    def target(self, tensor: Tensor) -> int | None:
        """The grad_fn through which the gradient of a tensor would come."""
        if tensor.grad_fn is not None:
            return tensor.grad_fn
        sink = self.sinks.get(tensor.id)
        return None if sink is None or self.moment.grad_fn(sink) is None else sink

    def came_to(self, grad_fn: int, place: int) -> bool:
        """Whether a grad_fn has run since a backward call began; each that it leads to does, unless it raises."""
        steps = self.moment.history.flow.runs(grad_fn, self.moment.begun)
        return bool(steps) and steps[-1].id >= self.starts[place]

    def cut(self, tensor: Tensor) -> Cutter | None:
        """What cut a tensor off from every root so far."""
        return self.cuts.before(self.moment.calls).get(tensor.id)

    def is_kept_out(self, tensor: Tensor) -> bool:
        """Whether it requires grad, or would but for the grad mode it was made in."""
        since = self.cuts.kept_out.get(tensor.id)
        return since is not None and since <= self.moment.begun


def grounds(history: History) -> Grounds:
    """Return the index of a run at its end, in time linear in its record and in what its backward calls reached."""
    trace = history.trace
    return Grounds(
        history.end,
        Lives(history),
        [call.step for call in trace.backwards],
        _reached(trace),
        frozenset(place for place, call in enumerate(trace.backwards) if not call.accumulates),
        {grad_fn.variable: grad_fn.id for grad_fn in trace.grad_fns if grad_fn.variable is not None},
        Cuts(history),
        history.born,
        clearings(trace),
        retainings(trace),
        Ways(trace),
    )


def cut_off(op: Op) -> bool:
    """Whether autograd had something to record in an op of the forward run, and did not."""
    return op.phase == "forward" and bool(op.inputs) and op.why_unrecorded not in NOTHING_LOST


def differentiable(dtype: str) -> bool:
    """Whether tensors of a dtype can require grad."""
    return dtype.startswith(("float", "bfloat", "complex"))


def _lives(states: Sequence[Tensor]) -> dict[int, Life]:
    """How long each state of one tensor stood, by its step."""
    found: dict[int, Life] = {}
    granted: int | None = None
    for state, after in zip_longest(states, states[1:]):
        found[state.step] = Life(states[0].step, inf if after is None else after.step, granted)
        if state.grad is not None:
            granted = state.step
    return found


def _reached(trace: Trace) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, call in enumerate(trace.backwards):
        for grad_fn in reachable(trace.grad_fns, call.grad_fns):
            found.setdefault(grad_fn, []).append(place)
    return found


def _cuts(
    history: History, calls: Sequence[BackwardCall], read: Readouts | None, copied: list[Copy]
) -> dict[int, Cutter]:
    """Data followed back from every root; where a path without a cut leads to a tensor, that one counts."""
    leads: dict[int, Cutter | None] = {}
    lines: set[int | None] = set()  # on which something was made that leads to a root
    waiting, unread = sorted(calls, key=lambda call: call.step), [*copied]
    for op in reversed(history.trace.ops):
        while waiting and waiting[-1].step > op.step:
            leads.update(dict.fromkeys(root for root in waiting.pop().roots if root is not None))
        while unread and unread[-1].step > op.step:
            copy = unread.pop()
            if copy.made in leads or (copy.made is None and read is not None and read.goes_to(copy.line, lines)):
                _lead(leads, copy.given, copy)
        results = [leads[tensor] for tensor in op.outputs if tensor in leads]
        if read is not None and read.leads(op, lines):
            results = [op]
        elif results:
            lines.add(op.line)
        if op.phase != "forward" or not results or op.id in history.born:
            continue
        _pass(leads, op, op if cut_off(op) else None if None in results else results[0])
    return {tensor: cut for tensor, cut in leads.items() if cut is not None}


def _pass(leads: dict[int, Cutter | None], op: Op, cut: Cutter | None) -> None:
    """Note that what an op took leads to a root."""
    for tensor in op.inputs:
        if tensor in op.outputs and op.why_unrecorded == "detach":
            leads[tensor] = op  # detach_(): what it was before has no way on through what it is now
        elif cut is not op or tensor not in op.outputs:  # what it changes in place keeps the way that it had
            _lead(leads, (tensor,), cut)


def _lead(leads: dict[int, Cutter | None], tensors: Iterable[int], cut: Cutter | None) -> None:
    """Note that tensors lead to a root, through a cut or, as one that is there already may tell, without."""
    for tensor in tensors:
        leads[tensor] = cut if leads.get(tensor, cut) is not None else None


def _kept_out(trace: Trace) -> dict[int, float]:
    """The stamp since which each is."""
    found: dict[int, float] = {}
    for state in (*trace.past, *trace.tensors):
        if state.requires_grad:
            found.setdefault(state.id, state.step)
    for op in trace.ops:
        if op.why_unrecorded in ("no_grad", "inference"):
            since = max(op.step + 1, min((found.get(tensor, inf) for tensor in op.inputs), default=inf))
            if since < inf:
                made = (tensor for tensor in op.outputs if differentiable(trace.tensors[tensor].dtype))
                found.update((tensor, min(since, found.get(tensor, inf))) for tensor in made)
    return found
