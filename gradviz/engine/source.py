"""Where in the person's program the run is now: its line, and the expression being evaluated as it was written."""

import sys
from types import CodeType, FrameType

from gradviz.model.program import FILE, Program

LONGEST = 80  # characters of an expression that are worth showing


class Source:
    """The text of the program and the places in it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._bytes = [line.encode() for line in program.lines]
        self._expressions: dict[tuple[CodeType, int], str | None] = {}

    def here(self) -> tuple[int | None, str | None]:
        """The line being run in the program's own file, and the expression on it; library frames are skipped."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != FILE:
            frame = frame.f_back
        if frame is None:
            return None, None
        return frame.f_lineno, self._expression(frame.f_code, frame.f_lasti)

    def line_text(self, line: int | None) -> str:
        """A line as written, without its indent; empty where there is none."""
        if line is None or not 0 < line <= len(self.program.lines):
            return ""
        return self.program.lines[line - 1].strip()

    def _expression(self, code: CodeType, instruction: int) -> str | None:
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
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
