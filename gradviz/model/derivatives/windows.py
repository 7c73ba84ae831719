"""Functions of formulas about windows that slide over images: convolution and pooling, and their adjoints."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from gradviz.model.derivatives.array import MOST, Array, CannotComputeError, added, array, offset, size, strides


class Window(NamedTuple):
    """How a window slides, one number a dimension of the image."""

    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int = 1


def _per_dimension(numbers: Sequence[int], dimensions: int) -> Sequence[int]:
    """A number for each dimension; one alone is that of all."""
    return [numbers[0]] * dimensions if len(numbers) == 1 else numbers


def _met(
    image: Sequence[int], weight: Sequence[int], result: Sequence[int], window: Window
) -> Iterator[tuple[int, int, int]]:
    """The places, in image, weight and result of a convolution, of each product that it adds up."""
    if len(image) != len(weight) or len(image) != len(result) or size(result) * size(weight) > MOST * 8:
        raise CannotComputeError("too many products")
    inner = weight[1]
    slides = [_per_dimension(numbers, len(image) - 2) for numbers in (window.stride, window.padding, window.dilation)]
    a, b, c = strides(image), strides(weight), strides(result)
    for at in product(*map(range, result)):
        group = at[1] // max(1, weight[0] // window.groups)
        for place in product(*map(range, weight[1:])):
            pixel = [
                o * s - p + k * d
                for o, s, p, k, d in zip(at[2:], slides[0], slides[1], place[1:], slides[2], strict=True)
            ]
            if all(0 <= one < length for one, length in zip(pixel, image[2:], strict=True)):
                source = (at[0], group * inner + place[0], *pixel)
                yield offset(source, a), offset((at[1], *place), b), offset(at, c)


def conv_input(grad: Array, weight: Array, shape: Sequence[int], window: Window) -> Array:
    """The gradient of a convolution for its image: each gradient times the weight it was made with."""
    total = [0.0] * size(shape)
    for pixel, factor, result in _met(shape, weight.shape, grad.shape, window):
        total[pixel] += grad.data[result] * weight.data[factor]
    return array(shape, total)


def conv_weight(grad: Array, image: Array, shape: Sequence[int], window: Window) -> Array:
    """The gradient of a convolution for its weight: each gradient times the pixel it was made of."""
    total = [0.0] * size(shape)
    for pixel, factor, result in _met(image.shape, shape, grad.shape, window):
        total[factor] += grad.data[result] * image.data[pixel]
    return array(shape, total)


def conv(image: Array, weight: Array, shape: Sequence[int], window: Window) -> Array:
    """A convolution whose result has a shape."""
    total = [0.0] * size(shape)
    for pixel, factor, result in _met(image.shape, weight.shape, shape, window):
        total[result] += image.data[pixel] * weight.data[factor]
    return array(shape, total)


def sliding(stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int) -> Window:
    """How the window of a convolution slides."""
    return Window(tuple(stride), tuple(padding), tuple(dilation), groups)


def unpool(grad: Array, index: Array, shape: Sequence[int], images: int) -> Array:
    """Nought in a shape, but for each gradient where the index says, counted within its image.

    Args:
        grad: one for each window.
        index: which pixel of the image each window took.
        shape: of the images.
        images: how many dimensions an image has.
    """
    steps, flat = strides(index.shape), strides(shape[len(shape) - images :])

    def pixel(at: tuple[int, ...]) -> list[int]:
        place = int(index.data[offset(at, steps)])
        found = []
        for step, length in zip(flat, shape[len(shape) - images :], strict=True):
            found.append(place // step % length)
        return [*at[: len(at) - images], *found]

    return added(shape, grad, pixel)


def unaverage(
    grad: Array,
    shape: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    count_padding: bool,
    divisor: int | None,
) -> Array:
    """Each gradient shared by the pixels whose mean its window took: the adjoint of average pooling."""
    images = len(shape) - 2 if len(kernel) == 1 else len(kernel)
    kernel, padding = _per_dimension(kernel, images), _per_dimension(padding, images)
    stride = _per_dimension(stride or kernel, images)
    total = [0.0] * size(shape)
    lengths, steps = shape[len(shape) - images :], strides(shape)
    for at, number in zip(product(*map(range, grad.shape)), grad.data, strict=True):
        spans = [
            (o * s - p, min(o * s - p + k, n + p))
            for o, s, p, k, n in zip(at[len(at) - images :], stride, padding, kernel, lengths, strict=True)
        ]
        inside = [range(max(0, first), min(end, n)) for (first, end), n in zip(spans, lengths, strict=True)]
        counted = 1
        for (first, end), within in zip(spans, inside, strict=True):
            counted *= end - first if count_padding else len(within)
        for pixel in product(*inside):
            total[offset((*at[: len(at) - images], *pixel), steps)] += number / (divisor or counted)
    return array(shape, total)


def unaverage_adaptive(grad: Array, shape: Sequence[int], images: int) -> Array:
    """The same where the windows are as large as they must be to cover an image."""
    total = [0.0] * size(shape)
    lengths, steps = shape[len(shape) - images :], strides(shape)
    counts = grad.shape[len(shape) - images :]
    for at, number in zip(product(*map(range, grad.shape)), grad.data, strict=True):
        inside = [
            range(o * n // c, -(-(o + 1) * n // c))
            for o, n, c in zip(at[len(at) - images :], lengths, counts, strict=True)
        ]
        counted = 1
        for within in inside:
            counted *= len(within)
        for pixel in product(*inside):
            total[offset((*at[: len(at) - images], *pixel), steps)] += number / counted
    return array(shape, total)
