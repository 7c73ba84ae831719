"""Work done in turns and timed: a machine that is busy now and then is busy for every side of a comparison.

What one process does, alone or with children it waits for, is timed by the processor time it takes, which others on
the machine disturb least.
"""

import gc
import resource
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

Timed = Callable[[], float]  # does its work once and returns the seconds it took


class Spent(NamedTuple):
    """The seconds of each round, in order."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.seconds)

    @property
    def least(self) -> float:
        """The one least disturbed."""
        return min(self.seconds)

    def within(self, share: float) -> float:
        """The seconds that this share of the rounds did not exceed."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


def busy() -> float:
    """Return the seconds that processors have worked for this process and for those it has waited for."""
    used = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def clock(work: Callable[[], object]) -> Timed:
    """Return what does the work and tells the processor time it took; what it returns is freed after that."""

    def timed() -> float:
        began = busy()
        kept = work()
        spent = busy() - began
        del kept
        return spent

    return timed


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the cycle collector, as in the picture process, for its work done in another."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def take_turns(ways: Mapping[str, Timed], rounds: int) -> dict[str, Spent]:
    """Time each way so many times, after once for nothing, the first of a round being another each time."""
    names = list(ways)
    for name in names:
        ways[name]()
    found: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in (*names[first:], *names[:first]):
            gc.collect()
            found[name].append(ways[name]())
    return {name: Spent(tuple(seconds)) for name, seconds in found.items()}


def ratio(mine: Spent, other: Spent) -> float:
    """Return how many times as long mine took: the median over the rounds, since both shared each round's weather."""
    return median(a / b for a, b in zip(mine.seconds, other.seconds, strict=True))


def in_ms(spent: Mapping[str, Spent]) -> dict[str, float]:
    """Return medians and minima, for the figures of a row."""
    figures: dict[str, float] = {}
    for name, each in spent.items():
        figures[f"{name}, ms"] = each.median * 1000
        figures[f"{name}, least ms"] = each.least * 1000
    return figures
