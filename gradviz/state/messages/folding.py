"""How much of the graph is shown: folds, a focus, the module that is looked into."""

from typing import NamedTuple

from gradviz.picture.picture import Keeps


class FoldOpened(NamedTuple):
    """Open the fold that a mark is by one level."""

    mark: str


class FoldClosed(NamedTuple):
    """Close the open fold whose title a mark is, or the innermost one that it is in."""

    mark: str


class FoldsClosed(NamedTuple):
    """Close every fold."""


class DrawnAnyway(NamedTuple):
    """Draw all that was wanted, however much it is; or do without."""

    on: bool


class Narrowed(NamedTuple):
    """Show only what has to do with some marks, or all but those marks."""

    marks: tuple[str, ...]
    keeps: Keeps


class Widened(NamedTuple):
    """Show all of the graph again."""


class Entered(NamedTuple):
    """Look into the module at a path; "": at the whole program."""

    path: str


Folding = FoldOpened | FoldClosed | FoldsClosed | DrawnAnyway | Narrowed | Widened | Entered
