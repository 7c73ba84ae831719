"""The hooks of a program: by which names they go, and what stands where torch keeps one that runs in backward."""

import copy
from collections.abc import Callable, Iterator
from inspect import getclosurevars
from types import FunctionType
from typing import NamedTuple

import torch

from gradviz.engine.record.internals.entries import Function, Held

_POST = "register_post_accumulate_grad_hook"
_HELD = {"register_hook": "_backward_hooks", _POST: "_post_accumulate_grad_hooks"}
_MULTI = "register_multi_grad_hook"
KEPT = "_register_hook"  # through which both register_hook and register_prehook of a grad_fn come


class Named(NamedTuple):
    """A hook by what registered it, and the name of its function."""

    how: str
    function: str


def hooks_on(tensor: torch.Tensor) -> Iterator[Named]:
    """Yield the hooks on a tensor in the order in which they were registered. Torch shows nobody those on a grad_fn."""
    for how, attribute in _HELD.items():
        held: dict[int, object] = getattr(tensor, attribute, None) or {}
        yield from (named(how, hook) for hook in held.values())


def named(how: str, hook: object) -> Named:
    """Return a hook by its names: of one that torch has made for many tensors that of the program."""
    if isinstance(hook, FunctionType) and hook.__globals__ is vars(torch.autograd.graph):
        how, hook = _MULTI, getclosurevars(hook).nonlocals.get("fn", hook)
    name = getattr(hook, "__qualname__", None)
    return Named(how, (name if isinstance(name, str) else type(hook).__qualname__).rpartition("<locals>.")[2])


def gradients(how: str, given: tuple[object, ...]) -> object:
    """Return the gradients among what a hook is called with: a tensor, None, or several of them."""
    first = given[0]
    if isinstance(first, torch.nn.Module):
        return given[1]
    return first.grad if how == _POST and isinstance(first, torch.Tensor) else first


def is_ours(hook: object) -> bool:
    """Whether it is by a hook of the recorder's that this looks on."""
    return type(hook) is FunctionType and str(hook.__module__).startswith("gradviz.")


def put_ours_last(held: Held) -> None:
    """Have the recorder's run after all others on a grad_fn, to which a hook came while backward goes on."""
    for number in [number for number, hook in held.items() if is_ours(hook)]:
        held[number] = held.pop(number)


class WatchedHook:
    """Stands where torch keeps a hook that runs in backward, and is that hook for whoever looks."""

    __slots__ = ("_run", "hook", "how", "number")

    def __init__(self, how: str, hook: Function, run: "Run", number: int | None = None) -> None:
        """Stand in for a hook.

        Args:
            how: what registers it.
            hook: it.
            run: calls it with what it is given, and returns what it returns.
            number: of its record, once it has one.
        """
        self.how = how
        self.hook = hook
        self._run = run
        self.number = number

    def __call__(self, *given: object) -> object:
        """Run the hook."""
        return self._run(self, given)

    def __getattr__(self, name: str) -> object:
        """What torch asks of a hook: its name, and whether it may be left out where a tensor is saved."""
        return getattr(self.hook, name)

    def __repr__(self) -> str:
        """What torch's warnings call it."""
        return repr(self.hook)

    def __eq__(self, other: object) -> bool:
        """Be found by a program that looks for the hook among those of a module."""
        return self.hook == (other.hook if isinstance(other, WatchedHook) else other)

    def __hash__(self) -> int:
        """Be found in a set of hooks."""
        return hash(self.hook)

    @property
    def __class__(self) -> type:
        """What isinstance() goes by: that of the hook."""
        return type(self.hook)

    @__class__.setter
    def __class__(self, _: type) -> None:
        raise TypeError("the class of a hook stays as it is")

    def __deepcopy__(self, memo: dict[int, object]) -> "WatchedHook":
        """Go with a copy of the module that it is on."""
        return WatchedHook(self.how, copy.deepcopy(self.hook, memo), self._run, self.number)

    def __reduce__(self) -> tuple[object, ...]:
        """Be saved as the hook itself."""
        return _itself, (self.hook,)


Run = Callable[[WatchedHook, tuple[object, ...]], object]


def _itself(hook: object) -> object:
    return hook
