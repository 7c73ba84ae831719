"""The records of a run gathered into pages and sent while the run goes on.

A killed run keeps what was sent, so pages leave early: at once for the first lines, later by time and size.
"""

import time
from collections.abc import Callable

from gradviz.model.trace import (
    BackwardCall,
    End,
    GradFn,
    Op,
    Output,
    Page,
    Region,
    Step,
    StepKind,
    Tensor,
    Value,
    Warned,
)
from gradviz.model.wire import encode

EAGER = 64  # the first pages leave at every line: a program that then hangs has all its lines shown
INTERVAL = 0.02  # seconds between pages after that
FULL = 2000  # records that fill a page


class Stream:
    """Takes records, numbers the steps, sends pages."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._sent = 0
        self._last = time.perf_counter()
        self.steps = 0  # steps numbered so far
        self._clear()

    def _clear(self) -> None:
        self.tensors: list[Tensor] = []
        self.ops: list[Op] = []
        self.grad_fns: list[GradFn] = []
        self._steps: list[Step] = []
        self.backwards: list[BackwardCall] = []
        self.regions: list[Region] = []
        self.output: list[Output] = []
        self.warnings: list[Warned] = []

    def next_step(self) -> int:
        """Number a step that another record carries (an op)."""
        self.steps += 1
        return self.steps - 1

    def step(
        self,
        kind: StepKind,
        line: int | None,
        grad_fn: int | None = None,
        names: dict[str, int | None] | None = None,
        arrived: tuple[Value | None, ...] = (),
        left: tuple[Value | None, ...] = (),
    ) -> int:
        """Record a step and return its number."""
        number = self.next_step()
        self._steps.append(Step(number, kind, line, None, grad_fn, names, arrived, left))
        return number

    def tick(self) -> None:
        """Send what there is if it is time to."""
        size = len(self.tensors) + len(self.ops) + len(self._steps) + len(self.output)
        if size and (self._sent < EAGER or size >= FULL or time.perf_counter() - self._last > INTERVAL):
            self.flush()

    def flush(self, end: End | None = None) -> None:
        """Send what there is, with the run's end when it has come."""
        page = Page(
            tuple(self.tensors),
            tuple(self.ops),
            tuple(self.grad_fns),
            tuple(self._steps),
            tuple(self.backwards),
            tuple(self.regions),
            tuple(self.output),
            tuple(self.warnings),
            end,
        )
        self._clear()
        self._sent += 1
        self._send(encode(page))
        self._last = time.perf_counter()
