"""What the person points at or looks for, and what lights up for it."""

from collections.abc import Iterable
from typing import Literal, NamedTuple


class Chosen(NamedTuple):
    """What the person pointed at last."""

    kind: Literal["mark", "line", "tensor", "module"]
    value: str | int
    more: tuple[str, ...] = ()  # marks that were chosen before it, and are still

    @property
    def marks(self) -> tuple[str, ...]:
        """The ids of the marks pointed at; none where it was something else."""
        return (*self.more, str(self.value)) if self.kind == "mark" else ()


def among(marks: Iterable[str]) -> Chosen | None:
    """Return that marks were pointed at, one after the other; None: nothing was."""
    named = tuple(dict.fromkeys(marks))
    return Chosen("mark", named[-1], named[:-1]) if named else None


class Selection(NamedTuple):
    """What lights up for it in every panel. `lit` is None where nothing is dimmed."""

    marks: frozenset[str] = frozenset()
    lit: frozenset[str] | None = None
    lines: tuple[int, ...] = ()
    tensors: frozenset[int] = frozenset()


NOTHING = Selection()


class Search(NamedTuple):
    """What the person looks for in the graph, and where it is."""

    query: str
    hits: tuple[str, ...] = ()  # nodes, in drawing order, each before the edges that leave its badges
    at: int = 0  # the hit the person is at

    @property
    def hit(self) -> str | None:
        """The mark the person is at; None: nothing was found."""
        return self.hits[self.at] if self.hits else None
