"""The laws of a Trace as a whole: what a record refers to is there, and no grad_fn leads back to itself.

They can be broken by leaving records out, though each by itself is as it must be.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from gradviz.model.trace import GradFn, Page, ProgramError, Region, Tensor, Trace, named_by

Law = Callable[[Trace], Iterator[str]]
DEPTH = 100  # of regions in each other; nobody reads as many frames, and each costs the layout


def states_of(trace: Trace) -> tuple[Tensor, ...]:
    """Every state of every tensor."""
    return (*trace.past, *trace.tensors)


def nodes_of(trace: Trace) -> tuple[GradFn, ...]:
    """Every state of every grad_fn."""
    return (*trace.past_grad_fns, *trace.grad_fns)


class Counts(NamedTuple):
    """How many records of each kind have come."""

    tensors: int
    ops: int
    grad_fns: int
    regions: int


def all_there(page: Page, counts: Counts) -> bool:
    """Return whether what the tensors, ops, grad_fns and steps of a page refer to has come.

    Nearly always it has, and then none of them need be looked at again at the end of the run. That is found of whole
    columns, in a third of the time that each record takes.
    """
    tensors, ops, grad_fns, steps = page.tensors, page.ops, page.grad_fns, page.steps
    edges = set(chain.from_iterable([one.next for one in grad_fns]))
    taken = chain.from_iterable([(*op.inputs, *op.outputs) for op in ops])
    named = [tensor for step in steps if step.names or step.elsewhere for _, tensor in named_by(step)]
    given = chain.from_iterable([step.arguments.values() for step in steps if step.arguments])
    saved = [one.tensor for grad_fn in grad_fns for one in grad_fn.saved]
    held = chain([one.id for one in tensors], [one.base for one in tensors], [one.variable for one in grad_fns])
    left = chain([one.grad_fn for one in tensors], [op.grad_fn for op in ops], [step.grad_fn for step in steps])
    return (
        all_inside(chain(taken, named, given, saved, held), counts.tensors)
        and all_inside(chain([one.made_by for one in tensors], [step.op for step in steps]), counts.ops)
        and all_inside(chain(left, [one.id for one in grad_fns], [to for to, _ in edges]), counts.grad_fns)
        and all_inside([op.region for op in ops], counts.regions)
        and all(output >= 0 for _, output in edges)
    )


def all_inside(references: Iterable[int | None], count: int) -> bool:
    """Whether all references that there are are to one of so many records."""
    found = [one for one in set(references) if one is not None]
    return not found or (min(found) >= 0 and max(found) < count)


def _tensor_references(trace: Trace) -> Iterator[str]:
    tensors, ops, grad_fns = len(trace.tensors), len(trace.ops), len(trace.grad_fns)
    for tensor in states_of(trace):
        known = not _outside(tensor.id, tensors) and not _outside(tensor.base, tensors)
        if not known or _outside(tensor.made_by, ops) or _outside(tensor.grad_fn, grad_fns):
            yield f"tensor {tensor.id}"


def _op_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns, regions = len(trace.tensors), len(trace.grad_fns), len(trace.regions)
    for op in trace.ops:
        known = all(0 <= tensor < tensors for tensor in (*op.inputs, *op.outputs))
        if not known or _outside(op.grad_fn, grad_fns) or _outside(op.region, regions):
            yield f"op {op.id}"


def _grad_fn_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns = len(trace.tensors), len(trace.grad_fns)
    for grad_fn in nodes_of(trace):
        saved_known = not any(_outside(saved.tensor, tensors) for saved in grad_fn.saved)
        next_known = not any(_outside(target, grad_fns) or output < 0 for target, output in grad_fn.next)
        known = saved_known and next_known and not _outside(grad_fn.id, grad_fns)
        if not known or _outside(grad_fn.variable, tensors):
            yield f"grad_fn {grad_fn.id}"


def _step_references(trace: Trace) -> Iterator[str]:
    tensors, ops, grad_fns = len(trace.tensors), len(trace.ops), len(trace.grad_fns)
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


def _hook_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns = len(trace.tensors), len(trace.grad_fns)
    for position, hook in enumerate(trace.hooks):
        if hook.id != position or _outside(hook.tensor, tensors) or _outside(hook.grad_fn, grad_fns):
            yield f"hook {hook.id}"
    for call in trace.hook_calls:
        if _outside(call.hook, len(trace.hooks)) or _outside(call.grad_fn, grad_fns):
            yield f"a call of hook {call.hook}"


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
    if all(to < number or not targets[to] for number, leading in enumerate(targets) for to in leading):
        return  # each leads to what was there before, or to an end
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


_LOOKED: dict[str, Law] = {
    "a tensor's references exist": _tensor_references,
    "an op's references exist": _op_references,
    "a grad_fn's references exist": _grad_fn_references,
    "a step's references exist": _step_references,
}
_FEW: dict[str, Law] = {
    "a region's and a backward call's references exist": _other_references,
    "a hook's references exist": _hook_references,
    "an error's references exist": _error_references,
}

# What must hold before anything indexes by an id.
REFERENCES: dict[str, Law] = {**_LOOKED, **_FEW}

# Of that, what is left to be looked at where `all_there` was true of every page; and before anything walks the graph.
UNLOOKED: dict[str, Law] = {
    **_FEW,
    "no grad_fn leads back to itself": _no_cycles,
    "regions are no deeper in each other than frames are drawn": _regions_nest,
}

# All of it.
WHOLE: dict[str, Law] = {**REFERENCES, **UNLOOKED}
