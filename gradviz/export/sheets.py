"""A drawing too large for one sheet of paper, cut into several that overlap and can be joined."""

from math import ceil
from typing import Literal, NamedTuple

from gradviz.drawing.shapes import Drawing
from gradviz.layout.geometry import Point, Rect, Size

Paper = Literal["fit", "a4", "letter"]
POINTS = 0.75  # of a page, for one pixel of a drawing at scale 1
PAPERS: dict[Paper, Size] = {"a4": Size(595.0, 842.0), "letter": Size(612.0, 792.0)}  # points
EDGE = 28.0  # points around the picture on which printers may not print
OVERLAP = 36.0  # points that two neighbours both show


class Sheet(NamedTuple):
    """One page. Units are points."""

    page: Size
    part: Rect  # of the drawing, at its scale
    at: Point  # where that begins on the page
    name: str = ""  # where it belongs: a letter for the row, a number for the column; "": there is no other


def sheets(drawing: Drawing, paper: Paper, scale: float = 1.0) -> tuple[Sheet, ...]:
    """Return the pages of a drawing, row by row, without those that would be empty.

    Args:
        drawing: what is to be printed.
        paper: its sheets, upright or on their side, whichever takes fewer; "fit": one page as large as it is.
        scale: of the drawing; at 1 a pixel is 3/4 of a point.
    """
    unit = POINTS * scale
    width, height = max(drawing.size.width, 1.0) * unit, max(drawing.size.height, 1.0) * unit
    if paper == "fit":
        return (Sheet(Size(width, height), Rect(0.0, 0.0, width, height), Point(0.0, 0.0)),)
    upright = PAPERS[paper]
    aside = Size(upright.height, upright.width)
    page = min(upright, aside, key=lambda size: _count(width, size.width) * _count(height, size.height))
    columns, rows = _count(width, page.width), _count(height, page.height)
    room = Size(page.width - 2 * EDGE, page.height - 2 * EDGE)
    if columns == rows == 1:
        at = Point((page.width - width) / 2, (page.height - height) / 2)
        return (Sheet(page, Rect(0.0, 0.0, width, height), at),)
    places = [
        (
            f"{_letters(row)}{column + 1}",
            Rect(column * (room.width - OVERLAP), row * (room.height - OVERLAP), *room),
        )
        for row in range(rows)
        for column in range(columns)
    ]
    rects = [
        Rect(mark.rect.x * unit, mark.rect.y * unit, mark.rect.width * unit, mark.rect.height * unit)
        for mark in (*drawing.frames, *drawing.edges, *drawing.titles, *drawing.nodes, *drawing.legend)
    ]
    return tuple(
        Sheet(page, part, Point(EDGE, EDGE), name)
        for name, part in places
        if any(rect.overlaps(part) for rect in rects)
    )


def _count(extent: float, page: float) -> int:
    """How many sheets in a row show so much."""
    room = page - 2 * EDGE
    return max(1, ceil((extent - OVERLAP) / (room - OVERLAP) - 1e-9))


def _letters(row: int) -> str:
    """A to Z, then AA, AB and so on."""
    name = ""
    row += 1
    while row:
        row, last = divmod(row - 1, 26)
        name = chr(ord("A") + last) + name
    return name
