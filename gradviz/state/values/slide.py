"""A number of the program under the person's hand, and what runs told of it."""

from typing import NamedTuple


class Slid(NamedTuple):
    """A number of the program is being slid."""

    text: str  # of the program, with the number as it is now
    line: int  # that the number is on
    at: float  # the number
    origin: float  # what it was when the person took hold of it
    hold: int  # counts how often the person has taken hold of one


class Point(NamedTuple):
    """What one run told of the number that is slid."""

    at: float  # the number
    value: float  # of the tensor that is looked at
    slope: float | None = None  # the .grad of the leaf that holds the number, where that is the slope there


class Slide(NamedTuple):
    """A number under the person's hand, and what the runs that came back told of it."""

    ran: Slid  # as it was run last
    name: str = ""  # of the tensor that is looked at
    leaf: str = ""  # that holds the number; "": none is known to
    points: tuple[Point, ...] = ()  # one for each number that was run
