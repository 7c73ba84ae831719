"""The statements of the module as they ran: what a person can be asked about, each with the moments round it."""

import ast
import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from gradviz.model.errors.ending import DIED, REFUSED
from gradviz.model.source.place import Text, lines_of, text_of
from gradviz.model.trace import Trace

_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Delete)
_GRAD_MODES = re.compile(r"no_grad|enable_grad|inference_mode|set_grad_enabled")
_LINES = 80  # that are asked about; of a longer program the first and the last


class Ran(NamedTuple):
    """One execution of a statement that stands alone on its line."""

    line: int
    times: int  # how often it had run, with this time
    of: int  # how often it ran in all
    before: int  # the step at which it was about to run
    after: int | None  # the next step of the module; None: the end of the run
    text: str
    raised: bool = False  # it ended the run with an error
    guarded: bool = False  # a block round it may have swallowed an error


def executions(trace: Trace) -> list[Ran]:
    """Return the first, the second and the last execution of each statement, in order. What was cut off is none."""
    text = text_of(trace.source)
    if text is None:
        return []
    alone = _alone(text)
    guarded = {line for one, *_ in text.statements if _may_swallow(one, text) for line in lines_of(one)}
    steps = [step for step in trace.steps if step.kind == "line" and step.scope == 0]
    often = Counter(step.line for step in steps)
    seen: Counter[int] = Counter()
    found = []
    for step, after in pairwise((*steps, None)):
        line = None if step is None else step.line
        if step is None or line is None or line not in alone:
            continue
        seen[line] += 1
        ended = after is None or after.line is None
        raised = ended and trace.error is not None
        if seen[line] in (1, 2, often[line]) and not (ended and _was_cut_off(trace)):
            span = step.id, None if ended or after is None else after.id
            ran = Ran(line, seen[line], often[line], *span, text.cut(alone[line]), raised, line in guarded)
            found.append(ran)
    lines = sorted({ran.line for ran in found})
    chosen = {*lines[: _LINES // 2], *lines[-_LINES // 2 :]}
    return [ran for ran in found if ran.line in chosen]


def _alone(text: Text) -> dict[int, ast.stmt]:
    """The statements that have a line for themselves, by that."""
    on = Counter(placed.statement.lineno for placed in text.statements)
    return {
        one.lineno: one
        for one, *_ in text.statements
        if isinstance(one, _SIMPLE) and on[one.lineno] == 1 and len(lines_of(one)) == 1
    }


def _may_swallow(statement: ast.stmt, text: Text) -> bool:
    """Whether an error in a block may go no further; a grad mode lets it through."""
    if isinstance(statement, ast.With | ast.AsyncWith):
        return not all(_GRAD_MODES.search(text.cut(item.context_expr)) for item in statement.items)
    return isinstance(statement, ast.Try | ast.TryStar)


def _was_cut_off(trace: Trace) -> bool:
    """Whether the run was ended from outside, so that nobody knows what its last line did."""
    return trace.limits is not None or (trace.error is not None and trace.error.type in (DIED, REFUSED))
