"""Living bytes of tensors over a run, and who holds them when they are most. Pure.

The engine tells each storage's birth and death in the order in which they happened, and what it knows of the tensors in
them. What a kernel takes for itself and gives back is told in the same way, where torch says it: no tensor holds that.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

from gradviz.model.trace import GradMode

HolderKind = Literal["parameter", "optimizer", "gradient", "saved", "named", "temporary", "workspace"]

LEVELS = 600  # of one run, the most that are told: as many as a plot has columns
HOLDERS = 40  # that are told one by one
TEXT = 80  # characters of a name
LARGE = 2**63  # bytes
_BACK = 64  # steps in a row that have no line: one grad_fn's after another


class Event(NamedTuple):
    """A storage that was taken or freed, or made larger or smaller."""

    step: int  # steps done before it
    storage: int
    more: int  # bytes; less than 0: so many were freed


class Level(NamedTuple):
    """Bytes that lived from one event on."""

    step: int
    line: int | None  # being run then
    nbytes: int


class Holder(NamedTuple):
    """A storage that lived at the peak."""

    name: str  # of a tensor in it, or the expression that made it
    line: int | None  # that made it
    nbytes: int
    kind: HolderKind


class Lived(NamedTuple):
    """The memory of one run in one mode."""

    mode: GradMode
    steps: int  # of the whole run
    levels: tuple[Level, ...]  # thinned out where there were more than LEVELS, highest and lowest kept
    peak: int  # which of them is the highest
    holders: tuple[Holder, ...]  # at the peak, largest first
    others: int = 0  # holders that are not told
    other_bytes: int = 0  # and what they hold
    workspace_bytes: int | None = None  # of the peak, taken by a kernel for itself; None: torch does not tell here


class Known(NamedTuple):
    """What is known of the storages of a run."""

    lines: Mapping[int, int | None]  # step -> line
    names: Mapping[int, str]  # storage -> what to call it
    made: Mapping[int, int | None]  # storage -> the line that made it
    kinds: Mapping[int, HolderKind]  # of those that are no temporaries; saved ones are told apart below
    saved: Sequence[tuple[int, int, frozenset[int]]]  # step, grad_fn, the storages it keeps from then on
    workspaces: bool = False  # what kernels take for themselves is among the storages


def lived(mode: GradMode, steps: int, events: Sequence[Event], known: Known) -> Lived:
    """Return the memory of a run.

    Args:
        mode: its grad mode.
        steps: how many it has had.
        events: births and deaths in order.
        known: what is known of the storages.
    """
    sums = list(accumulate(event.more for event in events))
    if not sums:
        return Lived(mode, steps, (), 0, (), workspace_bytes=0 if known.workspaces else None)
    peak = sums.index(max(sums))
    kept = sorted({*_thinned(sums), peak})
    lines = _lines(known.lines, [events[at].step for at in kept])
    levels = tuple(Level(events[at].step, line, sums[at]) for at, line in zip(kept, lines, strict=True))
    holders = _holders(events[: peak + 1], known)
    rest = holders[HOLDERS:]
    nbytes = sum(one.nbytes for one in rest)
    own = sum(one.nbytes for one in holders if one.kind == "workspace") if known.workspaces else None
    return Lived(mode, steps, levels, kept.index(peak), tuple(holders[:HOLDERS]), len(rest), nbytes, own)


def peak_bytes(one: Lived) -> int:
    """Return the most bytes that were held at once."""
    return one.levels[one.peak].nbytes if one.levels else 0


def possible(one: Lived) -> bool:
    """Whether this can be the memory of a run: the process that sent it is not trusted."""
    counts = [*(level.nbytes for level in one.levels), *(holder.nbytes for holder in one.holders), one.other_bytes]
    counts.append(one.workspace_bytes or 0)
    places = [level.step for level in one.levels]
    return (
        all(0 <= count < LARGE for count in counts)
        and all(0 <= step <= one.steps < LARGE for step in places)
        and places == sorted(places)
        and len(one.levels) <= LEVELS
        and 0 <= one.peak < max(1, len(one.levels))
        and len(one.holders) <= HOLDERS
        and one.others >= 0
        and all(len(holder.name) <= TEXT for holder in one.holders)
    )


def _thinned(sums: Sequence[int]) -> Iterator[int]:
    """Which levels to tell: of each of equally long stretches the lowest and the highest, and the last of all."""
    width = -(-2 * len(sums) // (LEVELS - 2)) if len(sums) > LEVELS - 2 else 1
    for start in range(0, len(sums), width):
        stretch = range(start, min(start + width, len(sums)))
        yield min(stretch, key=sums.__getitem__)
        yield max(stretch, key=sums.__getitem__)
    yield len(sums) - 1


def _lines(lines: Mapping[int, int | None], steps: Sequence[int]) -> list[int | None]:
    """The line of each step, or of the last one before it that has any; steps never go back by much."""
    found: list[int | None] = []
    for step in steps:
        line = lines.get(step)
        back = step
        while line is None and back > 0 and step - back < _BACK:
            back -= 1
            line = lines.get(back)
        found.append(line)
    return found


def _holders(events: Sequence[Event], known: Known) -> list[Holder]:
    alive: dict[int, int] = {}
    for event in events:
        nbytes = alive.pop(event.storage, 0) + event.more
        if nbytes > 0:
            alive[event.storage] = nbytes
    saved = _saved(known.saved, events[-1].step)
    found = [
        Holder(known.names.get(one, ""), known.made.get(one), nbytes, _kind(one, known, saved))
        for one, nbytes in alive.items()
    ]
    return sorted(found, key=lambda holder: -holder.nbytes)


def _saved(records: Sequence[tuple[int, int, frozenset[int]]], step: int) -> set[int]:
    """The storages that grad_fns keep at a step."""
    latest = {grad_fn: storages for at, grad_fn, storages in records if at <= step}
    return {storage for storages in latest.values() for storage in storages}


def _kind(storage: int, known: Known, saved: set[int]) -> HolderKind:
    own = known.kinds.get(storage, "temporary")
    return "saved" if storage in saved and own in ("named", "temporary") else own
