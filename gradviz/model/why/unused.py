"""Gradients that no update has anything of: cleared before it, clipped after it, or lost on a rate of 0."""

import ast
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from gradviz.model.moments.moment import History
from gradviz.model.moments.offenders import is_nought
from gradviz.model.source.edits import named
from gradviz.model.source.place import Text
from gradviz.model.trace import Op, Value
from gradviz.model.why.fixes.swapped import swapped
from gradviz.model.why.mistake import Mistake, tensor_names
from gradviz.model.why.updates import Updates, arrivals, grad_owners, standing, with_grad

_CLIPS = ("clip_grad_norm_", "clip_grad_value_")
_STAMP = attrgetter("step")
_NUMBER = attrgetter("id")


def unused(history: History, text: Text, updates: Updates) -> Iterator[Mistake]:
    """Yield the lines that use up gradients for nothing, each time they run."""
    steps = [step.id for step in history.trace.steps if step.kind == "line"] if updates else []
    by_line = _by_line(updates, steps)
    for line, taken in by_line.items():
        yield from _cleared(history, text, line, taken)
        yield from _still(history, line, taken, steps)
    yield from _clipped(history, text, updates) if by_line else ()


class _Taken(NamedTuple):
    """An op that took the .grad of a leaf, and the one before that did."""

    leaf: int
    op: Op
    before: Op | None


def _by_line(updates: Updates, steps: Sequence[int]) -> Mapping[int, Sequence[_Taken]]:
    """The first op of each update, by its line: Adam takes a .grad twice."""
    found: dict[int, list[_Taken]] = defaultdict(list)
    for leaf, ops in updates.items():
        firsts = {bisect_right(steps, op.step): op for op in reversed(ops)}
        rounds = [*firsts.values()][::-1]
        for op, before in zip(rounds, (None, *rounds), strict=False):
            found[op.line or 0].append(_Taken(leaf, op, before))
    return found


def _names(history: History, taken: Sequence[_Taken]) -> str:
    return tensor_names([history.trace.tensors[leaf] for leaf in {one.leaf: None for one in taken}])


def _cleared(history: History, text: Text, line: int, taken: Sequence[_Taken]) -> Iterator[Mistake]:
    """Updates that only ever took noughts, which one line had made of the gradients that had come."""
    made = (_clearer(history, one) for one in taken)
    lines = {None if op is None else op.line for op in made}
    by = lines.pop() if len(lines) == 1 else None
    if by is not None:
        facts: dict[str, str | int] = {"names": _names(history, taken), "by": by, "call": taken[0].op.call or ""}
        yield Mistake("cleared", line, facts, swapped(text, by, line))


def _clearer(history: History, taken: _Taken) -> Op | None:
    """The op that made noughts of what had come since the update before."""
    state = standing(history, taken.leaf, taken.op.step)
    if state is None or state.grad is None or state.grad_tensor is None or not is_nought(state.grad):
        return None
    moves = history.versions.moves.get(history.versions.counters[state.grad_tensor])
    place = 0 if moves is None else bisect_right(moves.steps, taken.op.step)
    by = None if moves is None or not place else moves.made_by[place - 1]
    op = None if by is None else history.trace.ops[by]
    ran = arrivals(history, taken.leaf)
    came = [] if op is None else ran[: bisect_left(ran, op.step, key=_NUMBER)]
    is_new = bool(came) and (taken.before is None or taken.before.step < came[-1].id)
    is_of_noughts = not came or all(one is None or is_nought(one) for one in came[-1].arrived)
    return op if is_new and not is_of_noughts and op is not None and op.phase == "forward" else None


def _still(history: History, line: int, taken: Sequence[_Taken], steps: Sequence[int]) -> Iterator[Mistake]:
    """Updates that left each element as it was, more than once, though there were gradients."""
    rounds = {bisect_right(steps, one.op.step) for one in taken}
    had = any(with_grad(history, one.leaf, one.op.step) for one in taken)
    if len(rounds) > 1 and had and all(_stays(history, one, steps) for one in taken):
        facts: dict[str, str | int] = {
            "names": _names(history, taken),
            "times": len(rounds),
            "call": taken[0].op.call or "",
        }
        yield Mistake("still", line, facts)


def _stays(history: History, taken: _Taken, steps: Sequence[int]) -> bool:
    """Whether a leaf is on the next line that ran what it was before an op."""
    place = bisect_right(steps, taken.op.step)
    before = standing(history, taken.leaf, taken.op.step)
    after = standing(history, taken.leaf, steps[place]) if place < len(steps) else history.trace.tensors[taken.leaf]
    value = None if before is None else before.value
    return value is not None and after is not None and _is_finite(value) and value == after.value


def _is_finite(value: Value) -> bool:
    """Whether a value was read, and equals itself."""
    known = value.data is not None or value.mean is not None
    return known and not value.nan and not value.inf and not any(isinstance(one, str) for one in value.data or ())


def _clipped(history: History, text: Text, updates: Updates) -> Iterator[Mistake]:
    """Calls that clip gradients always before there are any, or when they are used already."""
    calls = {}
    for placed in text.statements:
        match placed.statement:
            case ast.Expr(value=ast.Call() as call) if named(call) in _CLIPS:
                calls[placed.statement.lineno] = named(call)
    leaves = {*grad_owners(history.trace).values()} if calls else set[int]()
    useless: dict[int, list[int | None]] = {}  # by line, for each run the line of the update before it
    for step in history.trace.steps if calls else ():
        if step.kind == "line" and step.line in calls:
            useless.setdefault(step.line, []).append(_used_by(history, updates, leaves, step.id))
    for line, used in useless.items():
        if 0 not in used:
            late = next((one for one in used if one is not None), None)
            first, second = (line, _backward(history, text, line)) if late is None else (late, line)
            fix = None if second is None else swapped(text, first, second)
            facts: dict[str, str | int] = {"call": calls[line], "used": late or 0}
            yield Mistake("clipped early" if late is None else "clipped late", line, facts, fix)


def _used_by(history: History, updates: Updates, leaves: set[int], step: int) -> int | None:
    """The line of the last update, where that took all gradients there are; None: there are none; 0: it is another."""
    lines = set[int | None]()
    for leaf in leaves:
        if with_grad(history, leaf, step + 1) is not None:  # what no op does is seen when the next step has begun
            ops, ran = updates.get(leaf, ()), arrivals(history, leaf)
            place, came = bisect_left(ops, step, key=_STAMP), bisect_left(ran, step, key=_NUMBER)
            is_used = place > 0 and (not came or ran[came - 1].id < ops[place - 1].step)
            stays = came < len(ran) and with_grad(history, leaf, ran[came].id) is not None
            lines.add(ops[place - 1].line if is_used and not stays else 0)
    return lines.pop() if len(lines) == 1 else 0 if lines else None


def _backward(history: History, text: Text, line: int) -> int | None:
    """The line of the backward call right behind a line."""
    placed = text.statement(line)
    following = None if placed is None or placed.next is None else placed.next.lineno
    return following if any(call.line == following for call in history.trace.backwards) else None
