"""Numbers read out of tensors: what is computed from them has no path back, and only the text tells where it went."""

import ast
from collections.abc import Iterable
from typing import NamedTuple

from gradviz.model.births import READOUT
from gradviz.model.program import bound_by
from gradviz.model.source.place import text_of
from gradviz.model.trace import Op, Trace

_ARRAY = ".numpy()"


class Readouts(NamedTuple):
    """The ops of a trace that read numbers out, and the lines of the text to which those can have gone."""

    goes: dict[int | None, frozenset[int]]  # line of the op -> the lines that use what it read

    def leads(self, op: Op, lines: set[int | None]) -> bool:
        """Whether an op read numbers out that were used on one of these lines."""
        return _reads(op) and self.goes_to(op.line, lines)

    def goes_to(self, line: int | None, lines: set[int | None]) -> bool:
        """Whether what was read out on a line was used on one of these."""
        return not self.goes.get(line, frozenset()).isdisjoint(lines)


def readouts(trace: Trace, others: Iterable[int]) -> Readouts | None:
    """Return where what was read out went; None where nothing was.

    Args:
        trace: the run.
        others: lines that read numbers out without an op.
    """
    read = {op.line for op in trace.ops if _reads(op)}.union(others)
    text = text_of(trace.source) if read else None
    if text is None:
        return None
    flows = _flows(text.tree)
    return Readouts({line: _lines_after(line, flows) for line in read})


def _reads(op: Op) -> bool:
    scalar = op.name.startswith(READOUT) or (op.call or "").endswith(_ARRAY)
    return scalar and op.phase == "forward"


class _Flow(NamedTuple):
    """A statement: the lines it is on, the names it reads, the names it binds."""

    lines: frozenset[int]
    reads: frozenset[str]
    binds: frozenset[str]


def _flows(tree: ast.Module) -> list[_Flow]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return | ast.Expr):
            lines = frozenset(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            names = (one for one in ast.walk(node) if isinstance(one, ast.Name))
            reads = frozenset(one.id for one in names if isinstance(one.ctx, ast.Load))
            binds = frozenset() if isinstance(node, ast.Return) else frozenset(bound_by(node))
            found.append(_Flow(lines, reads, binds))
    return found


def _lines_after(line: int | None, flows: list[_Flow]) -> frozenset[int]:
    """The lines of the statements that read what one on a line binds, or what those bind, and so on; and its own."""
    start = [flow for flow in flows if line in flow.lines]
    reached = {number for flow in start for number in flow.lines}
    names = {name for flow in start for name in flow.binds}
    grown = True
    while grown:
        met = [flow for flow in flows if not names.isdisjoint(flow.reads)]
        more = {name for flow in met for name in flow.binds} - names
        reached.update(number for flow in met for number in flow.lines)
        names, grown = names | more, bool(more)
    return frozenset(reached)
