"""Places in a program's text: from a node of its tree to the characters it stands for, and to what follows it."""

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from gradviz.model.program import Program, bound_by, parse

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_STATEMENTS = ("body", "orelse", "finalbody", "handlers", "cases")


class Edit(NamedTuple):
    """Replace the characters from `start` to `end` of the source by `text`."""

    start: int
    end: int
    text: str

    def applied(self, source: str) -> str:
        """Return the source after it."""
        return source[: self.start] + self.text + source[self.end :]


def between(before: str, after: str) -> Edit:
    """Return the smallest single change that makes one text of another."""
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    end = next((at for at in range(shorter - start) if before[-1 - at] != after[-1 - at]), shorter - start)
    return Edit(start, len(before) - end, after[start : len(after) - end])


class Placed(NamedTuple):
    """A statement, and where it is in its block."""

    statement: ast.stmt
    block: list[ast.stmt]
    at: int

    @property
    def next(self) -> ast.stmt | None:
        """The statement after it."""
        return self.block[self.at + 1] if self.at + 1 < len(self.block) else None

    @property
    def previous(self) -> ast.stmt | None:
        """The statement before it."""
        return self.block[self.at - 1] if self.at else None


class Text:
    """A program's text and the tree of it."""

    def __init__(self, program: Program) -> None:
        """Note where each line begins, and what binds which name."""
        self.source = program.source
        self.tree = program.tree
        self._lines = lines_of_text(program.source)
        self._functions = functions_of(program.tree)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self.statements = [Placed(one, block, at) for block in _blocks(program.tree) for at, one in enumerate(block)]
        self._cuts: dict[ast.AST, str] = {}  # for each tensor of a step all statements that follow are looked through
        self._behind: dict[ast.stmt, tuple[int, str]] = {}  # likewise for its lines that are put there
        self._on_line: dict[int, list[Placed]] = {}
        self._bindings: dict[tuple[int, str], Placed] = {}
        for placed in self.statements:
            self._note(placed)

    def start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """The position of a node's first character."""
        return self._position(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """The position after a node's last character."""
        return self._position(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def cut(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node."""
        known = self._cuts.get(node)
        if known is None:
            known = self._cuts[node] = self.source[self.start(node) : self.end(node)]
        return known

    def before(self, node: ast.stmt) -> str:
        """What stands in front of a statement on its line."""
        return self.source[self._starts[node.lineno - 1] : self.start(node)]

    def after(self, node: ast.stmt) -> str:
        """What stands behind a statement on its last line, without the line's end."""
        return self.source[self.end(node) : self.line_end(node)]

    def behind(self, statement: ast.stmt) -> tuple[int, str]:
        """Where another statement can be put right behind one, and what is written before it there."""
        known = self._behind.get(statement)
        if known is None:
            indent = self.before(statement)
            if indent.strip() or self.after(statement).lstrip().startswith(";"):  # it shares its line with others
                known = self.end(statement), "; "
            else:
                known = self.line_end(statement), f"{self.newline()}{indent}"
            self._behind[statement] = known
        return known

    def line_end(self, node: ast.stmt) -> int:
        """The position of the end of a statement's last line."""
        line = (node.end_lineno or node.lineno) - 1
        return self._starts[line] + len(self._lines[line].rstrip("\r\n"))

    def last_line(self, node: ast.expr | ast.stmt) -> int:
        """The number of the last line that a node is on."""
        return lines_of(node)[-1]

    def lines(self, first: int, end: int) -> list[str]:
        """The lines from one up to another, without their ends."""
        return [line.rstrip("\r\n") for line in self._lines[first - 1 : end - 1]]

    def statement(self, line: int, part: str = "") -> Placed | None:
        """The innermost statement on a line; of several beside each other the first in which a part is written."""
        there = self._on_line.get(line, [])
        found = [one for one in there if part in self.cut(one.statement)] or there
        return min(found, key=lambda one: len(lines_of(one.statement)), default=None)

    def line_of(self, position: int) -> int:
        """The number of the line that a position is on."""
        return bisect_right(self._starts, position, 0, len(self._lines))

    def line_span(self, line: int) -> tuple[int, int]:
        """The positions of the begin and the end of a line."""
        return self._starts[line - 1], self._starts[line]

    def with_on(self, line: int, statement: ast.stmt) -> ast.With | None:
        """The with statement, of one item, that begins on a line and has a statement in its block."""
        found = (placed.statement for placed in self._on_line.get(line, ()))
        blocks = (one for one in found if isinstance(one, ast.With) and len(one.items) == 1)
        return next((one for one in blocks if one.lineno == line and statement in one.body), None)

    def newline(self) -> str:
        """How lines end in this text."""
        first = self._lines[0]
        return first[len(first.rstrip("\r\n")) :] or "\n"

    def binding(self, line: int, name: str) -> Placed | None:
        """The last assignment on a line that binds a name, else the last call that may change what it holds."""
        return self._bindings.get((line, name))

    def function(self, line: int | None) -> ast.AST | None:
        """The innermost function around a line; None: the module, where also the end of the run is."""
        return self._functions.get(line) if line is not None else None

    def reaches_out(self, line: int | None, name: str) -> bool:
        """Whether what a function around a line binds by a name is another's: one that it calls global or nonlocal."""
        own = self.function(line)
        declared = () if own is None else (one for one in ast.walk(own) if isinstance(one, ast.Global | ast.Nonlocal))
        return any(name in one.names for one in declared)

    def function_lines(self, line: int | None) -> range:
        """The lines of the innermost function around a line, its decorators among them; none in the module."""
        own = self.function(line)
        if not isinstance(own, ast.FunctionDef | ast.AsyncFunctionDef):
            return range(0)
        return range(min(one.lineno for one in (own, *own.decorator_list)), (own.end_lineno or own.lineno) + 1)

    def _note(self, placed: Placed) -> None:
        statement = placed.statement
        for line in lines_of(statement):
            self._on_line.setdefault(line, []).append(placed)
        if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr):
            return
        for name in bound_by(statement):
            for line in lines_of(statement):
                known = self._bindings.get((line, name))
                if known is None or isinstance(known.statement, ast.Expr) or not isinstance(statement, ast.Expr):
                    self._bindings[line, name] = placed

    def _position(self, line: int, column: int) -> int:
        """Columns of the tree count bytes."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode(errors="replace"))


def lines_of_text(source: str) -> list[str]:
    """The lines of a text as Python counts them, each with its end; str.splitlines knows more."""
    return _LINE.findall(source)


@lru_cache(maxsize=2)
def text_of(source: str) -> Text | None:
    """Return the text of a source; None: it is no program."""
    program = parse(source)
    return Text(program) if isinstance(program, Program) else None


def functions_of(tree: ast.Module) -> dict[int, ast.AST]:
    """Return the innermost function of each line that is in one."""
    return {
        line: node
        for node in ast.walk(tree)  # outer ones come first
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for line in range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
    }


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for field in _STATEMENTS:
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def lines_of(node: ast.expr | ast.stmt) -> range:
    """The lines that a node is on."""
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)
