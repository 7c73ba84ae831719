"""What is shown of the costs of a program, in words: the records that a window or a file is made from."""

from typing import NamedTuple

from gradviz.model.memory import Level


class HolderRow(NamedTuple):
    """Who holds memory at the peak."""

    name: str
    line: int | None
    size: str
    kind: str
    share: float  # of the peak


class Curve(NamedTuple):
    """The memory of the run in one grad mode."""

    mode: str
    steps: int
    levels: tuple[Level, ...]
    peak: int  # which of them
    peak_text: str
    holders: tuple[HolderRow, ...]


class CostRow(NamedTuple):
    """One quantity in each mode: as text, and as a share of the largest of them (None: not measured)."""

    name: str
    cells: tuple[str, ...]
    shares: tuple[float | None, ...]
    weighty: bool = False  # it is among what is looked at first


class CostTable(NamedTuple):
    """All that is shown of a measuring run."""

    modes: tuple[str, ...] = ()
    rows: tuple[CostRow, ...] = ()
    verdicts: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()  # of the modes in which the program raises
    runs: int = 0  # of each mode, so far
    done: bool = False
    curves: tuple[Curve, ...] = ()  # memory over the run
