"""Losses that are given what they make themselves, and backward calls that begin at a leaf: neither raises an error."""

import ast
from collections.abc import Iterator
from math import e

from gradviz.model.moments.moment import History
from gradviz.model.source.edits import calls_in
from gradviz.model.source.place import Edit, Text
from gradviz.model.trace import BackwardCall, Op, Tensor, Trace
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.grounds import Cuts
from gradviz.model.why.mistake import Mistake, Silent, tensor_names

# By the op of a loss and the op whose result it is given.
_WRONG: dict[tuple[str, str], Silent] = {
    ("_log_softmax", "_softmax"): "twice",
    ("binary_cross_entropy_with_logits", "sigmoid"): "twice sigmoid",
    ("nll_loss_forward", "_softmax"): "no logarithm",
    ("nll_loss_forward", "_log_softmax"): "other dimension",
}


def wrong_losses(history: History, text: Text) -> Iterator[Mistake]:
    """Yield the losses of a run that are given something else than they take, each line once."""
    trace, told = history.trace, set[int | None]()
    for op in trace.ops:
        maker = trace.tensors[op.inputs[0]].made_by if op.inputs and op.grad_fn is not None else None
        given = op if maker is None else trace.ops[maker]
        said = _WRONG.get((op.kind, given.kind)) if given.grad_fn is not None else None
        if said is None or op.line in told or (said == "other dimension" and _fits(trace, op, given)):
            continue
        told.add(op.line)
        classes = _classes(trace, op)
        facts: dict[str, str | int] = {
            "call": op.call or op.name,
            "by": given.line or 0,
            "most": f"{e / (e + classes - 1):.2f}",
            "dim": _dimension(trace, given),
        }
        yield Mistake(said, op.line, facts, _mended(text, op, given))


def _dimension(trace: Trace, op: Op) -> int:
    """The dimension along which a recorded softmax ran; of other ops 0."""
    dim, shape = (trace.grad_fns[op.grad_fn or 0].settings or {}).get("dim"), trace.tensors[op.inputs[0]].shape
    return dim % len(shape) if isinstance(dim, int) and shape else 0


def _classes(trace: Trace, op: Op) -> int:
    return (*trace.tensors[op.inputs[0]].shape, 1)[_dimension(trace, op)]


def _fits(trace: Trace, op: Op, given: Op) -> bool:
    """Whether log_softmax ran along the dimension of the classes: the second, or the only one."""
    dimensions = len(trace.tensors[op.inputs[0]].shape)
    return _dimension(trace, given) == min(dimensions - 1, 1)


def _mended(text: Text, op: Op, given: Op) -> Fix | None:
    """Leave out the first of two, or take the logarithm, where that is written in the very call of the loss."""
    placed = None if op.line is None or op.line != given.line else text.statement(op.line, op.call or "")
    losses = [] if placed is None else [one for one in calls_in(placed.statement) if text.cut(one) == op.call]
    match [one for loss in losses for one in loss.args if text.cut(one) == given.call]:
        case [ast.Call(func=ast.Attribute(attr="softmax") as function)] if op.kind == "nll_loss_forward":
            at = text.end(function) - len(function.attr)
            return Fix("name", Edit(at, at, "log_"), "log_softmax()", function.lineno)
        case [ast.Call(func=ast.Attribute(attr="softmax" | "sigmoid", value=of), args=given_to) as call]:
            imports = (node for node in text.tree.body if isinstance(node, ast.Import | ast.ImportFrom))
            modules = {one.asname or one.name for node in imports for one in node.names}
            operands = given_to[:1] if text.cut(of).partition(".")[0] in modules else [of]
            what = "".join(map(text.cut, operands))
            return Fix("name", Edit(text.start(call), text.end(call), what), what, call.lineno) if what else None
        case _:
            return None


def begun_at_leaf(history: History) -> Iterator[Mistake]:
    """Yield the backward calls that began at nothing but a leaf, which ops cut off from leaves that no call came to."""
    trace = history.trace
    roots = {call.line: root for call in trace.backwards if (root := _leaf(trace, call)) is not None}
    cut = Cuts(history).before(len(trace.backwards)) if roots else {}
    apart = [
        trace.tensors[number]
        for number in sorted(cut)
        if trace.tensors[number].is_leaf and trace.tensors[number].requires_grad and trace.tensors[number].names
        if number not in history.sinks or not history.flow.runs(history.sinks[number])
    ]
    for line, root in roots.items() if apart else ():
        by = cut[apart[0].id]
        facts: dict[str, str | int] = {
            "root": root.names[0] if root.names else "",
            "names": tensor_names(apart),
            "call": by.call or (by.name if isinstance(by, Op) else ""),
            "by": by.line or 0,
        }
        yield Mistake("at a leaf", line, facts)


def _leaf(trace: Trace, call: BackwardCall) -> Tensor | None:
    """The leaf that is all a backward call begins at, and fills the .grad of."""
    found = [trace.tensors[root] for root in call.roots if root is not None]
    is_leaf = len(call.roots) == len(found) == 1 and found[0].is_leaf and found[0].requires_grad
    return found[0] if is_leaf and call.accumulates else None
