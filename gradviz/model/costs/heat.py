"""Heat: what each node of a graph costs, in seconds or bytes; a fold costs what all it stands for do. Pure.

Bytes are read off the trace: an op allocates the storages that are new on its outputs, and a storage is saved by the
first grad_fn that saves it. Times come from a measuring run and are joined to the trace op by op, as far as the two
runs made the same ops. What ran in backward belongs to the grad_fn that was being executed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import Literal, NamedTuple

from gradviz.model.births import DETACHED
from gradviz.model.calls import calls
from gradviz.model.cost import Timed
from gradviz.model.graph.graph import Graph, Node, View
from gradviz.model.quantities import byte_text, second_text
from gradviz.model.trace import FUNCTION, SCRIPT, Op, Trace

HeatOf = Literal["off", "time", "allocated", "saved"]
HEATS: tuple[HeatOf, ...] = ("off", "time", "allocated", "saved")
LEVELS = 4  # of heat; each is four times as hot as the one below, the lowest goes down to nothing
_APART = 4.0
_ASTRAY = 64  # ops that one of two runs has more than the other, one after the other
_ALIKE = 3  # ops that show that two runs go on alike


class Amount(NamedTuple):
    """Seconds or bytes, and how far the middle half of the runs reaches (0 of bytes, which are exact)."""

    size: float = 0.0
    iqr: float = 0.0


class Spent(NamedTuple):
    """What was spent by ops, and by grad_fns in backward."""

    ops: dict[int, Amount]
    grad_fns: Mapping[int | None, Amount]


class Heat(NamedTuple):
    """What the nodes of a graph cost."""

    of: HeatOf
    nodes: Mapping[str, Amount]
    lines: Mapping[int, Amount]  # with what backward did for the ops of the line
    most: float  # what the hottest node costs

    def share(self, node: str) -> float:
        """How much of the hottest node's a node costs."""
        return self.nodes[node].size / self.most if self.most and node in self.nodes else 0.0

    def level(self, node: str) -> int:
        """From 1, cool, to LEVELS; 0: it costs nothing."""
        return level_of(self.share(node))

    def text(self, node: str) -> str:
        """What a node costs, with its spread."""
        return amount_text(self.of, self.nodes[node])


COLD = Heat("off", {}, {}, 0.0)


def level_of(share: float) -> int:
    """The level of a share of the most."""
    if share <= 0:
        return 0
    return next(level for level in range(LEVELS, 0, -1) if share > bounds(level)[0])


def bounds(level: int) -> tuple[float, float]:
    """The shares of the most between which a level lies."""
    return (0.0 if level == 1 else _APART ** (level - LEVELS - 1)), _APART ** (level - LEVELS)


def size_text(of: HeatOf, size: float) -> str:
    """Seconds or bytes."""
    return second_text(size) if of == "time" else byte_text(round(size))


def amount_text(of: HeatOf, amount: Amount) -> str:
    """Seconds with their spread, or bytes."""
    text = size_text(of, amount.size)
    return f"{text} ± {second_text(amount.iqr / 2)}" if of == "time" else text


def heat(graph: Graph, whole: Graph, of_run: Spent, of: HeatOf) -> Heat:
    """Return the heat of a graph.

    Args:
        graph: as it is drawn, folds and all.
        whole: the same before anything was folded.
        of_run: what was spent.
        of: on what.
    """
    own = {node.id: _own(node, whole.view, of_run) for node in whole.nodes}
    found = {}
    for node in graph.nodes:
        parts = [own[name] for name in (node.fold.members if node.fold is not None else (node.id,)) if name in own]
        amount = total(parts)
        if amount.size > 0:
            found[node.id] = amount
    lines: dict[int, list[Amount]] = defaultdict(list)
    for node in whole.nodes:
        if node.line is not None and own[node.id].size > 0:
            lines[node.line].append(own[node.id])
    most = max((amount.size for amount in found.values()), default=0.0)
    return Heat(of, found, {line: total(parts) for line, parts in lines.items()}, most)


def _own(node: Node, view: View, of_run: Spent) -> Amount:
    """What a node that is no fold costs: its op, and in views that show backward its grad_fn."""
    parts = []
    if node.op is not None and view != "backward":
        parts.append(of_run.ops.get(node.op.id, Amount()))
    if node.grad_fn is not None:
        parts.append(of_run.grad_fns.get(node.grad_fn.id, Amount()))
    return total(parts)


def total(parts: Iterable[Amount]) -> Amount:
    """Return amounts together."""
    held = tuple(parts)
    if len(held) == 1:
        return held[0]
    return Amount(fsum(one.size for one in held), fsum(one.iqr for one in held))


def spent(trace: Trace, of: HeatOf, view: View, timed: Timed | None) -> Spent:
    """Return what a run spent, as a view shows it.

    Args:
        trace: the record of the run.
        of: on what.
        view: one that shows no grad_fns has what they save at the ops that made them.
        timed: of the same program in the same mode; None: it was not measured.
    """
    if of == "saved":
        kept = _saved(trace)
        if view != "forward":
            return Spent({}, kept)
        return Spent({op.id: kept[op.grad_fn] for op in trace.ops if op.grad_fn in kept}, {})
    if of == "allocated":
        return _allocated(trace)
    return Spent({}, {}) if timed is None else _charged(trace, dict(_joined(trace.ops, timed)))


def _saved(trace: Trace) -> dict[int | None, Amount]:
    """What each grad_fn keeps for backward; the first that keeps a storage has it."""
    seen: set[int | None] = set()
    found: dict[int | None, Amount] = {}
    first = {grad_fn.id: grad_fn for grad_fn in reversed((*trace.past_grad_fns, *trace.grad_fns))}
    for number in sorted(first):
        sizes = {one.storage: one.keeps for one in first[number].saved if one.storage not in seen}
        seen.update(sizes)
        if any(sizes.values()):
            found[number] = Amount(float(sum(sizes.values())))
    return found


def _allocated(trace: Trace) -> Spent:
    """Return the bytes of the storages that are new on the outputs of each op."""
    first = {tensor.id: tensor for tensor in reversed((*trace.past, *trace.tensors))}
    seen: set[int] = set()
    sizes: dict[int, Amount] = {}
    for op in trace.ops:
        seen.update(first[tensor].storage for tensor in op.inputs)
        new = {first[tensor].storage: first[tensor].nbytes for tensor in op.outputs}
        sizes[op.id] = Amount(float(sum(size for storage, size in new.items() if storage not in seen)))
        seen.update(new)
    return _charged(trace, sizes)


def _joined(ops: Iterable[Op], timed: Timed) -> Iterator[tuple[int, Amount]]:
    """Go through both runs side by side; what only one of them has, such as a detach of torch's own, has no time."""
    own = [op for op in ops if not op.name.startswith((FUNCTION, SCRIPT))]
    names = [_plain(op.name) for op in own]
    table = [_plain(name) for name in timed.names]
    others = [table[name] for name, _, _ in timed.ops]
    at = other = 0
    while at < len(names) and other < len(others):
        if names[at] == others[other]:
            _, size, iqr = timed.ops[other]
            yield own[at].id, Amount(size, iqr)
            at, other = at + 1, other + 1
            continue
        apart = _apart(names[at : at + _ASTRAY], others[other : other + _ASTRAY])
        if apart is None:
            return
        at, other = at + apart[0], other + apart[1]


def _plain(name: str) -> str:
    return DETACHED[0] if name.startswith(DETACHED) else name


def _apart(names: Sequence[str], others: Sequence[str]) -> tuple[int, int] | None:
    """The fewest ops to leave out of each run until they go on alike; None where they do not."""
    for number in range(1, _ASTRAY):
        for own in range(number, -1, -1):
            ahead = names[own : own + _ALIKE]
            if ahead and ahead == others[number - own : number - own + _ALIKE]:
                return own, number - own
    return None


def _charged(trace: Trace, amounts: dict[int, Amount]) -> Spent:
    """Ops to themselves, or the call of a Function around them; those of backward to the grad_fn that ran them."""
    around, running = calls(trace), _running(trace)
    ops: dict[int, list[Amount]] = defaultdict(list)
    grad_fns: dict[int, list[Amount]] = defaultdict(list)
    for op in trace.ops:
        amount = amounts.get(op.id)
        if amount is None:
            continue
        if op.id in running:
            grad_fns[running[op.id]].append(amount)
        else:
            ops[around.get(op.id, op.id)].append(amount)
    return Spent({k: total(v) for k, v in ops.items()}, {k: total(v) for k, v in grad_fns.items()})


def _running(trace: Trace) -> dict[int, int]:
    """For each op of a backward the grad_fn that it was part of: the one whose step comes next."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for step in trace.steps:
        if step.kind in ("backward", "accumulate") and step.grad_fn is not None:
            found.update(dict.fromkeys(waiting, step.grad_fn))
            waiting = []
        elif step.kind == "op" and step.op is not None and trace.ops[step.op].phase == "backward":
            waiting.append(step.op)
        else:
            waiting = []
    return found
