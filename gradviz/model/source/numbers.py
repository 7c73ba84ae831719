"""The number literals of a line, and the text of one that has been slid by so many steps.

A step changes the second digit of a float, or the third where as many are written, and an int by one. What the person
wrote stays as it is written: exponents, underscores, prefixes, digits behind the point.
"""

import re
from collections.abc import Iterable
from keyword import kwlist
from typing import NamedTuple

from gradviz.model.source.lexing import CODE, LONGEST, spans

MOST = 40  # characters of a number that can be slid
_DIGITS = r"\d(?:_?\d)*"
_LITERAL = re.compile(
    rf"""(?P<minus>(?:-\s*)?)
    (?: 0(?P<base>[xXoObB])(?P<digits>(?:_?[\da-fA-F])+)
      | (?P<whole>(?:{_DIGITS})?)(?P<point>\.?)(?P<fraction>(?:{_DIGITS})?)(?P<end>(?:[eE][+-]?{_DIGITS})?[jJ]?) )""",
    re.ASCII | re.VERBOSE,
)
_BASES = {"x": 16, "o": 8, "b": 2}
_MINUS = re.compile(r"-\s*$")
_WORD = re.compile(r"\w+$")
_OPEN = frozenset(
    "([{,:=+-*/%@<>&|^~!;"
)  # a minus sign behind one of these, or behind a word of Python, has one operand
_VALUES = frozenset({"None", "True", "False"})  # words of Python that are operands
_WORDS = frozenset(kwlist) - _VALUES


class Number(NamedTuple):
    """A number literal of a line, in characters; with the minus sign that makes it negative."""

    start: int
    end: int
    text: str


class Line(NamedTuple):
    """A line of a program, and what it begins inside of, as `lexing.spans` tells."""

    text: str
    state: int = CODE


def numbers(line: Line, above: Iterable[Line] = ()) -> list[Number]:
    """Return the numbers of a line that can be slid, in order.

    Args:
        line: in which to look.
        above: the lines above it, the nearest first. As many are taken as it needs to tell a sign from a difference.
    """
    found = []
    for span in spans(line.text[:LONGEST], line.state)[0]:
        text = line.text[span.start : span.end]
        if span.kind == "number" and _is_literal(text, line.text[span.end : span.end + 1]):
            start = _start(line.text[: span.start], above)
            found.append(Number(start, span.end, line.text[start : span.end]))
    return found


def value_of(text: str) -> float:
    """Return what a number literal stands for: an int is one; of an imaginary one, its factor. It may be infinite."""
    parts = _parts(text)
    bare = text[len(parts["minus"]) :].rstrip("jJ")
    if parts["base"]:
        size: float = _whole(parts)
    else:
        size = float(bare) if parts["point"] or parts["end"] else int(bare)
    return -size if parts["minus"] else size


def stepped(text: str, count: int) -> str:
    """Return a number literal that has been slid by so many steps; by none, as it was."""
    if not count:
        return text
    parts = _parts(text)
    size, step, places = _scaled(parts)
    moved = (-size if parts["minus"] else size) + count * step
    sign = (parts["minus"] or "-") if moved < 0 else ""
    return sign + _written(parts, abs(moved), places)


def _parts(text: str) -> dict[str, str]:
    match = _LITERAL.fullmatch(text)
    assert match is not None
    return match.groupdict("")


def _is_literal(text: str, behind: str) -> bool:
    """Whether Python takes it as a number: 1_ and 012 it does not, and nothing that a letter follows."""
    match = _LITERAL.fullmatch(text)
    if match is None or len(text) > MOST or behind.isalnum():
        return False
    octal = text.replace("_", "").isdigit() and text.startswith("0")  # as it was written in Python 2
    return not octal or not text.strip("0_")


def _start(before: str, above: Iterable[Line]) -> int:
    """Where a number starts that has this in front of it: at its minus sign, unless that takes it from another."""
    minus = _MINUS.search(before)
    return minus.start() if minus and _is_sign(before[: minus.start()].rstrip(), above) else len(before)


def _is_sign(before: str, above: Iterable[Line]) -> bool:
    """Whether a minus sign behind this code has one operand."""
    if not before:
        return _is_sign(next(filter(None, map(_code, above)), "x"), ())
    word = _WORD.search(before)
    return word.group() in _WORDS if word else before[-1] in _OPEN


def _code(line: Line) -> str:
    """What is on a line beside a comment, and beside the backslash that leads to the next."""
    found, _ = spans(line.text[:LONGEST], line.state)
    end = found[-1].start if found and found[-1].kind == "comment" else LONGEST
    return line.text[:end].rstrip().removesuffix("\\").rstrip()


def _whole(parts: dict[str, str]) -> int:
    return int(parts["digits"].lstrip("_"), _BASES[parts["base"].lower()])


def _scaled(parts: dict[str, str]) -> tuple[int, int, int]:
    """Return the size of a number, and of a step of it, in units of its last digit; and its digits behind the point."""
    if parts["base"]:
        return _whole(parts), 1, 0
    whole, fraction = (parts[name].replace("_", "") for name in ("whole", "fraction"))
    size, last = int(whole + fraction), -len(fraction)
    if not parts["point"] and not parts["end"].strip("jJ"):
        return size, 1, 0
    first = len(str(size)) - 1 + last if size else 0
    step = max(first - 2, min(first - 1, last))
    places = max(-last, -step)
    return size * 10 ** (places + last), 10 ** (places + step), places


def _written(parts: dict[str, str], size: int, places: int) -> str:
    """Return a number of a size as it would be written by who wrote another."""
    if parts["base"]:
        digits = parts["digits"]
        made = format(size, parts["base"].lower()).zfill(len(digits.replace("_", "")))
        made = _grouped(made.upper() if digits != digits.lower() else made, digits)
        return f"0{parts['base']}{made}"
    digits = str(size).zfill(places + 1)
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
    if whole == "0" and not parts["whole"]:
        whole = ""
    point = parts["point"] or ("." if fraction else "")
    own = _grouped(fraction[::-1], parts["fraction"][::-1])[::-1]
    return _grouped(whole, parts["whole"]) + point + own + parts["end"]


def _grouped(digits: str, like: str) -> str:
    """Return digits with underscores where another number has them, counted from its end."""
    if "_" not in like:
        return digits
    size = len(like) - like.rindex("_") - 1
    first = len(digits) % size
    groups = [digits[at : at + size] for at in range(first, len(digits), size)]
    return "_".join([digits[:first], *groups] if first else groups)
