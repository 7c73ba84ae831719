"""Composite operators that torch makes of other ones while a dispatch mode is on: here they take their usual way.

reshape() of what is not contiguous makes a ReshapeAliasBackward0, ctc_loss() of lengths in tensors a grad_fn that takes
numbers, and linear() of what is not contiguous adds its bias in place, but for kinds of tensors that replace what
operators do. Torch counts every tensor among those as long as any dispatch mode is on, and so a recorded program would
have another graph than the program itself.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.autograd import forward_ad

from gradviz.engine.record.internals.guards import run_unasked, untyped, unwatched
from gradviz.engine.record.internals.reader import has_own_dispatch

_aten: Any = torch.ops.aten
_ROWS = 2  # dimensions of what torch multiplies and adds to at once
_make_library: Any = torch.library.Library


def replace_composites() -> Callable[[], None]:
    """Put the usual ways in force for plain tensors that autograd looks at; returns what undoes it."""
    library: Any = _make_library("aten", "IMPL")
    kernels: list[tuple[str, Callable[..., torch.Tensor]]] = [("reshape", _reshape), ("flatten.using_ints", _flatten)]
    kernels += [("ctc_loss.Tensor", _ctc_loss), ("linear", _linear)]
    for name, kernel in kernels:
        library.impl(name, _unasked(kernel), "AutogradCPU")
    undo: Callable[[], None] = library._destroy
    return undo


def _unasked(kernel: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    return lambda *args: run_unasked(kernel, args, {})


def _reshape(tensor: torch.Tensor, shape: Sequence[int]) -> torch.Tensor:
    if tensor.is_contiguous() or not _is_plain(tensor):
        return _usual(_aten.reshape.default, tensor, shape)
    with unwatched():
        try:
            alias = tensor.view(shape)
        except RuntimeError:  # it takes a copy
            alias = None
    if alias is None:
        return _usual(_aten.reshape.default, tensor, shape)
    result: torch.Tensor = _aten._reshape_alias(tensor, alias.shape, alias.stride())
    return result


def _flatten(tensor: torch.Tensor, start_dim: int = 0, end_dim: int = -1) -> torch.Tensor:
    """Torch's own goes to reshape past the dispatcher."""
    dims = tensor.dim()
    start, end = (dim + dims if dim < 0 else dim for dim in (start_dim, end_dim))
    if tensor.is_contiguous() or not 0 <= start < end < dims or not _is_plain(tensor):
        return _usual(_aten.flatten.using_ints, tensor, start_dim, end_dim)
    sizes = tensor.shape
    return _reshape(tensor, (*sizes[:start], math.prod(sizes[start : end + 1]), *sizes[end + 1 :]))


def _linear(tensor: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    is_usual = bias is None or tensor.dim() == _ROWS or tensor.is_contiguous() or forward_ad._current_level >= 0
    if is_usual or bias is None or not all(map(_is_plain, (tensor, weight, bias))):
        return _usual(_aten.linear.default, tensor, weight, bias)
    return torch.matmul(tensor, weight.t()).add_(bias)


def _ctc_loss(
    log_probs: torch.Tensor,
    targets: torch.Tensor,
    input_lengths: torch.Tensor,
    target_lengths: torch.Tensor,
    *options: object,
) -> torch.Tensor:
    operands = (log_probs, targets, input_lengths, target_lengths)
    if not all(map(_is_plain, operands)):
        return _usual(_aten.ctc_loss.Tensor, *operands, *options)
    with unwatched():
        lengths: list[list[int]] = [input_lengths.tolist(), target_lengths.tolist()]
    result: torch.Tensor = _aten.ctc_loss.IntList(log_probs, targets, *lengths, *options)
    return result


def _usual(operator: Any, *arguments: object) -> torch.Tensor:  # noqa: ANN401  # OpOverload is generic over Any
    result: torch.Tensor = operator._op_dk(torch._C.DispatchKey.CompositeImplicitAutograd, *arguments)
    return result


def _is_plain(tensor: torch.Tensor) -> bool:
    """Whether a tensor has its own memory and nothing stands in for its operators, such as a level of torch.func."""
    wrapped: bool = untyped._functorch.is_functorch_wrapped_tensor(tensor)
    return not wrapped and not has_own_dispatch(type(tensor))
