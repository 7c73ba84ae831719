"""The statistics that are read of large tensors, against torch's own in double precision."""

import math
from collections.abc import Callable

import pytest
import torch

from gradviz.engine.record import reader
from gradviz.engine.record.values import read_value
from gradviz.model.trace import Number

SHAPES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "as it is": lambda t: t,
    "matrix": lambda t: t.view(-1, 8),
    "transposed": lambda t: t.view(-1, 8).t(),
    "permuted": lambda t: t.view(-1, 4, 2).permute(1, 2, 0),
    "every other": lambda t: t[::2],
    "a slice of a matrix": lambda t: t.view(-1, 8)[:, 1:6],
    "from the middle": lambda t: t[7:],
    "expanded": lambda t: t[:, None].expand(-1, 3),
    "one number, expanded": lambda t: t[:1].expand(1000),
    "one axis of one": lambda t: t.view(-1, 1, 8),
}


def statistics(tensor: torch.Tensor) -> tuple[float, ...]:
    with reader.unwatched():
        value = read_value(tensor)
    assert value is not None
    assert value.shape == tuple(tensor.shape)
    assert value.data is None
    return tuple(number(one) for one in (value.min, value.max, value.mean, value.std, value.nan, value.inf))


def number(found: Number | None) -> float:
    assert found is not None
    return float(found)


def oracle(tensor: torch.Tensor) -> tuple[float, ...]:
    exact = tensor.detach().double()
    found = exact.amin(), exact.amax(), exact.mean(), exact.std(), exact.isnan().sum(), exact.isinf().sum()
    return tuple(one.item() for one in found)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [160, 4096, 100_000])
@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.uint8]
)
def test_they_are_those_of_torch(shape: str, size: int, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    tensor = SHAPES[shape]((torch.rand(size) * 100 + 20).to(dtype))
    assert statistics(tensor) == pytest.approx(oracle(tensor), rel=1e-5)


@pytest.mark.parametrize("centre", [0.0, 1.0, 1e3, -1e4])
def test_a_small_spread_around_a_large_mean(centre: float) -> None:
    torch.manual_seed(0)
    tensor = centre + torch.randn(50_000)
    assert statistics(tensor) == pytest.approx(oracle(tensor), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("shape", ["as it is", "expanded"])
def test_what_is_not_finite_is_counted(odd: float, shape: str) -> None:
    tensor = torch.randn(5000)
    tensor[[3, 4000]] = odd
    tensor = SHAPES[shape](tensor)
    assert statistics(tensor) == pytest.approx(oracle(tensor), rel=1e-5, nan_ok=True)


def test_a_constant_has_no_spread() -> None:
    assert statistics(torch.full((10_000,), 0.1))[3] == pytest.approx(0, abs=1e-8)


def test_reading_an_expanded_tensor_takes_no_memory_for_its_copies() -> None:
    assert statistics(torch.tensor(2.0).expand(10**12))[:4] == (2, 2, 2, 0)


@pytest.mark.parametrize("scale", [1e-40, 1e-30, 1e-25, 1e-13, 1e14, 1e25, 1e37])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_numbers_whose_squares_float32_cannot_hold(scale: float, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    tensor = ((torch.rand(10_000, dtype=torch.float64) + 1) * scale).to(dtype)
    assert statistics(tensor) == pytest.approx(oracle(tensor), rel=1e-5, abs=0)
