"""The course of a run as a person steps through it: lines, ops that are drawn, and backward node by node."""

from collections.abc import Callable
from typing import Literal, NamedTuple

LINE, OP, BACKWARD, ACCUMULATE = "LOBA"
# Which line: any; not one inside a call made here; one outside the call that runs; this one again.
Way = Literal["into", "over", "out", "again"]


class Course(NamedTuple):
    """The stops in the order in which they happened, as columns: a long run has many.

    At a line's stop the line is about to run; at any other, what it names has just been done.
    """

    kinds: str = ""  # one letter each: LINE, OP, BACKWARD or ACCUMULATE
    steps: tuple[int, ...] = ()  # of the trace
    lines: tuple[int, ...] = ()  # of the program; 0: none
    depths: tuple[int, ...] = ()  # how many calls of the program's own functions it is inside
    functions: dict[int, str] | None = None  # by line, where it ran inside one


def next_line(course: Course, position: int, direction: int, way: Way = "into") -> int | None:
    """Return the position of the next line's stop in a direction; None where there is none."""
    if not course.kinds:
        return None
    here = min(position, len(course.kinds) - 1)
    depth, line = course.depths[here], course.lines[here]
    fits: dict[Way, Callable[[int], bool]] = {
        "into": lambda _: True,
        "over": lambda at: course.depths[at] <= depth,
        "out": lambda at: course.depths[at] < depth,
        "again": lambda at: (course.lines[at], course.depths[at]) == (line, depth),
    }
    places = range(position + 1, len(course.kinds)) if direction > 0 else range(position - 1, -1, -1)
    return next((at for at in places if course.kinds[at] == LINE and fits[way](at)), None)
