"""The records of a run gathered into pages and sent while the run goes on.

A killed run keeps what was sent, so pages leave early: at once for the first lines, later by time. Threads of
the program write here in turns: whoever makes records holds the lock, and never while code of the program runs.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, NoReturn, TypeVar

from gradviz.model.trace import (
    BackwardCall,
    End,
    Hook,
    HookCall,
    Limit,
    LimitName,
    Module,
    Op,
    Output,
    Page,
    Region,
    StepKind,
    Value,
    Warned,
)
from gradviz.model.wire import MAX_PAYLOAD, encode

EAGER = 64  # the first pages leave at every line: a program that then hangs has all its lines shown
INTERVAL = 0.02  # seconds between pages after that
IDLE = 10_000  # lines in a row that bring nothing; those after them are told only where the run has come to a new one
MOST_WARNINGS = 1000  # that are told one by one
MESSAGE = 4000  # characters of one

# The fields of a record in their order, as JSON has them: to make the record itself takes as long as to gather them.
# Those at its end that have their default may be left out.
Row = tuple[object, ...]
_Record = TypeVar("_Record", bound=NamedTuple)


class LimitReached(BaseException):
    """The run has used up one of its limits; not an Exception, so that a program does not catch it by accident."""


class _Ahead:
    """Within it, what is written down holds only from the next step on."""

    __slots__ = ("_stream",)

    def __init__(self, stream: "Stream") -> None:
        self._stream = stream

    def __enter__(self) -> None:
        self._stream.stamp_ahead = 1

    def __exit__(self, *_: object) -> None:
        self._stream.stamp_ahead = 0


class Stream:
    """Takes records, numbers the steps, sends pages."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._sent = 0
        self._ended = False
        self._last = time.perf_counter()
        self._idle = 0  # lines since anything else
        self._idle_lines: set[int | None] = set()  # those, once there are enough of them
        self._warnings = 0
        self.lock = threading.RLock()
        self.limit: Limit | None = None
        self.steps = 0  # steps numbered so far
        self.stamp_ahead = 0  # 1 within `ahead`
        self.ahead = _Ahead(self)
        self._regions = 0
        self._sealed = set[str]()  # paths that were told as such
        self.prepared = 0  # the first op that torch may have run to make the gradients that a backward starts with
        self.promised = 0  # ids of tensors that are not written down yet: a page must not leave them out
        self._clear()

    def _clear(self) -> None:
        self.tensors: list[Row] = []
        self.ops: list[Row] = []
        self.grad_fns: list[Row] = []
        self._steps: list[Row] = []
        self._has_names = False  # one of those says that names have changed
        self.backwards: list[BackwardCall] = []
        self.regions: list[Region] = []
        self.output: list[Output] = []
        self.warnings: list[Warned] = []
        self._modules: list[Module] = []
        self.hooks: list[Hook] = []
        self.hook_calls: list[HookCall] = []
        self._seals: list[str] = []
        self._columns: tuple[Sequence[object], ...] = (
            *(self.tensors, self.ops, self.grad_fns, self._steps),
            *(self.backwards, self.regions, self.output, self.warnings, self._modules, self.hooks, self.hook_calls),
            self._seals,
        )

    def stop(self, reached: LimitName, at: str) -> NoReturn:
        """End the run because of a limit; the first one reached is the one that counts.

        Raises:
            LimitReached: always.
        """
        self.limit = self.limit or Limit(reached, at)
        raise LimitReached(reached)

    @property
    def stamp(self) -> int:
        """The step that a state written down now is stamped with: it holds from the one before."""
        return self.steps + self.stamp_ahead

    def next_region(self) -> int:
        """Number a region."""
        self._regions += 1
        return self._regions - 1

    def step(
        self,
        kind: StepKind,
        line: int | None,
        grad_fn: int,
        arrived: tuple[Value | None, ...],
        left: tuple[Value | None, ...],
    ) -> None:
        """Record one execution of a grad_fn."""
        self._steps.append((self.steps, kind, line, None, grad_fn, None, arrived, left))
        self.steps += 1
        if not self.promised and time.perf_counter() - self._last > INTERVAL:
            self.flush()

    def line(
        self,
        line: int | None,
        names: dict[str, int | None] | None,
        depth: int,
        scope: int,
        function: str | None,
        elsewhere: dict[int, dict[str, int | None]] | None,
        arguments: dict[str, int | None] | None,
    ) -> None:
        """Record that a line is about to run; the arguments are those of Step."""
        idle = self._idle >= IDLE and not names and not elsewhere and not self._waiting()
        if idle and line in self._idle_lines:
            return
        number = self.steps
        self.steps = number + 1
        row: Row = (number, "line", line)
        if scope or elsewhere or depth:
            row = (number, "line", line, None, None, names, (), (), depth, scope, function, elsewhere, arguments)
        elif names:
            row = (number, "line", line, None, None, names)
        self._steps.append(row)
        if names or elsewhere:
            self._has_names = True
        if idle:
            self._idle_lines.add(line)
            self.flush()
        elif not self.promised and (self._sent < EAGER or time.perf_counter() - self._last > INTERVAL):
            self.flush()

    def claim(self, line: int | None, call: str | None) -> None:
        """Count the ops that prepared a backward call (the ones it starts from) as part of backward."""
        ops = self.ops
        for index in range(len(ops) - 1, -1, -1):
            op = whole(Op, ops[index])
            if op.id < self.prepared or (op.line, op.call) != (line, call):
                break
            ops[index] = op._replace(phase="backward")

    def warn(self, warned: Warned) -> None:
        """Record a warning; of very many, in the end, how many more they were."""
        with self.lock:
            self._warnings += 1
            if self._warnings <= MOST_WARNINGS:
                self.warnings.append(warned._replace(message=warned.message[:MESSAGE]))

    def module(self, module: Module) -> None:
        """Record what a name of a module stands for."""
        with self.lock:
            self._modules.append(module)

    def seal(self, path: str) -> None:
        """Record that what has a path takes no other tensor in the place of one that it holds."""
        if path not in self._sealed:
            with self.lock:
                self._sealed.add(path)
                self._seals.append(path)

    def flush(self, end: End | None = None) -> None:
        """Send what there is, with the run's end when it has come; nothing comes after that."""
        with self.lock:
            if end is not None and self._warnings > MOST_WARNINGS:
                self.warnings.append(Warned(None, "Warning", f"{self._warnings - MOST_WARNINGS:,} more warnings"))
            self._count_idle()
            page = tuple.__new__(Page, (*map(tuple, self._columns), end))
            self._clear()
            if not self._ended:
                self._deliver(page)
            self._ended = end is not None
            self._sent += 1
            self._last = time.perf_counter()

    def _count_idle(self) -> None:
        if len(self._steps) == self._waiting() and not self._has_names:
            self._idle += len(self._steps)
        else:
            self._idle = 0
            self._idle_lines.clear()

    def _waiting(self) -> int:
        return sum(map(len, self._columns))

    def _deliver(self, page: Page) -> None:
        """Send a page, in parts where it is larger than a frame may be."""
        payload = encode(page)
        if len(payload) <= MAX_PAYLOAD:
            self._send(payload)
            return
        for part in _halves(page):
            self._deliver(part)


def whole(kind: type[_Record], row: Row) -> _Record:
    """Return the record of which a row has the fields."""
    left_out = len(kind._fields) - len(row)
    return kind._make((*row, *[*kind._field_defaults.values()][-left_out:]) if left_out else row)


def _halves(page: Page) -> Iterator[Page]:
    """The earlier and the later half of every kind of record; ids must not leave a gap between them."""
    *columns, end = page._replace(tensors=tuple(sorted(page.tensors, key=lambda tensor: tensor[0])))  # by id
    middles = [(len(column) + 1) // 2 for column in columns]
    yield tuple.__new__(Page, (*(column[:middle] for column, middle in zip(columns, middles, strict=True)), None))
    yield tuple.__new__(Page, (*(column[middle:] for column, middle in zip(columns, middles, strict=True)), end))
