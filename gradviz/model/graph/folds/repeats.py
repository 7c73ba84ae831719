"""Stretches of a sequence that follow each other again and again, as the rounds of a loop do.

Knows numbers only. Windows of 1, 2, 4 ... items are numbered, equal ones alike (Karp, Miller, Rosenberg 1972); where a
window comes again no further on than it is long, a repetition may begin. Time is linear in the sequence.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

LONGEST = 4096  # the longest period looked for, in items; a power of two


class Repeat(NamedTuple):
    """Items from `start` on are `times` the same `period` items."""

    start: int
    period: int
    times: int

    @property
    def end(self) -> int:
        """The first item after it."""
        return self.start + self.period * self.times


def repeats(items: Sequence[int], fewest: int, openings: Sequence[float]) -> Iterator[Repeat]:
    """Yield the repetitions from left to right, the one that covers most wherever several begin.

    Args:
        items: the sequence, equal items as equal numbers.
        fewest: how often a stretch must come for it to be one.
        openings: how much each item looks like the first of a round. A sequence that ends within a round can be cut
            into rounds in several ways, and this decides.
    """
    levels = _levels(items)
    periods = _periods(levels)
    at = 0
    while at < len(items):
        found = (_repeat(levels, at, period) for period in periods.get(at, ()))
        best = max((one for one, _ in found if one.times >= fewest), key=_covered, default=None)
        if best is None:
            at += 1
            continue
        _, slack = _repeat(levels, at, best.period)
        best = best._replace(start=max(range(at, at + slack + 1), key=lambda first: openings[first]))
        yield best
        at = best.end


def _covered(repeat: Repeat) -> tuple[int, int]:
    return repeat.times * repeat.period, -repeat.period


def _levels(items: Sequence[int]) -> list[list[int]]:
    """Of each width, a number for the window that begins at each item."""
    levels = [list(items)]
    while len(levels[-1]) > 1 << (len(levels) - 1) < LONGEST:
        below, width = levels[-1], 1 << (len(levels) - 1)
        numbers = defaultdict[tuple[int, int], int](count().__next__)
        levels.append([numbers[pair] for pair in zip(below, below[width:], strict=False)])
    return levels


def _periods(levels: list[list[int]]) -> dict[int, list[int]]:
    """For each item, how far on a window from it comes again: more than half as far as it is long, and no further."""
    found: dict[int, list[int]] = defaultdict(list)
    for level, windows in enumerate(levels):
        last: dict[int, int] = {}
        width = 1 << level
        for at, window in enumerate(windows):
            before = last.get(window)
            if before is not None and width < 2 * (at - before) <= 2 * width:
                found[before].append(at - before)
            last[window] = at
    return found


def _repeat(levels: list[list[int]], start: int, period: int) -> tuple[Repeat, int]:
    """The repetition from `start`, and how many items it goes on beyond its last whole round."""
    times, slack = divmod(period + _agreeing(levels, start, start + period), period)
    return Repeat(start, period, times), slack


def _agreeing(levels: list[list[int]], one: int, other: int) -> int:
    """How many items from two places on are equal. The second place comes after the first."""
    start = one
    for level in reversed(range(len(levels))):
        windows, width = levels[level], 1 << level
        while other < len(windows) and windows[one] == windows[other]:
            one, other = one + width, other + width
    return one - start
