"""The hooks of a program by what they act on: tensors, and the grad_fns to which the gradients come that they see."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from gradviz.model.trace import GradFn, Hook, HookCall, Trace

_STAMP = attrgetter("step")


class Hooked(NamedTuple):
    """A hook as it was at a moment."""

    hook: Hook
    calls: Sequence[HookCall]  # that had come
    is_removed: bool

    @property
    def is_forward(self) -> bool:
        """Whether it runs in forward, where it is given no gradients and no call of it is told."""
        return "forward" in self.hook.how


class Hooks(NamedTuple):
    """All hooks of a run, with their calls in order."""

    hooks: Sequence[Hook]
    calls: Sequence[Sequence[HookCall]]
    by_tensor: dict[int, list[int]]
    # By what they are on, or the grad_fn of their tensor when they were registered, and by those they ran for.
    by_grad_fn: dict[int, list[int]]

    def on_tensor(self, tensor: int, begun: float) -> Iterator[Hooked]:
        """Yield the hooks that had been registered on a tensor; of a leaf on its AccumulateGrad too."""
        return self._there(self.by_tensor.get(tensor, ()), begun)

    def on_grad_fn(self, grad_fn: GradFn, begun: float) -> Iterator[Hooked]:
        """Yield the hooks that act on what comes to a grad_fn, with AccumulateGrad those on its leaf."""
        return self._there(self._of(grad_fn), begun)

    def on_module(self, path: str, begun: float) -> Iterator[Hooked]:
        """Yield the hooks that had been registered on a module, or on one that it is in."""
        around = (number for number, hook in enumerate(self.hooks) if f"{path}.".startswith(f"{hook.module}."))
        return self._there(around, begun)

    def within(self, nodes: Iterable[tuple[GradFn | None, int | None, str | None]], begun: float) -> Iterator[Hooked]:
        """Yield the hooks on any of some grad_fns, tensors and modules, each once."""
        found = set[int]()
        modules = set[str | None]()
        for grad_fn, tensor, module in nodes:
            found.update(() if grad_fn is None else self._of(grad_fn))
            found.update(() if tensor is None else self.by_tensor.get(tensor, ()))
            modules.add(module)
        found.update(hook.id for hook in self.hooks if hook.module is not None and hook.module in modules)
        return self._there(found, begun)

    def times(self, grad_fn: GradFn | None, tensor: int | None) -> Iterator[float]:
        """The stamps from which on something else holds of the hooks that act on a grad_fn or a tensor."""
        found = set(() if grad_fn is None else self._of(grad_fn))
        found.update(() if tensor is None else self.by_tensor.get(tensor, ()))
        for number in found:
            hook = self.hooks[number]
            yield hook.step
            yield from (call.step for call in self.calls[number])
            if hook.removed is not None:
                yield hook.removed

    def _of(self, grad_fn: GradFn) -> Iterable[int]:
        own = self.by_grad_fn.get(grad_fn.id, [])
        return own if grad_fn.variable is None else {*own, *self.by_tensor.get(grad_fn.variable, [])}

    def _there(self, numbers: Iterable[int], begun: float) -> Iterator[Hooked]:
        for number in sorted(numbers):
            hook, calls = self.hooks[number], self.calls[number]
            if hook.step <= begun:
                came = calls[: bisect_right(calls, begun, key=_STAMP)]
                yield Hooked(hook, came, hook.removed is not None and hook.removed <= begun)


def hooks(trace: Trace) -> Hooks:
    """Index the hooks of a run."""
    calls: list[list[HookCall]] = [[] for _ in trace.hooks]
    by_tensor: defaultdict[int, list[int]] = defaultdict(list)
    by_grad_fn: defaultdict[int, list[int]] = defaultdict(list)
    for call in trace.hook_calls:
        calls[call.hook].append(call)
    for hook in trace.hooks:
        on = hook.tensor
        if on is None and hook.grad_fn is not None:
            on = trace.grad_fns[hook.grad_fn].variable
        if on is not None:
            by_tensor[on].append(hook.id)
        acts = [hook.grad_fn, *(call.grad_fn for call in calls[hook.id])]
        for grad_fn in dict.fromkeys(acts):
            if grad_fn is not None:
                by_grad_fn[grad_fn].append(hook.id)
    return Hooks(trace.hooks, calls, by_tensor, by_grad_fn)
