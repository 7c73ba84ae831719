"""One line of the result: what was measured, against what, and whether it is what the project aims at.

Each family of benchmarks is a program of its own, started once for each benchmark, so that none meets the memory, the
threads or the imports of another. It writes its rows to standard output as JSON.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

Unit = Literal["x", "ms", "s", "%", "MB", "count"]


class Row(NamedTuple):
    """A measured number; less is better."""

    name: str
    what: str
    value: float | None  # None: it could not be measured, and the note says why
    unit: Unit
    goal: float | None = None  # the most that the value is to be
    figures: Mapping[str, float] = {}  # what the value was made of, each with its unit in its name
    note: str = ""
    table: tuple[Mapping[str, float], ...] = ()  # the same for several sizes, where that is the point

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is no goal or no number."""
        return None if self.value is None or self.goal is None else self.value <= self.goal


Bench = Callable[[int], Iterable[Row]]  # is told how many rounds there may be at most


def main(benches: Mapping[str, Bench]) -> None:
    """Run the benchmark named by the first argument for at most as many rounds as the second says."""
    name, most = sys.argv[1:]
    sys.stdout.write(json.dumps(list(benches[name](int(most)))) + "\n")
    sys.stdout.flush()
    os._exit(0)  # what is left is huge graphs and windows, and nobody needs them taken apart
