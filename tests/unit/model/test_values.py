import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.trace import Number, Value
from gradviz.model.values import adds_up, elements_text, nested, norm, number_text, shape_text, statistics, value_text

finite = st.floats(-1e6, 1e6, width=32)


@given(st.lists(finite, min_size=2, max_size=64))
def test_statistics_are_those_of_torch(numbers: list[float]) -> None:
    known = statistics(Value((len(numbers),), tuple(numbers)))
    theirs = torch.tensor(numbers, dtype=torch.float64)
    assert (known.min, known.max) == (theirs.min().item(), theirs.max().item())
    assert known.mean == pytest.approx(theirs.mean().item(), abs=1e-6)
    assert known.std == pytest.approx(theirs.std().item(), abs=1e-5)
    assert (known.nan, known.inf) == (0, 0)


@pytest.mark.parametrize("odd", ["nan", "inf", "-inf"])
def test_statistics_of_what_is_not_finite_are_those_of_torch(odd: str) -> None:
    known = statistics(Value((3,), (1.0, odd, 2.0)))
    theirs = torch.tensor([1.0, float(odd), 2.0], dtype=torch.float64)
    expected = (theirs.min(), theirs.max(), theirs.mean(), theirs.std())
    for ours, other in zip((known.min, known.max, known.mean, known.std), expected, strict=True):
        assert ours is not None
        assert float(ours) == other.item() or (math.isnan(float(ours)) and torch.isnan(other))
    assert (known.nan, known.inf) == ((1, 0) if odd == "nan" else (0, 1))


def test_what_has_no_statistics_gets_none() -> None:
    for value in (Value((0,), ()), Value((), ("(1+2j)",)), Value((90,), min=1.0, max=2.0)):
        assert statistics(value) == value
    one = statistics(Value((), (3,)))
    assert (one.min, one.max, one.mean, one.std) == (3.0, 3.0, 3.0, None)
    assert statistics(Value((2,), (True, False))).mean == 0.5


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2.0, "2.0"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1 / 3, "0.3333"),
        (0.1 + 0.2, "0.3"),
        (0.00012345, "0.0001234"),
        (1.2e-5, "1.2e-05"),
        (999.96, "1000.0"),
        (1234.5678, "1234.6"),
        (12340.0, "12340.0"),
        (12340.56, "12340.6"),
        (100001.0, "100001.0"),
        (-9999999.0, "-9999999.0"),
        (16777216.0, "1.678e+07"),
        (1e20, "1e+20"),
        (7, "7"),
        (100001, "100001"),
        (2**53 + 1, "9007199254740993"),
        (True, "True"),
        ("nan", "nan"),
        ("-inf", "-inf"),
        ("(1+2j)", "(1+2j)"),
        ("(0.4472135901451111-1j)", "(0.4472-1j)"),
        ("(nan+infj)", "(nan+infj)"),
        (math.nan, "nan"),
        (math.inf, "inf"),
    ],
)
def test_numbers_are_as_short_as_they_can_be_and_true(number: Number, text: str) -> None:
    assert number_text(number) == text


@given(st.floats(-1e308, 1e308) | st.integers(-(10**7) + 1, 10**7 - 1).map(float))
def test_a_number_read_back_is_the_number_to_half_of_its_fourth_digit(number: float) -> None:
    back = float(number_text(number))
    assert back == pytest.approx(number, rel=5.01e-4, abs=1e-320)
    if number.is_integer() and abs(number) < 1e7:
        assert back == number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value((), (4.0,)), "4.0"),
        (Value((2,), (1.0, 2.5)), "[1., 2.5]"),
        (Value((2, 2), (1, 2, 3, 4)), "[[1, 2], [3, 4]]"),
        (Value((0,), ()), "[]"),
        (Value((2, 0), ()), "[[], []]"),
        (Value((7,), tuple(range(7))), "0 … 6"),
        (Value((3,), (1.23456e-5, 2.34567e-5, 3.45678e-5)), "1.235e-05 … 3.457e-05"),
        (Value((90,), min=-1.0, max=2.0), "-1.0 … 2.0"),
        (Value((90,), mean="(1+2j)"), "mean (1+2j)"),
        (Value((90,)), None),
        (Value((10**9, 0), ()), "[]"),
        (Value((3, 10**9, 0), ()), "[]"),
        (Value((), ()), None),
        (Value((10**9,), (1, 2)), "1 … 2"),
        (Value((90,), min="nan", max="nan", mean="nan", nan=3), "nan: 3 / 90"),
        (Value((8,), ("nan", "inf", 1.0, 2.0) * 2), "nan: 2 / 8"),
        (Value((3,), ("(0.4472135901451111-1j)",) * 3), "[0.4472-1j, 0.4472-1j, 0.4472-1j]"),
        (Value((3,), (True, False, True)), "[True, False, True]"),
        (Value((6,), (True, False) * 3), "True: 3 / 6"),
        (Value((40,), (True,) * 40), "True: 40 / 40"),
        (Value((3, 1000), None, False, True, 0.5, 0.5), "True: 1,500 / 3,000"),
        (Value((90,), None, False, False, 0.0, 0.0), "True: 0 / 90"),
        (Value((90,), None, False, True, 1e300), "False … True"),
        (Value((90,), None, False, True), "False … True"),
    ],
)
def test_values_are_told_in_their_shortest_true_form(value: Value, text: str | None) -> None:
    assert value_text(value) == text


@given(st.lists(st.integers(0, 3), max_size=4))
def test_nesting_is_that_of_torch(shape: list[int]) -> None:
    flat: list[object] = list(range(math.prod(shape)))
    assert nested(flat, shape, list) == torch.arange(len(flat)).reshape(shape).tolist()


def test_elements_and_shapes_are_written_as_python_does() -> None:
    assert elements_text(Value((1, 2), (True, "inf"))) == "[[True, inf]]"
    assert shape_text([]) == "()"
    assert shape_text((3,)) == "(3,)"


def test_parts_add_up_or_not() -> None:
    four, two = Value((2,), (4.0, 1.0)), Value((2,), (2.0, 0.5))
    assert adds_up(four, (two, two))
    assert not adds_up(four, (two,))
    assert not adds_up(four, (two, None))
    assert not adds_up(four, (two, Value((90,), min=0.0, max=1.0)))
    assert not adds_up(Value((90,), min=0.0, max=1.0), (two,))
    assert not adds_up(Value((2,), ("nan", 1.0)), (two, two))
    assert not adds_up(four, (two, Value((2,), (2.0, "nan"))))
    assert not adds_up(four, ())


@given(st.lists(finite, max_size=64))
def test_the_norm_is_that_of_torch_from_the_elements_or_from_what_is_known_of_many(numbers: list[float]) -> None:
    theirs = torch.tensor(numbers, dtype=torch.float64)
    value = Value((len(numbers),), tuple(numbers))
    assert norm(value) == pytest.approx(theirs.norm().item())
    many = theirs.repeat(70)
    if numbers:
        known = Value((len(many),), None, mean=many.mean().item(), std=many.std().item())
        assert norm(known) == pytest.approx(many.norm().item(), abs=1e-6)


@pytest.mark.parametrize(
    "value",
    [
        Value((2,), (1.0, "nan")),
        Value((2,), ("inf", 1.0)),
        Value((1,), ("(1+2j)",)),
        Value((99,), None, mean="nan", std="nan"),
        Value((99,), None, mean="(1+2j)"),
        Value((99,), None, mean=1.0),
        Value((99,), uninitialized=True),
        Value((0,), None, mean=1.0, std=1.0),
    ],
)
def test_of_what_is_not_known_as_finite_real_numbers_there_is_no_norm(value: Value) -> None:
    assert norm(value) is None
