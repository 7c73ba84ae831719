"""A list of tensors of which torch.tensor() copied the numbers, without the graph that torch.stack() would go on."""

import ast
from typing import NamedTuple

from gradviz.model.source.edits import calls_in, named, torchs_name
from gradviz.model.source.place import Edit, Text
from gradviz.model.trace import Trace


class Copied(NamedTuple):
    """What a call copied: whether anything of it requires grad, and what joins the tensors themselves."""

    is_tracked: bool
    joined: tuple[Edit, str, int] | None = None  # the change, what it writes, the line


_COPIES = ("tensor", "as_tensor", "asarray", "Tensor", "FloatTensor", "from_numpy")


def copying(text: Text, line: int | None) -> ast.Call | None:
    """Return the only call on a line that makes a tensor of numbers."""
    placed = None if line is None else text.statement(line)
    found = [] if placed is None else [call for call in calls_in(placed.statement) if named(call) in _COPIES]
    return found[0] if len(found) == 1 else None


def copied(trace: Trace, text: Text, call: ast.Call) -> Copied:
    """Return what a call copied that made a tensor of its arguments' numbers; torch.stack() takes single numbers alone.

    Args:
        trace: the run.
        text: of its program.
        call: in the text.
    """
    ran = {op.call: op.outputs for op in trace.ops if op.line == call.lineno and op.phase == "forward"}
    made = {written: outputs for written, outputs in ran.items() if written and _is_tracked(trace, outputs)}
    named_so = {
        name: (tensor.id,) for tensor in trace.tensors if _is_tracked(trace, (tensor.id,)) for name in tensor.names
    }
    tracked = named_so | made
    parts = [text.cut(node) for one in call.args for node in ast.walk(one) if isinstance(node, ast.expr)]
    if named(call) not in _COPIES or tracked.keys().isdisjoint(parts):
        return Copied(is_tracked=False)
    torch, joins = torchs_name(text), [text.cut(one) for one in _listed(call)]
    if torch is None or not joins or not all(_is_number(trace, tracked.get(one, ()), call) for one in joins):
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
    """Whether tensors each hold one number, and require grad."""
    found = [trace.tensors[one] for one in tensors]
    return bool(found) and all(one.requires_grad and set(one.shape) <= {1} for one in found)


def _is_number(trace: Trace, tensors: tuple[int, ...], call: ast.Call) -> bool:
    """Whether tensors have no dimension, and the dtype that the call makes of their numbers where that is fixed."""
    found = [trace.tensors[one] for one in tensors]
    kept = named(call) == "tensor" or all(one.dtype == "float32" for one in found)
    return bool(found) and kept and not any(one.shape for one in found)
