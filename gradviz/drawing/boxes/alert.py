"""The sign of an error, on a box, in the heading of a column and in the legend."""

from gradviz.drawing.boxes import outline
from gradviz.drawing.shapes import Path, Role
from gradviz.layout.geometry import Point


def alert(at: Point) -> list[Path]:
    """A triangle with an exclamation mark."""
    x, y = at
    sign = outline.polygon((x, y - 10), (x + 10, y + 7), (x - 10, y + 7))
    stem, dot = outline.line((x, y - 4), (x, y + 1)), outline.line((x, y + 3.5), (x, y + 4.5))
    return [Path(*shape, Role.STOP, filled) for shape, filled in ((sign, True), (stem, False), (dot, False))]
