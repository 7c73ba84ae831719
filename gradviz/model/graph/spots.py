"""Where a node of a graph comes from, in a way that holds for another run: kind, line, and how many such came before.

The spot of op 12, the third of line 5, is "No5.2"; that of a tensor as a later op left it names both.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from gradviz.model.trace import GradFn, Op, Tensor, Trace


def spots(trace: Trace, names: Collection[str]) -> dict[str, str]:
    """Return the spots of nodes that are no folds, by their ids."""
    wanted = {name: _parts(name) for name in names if name[0] != "f"}
    numbers: dict[str, set[int]] = {}
    for part in chain.from_iterable(wanted.values()):
        numbers.setdefault(part[0], set()).add(int(part[1:]))
    found = {name: spot for kind in numbers for name, spot in _all(trace, kind, numbers[kind])}
    return {name: "/".join([found[part] for part in parts]) for name, parts in wanted.items()}


def at_spots(trace: Trace, wanted: Collection[str]) -> dict[str, str]:
    """Return the ids of the nodes at spots; a spot that this run does not have is left out."""
    parts = {part for spot in wanted for part in spot.split("/")}
    kinds = {part[1:2] for part in parts}
    found = {spot: name for kind in kinds for name, spot in _all(trace, kind) if spot in parts}
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


def _all(trace: Trace, kind: str, wanted: Collection[int] | None = None) -> Iterator[tuple[str, str]]:
    """The ids and the spots of the records of a kind: of those wanted, or of all."""
    kinds: dict[str, Sequence[Op | Tensor | GradFn]] = {"o": trace.ops, "t": trace.tensors, "g": trace.grad_fns}
    seen: dict[int | None, int] = {}
    for number, record in enumerate(kinds.get(kind, ())):
        line = record.line
        before = seen.get(line, 0)
        if wanted is None or number in wanted:
            yield f"{kind}{number}", f"N{kind}{'' if line is None else line}.{before}"
        seen[line] = before + 1
