"""Errors of a line that reads a .grad which is None, or has no memory: whose it is, and what mends it."""

import ast

from gradviz.model.source.edits import line_after
from gradviz.model.source.place import Placed, Text
from gradviz.model.trace import ProgramError, Tensor
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.fixes import Fixes

OF_NONE = ("no-grad-yet", "none")  # the hints of errors that None raises


def without_grad(fixes: Fixes, error: ProgramError) -> Tensor | None:
    """Return the tensor of which the line of an error about None reads a .grad that is None; of several none."""
    placed = None if fixes.text is None or error.line is None else fixes.text.statement(error.line)
    if placed is None or error.hint not in OF_NONE:
        return None
    found = [one for name in _read(placed) if (one := fixes.bound(name)) is not None and one.grad is None]
    return found[0] if len(found) == 1 else None


def filled(fixes: Fixes, _text: Text, _placed: Placed, error: ProgramError) -> Fix | None:
    """Return what gives the tensor a .grad of which the line reads it."""
    tensor = without_grad(fixes, error)
    target = None if tensor is None or tensor.is_leaf else fixes.known.target(tensor)
    if target is not None and not fixes.known.moment.history.flow.runs(target):
        return None  # what is to keep its .grad has none to keep as long as no backward comes by
    found = () if tensor is None else fixes.of(tensor)
    return found[0] if found else None


def given_memory(fixes: Fixes, text: Text, placed: Placed, error: ProgramError) -> Fix | None:
    """Return what copies a .grad without memory, behind the backward that put it there."""
    trace = fixes.known.trace
    leaves = {leaf for one in error.grad_fns if (leaf := trace.grad_fns[one].variable) is not None}
    names = {name for leaf in leaves for name in trace.tensors[leaf].names} or _read(placed)
    held = {name: tensor for name in sorted(names) if (tensor := fixes.bound(name)) is not None}
    if len({tensor.id for tensor in held.values()}) != 1:
        return None
    name, tensor = next(iter(held.items()))
    sink = fixes.known.target(tensor)
    ran = () if sink is None else fixes.known.moment.history.flow.runs(sink)
    came = None if not ran or ran[-1].line is None else text.statement(ran[-1].line)
    line = f"{name}.grad = {name}.grad.clone()"
    return None if came is None else Fix("cut", line_after(text, came.statement, line), line, came.statement.lineno)


def _read(placed: Placed) -> set[str]:
    """The names of which a statement reads the .grad."""
    nodes = (node for node in ast.walk(placed.statement) if isinstance(node, ast.Attribute) and node.attr == "grad")
    return {ast.unparse(node.value) for node in nodes if isinstance(node.ctx, ast.Load)}
