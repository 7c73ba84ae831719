"""What went wrong without an error: a claim that the record proves, in a value of which the words are made."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from gradviz.model.trace import Tensor
from gradviz.model.why.fixes.fix import Fix

_MOST = 3  # tensors that are named
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
    "cleared",
    "still",
    "clipped late",
    "clipped early",
    "anew",
    "alike",
    "reborn",
]


class Mistake(NamedTuple):
    """A claim of what went wrong, and its fix where there is a certain one; its words are in silentwords.py."""

    said: Silent
    line: int | None
    facts: dict[str, str | int]
    fix: Fix | None = None


def tensor_names(tensors: Sequence[Tensor]) -> str:
    """What the tensors that a mistake speaks of are called."""
    names = [tensor.names[0] for tensor in tensors if tensor.names]
    return ", ".join([*names[:_MOST], "…"] if len(names) > _MOST else names)
