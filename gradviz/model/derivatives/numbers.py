"""Functions of formulas that make numbers of numbers: element by element, or along dimensions."""

import math
from collections.abc import Callable, Sequence

from gradviz.model.derivatives.array import (
    Array,
    CannotComputeError,
    array,
    broadcast,
    dimension,
    divided,
    each,
    expand,
    filled,
    pairwise,
    sum_to,
)
from gradviz.model.derivatives.shaping import flip, reshape

Dims = int | Sequence[int] | None


def where(condition: Array, one: Array, other: Array) -> Array:
    """The one where something holds, the other elsewhere."""
    shape = broadcast(broadcast(condition.shape, one.shape), other.shape)
    parts = zip(*(expand(part, shape).data for part in (condition, one, other)), strict=True)
    return array(shape, [a if holds else b for holds, a, b in parts])


def sign(number: float) -> float:
    """-1, 0 or 1."""
    return number if math.isnan(number) else float((number > 0) - (number < 0))


def sigmoid(number: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    if number >= 0:
        return 1 / (1 + math.exp(-number))
    return math.exp(number) / (1 + math.exp(number))


def softplus(number: float) -> float:
    """log(1 + exp(x)), without overflow."""
    return max(number, 0.0) + math.log1p(math.exp(-abs(number)))


def digamma(number: float) -> float:
    """The derivative of lgamma: by recurrence to where its series converges, by reflection below nought."""
    if number <= 0 and number == math.floor(number):
        return math.nan if number else -math.inf
    if number < 0:
        return digamma(1 - number) - math.pi / math.tan(math.pi * number)
    total = 0.0
    while number < 10:
        total -= 1 / number
        number += 1
    inverse = 1 / (number * number)
    series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))))
    return total + math.log(number) - 0.5 / number - series


def dims_of(dim: Dims, shape: Sequence[int]) -> list[int]:
    """The dimensions meant: all of them by None or by none at all."""
    if dim is None or dim == ():
        return list(range(len(shape)))
    return sorted({dimension(one, shape) for one in ([dim] if isinstance(dim, int) else dim)} if shape else [])


def sums(source: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """The sum along some dimensions, which go unless they are kept with one element."""
    gone = dims_of(dim, source.shape)
    kept = sum_to(source, [1 if k in gone else length for k, length in enumerate(source.shape)])
    return kept if keepdim else reshape(kept, [length for k, length in enumerate(source.shape) if k not in gone])


def count(source: Array, dim: Dims = None) -> int:
    """How many elements there are along some dimensions."""
    return math.prod(source.shape[k] for k in dims_of(dim, source.shape))


def mean(source: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """The mean along some dimensions."""
    number = count(source, dim)
    return each(lambda total: divided(total, number), sums(source, dim, keepdim))


def spread(source: Array, shape: Sequence[int], dim: Dims = None, keepdim: bool = False) -> Array:
    """What a reduction gave, to each element that it was made of."""
    gone = dims_of(dim, shape)
    lengths = [1 if k in gone else length for k, length in enumerate(shape)]
    return expand(source if keepdim and shape else reshape(source, lengths), shape)


def cumsum(source: Array, dim: int) -> Array:
    """Each element with all before it along a dimension added."""
    return _running(source, dim, lambda total, number: total + number, 0.0)


def cumprod(source: Array, dim: int) -> Array:
    """Each element with all before it along a dimension multiplied."""
    return _running(source, dim, lambda total, number: total * number, 1.0)


def _running(source: Array, dim: int, step: Callable[[float, float], float], first: float) -> Array:
    at = dimension(dim, source.shape)
    inner = math.prod(source.shape[at + 1 :])
    length = source.shape[at]
    found = list(source.data)
    for place in range(len(found)):
        before = found[place - inner] if place // inner % length else first
        found[place] = step(before, found[place])
    return array(source.shape, found)


def reversed_cumsum(source: Array, dim: int) -> Array:
    """Each element with all after it along a dimension added."""
    return flip(cumsum(flip(source, dim), dim), dim) if source.shape else source


def product_of_others(source: Array, dim: int | None = None) -> Array:
    """For each element the product of all others along a dimension."""
    if dim is None or not source.shape:
        row = reshape(source, (len(source.data),))
        return reshape(product_of_others(row, 0), source.shape) if row.data else source
    at = dimension(dim, source.shape)
    before = cumprod(source, at)
    after = flip(cumprod(flip(source, at), at), at)
    inner, length = math.prod(source.shape[at + 1 :]), source.shape[at]
    found = []
    for place in range(len(source.data)):
        k = place // inner % length
        left = before.data[place - inner] if k else 1.0
        right = after.data[place + inner] if k < length - 1 else 1.0
        found.append(left * right)
    return array(source.shape, found)


def evenly(holds: Array, dim: Dims = None) -> Array:
    """One shared evenly by the elements where something holds, nought elsewhere."""
    return pairwise(divided, holds, expand(sums(holds, dim, True), holds.shape) if holds.shape else holds)


def cross(one: Array, other: Array, dim: int) -> Array:
    """The cross product along a dimension of three."""
    a, b = pairwise(lambda x, _: x, one, other), pairwise(lambda _, y: y, one, other)
    at = dimension(dim, a.shape)
    inner = math.prod(a.shape[at + 1 :])
    if a.shape[at] != 3:
        raise CannotComputeError(f"a cross product of {a.shape[at]}")
    found = []
    for place in range(len(a.data)):
        k, first = place // inner % 3, place - place // inner % 3 * inner
        i, j = first + (k + 1) % 3 * inner, first + (k + 2) % 3 * inner
        found.append(a.data[i] * b.data[j] - a.data[j] * b.data[i])
    return array(a.shape, found)


def one_hot(target: Array, shape: Sequence[int], skipped: int) -> Array:
    """One at the class of each target, along the second dimension or the only one; nought where it is skipped."""
    at = min(1, len(shape) - 1)
    steps_of = dict(enumerate(target.data))
    inner = math.prod(shape[at + 1 :])
    found = list(filled(shape).data)
    for place in range(len(found)):
        k, row = place // inner % shape[at], place // (inner * shape[at]) * inner + place % inner
        wanted = steps_of[row]
        found[place] = float(k == wanted and wanted != skipped)
    return array(shape, found)


def channel(source: Array, shape: Sequence[int]) -> Array:
    """A number for each channel, in the shape in which it is broadcast to a batch."""
    return reshape(source, [1, shape[1], *(1 for _ in shape[2:])])


def others(shape: Sequence[int]) -> tuple[int, ...]:
    """Every dimension but that of the channels."""
    return tuple(k for k in range(len(shape)) if k != 1)


def last(lengths: Sequence[int]) -> tuple[int, ...]:
    """As many of the last dimensions as there are lengths."""
    return tuple(range(-len(lengths), 0))
