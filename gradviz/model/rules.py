"""The laws every Trace obeys, as tables of named checks. A check yields where its law does not hold."""

from collections.abc import Iterator, Sequence
from itertools import chain
from math import prod
from typing import Protocol

from gradviz.model.references import WHOLE, Law, all_inside, errors, nodes_of, states_of
from gradviz.model.trace import FUNCTION, SCRIPT, Number, Saved, Setting, Trace, Value

EXACT = 64  # elements up to which a value is recorded in full
TORCH_INT = 2**64  # torch has no whole number as large
LARGE = 2**63  # neither a count of torch's nor a size in bytes is as large
DIMENSIONS = 64  # of a shape: as many as torch's own iterators go through
LINES = 2**31  # no text has as many
CAUGHT = 100  # errors of backward calls that are told of a run, the first
_PLAIN = {float, bool, type(None)}  # types of which each value is a number that can be, or left out
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
    tracked = {tensor.id for tensor in states_of(trace) if tensor.requires_grad}
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
    states = states_of(trace)
    passed = chain.from_iterable([(*step.arrived, *step.left) for step in trace.steps if step.arrived or step.left])
    hooked = chain.from_iterable([(*call.before, *call.after) for call in trace.hook_calls])
    held = chain([one.value for one in states], [one.grad for one in states], passed, hooked)
    shapes = {(one.value.shape, one.shape) for one in states if one.value is not None}
    if all(own == of for own, of in shapes) and _all_fit([value for value in held if value is not None]):
        return
    for tensor in states:
        if tensor.value is not None and tensor.value.shape != tensor.shape:
            yield f"tensor {tensor.id}: its value has another shape"
        if not (_fits(tensor.value) and _fits(tensor.grad)):
            yield f"tensor {tensor.id}"
    for step in trace.steps:
        if (step.arrived or step.left) and not all(map(_fits, (*step.arrived, *step.left))):
            yield f"step {step.id}"
    for call in trace.hook_calls:
        if not all(map(_fits, (*call.before, *call.after))):
            yield f"a call of hook {call.hook}"


def _all_fit(values: Sequence[Value]) -> bool:
    """Whether each value has as many elements as its shape, and numbers that can be."""
    exact = [value for value in values if value.data is not None]
    numbers = [number for value in values for number in value[2:6]]
    numbers.extend(chain.from_iterable([value.data or () for value in exact]))
    odd = [] if _PLAIN.issuperset(map(type, numbers)) else [one for one in numbers if type(one) not in _PLAIN]
    shapes = {value.shape for value in values}
    counts = chain([value.nan for value in values], [value.inf for value in values], *shapes)
    lengths = {(value.shape, len(value.data or ())) for value in exact}
    return (
        all(map(_is_number, odd))
        and all_inside(counts, LARGE)
        and all(len(shape) <= DIMENSIONS and prod(shape) < LARGE for shape in shapes)
        and all(length == prod(shape) <= EXACT for shape, length in lengths)
        and all(_is_unread(value) for value in values if value.uninitialized)
    )


def _fits(value: Value | None) -> bool:
    return value is None or _all_fit((value,))


def _is_unread(value: Value) -> bool:
    """Whether nothing is told of the many elements of a value."""
    return prod(value.shape) > EXACT and value == Value(value.shape, uninitialized=True)


def _is_number(number: Number | None) -> bool:
    """Whether what is not plain is a number of torch's: a whole one, or the text of one that JSON has no form for."""
    if isinstance(number, str):
        try:
            complex(number)
        except ValueError:
            return False
        return len(number) <= DIGITS
    return number is not None and abs(number) < TORCH_INT


def _sizes(trace: Trace) -> Iterator[str]:
    if not _all_sized(trace):
        yield from _unsized(trace)
    yield from _run_sizes(trace)


def _all_sized(trace: Trace) -> bool:
    """Whether every number of a record is a size or a count, but those in values and that of a line."""
    states, nodes = states_of(trace), nodes_of(trace)
    saved = list(chain.from_iterable([one.saved for one in nodes]))
    shapes = {one.shape for one in states}.union(
        [one.shape for one in saved], chain.from_iterable([one.shapes for one in nodes])
    )
    strides = {(one.shape, one.strides) for one in states if one.strides is not None}
    settings = chain.from_iterable([one.settings.values() for one in nodes if one.settings])
    counts = [number for one in states for number in (one.step, one.nbytes, one.version, one.storage, one.grad_tensor)]
    counts += [number for one in saved for number in (one.nbytes, one.version, one.storage, one.memory)]
    counts += [one.step for one in nodes]
    counts += [output for _, output in chain.from_iterable([one.next for one in nodes])]
    return (
        max(map(len, shapes), default=0) <= DIMENSIONS
        and all(_is_strided(shape, own) for shape, own in strides)
        and all_inside(chain(counts, *shapes, *[numbers for _, numbers in _stamps(trace)]), LARGE)
        and all(map(_is_setting, settings))
    )


def _unsized(trace: Trace) -> Iterator[str]:
    for tensor in states_of(trace):
        counts = (tensor.step, tensor.nbytes, tensor.storage, tensor.version or 0, tensor.grad_tensor or 0)
        if not _countable(*counts, *tensor.shape) or len(tensor.shape) > DIMENSIONS:
            yield f"tensor {tensor.id}"
        if tensor.strides is not None and not _is_strided(tensor.shape, tensor.strides):
            yield f"tensor {tensor.id}: its strides"
    for grad_fn in nodes_of(trace):
        outputs = [output for _, output in grad_fn.next]
        if not _countable(grad_fn.step, *outputs) or not all(map(_is_sized, grad_fn.saved)):
            yield f"grad_fn {grad_fn.id}"
        if not all(_countable(*shape) and len(shape) <= DIMENSIONS for shape in grad_fn.shapes):
            yield f"grad_fn {grad_fn.id}: a shape"
        if not all(map(_is_setting, (grad_fn.settings or {}).values())):
            yield f"grad_fn {grad_fn.id}: a setting"
    for kind, numbers in _stamps(trace):
        if not _countable(*numbers):
            yield kind


def _is_sized(saved: Saved) -> bool:
    counts = (saved.nbytes, saved.version or 0, saved.storage or 0, saved.memory or 0)
    return _countable(*counts, *saved.shape) and len(saved.shape) <= DIMENSIONS


def _is_strided(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    return len(strides) == len(shape) and _countable(*strides)


def _is_setting(setting: Setting) -> bool:
    if isinstance(setting, tuple):
        return len(setting) <= EXACT and all(abs(number) < TORCH_INT for number in setting)
    return not isinstance(setting, int) or abs(setting) < TORCH_INT


def _stamps(trace: Trace) -> Iterator[tuple[str, list[int]]]:
    yield "a step", [number for step in trace.steps for number in (step.id, step.depth, step.scope)]
    yield "an op", [number for op in trace.ops for number in (op.id, op.step)]
    yield "a backward call", [number for call in trace.backwards for number in (call.id, call.step)]
    yield "output", [output.step for output in trace.output]
    yield "a hook", [number for hook in trace.hooks for number in (hook.id, hook.step, hook.removed or 0)]
    yield "a call of a hook", [number for call in trace.hook_calls for number in (call.hook, call.step)]


def _run_sizes(trace: Trace) -> Iterator[str]:
    if not _countable(*(size or 0 for size in trace.memory)):
        yield "the memory"
    if not 0 <= trace.seconds < LINES:
        yield "the seconds"


def _countable(*numbers: int) -> bool:
    return not numbers or (min(numbers) >= 0 and max(numbers) < LARGE)


def _lines_known(trace: Trace) -> Iterator[str]:
    for kind, records in _with_lines(trace):
        for position, record in enumerate(records):
            if record.line is not None and not 0 <= record.line < LINES:
                yield f"{kind} {position}"
    for error in errors(trace):
        places = (error.line, error.column, error.end_line, error.end_column, error.file_line)
        if not all(number is None or 0 <= number < LINES for number in places):
            yield "an error"


def _with_lines(trace: Trace) -> Iterator[tuple[str, Sequence[_OnALine]]]:
    yield "tensor state", (*trace.past, *trace.tensors)
    yield "op", trace.ops
    yield "grad_fn", (*trace.past_grad_fns, *trace.grad_fns)
    yield "step", trace.steps
    yield "backward call", trace.backwards
    yield "region", trace.regions
    yield "hook", trace.hooks
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


# What must hold of a hostile record by itself, in whatever part of a run it is looked at.
RECORDS: dict[str, Law] = {
    "sizes": _sizes,
    "a value has its tensor's shape and at most 64 elements": _values_fit,
    "a line is one that a text can have": _lines_known,
}

# What must hold of a hostile run before it is worded and drawn.
SOUND: dict[str, Law] = {**WHOLE, **RECORDS}

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
