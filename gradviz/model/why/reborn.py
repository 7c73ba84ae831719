"""A Parameter that a function makes anew each time that it runs, so that no update changes one that is used again."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from gradviz.model.moments.moment import History
from gradviz.model.source.edits import calls_in, joined, line_after, named
from gradviz.model.source.place import Edit, Text
from gradviz.model.trace import Tensor
from gradviz.model.why.copies import PARAMETER
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.mistake import Mistake
from gradviz.model.why.updates import Updates, arrivals

_READ = re.compile(r"\.grad\b")


def reborn(history: History, text: Text, updates: Updates) -> Iterator[Mistake]:
    """Yield the lines of functions that make Parameters each of which is given gradients, and none is updated."""
    calls = {call.lineno: call for call in calls_in(text.tree) if named(call) == PARAMETER}
    if not calls or not updates or _READ.search(text.source):
        return
    made: dict[int, list[Tensor]] = {}
    for tensor in history.trace.tensors:
        if tensor.line in calls and tensor.is_parameter and text.function(tensor.line) is not None:
            made.setdefault(tensor.line or 0, []).append(tensor)
    begun = min(ops[0].step for ops in updates.values())
    for line, tensors in made.items():
        is_new = len(tensors) > 1 and history.tensors(tensors[-1].id)[0].step > begun
        if is_new and updates.keys().isdisjoint(one.id for one in tensors) and _are_left(history, tensors):
            yield Mistake("reborn", line, {"times": len(tensors)}, _once(text, calls[line]))


def _are_left(history: History, tensors: list[Tensor]) -> bool:
    """Whether a gradient came to each, and to none any more when the next was there."""
    ran = [arrivals(history, one.id) for one in tensors]
    born = [history.tensors(one.id)[0].step for one in tensors]
    return all(ran) and all(steps[-1].id < after for steps, (_, after) in zip(ran, pairwise(born), strict=False))


def _once(text: Text, call: ast.Call) -> Fix | None:
    """Make it in __init__, where what it is made of is nothing of the method, and parameters() is asked for."""
    placed, method = text.statement(call.lineno), text.function(call.lineno)
    owner = next((one for one in ast.walk(text.tree) if isinstance(one, ast.ClassDef) and method in one.body), None)
    match None if placed is None else placed.statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is call and owner is not None:
            imports = (one for one in text.tree.body if isinstance(one, ast.Import | ast.ImportFrom))
            known = {one.asname or one.name.partition(".")[0] for node in imports for one in node.names}
            taken = {one.id for one in ast.walk(call) if isinstance(one, ast.Name)}
            attributes = {one.attr for one in ast.walk(text.tree) if isinstance(one, ast.Attribute)}
            starts = [one for one in ast.walk(owner) if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
            ready = [one for start in starts for one in start.body if "super().__init__(" in text.cut(one)]
            if len(ready) != 1 or name in attributes or not taken <= known or ".parameters()" not in text.source:
                return None
            put = f"self.{name} = {text.cut(call)}"
            edits = [line_after(text, ready[0], put), Edit(text.start(call), text.end(call), f"self.{name}")]
            return Fix("earlier", joined(text.source, edits), put, call.lineno) if "\n" not in put else None
        case _:
            return None
