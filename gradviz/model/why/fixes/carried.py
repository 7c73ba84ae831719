"""What a loop carries over from one round into the next, as the state of an RNN, with the graph that made it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gradviz.model.moments.held import Name
from gradviz.model.moments.moment import History
from gradviz.model.moments.reach import runs
from gradviz.model.source.edits import line_after
from gradviz.model.source.place import Placed, Text
from gradviz.model.trace import BackwardCall, Op, ProgramError
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.fixes import Fixes

_WAY = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"  # a variable, or what a module or another object holds
_ENTRY = re.compile(rf"(?P<of>{_WAY})\[(?:(?P<place>\d+)|'\w+')\]")  # of a tuple, a list or a dict
_NAME = re.compile(rf"(?P<way>{_WAY})(?:\[(?:\d+|'\w+')\])?")


class _Called(NamedTuple):
    """A name that a tensor had when it was carried over."""

    text: str
    is_bound: bool  # to another one since, and can be again


_Carried = Mapping[int, Mapping[int, Sequence[_Called]]]  # names of tensors by id, by their grad_fn


def detached(fixes: Fixes, text: Text, _placed: Placed, error: ProgramError) -> Fix | None:
    """Cut what is carried over off after the backward that ran through it, where it alone leads there again."""
    trace = fixes.known.trace
    if len(trace.backwards) < 2:
        return None
    before, call = trace.backwards[-2:]
    placed = None if before.line is None else text.statement(before.line)
    ran = {number for number in runs(trace, before) if trace.grad_fns[number].variable is None}
    if placed is None or ran.isdisjoint(error.grad_fns):
        return None
    history = fixes.known.moment.history
    met = _met(text, history, call, ran, _rebound(text, history, before, call))
    line = _line(text, met, history.bindings.held(before.step))
    return None if line is None else Fix("cut", line_after(text, placed.statement, line), line, before.line)


def _rebound(text: Text, history: History, before: BackwardCall, call: BackwardCall) -> _Carried:
    """The names of what a name stands for in the first of two backward calls and not in the second, by its grad_fn."""
    trace = history.trace
    function = next(step for step in reversed(trace.steps[: before.step]) if step.kind == "line").function
    then, now = history.bindings.held(before.step), history.bindings.held(call.step)
    found = defaultdict[int, dict[int, list[_Called]]](lambda: defaultdict(list))
    for name, number in then.items():
        grad_fn = trace.tensors[number].grad_fn
        if grad_fn is not None:
            is_bound = now.get(name, number) != number and _can_be_bound(text, history, name, function)
            found[grad_fn][number].append(_Called(name.text, is_bound))
    return found


def _can_be_bound(text: Text, history: History, name: Name, function: str | None) -> bool:
    """Whether a statement of a function can have a name stand for another tensor.

    What the module holds a function can read, and not bind; but it can set what a torch module there holds, or another
    object of which the program itself sets that: a named tuple has no such attribute.
    """
    found = _NAME.fullmatch(name.text)
    owner, _, attribute = (found["way"] if found else "").rpartition(".")
    if found is None or not owner:
        return found is not None and name.function == function
    is_set = any(
        isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == attribute
        for node in ast.walk(text.tree)
    )
    return name.function in (None, function) and (is_set or any(one.path == owner for one in history.trace.modules))


def _met(text: Text, history: History, call: BackwardCall, ran: set[int], carried: _Carried) -> list[str]:
    """The names at whose tensors the graph of a call is cut off from all that ran; none where something is left of it.

    Nor where nothing is left of the graph that leads to a leaf. Of the results of one grad_fn each has to be cut that
    an op took.
    """
    trace = history.trace
    todo, seen, names, leaves = list(call.grad_fns), set[int](), set[str](), 0
    while todo:
        number = todo.pop()
        if number is None or number in seen:
            continue
        if number in ran:
            return []
        seen.add(number)
        leaves += trace.grad_fns[number].variable is not None
        for target, _ in trace.grad_fns[number].next:
            if target is None or not any(name.is_bound for names in carried.get(target, {}).values() for name in names):
                todo.append(target)
                continue
            maker = history.makers.get(number)
            if maker is None:
                return []
            op, of = trace.ops[maker], carried[target]
            through = {tensor for tensor in op.inputs if trace.tensors[tensor].grad_fn == target}
            by = {_by(text, op, of.get(tensor, ())) for tensor in through}
            if None in by or not by:
                return []
            names.update(filter(None, by))
    return sorted(names) if leaves else []


def _by(text: Text, op: Op, names: Sequence[_Called]) -> str | None:
    """The name by which a tensor was carried over to an op: of several the only one that its statement reads."""
    placed = None if op.line is None else text.statement(op.line, op.call or "")
    if len(names) > 1 and placed is not None:
        nodes = [node for node in ast.walk(placed.statement) if isinstance(node, ast.Name | ast.Attribute)]
        read = {_last(text.cut(node)) for node in nodes if isinstance(node.ctx, ast.Load)}
        names = [name for name in names if _last(name.text) in read]
    return names[0].text if len(names) == 1 and names[0].is_bound else None


def _last(name: str) -> str:
    """What a name without its entries ends with: state of net.state[0]."""
    return name.partition("[")[0].rpartition(".")[2]


def _line(text: Text, names: list[str], held: Iterable[Name]) -> str | None:
    """The statement that cuts names off; a tuple, of which no entry can be bound, is made anew, of as many."""
    entries = [found for name in names if (found := _ENTRY.fullmatch(name))]
    nodes = (node for node in ast.walk(text.tree) if isinstance(node, ast.Subscript))
    changed = {_last(text.cut(node.value)) for node in nodes if isinstance(node.ctx, ast.Store)}
    tuples = {found["of"] for found in entries if found["place"] and _last(found["of"]) not in changed}
    if not tuples:
        return f"{', '.join(names)} = {', '.join(f'{name}.detach()' for name in names)}" if names else None
    (whole, *others) = tuples
    parts = [name.text for name in held if name.text.startswith(f"{whole}[")]
    if others or len(entries) < len(names) or parts != [f"{whole}[{place}]" for place in range(len(parts))]:
        return None
    return f"{whole} = tuple(one.detach() for one in {whole})"
