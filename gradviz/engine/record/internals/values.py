"""What tensors hold, as plain numbers: all of it where it is little, statistics where it is much."""

import math
from collections.abc import Iterable
from itertools import chain
from typing import Final

import torch

from gradviz.engine.record.internals import reader
from gradviz.model.floats import as_text
from gradviz.model.rules import EXACT
from gradviz.model.trace import Number, Value

_MANY: Final = 4  # floats that are shorter as one text
_ROW: Final = 4096  # elements
_SHORTEST: Final = 512  # elements that are worth a row
_PART: Final = 1 << 17  # elements that stay in the cache between two kernels, and that float32 can count
_MUCH: Final = 1 << 22  # elements of which more stay in no cache
_WITHIN_FLOAT: Final = frozenset(  # dtypes of which float32 holds every number
    (torch.float32, torch.float16, torch.bfloat16, torch.int8, torch.uint8, torch.int16)
)
_SQUARED: Final = (1e-10, 1e15)  # float32 holds the squares of numbers between these, and of what sets them apart
_WHOLE: Final = 2.0**53  # up to here a float64 holds every whole number
_LEFT: Final = {torch.float32: 0.1, torch.float64: 1e-9}  # of a sum of squares when enough digits are


def read_value(tensor: torch.Tensor, is_uninitialized: bool = False) -> Value | None:
    """What a tensor holds: its elements up to EXACT, statistics beyond; None where it cannot be read.

    Many floats become one text, as they are sent (see model/floats.py).

    Must be called below autograd and outside dispatch modes (see guards.unwatched).

    Args:
        tensor: the tensor.
        is_uninitialized: nobody has written to some of its memory, or it comes of such:
            what statistics would tell of that differs from run to run.
    """
    if type(tensor) is not torch.Tensor and reader.has_own_dispatch(type(tensor)):
        return None
    try:
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta:
            return None
        shape = tuple(tensor.shape)
        count = tensor.numel()
        if count > EXACT:
            return Value(shape, uninitialized=True) if is_uninitialized else _statistics(tensor, shape)
        data = _elements(tensor, len(shape)) if count else ()
        held = shape, data, None, None, None, None, 0, 0, False
        return tuple.__new__(Value, held)  # which takes a third of the time
    except (RuntimeError, NotImplementedError, TypeError, MemoryError):
        if not reader.is_zero(tensor):
            return None
        return read_value(torch.zeros((), dtype=tensor.dtype).expand(tensor.shape))  # it has no memory to be read


def _elements(tensor: torch.Tensor, dimensions: int) -> tuple[Number, ...]:
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


# The caches hold none of this when an op comes back from its kernel: each other kernel that is asked here costs several
# microseconds before it has read a number. So few are, and nearly the same for much and for little.
def _statistics(tensor: torch.Tensor, shape: tuple[int, ...]) -> Value:
    if tensor.is_neg():  # as .imag of a conjugate: below the place where torch sees to it, kernels do not
        tensor = tensor.resolve_neg()
    # Few elements come out of double() as dense as _flat would make them.
    flat, times = (tensor, 1) if tensor.numel() <= _ROW else _flat(tensor)
    if flat.dtype is torch.bool:
        return _of_truths(flat, times, shape)
    if flat.is_complex():
        return Value(shape, mean=number(flat.resolve_conj().mean().item()))  # as above
    if flat.numel() > _MUCH:
        found = _of_parts(torch.split(flat, _PART // flat[0].numel()), times, shape)
        if found is not None:
            return found
    return _of_numbers(flat, times, shape)


def _of_parts(parts: Iterable[torch.Tensor], times: int, shape: tuple[int, ...]) -> Value | None:
    """The statistics of much, repeated so many times, put together from those of its parts; None if one is not finite.

    Each is brought into the cache once, and converted alone.
    """
    ends: list[int | float] = []
    groups: list[tuple[int, float, float]] = []  # elements of each, their mean, the sum of squares of what is off it
    for part in parts:
        _, _, least, most, mean, std, *_ = _of_numbers(part, 1, shape)
        if not (isinstance(least, int | float) and isinstance(most, int | float)):
            return None
        if not (isinstance(mean, int | float) and isinstance(std, float)):
            return None
        ends += least, most
        groups.append((part.numel(), mean, std * std * (part.numel() - 1)))
    count = sum(size for size, _, _ in groups)
    centre = math.fsum(size * mean for size, mean, _ in groups) / count
    spread = math.fsum(inside + size * (mean - centre) * (mean - centre) for size, mean, inside in groups)
    deviation = math.sqrt(spread * times / (count * times - 1))
    return Value(shape, None, min(ends), max(ends), number(centre), number(deviation))


def _of_numbers(flat: torch.Tensor, times: int, shape: tuple[int, ...]) -> Value:
    """The statistics of real numbers repeated so many times."""
    is_whole = not flat.dtype.is_floating_point
    if flat.numel() <= _ROW or flat.dtype not in _WITHIN_FLOAT:
        flat = flat.double()
    elif flat.dtype is not torch.float32:  # torch finds the ends of others in twice the time
        flat = flat.float()
    if flat.numel() <= _ROW:
        found = torch.aminmax(flat)
        least, most = found.min.item(), found.max.item()
    else:  # of much, torch.aminmax takes longer than both
        least, most = flat.amin().item(), flat.amax().item()
    furthest = max(-least, most)
    if not furthest < math.inf:  # they pass nan on
        return _of_unbounded(flat, times, shape, least, most)
    ends = (int(least), int(most)) if is_whole and furthest < _WHOLE else (least, most)
    if least == most:
        return Value(shape, None, *ends, least, 0.0)
    if flat.dtype is torch.float32 and not _SQUARED[0] < furthest < _SQUARED[1]:
        flat = flat.double()
    centre = flat.sum().item() / flat.numel()  # torch.mean takes four times as long for a thousand
    deviation = _deviation(flat, times, centre, (most - centre) * (centre - least))
    return tuple.__new__(Value, (shape, None, *ends, number(centre), number(deviation), 0, 0, False))


def _of_truths(flat: torch.Tensor, times: int, shape: tuple[int, ...]) -> Value:
    """The statistics of bools repeated so many times: their ends are bools, which tells them from numbers."""
    count, true = flat.numel(), int(flat.count_nonzero())
    mean = true / count
    std = math.sqrt(mean * (1 - mean) * count * times / (count * times - 1))
    return Value(shape, None, true == count, true > 0, mean, std)


def _of_unbounded(flat: torch.Tensor, times: int, shape: tuple[int, ...], least: float, most: float) -> Value:
    """The statistics of elements, repeated so many times, of which one is nan or infinite."""
    nan, inf = 0.0, 0.0
    for part in torch.split(flat.reshape(-1), _PART):
        # With results of the dtype that they compare, kernels take a fifth of the time that they take to make bools.
        nan += torch.ne(part, part, out=torch.empty_like(part)).sum().item()
        inf += part.abs().eq_(math.inf).sum().item()
    low, high, mean = map(number, (least, most, least + most))
    return Value(shape, None, low, high, mean, number(math.nan), int(nan) * times, int(inf) * times)


def _flat(tensor: torch.Tensor) -> tuple[torch.Tensor, int]:
    """The elements, without a copy where they fill their memory or rows of it, and how often each is repeated.

    They come as rows, where such fill them: see _square_sum.
    """
    if tensor.is_contiguous():
        return tensor.view(_rows(tensor.numel())), 1
    own, strides = tensor, tensor.stride()
    if 0 in strides:
        own = tensor[tuple(0 if stride == 0 else slice(None) for stride in strides)]
        strides = own.stride()
    rows, times = _rows(own.numel()), tensor.numel() // own.numel()
    dense, apart, expected = 1, 0, 1  # elements one after the other; from where they begin to where the next do
    for stride, size in sorted(zip(strides, own.shape, strict=True)):
        if size == 1:
            continue
        if stride != expected:
            if apart or not _SHORTEST <= dense <= _ROW:
                return own.reshape(rows), times
            apart = stride
        elif not apart:
            dense *= size
        expected = stride * size
    if apart:
        return own.as_strided((own.numel() // dense, dense), (apart, 1)), times
    return own.as_strided(rows, (*rows[1:], 1)), times


def _rows(count: int) -> tuple[int, ...]:
    """How so many elements are laid out: as rows of a power of two, or one after the other."""
    row = min(count & -count, _ROW)
    return (count // row, row) if count > _ROW and row >= _SHORTEST else (count,)


def _deviation(flat: torch.Tensor, times: int, mean: float, widest: float) -> float:
    """The standard deviation of elements repeated so many times; torch.std takes twenty times as long.

    Args:
        flat: the elements.
        times: how often each is repeated.
        mean: of them.
        widest: what its square cannot exceed.
    """
    count, left = flat.numel(), _LEFT[flat.dtype]
    squares = _square_sum(flat) if widest > left * mean * mean else 0.0  # or else too few digits would be left
    spread = squares - count * mean * mean
    if not spread > left * squares:
        spread = off = 0.0
        for part in torch.split(flat, _PART // flat[0].numel()):
            away = part - mean
            off += away.sum().item()  # no sum of float32 tells the mean to the last digit
            spread += _square_sum(away)
        spread = max(spread - off * off / count, 0.0)
    return math.sqrt(spread * times / (count * times - 1)) if spread < math.inf else spread


def _square_sum(flat: torch.Tensor) -> float:
    """The sum of the squares, row by row where they are many: one sum would lose the digits of float32."""
    count, norm = flat.numel(), 0.0
    if count <= _ROW:
        norm = torch.linalg.vector_norm(flat).item()
    elif flat.dim() > 1:
        norm = math.hypot(*torch.linalg.vector_norm(flat, dim=1).tolist())
    else:
        rest = count % _ROW
        rows = flat.narrow(0, 0, count - rest).view(-1, _ROW)
        return _square_sum(rows) + _square_sum(flat.narrow(0, count - rest, rest))
    return norm * norm
