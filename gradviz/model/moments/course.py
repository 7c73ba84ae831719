"""The course of a run as a person steps through it: lines, ops that are drawn, and backward node by node."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from gradviz.model.calls import calls
from gradviz.model.moments.moment import History
from gradviz.model.trace import Step, Trace

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


def course(history: History) -> Course:
    """Return the stops of a run. What only brings a tensor into the world, or runs inside another op, is none."""
    trace = history.trace
    hidden = history.born.union(calls(trace))
    kinds = {"line": LINE, "backward": BACKWARD, "accumulate": ACCUMULATE}
    shown = [
        step
        for step in trace.steps
        if (step.op is None or _is_shown(trace, step.op, hidden)) and not (step.kind == "line" and step.line is None)
    ]
    return Course(
        "".join(kinds.get(step.kind, OP) for step in shown),
        tuple(step.id for step in shown),
        tuple(step.line or 0 for step in shown),
        tuple(_depths(shown)),
        {step.line: step.function for step in shown if step.line is not None and step.function is not None},
    )


def _depths(steps: Iterable[Step]) -> Iterator[int]:
    """How deep each step is. What a line does after a call that it made has returned is as deep as the line."""
    running: list[tuple[int, int | None]] = []  # how deep, and which line of it runs: the outermost first
    lines: Counter[int | None] = Counter()  # those of them
    for step in steps:
        if step.kind == "line":
            while running and running[-1][0] >= step.depth:
                lines[running.pop()[1]] -= 1
            running.append((step.depth, step.line))
            lines[step.line] += 1
        elif lines[step.line]:
            while running[-1][1] != step.line:
                lines[running.pop()[1]] -= 1
        yield running[-1][0] if running else 0


def _is_shown(trace: Trace, op: int, hidden: set[int]) -> bool:
    """Whether an op is drawn; in backward the grad_fn that runs it is the stop."""
    made = trace.ops[op]
    return op not in hidden and bool(made.outputs) and (made.phase == "forward" or made.grad_fn is not None)


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
