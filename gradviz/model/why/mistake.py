"""What went wrong without an error: a claim that the record proves, in a value of which the words are made."""

from typing import Literal, NamedTuple

from gradviz.model.why.fixes.fix import Fix

Silent = Literal[
    "stale",
    "left out",
    "idle",
    "flat",
    "growing",
    "renamed",
    "uncalled",
    "listed",
    "twice",
    "twice sigmoid",
    "no logarithm",
    "other dimension",
    "at a leaf",
    "all pairs",
]


class Mistake(NamedTuple):
    """A claim of what went wrong, and its fix where there is a certain one; its words are in silentwords.py."""

    said: Silent
    line: int | None
    facts: dict[str, str | int]
    fix: Fix | None = None
