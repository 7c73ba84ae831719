"""What a loop carries over from one round into the next, as the state of an RNN, with the graph that made it."""

from collections import Counter

from gradviz.model.moments.held import Name
from gradviz.model.moments.reach import runs
from gradviz.model.source.edits import line_after
from gradviz.model.source.place import Placed, Text
from gradviz.model.trace import BackwardCall, ProgramError, Trace
from gradviz.model.why.fixes import Fix, Fixes


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
    names = _met(trace, call, ran, _rebound(fixes, before, call))
    if not names:
        return None
    line = f"{', '.join(names)} = {', '.join(f'{name}.detach()' for name in names)}"
    return Fix("detach", line_after(text, placed.statement, line), line, before.line)


def _rebound(fixes: Fixes, before: BackwardCall, call: BackwardCall) -> dict[int, str]:
    """The names that stand for another tensor in each of two backward calls, by the grad_fn of the first.

    Those of the function that runs: what the module holds a function can read, and not bind. A tensor with a second
    name, as in a list, may be carried over by that one.
    """
    trace, held = fixes.known.trace, fixes.known.moment.history.bindings.held
    step = next(step for step in reversed(trace.steps[: before.step]) if step.kind == "line")
    then, now = held(before.step), held(call.step)
    often = Counter(then.values())
    return {
        grad_fn: name.text
        for name, number in then.items()
        if name.text.isidentifier() and name == Name(step.function, name.text) and now.get(name, number) != number
        if often[number] == 1
        if (grad_fn := trace.tensors[number].grad_fn) is not None
    }


def _met(trace: Trace, call: BackwardCall, ran: set[int], cuts: dict[int, str]) -> list[str]:
    """The names at whose grad_fns the graph of a call is cut off from all that ran; none where something is left of it.

    Nor where nothing is left of the graph that leads to a leaf.
    """
    todo, seen, names, leaves = list(call.grad_fns), set[int](), set[str](), 0
    while todo:
        number = todo.pop()
        if number is None or number in seen:
            continue
        seen.add(number)
        if number in cuts:
            names.add(cuts[number])
            continue
        if number in ran:
            return []
        leaves += trace.grad_fns[number].variable is not None
        todo.extend(target for target, _ in trace.grad_fns[number].next)
    return sorted(names) if leaves else []
