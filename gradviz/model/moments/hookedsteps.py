"""The calls of hooks by the executions of grad_fns: what changed a gradient before one ran, and after it had.

Only those that are given gradients on their way: a hook on a module sees those of several grad_fns.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gradviz.model.trace import HookCall, Step, Trace, Value


class HookedSteps(NamedTuple):
    """The calls of hooks for each execution of a grad_fn, by the id of the step."""

    before: Mapping[int, Sequence[HookCall]] = {}  # given what came to it
    after: Mapping[int, Sequence[HookCall]] = {}  # given what it passes on

    def came(self, step: Step) -> tuple[Value | None, ...]:
        """What came to the grad_fn before hooks changed that, as far as the first of them was given all of it."""
        calls = self.before.get(step.id)
        return calls[0].before if calls and len(calls[0].before) == len(step.arrived) else step.arrived

    def passed(self, step: Step) -> tuple[Value | None, ...]:
        """What the grad_fn itself passed on, which hooks on it may have changed then."""
        calls = self.after.get(step.id)
        return calls[0].before if calls else step.left


def hooked_steps(trace: Trace) -> HookedSteps:
    """Index the calls of hooks, in time linear in the steps."""
    if not trace.hook_calls:
        return HookedSteps()
    given = {hook.id: hook.given for hook in trace.hooks if hook.module is None}
    before, after = (
        _by_step(trace, (call for call in trace.hook_calls if given.get(call.hook) == what))
        for what in ("∂", "grad_inputs")
    )
    return HookedSteps(before, after)


def _by_step(trace: Trace, calls: Iterable[HookCall]) -> dict[int, list[HookCall]]:
    waiting: defaultdict[int | None, deque[HookCall]] = defaultdict(deque)
    for call in calls:
        waiting[call.grad_fn].append(call)
    found: defaultdict[int, list[HookCall]] = defaultdict(list)
    for step in trace.steps:
        own = waiting.get(step.grad_fn) if step.kind in ("backward", "accumulate") else None
        while own and own[0].step <= step.id + 1:  # a call is stamped with the step that follows it
            found[step.id].append(own.popleft())
    return found
