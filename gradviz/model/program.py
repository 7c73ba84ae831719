"""Source text checked and read: a Program, or the error that keeps it from being one. Never runs the text.

Reading is done on the syntax tree, in the process that will run the program: a hostile text can crash a parser.
"""

import ast
import re
from typing import NamedTuple

from gradviz.model.trace import ProgramError

FILE = "<program>"
MAX_SOURCE = 1024 * 1024  # characters
_LINE_END = re.compile(r"\r\n|\r|\n")  # what Python counts as one; str.splitlines knows more


class Program(NamedTuple):
    """A text that compiles."""

    source: str
    lines: tuple[str, ...]
    tree: ast.Module
    stores: dict[int, tuple[str, ...]]  # line -> names whose binding a statement on it can change
    withs: dict[int, int]  # first line of a with statement -> its last line


def parse(source: str) -> Program | ProgramError:
    """Return the program a text is, or why it is none, with line and column."""
    if len(source) > MAX_SOURCE:
        return ProgramError("ValueError", f"the program is longer than {MAX_SOURCE:,} characters", None)
    if "\0" in source:  # Python says so too, but not where
        before = _LINE_END.split(source[: source.index("\0")])
        return ProgramError(
            "SyntaxError", "source code cannot contain null bytes", len(before), column=len(before[-1]) + 1
        )
    try:
        tree = ast.parse(source, FILE)
    except SyntaxError as error:
        return _problem(error)
    except (ValueError, RecursionError, MemoryError) as error:
        return ProgramError(type(error).__name__, str(error) or "the program is nested too deeply", None)
    return Program(source, tuple(_LINE_END.split(source)), tree, _stores(tree), _withs(tree))


def _problem(error: SyntaxError) -> ProgramError:
    return ProgramError(
        type(error).__name__,
        error.msg,
        error.lineno,
        column=max(error.offset or 0, 0),
        end_line=error.end_lineno,
        end_column=max(error.end_offset or 0, 0),
    )


def _stores(tree: ast.Module) -> dict[int, tuple[str, ...]]:
    """Names that can be rebound by the part of a statement that runs under its own line events."""
    found: dict[int, dict[str, None]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            names = dict.fromkeys(bound_by(node))
            if names:
                for line in range(node.lineno, _header_end(node) + 1):
                    found.setdefault(line, {}).update(names)
    return {line: tuple(names) for line, names in found.items()}


def _withs(tree: ast.Module) -> dict[int, int]:
    return {node.lineno: node.end_lineno or node.lineno for node in ast.walk(tree) if isinstance(node, ast.With)}


def _header_end(node: ast.stmt) -> int:
    """The last line of a statement without the statements inside it."""
    body: list[ast.stmt] = getattr(node, "body", [])
    end = node.end_lineno or node.lineno
    return max(node.lineno, min(end, body[0].lineno - 1)) if body else end


def bound_by(node: ast.stmt) -> list[str]:
    """Return the names that a statement, without those inside it, binds or whose objects it may change."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return [node.name]
    names: list[str] = []
    stack: list[ast.AST] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            names.append(part.id)
        elif isinstance(part, ast.Attribute | ast.Subscript) and not isinstance(part.ctx, ast.Load):
            names.extend(_root(part))
        elif isinstance(part, ast.Call):
            names.extend(_root(part.func))  # a method can change what its object holds: ws.append(w)
        elif isinstance(part, ast.alias):
            names.append(part.asname or part.name.split(".")[0])
        elif isinstance(part, ast.MatchAs | ast.MatchStar) and part.name is not None:
            names.append(part.name)
        elif isinstance(part, ast.MatchMapping) and part.rest is not None:
            names.append(part.rest)
        stack.extend(child for child in ast.iter_child_nodes(part) if not isinstance(child, ast.stmt | ast.Lambda))
    return names


def _root(node: ast.AST) -> list[str]:
    """The name at the left end of a.b[c].d."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return [node.id] if isinstance(node, ast.Name) else []
