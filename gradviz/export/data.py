"""A Trace as the documented JSON, schema 1: fixed keys for those who script against it, more keys beside them.

Numbers JSON has no form for (nan, inf, complex) are strings, as in the Trace.
"""

import json
from collections.abc import Iterable
from typing import TypeAlias

from gradviz.model.trace import SCHEMA, BackwardCall, GradFn, Op, Saved, Step, Tensor, Trace, Value
from gradviz.model.values import is_read, nested, statistics

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def document(trace: Trace) -> bytes:
    """Return the whole trace as JSON text in UTF-8. Half characters of a program's text are written as escapes."""
    return (json.dumps(tree(trace), ensure_ascii=True, allow_nan=False, indent=1) + "\n").encode("ascii")


def tree(trace: Trace) -> dict[str, Json]:
    """Return the whole trace as plain values, in the keys and order of the contract."""
    return {
        "schema": SCHEMA,
        "torch": trace.torch,
        "python": trace.python,
        "mode": trace.mode,
        "source": trace.source,
        "tensors": [_tensor(tensor) for tensor in trace.tensors],
        "ops": [_op(op) for op in trace.ops],
        "grad_fns": [_grad_fn(grad_fn) for grad_fn in trace.grad_fns],
        "steps": [_step(step) for step in trace.steps],
        "output": [{"line": o.line, "text": o.text, "stream": o.stream} for o in trace.output],
        "warnings": [{"line": w.line, "category": w.category, "message": w.message} for w in trace.warnings],
        "error": _error(trace),
        "limits": None if trace.limits is None else {"reached": trace.limits.reached, "at": trace.limits.at},
        "memory": dict(trace.memory._asdict()),
        "backwards": [_backward(call) for call in trace.backwards],
        "regions": [dict(region._asdict()) for region in trace.regions],
        "past": [{"step": tensor.step, **_tensor(tensor)} for tensor in trace.past],
        "past_grad_fns": [{"step": grad_fn.step, **_grad_fn(grad_fn)} for grad_fn in trace.past_grad_fns],
        "seconds": trace.seconds,
    }


def value_tree(value: Value | None) -> dict[str, Json] | None:
    """Return one value with its elements nested by shape and the statistics that follow from them."""
    if value is None:
        return None
    known = statistics(value)
    data: Json = None
    if is_read(value):
        items: list[Json] = [*(value.data or ())]
        data = nested(items, value.shape, list)
    return {
        "data": data,
        "min": known.min,
        "max": known.max,
        "mean": known.mean,
        "std": known.std,
        "nan": known.nan,
        "inf": known.inf,
    }


def _tensor(tensor: Tensor) -> dict[str, Json]:
    return {
        "id": tensor.id,
        "names": [*tensor.names],
        "shape": [*tensor.shape],
        "dtype": tensor.dtype,
        "device": tensor.device,
        "requires_grad": tensor.requires_grad,
        "is_leaf": tensor.is_leaf,
        "is_inference": tensor.is_inference,
        "retains_grad": tensor.retains_grad,
        "is_parameter": tensor.is_parameter,
        "version": tensor.version,
        "nbytes": tensor.nbytes,
        "storage": tensor.storage,
        "base": tensor.base,
        "made_by": tensor.made_by,
        "grad_fn": tensor.grad_fn,
        "line": tensor.line,
        "value": value_tree(tensor.value),
        "grad": value_tree(tensor.grad),
    }


def _op(op: Op) -> dict[str, Json]:
    return {
        "id": op.id,
        "name": op.name,
        "call": op.call,
        "phase": op.phase,
        "line": op.line,
        "module": op.module,
        "inputs": [*op.inputs],
        "outputs": [*op.outputs],
        "grad_mode": op.grad_mode,
        "grad_fn": op.grad_fn,
        "why_unrecorded": op.why_unrecorded,
        "region": op.region,
    }


def _grad_fn(grad_fn: GradFn) -> dict[str, Json]:
    return {
        "id": grad_fn.id,
        "name": grad_fn.name,
        "next": [[target, number] for target, number in grad_fn.next],
        "variable": grad_fn.variable,
        "line": grad_fn.line,
        "saved": [_saved(saved) for saved in grad_fn.saved],
        "origin": grad_fn.origin,
    }


def _saved(saved: Saved) -> dict[str, Json]:
    return {
        "name": saved.name,
        "tensor": saved.tensor,
        "nbytes": saved.nbytes,
        "version": saved.version,
        "state": saved.state,
        "storage": saved.storage,
        "shape": [*saved.shape],
    }


def _step(step: Step) -> dict[str, Json]:
    return {
        "index": step.id,
        "kind": step.kind,
        "line": step.line,
        "op": step.op,
        "grad_fn": step.grad_fn,
        "names": {**(step.names or {})},
        "arrived": _values(step.arrived),
        "left": _values(step.left),
    }


def _values(values: Iterable[Value | None]) -> list[Json]:
    return [value_tree(value) for value in values]


def _backward(call: BackwardCall) -> dict[str, Json]:
    return {
        "id": call.id,
        "step": call.step,
        "line": call.line,
        "call": call.call,
        "roots": [*call.roots],
        "grad_fns": [*call.grad_fns],
        "keep_graph": call.keep_graph,
        "create_graph": call.create_graph,
    }


def _error(trace: Trace) -> dict[str, Json] | None:
    error = trace.error
    if error is None:
        return None
    return {
        "type": error.type,
        "message": error.message,
        "line": error.line,
        "hint": error.hint,
        "tensors": [*error.tensors],
        "grad_fns": [*error.grad_fns],
        "column": error.column,
        "end_line": error.end_line,
        "end_column": error.end_column,
    }
