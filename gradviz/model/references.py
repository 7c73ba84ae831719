"""The laws of a Trace as a whole: what a record refers to is there, and no grad_fn leads back to itself.

They can be broken by leaving records out, though each by itself is as it must be.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from gradviz.model.trace import GradFn, ProgramError, Region, Tensor, Trace, named_by

Law = Callable[[Trace], Iterator[str]]
DEPTH = 100  # of regions in each other; nobody reads as many frames, and each costs the layout


def states_of(trace: Trace) -> tuple[Tensor, ...]:
    """Every state of every tensor."""
    return (*trace.past, *trace.tensors)


def nodes_of(trace: Trace) -> tuple[GradFn, ...]:
    """Every state of every grad_fn."""
    return (*trace.past_grad_fns, *trace.grad_fns)


# Nearly always a law holds. That is found of whole columns first, in a third of the time that each record takes.


def all_inside(references: Iterable[int | None], count: int) -> bool:
    """Whether all references that there are are to one of so many records."""
    found = [one for one in set(references) if one is not None]
    return not found or (min(found) >= 0 and max(found) < count)


def _tensor_references(trace: Trace) -> Iterator[str]:
    tensors, ops, grad_fns = len(trace.tensors), len(trace.ops), len(trace.grad_fns)
    states = states_of(trace)
    if (
        all_inside([one.id for one in states], tensors)
        and all_inside([one.base for one in states], tensors)
        and all_inside([one.made_by for one in states], ops)
        and all_inside([one.grad_fn for one in states], grad_fns)
    ):
        return
    for tensor in states:
        known = not _outside(tensor.id, tensors) and not _outside(tensor.base, tensors)
        if not known or _outside(tensor.made_by, ops) or _outside(tensor.grad_fn, grad_fns):
            yield f"tensor {tensor.id}"


def _op_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns, regions = len(trace.tensors), len(trace.grad_fns), len(trace.regions)
    if (
        all_inside(chain.from_iterable([(*op.inputs, *op.outputs) for op in trace.ops]), tensors)
        and all_inside([op.grad_fn for op in trace.ops], grad_fns)
        and all_inside([op.region for op in trace.ops], regions)
    ):
        return
    for op in trace.ops:
        known = all(0 <= tensor < tensors for tensor in (*op.inputs, *op.outputs))
        if not known or _outside(op.grad_fn, grad_fns) or _outside(op.region, regions):
            yield f"op {op.id}"


def _grad_fn_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns, nodes = len(trace.tensors), len(trace.grad_fns), nodes_of(trace)
    edges = set(chain.from_iterable([one.next for one in nodes]))
    if (
        all_inside([saved.tensor for one in nodes for saved in one.saved], tensors)
        and all_inside([target for target, _ in edges], grad_fns)
        and all(output >= 0 for _, output in edges)
        and all_inside([one.id for one in nodes], grad_fns)
        and all_inside([one.variable for one in nodes], tensors)
    ):
        return
    for grad_fn in nodes:
        saved_known = not any(_outside(saved.tensor, tensors) for saved in grad_fn.saved)
        next_known = not any(_outside(target, grad_fns) or output < 0 for target, output in grad_fn.next)
        known = saved_known and next_known and not _outside(grad_fn.id, grad_fns)
        if not known or _outside(grad_fn.variable, tensors):
            yield f"grad_fn {grad_fn.id}"


def _step_references(trace: Trace) -> Iterator[str]:
    tensors, ops, grad_fns = len(trace.tensors), len(trace.ops), len(trace.grad_fns)
    bound = [tensor for step in trace.steps for _, tensor in named_by(step)]
    given = chain.from_iterable([step.arguments.values() for step in trace.steps if step.arguments])
    if (
        all_inside(chain(bound, given), tensors)
        and all_inside([step.op for step in trace.steps], ops)
        and all_inside([step.grad_fn for step in trace.steps], grad_fns)
    ):
        return
    for step in trace.steps:
        named = (*(tensor for _, tensor in named_by(step)), *(step.arguments or {}).values())
        names_known = not any(_outside(tensor, tensors) for tensor in named)
        if not names_known or _outside(step.op, ops) or _outside(step.grad_fn, grad_fns):
            yield f"step {step.id}"


def _other_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns = len(trace.tensors), len(trace.grad_fns)
    for call in trace.backwards:
        if any(_outside(root, tensors) for root in call.roots) or any(
            _outside(g, grad_fns) for g in (*call.grad_fns, *(call.inputs or ()))
        ):
            yield f"backward call {call.id}"
    for position, region in enumerate(trace.regions):
        if region.id != position or (region.parent is not None and not 0 <= region.parent < position):
            yield f"region {region.id}"


def _error_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns = len(trace.tensors), len(trace.grad_fns)
    for error in errors(trace):
        if any(_outside(tensor, tensors) for tensor in error.tensors) or any(
            _outside(grad_fn, grad_fns) for grad_fn in error.grad_fns
        ):
            yield f"an error on line {error.line}"


def errors(trace: Trace) -> Iterator[ProgramError]:
    """The errors of a run: the one that ended it, and those that it caught."""
    yield from trace.caught
    if trace.error is not None:
        yield trace.error


def _regions_nest(trace: Trace) -> Iterator[str]:
    deepest = max(depths(trace.regions), default=0)
    if deepest > DEPTH:
        yield f"{deepest} in each other"


def depths(regions: Sequence[Region]) -> list[int]:
    """How many regions each region is in, itself among them. A region comes after the one it is in."""
    found: list[int] = []
    for region in regions:
        known = region.parent is not None and 0 <= region.parent < len(found)
        found.append(found[region.parent or 0] + 1 if known else 1)
    return found


def _outside(reference: int | None, count: int) -> bool:
    return reference is not None and not 0 <= reference < count


def _no_cycles(trace: Trace) -> Iterator[str]:
    count = len(trace.grad_fns)
    targets = [[to for to, _ in grad_fn.next if to is not None and 0 <= to < count] for grad_fn in trace.grad_fns]
    users = [0] * count
    for target in chain.from_iterable(targets):
        users[target] += 1
    free = [number for number in range(count) if not users[number]]
    for number in free:  # grows as it is walked
        for target in targets[number]:
            users[target] -= 1
            if not users[target]:
                free.append(target)
    if len(free) < count:
        yield f"grad_fn {next(number for number in range(count) if users[number])}"


# What must hold before anything indexes by an id.
REFERENCES: dict[str, Law] = {
    "a tensor's references exist": _tensor_references,
    "an op's references exist": _op_references,
    "a grad_fn's references exist": _grad_fn_references,
    "a step's references exist": _step_references,
    "a region's and a backward call's references exist": _other_references,
    "an error's references exist": _error_references,
}

# And before anything walks the graph.
WHOLE: dict[str, Law] = {
    **REFERENCES,
    "no grad_fn leads back to itself": _no_cycles,
    "regions are no deeper in each other than frames are drawn": _regions_nest,
}
