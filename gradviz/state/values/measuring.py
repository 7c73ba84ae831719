"""What the program costs in each grad mode, and how far that is known."""

from typing import NamedTuple

from gradviz.model.costs.table import CostTable
from gradviz.model.trace import LimitName


class Measuring(NamedTuple):
    """What the program costs in each grad mode, as far as it is known."""

    seen: bool = False  # its panel is in view
    pressed: bool = False  # the person asked for it, and it has not begun
    run: int = 0  # the newest measuring run; 0: none yet
    going: bool = False
    source: str | None = None  # the program that this run is of; None: it was cut short
    table: CostTable | None = None
    of: str = ""  # the program that the table is of
    limit: LimitName | None = None  # that ended the measuring run
