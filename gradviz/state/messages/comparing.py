"""What is to stand beside the run: the other grad modes, and what changed since the run before."""

from typing import NamedTuple

from gradviz.picture.picture import Comparison


class BesideSet(NamedTuple):
    """Show the program in every grad mode side by side, or in the one that is chosen."""

    on: bool


class ComparisonArrived(NamedTuple):
    """The picture process has drawn the grad modes side by side."""

    comparison: Comparison


class ChangesPinned(NamedTuple):
    """Keep in view what changed since the run before, or let it fade."""

    on: bool


class Faded(NamedTuple):
    """What changed has been in view for a while."""


Comparing = BesideSet | ComparisonArrived | ChangesPinned | Faded
