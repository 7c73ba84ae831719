"""What is another from one drawing to the next of the same things in the same places: a step costs what it changes."""

from collections.abc import Sequence
from typing import NamedTuple

from gradviz.drawing.pages.marks import Marks
from gradviz.drawing.shapes import Drawing, Mark
from gradviz.layout.geometry import Size


class Change(NamedTuple):
    """The marks that are another, each in place of that with its id, and what is said of the whole."""

    since: int  # the number of the picture whose drawing it changes
    size: Size
    edges: tuple[Mark, ...]
    nodes: tuple[Mark, ...]
    legend: tuple[Mark, ...]
    description: str
    known: tuple[int, ...] = ()  # more of them, on their way: numbers of what was sent (`picture/sent/looks.py`)


def change(since: int, before: Drawing, after: Drawing) -> Change:
    """Return what makes one drawing of another, which has the same frames, and marks of the same ids in order."""
    edges, nodes = _others(before.edges, after.edges), _others(before.nodes, after.nodes)
    return Change(since, after.size, edges, nodes, after.legend, after.description)


def changed(before: Drawing, by: Change) -> Drawing:
    """Return the drawing after a change."""
    return before._replace(
        size=by.size,
        edges=_put(before.edges, by.edges),
        nodes=_put(before.nodes, by.nodes),
        legend=by.legend,
        description=by.description,
    )


def _others(before: Sequence[Mark], after: Sequence[Mark]) -> tuple[Mark, ...]:
    # What was drawn again may look as before: the tensors of a program at the first step from its end, most of them.
    return tuple(now for then, now in zip(before, after, strict=True) if now is not then and now != then)


def _put(marks: Sequence[Mark], others: Sequence[Mark]) -> Sequence[Mark]:
    return Marks.of(marks).put({mark.id: mark for mark in others}) if others else marks
