"""Which grad_fns keep memory for backward, and until when, by what they keep."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import NamedTuple

from gradviz.model.trace import GradFn, Saved


class Keepers(NamedTuple):
    """The grad_fns that saved one thing, by id, as columns."""

    grad_fns: list[int]
    ends: list[float]  # the last stamp up to each with which one let go of it; inf: one never did

    def since(self, begun: float) -> Iterator[int]:
        """Yield them without the first, none of which kept it any more at a moment."""
        return (self.grad_fns[place] for place in range(bisect_left(self.ends, begun), len(self.grad_fns)))


def keepers(lives: Iterable[Sequence[GradFn]], key: Callable[[Saved], int | None]) -> dict[int, Keepers]:
    """Return who keeps what.

    Args:
        lives: every state of each grad_fn, by stamp; the grad_fns by id.
        key: what a saved tensor is looked for by; None: it is not looked for.
    """
    found: dict[int, Keepers] = {}
    for states in lives:
        for thing, end in _ends(states, key).items():
            grad_fns, ends = found.setdefault(thing, Keepers([], []))
            grad_fns.append(states[0].id)
            ends.append(max(end, ends[-1]) if ends else end)
    return found


def _ends(states: Sequence[GradFn], key: Callable[[Saved], int | None]) -> dict[int, float]:
    """The stamp with which a grad_fn let go of each thing that it ever had."""
    found: dict[int, float] = {}
    for state, after in zip(states, (*(one.step for one in states[1:]), inf), strict=True):
        for saved in state.saved:
            thing = key(saved)
            if thing is not None:
                found[thing] = after if saved.state == "kept" else found.get(thing, -1)
    return found
