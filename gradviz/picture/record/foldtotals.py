"""What the ops of a fold are and cost, over the run: counts and sums that are looked up by moment."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from gradviz.drawing.content.titles import bare_titles, op_name
from gradviz.model.costs.heat import Amount, HeatOf, Spent, total
from gradviz.model.graph.folds.holdings import Arrivals, Holdings
from gradviz.model.graph.graph import Fold
from gradviz.model.moments.moment import History
from gradviz.model.trace import Op

Costs = Mapping[HeatOf, Spent]


class Sums(NamedTuple):
    """Amounts that add up over the run."""

    stamps: list[int]
    sizes: list[float]
    iqrs: list[float]

    def at(self, begun: float) -> Amount:
        """Return what they had come to at a moment."""
        place = bisect_right(self.stamps, begun)
        return Amount(self.sizes[place - 1], self.iqrs[place - 1]) if place else Amount()


class Kind(NamedTuple):
    """Ops of one name that left grad_fns of one name, or none."""

    name: str
    grad_fn: str
    stamps: list[int]  # with which they had run
    time: Sums


class FoldTotals:
    """What a fold holds over the run, and what that costs."""

    def __init__(self, fold: Fold, history: History, spent: Costs) -> None:
        """Look through a fold, given as to `Holdings`, and what all ops and grad_fns of the run cost."""
        self.fold, self.spent = fold, spent
        self.held = held = Holdings(fold, history)
        trace, times = history.trace, spent["time"]

        def kind(op: Op) -> tuple[str, str]:
            return op_name(op), "" if op.grad_fn is None else trace.grad_fns[op.grad_fn].name

        self.kinds = [Kind(*key, ops.stamps, _sums(_ids(ops), times.ops)) for key, ops in held.by_kind(kind).items()]
        unrecorded = held.by_kind(lambda op: op.why_unrecorded if op.grad_fn is None else None)
        self.reasons = {why: ops.stamps for why, ops in unrecorded.items() if why is not None}
        lines = held.by_kind(lambda op: op.line)
        self.lines = {line: ops.stamps for line, ops in lines.items() if line is not None}
        self.allocated = _sums(_ids(held.ops), spent["allocated"].ops)
        self.forward = _sums(_ids(held.ops), times.ops)
        self.backward = _sums(zip(held.executed.stamps, held.executed.things, strict=True), times.grad_fns)
        self.all_forward = total(times.ops.values()).size
        self.all_backward = total(times.grad_fns.values()).size
        self.ops = {op.id for op in held.ops.things}
        self.grad_fns = {*held.grad_fns.things}

    @cached_property
    def first_ops(self) -> str:
        """Its first ops, where no call and no module say what it is."""
        return next(iter(bare_titles(self.fold.ops)), "")


def _ids(ops: Arrivals[Op]) -> Iterable[tuple[int, int]]:
    return zip(ops.stamps, (op.id for op in ops.things), strict=True)


def _sums(arrivals: Iterable[tuple[int, int]], amounts: Mapping[int, Amount] | Mapping[int | None, Amount]) -> Sums:
    found = [(stamp, amounts[number]) for stamp, number in arrivals if number in amounts]
    sizes, iqrs = (list(accumulate(own)) for own in ([one.size for _, one in found], [one.iqr for _, one in found]))
    return Sums([stamp for stamp, _ in found], sizes, iqrs)
