"""Where the elements of a diagram were when it was laid out before, so that what a person knows stays where it was.

Cells and links are the same if their ids are. What is new stands in line with what it is joined to.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median_low
from typing import NamedTuple

from gradviz.layout.diagram import Diagram
from gradviz.layout.geometry import Placement, Rect
from gradviz.layout.pieces.components import owners
from gradviz.layout.rows.columns import axes
from gradviz.layout.rows.net import BEND_MARGIN, CELL_MARGIN, Fan, Net
from gradviz.layout.rows.pulls import Pull, Pulls

LEAST = 0.5  # of the cells now, and of those then, that must be in both for the old places to be kept


class Laid(NamedTuple):
    """A diagram and where everything of it went."""

    diagram: Diagram
    placement: Placement


class Former(NamedTuple):
    """The start across of each element: where it was, or where it would be beside those that were."""

    start: list[float]
    kept: list[bool]  # whether it is where it was


def survivors(diagram: Diagram, before: Laid) -> list[dict[str, Rect]]:
    """The cells that were there before and their places, by the part they belonged to; none if they are too few."""
    names = {cell.id for cell in diagram.cells}
    parts: dict[int, dict[str, Rect]] = {}
    for cell, owner in zip(before.diagram.cells, owners(before.diagram), strict=True):
        if cell.id in names:
            parts.setdefault(owner, {})[cell.id] = before.placement.cells[cell.id]
    enough = sum(map(len, parts.values())) >= LEAST * max(len(names), len(before.diagram.cells))
    return list(parts.values()) if enough else []


def anchor(diagram: Diagram, parts: list[dict[str, Rect]]) -> dict[str, Rect]:
    """The former part that most of a diagram comes from. Where the others were in relation to it means nothing."""
    if not parts:
        return {}
    home = {name: at for at, part in enumerate(parts) for name in part}
    counts = Counter(home[cell.id] for cell in diagram.cells if cell.id in home)
    return parts[max(counts, key=lambda at: (counts[at], -at))] if counts else {}


def formerly(
    diagram: Diagram,
    net: Net,
    frames: list[str],
    wants: Pulls,
    cells: dict[str, Rect],
    before: Laid,
    sideways: bool,
) -> Former:
    """Where each element was.

    Args:
        diagram: what is laid out.
        net: its elements.
        frames: the ids of its frames.
        wants: what they want to be in line with.
        cells: the places of those that were there, at least one.
        before: what they are places in; of the same direction.
        sideways: whether "across" is y.
    """
    known: list[float | None] = [None] * len(net.width)
    alongs: list[list[float]] = [[] for _ in net.rows]
    middles = axes((cell.inputs, cell.outputs, cell.size[sideways]) for cell in before.diagram.cells)
    middle = dict(zip([cell.id for cell in before.diagram.cells], middles, strict=True))
    for at, cell in enumerate(diagram.cells):
        rect = cells.get(cell.id)
        if rect is not None:
            x, y, _, height = rect if not sideways else (rect.y, rect.x, rect.height, rect.width)
            known[at] = x + middle[cell.id] - net.axis[at]
            alongs[net.row[at]].append(y + height / 2)
    along = [median_low(found) if found else None for found in alongs]
    for link, bends in zip(diagram.links, net.bends, strict=True):
        route = before.placement.routes.get(link.id) if bends else None
        if route is not None and link.tail in cells and link.head in cells:
            curve = (route[1::2], route[::2]) if sideways else (route[::2], route[1::2])
            for bend in bends:
                where = along[net.row[bend]]
                if where is not None and known[bend] is None:
                    known[bend] = _across(*curve, where)
    _borders(net, frames, known, before.placement, sideways)
    kept = [place is not None for place in known]
    for fan in net.fans:
        _on_shelves(net, fan, known)
    return Former(_completed(net, wants, known), kept)


def _borders(net: Net, frames: list[str], known: list[float | None], before: Placement, sideways: bool) -> None:
    """Fill in where the borders of frames were."""
    ends = [start for start, _ in net.sides[1:]] + [len(net.width)]
    for name, (start, _), end in zip(frames, net.sides, ends, strict=False):
        rect = before.frames.get(name)
        if rect is not None:
            one, other = (rect.y, rect.bottom) if sideways else (rect.x, rect.right)
            known[start:end:2] = [one] * ((end - start) // 2)
            known[start + 1 : end : 2] = [other] * ((end - start) // 2)


def _on_shelves(net: Net, fan: Fan, known: list[float | None]) -> None:
    """Fill in where a new trunk leads, left of its first branch, and where new branches stand, after the one before.

    What of these is joined to a hub or a source gets in line.
    """
    ends = {fan.hub, *fan.trunk, fan.source, *fan.feed}
    trunk = next((place for bend in fan.trunk if (place := known[bend]) is not None), None)
    for shelf in fan.shelves:
        end = trunk
        for branch in shelf:
            places = [(place, cell) for cell in branch if (place := known[cell]) is not None]
            if places and trunk is None:
                trunk = min(places)[0] - CELL_MARGIN - BEND_MARGIN
            if not places and end is not None:
                beside = [cell for cell in branch if not ends.isdisjoint(_joined_to(net, cell))]
                axis = end + CELL_MARGIN + max([net.axis[cell] for cell in beside])
                places = [(axis - net.axis[cell], cell) for cell in beside]
                for place, cell in places:
                    known[cell] = place
            end = max([place + net.width[cell] + net.margin[cell] for place, cell in places], default=end)
    for bend in fan.trunk:
        known[bend] = trunk
    if trunk is not None and fan.feed and all(known[bend] is None for bend in fan.feed):
        last = max((place + net.width[cell], cell) for cell in fan.cells() if (place := known[cell]) is not None)
        known[fan.feed[0]] = last[0] + CELL_MARGIN + BEND_MARGIN


def _joined_to(net: Net, cell: int) -> list[int]:
    return [other for other, _, _ in (*net.above[cell], *net.below[cell])]


def _across(places: Sequence[float], heights: Sequence[float], along: float) -> float | None:
    """Where a curve is across at a place along, if it is straight there."""
    for first in range(0, len(places) - 3, 3):
        if heights[first] <= along <= heights[first + 3]:
            return places[first] if places[first] == places[first + 3] else None
    return None


def _completed(net: Net, wants: Pulls, known: list[float | None]) -> list[float]:
    """All places: what is new is in line with what it wants that of, or else with what it is joined to.

    What leads there by no joint, such as the borders of a new frame, is at 0: it has no place of its own.
    """
    new = dict.fromkeys([element for element, place in enumerate(known) if place is None])
    for beside in (_lines(net, wants, new), _joints(net, new)) if new else ():
        queue = [(element, place) for element in beside if (place := known[element]) is not None]
        for element, place in queue:
            for other, away in beside[element]:
                if known[other] is None:
                    known[other] = place + away
                    queue.append((other, place + away))
    return [place or 0.0 for place in known]


def _lines(net: Net, wants: Pulls, new: Mapping[int, None]) -> dict[int, list[Pull]]:
    """Beside each element that has to do with new ones: how far right of it the others are by what either wants."""
    beside: dict[int, list[Pull]] = {}
    ends = [end for element in new for joints in (net.above, net.below) for end, _, _ in joints[element]]
    concerned = dict.fromkeys((*new, *ends))
    means = {number: pulls for row in {net.row[element] for element in concerned} for number, pulls in wants.means[row]}
    for element in concerned:
        for to, away, _ in (wants.above, wants.below):
            for other, apart in means.get(to[element], ((to[element], away[element]),)):
                if other < len(net.width) and (element in new or other in new):
                    beside.setdefault(other, []).append((element, apart))
                    beside.setdefault(element, []).append((other, -apart))
    return beside


def _joints(net: Net, new: Mapping[int, None]) -> dict[int, list[Pull]]:
    """The same by what joints lead to."""
    beside: dict[int, list[Pull]] = {}
    for element in new:
        for other, offset, own in (*net.above[element], *net.below[element]):
            beside.setdefault(other, []).append((element, offset - own))
            beside.setdefault(element, []).append((other, own - offset))
    return beside
