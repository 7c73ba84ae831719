"""Differences of all pairs, where a loss was to be made of as many as there are numbers: (n, 1) less (n,) is (n, n)."""

import ast
from collections.abc import Iterator

from gradviz.model.moments.moment import History
from gradviz.model.moments.reach import reachable
from gradviz.model.source.edits import method_on
from gradviz.model.source.place import Text
from gradviz.model.trace import Op, Tensor
from gradviz.model.values import shape_text
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.mistake import Mistake

_SIZED = ("pow", "mul", "abs", "square")  # what a loss takes of each difference
_REDUCED = ("mean", "sum")
# Of what these make, a dimension of one is written on purpose: x[:, None] - y is meant to be of all pairs.
_VIEWS = ("unsqueeze", "view", "reshape", "_unsafe_view", "as_strided", "expand", "slice", "select", "permute", "t")


def all_pairs(history: History, text: Text) -> Iterator[Mistake]:
    """Yield the differences of a result and what it is compared with that a loss takes of all pairs, a line once."""
    trace = history.trace
    found = {op.line: op for op in reversed(trace.ops) if op.kind == "sub" and _is_of_all_pairs(history, op)}
    takers: dict[int, list[Op]] = {}
    for op in trace.ops if found else ():
        if op.phase == "forward":
            for tensor in {*op.inputs}:
                takers.setdefault(tensor, []).append(op)
    roots = [grad_fn for call in trace.backwards for grad_fn in call.grad_fns] if found else []
    reached = reachable(trace.grad_fns, roots)
    for line, op in sorted(found.items(), key=lambda one: one[1].id):
        if op.grad_fn in reached and _is_reduced(history, op, takers):
            first, second = (trace.tensors[one] for one in op.inputs)
            count = max(*first.shape, *second.shape)
            facts: dict[str, str | int] = {
                "call": op.call or op.name,
                "one": shape_text(first.shape),
                "other": shape_text(second.shape),
                "count": count,
                "pairs": count * count,
            }
            yield Mistake("all pairs", line, facts, _flattened(text, op, 0 if len(first.shape) == 2 else 1))


def _is_of_all_pairs(history: History, op: Op) -> bool:
    """Whether one operand is a column that was computed, the other as long, and one of them alone is learned."""
    if op.grad_fn is None or len(op.inputs) != 2 or op.phase != "forward":
        return False
    pair = [history.trace.tensors[one] for one in op.inputs]
    column, row = sorted(pair, key=lambda one: -len(one.shape))
    count = row.shape[0] if len(row.shape) == 1 else 0
    learned = [one for one in pair if one.grad_fn is not None]
    is_pair = count > 1 and column.shape == (count, 1) and len(learned) == 1
    given = next((one for one in pair if one not in learned), column)
    return is_pair and not given.requires_grad and not _is_view(history, column)


def _is_view(history: History, tensor: Tensor) -> bool:
    """Whether a view made a column of what was none."""
    maker = history.tensors(tensor.id)[0].made_by
    op = None if maker is None else history.trace.ops[maker]
    return op is not None and op.kind in _VIEWS and history.trace.tensors[op.inputs[0]].shape[1:] != (1,)


def _is_reduced(history: History, op: Op, takers: dict[int, list[Op]]) -> bool:
    """Whether all that is made of the differences is one number, of the size of each; their mean is the same anyway."""
    tensors = history.trace.tensors
    shape, todo, reduced = tensors[op.outputs[0]].shape, [*op.outputs], False
    while todo:
        given = todo.pop()
        for taker in takers.get(given, ()):
            made = tensors[taker.outputs[0]].shape if taker.outputs else ()
            if taker.kind in _REDUCED and made == () and given not in op.outputs:
                reduced = True
            elif taker.kind in _SIZED and made == shape and len({*taker.inputs}) == 1:
                todo.append(taker.outputs[0])
            else:
                return False
    return reduced


def _flattened(text: Text, op: Op, column: int) -> Fix | None:
    """Take one dimension from the column."""
    placed = None if op.line is None else text.statement(op.line, op.call or "")
    nodes = ast.walk(placed.statement) if placed is not None else ()
    found = [one for one in nodes if isinstance(one, ast.BinOp) and text.cut(one) == op.call]
    if len(found) != 1 or not isinstance(found[0].op, ast.Sub):
        return None
    operand = (found[0].left, found[0].right)[column]
    edit = method_on(text, operand, "flatten")
    return Fix("name", edit, edit.text, operand.lineno)
