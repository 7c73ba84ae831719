"""How the nodes and edges of a stage looked at the moments that were shown last: none is worded or drawn twice."""

from typing import Generic, NamedTuple, TypeVar

from gradviz.drawing.boxes.cells import Box
from gradviz.drawing.content.content import Content
from gradviz.drawing.shapes import Mark
from gradviz.model.graph.graph import Edge, Node

KEPT = 4  # looks of one node or edge that are kept


Look = TypeVar("Look")


class Album(Generic[Look]):
    """The newest looks of each of many things, by what they depend on."""

    def __init__(self) -> None:
        """Begin empty."""
        self._looks: dict[int, dict[object, Look]] = {}

    def get(self, place: int, key: object) -> Look | None:
        """Return a look of a thing, if it is kept."""
        return self._looks.get(place, {}).get(key)

    def put(self, place: int, key: object, look: Look) -> Look:
        """Keep a look of a thing, and give up the oldest."""
        looks = self._looks.setdefault(place, {})
        if len(looks) >= KEPT:
            del looks[next(iter(looks))]
        looks[key] = look
        return look


class NodeLook(NamedTuple):
    """A node at a moment, worded and drawn."""

    node: Node
    content: Content
    box: Box
    mark: Mark


class EdgeLook(NamedTuple):
    """An edge at a moment, drawn."""

    edge: Edge
    mark: Mark
