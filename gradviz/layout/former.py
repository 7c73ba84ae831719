"""Where the elements of a diagram were when it was laid out before, so that what a person knows stays where it was.

Cells and links are the same if their ids are. What is new stands beside what it is joined to as it would without.
"""

from collections import Counter
from collections.abc import Sequence
from statistics import median_low
from typing import NamedTuple

from gradviz.layout.components import owners
from gradviz.layout.crossings import crossings, uncounted
from gradviz.layout.diagram import Diagram
from gradviz.layout.geometry import Placement, Rect
from gradviz.layout.net import Net, axis
from gradviz.layout.pulls import Pulls

LEAST = 0.5  # of the cells now, and of those then, that must be in both for the old places to be kept
WORSE = 1.25  # how much worse than a fresh one a picture may be on behalf of old places
SLACK = (2.0, 300.0, 300.0)  # and this much more, for small ones: crossings; pixels that links lead across; of extent


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
    home = {name: at for at, part in enumerate(parts) for name in part}
    counts = Counter(home[cell.id] for cell in diagram.cells if cell.id in home)
    return parts[max(counts, key=lambda at: (counts[at], -at))] if counts else {}


def formerly(
    diagram: Diagram,
    net: Net,
    frames: list[str],
    wants: Pulls,
    fresh: list[float],
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
        fresh: where they would start without a former place.
        cells: the places of those that were there, at least one.
        before: what they are places in; of the same direction.
        sideways: whether "across" is y.
    """
    known: list[float | None] = [None] * len(net.width)
    alongs: list[list[float]] = [[] for _ in net.rows]
    ports = {cell.id: cell for cell in before.diagram.cells}
    for at, cell in enumerate(diagram.cells):
        rect = cells.get(cell.id)
        if rect is not None:
            x, y, width, height = rect if not sideways else (rect.y, rect.x, rect.height, rect.width)
            known[at] = x + axis(ports[cell.id], width) - net.axis[at]
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
    return Former(_completed(net, wants, fresh, known), kept)


def _borders(net: Net, frames: list[str], known: list[float | None], before: Placement, sideways: bool) -> None:
    """Fill in where the borders of frames were."""
    ends = [start for start, _ in net.sides[1:]] + [len(net.width)]
    for name, (start, _), end in zip(frames, net.sides, ends, strict=False):
        rect = before.frames.get(name)
        if rect is not None:
            one, other = (rect.y, rect.bottom) if sideways else (rect.x, rect.right)
            known[start:end:2] = [one] * ((end - start) // 2)
            known[start + 1 : end : 2] = [other] * ((end - start) // 2)


def _across(places: Sequence[float], heights: Sequence[float], along: float) -> float | None:
    """Where a curve is across at a place along, if it is straight there."""
    for first in range(0, len(places) - 3, 3):
        if heights[first] <= along <= heights[first + 3]:
            return places[first] if places[first] == places[first + 3] else None
    return None


def _completed(net: Net, wants: Pulls, fresh: list[float], known: list[float | None]) -> list[float]:
    """All places: what is new goes along with what it would be in line with, or else with what it is joined to."""
    shift = [None if place is None else place - new for place, new in zip(known, fresh, strict=True)]
    queue = [element for element, away in enumerate(shift) if away is not None]
    shift += [None] * sum(map(len, wants.means))
    new = {element for element, away in enumerate(shift) if away is None}
    lines = [*enumerate(wants.above.to), *enumerate(wants.below.to)]
    lines += [(number, pull[0]) for means in wants.means for number, mean in means for pull in mean]
    joints = [(one, joint[0]) for one, joints in enumerate(net.below) for joint in joints]
    for pairs in (lines, joints):
        beside: dict[int, list[int]] = {}
        for one, other in pairs:
            if one in new or other in new:
                beside.setdefault(one, []).append(other)
                beside.setdefault(other, []).append(one)
        for element in queue:
            for other in beside.get(element, ()):
                if shift[other] is None:
                    shift[other] = shift[element]
                    queue.append(other)
    return [place + (away or 0.0) for place, away in zip(fresh, shift, strict=False)]  # means come after the elements


def bearable(net: Net, places: list[float], fresh: Net, fresh_places: list[float]) -> bool:
    """Whether a picture in which places were kept is not much worse than one without: else edits would add up."""
    pairs = zip(_badness(net, places), _badness(fresh, fresh_places), SLACK, strict=True)
    return all(kept <= WORSE * new + slack for kept, new, slack in pairs)


def _badness(net: Net, places: list[float]) -> tuple[float, float, float]:
    """How often joints cross, how far across they lead, and how far across everything reaches."""
    leads = [
        abs(places[lower] + offset - start - own)
        for start, joints in zip(places, net.below, strict=True)
        for lower, offset, own in joints
    ]
    return crossings(net, uncounted(net.rows, places)), sum(leads), max(map(float.__add__, places, net.width))
