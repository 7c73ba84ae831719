"""A statement that gives the name of a leaf to a new tensor, as the update w = w - rate * w.grad does."""

import ast
from collections.abc import Sequence
from itertools import chain, pairwise, takewhile
from typing import NamedTuple

from gradviz.model.moments.held import Bindings
from gradviz.model.source.edits import in_block, joined, torchs_name
from gradviz.model.source.place import Edit, Placed, Text
from gradviz.model.trace import Op, Tensor, Trace
from gradviz.model.why.clearings import clears
from gradviz.model.why.fixes.fix import Fix

_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def replaced(trace: Trace, bindings: Bindings, tensor: Tensor) -> Op | None:
    """Return the op that made a tensor of a leaf that requires grad, where it took its name from that; else None."""
    maker = None if tensor.made_by is None else trace.ops[tensor.made_by]
    leaves = {one for one in _taken(maker) if trace.tensors[one].is_leaf and trace.tensors[one].requires_grad}
    lines = (names.get(name, ()) for names in bindings.of.values() for name in tensor.names) if leaves else ()
    turns = chain.from_iterable(pairwise(line) for line in lines)
    return maker if any(before.tensor in leaves and after.tensor == tensor.id for before, after in turns) else None


def _taken(maker: Op | None) -> Sequence[int]:
    return () if maker is None else maker.inputs


def in_place(trace: Trace, text: Text, maker: Op) -> Fix | None:
    """Return what has an op change the leaf itself: as it is under no_grad, and under one where it reads the .grad.

    Args:
        trace: the run.
        text: of its program.
        maker: the op that made the tensor which now has the name of the leaf.
    """
    placed = None if maker.line is None else text.statement(maker.line, maker.call or "")
    written = None if placed is None else _written(text, placed.statement)
    if placed is None or written is None or not _is_of_leaf(trace, maker):
        return None
    if maker.why_unrecorded == "no_grad":
        edit = Edit(text.start(placed.statement), text.end(placed.statement), written.line)
        return Fix("name", edit, " ".join(written.line.split()), placed.statement.lineno)
    return _under_no_grad(trace, text, placed) if written.reads_grad else None


class _Written(NamedTuple):
    """An update as it is written in place."""

    name: str
    line: str
    reads_grad: bool  # of the name


def _written(text: Text, statement: ast.stmt) -> _Written | None:
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=changed), op=operator, right=by)
        ) if name == changed and type(operator) in _SIGNS:
            change = text.cut(by)
            if "\n" in change or isinstance(by, ast.NamedExpr):
                change = f"({change})"  # the brackets around it are not in its text
            return _Written(name, f"{name} {_SIGNS[type(operator)]}= {change}", _reads_grad(by, name))
        case _:
            return None


def _reads_grad(by: ast.expr, name: str) -> bool:
    grads = (node.value for node in ast.walk(by) if isinstance(node, ast.Attribute) and node.attr == "grad")
    return any(isinstance(of, ast.Name) and of.id == name for of in grads)


def _is_of_leaf(trace: Trace, maker: Op) -> bool:
    """Whether the first operand of an op is a leaf that requires grad, and can hold what is made of it."""
    leaf = trace.tensors[maker.inputs[0]] if maker.inputs else None
    made = [trace.tensors[number] for number in maker.outputs]
    kept = leaf is not None and [(one.shape, one.dtype) for one in made] == [(leaf.shape, leaf.dtype)]
    return leaf is not None and kept and leaf.is_leaf and leaf.requires_grad


def _under_no_grad(trace: Trace, text: Text, placed: Placed) -> Fix | None:
    """An update, and those of other leaves beside it, in a block; a new tensor has no .grad, so a leaf must lose it."""
    beside, torch = _beside(trace, text, placed), torchs_name(text)
    found = [one for statement in beside if (one := _written(text, statement)) is not None]
    clear = [] if clears(text.source) else [f"{one.name}.grad = None" for one in found]
    lines, header = [*(one.line for one in found), *clear], f"with {torch}.no_grad():"
    apart = [in_block(text, beside[at : at + 1], header, lines[at :: len(found)]) for at in range(len(found))]
    edits = [one for one in (in_block(text, beside, header, lines),) if one] or [one for one in apart if one]
    if torch is None or not edits:
        return None
    told = "; ".join(" ".join(line.split()) for line in lines)
    return Fix("update", joined(text.source, edits), told, beside[0].lineno)


def _beside(trace: Trace, text: Text, placed: Placed) -> list[ast.stmt]:
    """The statements next to one that update a leaf each as it does, and it."""
    updates = {(op.line, op.call): op for op in trace.ops if op.grad_fn is not None and _is_of_leaf(trace, op)}

    def is_update(statement: ast.stmt) -> bool:
        written = _written(text, statement)
        value = statement.value if isinstance(statement, ast.Assign) else None
        return bool(written and written.reads_grad and value and (value.lineno, text.cut(value)) in updates)

    before = [*takewhile(is_update, reversed(placed.block[: placed.at]))][::-1]
    return [*before, placed.statement, *takewhile(is_update, placed.block[placed.at + 1 :])]
