"""Which Python the engine runs in: what is said of it, and what is then to be done (`engines.py`)."""

from typing import NamedTuple


class PythonSet(NamedTuple):
    """The person wants programs to run in another Python."""

    python: str  # the path of the interpreter; "": the one that the window runs in


class UsePython(NamedTuple):
    """Have the engine be a process of this Python; one that is there ends."""

    python: str
