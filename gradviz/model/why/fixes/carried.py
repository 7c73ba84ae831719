"""What a loop carries over from one round into the next, as the state of an RNN, with the graph that made it."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from gradviz.model.moments.held import Name
from gradviz.model.moments.moment import History
from gradviz.model.moments.reach import runs
from gradviz.model.source.edits import line_after
from gradviz.model.source.place import Placed, Text
from gradviz.model.trace import BackwardCall, ProgramError
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.fixes import Fixes

_ENTRY = re.compile(r"(?P<of>[^\W\d]\w*)\[(?:(?P<place>\d+)|'\w+')\]")  # of a tuple, a list or a dict
_ATTRIBUTE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")  # of a module
_Carried = Mapping[int, Mapping[int, str]]  # names of tensors by id, by their grad_fn


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
    line = _line(text, _met(history, call, ran, _rebound(history, before, call)), history.bindings.held(before.step))
    return None if line is None else Fix("cut", line_after(text, placed.statement, line), line, before.line)


def _rebound(history: History, before: BackwardCall, call: BackwardCall) -> _Carried:
    """The names that stand for another tensor in each of two backward calls, by the grad_fn of the first.

    Those of the function that runs: what the module holds a function can read, and not bind; but it can set what a
    torch module there holds. A tensor with a second name, as in a list, may be carried over by that one.
    """
    trace = history.trace
    step = next(step for step in reversed(trace.steps[: before.step]) if step.kind == "line")
    then, now = history.bindings.held(before.step), history.bindings.held(call.step)
    often, found = Counter(then.values()), defaultdict[int, dict[int, str]](dict)
    for name, number in then.items():
        grad_fn = trace.tensors[number].grad_fn
        own = name == Name(step.function, name.text) and (name.text.isidentifier() or _ENTRY.fullmatch(name.text))
        reached = name.function in (None, step.function) and _ATTRIBUTE.fullmatch(name.text)
        if (own or reached) and grad_fn is not None and now.get(name, number) != number and often[number] == 1:
            found[grad_fn][number] = name.text
    return found


def _met(history: History, call: BackwardCall, ran: set[int], carried: _Carried) -> list[str]:
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
            if target is None or target not in carried:
                todo.append(target)
                continue
            maker = history.makers.get(number)
            taken = () if maker is None else trace.ops[maker].inputs
            through = {tensor for tensor in taken if trace.tensors[tensor].grad_fn == target}
            if not through or not through <= carried[target].keys():
                return []
            names.update(carried[target][tensor] for tensor in through)
    return sorted(names) if leaves else []


def _line(text: Text, names: list[str], held: Iterable[Name]) -> str | None:
    """The statement that cuts names off; a tuple, of which no entry can be bound, is made anew, of as many."""
    entries = [found for name in names if (found := _ENTRY.fullmatch(name))]
    changed = {
        node.value.id
        for node in ast.walk(text.tree)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    }
    tuples = {found["of"] for found in entries if found["place"] and found["of"] not in changed}
    if not tuples:
        return f"{', '.join(names)} = {', '.join(f'{name}.detach()' for name in names)}" if names else None
    (whole, *others) = tuples
    parts = [name.text for name in held if name.text.startswith(f"{whole}[")]
    if others or len(entries) < len(names) or parts != [f"{whole}[{place}]" for place in range(len(parts))]:
        return None
    return f"{whole} = tuple(one.detach() for one in {whole})"
