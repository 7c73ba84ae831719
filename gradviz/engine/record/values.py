"""What tensors hold, as plain numbers: all of it where it is little, statistics where it is much."""

import math
from itertools import chain
from typing import Final

import torch

from gradviz.engine.record import reader
from gradviz.model.floats import as_text
from gradviz.model.rules import EXACT
from gradviz.model.trace import Number, Value

_MANY: Final = 4  # floats that are shorter as one text
_ROW: Final = 4096  # elements
_SQUARED: Final = (1e-12, 1e15)  # numbers between these can be squared in float32, and a row of the squares summed up


def read_value(tensor: torch.Tensor) -> Value | None:
    """What a tensor holds: its elements up to EXACT, statistics beyond; None where it cannot be read.

    Many floats become one text, as they are sent (see model/floats.py).

    Must be called below autograd and outside dispatch modes (see reader.unwatched).
    """
    if type(tensor) is not torch.Tensor and reader.has_own_dispatch(type(tensor)):
        return None
    try:
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta:
            return None
        shape = tuple(tensor.shape)
        return Value(shape, _elements(tensor)) if tensor.numel() <= EXACT else _statistics(tensor, shape)
    except (RuntimeError, NotImplementedError, TypeError, MemoryError):
        return None


def _elements(tensor: torch.Tensor) -> tuple[Number, ...]:
    dimensions = tensor.dim()
    if not dimensions:
        return (number(tensor.item()),)
    items = tensor.tolist()
    for _ in range(dimensions - 1):  # in a third of the time that torch takes to flatten them before
        items = [*chain.from_iterable(items)]
    if not tensor.is_complex() and all(map(math.isfinite, items)):
        return as_text(items) if len(items) >= _MANY and tensor.is_floating_point() else tuple(items)
    return tuple(map(number, items))


def number(item: int | float | complex) -> Number:
    """One element, or its text where JSON has no form for it."""
    if isinstance(item, complex) or not math.isfinite(item):
        return str(item)
    return item


def _statistics(tensor: torch.Tensor, shape: tuple[int, ...]) -> Value:
    flat, times = _flat(tensor)
    if flat.is_complex():
        return Value(shape, mean=number(flat.mean().item()))
    if not flat.is_floating_point():
        flat = flat.double() if flat.dtype is not torch.bool else flat.float()
    if flat.numel() <= _ROW:
        ends = torch.aminmax(flat)
        least, most = ends.min.item(), ends.max.item()
    else:  # of much, torch.aminmax takes longer than both
        least, most = flat.amin().item(), flat.amax().item()
    furthest = max(-least, most)
    if flat.dtype is not torch.float64 and not _SQUARED[0] < furthest < _SQUARED[1] and 0 < furthest < math.inf:
        flat = flat.double()
    elif flat.dtype not in (torch.float32, torch.float64):
        flat = flat.float()
    centre = flat.sum().item() / flat.numel()  # torch.mean takes four times as long for a thousand
    low, high, mean, std = map(number, (least, most, centre, _deviation(flat, times, centre)))
    if furthest < math.inf:  # so that none is nan or inf, which amin and amax pass on
        return Value(shape, None, low, high, mean, std)
    return Value(shape, None, low, high, mean, std, int(flat.isnan().sum()) * times, int(flat.isinf().sum()) * times)


def _flat(tensor: torch.Tensor) -> tuple[torch.Tensor, int]:
    """The elements in the order of memory, without a copy where they fill it; and how often each is repeated."""
    if tensor.is_contiguous():
        return tensor if tensor.dim() == 1 else tensor.view(-1), 1
    own = tensor[tuple(0 if stride == 0 else slice(None) for stride in tensor.stride())]
    expected = 1
    for stride, size in sorted(zip(own.stride(), own.shape, strict=True)):
        if size != 1:
            if stride != expected:
                return own.flatten(), tensor.numel() // own.numel()
            expected *= size
    return own.as_strided((expected,), (1,)), tensor.numel() // expected


def _deviation(flat: torch.Tensor, times: int, mean: float) -> float:
    """The standard deviation of elements repeated so many times; torch.std takes twenty times as long."""
    squares = _square_sum(flat)
    if not squares:
        return 0.0
    spread = squares - flat.numel() * mean * mean
    if not spread > 0.1 * squares:  # too little is left of the digits
        spread = _square_sum(flat - mean)
    return math.sqrt(spread * times / (flat.numel() * times - 1)) if spread < math.inf else spread


def _square_sum(flat: torch.Tensor) -> float:
    """The sum of the squares, row by row: one sum over all would lose the digits of float32."""
    rows, rest = divmod(flat.numel(), _ROW)
    total: float = 0.0
    if rows:
        whole = flat.narrow(0, 0, rows * _ROW) if rest else flat
        norms = torch.linalg.vector_norm(whole.view(rows, _ROW), dim=1).double()
        total = norms.dot(norms).item()
        if not rest:
            return total
        flat = flat.narrow(0, rows * _ROW, rest)
    last: float = flat.dot(flat).item()
    return total + last
