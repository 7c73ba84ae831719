"""The statistics that are read of large tensors, against torch's own in double precision."""

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.engine.record.internals import guards
from gradviz.engine.record.internals.values import read_value
from gradviz.model.trace import Number
from gradviz.model.values import truths
from gradviz.model.why.answers import of_tensor
from gradviz.picture.inspection.inspecting import inspection
from gradviz.picture.inspection.inspection import Inspect, Subject
from gradviz.picture.record.record import Record
from tests.engine import recording
from tests.unit.model.traces import known

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
    with guards.unwatched():
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


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64])
def test_of_so_much_that_it_is_read_in_parts(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    size = (1 << 22) + 1
    tensor = (torch.rand(size) * 100 + 20).to(dtype)
    assert statistics(tensor) == pytest.approx(oracle(tensor), rel=1e-5)
    if dtype.is_floating_point:
        tensor[[3, size - 1]] = math.nan
        tensor[7] = math.inf
        assert statistics(tensor)[4:] == (2, 1)


def test_of_much_repeated() -> None:
    torch.manual_seed(0)
    tensor = torch.randn((1 << 22) + 1)[:, None].expand(-1, 2)
    assert statistics(tensor) == pytest.approx(oracle(tensor), rel=1e-5)


@pytest.mark.parametrize("rows", [3, 700])
def test_rows_that_lie_apart(rows: int) -> None:
    torch.manual_seed(0)
    for tensor in torch.split(torch.randn(rows, 3 * 768), 768, 1):
        assert statistics(tensor) == pytest.approx(oracle(tensor), rel=1e-5)
        heads = tensor.view(1, rows, 12, 64).transpose(1, 2)
        assert statistics(heads) == pytest.approx(oracle(tensor), rel=1e-5)


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


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_all_of_them_are_counted(dtype: torch.dtype) -> None:
    tensor = torch.full((300, 1001), math.nan, dtype=dtype)
    tensor[7:, :1000] = -math.inf
    tensor[8, 3] = 1
    assert statistics(tensor)[4:] == (7 * 1001 + 293, 293 * 1000 - 1)
    assert statistics(tensor[:, :, None].expand(-1, -1, 90))[4:] == (90 * (7 * 1001 + 293), 90 * (293 * 1000 - 1))


def test_a_constant_has_no_spread() -> None:
    assert statistics(torch.full((10_000,), 0.1))[3] == 0


def test_reading_an_expanded_tensor_takes_no_memory_for_its_copies() -> None:
    assert statistics(torch.tensor(2.0).expand(10**12))[:4] == (2, 2, 2, 0)


@pytest.mark.parametrize("scale", [1e-40, 1e-30, 1e-25, 1e-13, 1e14, 1e25, 1e37])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_numbers_whose_squares_float32_cannot_hold(scale: float, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    tensor = ((torch.rand(10_000, dtype=torch.float64) + 1) * scale).to(dtype)
    assert statistics(tensor) == pytest.approx(oracle(tensor), rel=1e-5, abs=0)


FLOATS = {torch.float32: (-39, 36), torch.float64: (-140, 140), torch.bfloat16: (-36, 36), torch.float16: (-3, 3)}
INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS])
def test_the_ends_of_whole_numbers_are_whole(dtype: torch.dtype) -> None:
    tensor = torch.arange(100, dtype=dtype)
    for many in (tensor, tensor.repeat(50)):
        value = read_value(many)
        assert value is not None
        assert [repr(end) for end in (value.min, value.max)] == [repr(end.item()) for end in (many.min(), many.max())]


@st.composite
def floats(draw: st.DrawFn) -> torch.Tensor:
    """Numbers of any magnitude, at any distance from 0 compared with their spread, of which some may not be finite."""
    dtype = draw(st.sampled_from(list(FLOATS)))
    torch.manual_seed(draw(st.integers(0, 99)))
    tensor = torch.randn(size(draw), dtype=torch.float64) + draw(st.sampled_from([0, 1, 30, 1e4, -1e6]))
    if draw(st.booleans()):
        tensor = tensor.relu()
    if dtype is not torch.float16:
        tensor = tensor / (tensor.abs().max() + 1)
    tensor = (tensor * 10.0 ** draw(st.integers(*FLOATS[dtype]))).to(dtype)
    for odd in draw(st.lists(st.sampled_from([math.nan, math.inf, -math.inf]), max_size=2)):
        tensor[draw(st.integers(0, 159))] = odd
    return shaped(draw, tensor)


@st.composite
def integers(draw: st.DrawFn) -> torch.Tensor:
    dtype = draw(st.sampled_from((*INTEGERS, torch.bool)))
    torch.manual_seed(draw(st.integers(0, 99)))
    bounds = (0, 2) if dtype is torch.bool else (torch.iinfo(dtype).min, torch.iinfo(dtype).max)
    return shaped(draw, torch.randint(*bounds, (size(draw),)).to(dtype))


def size(draw: st.DrawFn) -> int:
    return 8 * draw(st.sampled_from([20, 200, 512, 513, 576, 1024, 1100, 2049]))


def shaped(draw: st.DrawFn, tensor: torch.Tensor) -> torch.Tensor:
    return SHAPES[draw(st.sampled_from(list(SHAPES)))](tensor)


def in_full(tensor: torch.Tensor) -> tuple[float, ...]:
    """The mean and the standard deviation in sums that lose no digit."""
    items = tensor.double().flatten().tolist()
    mean = math.fsum(items) / len(items)
    return mean, math.sqrt(math.fsum((item - mean) ** 2 for item in items) / (len(items) - 1))


@settings(deadline=None)
@given(floats() | integers())
def test_they_are_those_of_sums_that_lose_no_digit(tensor: torch.Tensor) -> None:
    least, most, mean, std, nan, inf = statistics(tensor)
    exact = oracle(tensor)
    assert (least, most, nan, inf) == pytest.approx((exact[0], exact[1], exact[4], exact[5]), rel=0, abs=0, nan_ok=True)
    if nan or inf:
        assert (mean, std) == pytest.approx(exact[2:4], nan_ok=True)
    else:
        true_mean, true_std = in_full(tensor)
        assert mean == pytest.approx(true_mean, abs=1e-6 * max(-least, most))
        assert std == pytest.approx(true_std, rel=5e-5, abs=0)
    assert statistics(tensor) == pytest.approx((least, most, mean, std, nan, inf), rel=0, abs=0, nan_ok=True)


@given(st.sampled_from([torch.complex64, torch.complex128]), st.sampled_from(list(SHAPES)))
def test_of_complex_numbers_only_the_mean_is_told(dtype: torch.dtype, shape: str) -> None:
    torch.manual_seed(0)
    tensor = SHAPES[shape](torch.randn(4160, dtype=dtype))
    with guards.unwatched():
        value = read_value(tensor)
    assert value is not None
    assert complex(str(value.mean)) == pytest.approx(tensor.mean().item(), rel=1e-4)
    assert value._replace(mean=None) == (tuple(tensor.shape), *[None] * 5, *value[6:])


@pytest.mark.parametrize("shape", [(0,), (3, 0, 2)])
def test_an_empty_tensor_has_no_elements(shape: tuple[int, ...]) -> None:
    value = read_value(torch.empty(shape))
    assert value is not None
    assert (value.shape, value.data) == (shape, ())


@given(st.integers(0, 9999), st.integers(65, 10_000), st.sampled_from(list(SHAPES)))
def test_bools_are_counted(seed: int, count: int, shape: str) -> None:
    torch.manual_seed(seed)
    tensor = SHAPES[shape](torch.rand(count * 8) < torch.rand(1))
    value = read_value(tensor)
    assert value is not None
    assert truths(value) == (int(tensor.count_nonzero()), tensor.numel())
    assert (value.min, value.max) == (tensor.amin().item(), tensor.amax().item())
    assert type(value.min) is type(value.max) is bool


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64])
@pytest.mark.parametrize("shape", [(), (2, 3), (100, 200)])
def test_zeros_without_memory_are_read_as_those_that_have_it(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    promised, zeros = torch._efficientzerotensor(shape, dtype=dtype), torch.zeros(shape, dtype=dtype)
    with guards.unwatched():
        assert read_value(promised) == read_value(zeros)


@pytest.mark.parametrize(
    "body",
    [
        "m = torch.nn.Embedding(3, 2, sparse=True)\nw = m.weight\nm(torch.tensor([1])).sum().backward()\n",
        "w = torch.tensor([1., -2.], requires_grad=True)\n"
        "g, = torch.autograd.grad(w.abs().sum(), w, create_graph=True)\ng.sum().backward()\n",
    ],
    ids=["sparse", "without memory"],
)
def test_a_grad_that_is_no_plain_memory_is_not_taken_for_none(body: str) -> None:
    trace = recording.record(f"import torch\n{body}g = w.grad\nprint(g is None)\n")
    assert [one.text for one in trace.output] == ["False\n"]
    leaf = recording.tensor(trace, "w")
    assert leaf.grad is not None
    assert leaf.grad.shape == leaf.shape
    assert "grad" not in {answer.question for answer in of_tensor(known(trace), leaf)}
    shown = inspection(Record(trace), Inspect(Subject("tensor", leaf.id))).sections
    assert [len(section.facts) for section in shown if section.title == ".grad"] in ([1], [0])
