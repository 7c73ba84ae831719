"""Whole numbers in the call that makes a tensor, written so that the tensor can require grad: 1 as 1."""

import ast

from gradviz.model.source.edits import joined, keyword_set, torchs_name
from gradviz.model.source.place import Edit, Text

_VALUES = {"tensor": slice(0, 1), "arange": slice(0, None), "full": slice(1, 2), "as_tensor": slice(0, 1)}


def as_floats(text: Text, call: ast.Call) -> Edit:
    """Return the change by which a call makes floats: its dtype, else its numbers, else .float() behind it."""
    if any(keyword.arg == "dtype" for keyword in call.keywords):
        torch = torchs_name(text)
        return keyword_set(text, call, "dtype", "float" if torch is None else f"{torch}.float32")
    values = call.args[_VALUES.get(_name(call), slice(0, 0))]
    numbers = [node for value in values for node in ast.walk(value) if isinstance(node, ast.Constant)]
    dots = [Edit(text.end(number), text.end(number), ".") for number in numbers if text.cut(number).isdecimal()]
    return joined(text.source, dots) if dots else Edit(text.end(call), text.end(call), ".float()")


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
