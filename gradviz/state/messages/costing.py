"""When the program is measured, and what came of it."""

from typing import NamedTuple

from gradviz.model.costs.table import CostTable


class CostsSeen(NamedTuple):
    """The panel of the costs came into view, or went out of it."""

    on: bool


class MeasurePressed(NamedTuple):
    """Measure the program; while it is measured: stop."""


class Rested(NamedTuple):
    """The person has left alone for a moment what this run is of."""

    run: int


class CostsArrived(NamedTuple):
    """The picture process told what a measuring run has found so far."""

    run: int
    table: CostTable


Costing = CostsSeen | MeasurePressed | Rested | CostsArrived
