"""Small arrays in plain Python: as much of a tensor as a formula needs. Numbers follow IEEE 754, as torch's do."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import NamedTuple, TypeVarTuple

MOST = 4096  # elements of an array; a rule that needs more is not computed


class CannotComputeError(ValueError):
    """What is asked for is larger than anyone reads, or not what the rule expects."""


class Array(NamedTuple):
    """Numbers in row-major order. What is true or false is 1.0 or 0.0."""

    shape: tuple[int, ...]
    data: tuple[float, ...]


Index = tuple[int, ...]
Numbers = TypeVarTuple("Numbers")


def array(shape: Sequence[int], data: Sequence[float]) -> Array:
    """Return an array, or raise CannotComputeError where the numbers do not fill the shape."""
    if len(data) != size(shape):
        raise CannotComputeError(f"{len(data)} numbers for the shape {tuple(shape)}")
    return Array(tuple(shape), tuple(data))


def size(shape: Sequence[int]) -> int:
    """Return how many elements a shape has, or raise CannotComputeError where they are too many."""
    count = math.prod(shape)
    if min(shape, default=0) < 0 or count > MOST or len(shape) > MOST:
        raise CannotComputeError(f"a shape of {count} elements")
    return count


def scalar(number: float) -> Array:
    """Return one number as an array of no dimension."""
    return Array((), (float(number),))


def filled(shape: Sequence[int], number: float = 0.0) -> Array:
    """Return an array of one number."""
    return Array(tuple(shape), (number,) * size(shape))


def indices(shape: Sequence[int]) -> Iterator[Index]:
    """Every index into a shape, in row-major order."""
    return product(*map(range, shape))


def strides(shape: Sequence[int]) -> tuple[int, ...]:
    """How many elements apart neighbours along each dimension are."""
    return tuple(math.prod(shape[at + 1 :]) for at in range(len(shape)))


def offset(index: Sequence[int], steps: Sequence[int]) -> int:
    """Return the place of an index among the data."""
    return sum(one * step for one, step in zip(index, steps, strict=True))


def taken(source: Array, shape: Sequence[int], where: Callable[[Index], Sequence[int]]) -> Array:
    """Return an array of a shape, each element taken from where a function of its index says."""
    size(shape)
    steps = strides(source.shape)
    return array(shape, [source.data[offset(where(index), steps)] for index in indices(shape)])


def added(shape: Sequence[int], source: Array, where: Callable[[Index], Sequence[int] | None]) -> Array:
    """Return an array of a shape in which each element of the source is added where a function of its index says."""
    total = [0.0] * size(shape)
    steps = strides(shape)
    for index, number in zip(indices(source.shape), source.data, strict=True):
        place = where(index)
        if place is not None:
            total[offset(place, steps)] += number
    return array(shape, total)


def dimension(dim: int, shape: Sequence[int]) -> int:
    """Return a dimension counted from the first."""
    if not -max(1, len(shape)) <= dim < max(1, len(shape)):
        raise CannotComputeError(f"dimension {dim} of {len(shape)}")
    return dim % max(1, len(shape))


def broadcast(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    """Return the shape that two shapes are broadcast to, or raise CannotComputeError."""
    longest = max(len(one), len(other))
    pairs = zip((*(1,) * (longest - len(one)), *one), (*(1,) * (longest - len(other)), *other), strict=True)
    found = []
    for a, b in pairs:
        if a != b and 1 not in (a, b):
            raise CannotComputeError(f"shapes {tuple(one)} and {tuple(other)}")
        found.append(b if a == 1 else a)
    return tuple(found)


def expand(source: Array, shape: Sequence[int]) -> Array:
    """Repeat an array along its dimensions of one element until it has a shape."""
    if broadcast(source.shape, shape) != tuple(shape):
        raise CannotComputeError(f"shape {source.shape} to {tuple(shape)}")
    lead = len(shape) - len(source.shape)
    kept = [0 if length == 1 else 1 for length in source.shape]
    return taken(source, shape, lambda index: [one * keep for one, keep in zip(index[lead:], kept, strict=True)])


def sum_to(source: Array, shape: Sequence[int]) -> Array:
    """Add up what `expand` would have repeated: its adjoint."""
    if source.shape == tuple(shape):
        return source
    if broadcast(source.shape, shape) != source.shape:
        raise CannotComputeError(f"shape {source.shape} to {tuple(shape)}")
    lead = len(source.shape) - len(shape)
    kept = [0 if length == 1 else 1 for length in shape]
    return added(shape, source, lambda index: [one * keep for one, keep in zip(index[lead:], kept, strict=True)])


def each(work: Callable[[float], float], source: Array) -> Array:
    """Do the same with every element; nan where that has no answer, inf where it is too large."""
    return Array(source.shape, tuple(_ieee(work, number) for number in source.data))


def pairwise(work: Callable[[float, float], float], one: Array, other: Array) -> Array:
    """Do the same with every pair of elements, broadcast."""
    shape = broadcast(one.shape, other.shape)
    left, right = expand(one, shape), expand(other, shape)
    return Array(shape, tuple(_ieee(work, a, b) for a, b in zip(left.data, right.data, strict=True)))


def _ieee(work: Callable[[*Numbers], float], *numbers: *Numbers) -> float:
    try:
        return float(work(*numbers))
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def divided(a: float, b: float) -> float:
    """A / b as IEEE 754 has it: inf or nan where b is nought."""
    if b:
        return a / b
    return math.nan if not a or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def power(a: float, b: float) -> float:
    """A ** b as C has it."""
    if not a and b < 0:
        return math.copysign(math.inf, a) if b % 2 == 1 else math.inf
    return math.pow(a, b)


def logarithm(a: float) -> float:
    """The natural logarithm; -inf of nought."""
    return math.log(a) if a else -math.inf


def matmul(one: Array, other: Array) -> Array:
    """The matrix product, batched or with vectors, as torch.matmul has it."""
    left = one if len(one.shape) > 1 else Array((1, *one.shape), one.data)
    right = other if len(other.shape) > 1 else Array((*other.shape, 1), other.data)
    if not one.shape or not other.shape or left.shape[-1] != right.shape[-2]:
        raise CannotComputeError(f"shapes {one.shape} and {other.shape}")
    batch = broadcast(left.shape[:-2], right.shape[:-2])
    rows, inner, columns = left.shape[-2], left.shape[-1], right.shape[-1]
    a, b = expand(left, (*batch, rows, inner)), expand(right, (*batch, inner, columns))
    size((*batch, rows, columns))
    data = []
    for at in range(math.prod(batch)):
        first, second = at * rows * inner, at * inner * columns
        for row, column in product(range(rows), range(columns)):
            terms = (a.data[first + row * inner + k] * b.data[second + k * columns + column] for k in range(inner))
            data.append(sum(terms))
    kept_rows = (rows,) if len(one.shape) > 1 else ()
    kept_columns = (columns,) if len(other.shape) > 1 else ()
    return array((*batch, *kept_rows, *kept_columns), data)
