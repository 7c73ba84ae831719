"""A Trace as the documented JSON, schema 1: fixed keys for those who script against it, more keys beside them.

Numbers JSON has no form for (nan, inf, complex) are strings, as in the Trace. Each record is a line of its own, made
when it is asked for: as plain values the whole would take several times the memory of the Trace.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec

from gradviz.model.moments.versions import versions
from gradviz.model.trace import (
    SCHEMA,
    BackwardCall,
    GradFn,
    Hook,
    HookCall,
    Op,
    ProgramError,
    Region,
    Saved,
    Step,
    Tensor,
    Trace,
    Value,
)
from gradviz.model.values import is_read, nested, statistics

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_ENCODE = msgspec.json.Encoder().encode


def document(trace: Trace) -> Iterator[bytes]:
    """Yield the whole trace as JSON text in UTF-8, in pieces.

    Half characters of the program's text are written as escapes.
    """
    opening = b"{\n"
    for key, member in _members(trace):
        yield opening + _ENCODE(key) + b": "
        if isinstance(member, Iterator):
            yield from _table(member)
        else:
            yield member
        opening = b",\n"
    yield b"\n}\n"


def _members(trace: Trace) -> Iterator[tuple[str, bytes | Iterator[Json]]]:
    """The keys in the order of the contract, each with its value as JSON, or with the records of a table."""
    yield "schema", _ENCODE(SCHEMA)
    yield "torch", _ENCODE(trace.torch)
    yield "python", _ENCODE(trace.python)
    yield "mode", _ENCODE(trace.mode)
    yield "source", json.dumps(trace.source).encode()
    yield "tensors", map(_tensor, trace.tensors)
    yield "ops", map(_op, trace.ops)
    yield "grad_fns", map(_grad_fn, trace.grad_fns)
    yield "steps", map(_step, trace.steps)
    yield "output", ({"line": o.line, "text": o.text, "stream": o.stream, "step": o.step} for o in trace.output)
    yield "warnings", ({"line": w.line, "category": w.category, "message": w.message} for w in trace.warnings)
    yield "error", _ENCODE(None if trace.error is None else _error(trace.error))
    limits = trace.limits
    yield "limits", _ENCODE(None if limits is None else {"reached": limits.reached, "at": limits.at})
    yield "memory", _ENCODE(trace.memory._asdict())
    yield "backwards", map(_backward, trace.backwards)
    yield "caught", map(_error, trace.caught)
    yield "regions", map(_region, trace.regions)
    yield "seen", _ENCODE(trace.seen)
    yield "modules", ({"path": module.path, "type": module.type} for module in trace.modules)
    yield "hooks", map(_hook, trace.hooks)
    yield "hook_calls", map(_hook_call, trace.hook_calls)
    yield "sealed", _ENCODE(trace.sealed)
    yield "past", ({"step": tensor.step, **_tensor(tensor)} for tensor in trace.past)
    yield "counters", _counters(trace)
    yield "past_grad_fns", ({"step": grad_fn.step, **_grad_fn(grad_fn)} for grad_fn in trace.past_grad_fns)
    yield "seconds", _ENCODE(trace.seconds)


def _counters(trace: Trace) -> Iterator[dict[str, Json]]:
    """The version counters that tensors share, and each move of one: what it moved past is not among their states."""
    found, sharing = versions(trace), defaultdict[int, list[Json]](list)
    for tensor, counter in found.counters.items():
        sharing[counter].append(tensor)
    for counter, tensors in sharing.items():
        moves = found.moves.get(counter)
        if moves is not None and len(tensors) > 1 and len(moves.steps) > 1:
            told = zip(moves.steps, moves.highest, moves.made_by, strict=True)
            moved: list[Json] = [{"step": step, "version": version, "op": op} for step, version, op in told]
            yield {"tensors": tensors, "moves": moved}


def _table(records: Iterator[Json]) -> Iterator[bytes]:
    opening = b"["
    for record in records:
        yield opening + b"\n" + _ENCODE(record)
        opening = b","
    yield b"[]" if opening == b"[" else b"\n]"


def value_tree(value: Value | None) -> dict[str, Json] | None:
    """Return one value with its elements nested by shape and the statistics that follow from them."""
    if value is None:
        return None
    known = statistics(value)
    data: Json = None
    if is_read(value):
        items: list[Json] = [*(value.data or ())]
        data = nested(items, value.shape, list)
    tree: dict[str, Json] = {
        "data": data,
        "min": float(known.min) if isinstance(known.min, bool) else known.min,
        "max": float(known.max) if isinstance(known.max, bool) else known.max,
        "mean": known.mean,
        "std": known.std,
        "nan": known.nan,
        "inf": known.inf,
    }
    return {**tree, "uninitialized": True} if value.uninitialized else tree


def _tensor(tensor: Tensor) -> dict[str, Json]:
    return {
        "id": tensor.id,
        "names": [*tensor.names],
        "shape": [*tensor.shape],
        "strides": None if tensor.strides is None else [*tensor.strides],
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
    given: dict[str, Json] = {} if op.given is None else {"given": op.given}
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
        **given,
    }


def _grad_fn(grad_fn: GradFn) -> dict[str, Json]:
    shapes: list[Json] = [[*shape] for shape in grad_fn.shapes]
    known: dict[str, Json] = {"shapes": shapes} if shapes else {}
    return {
        "id": grad_fn.id,
        "name": grad_fn.name,
        "next": [[target, number] for target, number in grad_fn.next],
        "variable": grad_fn.variable,
        "line": grad_fn.line,
        "saved": [_saved(saved) for saved in grad_fn.saved],
        "origin": grad_fn.origin,
        "settings": {
            name: list(one) if isinstance(one, tuple) else one for name, one in (grad_fn.settings or {}).items()
        },
        **known,
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
        "storage_nbytes": saved.keeps,
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
        "depth": step.depth,
        "scope": step.scope,
        "function": step.function,
        "elsewhere": {str(scope): {**names} for scope, names in (step.elsewhere or {}).items()},
        "arguments": {**(step.arguments or {})},
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
        "accumulates": call.accumulates,
        "create_graph": call.create_graph,
    }


def _hook(hook: Hook) -> dict[str, Json]:
    return {**hook._asdict()}


def _hook_call(call: HookCall) -> dict[str, Json]:
    return {**call._asdict(), "before": _values(call.before), "after": _values(call.after)}


def _region(region: Region) -> dict[str, Json]:
    return {"id": region.id, "parent": region.parent, "mode": region.mode, "line": region.line, "text": region.text}


def _error(error: ProgramError) -> dict[str, Json]:
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
        "file": error.file,
        "file_line": error.file_line,
    }
