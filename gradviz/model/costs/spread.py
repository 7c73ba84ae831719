"""What may be said of times that were measured: how far they spread, and how many times as long one mode takes.

Two modes are compared turn by turn, each turn by the median of its runs, so that a machine that drifts drifts for
both. A difference is claimed only where the whole confidence interval of the median ratio lies on one side.
"""

from collections.abc import Sequence
from math import comb
from statistics import median, quantiles
from typing import NamedTuple

from gradviz.model.cost import FEW, Lap

CONFIDENCE = 0.99  # of the interval: one false claim in a hundred comparisons
NOTICEABLE = 0.02  # a ratio nearer to 1 than this is no difference to speak of


class Spread(NamedTuple):
    """Measured numbers: their median, how far the middle half of them reaches, and how many there are."""

    median: float
    iqr: float
    n: int


class Ratio(NamedTuple):
    """How many times as much one mode took as another: the median over pairs of runs, and its interval."""

    median: float
    low: float
    high: float
    n: int

    @property
    def differs(self) -> bool:
        """Whether the runs show a difference worth speaking of."""
        one_side = self.low > 1 or self.high < 1
        return self.n >= FEW and one_side and abs(self.median - 1) >= NOTICEABLE


def turns(laps: Sequence[Lap], part: str) -> dict[int, float]:
    """Return the median seconds of each turn, of the whole run or of a part of it."""
    found: dict[int, list[float]] = {}
    for lap in laps:
        found.setdefault(lap.turn, []).append(getattr(lap, part))
    return {turn: median(seconds) for turn, seconds in found.items()}


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of one or more numbers, of which every one counts."""
    if len(values) < 2:
        return Spread(values[0], 0.0, 1)
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Spread(median(values), high - low, len(values))


def ratio(mine: Sequence[float], other: Sequence[float]) -> Ratio:
    """Compare runs that took turns, pair by pair.

    The interval is that of the sign test: it goes from one order statistic to another, and supposes nothing of how
    the times are spread.
    """
    ratios = sorted(a / b for a, b in zip(mine, other, strict=False))
    left_out = _left_out(len(ratios))
    return Ratio(median(ratios), ratios[left_out], ratios[-1 - left_out], len(ratios))


def _left_out(count: int) -> int:
    """How many of the smallest, and of the largest, numbers the interval of a median may leave out."""
    tail, out = 0, 0
    for k in range(count // 2):
        tail += comb(count, k)
        if 2 * tail > (1 - CONFIDENCE) * 2**count:
            break
        out = k
    return out
