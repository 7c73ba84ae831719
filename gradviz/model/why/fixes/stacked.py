"""A copy of numbers without their graph: torch.stack() goes on with that, as does what a Parameter was made of."""

import ast
from collections.abc import Collection

from gradviz.model.source.edits import calls_in, named, torchs_name
from gradviz.model.source.place import Edit, Text
from gradviz.model.trace import Trace
from gradviz.model.why.copies import PARAMETER, Copy, read_out
from gradviz.model.why.fixes.fix import Fix


def joined_up(trace: Trace, text: Text, copy: Copy, copied: Collection[Copy]) -> Fix | None:
    """Return what goes on with the graph in the place of a copy, if there is such a thing.

    Args:
        trace: the run.
        text: of its program.
        copy: one of the run.
        copied: all of them.
    """
    alike = [one for one in copied if one.node is copy.node]
    if named(copy.node) == PARAMETER:
        return _bare(trace, text, copy) if len(alike) >= len(trace.backwards) else None
    torch = None if copy.made is None else torchs_name(text)
    if (
        torch is None
        or copy.node.keywords
        or any(map(read_out, calls_in(copy.node)))
        or not all(_is_of_numbers(trace, one) for one in alike)
    ):
        return None
    return _put(text, copy.node, f"{torch}.stack({text.cut(copy.node.args[0])})")


def _put(text: Text, call: ast.Call, what: str) -> Fix:
    return Fix("name", Edit(text.start(call), text.end(call), what), what, call.lineno)


def _is_of_numbers(trace: Trace, copy: Copy) -> bool:
    """Whether all that a copy was made of has no dimension, and the dtype that the call makes where that is fixed."""
    given = [trace.tensors[one] for one in copy.given]
    kept = named(copy.node) in ("tensor", "as_tensor", "asarray") or all(one.dtype == "float32" for one in given)
    made = () if copy.made is None else trace.tensors[copy.made].shape
    return kept and made == (len(given),) and not any(one.shape for one in given)


def _bare(trace: Trace, text: Text, copy: Copy) -> Fix | None:
    """Take what a local Parameter was made of itself, where the name is given to no optimizer."""
    placed, call = text.statement(copy.line), copy.node
    match None if placed is None else placed.statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is call and len(call.args) == 1:
            made = () if copy.made is None else trace.tensors[copy.made].names
            taken = [one for one in calls_in(text.tree) if "optim" in text.cut(one.func)]
            kept = [*taken, *(one for one in ast.walk(text.tree) if isinstance(one, ast.List | ast.Tuple | ast.Dict))]
            names = (one for part in kept for one in ast.walk(part) if isinstance(one, ast.Name))
            if call.keywords or made != (name,) or any(one.id == name for one in names):
                return None
            return _put(text, call, text.cut(call.args[0]))
        case _:
            return None
