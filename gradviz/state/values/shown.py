"""The drawing on the canvas: of which run it is, what the end of that showed, and what of it is veiled."""

from typing import NamedTuple

from gradviz.drawing.shapes import Drawing
from gradviz.layout.geometry import Size
from gradviz.picture.picture import Options, Picture

EMPTY = Drawing(Size(0, 0), (), (), ())  # of a program without tensors


class Shown(NamedTuple):
    """The drawing on the canvas, and what it is of."""

    drawing: Drawing
    run: int
    document: int
    good: bool = True  # its run came to its end
    number: int = 0  # of the picture that it came with, or that was the last to change it


class Ending(NamedTuple):
    """What was shown when a run had ended: the person comes back to it from any step."""

    shown: Shown
    table: Picture
    options: Options | None  # how that was to be


class Bared(NamedTuple):
    """A drawing without what would tell an answer to come."""

    of: Shown
    shown: Shown  # in its place
