"""Time spent in torch's autograd engine and in optimizers while a program runs, at the cost of two calls for each."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from gradviz.engine.record.internals import entries


class Stopwatch:
    """Seconds summed up over the calls that were timed; a call within a timed call is part of it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.first: float | None = None  # when the first call began, by time.perf_counter
        self._depth = 0
        self._since = 0.0

    def start(self) -> None:
        """A call begins."""
        if not self._depth:
            self._since = time.perf_counter()
            self.first = self.first or self._since
        self._depth += 1

    def stop(self) -> None:
        """It ends."""
        self._depth -= 1
        if not self._depth:
            self.seconds += time.perf_counter() - self._since


class CutOff(BaseException):
    """A run has come to backward, and is to go no further."""


@contextmanager
def phases(*, cut: bool = False) -> Iterator[tuple[Stopwatch, Stopwatch]]:
    """Give two watches that run within backward and within optimizers' step().

    Args:
        cut: whether the first call of backward ends the run.

    Raises:
        CutOff: within the program, where that is so.
    """
    backward, optimizer = Stopwatch(), Stopwatch()

    def timed(engine_run: entries.EngineRun) -> entries.EngineRun:
        def run(*args: object, **kwargs: object) -> object:
            backward.start()
            try:
                if cut:
                    raise CutOff
                return engine_run(*args, **kwargs)
            finally:
                backward.stop()

        return run

    undo: list[Callable[[], None]] = [
        entries.replace_engine_run(timed),
        register_optimizer_step_pre_hook(lambda *_: optimizer.start()).remove,
        register_optimizer_step_post_hook(lambda *_: optimizer.stop()).remove,
    ]
    try:
        yield backward, optimizer
    finally:
        for restore in undo:
            restore()
