"""Where the rows lie along the flow, and how far frames reach: room for cells, for curves between rows, for titles."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from gradviz.layout.rows.nesting import OUTSIDE, Nesting

ROW_GAP = 40.0  # the least distance of two rows
FRAME_PADDING = 14.0  # between a border and what it holds
FRAME_GAP = 14.0  # between two frames, one after the other
STEEP = 0.04  # how much of the widest reach of a curve is added to its gap, so that it does not lie flat
MOST_STEEP = 40.0


class Bands(NamedTuple):
    """Extents along the flow."""

    start: list[float]  # of each row
    end: list[float]
    entry: list[float]  # of each row: where curves into it are bent no more, before the titles of frames
    frame_start: list[float]
    frame_end: list[float]
    length: float  # of everything


def bands(
    row: list[int], length: Sequence[float], reach: list[float], frames: Nesting, room: list[tuple[float, float]]
) -> Bands:
    """Stack the rows.

    Args:
        row: the row of each cell.
        length: the extent of each cell along the flow.
        reach: of each row, how far across its widest curve to the next row leads.
        frames: the frame tree.
        room: of each frame, what its title takes along the flow before its first row, and its least extent along.
    """
    tallest = [0.0] * len(reach)
    for at, extent in zip(row, length, strict=True):
        tallest[at] = max(tallest[at], extent)
    lead, tail = _paddings(frames, tallest, room)
    opening, closing = [0.0] * len(reach), [0.0] * len(reach)
    for frame, (first, last) in enumerate(zip(frames.first, frames.last, strict=True)):
        opening[first] = max(opening[first], lead[frame])
        closing[last] = max(closing[last], tail[frame])
    start, end, entry, place = [], [], list[float](), 0.0
    for at, extent in enumerate(tallest):
        if at:
            steep = min(MOST_STEEP, STEEP * reach[at - 1])
            place += max(ROW_GAP + steep, closing[at - 1] + FRAME_GAP)
        entry.append(place)
        place += opening[at]
        start.append(place)
        place += extent
        end.append(place)
    return Bands(
        start,
        end,
        entry,
        [start[first] - extent for first, extent in zip(frames.first, lead, strict=True)],
        [end[last] + extent for last, extent in zip(frames.last, tail, strict=True)],
        end[-1] + closing[-1] if end else 0.0,
    )


def _paddings(
    frames: Nesting, tallest: list[float], room: list[tuple[float, float]]
) -> tuple[list[float], list[float]]:
    """How far each frame reaches before its first row and after its last, frames inside it allowed for."""
    lead, tail = [0.0] * len(room), [0.0] * len(room)
    above = list(accumulate(tallest, initial=0.0))  # of each row: the extents of all before it
    for frame in range(len(room) - 1, -1, -1):
        title, least = room[frame]
        first, last = frames.first[frame], frames.last[frame]
        lead[frame] += FRAME_PADDING + title
        held = above[last + 1] - above[first] + ROW_GAP * (last - first)
        tail[frame] = max(tail[frame] + FRAME_PADDING, least - lead[frame] - held)
        up = frames.parent[frame]
        if up != OUTSIDE and frames.first[up] == first:
            lead[up] = max(lead[up], lead[frame])
        if up != OUTSIDE and frames.last[up] == last:
            tail[up] = max(tail[up], tail[frame])
    return lead, tail
