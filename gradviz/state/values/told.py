"""Words about what was asked for: why it was not done, or was done otherwise."""

from enum import Enum
from typing import NamedTuple


class Refusal(Enum):
    """Why what was asked for was not done: a switch of requires_grad, beside the reasons of its row, or a step."""

    STALE = "the rows are not of the text in the editor"
    UNNAMED = "no name of the program holds it"
    EARLIER = "at the step that is shown it is not what it is in the end, which is what an edit changes"
    END = "the run is at its end"


class NoPython(NamedTuple):
    """Why programs do not run in the Python that was chosen, but in the window's own."""

    python: str
    reason: str


class Elsewhere(NamedTuple):
    """A session that was brought back is of another run than the one that is here."""

    torch: str  # that ran it when it was kept
    here: str  # that runs it now
    other: bool  # whether the run has other stops


Said = str | Refusal | NoPython | Elsewhere  # a word about what was asked for
