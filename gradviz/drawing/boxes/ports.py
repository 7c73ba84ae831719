"""Where edges enter and leave a box, as offsets from the middle of its side, and the room their labels need.

Edges that enter the same box twice from the same one keep the same distance at both ends, so that they run parallel;
edges to different boxes leave from one point, so that the layout may order the boxes freely.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from gradviz.drawing.metrics import line_height
from gradviz.drawing.shapes import TextRole
from gradviz.layout.diagram import Direction

LABEL_GAP = 6.0  # from an edge to its label
_BETWEEN = 16.0  # from a label to the next edge
_PORT_GAP = {"TB": 30.0, "LR": 22.0}
_SIDE = 520.0  # ports share no more than this of a side
_ARROW = 12.0  # room for an arrow head beyond the label


class Lane(NamedTuple):
    """The inputs of one box: where they enter, how wide the label of each is, and the room labels take outside."""

    offsets: tuple[float, ...]
    labels: tuple[float, ...]  # widths; 0 where there is none
    depth: float  # along the flow, before the box
    direction: Direction

    def on_left(self, position: int) -> bool:
        """Whether the label of an input stands left of its edge: the first of a pair."""
        return position == 0 and len(self.offsets) == 2


@lru_cache(maxsize=1024)
def lane(labels: tuple[float, ...], marked: bool, direction: Direction) -> Lane:
    """Lay out the inputs of a box.

    Args:
        labels: the width of the label of each input, 0 for none, in operand order.
        marked: whether a sign other than a label stands on one of the edges.
        direction: of the flow of data.
    """
    count, widths = len(labels), labels
    gap = _PORT_GAP[direction]
    if count > 1 and gap * (count - 1) > _SIDE:
        widths, gap = (0.0,) * count, _SIDE / (count - 1)
    at = [0.0]
    for width in widths[:-1]:
        beside = width + LABEL_GAP + _BETWEEN if direction == "TB" and count > 2 and width else 0.0
        at.append(at[-1] + max(gap, beside))
    offsets = tuple(x - at[-1] / 2 for x in at[:count])
    if direction == "LR":
        depth = max((width + _ARROW + LABEL_GAP for width in widths if width), default=_ARROW if marked else 0.0)
    else:
        depth = line_height(TextRole.GRADIENT) + 8.0 if any(widths) or marked else 0.0
    return Lane(offsets, widths, depth, direction)


def lane_reach(lane: Lane) -> tuple[float, float]:
    """How far inputs and labels reach from the middle of the side, towards its start and its end."""
    if lane.direction == "LR":
        height = line_height(TextRole.GRADIENT)
        return max((height - x for x in lane.offsets), default=0.0), max(lane.offsets, default=0.0)
    before = after = 0.0
    for position, (offset, width) in enumerate(zip(lane.offsets, lane.labels, strict=True)):
        room = width + LABEL_GAP if width else 0.0
        left = room if lane.on_left(position) else 0.0
        before, after = max(before, left - offset), max(after, offset + room - left)
    return before, after


def outputs(groups: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], list[list[int]]]:
    """Lay out the outputs of a box.

    Args:
        groups: for each box that edges go to, the offsets at which they enter it.

    Returns:
        The ports as ascending offsets, and for each edge of each group the port it leaves from.
    """
    wanted = []
    for group in groups:
        middle = (min(group) + max(group)) / 2
        wanted.append([round(offset - middle, 1) for offset in group])
    ports = sorted({offset for group in wanted for offset in group})
    index = {offset: k for k, offset in enumerate(ports)}
    return tuple(ports), [[index[offset] for offset in group] for group in wanted]


def span(offsets: Sequence[float]) -> float:
    """The length of side that offsets take, the middle in the middle."""
    return 2 * max((abs(offset) for offset in offsets), default=0.0)
