"""What a box says, as a value: lines of text, an outline and signs, before any size. No place, no colour."""

from enum import Enum
from typing import NamedTuple

from gradviz.drawing.metrics import ELLIPSIS
from gradviz.drawing.plain import bounded, plain
from gradviz.drawing.shapes import Role, TextRole

LABEL = 100  # characters that are painted in one line at most
DESCRIPTION = 1200  # characters of a description at most
_DETAIL = 400  # and of one line of it


class Shape(Enum):
    """The outline of a box."""

    ROUNDED = "rounded"
    SQUARE = "square"
    DOUBLE = "double"
    PILL = "pill"
    STACK = "stack"
    HEXAGON = "hexagon"
    CUT = "cut"


class Line(NamedTuple):
    """One line of a box."""

    text: str
    role: TextRole


class Content(NamedTuple):
    """All that one box says."""

    role: Role
    shape: Shape
    lines: tuple[Line, ...]
    details: tuple[str, ...]  # the lines of its description
    strips: tuple[str, ...] = ()  # the backward calls that start here
    notes: tuple[str, ...] = ()  # saved tensors
    freed: bool = False  # and none of them is kept any more
    accumulates: bool = False
    in_error: bool = False  # or spoilt by nan or inf: it has the sign of an alert
    gauge: float = 0.0  # how much of the hottest node's it costs; 0: nothing, or nobody asked
    badge: str = ""  # what names it far from its box; "": its title

    @property
    def title(self) -> str:
        """The first line, whole."""
        return self.lines[0].text

    @property
    def description(self) -> str:
        """All there is to say, in as many characters as anybody reads."""
        return bounded("\n".join((*self.details, *self.strips)), DESCRIPTION)


def plain_content(content: Content) -> Content:
    """Return the same, safe to draw."""
    painted = [*[text for text, _ in content.lines], *content.strips, *content.notes, content.badge]
    longest, most = max(map(len, painted)), max(map(len, content.details), default=0)
    if longest <= LABEL and most <= _DETAIL and "".join((*painted, *content.details)).isprintable():
        return content  # as nearly all are
    return Content(
        content.role,
        content.shape,
        tuple([Line(label(text), role) for text, role in content.lines]),
        tuple([bounded(plain(text), _DETAIL) for text in content.details]),
        tuple(map(label, content.strips)),
        tuple(map(label, content.notes)),
        *(content.freed, content.accumulates, content.in_error, content.gauge, label(content.badge)),
    )


def label(text: str) -> str:
    """A text of a program as it is painted: safe, and cut in the middle where nobody would read all of it."""
    if len(text) <= LABEL:
        return plain(text)
    half = LABEL // 2
    return plain(f"{text[: half - 1]}{ELLIPSIS}{text[-half:]}")
