"""The laws every Trace obeys, as tables of named checks. A check yields where its law does not hold."""

from collections.abc import Callable, Iterator
from math import prod

from gradviz.model.trace import Tensor, Trace, Value

Law = Callable[[Trace], Iterator[str]]
EXACT = 64  # elements up to which a value is recorded in full


def broken(trace: Trace, laws: dict[str, Law]) -> Iterator[tuple[str, str]]:
    """Every place where one of the laws does not hold: its name, and the place."""
    for name, law in laws.items():
        for place in law(trace):
            yield name, place


def _states(trace: Trace) -> Iterator[Tensor]:
    yield from trace.past
    yield from trace.tensors


def _tensor_references(trace: Trace) -> Iterator[str]:
    tensors, ops, grad_fns = len(trace.tensors), len(trace.ops), len(trace.grad_fns)
    for tensor in _states(trace):
        if _outside(tensor.base, tensors) or _outside(tensor.made_by, ops) or _outside(tensor.grad_fn, grad_fns):
            yield f"tensor {tensor.id}"


def _op_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns, regions = len(trace.tensors), len(trace.grad_fns), len(trace.regions)
    for op in trace.ops:
        known = all(0 <= tensor < tensors for tensor in (*op.inputs, *op.outputs))
        if not known or _outside(op.grad_fn, grad_fns) or _outside(op.region, regions):
            yield f"op {op.id}"


def _grad_fn_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns = len(trace.tensors), len(trace.grad_fns)
    for grad_fn in trace.grad_fns:
        saved_known = not any(_outside(saved.tensor, tensors) for saved in grad_fn.saved)
        next_known = not any(_outside(target, grad_fns) or output < 0 for target, output in grad_fn.next)
        if not saved_known or not next_known or _outside(grad_fn.variable, tensors):
            yield f"grad_fn {grad_fn.id}"


def _step_references(trace: Trace) -> Iterator[str]:
    tensors, ops, grad_fns = len(trace.tensors), len(trace.ops), len(trace.grad_fns)
    for step in trace.steps:
        names_known = not step.names or not any(_outside(tensor, tensors) for tensor in step.names.values())
        if not names_known or _outside(step.op, ops) or _outside(step.grad_fn, grad_fns):
            yield f"step {step.id}"


def _other_references(trace: Trace) -> Iterator[str]:
    tensors, grad_fns = len(trace.tensors), len(trace.grad_fns)
    for call in trace.backwards:
        if any(_outside(root, tensors) for root in call.roots) or any(_outside(g, grad_fns) for g in call.grad_fns):
            yield f"backward call {call.id}"
    for position, region in enumerate(trace.regions):
        if region.id != position or (region.parent is not None and not 0 <= region.parent < position):
            yield f"region {region.id}"


def _outside(reference: int | None, count: int) -> bool:
    return reference is not None and not 0 <= reference < count


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
        if count > 1 or (grad_fn.origin == "op" and count == 0) or (grad_fn.origin == "accumulate" and count):
            yield f"grad_fn {grad_fn.id} ({grad_fn.name}) belongs to {count} ops"


def _recorded_needs_grad(trace: Trace) -> Iterator[str]:
    tracked = {tensor.id for tensor in _states(trace) if tensor.requires_grad}
    for op in trace.ops:
        if op.grad_fn is not None and (op.grad_mode != "grad" or tracked.isdisjoint(op.inputs)):
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
        if not all(_fits(value) for value in (tensor.value, tensor.grad)):
            yield f"tensor {tensor.id}"
    for step in trace.steps:
        if not all(_fits(value) for value in (*step.arrived, *step.left)):
            yield f"step {step.id}"


def _fits(value: Value | None) -> bool:
    return value is None or value.data is None or len(value.data) == prod(value.shape) <= EXACT


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
}

# What autograd guarantees, or gradviz promises, of every run.
LAWS: dict[str, Law] = {
    **REFERENCES,
    "steps count up": _steps_count_up,
    "a grad_fn made by an op belongs to exactly one": _one_op_per_grad_fn,
    "a recorded op ran in grad mode on an input that requires grad": _recorded_needs_grad,
    "an op has a reason exactly where it was not recorded": _reason_where_unrecorded,
    "AccumulateGrad alone has a variable, and no next functions": _accumulators,
    "a value has its tensor's shape and at most 64 elements": _values_fit,
    "backward passes one gradient along each edge": _gradients_per_edge,
    "a leaf has no grad_fn": _leaves_have_no_grad_fn,
}
