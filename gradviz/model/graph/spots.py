"""Where a node of a graph comes from, in a way that holds for another run: kind, line, and how many such came before.

The spot of op 12, the third of line 5, is "No5.2"; that of a tensor as a later op left it names both.
"""

from collections import Counter
from collections.abc import Collection, Iterator

from gradviz.model.trace import Trace


def spots(trace: Trace, names: Collection[str]) -> dict[str, str]:
    """Return the spots of nodes that are no folds, by their ids."""
    parts = {part for name in names for part in _parts(name)}
    found = {name: spot for name, spot in _all(trace) if name in parts}
    return {name: "/".join(found[part] for part in _parts(name)) for name in names if name[0] != "f"}


def at_spots(trace: Trace, wanted: Collection[str]) -> dict[str, str]:
    """Return the ids of the nodes at spots; a spot that this run does not have is left out."""
    parts = {part for spot in wanted for part in spot.split("/")}
    found = {spot: name for name, spot in _all(trace) if spot in parts}
    return {
        spot: ".".join((found[first], *(found[part][1:] for part in rest)))
        for spot in wanted
        for first, *rest in [spot.split("/")]
        if all(part in found for part in (first, *rest))
    }


def _parts(name: str) -> tuple[str, ...]:
    """A node's own record, and the op that left it as it is."""
    first, _, op = name.partition(".")
    return (first, f"o{op}") if op else (first,)


def _all(trace: Trace) -> Iterator[tuple[str, str]]:
    for kind, records in (("o", trace.ops), ("t", trace.tensors), ("g", trace.grad_fns)):
        seen: Counter[int | None] = Counter()
        for record in records:
            line = record.line
            yield f"{kind}{record.id}", f"N{kind}{'' if line is None else line}.{seen[line]}"
            seen[line] += 1
