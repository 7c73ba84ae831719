"""The grad modes side by side, and which of them have run."""

from typing import NamedTuple

from gradviz.model.trace import GradMode
from gradviz.picture.picture import Comparison


class Comparing(NamedTuple):
    """The program in every grad mode side by side, as far as it has been run."""

    seen: bool = False  # the person wants to see it
    run: int = 0  # the newest run in another mode than the one chosen; 0: none yet
    mode: GradMode | None = None  # in which it goes on
    done: tuple[GradMode, ...] = ()  # in which the program has run since it was run in the one chosen
    stopped: bool = False
    slow: bool = False  # it has taken long enough to say so
    comparison: Comparison | None = None  # the newest
    document: int = 0  # that it is of
