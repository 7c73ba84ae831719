"""The looks of marks that the window was sent: each goes over once, and later as its number.

A mark has few looks in a run: a ghost, before backward, at the end. Both ends of the pipe count them alike, as they are
sent: those of a drawing, then those of its changes.
"""

from collections.abc import Iterable

from gradviz.drawing.pages.change import Change
from gradviz.drawing.shapes import Mark
from gradviz.picture.picture import Picture
from gradviz.picture.sent.frames import MANY

MOST = 4 * MANY  # that are kept; others go over again each time


class Looks:
    """Those that one end knows the other to have."""

    def __init__(self) -> None:
        """Begin with none."""
        self._marks: list[Mark] = []
        self._numbers: dict[int, int] = {}  # by identity: who sends a mark again has kept it
        self._numbered = 0  # of the marks; the window asks for none of their numbers

    def take(self, picture: Picture) -> None:
        """Take note of a picture as it was sent: a drawing, and nothing of one before it, or a change."""
        drawing, change = picture.drawing, picture.change
        if drawing is not None:
            few = len(drawing.edges) + len(drawing.nodes) <= MANY  # others are held packed, by the page
            self._marks, self._numbers, self._numbered = [], {}, 0
            self._add((*drawing.edges, *drawing.nodes) if few else ())
        elif change is not None:
            self._add((*change.edges, *change.nodes))

    def shortened(self, change: Change) -> Change:
        """Return a change in which what was sent before is a number."""
        for mark in self._marks[self._numbered :]:
            self._numbers[id(mark)] = self._numbered
            self._numbered += 1
        known, marks = self._numbers, (*change.edges, *change.nodes)
        return change._replace(
            edges=tuple(mark for mark in change.edges if id(mark) not in known),
            nodes=tuple(mark for mark in change.nodes if id(mark) not in known),
            known=tuple(known[id(mark)] for mark in marks if id(mark) in known),
        )

    def whole(self, change: Change) -> Change:
        """Return a change with the marks in place of their numbers.

        Raises:
            IndexError: a number is of none.
        """
        known = [self._marks[number] for number in change.known]
        edges, nodes = (mark for mark in known if mark.ends), (mark for mark in known if not mark.ends)
        return change._replace(edges=(*change.edges, *edges), nodes=(*change.nodes, *nodes), known=())

    def _add(self, marks: Iterable[Mark]) -> None:
        self._marks += list(marks)[: MOST - len(self._marks)]
