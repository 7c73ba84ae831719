"""What the person points at, in any panel, or looks for in the graph."""

from typing import Literal, NamedTuple


class ModuleChosen(NamedTuple):
    """A module was selected."""

    path: str


class MarkChosen(NamedTuple):
    """A mark of the drawing was selected; None: nothing is."""

    mark: str | None


class MarksChosen(NamedTuple):
    """Several marks were selected, in this order; none: nothing is."""

    marks: tuple[str, ...]


class LineChosen(NamedTuple):
    """The cursor went to a line."""

    line: int


class TensorChosen(NamedTuple):
    """A row of the table was selected."""

    tensor: int


class Searched(NamedTuple):
    """The person looks for this in the graph; None: no longer."""

    query: str | None


class SearchStepped(NamedTuple):
    """To the next thing found, or to the one before."""

    step: Literal[1, -1]


Choice = ModuleChosen | MarkChosen | MarksChosen | LineChosen | TensorChosen | Searched | SearchStepped
