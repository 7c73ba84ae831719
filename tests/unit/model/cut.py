"""A run as it stood at one step as a record of its own: the trace cut off there. It takes time linear in the run.

The oracle of what model/moments/moment.py looks up.
"""

from collections.abc import Iterable, Iterator
from itertools import count, takewhile
from typing import TypeVar

from gradviz.model.moments.moment import History
from gradviz.model.references import WHOLE
from gradviz.model.rules import broken
from gradviz.model.trace import GradFn, Hook, Tensor, Trace

State = TypeVar("State", Tensor, GradFn)


def at_step(trace: Trace, number: int) -> Trace:
    """Return the trace as it was after step `number`; the first is 0, and beyond the last is the whole."""
    number = _settled(trace, number)
    if number >= len(trace.steps) - 1:
        return trace
    begun = number + 1
    calls = tuple(call for call in trace.backwards if call.step <= begun)
    tensors, past = _at(begun, _states(trace))
    grad_fns, past_grad_fns = _at(begun, (*trace.past_grad_fns, *trace.grad_fns))
    moment = trace._replace(
        tensors=tensors,
        past=past,
        grad_fns=grad_fns,
        past_grad_fns=past_grad_fns,
        ops=tuple(op for op in trace.ops if op.step <= number),
        steps=trace.steps[:begun],
        backwards=calls,
        hooks=tuple(_hook(hook, begun) for hook in trace.hooks if hook.step <= begun),
        hook_calls=tuple(call for call in trace.hook_calls if call.step <= begun),
        error=None,
        caught=(),
        limits=None,
    )
    # The stamps of a hostile run may make no sense: it is shown whole.
    return moment if next(broken(moment, WHOLE), None) is None else trace


def _hook(hook: Hook, begun: int) -> Hook:
    return hook if hook.removed is None or hook.removed <= begun else hook._replace(removed=None)


def _states(trace: Trace) -> Iterator[Tensor]:
    """Every state of every tensor, also those that its version counter alone tells."""
    history = History(trace)
    for tensor in trace.tensors:
        yield from history.versions.all_of(history.tensors(tensor.id))


def _settled(trace: Trace, number: int) -> int:
    """The first step, `number` or later, at which all that the ops so far made is written down."""
    written = _written(trace)
    for op in trace.ops:
        if op.step > number:
            break
        number = max(number, written.get(op.id, 0) - 1)
    return number


def _written(trace: Trace) -> dict[int, int]:
    """The step at which each op's results were first stamped."""
    written: dict[int, int] = {}
    for state in (*trace.past, *trace.tensors):
        if state.made_by is not None:
            written[state.made_by] = min(state.step, written.get(state.made_by, state.step))
    return written


def _at(begun: int, states: Iterable[State]) -> tuple[tuple[State, ...], tuple[State, ...]]:
    """Of each id the last state stamped `begun` at most, and those it superseded.

    Ids are given out as the run goes on: those that have a state are the first ones, up to the first gap.
    """
    latest: dict[int, State] = {}
    past: list[State] = []
    for state in sorted(states, key=lambda state: state.step):
        if state.step <= begun:
            if state.id in latest:
                past.append(latest[state.id])
            latest[state.id] = state
    known = tuple(latest[number] for number in takewhile(latest.__contains__, count()))
    return known, tuple(state for state in past if state.id < len(known))
