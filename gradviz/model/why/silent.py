"""What goes wrong without an error: told where the record proves that it happened, and never guessed from the text."""

import ast
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from gradviz.model.moments.foretold import foretold
from gradviz.model.moments.moment import History
from gradviz.model.moments.offenders import is_nought
from gradviz.model.moments.reach import reachable
from gradviz.model.source.edits import line_before, method_on
from gradviz.model.source.place import Text
from gradviz.model.trace import Op, Step, Tensor, Value
from gradviz.model.why.fixes import Fix

Silent = Literal["stale", "idle", "flat", "growing"]
_MOST = 3  # tensors that are named
_STEP = re.compile(r"(?P<name>[^\W\d]\w*)\.step\(")
_FLAT = ("RoundBackward", "SignBackward", "FloorBackward", "CeilBackward", "TruncBackward")  # 0 wherever it is defined
_ADDS = ("aten::add.", "aten::add_.")


class Mistake(NamedTuple):
    """A claim of what went wrong, and its fix where there is a certain one; its words are in silentwords.py."""

    said: Silent
    line: int | None
    facts: dict[str, str | int]
    fix: Fix | None = None


def mistakes(history: History, text: Text) -> Iterator[Mistake]:
    """Yield those of a run, in time linear in its record."""
    if history.trace.backwards:
        yield from _stale(history, text)
        yield from _flat(history)
        yield from _growing(history, text)
    yield from _idle(history, text)


def _stale(history: History, text: Text) -> Iterator[Mistake]:
    """Gradients that were added to what an update had already used, and used again: nothing cleared them in between."""
    found: dict[tuple[int | None, int | None], tuple[Op, list[Tensor]]] = {}
    for leaf, uses in _uses(history).items():
        for first, second in pairwise(uses):
            line = _added_to(history, leaf, first, second)
            if line is not None:
                found.setdefault((line, first.line), (first, []))[1].append(history.trace.tensors[leaf])
                break
    for (line, used), (op, leaves) in found.items():
        facts: dict[str, str | int] = {"names": _names(leaves), "used": used or 0}
        yield Mistake("stale", line, facts, _cleared(text, line, op))


def _uses(history: History) -> dict[int, list[Op]]:
    """The ops of the forward run that took the .grad of each leaf, in order."""
    owners = {
        state.grad_tensor: state.id
        for state in (*history.trace.past, *history.trace.tensors)
        if state.grad_tensor is not None
    }
    found: dict[int, list[Op]] = defaultdict(list)
    for op in history.trace.ops if owners else ():
        if op.phase == "forward":
            for leaf in {owners[tensor] for tensor in op.inputs if tensor in owners}:
                found[leaf].append(op)
    return found


def _added_to(history: History, leaf: int, first: Op, second: Op) -> int | None:
    """The line of the backward that added to a .grad after an op had used it for a change of its leaf."""
    sink = next((one.id for one in history.trace.grad_fns if one.variable == leaf), None)
    runs = [] if sink is None else [one for one in history.flow.runs(sink) if first.step < one.id < second.step]
    if not runs or not all(_had(history, leaf, step) for step in runs):
        return None
    moved = any(first.step <= step <= runs[0].id for step in history.versions.steps(leaf))
    return runs[0].line if moved else None


def _had(history: History, leaf: int, step: Step) -> bool:
    """Whether there was a .grad, of more than noughts, before an AccumulateGrad ran."""
    states = history.tensors(leaf)
    place = bisect_right(states, step.id, key=lambda state: state.step)
    grad = states[place - 1].grad if place else None
    return grad is not None and not is_nought(grad)


def _cleared(text: Text, line: int | None, op: Op) -> Fix | None:
    """Have the optimizer that made the change clear the gradients before the backward."""
    name, placed = _STEP.search(op.call or ""), None if line is None else text.statement(line)
    if name is None or placed is None or text.function(line) is not text.function(op.line):
        return None
    put = f"{name['name']}.zero_grad()"
    return Fix("clear", line_before(text, placed.statement, put), put, placed.statement.lineno)


def _idle(history: History, text: Text) -> Iterator[Mistake]:
    """Calls of step() of an optimizer that never did anything: none of its tensors had a .grad then."""
    known = {module.path for module in history.trace.modules}
    calls = {}
    for placed in text.statements:
        match placed.statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="step"), args=[])) if (
                name in known
            ):
                calls[placed.statement.lineno] = name
    ran, busy = set[int](), set[int]()
    for step, after in pairwise(history.trace.steps) if calls else ():
        if step.kind == "line" and step.line in calls:
            ran.add(step.line)
            if after.kind != "line" or after.depth > step.depth:
                busy.add(step.line)
    for line in sorted(ran - busy):
        yield Mistake("idle", line, {"name": calls[line]})


def _flat(history: History) -> Iterator[Mistake]:
    """Leaves at which only noughts arrive, from an op whose derivative is nought everywhere."""
    trace = history.trace
    flat = [one for one in trace.grad_fns if one.name.startswith(_FLAT) and history.flow.runs(one.id)]
    for one in {(one.name, one.line): one for one in flat}.values():
        leads = (trace.grad_fns[number] for number in reachable(trace.grad_fns, (one.id,)))
        sinks = (sink for sink in leads if sink.variable is not None and _noughts(history, sink.id))
        leaves = [trace.tensors[sink.variable] for sink in sinks if sink.variable is not None]
        if leaves:
            yield Mistake("flat", one.line, {"names": _names(leaves), "grad_fn": one.name})


def _names(tensors: list[Tensor]) -> str:
    names = [tensor.names[0] for tensor in tensors if tensor.names]
    return ", ".join([*names[:_MOST], "…"] if len(names) > _MOST else names)


def _noughts(history: History, sink: int) -> bool:
    arrived: Iterable[Value | None] = history.flow.added(sink)
    return all(value is not None and is_nought(value) for value in arrived)


def _growing(history: History, text: Text) -> Iterator[Mistake]:
    """A sum over the rounds of a loop that holds the graphs of all, through which backward cannot go any more."""
    trace = history.trace
    roots = {root for call in trace.backwards for root in call.roots}
    adds: dict[int | None, list[Op]] = defaultdict(list)
    for op in trace.ops:
        if op.grad_fn is not None and op.name.startswith(_ADDS) and not roots.isdisjoint(op.inputs):
            adds[op.line].append(op)
    refused = {one.grad_fn for one in foretold(history.end) if one.why == "freed"} if adds else set[int]()
    for line, ops in adds.items():
        last = ops[-1]
        reach = reachable(trace.grad_fns, (last.grad_fn,))
        held = [op for op in ops if op.grad_fn in reach]
        if len(held) > 1 and not refused.isdisjoint(reach) and roots.isdisjoint(last.outputs):
            fix = _detached(text, line, last)
            yield Mistake("growing", line, {"call": last.call or last.name, "times": len(held)}, fix)


def _detached(text: Text, line: int | None, op: Op) -> Fix | None:
    placed = None if line is None else text.statement(line, op.call or "")
    match None if placed is None else placed.statement:
        case ast.AugAssign(op=ast.Add(), value=ast.Name() as added):
            edit = method_on(text, added, "detach")
            return Fix("name", edit, edit.text, line)
        case _:
            return None
