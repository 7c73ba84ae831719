"""When leaves were given gradients, and which ops took those to change the leaves: optimizers, and updates by hand."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import attrgetter

from gradviz.model.moments.moment import History
from gradviz.model.moments.offenders import is_nought
from gradviz.model.trace import Op, Step, Tensor, Trace

Updates = Mapping[int, Sequence[Op]]  # by leaf, in order
_STAMP = attrgetter("step")


def updates_of(history: History) -> Updates:
    """Return the ops of the forward run that took the .grad of each leaf on a line that changed the leaf."""
    owners = grad_owners(history.trace)
    found: dict[int, list[Op]] = defaultdict(list)
    for op in history.trace.ops if owners else ():
        if op.phase == "forward":
            for leaf in {owners[tensor] for tensor in op.inputs if tensor in owners}:
                if _is_changed_by(history, leaf, op):
                    found[leaf].append(op)
    return found


def grad_owners(trace: Trace) -> dict[int, int]:
    """Return the leaf of each tensor that was seen as a .grad."""
    states = (*trace.past, *trace.tensors)
    return {state.grad_tensor: state.id for state in states if state.grad_tensor is not None}


def _is_changed_by(history: History, leaf: int, op: Op) -> bool:
    """Whether the next change of a leaf is on the line of an op, which may have read its .grad for another reason."""
    moves = history.versions.moves.get(history.versions.counters[leaf])
    place = 0 if moves is None else bisect_right(moves.steps, op.step)
    by = None if moves is None or place == len(moves.steps) else moves.made_by[place]
    return by is not None and history.trace.ops[by].line == op.line


def arrivals(history: History, leaf: int) -> Sequence[Step]:
    """The executions of the AccumulateGrad of a leaf."""
    sink = history.sinks.get(leaf)
    return () if sink is None else history.flow.runs(sink)


def standing(history: History, leaf: int, step: int) -> Tensor | None:
    """A leaf as it was when a step began; None: it was not there."""
    states = history.tensors(leaf)
    place = bisect_right(states, step, key=_STAMP)
    return states[place - 1] if place else None


def with_grad(history: History, leaf: int, step: int) -> Tensor | None:
    """A leaf as it was when a step began, where it had a .grad then, of more than noughts."""
    state = standing(history, leaf, step)
    return None if state is None or state.grad is None or is_nought(state.grad) else state
