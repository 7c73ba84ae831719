"""What the editor's keys do to lines of Python, as functions of text. No widget, no cursor."""

import re

STEP = 4
_INDENT = re.compile(r"[ \t]*")
_COMMENTED = re.compile(r"([ \t]*)# ?")
_LEAVES = re.compile(r"\s*(return|pass|break|continue|raise)\b")
_STRINGS = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")


def indent_of(line: str) -> str:
    """Return the white space a line starts with."""
    match = _INDENT.match(line)
    return match.group() if match else ""


def next_indent(before: str) -> str:
    """Return the white space of a new line begun after `before`, the text left of the cursor on its line."""
    indent = indent_of(before)
    code = _STRINGS.sub("", before).split("#")[0].rstrip()
    if code.endswith(":"):
        return indent + " " * STEP
    if _LEAVES.match(code):
        return indent[:-STEP]
    return indent


def to_stop(column: int) -> str:
    """Return the spaces from `column` to the next tab stop."""
    return " " * (STEP - column % STEP)


def back_to_stop(before: str) -> int:
    """Return how many characters a backspace takes where only spaces are left of the cursor; 1 elsewhere."""
    if not before or before.strip(" "):
        return 1
    return (len(before) - 1) % STEP + 1


def indented(lines: list[str]) -> list[str]:
    """Return the lines one step further in; empty ones stay empty."""
    return [" " * STEP + line if line.strip() else line for line in lines]


def dedented(lines: list[str]) -> list[str]:
    """Return the lines one step further out, as far as they are in."""
    return [_dedented(line) for line in lines]


def shifted(position: int, start: int, end: int, length: int) -> int:
    """Return where a position of a text is after what stood from `start` to `end` was replaced by `length` units."""
    if position <= start:
        return position
    return start + length + position - end if position >= end else min(position, start + length)


def _dedented(line: str) -> str:
    if line.startswith("\t"):
        return line[1:]
    return line[min(STEP, len(line) - len(line.lstrip(" "))) :]


def commented(lines: list[str]) -> list[str]:
    """Return the lines as comments, or without their comment marks where all of them have one."""
    written = [line for line in lines if line.strip()]
    if written and all(_COMMENTED.match(line) for line in written):
        return [_COMMENTED.sub(r"\1", line, count=1) for line in lines]
    column = min((len(indent_of(line)) for line in written), default=0)
    return [f"{line[:column]}# {line[column:]}" if line.strip() else line for line in lines]
