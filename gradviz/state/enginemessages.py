"""How the engine runs every program: in which Python (`engines.py`), from which seed, with which files beside it."""

from typing import NamedTuple


class PythonSet(NamedTuple):
    """The person wants programs to run in another Python."""

    python: str  # the path of the interpreter; "": the one that the window runs in


class SeedSet(NamedTuple):
    """The person wants each run to begin with this seed; None: with none."""

    seed: int | None


class NeighboursChanged(NamedTuple):
    """What the program imports from the files beside it is no longer what the newest run had."""


class UsePython(NamedTuple):
    """Have the engine be a process of this Python; one that is there ends."""

    python: str
