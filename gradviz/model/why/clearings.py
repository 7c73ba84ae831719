"""Lines that take a .grad away, or ask for one to be kept.

No op runs for it, so it is the text of the lines that ran that tells which it was.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gradviz.model.trace import Trace

_LINE_END = re.compile(r"\r\n|\r|\n")
_ZERO = re.compile(r"\bzero_grad\(")
_RETAINS = re.compile(r"([\w.\[\]'\"]+)\.retain_grad\(")
_GONE = re.compile(r"\bdel\b|=\s*None\b")
_WHOSE = re.compile(r"([\w.]*)(\]?)\.grad\b\s*(?:=(?!=)|[,;)]|$)")


class LineRan(NamedTuple):
    """A line about to run."""

    step: int
    line: int


class Clearings(NamedTuple):
    """The lines that ran and take the .grad of one name away, in order."""

    steps: list[int]
    lines: list[int]
    changes: list[int]  # how often the line was another than the one before, up to here


def clearings(trace: Trace) -> dict[str | None, Clearings]:
    """Return those of each name, under None those that name none: zero_grad(), ws[0].grad = None."""
    texts = enumerate(_LINE_END.split(trace.source), 1)
    named = {line: names for line, text in texts if (names := set(_cleared(text.partition("#")[0])))}
    found: dict[str | None, Clearings] = {}
    for step in trace.steps:
        if step.kind == "line" and step.line is not None:
            for name in named.get(step.line, ()):
                _add(found.setdefault(name, Clearings([], [], [])), step.id, step.line)
    return found


def retainings(trace: Trace) -> dict[str, list[LineRan]]:
    """Return the lines that ran and call retain_grad() on each name, in order."""
    texts = enumerate(_LINE_END.split(trace.source), 1)
    named = {line: names for line, text in texts if (names := _RETAINS.findall(text.partition("#")[0]))}
    found: dict[str, list[LineRan]] = {}
    for step in trace.steps if named else ():
        if step.kind == "line" and step.line is not None:
            for name in named.get(step.line, ()):
                found.setdefault(name, []).append(LineRan(step.id, step.line))
    return found


def cleared_on(found: dict[str | None, Clearings], names: Iterable[str], granted: int, gone: int) -> int | None:
    """Return the line that took a .grad away between two steps, where it is certain which it was."""
    lines: set[int | None] = set()
    for name in (None, *names):
        if name in found:
            steps, said, changes = found[name]
            first, last = bisect_left(steps, granted), bisect_left(steps, gone) - 1
            if first <= last:
                lines.add(said[first] if changes[first] == changes[last] else None)
    return lines.pop() if len(lines) == 1 else None


def clears(text: str) -> bool:
    """Whether a piece of a program takes a .grad away."""
    return any(True for line in _LINE_END.split(text) for _ in _cleared(line.partition("#")[0]))


def _cleared(text: str) -> Iterator[str | None]:
    if _ZERO.search(text):
        yield None
    if _GONE.search(text):
        for name, bracket in _WHOSE.findall(text):
            yield None if bracket or not name else name


def _add(found: Clearings, step: int, line: int) -> None:
    before = found.changes[-1] + (found.lines[-1] != line) if found.lines else 0
    found.steps.append(step)
    found.lines.append(line)
    found.changes.append(before)
