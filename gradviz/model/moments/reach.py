"""What a backward call has to run: the grad_fns that its roots lead to by next_functions."""

from collections.abc import Iterable

from gradviz.model.trace import BackwardCall, GradFn, Trace


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


def frees(trace: Trace) -> dict[int, int]:
    """Return the place in `trace.backwards` of the first call that freed what each grad_fn saved, of those so freed."""
    found: dict[int, int] = {}
    for place, call in enumerate(trace.backwards):
        if not call.keep_graph:
            found.update((number, place) for number in runs(trace, call) if number not in found)
    return found
