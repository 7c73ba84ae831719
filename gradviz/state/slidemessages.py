"""What can happen to a number of the program that a person slides: messages, as all others are."""

from typing import NamedTuple


class Slid(NamedTuple):
    """A number of the program is being slid."""

    text: str  # of the program, with the number as it is now
    line: int  # that the number is on
    at: float  # the number
    origin: float  # what it was when the person took hold of it
    hold: int  # counts how often the person has taken hold of one


class SlideRested(NamedTuple):
    """The hand that slides it rests, or has let go."""


Sliding = Slid | SlideRested
