"""Generations of a tensor: what it is between one change in place and the next, each of which is drawn on its own."""

from collections.abc import Iterable

from gradviz.model.trace import COPY_SLICES, GradFn, Op, Tensor, Trace

Generation = tuple[int, int | None]  # a tensor, and the op that changed it last; None: as it was first


def generations(trace: Trace, shown: dict[int, int]) -> dict[Generation, Tensor]:
    """Return the last state of each tensor in each of its generations.

    Args:
        trace: the run.
        shown: for each op that is drawn, as itself or as a part of another, the one that is drawn.
    """
    states: dict[Generation, Tensor] = {}
    for state in (*trace.past, *trace.tensors):
        states[state.id, None if state.made_by is None else shown.get(state.made_by)] = state
    return states


def remade(trace: Trace) -> dict[int, list[int]]:
    """Return the grad_fns that views had one after another, of those that torch gave another after a change."""
    found: dict[int, list[int]] = {}
    for state in (*trace.past, *trace.tensors):
        if state.base is not None and state.grad_fn is not None:
            had = found.setdefault(state.id, [])
            if state.grad_fn not in had:
                had.append(state.grad_fn)
    return {tensor: had for tensor, had in found.items() if len(had) > 1}


def touched(states: Iterable[Generation], ops: Iterable[Op]) -> dict[int, list[int]]:
    """Return the tensors each op changed though it did not return them: they share memory with what it wrote to."""
    returned = {(tensor, op.id) for op in ops for tensor in op.outputs}
    found: dict[int, list[int]] = {}
    for generation in states:
        tensor, op = generation
        if op is not None and generation not in returned:
            found.setdefault(op, []).append(tensor)
    return found


def birth_regions(trace: Trace) -> dict[int, int | None]:
    """Return the region in which each tensor was first seen, if an op of the forward run made it there."""
    regions: dict[int, int | None] = {}
    for state in (*trace.past, *trace.tensors):
        op = None if state.made_by is None else trace.ops[state.made_by]
        regions.setdefault(state.id, op.region if op is not None and op.phase == "forward" else None)
    return regions


def changed_bases(op: Op, tensors: tuple[Tensor, ...]) -> tuple[int, ...]:
    """Return the tensors that an op changes through views of them: it takes their old state too."""
    outputs = set(op.outputs)
    if outputs.isdisjoint(op.inputs):
        return ()
    written = [tensor for tensor in dict.fromkeys(op.inputs) if tensor in outputs]
    bases = dict.fromkeys(tensors[tensor].base for tensor in written)
    return tuple(base for base in bases if base is not None and base not in outputs)


def grad_fn_made(op: Op, bases: tuple[int, ...], trace: Trace) -> GradFn | None:
    """Return the grad_fn that passes on the gradients of an op, which changes these bases.

    In place on a view it is the CopySlices that torch gives the base. The view itself gets a new grad_fn, which is no
    more than the view taken again of the changed base, and leads there.
    """
    if op.grad_fn is None:
        return None
    own = reached = trace.grad_fns[op.grad_fn]
    if not bases:
        return own
    while reached.name != COPY_SLICES:
        target = reached.next[0][0] if reached.next else None
        if target is None or target < own.id:  # it was there before, and the CopySlices is made with it
            return own
        reached = trace.grad_fns[target]
    return reached
