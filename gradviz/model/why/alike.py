"""Units of a layer that begin alike and are given the same gradient in every round, so that they learn as one."""

import ast
from collections.abc import Iterator, Sequence
from math import prod

from gradviz.model.moments.moment import History
from gradviz.model.source.edits import calls_in, same, torchs_name
from gradviz.model.source.place import Edit, Text
from gradviz.model.trace import DETACH_, Op, Tensor, Value
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.mistake import Mistake, tensor_names
from gradviz.model.why.updates import Updates, arrivals, standing
from gradviz.model.why.zeroed import mistaken

# By kind of product the operands that can be weights, and along which dimension of each its units are.
_PRODUCTS: dict[str, dict[int, int]] = {
    "addmm": {2: 1, 1: 0},
    "mm": {1: 1, 0: 0},
    "mv": {0: 0},
    "convolution": {1: 0},
}
_FILLS = ("zeros_", "ones_", "constant_")
_MADE = {"zeros": "randn", "ones": "randn", "zeros_like": "randn_like", "ones_like": "randn_like"}
_CONSTANT = ("zeros", "ones", "full", "zero_", "fill_", "copy_", "lift_fresh")
_TURNED = ("t", "permute", "transpose")


def alike(history: History, text: Text, updates: Updates) -> Iterator[Mistake]:
    """Yield the lines that made all units of hidden layers alike, where training never told them apart."""
    hidden = sorted(_hidden(history, updates).items())
    stay = [leaf for leaf, dim in hidden if dim is not None and _stay_alike(history, leaf, dim, updates[leaf])]
    found: dict[int | None, tuple[Op, list[Tensor]]] = {}
    for leaf, by in _initial(history, stay).items():
        found.setdefault(by.line, (by, []))[1].append(history.trace.tensors[leaf])
    flat = {leaf.id for _, leaves in mistaken(history) for leaf in leaves} if found else set[int]()
    for line, (by, leaves) in found.items():
        told = [leaf for leaf in leaves if leaf.id not in flat]
        if told:
            yield Mistake("alike", line, {"names": tensor_names(told)}, _at_random(text, by))


def _hidden(history: History, updates: Updates) -> dict[int, int | None]:
    """The weights of which all results go on to another weight, each with the dimension of its units; None: several."""
    found: dict[int, int | None] = {}
    shown = set[int]()  # weights of which a result goes on to none
    leads = set[int]()  # tensors that go on to a weight
    for op in reversed(history.trace.ops):
        if op.phase != "forward" or op.grad_fn is None:
            continue
        weights = [(weight, dim, place) for weight, dim, place in _weights(history, op) if weight in updates]
        goes_on = not leads.isdisjoint(op.outputs)
        for weight, dim, _ in weights:
            found[weight] = dim if goes_on and found.get(weight, dim) == dim else None
            shown.update(() if goes_on else (weight,))
        places = {place for _, _, place in weights}
        if weights or goes_on:
            leads.update(one for place, one in enumerate(op.inputs) if place not in places)
    return {weight: dim for weight, dim in found.items() if weight not in shown}


def _weights(history: History, op: Op) -> Iterator[tuple[int, int, int]]:
    """The leaves that a product takes, as they are or turned: the dimension of the units of each, and its place."""
    trace = history.trace
    units = _PRODUCTS.get(op.kind, {})
    for place, dim in ((place, units[place]) for place in range(len(op.inputs)) if place in units):
        given = trace.tensors[op.inputs[place]]
        maker = None if given.made_by is None or given.base is None else trace.ops[given.made_by]
        if maker is not None and maker.kind in _TURNED and len(given.shape) == 2:
            yield maker.inputs[0], 1 - dim, place
        else:
            yield given.id, dim, place


def _stay_alike(history: History, leaf: int, dim: int, updates: Sequence[Op]) -> bool:
    """Whether all units were the same, and their gradients, through rounds with an update in between, and after."""
    ran, shape = arrivals(history, leaf), history.trace.tensors[leaf].shape
    if len(ran) < 2 or len(shape) <= dim or shape[dim] < 2 or not ran[0].id < updates[0].step < ran[-1].id:
        return False
    states = [standing(history, leaf, step.id) for step in ran]
    values = [history.trace.tensors[leaf].value, *(None if one is None else one.value for one in states)]
    values += [step.arrived[0] for step in ran]
    return all(value is not None and _is_of_one(value, dim) for value in values)


def _is_of_one(value: Value, dim: int) -> bool:
    """Whether all that a value holds along a dimension is the same; of many numbers only where all are one."""
    if value.data is None:
        return value.min is not None and value.min == value.max and not value.nan and not value.inf
    after, count = prod(value.shape[dim + 1 :]), value.shape[dim]
    units = [value.data[at::count] if after == 1 else value.data[at * after : (at + 1) * after] for at in range(count)]
    return all(unit == units[0] for unit in units) and not any(isinstance(one, str) for one in units[0])


def _initial(history: History, leaves: Sequence[int]) -> dict[int, Op]:
    """The op that wrote what each leaf began with, if it can have made units alike; p.data = q runs none."""
    first = {leaf: arrivals(history, leaf)[0].id for leaf in leaves}
    there = {leaf: history.storages[history.trace.tensors[leaf].storage] for leaf in leaves}
    owners = {tensor: leaf for leaf in leaves for tensor in there[leaf]}
    last: dict[int, Op] = {}
    for op in history.trace.ops if leaves else ():
        for leaf in {owners[tensor] for tensor in op.outputs if tensor in owners}:
            is_written = there[leaf][0] in op.outputs or (op.kind.endswith("_") and op.name != DETACH_)
            if is_written and op.step < first[leaf]:
                last[leaf] = op
    return {leaf: last[leaf] for leaf in leaves if leaf in last and last[leaf].kind.removesuffix("_like") in _CONSTANT}


def _at_random(text: Text, by: Op) -> Fix | None:
    """Write what draws the numbers, in the call that made them all alike."""
    written, placed = by.call or "", None if by.line is None else text.statement(by.line, by.call or "")
    calls = [] if placed is None else [one for one in calls_in(placed.statement) if same(text.cut(one), written)]
    put = _drawn(text, calls[0]) if len(calls) == 1 else None
    return None if put is None else Fix("name", Edit(text.start(calls[0]), text.end(calls[0]), put), put, by.line)


def _drawn(text: Text, call: ast.Call) -> str | None:
    """The call that draws numbers for another."""
    match call:
        case ast.Call(func=ast.Attribute(value=of, attr=kind), args=[what, *_]) if kind in _FILLS:
            return (
                f"{text.cut(of)}.normal_({text.cut(what)}, std=0.1)"
                if text.cut(of).rpartition(".")[2] == "init"
                else None
            )
        case ast.Call(func=ast.Attribute(value=of, attr="zero_" | "fill_")):
            return f"{text.cut(of)}.normal_(std=0.1)"
        case ast.Call(func=ast.Attribute(value=ast.Name(id=torch), attr=kind)) if kind in _MADE:
            given = text.source[text.end(call.func) : text.end(call)]
            return f"{torch}.{_MADE[kind]}{given}" if torch == torchs_name(text) else None
        case _:
            return None
