"""The course of a run as a person steps through it: lines, ops that are drawn, and backward node by node."""

from typing import NamedTuple

from gradviz.model.births import births
from gradviz.model.calls import calls
from gradviz.model.trace import Trace

LINE, OP, BACKWARD, ACCUMULATE = "LOBA"


class Course(NamedTuple):
    """The stops in the order in which they happened, as columns: a long run has many.

    At a line's stop the line is about to run; at any other, what it names has just been done.
    """

    kinds: str = ""  # one letter each: LINE, OP, BACKWARD or ACCUMULATE
    steps: tuple[int, ...] = ()  # of the trace
    lines: tuple[int, ...] = ()  # of the program; 0: none


def course(trace: Trace) -> Course:
    """Return the stops of a run. What only brings a tensor into the world, or runs inside another op, is none."""
    hidden = births(trace) | set(calls(trace))
    kinds = {"line": LINE, "backward": BACKWARD, "accumulate": ACCUMULATE}
    found = [
        (kinds.get(step.kind, OP), step.id, step.line or 0)
        for step in trace.steps
        if (step.op is None or _is_shown(trace, step.op, hidden)) and not (step.kind == "line" and step.line is None)
    ]
    return Course("".join(kind for kind, _, _ in found), tuple(k for _, k, _ in found), tuple(n for _, _, n in found))


def _is_shown(trace: Trace, op: int, hidden: set[int]) -> bool:
    """Whether an op is drawn; in backward the grad_fn that runs it is the stop."""
    made = trace.ops[op]
    return op not in hidden and bool(made.outputs) and (made.phase == "forward" or made.grad_fn is not None)


def next_line(course: Course, position: int, direction: int) -> int:
    """The position of the next line's stop in a direction; the last or first stop where there is none."""
    found = position + direction
    while 0 <= found < len(course.kinds) and course.kinds[found] != LINE:
        found += direction
    return min(max(found, 0), max(0, len(course.kinds) - 1))
