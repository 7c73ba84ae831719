"""How much worse a picture may be because what was there stays in its place: else edits would add up.

What it is held against is made without regard for former places. That costs as much as the picture itself, and so it is
done again only when a good part of the diagram has changed since.
"""

from collections.abc import Mapping

from gradviz.layout.diagram import Diagram
from gradviz.layout.geometry import Badness, Rect, Yardstick
from gradviz.layout.order.crossings import crossings, uncounted
from gradviz.layout.rows.net import Net

WORSE = 1.25  # how much worse than a fresh one a picture may be on behalf of old places
SLACK = Badness(2, 300.0, 300.0)  # and this much more, for small ones
STALE = 0.1  # of the cells of a part: as many changes as make its yardstick one of another diagram


def badness(net: Net, places: list[float]) -> Badness:
    """How bad ordered elements are that start at these places across."""
    leads = [
        abs(places[lower] + offset - start - own)
        for start, joints in zip(places, net.below, strict=True)
        for lower, offset, own in joints
    ]
    return Badness(crossings(net, uncounted(net.rows, places)), sum(leads), max(map(float.__add__, places, net.width)))


def bearable(kept: Badness, fresh: Badness) -> bool:
    """Whether a picture in which places were kept is not much worse than one without."""
    return all(mine <= WORSE * other + slack for mine, other, slack in zip(kept, fresh, SLACK, strict=True))


def still_true(diagram: Diagram, kept: dict[str, Rect], yardsticks: Mapping[str, Yardstick]) -> Yardstick | None:
    """The yardstick of a part, if it is not too old; None if there is none.

    Args:
        diagram: the part.
        kept: the cells that were there before.
        yardsticks: of the parts that were there before, by their first cells.
    """
    found = next((yardsticks[cell.id] for cell in diagram.cells if cell.id in yardsticks), None)
    if found is None:
        return None
    cells = len(diagram.cells)
    new = cells - sum([cell.id in kept for cell in diagram.cells])
    gone = abs(found.cells + new - cells)
    now = found._replace(cells=cells, changes=found.changes + 1 + new + gone)
    return now if now.changes <= STALE * cells else None
