"""The elements of a value as they are sent: many floats in one text.

JSON writes a float of torch's in 17 digits, and that took longer than all else that was sent of small tensors. Eight
bytes each in base64 take a tenth of the time. On the reading side no value stays a text.
"""

import math
import re
import struct
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence

from gradviz.model.trace import HookCall, Number, Page, Step, Tensor, Value
from gradviz.model.wire import FrameError

MARK = "float64:"  # what the text begins with
_MARK = MARK.encode()
_TEXT = re.compile(rf'"{MARK}[^"]*"'.encode())
_DATA = re.compile(rf'\["{MARK}[^"\\]*"\]'.encode())  # alone in a list, which no other text of a page is
_DOUBLE = struct.calcsize("<d")
_GROWTH = 3  # bytes of memory for each character, beside its own: 8 bytes in base64 become a float of 32


def as_text(numbers: Sequence[float]) -> tuple[Number, ...]:
    """Return what stands for so many finite floats in the data of a Value."""
    return (MARK + b2a_base64(struct.pack(f"<{len(numbers)}d", *numbers), newline=False).decode(),)


def grown(payload: bytes, rest: bytes) -> int:
    """Return how many bytes of memory the floats of a page take beyond their texts.

    One whose mark is written with escapes is not counted here: each character of such a page is charged as a wide one.

    Args:
        payload: the page.
        rest: what `left_out` leaves of it.
    """
    odd = sum(map(len, _TEXT.findall(rest))) if _MARK in rest else 0
    return _GROWTH * (len(payload) - len(rest) + odd)


def left_out(payload: bytes) -> bytes:
    """Return a page without its floats, for who looks at its texts: one that only begins as they do stays."""
    return _DATA.sub(b"[]", payload) if _MARK in payload else payload


def as_numbers(page: Page, payload: bytes) -> Page:
    """Return a page with all its values as numbers.

    Args:
        page: the page.
        payload: what it was decoded from.

    Raises:
        FrameError: a text is none of `as_text`, or brings a number that is not finite, which JSON would not either.
    """
    if _MARK not in payload and not (b"\\" in payload and b"\\u" in payload):  # one byte is found far sooner than two
        return page
    return page._replace(
        tensors=tuple(map(_tensor, page.tensors)),
        steps=tuple(map(_step, page.steps)),
        hook_calls=tuple(map(_hook_call, page.hook_calls)),
    )


def _tensor(tensor: Tensor) -> Tensor:
    value, grad = tensor.value, tensor.grad
    if (value is None or value.data is None) and (grad is None or grad.data is None):
        return tensor
    if _is_text(value) or _is_text(grad):
        return tensor._replace(value=_value(value), grad=_value(grad))
    return tensor


def _step(step: Step) -> Step:
    if any(map(_is_text, step.arrived)) or any(map(_is_text, step.left)):
        return step._replace(arrived=tuple(map(_value, step.arrived)), left=tuple(map(_value, step.left)))
    return step


def _hook_call(call: HookCall) -> HookCall:
    return call._replace(before=tuple(map(_value, call.before)), after=tuple(map(_value, call.after)))


def _is_text(value: Value | None) -> bool:
    data = None if value is None else value.data
    return data is not None and len(data) == 1 and isinstance(data[0], str) and data[0].startswith(MARK)


def _value(value: Value | None) -> Value | None:
    if value is None or value.data is None or not _is_text(value):
        return value
    try:
        data = a2b_base64(str(value.data[0]).removeprefix(MARK), strict_mode=True)
        numbers = struct.unpack(f"<{len(data) // _DOUBLE}d", data)
    except (ValueError, struct.error) as error:
        raise FrameError(f"floats as text: {error}") from error
    if not all(map(math.isfinite, numbers)):
        raise FrameError("floats as text that are not finite")
    return value._replace(data=numbers)
