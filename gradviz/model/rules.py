"""The laws every Trace obeys, as tables of named checks. A check yields where its law does not hold."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from math import prod
from typing import Protocol

from gradviz.model.trace import FUNCTION, SCRIPT, GradFn, Number, Region, Saved, Setting, Tensor, Trace, Value, named_by

Law = Callable[[Trace], Iterator[str]]
EXACT = 64  # elements up to which a value is recorded in full
TORCH_INT = 2**64  # torch has no whole number as large
LARGE = 2**63  # neither a count of torch's nor a size in bytes is as large
DIMENSIONS = 64  # of a shape: as many as torch's own iterators go through
DEPTH = 100  # of regions in each other; nobody reads as many frames, and each costs the layout
LINES = 2**31  # no text has as many
_MOST_NUMBERS = {float, type(None)}  # types of which each value is one that can be, or is left out
DIGITS = 100  # characters of a number that JSON has no form for; torch's longest has some 50


class _OnALine(Protocol):
    """A record that says where in the program it belongs."""

    @property
    def line(self) -> int | None: ...


def broken(trace: Trace, laws: dict[str, Law]) -> Iterator[tuple[str, str]]:
    """Every place where one of the laws does not hold: its name, and the place."""
    for name, law in laws.items():
        for place in law(trace):
            yield name, place


def _states(trace: Trace) -> tuple[Tensor, ...]:
    return (*trace.past, *trace.tensors)


def _nodes(trace: Trace) -> tuple[GradFn, ...]:
    return (*trace.past_grad_fns, *trace.grad_fns)


# Nearly always a law holds. That is found of whole columns first, in a third of the time that each record takes.


def _all_inside(references: Iterable[int | None], count: int) -> bool:
    """Whether all references that there are are to one of so many records."""
    found = [one for one in set(references) if one is not None]
    return not found or (min(found) >= 0 and max(found) < count)


def _tensor_references(trace: Trace) -> Iterator[str]:
    tensors, ops, grad_fns = len(trace.tensors), len(trace.ops), len(trace.grad_fns)
    states = _states(trace)
    if (
        _all_inside([one.id for one in states], tensors)
        and _all_inside([one.base for one in states], tensors)
        and _all_inside([one.made_by for one in states], ops)
        and _all_inside([one.grad_fn for one in states], grad_fns)
    ):
        return
    for tensor in states:
        known = not _outside(tensor.id, tensors) and not _outside(tensor.base, tensors)
        if not known or _outside(tensor.made_by, ops) or _outside(tensor.grad_fn, grad_fns):
            yield f"tensor {tensor.id}"


def _op_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns, regions = len(trace.tensors), len(trace.grad_fns), len(trace.regions)
    if (
        _all_inside(chain.from_iterable([(*op.inputs, *op.outputs) for op in trace.ops]), tensors)
        and _all_inside([op.grad_fn for op in trace.ops], grad_fns)
        and _all_inside([op.region for op in trace.ops], regions)
    ):
        return
    for op in trace.ops:
        known = all(0 <= tensor < tensors for tensor in (*op.inputs, *op.outputs))
        if not known or _outside(op.grad_fn, grad_fns) or _outside(op.region, regions):
            yield f"op {op.id}"


def _grad_fn_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns, nodes = len(trace.tensors), len(trace.grad_fns), _nodes(trace)
    edges = set(chain.from_iterable([one.next for one in nodes]))
    if (
        _all_inside([saved.tensor for one in nodes for saved in one.saved], tensors)
        and _all_inside([target for target, _ in edges], grad_fns)
        and all(output >= 0 for _, output in edges)
        and _all_inside([one.id for one in nodes], grad_fns)
        and _all_inside([one.variable for one in nodes], tensors)
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
        _all_inside(chain(bound, given), tensors)
        and _all_inside([step.op for step in trace.steps], ops)
        and _all_inside([step.grad_fn for step in trace.steps], grad_fns)
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
    tensors, grad_fns, error = len(trace.tensors), len(trace.grad_fns), trace.error
    if error is not None and (
        any(_outside(tensor, tensors) for tensor in error.tensors)
        or any(_outside(grad_fn, grad_fns) for grad_fn in error.grad_fns)
    ):
        yield "the error"


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


def _steps_count_up(trace: Trace) -> Iterator[str]:
    for position, step in enumerate(trace.steps):
        if step.id != position:
            yield f"step {step.id} is number {position}"


def _one_op_per_grad_fn(trace: Trace) -> Iterator[str]:
    makers: dict[int, int] = {}
    for op in trace.ops:
        if op.grad_fn is not None:
            makers[op.grad_fn] = makers.get(op.grad_fn, 0) + 1
    for grad_fn in trace.grad_fns:
        count = makers.get(grad_fn.id, 0)
        owned = grad_fn.origin in ("op", "function")
        if count > 1 or (owned and count == 0) or (grad_fn.origin == "accumulate" and count):
            yield f"grad_fn {grad_fn.id} ({grad_fn.name}) belongs to {count} ops"


def _recorded_needs_grad(trace: Trace) -> Iterator[str]:
    tracked = {tensor.id for tensor in _states(trace) if tensor.requires_grad}
    for op in trace.ops:
        # In inference_mode under enable_grad a torch.autograd.Function still makes its grad_fn; TorchScript in any.
        on = op.grad_mode == "grad" or (op.grad_mode == "inference" and op.name.startswith(FUNCTION))
        on = on or op.name.startswith(SCRIPT)
        if op.grad_fn is not None and (not on or tracked.isdisjoint(op.inputs)):
            yield f"op {op.id} ({op.name})"


def _reason_where_unrecorded(trace: Trace) -> Iterator[str]:
    for op in trace.ops:
        if (op.grad_fn is None) != (op.why_unrecorded is not None):
            yield f"op {op.id} ({op.name})"


def _accumulators(trace: Trace) -> Iterator[str]:
    for grad_fn in trace.grad_fns:
        is_sink = grad_fn.name == "AccumulateGrad"
        if is_sink != (grad_fn.variable is not None) or (is_sink and grad_fn.next):
            yield f"grad_fn {grad_fn.id} ({grad_fn.name})"


def _values_fit(trace: Trace) -> Iterator[str]:
    for tensor in _states(trace):
        if tensor.value is not None and tensor.value.shape != tensor.shape:
            yield f"tensor {tensor.id}: its value has another shape"
        if not (_fits(tensor.value) and _fits(tensor.grad)):
            yield f"tensor {tensor.id}"
    for step in trace.steps:
        if (step.arrived or step.left) and not all(map(_fits, (*step.arrived, *step.left))):
            yield f"step {step.id}"


def _fits(value: Value | None) -> bool:
    if value is None:
        return True
    shape, data, *known, nan, inf, uninitialized = value
    numbers = (*(data or ()), *known)
    return (
        _countable(nan, inf, *shape)
        and (data is None or len(data) == prod(shape) <= EXACT)
        and (not uninitialized or (prod(shape) > EXACT and value == Value(shape, uninitialized=True)))
        and (_MOST_NUMBERS.issuperset(map(type, numbers)) or all(map(_is_number, numbers)))
    )


def _is_number(number: Number | None) -> bool:
    """Whether it is a number of torch's, the text of one that JSON has no form for, or left out."""
    if number is None or isinstance(number, float):
        return True
    if isinstance(number, str):
        try:
            complex(number)
        except ValueError:
            return False
        return len(number) <= DIGITS
    return abs(number) < TORCH_INT


def _sizes(trace: Trace) -> Iterator[str]:
    states, nodes = _states(trace), _nodes(trace)
    stamps = [number for one in states for number in (one.step, one.grad_tensor)]
    strided = all(one.strides is None or _is_strided(one.shape, one.strides) for one in states)
    if not (strided and _all_inside(stamps, LARGE) and _are_sized(states)):
        yield from _unsized(states)
    if not _are_counted(nodes):
        yield from (f"grad_fn {one.id}" for one in nodes if not _are_counted((one,)))
    for grad_fn in nodes:
        if grad_fn.settings and not all(map(_is_setting, grad_fn.settings.values())):
            yield f"grad_fn {grad_fn.id}: a setting"
    for kind, numbers in _stamps(trace):
        if not _countable(*numbers):
            yield kind
    yield from _run_sizes(trace)


def _unsized(states: Iterable[Tensor]) -> Iterator[str]:
    for tensor in states:
        counts = (tensor.step, tensor.nbytes, tensor.storage, tensor.version or 0, tensor.grad_tensor or 0)
        if not _countable(*counts, *tensor.shape) or len(tensor.shape) > DIMENSIONS:
            yield f"tensor {tensor.id}"
        if tensor.strides is not None and not _is_strided(tensor.shape, tensor.strides):
            yield f"tensor {tensor.id}: its strides"


def _is_strided(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    return len(strides) == len(shape) and _countable(*strides)


def _are_sized(tensors: Sequence[Tensor] | Sequence[Saved]) -> bool:
    shapes = {one.shape for one in tensors}
    counts = [number for one in tensors for number in (one.nbytes, one.version, one.storage)]
    return max(map(len, shapes), default=0) <= DIMENSIONS and _all_inside(chain(counts, *shapes), LARGE)


def _is_setting(setting: Setting) -> bool:
    if isinstance(setting, tuple):
        return len(setting) <= EXACT and all(abs(number) < TORCH_INT for number in setting)
    return not isinstance(setting, int) or abs(setting) < TORCH_INT


def _are_counted(nodes: Sequence[GradFn]) -> bool:
    counts = chain.from_iterable([(one.step, *[output for _, output in one.next]) for one in nodes])
    saved = tuple(chain.from_iterable([one.saved for one in nodes]))
    return _all_inside(counts, LARGE) and _are_sized(saved)


def _stamps(trace: Trace) -> Iterator[tuple[str, list[int]]]:
    yield "a step", list({number for step in trace.steps for number in (step.id, step.depth, step.scope)})
    yield "an op", [number for op in trace.ops for number in (op.id, op.step)]
    yield "a backward call", [number for call in trace.backwards for number in (call.id, call.step)]
    yield "output", [output.step for output in trace.output]


def _run_sizes(trace: Trace) -> Iterator[str]:
    if not _countable(*(size or 0 for size in trace.memory)):
        yield "the memory"
    if not 0 <= trace.seconds < LINES:
        yield "the seconds"
    if max(depths(trace.regions), default=0) > DEPTH:
        yield "the regions"


def depths(regions: Sequence[Region]) -> list[int]:
    """How many regions each region is in, itself among them. A region comes after the one it is in."""
    found: list[int] = []
    for region in regions:
        known = region.parent is not None and 0 <= region.parent < len(found)
        found.append(found[region.parent or 0] + 1 if known else 1)
    return found


def _countable(*numbers: int) -> bool:
    return not numbers or (min(numbers) >= 0 and max(numbers) < LARGE)


def _lines_known(trace: Trace) -> Iterator[str]:
    for kind, records in _with_lines(trace):
        for position, record in enumerate(records):
            if record.line is not None and not 0 <= record.line < LINES:
                yield f"{kind} {position}"
    error = trace.error
    if error is not None and not all(
        number is None or 0 <= number < LINES for number in (error.line, error.column, error.end_line, error.end_column)
    ):
        yield "the error"


def _with_lines(trace: Trace) -> Iterator[tuple[str, Sequence[_OnALine]]]:
    yield "tensor state", (*trace.past, *trace.tensors)
    yield "op", trace.ops
    yield "grad_fn", (*trace.past_grad_fns, *trace.grad_fns)
    yield "step", trace.steps
    yield "backward call", trace.backwards
    yield "region", trace.regions
    yield "output", trace.output
    yield "warning", trace.warnings


def _gradients_per_edge(trace: Trace) -> Iterator[str]:
    for step in trace.steps:
        if step.grad_fn is None or step.kind != "backward":
            continue
        if len(step.left) != len(trace.grad_fns[step.grad_fn].next):
            yield f"step {step.id}"


def _leaves_have_no_grad_fn(trace: Trace) -> Iterator[str]:
    for tensor in trace.tensors:
        if tensor.is_leaf and tensor.grad_fn is not None:
            yield f"tensor {tensor.id}"


# What must hold before anything indexes by an id.
REFERENCES: dict[str, Law] = {
    "a tensor's references exist": _tensor_references,
    "an op's references exist": _op_references,
    "a grad_fn's references exist": _grad_fn_references,
    "a step's references exist": _step_references,
    "a region's and a backward call's references exist": _other_references,
    "an error's references exist": _error_references,
}

# What can be broken by leaving records out, though each by itself is as it must be.
WHOLE: dict[str, Law] = {**REFERENCES, "no grad_fn leads back to itself": _no_cycles}

# What must hold of a hostile record before it is worded and drawn.
SOUND: dict[str, Law] = {
    **WHOLE,
    "sizes": _sizes,
    "a value has its tensor's shape and at most 64 elements": _values_fit,
    "a line is one that a text can have": _lines_known,
}

# What autograd guarantees, or gradviz promises, of every run.
LAWS: dict[str, Law] = {
    **SOUND,
    "steps count up": _steps_count_up,
    "a grad_fn made by an op or a Function call belongs to exactly one": _one_op_per_grad_fn,
    "a recorded op ran in grad mode on an input that requires grad": _recorded_needs_grad,
    "an op has a reason exactly where it was not recorded": _reason_where_unrecorded,
    "AccumulateGrad alone has a variable, and no next functions": _accumulators,
    "backward passes one gradient along each edge": _gradients_per_edge,
    "a leaf has no grad_fn": _leaves_have_no_grad_fn,
}
