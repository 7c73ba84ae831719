"""Where a person who steps through a run can stop, read off its record."""

from collections import Counter
from collections.abc import Iterable, Iterator

from gradviz.model.moments.course import ACCUMULATE, BACKWARD, LINE, OP, Course
from gradviz.model.moments.moment import History
from gradviz.model.trace import Op, Step


def course(history: History) -> Course:
    """Return the stops of a run. What only brings a tensor into the world, or runs inside another op, is none."""
    kinds = {"line": LINE, "backward": BACKWARD, "accumulate": ACCUMULATE}
    drawn = [_is_drawn(op, history.minor) for op in history.trace.ops]
    shown = [
        step
        for step in history.trace.steps
        if (step.op is None or drawn[step.op]) and (step.line is not None or step.kind != "line")
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


def _is_drawn(op: Op, minor: set[int]) -> bool:
    """Whether an op is drawn; in backward the grad_fn that runs it is the stop."""
    return op.id not in minor and bool(op.outputs) and (op.phase == "forward" or op.grad_fn is not None)
