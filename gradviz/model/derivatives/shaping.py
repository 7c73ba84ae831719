"""Functions of formulas that move numbers and leave them as they are: shapes, slices, indices; and their adjoints."""

from collections.abc import Sequence

from gradviz.model.derivatives.array import (
    Array,
    CannotComputeError,
    Index,
    added,
    array,
    broadcast,
    dimension,
    filled,
    indices,
    offset,
    scalar,
    size,
    strides,
    taken,
)


def reshape(source: Array, shape: Sequence[int]) -> Array:
    """The same numbers in another shape; -1 stands for what is left."""
    known = 1
    for length in shape:
        known *= length if length != -1 else 1
    left = len(source.data) // known if known else 0
    return array([left if length == -1 else length for length in shape], source.data)


def zeros(shape: Sequence[int]) -> Array:
    """Nought everywhere."""
    return filled(shape)


def permute(source: Array, dims: Sequence[int]) -> Array:
    """Dimensions in another order: dimension k of the result is dims[k] of the source."""
    order = [dimension(dim, source.shape) for dim in dims]
    if sorted(order) != list(range(len(source.shape))):
        raise CannotComputeError(f"dimensions {order}")
    places = [order.index(dim) for dim in range(len(order))]
    return taken(source, [source.shape[dim] for dim in order], lambda index: [index[place] for place in places])


def inverse(dims: Sequence[int]) -> tuple[int, ...]:
    """The order that undoes a permutation."""
    order = [dimension(dim, dims) for dim in dims]
    return tuple(sorted(range(len(order)), key=order.__getitem__))


def transpose(source: Array, dim0: int, dim1: int) -> Array:
    """Two dimensions in each other's place."""
    order = list(range(len(source.shape)))
    if len(order) > 1:
        first, second = dimension(dim0, order), dimension(dim1, order)
        order[first], order[second] = order[second], order[first]
    return permute(source, order)


def unsqueeze(source: Array, dim: int) -> Array:
    """One more dimension, of one element."""
    at = dimension(dim, (*source.shape, 1))
    return array((*source.shape[:at], 1, *source.shape[at:]), source.data)


def squeeze(source: Array, dim: int) -> Array:
    """Without a dimension of one element."""
    at = dimension(dim, source.shape)
    return array((*source.shape[:at], *source.shape[at + 1 :]), source.data)


def flip(source: Array, dims: int | Sequence[int]) -> Array:
    """Turned round along some dimensions."""
    turned = {dimension(dim, source.shape) for dim in ([dims] if isinstance(dims, int) else dims)}
    lengths = source.shape
    return taken(source, lengths, lambda index: [lengths[k] - 1 - i if k in turned else i for k, i in enumerate(index)])


def roll(source: Array, shifts: Sequence[int], dims: Sequence[int]) -> Array:
    """Moved on along some dimensions, what leaves at one end coming in at the other; without any, all as one row."""
    if not dims:
        row = array((len(source.data),), source.data)
        return array(source.shape, roll(row, shifts, (0,)).data)
    moved = [0] * len(source.shape)
    for shift, dim in zip(shifts, dims, strict=True):
        moved[dimension(dim, source.shape)] += shift
    return taken(
        source,
        source.shape,
        lambda index: [(i - by) % length for i, by, length in zip(index, moved, source.shape, strict=True)],
    )


def narrow(source: Array, dim: int, start: int, length: int) -> Array:
    """A stretch of a dimension."""
    at = dimension(dim, source.shape)
    if not 0 <= start <= start + length <= source.shape[at]:
        raise CannotComputeError(f"{start} to {start + length} of {source.shape[at]}")
    shape = (*source.shape[:at], length, *source.shape[at + 1 :])
    return taken(source, shape, lambda index: (*index[:at], index[at] + start, *index[at + 1 :]))


def place(source: Array, shape: Sequence[int], dim: int, start: int | None, step: int = 1) -> Array:
    """Nought in a shape, but for the source along a dimension from a start, step by step: the adjoint of a slice."""
    at = dimension(dim, shape)
    start = start or 0
    first = max(0, start + shape[at] if start < 0 else start)
    return added(shape, source, lambda index: (*index[:at], first + step * index[at], *index[at + 1 :]))


def select(source: Array, dim: int, index: int) -> Array:
    """One place of a dimension, which goes."""
    at = dimension(dim, source.shape)
    return squeeze(narrow(source, at, index % max(1, source.shape[at]), 1), at)


def cat(sources: Sequence[Array], dim: int) -> Array:
    """One after the other along a dimension."""
    at = dimension(dim, sources[0].shape)
    shape = (*sources[0].shape[:at], sum(one.shape[at] for one in sources), *sources[0].shape[at + 1 :])
    total, start = [0.0] * size(shape), 0
    for one in sources:
        total = [a + b for a, b in zip(total, place(one, shape, at, start).data, strict=True)]
        start += one.shape[at]
    return array(shape, total)


def stack(sources: Sequence[Array], dim: int) -> Array:
    """One after the other along a new dimension."""
    return cat([unsqueeze(one, dim) for one in sources], dimension(dim, (*sources[0].shape, 1)))


def start_of(shapes: Sequence[Sequence[int]], dim: int, k: int) -> int:
    """Where the k-th of some shapes begins when they are laid one after the other; an empty row takes no room."""
    return sum(_length(shape, dim) for shape in shapes[:k])


def length_of(shapes: Sequence[Sequence[int]], dim: int, k: int) -> int:
    """How long the k-th of some shapes is."""
    return _length(shapes[k], dim)


def _length(shape: Sequence[int], dim: int) -> int:
    return shape[dimension(dim, shape)] if shape else 1


def crop(source: Array, pad: Sequence[int]) -> Array:
    """Without what padding has put around it: pairs of before and after, the last dimension first."""
    found = source
    for k in range(len(pad) // 2):
        at = len(source.shape) - 1 - k
        before, after = pad[2 * k], pad[2 * k + 1]
        length = found.shape[at] - before - after
        if before < 0 or after < 0:
            wide = (*found.shape[:at], length, *found.shape[at + 1 :])
            kept = narrow(found, at, max(0, before), found.shape[at] - max(0, before) - max(0, after))
            found = place(kept, wide, at, max(0, -before))
        else:
            found = narrow(found, at, before, length)
    return found


def repeats_added(source: Array, repeats: Sequence[int], shape: Sequence[int]) -> Array:
    """What stands in the same place of each repetition, added up: the adjoint of repeat."""
    lead = len(repeats) - len(shape)
    return added(shape, source, lambda index: [i % n for i, n in zip(index[lead:], shape, strict=True)])


def diagonal(source: Array, offset_: int, dim1: int, dim2: int) -> Array:
    """What stands on a diagonal of two dimensions, as a new last dimension."""
    first, second = dimension(dim1, source.shape), dimension(dim2, source.shape)
    rows, columns = source.shape[first], source.shape[second]
    length = max(0, min(rows + min(0, offset_), columns - max(0, offset_)))
    others = [k for k in range(len(source.shape)) if k not in (first, second)]
    shape = (*(source.shape[k] for k in others), length)
    return taken(source, shape, lambda index: _on_diagonal(index, others, first, second, offset_))


def place_diagonal(source: Array, shape: Sequence[int], offset_: int, dim1: int, dim2: int) -> Array:
    """Nought in a shape, but for the source on a diagonal: the adjoint of `diagonal`."""
    first, second = dimension(dim1, shape), dimension(dim2, shape)
    others = [k for k in range(len(shape)) if k not in (first, second)]
    return added(shape, source, lambda index: _on_diagonal(index, others, first, second, offset_))


def _on_diagonal(index: Index, others: Sequence[int], first: int, second: int, offset_: int) -> list[int]:
    place_ = dict(zip(others, index[:-1], strict=True))
    place_[first], place_[second] = index[-1] + max(0, -offset_), index[-1] + max(0, offset_)
    return [place_[k] for k in range(len(place_))]


def tril(source: Array, diagonal_: int) -> Array:
    """What stands on and below a diagonal."""
    kept = [float(index[-1] - index[-2] <= diagonal_) for index in indices(source.shape)]
    return array(source.shape, [number if keep else 0.0 for number, keep in zip(source.data, kept, strict=True)])


def triu(source: Array, diagonal_: int) -> Array:
    """What stands on and above a diagonal."""
    kept = [float(index[-1] - index[-2] >= diagonal_) for index in indices(source.shape)]
    return array(source.shape, [number if keep else 0.0 for number, keep in zip(source.data, kept, strict=True)])


def eye(shape: Sequence[int]) -> Array:
    """One on the diagonal, nought elsewhere."""
    size(shape)
    return array(shape, [float(row == column) for row, column in indices(shape)])


def gather(source: Array, dim: int, index: Array) -> Array:
    """From the source what an index of the same number of dimensions names along one of them."""
    at = dimension(dim, source.shape)
    rows, steps = _whole(index, source.shape[at] if source.shape else 1), strides(index.shape)
    if not source.shape:
        return array(index.shape, source.data * len(index.data))
    return taken(source, index.shape, lambda place_: (*place_[:at], rows[offset(place_, steps)], *place_[at + 1 :]))


def scatter(source: Array, shape: Sequence[int], dim: int, index: Array) -> Array:
    """Nought in a shape, but for the source added where the index says: the adjoint of `gather`."""
    if not shape:
        return scalar(sum(source.data))
    at = dimension(dim, shape)
    if source.shape != index.shape:
        raise CannotComputeError(f"shape {source.shape} for {index.shape}")
    rows, steps = _whole(index, shape[at]), strides(index.shape)
    return added(shape, source, lambda place_: (*place_[:at], rows[offset(place_, steps)], *place_[at + 1 :]))


def index_select(source: Array, dim: int, index: Array) -> Array:
    """The places of a dimension that an index names."""
    if not source.shape:
        return source
    at = dimension(dim, source.shape)
    rows = _whole(index, source.shape[at])
    shape = (*source.shape[:at], len(rows), *source.shape[at + 1 :])
    return taken(source, shape, lambda place_: (*place_[:at], rows[place_[at]], *place_[at + 1 :]))


def index_add(source: Array, shape: Sequence[int], dim: int, index: Array) -> Array:
    """Nought in a shape, but for the source added at the places that an index names: the adjoint of `index_select`."""
    if not shape:
        return scalar(sum(source.data))
    at = dimension(dim, shape)
    rows = _whole(index, shape[at])
    return added(shape, source, lambda place_: (*place_[:at], rows[place_[at]], *place_[at + 1 :]))


def rows_added(source: Array, count: int, index: Array, skipped: int) -> Array:
    """So many rows of nought, to which each row of the source is added where the index says; to one of them never."""
    width = source.shape[-1]
    rows, steps = _whole(index, count), strides(index.shape)
    return added(
        (count, width),
        source,
        lambda place_: None if (row := rows[offset(place_[:-1], steps)]) == skipped else (row, place_[-1]),
    )


def index_get(source: Array, indices_: Sequence[Array], dims: Sequence[int]) -> Array:
    """source[indices], as torch indexes by tensors that stand at some dimensions."""
    where = _Indexed(source.shape, indices_, dims)
    return taken(source, where.shape, where.place)


def index_put(source: Array, shape: Sequence[int], indices_: Sequence[Array], dims: Sequence[int]) -> Array:
    """Nought in a shape, but for the source added at [indices]: the adjoint of `index_get`."""
    where = _Indexed(shape, indices_, dims)
    if source.shape != where.shape:
        raise CannotComputeError(f"shape {source.shape} for {where.shape}")
    return added(shape, source, where.place)


class _Indexed:
    """Where each element of x[indices] lies in x."""

    def __init__(self, shape: Sequence[int], tensors: Sequence[Array], dims: Sequence[int]) -> None:
        if len(tensors) != len(dims) or not dims or max(dims) >= len(shape):
            raise CannotComputeError(f"indices at {tuple(dims)} of {len(shape)} dimensions")
        common: tuple[int, ...] = ()
        for one in tensors:
            common = broadcast(common, one.shape)
        self._rows = [_whole(one, shape[dim]) for one, dim in zip(tensors, dims, strict=True)]
        self._tensors, self._dims = tensors, list(dims)
        others = [k for k in range(len(shape)) if k not in dims]
        together = list(dims) == list(range(dims[0], dims[0] + len(dims)))
        self._before = [k for k in others if together and k < dims[0]]
        self._after = [k for k in others if k not in self._before]
        self._common = len(common)
        self.shape = (*(shape[k] for k in self._before), *common, *(shape[k] for k in self._after))

    def place(self, index: Index) -> list[int]:
        lead = len(self._before)
        found = dict(zip(self._before, index[:lead], strict=True))
        found |= dict(zip(self._after, index[lead + self._common :], strict=True))
        inner = index[lead : lead + self._common]
        for dim, rows, one in zip(self._dims, self._rows, self._tensors, strict=True):
            own = inner[len(inner) - len(one.shape) :]
            at = [0 if length == 1 else i for i, length in zip(own, one.shape, strict=True)]
            found[dim] = rows[offset(at, strides(one.shape))]
        return [found[k] for k in range(len(found))]


def _whole(index: Array, length: int) -> list[int]:
    """The numbers of an index as whole ones, those from the end counted from the start."""
    rows = [int(number) + length if number < 0 else int(number) for number in index.data]
    if any(not 0 <= row < length for row in rows):
        raise CannotComputeError(f"an index beyond {length}")
    return rows
