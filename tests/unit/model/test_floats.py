"""Numbers in one text are the numbers that it was made of, to the bit; what is no such text is refused."""

import math
import struct
from binascii import b2a_base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.floats import MARK, as_numbers, as_text
from gradviz.model.trace import HookCall, Page, Step, Value
from gradviz.model.wire import FrameError, encode

FLOATS = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=64)


def there(value: Value | None) -> Value | None:
    page = Page(steps=(Step(0, "line", 1, arrived=(value,)),))
    return as_numbers(page, encode(page)).steps[0].arrived[0]


def test_the_gradients_that_a_hook_was_given_are_numbers_too() -> None:
    text = Value((2,), as_text((1.5, -2.0)))
    page = Page(hook_calls=(HookCall(0, 1, None, (text, None), (None, text)),))
    (call,) = as_numbers(page, encode(page)).hook_calls
    there = Value((2,), (1.5, -2.0))
    assert (call.before, call.after) == ((there, None), (None, there))


@given(FLOATS)
def test_what_became_a_text_is_the_same_to_the_bit(numbers: list[float]) -> None:
    value = Value((len(numbers),), as_text(numbers))
    found = there(value)
    assert found is not None
    assert [one.hex() for one in map(float, found.data or ())] == [one.hex() for one in numbers]
    assert found._replace(data=None) == value._replace(data=None)


@pytest.mark.parametrize(
    "value",
    [None, Value((3,)), Value((0,), ()), Value((), (1.5,)), Value((), ("nan",)), Value((2,), (1.0, 2.0))],
)
def test_what_is_no_text_stays_as_it_is(value: Value | None) -> None:
    assert there(value) is value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("!", "floats as text"),
        ("QUJD", "floats as text"),
        ("QUJ", "floats as text"),
        ("é", "floats as text"),
        (b2a_base64(struct.pack("<2d", 1.0, math.nan), newline=False).decode(), "not finite"),
        (b2a_base64(struct.pack("<d", -math.inf), newline=False).decode(), "not finite"),
    ],
)
def test_what_are_no_floats_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FrameError, match=reason):
        there(Value((1,), (MARK + text,)))
