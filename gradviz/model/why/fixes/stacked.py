"""A list of tensors of which torch.tensor() copied the numbers, without the graph that torch.stack() would go on."""

import ast
from typing import NamedTuple

from gradviz.model.source.edits import named, torchs_name
from gradviz.model.source.place import Edit, Text
from gradviz.model.trace import Trace


class Copied(NamedTuple):
    """What a call copied: whether anything of it requires grad, and what joins the tensors themselves."""

    is_tracked: bool
    joined: tuple[Edit, str, int] | None = None  # the change, what it writes, the line


def copied(trace: Trace, text: Text, call: ast.Call) -> Copied:
    """Return what a call copied that made a tensor of its arguments' numbers; torch.stack() takes single numbers alone.

    Args:
        trace: the run.
        text: of its program.
        call: in the text.
    """
    ran = {op.call: op.outputs for op in trace.ops if op.line == call.lineno and op.phase == "forward"}
    single = {written for written, outputs in ran.items() if written and _is_tracked(trace, outputs)}
    names = {name for tensor in trace.tensors if _is_tracked(trace, (tensor.id,)) for name in tensor.names}
    parts = [text.cut(node) for one in call.args for node in ast.walk(one) if isinstance(node, ast.expr)]
    if named(call) != "tensor" or (names | single).isdisjoint(parts):
        return Copied(is_tracked=False)
    torch, joins = torchs_name(text), _listed(call)
    if torch is None or not joins or not {text.cut(one) for one in joins} <= names | single:
        return Copied(is_tracked=True)
    what = f"{torch}.stack({text.cut(call.args[0])})"
    return Copied(True, (Edit(text.start(call), text.end(call), what), what, call.lineno))


def _listed(call: ast.Call) -> list[ast.expr]:
    """What is in the list or tuple that is all a call is given; nothing where it is given something else."""
    match call:
        case ast.Call(args=[ast.List(elts=listed) | ast.Tuple(elts=listed)], keywords=[]):
            return listed
    return []


def _is_tracked(trace: Trace, tensors: tuple[int, ...]) -> bool:
    """Whether tensors are each one number that requires grad."""
    return all(trace.tensors[one].requires_grad and not trace.tensors[one].shape for one in tensors) and bool(tensors)
