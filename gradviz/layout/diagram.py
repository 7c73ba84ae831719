"""What a layout engine is given: sized cells with ports, links between ports, nested frames. No meaning, no text."""

from typing import Literal, NamedTuple

from gradviz.layout.geometry import Size

# Data flows top to bottom or left to right.
Direction = Literal["TB", "LR"]


class Cell(NamedTuple):
    """A box to place.

    `inputs` are the offsets of its entry ports along the side that faces the flow's start (from the left of the top
    side in TB, from the top of the left side in LR), in operand order and ascending; `outputs` likewise on the other
    side.
    """

    id: str
    size: Size
    inputs: tuple[float, ...]
    outputs: tuple[float, ...]
    frame: str | None = None


class Link(NamedTuple):
    """A curve from an output port of `tail` to an input port of `head`."""

    id: str
    tail: str
    tail_port: int
    head: str
    head_port: int


class Frame(NamedTuple):
    """A border round all cells and frames that name it, with room for a title at the top left inside."""

    id: str
    parent: str | None
    title: Size


class Diagram(NamedTuple):
    """A directed acyclic graph to lay out. Frames may hold any cells; links may lead in, out and past as they like."""

    cells: tuple[Cell, ...]
    links: tuple[Link, ...]
    frames: tuple[Frame, ...] = ()
