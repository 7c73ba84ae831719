"""Which saved tensors backward would refuse, and why, read off the records before backward runs.

Torch keeps the version a tensor had when it was saved, and hands it back only while the counter still stands there.
Tensors share a counter with their views and with what detach() makes of them, but not with their .data. What the
grad_fn inside a CopySlices saved (an in-place op on a view) torch shows to nobody: of that nothing can be foretold.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from gradviz.model.trace import BackwardCall, GradFn, Saved, Tensor, Trace


class Foretold(NamedTuple):
    """A saved tensor that its grad_fn could not use."""

    grad_fn: int
    saved: Saved
    why: Literal["version", "freed"]
    now: int | None = None  # "version": where the counter stands
    changed_by: int | None = None  # "version": the op that moved it on first, where one was seen


def foretold(trace: Trace, step: int | None = None) -> tuple[Foretold, ...]:
    """Every saved tensor that backward would refuse after a step, by default at the end of the run."""
    owners = counters(trace)
    moves: dict[int, list[Tensor]] = {}  # counter -> the states that were seen of its tensors, in order
    for state in sorted((*trace.past, *trace.tensors), key=lambda state: state.step):
        if step is None or state.step <= step:
            moves.setdefault(owners[state.id], []).append(state)
    found: list[Foretold] = []
    for grad_fn in _grad_fns(trace, step):
        for saved in grad_fn.saved:
            if saved.state == "freed":
                found.append(Foretold(grad_fn.id, saved, "freed"))
            elif saved.tensor is not None and saved.version is not None:
                found.extend(_moved_on(grad_fn, saved, saved.version, moves.get(owners[saved.tensor], ())))
    return tuple(found)


def refused(trace: Trace, call: BackwardCall) -> tuple[Foretold, ...]:
    """What was foretold of the grad_fns that a backward call was about to run."""
    running = runs(trace, call)
    return tuple(one for one in foretold(trace, call.step) if one.grad_fn in running)


def runs(trace: Trace, call: BackwardCall) -> set[int]:
    """The grad_fns that a backward call has to run: all that its roots lead to, or those on the way to its inputs."""
    seen = reachable(trace.grad_fns, call.grad_fns)
    if call.inputs is None:
        return set(seen)
    users: dict[int, list[int]] = {}
    for number in seen:
        for to, _ in trace.grad_fns[number].next:
            if to is not None:
                users.setdefault(to, []).append(number)
    needed: set[int] = set()  # what has a gradient to pass on to an input
    todo = [number for number in call.inputs if number in seen]
    while todo:
        for user in users.get(todo.pop(), ()):
            if user not in needed:
                needed.add(user)
                todo.append(user)
    return needed


def reachable(grad_fns: tuple[GradFn, ...], roots: Iterable[int | None]) -> dict[int, None]:
    """The grad_fns that some lead to by next_functions, those themselves among them."""
    seen: dict[int, None] = {}
    todo = [number for number in roots if number is not None]
    while todo:
        number = todo.pop()
        if number not in seen:
            seen[number] = None
            todo.extend(to for to, _ in grad_fns[number].next if to is not None)
    return seen


def _grad_fns(trace: Trace, step: int | None) -> Iterable[GradFn]:
    """Each grad_fn as it was after a step."""
    found: dict[int, GradFn] = {}
    for grad_fn in (*trace.past_grad_fns, *trace.grad_fns):
        if step is None or grad_fn.step <= step:
            found[grad_fn.id] = grad_fn
    return found.values()


def counters(trace: Trace) -> dict[int, int]:
    """Return the version counter of each tensor, as the id of the first tensor that had it."""
    owner = {tensor.id: tensor.id for tensor in trace.tensors}

    def first(tensor: int) -> int:
        while owner[tensor] != tensor:
            owner[tensor] = owner[owner[tensor]]
            tensor = owner[tensor]
        return tensor

    for tensor in trace.tensors:
        if tensor.base is not None:
            owner[first(tensor.id)] = first(tensor.base)
    for op in trace.ops:
        if op.name.startswith("aten::detach.") and op.inputs and op.outputs:
            owner[first(op.outputs[0])] = first(op.inputs[0])
    return {tensor: first(tensor) for tensor in owner}


def _moved_on(grad_fn: GradFn, saved: Saved, then: int, states: Iterable[Tensor]) -> Iterable[Foretold]:
    later = [state for state in states if state.version is not None and state.version > then]
    if later:
        now = max(state.version or 0 for state in later)
        yield Foretold(grad_fn.id, saved, "version", now, later[0].made_by)
