"""What makes operands fit where one change surely does: a transposed matrix, floats, torch's function for NumPy's."""

import ast
import re
from collections.abc import Iterator

from gradviz.model.source.edits import calls_in, method_before, method_on, named, torchs_name
from gradviz.model.source.place import Edit, Placed, Text
from gradviz.model.trace import ProgramError, Tensor
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.fixes import Fixes

_PRODUCTS = ("mm", "matmul")
_MODULES = ("np", "numpy", "math")
# The dtypes that do not fit, one of which is a float; of those that a float takes the place of, torch's other names.
_DTYPES = re.compile(
    r"same dtype,? but (?:got|found):? (\w+(?: int)?) (?:!=|and) (\w+(?: int)?)"
    r"|result type Float can't be cast to the desired output type (\w+)"
)
_NAMED = {
    "long int": "int64",
    "Long": "int64",
    "double": "float64",
    "Double": "float64",
    "int": "int32",
    "Int": "int32",
}
# Functions of one tensor that torch has by the same name, and that do the same.
_SAME = frozenset(
    (
        *("abs", "arccos", "arcsin", "arctan", "ceil", "cos", "cosh", "exp", "expm1", "floor", "log", "log10", "log1p"),
        *("log2", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh"),
    )
)


def transposed(fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    """Transpose the one of two matrices by which alone they fit."""
    pairs = list(_products(placed, torchs_name(text)))
    if len(pairs) != 1:
        return None
    tensors = [fixes.bound(one.id) if isinstance(one, ast.Name) else None for one in pairs[0]]
    shapes = [() if tensor is None else tensor.shape for tensor in tensors]
    if [len(shape) for shape in shapes] != [2, 2]:
        return None
    (rows, inner), (other, columns) = shapes
    if inner == other or (inner == columns) == (rows == other):
        return None
    chosen = pairs[0][inner == columns]
    end = text.end(chosen)
    return Fix("name", Edit(end, end, ".T"), f"{text.cut(chosen)}.T", chosen.lineno)


def _products(placed: Placed, torch: str | None) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in ast.walk(placed.statement):
        match node:
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                yield left, right
            case ast.Call(func=ast.Attribute(value=ast.Name(id=of), attr=name), args=[left, right]) if (
                of == torch and name in _PRODUCTS
            ):
                yield left, right


def floats_given(fixes: Fixes, text: Text, placed: Placed, error: ProgramError) -> Fix | None:
    """Give .float() of the one tensor of a statement that is of the other dtype, and that no gradient is for."""
    told = _DTYPES.search(error.message)
    dtypes = set() if told is None else {_NAMED.get(name) for name in told.groups()} - {None}
    receivers = {node.value for node in ast.walk(placed.statement) if isinstance(node, ast.Attribute)}
    others = [
        node
        for node in ast.walk(placed.statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        if (tensor := fixes.bound(node.id)) is not None and tensor.dtype in dtypes and not tensor.requires_grad
        if node not in receivers or error.hint != "cast"  # what a method is to change is no copy of it
    ]
    if len(others) != 1:
        return None
    edit = method_on(text, others[0], "float")
    return Fix("name", edit, edit.text, others[0].lineno)


def floats_first(_fixes: Fixes, text: Text, placed: Placed, error: ProgramError) -> Fix | None:
    """Call .float() before the method that gives a fraction."""
    name = error.message.partition("()")[0]
    found = [call for call in calls_in(placed.statement) if named(call) == name]
    function = found[0].func if len(found) == 1 else None
    if not isinstance(function, ast.Attribute):
        return None
    if isinstance(function.value, ast.Name) and function.value.id == torchs_name(text):
        edit = method_on(text, found[0].args[0], "float") if found[0].args else None
        return None if edit is None else Fix("name", edit, edit.text, found[0].lineno)
    return Fix("name", method_before(text, function, "float"), f".float().{name}()", found[0].lineno)


def torchs_own(fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    """Call torch's function in place of NumPy's, or of math's, of the same name."""
    found = [
        (call.func, call.func.value)
        for call in calls_in(placed.statement)
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
        if call.func.value.id in _MODULES and call.func.attr in _SAME and len(call.args) == 1 and not call.keywords
        if any(isinstance(one, ast.Name) and _is_tracked(fixes.bound(one.id)) for one in ast.walk(call.args[0]))
    ]
    torch = torchs_name(text)
    if len(found) != 1 or torch is None:
        return None
    function, module = found[0]
    edit = Edit(text.start(module), text.end(module), torch)
    return Fix("name", edit, f"{torch}.{function.attr}", function.lineno)


def _is_tracked(tensor: Tensor | None) -> bool:
    return tensor is not None and tensor.requires_grad


def applied(_fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    """Call apply() of a Function whose forward is static, in place of an instance of it."""
    static = {
        one.name
        for one in text.tree.body
        if isinstance(one, ast.ClassDef)
        for part in one.body
        if isinstance(part, ast.FunctionDef) and part.name == "forward"
        if any(text.cut(decorator) == "staticmethod" for decorator in part.decorator_list)
    }
    made = [
        call.func
        for call in calls_in(placed.statement)
        if isinstance(call.func, ast.Call)
        and not call.func.args
        and not call.func.keywords
        and named(call.func) in static
    ]
    if len(made) != 1:
        return None
    start, end = text.end(made[0].func), text.end(made[0])
    return Fix("name", Edit(start, end, ".apply"), f"{named(made[0])}.apply", made[0].lineno)
