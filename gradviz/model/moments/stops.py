"""Where a person who steps through a run can stop, read off its record."""

from collections import Counter
from collections.abc import Iterable, Iterator

from gradviz.model.calls import calls
from gradviz.model.moments.course import ACCUMULATE, BACKWARD, LINE, OP, Course
from gradviz.model.moments.moment import History
from gradviz.model.trace import Step, Trace


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
