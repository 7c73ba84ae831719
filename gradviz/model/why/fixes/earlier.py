"""Statements that come too late, moved up: what clears a .grad that backward has just filled, what sets a flag."""

import ast

from gradviz.model.source.edits import calls_in, joined, line_before, line_removed, named, same
from gradviz.model.source.place import Edit, Text
from gradviz.model.trace import Tensor

_FLAGS = (".requires_grad_()", ".requires_grad_(True)", ".requires_grad = True")
Moved = tuple[Edit, str, int]  # the change, what is moved, and the line that it comes before


def cleared_earlier(text: Text, line: int | None) -> Moved | None:
    """Return what moves the statement on a line up, before the backward in its block that fills the .grad."""
    placed = None if line is None else text.statement(line)
    before = [] if placed is None else [one for one in placed.block[: placed.at] if _calls_backward(one)]
    if placed is None or not before:
        return None
    return _moved(text, placed.statement, before[-1]) or _moved(text, placed.statement, before[-1], left="pass")


def flagged_earlier(text: Text, tensor: Tensor, line: int | None) -> Moved | None:
    """Return what moves the statement that sets the flag of a leaf up, before the one on a line, which used it."""
    used = None if line is None else text.statement(line)
    later = [] if used is None else used.block[used.at + 1 :]
    ways = [f"{name}{way}" for name in tensor.names for way in _FLAGS]
    found = next((one for one in later if any(same(text.cut(one), way) for way in ways)), None)
    return None if used is None or found is None else _moved(text, found, used.statement)


def _moved(text: Text, statement: ast.stmt, before: ast.stmt, left: str = "") -> Moved | None:
    """Move a statement up, before another; where something is to be left in its place, that."""
    placed = next(one for one in text.statements if one.statement is statement)
    removed = None if placed.previous is None else line_removed(text, placed.previous, statement)
    if left:
        removed = Edit(text.start(statement), text.end(statement), left)
    if removed is None:
        return None
    line = text.cut(statement)
    return joined(text.source, [line_before(text, before, line), removed]), line, before.lineno


def _calls_backward(statement: ast.stmt) -> bool:
    defines = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return not defines and any(named(call) == "backward" for call in calls_in(statement))
