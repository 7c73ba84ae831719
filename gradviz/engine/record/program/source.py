"""Where in the person's program the run is now: its line, and the expression being evaluated as it was written."""

import ast
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import NamedTuple

from gradviz.engine.record.program.modules import MODULE_CALL, Modules
from gradviz.model.program import FILE, Program
from gradviz.model.trace import Module

Positions = list[tuple[int | None, int | None, int | None, int | None]]  # line, end line, column, end column

LONGEST = 80  # characters of an expression that are worth showing


class Place(NamedTuple):
    """Where in the program something happens."""

    line: int | None
    call: str | None  # the expression as it was written
    module: str | None  # path of the innermost module whose forward is running
    nested: bool = False  # that is not the module which the expression calls, but one within it


DISPATCH = "__torch_dispatch__"  # what dispatch modes run in the middle of an op: a line outside of it has called that


class Source:
    """The text of the program and the places in it."""

    def __init__(self, program: Program, tell: Callable[[Module], None]) -> None:
        """Take a program.

        Args:
            program: that is run.
            tell: takes what it calls its modules, see `Modules`.
        """
        self.program = program
        self._bytes = [line.encode() for line in program.lines]
        self._headers = dict(_headers(program.tree))
        self.modules = Modules(tell)
        self._places: dict[tuple[int, int], tuple[CodeType, Place]] = {}  # by the code's address, and where
        self._positions: dict[int, tuple[CodeType, Positions]] = {}  # of its instructions

    def here(self) -> tuple[int | None, str | None]:
        """The line being run in the program's own file, and the expression on it; library frames are skipped."""
        place = self.place(sys._getframe(1))
        return place.line, place.call

    def place(self, frame: FrameType | None) -> Place:
        """Where the run is, seen from a frame."""
        called, nested = None, False  # the innermost call of a module that has a path
        while frame is not None and ((code := frame.f_code).co_filename != FILE or code.co_name == DISPATCH):
            if code is MODULE_CALL:
                nested = called is not None
                called = called or self.modules.path(frame)
            frame = frame.f_back
        if frame is None:
            return Place(None, None, called)
        code, instruction = frame.f_code, frame.f_lasti
        module = called if called is not None or code.co_name == "<module>" else self._around(frame)
        known = self._places.get((id(code), instruction))  # to hash a code object is to hash all it consists of
        place = known[1] if known is not None and known[0] is code else self._read(frame.f_lineno, code, instruction)
        return place if module is None else Place(place.line, place.call, module, nested)

    def _around(self, frame: FrameType) -> str | None:
        """The path of the innermost module in whose call a frame of the program runs."""
        outer: FrameType | None = frame
        while outer is not None:
            code = outer.f_code
            if code is MODULE_CALL:
                module = self.modules.path(outer)
                if module is not None:
                    return module
            elif code.co_name == "<module>" and code.co_filename == FILE:
                return None
            outer = outer.f_back
        return None

    def _read(self, line: int | None, code: CodeType, instruction: int) -> Place:
        """Where in the program an instruction of its own is, whatever module that is in."""
        text = self.expression(code, instruction)
        short = text if text is None or len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        place = Place(line, short, None)
        self._places[id(code), instruction] = (code, place)
        return place

    def line_text(self, line: int | None) -> str:
        """A line as written, without its indent; empty where there is none."""
        if line is None or not 0 < line <= len(self.program.lines):
            return ""
        return self.program.lines[line - 1].strip()

    def expression(self, code: CodeType, instruction: int) -> str | None:
        """The text that an instruction of the program was compiled from, on one line; of a loop that of its head."""
        line, end_line, column, end_column = self._positions_in(code)[instruction // 2]
        if line is None or end_line is None or column is None or end_column is None or end_line > len(self._bytes):
            return None
        end_line, end_column = self._headers.get((line, column), (end_line, end_column))
        if line == end_line:
            text = self._bytes[line - 1][column:end_column].decode(errors="replace")
        else:
            rows = [
                self._bytes[line - 1][column:],
                *self._bytes[line : end_line - 1],
                self._bytes[end_line - 1][:end_column],
            ]
            text = " ".join(row.decode(errors="replace").strip() for row in rows)
        return text

    def _positions_in(self, code: CodeType) -> Positions:
        known = self._positions.get(id(code))
        if known is None or known[0] is not code:
            known = self._positions[id(code)] = (code, list(code.co_positions()))
        return known[1]


def _headers(tree: ast.Module) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where each for statement begins, and where what it goes through ends: Python knows of the whole alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.AsyncFor):
            ends = node.iter.end_lineno or node.lineno, node.iter.end_col_offset or 0
            yield (node.lineno, node.col_offset), ends
