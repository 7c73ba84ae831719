"""A session: a program and how it was looked at, as a file that brings both back, on another machine too.

What the run told is not in it: the program is run again, and what is seen is what the torch at hand does.
"""

import json
from dataclasses import asdict, dataclass
from typing import Literal

import msgspec

from gradviz.layout.diagram import Direction
from gradviz.model.costs.heat import HeatOf
from gradviz.model.graph.graph import View
from gradviz.model.program import MAX_SOURCE
from gradviz.model.seeds import SEEDS
from gradviz.model.trace import GradMode
from gradviz.picture.picture import Focus, FoldMode

ENDING = ".gradviz"
FORMAT: Literal[1] = 1
MAX_FILE = 8 * MAX_SOURCE  # bytes: JSON may take several for a letter


Flaw = Literal["no session", "newer", "seed", "too long"]
_SAID: dict[Flaw, str] = {
    "no session": "this is no session of gradviz: {what}",
    "newer": "it was saved by a newer gradviz",
    "seed": "torch takes no seed of {what}",
    "too long": "its program is longer than what gradviz runs",
}


class SessionError(ValueError):
    """This is no session; the message says why."""

    def __init__(self, flaw: Flaw, what: str = "") -> None:
        """Take what is wrong, and what of the file shows it."""
        super().__init__(_SAID[flaw].format(what=what))
        self.flaw: Flaw = flaw
        self.what = what


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a file of it says, key by key. What is left out is as in a new window."""

    gradviz: Literal[1]  # the version of this format
    program: str
    torch: str = ""  # that ran it
    python: str = ""
    mode: GradMode = "grad"
    seed: int | None = None  # of torch, random and numpy before the run
    view: View = "both"
    direction: Direction = "TB"
    fold: FoldMode = "auto"
    heat: HeatOf = "off"
    opened: tuple[str, ...] = ()  # keys of folds that are open
    focus: tuple[Focus, ...] = ()
    module: str = ""
    beside: bool = False  # whether the grad modes stand side by side
    breakpoints: tuple[int, ...] = ()  # lines
    stop: int | None = None  # of the run, that is shown, counted from 0; None: its end
    stops: int = 0  # that the run has


@dataclass(frozen=True, slots=True)
class _Head:
    """What any version of the format says."""

    gradviz: int


def parsed(data: bytes) -> Session:
    """Return the session that a file holds.

    Raises:
        SessionError: it holds none, or one that this gradviz cannot read.
    """
    try:
        session = msgspec.json.decode(data, type=Session)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise SessionError("newer" if _version(data) > FORMAT else "no session", str(error)) from error
    if session.seed is not None and session.seed not in SEEDS:
        raise SessionError("seed", str(session.seed))
    if len(session.program) > MAX_SOURCE:
        raise SessionError("too long")
    return session


def _version(data: bytes) -> int:
    try:
        return msgspec.json.decode(data, type=_Head).gradviz
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0


def written(session: Session) -> bytes:
    """Return the file of a session."""
    return (json.dumps(asdict(session), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")
