"""A question about a run, its choices and the reason of the right one: claims, whose words are in quizwords.py.

A claim is a key with facts and holds in no language. What a program says is in its facts, as it was said.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from gradviz.model.quiz.statements import Ran
from gradviz.model.quiz.wanted import About
from gradviz.model.trace import ProgramError, Value
from gradviz.model.values import FEW, is_read, shape_text, statistics, value_text
from gradviz.model.why.answers import Answer

CHOICES = 4  # of a question at most
_HUNDREDTHS = 1e-6  # how far off a number may be, for its rounding, of what two decimals can write


class Said(NamedTuple):
    """A claim: a key of the words, and what they speak of."""

    key: str
    facts: dict[str, str | int] = {}  # noqa: RUF012 - never changed: it is a tuple's default


Reason = Said | Answer | ProgramError
NONE = Said("None")


class Question(NamedTuple):
    """A question whose choices differ, of which one is right."""

    about: About
    ran: Ran  # the execution that it is about
    names: tuple[str, ...]  # of the tensors that it is about
    tensor: int | None  # the first of them
    asks: Said
    choices: tuple[Said, ...]
    right: int
    reasons: tuple[Reason, ...]


class Candidate(NamedTuple):
    """A question that could be asked, before its choices have an order."""

    worth: int  # how much is to be learned from it
    question: Question  # its first choice is the right one, the next are the likelier the sooner they come
    ordered: bool = False  # the choices are to stay as they are


class Asked(NamedTuple):
    """What is asked, and of what."""

    about: About
    ran: Ran
    asks: Said
    name: str = ""  # of the tensor that it is about; "": it is about none
    tensor: int | None = None


def candidate(
    worth: int, asked: Asked, right: Said, wrong: list[Said | None], reasons: tuple[Reason, ...]
) -> Candidate | None:
    """Return a question with as many of the wrong choices as are no other choice; None: there is none."""
    choices = list({_same(one): one for one in (right, *wrong) if one is not None}.values())[:CHOICES]
    if len(choices) < 2:
        return None
    about, ran, asks, name, tensor = asked
    return Candidate(worth, Question(about, ran, (name,), tensor, asks, tuple(choices), 0, reasons))


def _same(said: Said) -> tuple[object, ...]:
    return (said.key, *said.facts.items())


def literal(text: str) -> Said:
    """A choice that is the same in every language."""
    return Said("literal", {"text": text})


def numbers(value: Value | None) -> Said | None:
    """Return a few numbers that a person can find in the head; None: they are too many, or no such numbers."""
    if value is None or value.uninitialized or not is_read(value) or not 0 < len(value.data or ()) <= FEW:
        return None
    if not all(_is_plain(number) for number in value.data or ()):
        return None
    text = value_text(value)
    return None if text is None or "…" in text else literal(text)


def kind_of(value: Value | None) -> Said | None:
    """Return whether there is a gradient, and whether it is zero; None: that is not known."""
    if value is None:
        return NONE
    known = statistics(value)
    if value.uninitialized or not isinstance(known.min, int | float) or not isinstance(known.max, int | float):
        return None
    return kind("zeros" if known.min == known.max == 0 else "filled", value.shape)


def kind(key: Literal["zeros", "filled"], shape: tuple[int, ...]) -> Said:
    """A gradient of a shape: zeros, or filled with other numbers."""
    return Said(key, {"shape": shape_text(shape)}) if shape else Said(f"{key} scalar")


def like(value: Value, number: float) -> Value:
    """Return as many elements, each of them this number."""
    return Value(value.shape, (number,) * len(value.data or ()))


def sound(value: Value | None) -> Value | None:
    """Return the elements with 0 for each nan; None: there is none, or they are not all known."""
    if value is None or not is_read(value) or "nan" not in (value.data or ()):
        return None
    return Value(value.shape, tuple(0.0 if number == "nan" else number for number in value.data or ()))


def scaled(value: Value | None, factor: float) -> Value | None:
    """Return the elements times a number; None: they are not all known."""
    if value is None or not is_read(value) or not all(isinstance(number, int | float) for number in value.data or ()):
        return None
    return Value(value.shape, tuple(float(number) * factor + 0.0 for number in value.data or ()))  # + 0.0: no -0.0


def summed(values: Sequence[Value | None]) -> Value | None:
    """Return the sum of several of one shape, element by element; None: their elements are not all known."""
    rows = [scaled(value, 1.0) for value in values]
    known = [row for row in rows if row is not None]
    if not known or len(known) < len(rows) or any(row.shape != known[0].shape for row in known):
        return None
    columns = zip(*(row.data or () for row in known), strict=True)
    return Value(known[0].shape, tuple(sum(map(float, column)) for column in columns))


def _is_plain(number: object) -> bool:
    if number == "nan":
        return True
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return abs(number) < 1000 and abs(number - round(number, 2)) <= _HUNDREDTHS * max(1.0, abs(number))
