"""Where in the person's program the run is now: its line, and the expression being evaluated as it was written."""

import sys
from types import CodeType, FrameType

from gradviz.engine.modules import Modules
from gradviz.model.program import FILE, Program

LONGEST = 80  # characters of an expression that are worth showing


class Source:
    """The text of the program and the places in it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._bytes = [line.encode() for line in program.lines]
        self.modules = Modules()
        self._expressions: dict[tuple[CodeType, int], str | None] = {}

    def here(self) -> tuple[int | None, str | None]:
        """The line being run in the program's own file, and the expression on it; library frames are skipped."""
        line, call, _ = self.place()
        return line, call

    def place(self) -> tuple[int | None, str | None, str | None]:
        """The line, the expression, and the path of the innermost module whose forward is running."""
        frame: FrameType | None = sys._getframe(1)
        own: FrameType | None = None
        module: str | None = None
        while frame is not None:
            code = frame.f_code
            if code.co_filename == FILE:
                own = own or frame
                if module is not None or code.co_name == "<module>":
                    break
            elif module is None:
                module = self.modules.path(frame)
            frame = frame.f_back
        if own is None:
            return None, None, module
        text = self.expression(own.f_code, own.f_lasti)
        short = text if text is None or len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        return own.f_lineno, short, module

    def line_text(self, line: int | None) -> str:
        """A line as written, without its indent; empty where there is none."""
        if line is None or not 0 < line <= len(self.program.lines):
            return ""
        return self.program.lines[line - 1].strip()

    def expression(self, code: CodeType, instruction: int) -> str | None:
        """The text that an instruction of the program was compiled from, on one line."""
        key = (code, instruction)
        if key not in self._expressions:
            self._expressions[key] = self._cut(code, instruction)
        return self._expressions[key]

    def _cut(self, code: CodeType, instruction: int) -> str | None:
        positions = list(code.co_positions())
        line, end_line, column, end_column = positions[instruction // 2]
        if line is None or end_line is None or column is None or end_column is None or end_line > len(self._bytes):
            return None
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
