"""At which step all is written down that the ops up to a step have made.

Where torch itself goes on with an op's result (it detaches the copy that it saves), the ops are written down together,
and are one moment.
"""

from bisect import bisect_right
from math import inf
from typing import NamedTuple

from gradviz.model.trace import Trace


class Settling(NamedTuple):
    """The ops whose results were written down later than with the next step, in the order of the run."""

    steps: list[int]  # of each such op
    until: list[int]  # the step at which all is written down that ops up to that one made; ascending

    def settled(self, number: int) -> int:
        """Return the first step, `number` or later, at which all that the ops so far made is written down."""
        while True:
            place = bisect_right(self.steps, number)
            if not place or self.until[place - 1] <= number:
                return number
            number = self.until[place - 1]


def settling(trace: Trace) -> Settling:
    """Find the ops of a run whose results came late."""
    written: dict[int, int] = {}
    for state in (*trace.past, *trace.tensors):
        if state.made_by is not None and state.step < written.get(state.made_by, inf):
            written[state.made_by] = state.step
    found = Settling([], [])
    for op in trace.ops:
        settled = written.get(op.id, 0) - 1
        if settled > max(op.step, found.until[-1] if found.until else 0):
            found.steps.append(op.step)
            found.until.append(settled)
    return found
