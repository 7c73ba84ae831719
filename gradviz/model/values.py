"""A recorded value as numbers and as text: its statistics, its elements nested by shape, its shortest true wording.

Knows no tensor but the record of one, no language and no font.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from gradviz.model.rules import EXACT
from gradviz.model.trace import Number, Value

FEW = 6  # elements that are written out in a box
_SHORT = 30  # characters of them; longer ones are told by their range
_LARGE = 1e7  # from here on a float is rounded, whole or not
_WIDE = 1e3  # from here on one has its four digits before the point
_ROUNDING = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}  # of one sum
Nest = TypeVar("Nest")  # an item, or a group of them


def statistics(value: Value) -> Value:
    """The same value with the statistics that follow from its elements, if it has any.

    As in torch: a nan among the elements makes every statistic nan, and `std` is that of a sample (n - 1), absent for
    one element. Complex elements have no order and no statistics here.
    """
    numbers = _numbers(value.data or ())
    if not numbers:
        return value
    nan, inf = sum(map(math.isnan, numbers)), sum(map(math.isinf, numbers))
    low, high = _extremes(value)
    count = len(numbers)
    mean = math.nan if nan else sum([number / count for number in numbers])
    std = math.nan if nan or inf else _deviation(numbers, mean)
    return value._replace(
        min=low,
        max=high,
        mean=_finite(mean),
        std=_finite(std) if len(numbers) > 1 else None,
        nan=nan,
        inf=inf,
    )


def norm(value: Value) -> float | None:
    """Return the length of a value as a vector; None: not all of it is known, or known as finite real numbers.

    The sum of squares follows from the mean and the deviation: n mean² + (n - 1) std².
    """
    if is_read(value):
        data = value.data or ()
        numbers = _numbers(data)
        return math.hypot(*numbers) if len(numbers) == len(data) and all(map(math.isfinite, numbers)) else None
    count, mean, std = math.prod(value.shape), value.mean, value.std
    if not count or not isinstance(mean, int | float) or not isinstance(std, int | float):
        return None
    return math.hypot(math.sqrt(count) * mean, math.sqrt(count - 1) * std)


def _extremes(value: Value) -> tuple[Number | None, Number | None]:
    """The least and the largest element, or what was recorded of them."""
    numbers = _numbers(value.data) if value.data else []
    if not numbers:
        return value.min, value.max
    if any(map(math.isnan, numbers)):
        return _finite(math.nan), _finite(math.nan)
    whole = [one for one in value.data or () if type(one) is int]
    if len(whole) == len(numbers):
        return min(whole), max(whole)
    return _finite(min(numbers)), _finite(max(numbers))


def _numbers(data: Sequence[Number]) -> list[float]:
    """The elements as floats; none where one of them is not a real number."""
    try:
        return [float(number) for number in data]
    except (ValueError, OverflowError):
        return []


def _deviation(numbers: Sequence[float], mean: float) -> float:
    return math.hypot(*[number - mean for number in numbers]) / math.sqrt(max(1, len(numbers) - 1))


def _finite(number: float) -> Number:
    return number if math.isfinite(number) else str(number)


def number_text(number: Number) -> str:
    """One number, whole ones exactly and others to four digits at least: `2.0`, `100001.0`, `0.3333`, `1.2e-05`.

    Floats of ten million and more, and those below a ten-thousandth, are rounded to four digits and an exponent.
    """
    if not isinstance(number, float):
        return _complex_text(number) if isinstance(number, str) and number.endswith("j)") else str(number)
    if (number.is_integer() or not -_WIDE < number < _WIDE) and -_LARGE < number < _LARGE:
        return f"{number:.1f}"
    text = f"{number:.4g}"
    return text if "." in text or "e" in text or not text[-1].isdigit() else text + ".0"


def _complex_text(number: str) -> str:
    """A complex number as Python writes it, each part to four digits: `(0.4472-1j)`."""
    return f"({complex(number):.4g})"


def shape_text(shape: Sequence[int]) -> str:
    """A shape as Python writes it: `()`, `(3,)`, `(2, 3)`."""
    return str(tuple(shape))


def is_read(value: Value) -> bool:
    """Whether all elements were read: as many as its shape says."""
    return value.data is not None and len(value.data) == math.prod(value.shape)


class Range(NamedTuple):
    """The least and the largest of many elements."""

    low: Number
    high: Number

    @property
    def text(self) -> str:
        """Both ends, in any language."""
        return f"{number_text(self.low)} … {number_text(self.high)}"


def value_text(value: Value) -> str | None:
    """The shortest true wording: the number, a few elements, or the range of many. None: it could not be read."""
    told = told_of(value)
    return told.text if isinstance(told, Range) else told


def told_of(value: Value) -> Range | str | None:
    """What the shortest true wording is of: a range, which has words of its own where all elements are alike."""
    few = elements_text(value) if is_read(value) and math.prod(value.shape) <= FEW else None
    if few is not None and (len(few) <= _SHORT or not value.shape):
        return few
    true = truths(value)
    if true is not None:
        return truths_text(true)
    low, high = _extremes(value)
    if low is None or high is None:  # complex numbers have no order
        return few if few is not None or value.mean is None else f"mean {number_text(value.mean)}"
    if low == _finite(math.nan):  # one is enough to hide what the others are
        return f"nan: {statistics(value).nan:,} / {math.prod(value.shape):,}"
    return Range(low, high)


class Truths(NamedTuple):
    """How many elements are True, of how many."""

    true: int
    of: int


def truths(value: Value) -> Truths | None:
    """Return how many elements of bools are True; None: they are no bools. Of many their mean tells it."""
    count = math.prod(value.shape)
    if is_read(value):
        data = value.data or ()
        return Truths(sum(map(bool, data)), count) if data and all(type(one) is bool for one in data) else None
    share = value.mean if isinstance(value.min, bool) and isinstance(value.mean, int | float) else None
    return None if share is None or not 0 <= share <= 1 else Truths(round(share * count), count)


def truths_text(of: Truths) -> str:
    """How many are True, in any language: `True: 12 / 100`."""
    return f"True: {of.true:,} / {of.of:,}"


def adds_up(total: Value, parts: Sequence[Value | None], dtype: str = "float32") -> bool:
    """Whether the parts, all read in full, have the total as their sum, within the rounding of its dtype."""
    columns = [_numbers(one.data) for one in (total, *parts) if one is not None and one.data]
    if not parts or len(columns) != len(parts) + 1 or len({len(column) for column in columns}) != 1:
        return False
    rounding = len(parts) * _ROUNDING.get(dtype, _ROUNDING["float32"])
    return all(
        abs(sum(terms) - whole) <= rounding * sum(map(abs, terms)) for whole, *terms in zip(*columns, strict=True)
    )


def elements_text(value: Value) -> str:
    """All elements in nested brackets, as torch prints them: `[[1., 2.], [3., 4.]]`; one alone as a number."""
    if value.data and not value.shape:
        return number_text(value.data[0])
    items = [text[:-1] if text.endswith(".0") else text.strip("()") for text in map(number_text, value.data or ())]
    return nested(items, value.shape, lambda parts: f"[{', '.join(parts)}]")


def nested(items: Sequence[Nest], shape: Sequence[int], group: Callable[[Sequence[Nest]], Nest]) -> Nest:
    """Group flat items in row-major order by shape, the last dimension first; the only item of an empty shape.

    Without items a shape may still ask for any number of empty groups: more than EXACT are given as one.
    """
    if not items and any(math.prod(shape[:dimension]) > EXACT for dimension in range(len(shape))):
        return group(())
    for dimension in reversed(range(len(shape))):
        size = shape[dimension]
        items = [group(items[k * size : (k + 1) * size]) for k in range(math.prod(shape[:dimension]))]
    return items[0]
