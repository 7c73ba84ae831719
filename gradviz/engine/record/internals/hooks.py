"""The hooks on a tensor, by the names of their functions. Torch shows nobody those on a grad_fn."""

from collections.abc import Iterable

import torch

_HELD = {"register_hook": "_backward_hooks", "register_post_accumulate_grad_hook": "_post_accumulate_grad_hooks"}


def hooks_on(tensor: torch.Tensor) -> tuple[str, ...]:
    """Return the hooks as they were registered, in that order: "register_hook(clip)"."""
    return tuple(f"{how}({_called(hook)})" for how, held in _HELD.items() for hook in _held(tensor, held))


def _held(tensor: torch.Tensor, attribute: str) -> Iterable[object]:
    hooks: dict[int, object] = getattr(tensor, attribute, None) or {}
    return hooks.values()


def _called(function: object) -> str:
    named = getattr(function, "__qualname__", None)
    return (named if isinstance(named, str) else type(function).__qualname__).rpartition("<locals>.")[2]
