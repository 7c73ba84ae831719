"""The question that is to be put about a run: a lesson names it, and the run has the answer."""

from typing import Literal, NamedTuple

About = Literal["grad", "grads", "flags", "grad_fn", "recorded", "raises", "version", "arrives", "kept"]


class Wanted(NamedTuple):
    """A question about the last execution of a line, or of the statement that begins there."""

    about: About
    line: int
    name: str = ""  # of the tensor that it is about; "": of none
