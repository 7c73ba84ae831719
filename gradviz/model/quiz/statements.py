"""The statements of the module as they ran: what a person can be asked about, each with the moments round it."""

import ast
import re
from collections import Counter
from typing import NamedTuple

from gradviz.model.errors.ending import DIED, REFUSED
from gradviz.model.source.place import Text, lines_of, text_of
from gradviz.model.trace import Step, Trace

_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Delete)
_GRAD_MODES = re.compile(r"no_grad|enable_grad|inference_mode|set_grad_enabled")
_LINES = 80  # that are asked about; of a longer program the first and the last


class Ran(NamedTuple):
    """One execution of a statement that shares its lines with no other."""

    line: int  # on which it begins
    times: int  # how often it had run, with this time
    of: int  # how often it ran in all
    before: int  # the step at which it was about to run
    after: int | None  # the next step of the module, or of the same call of a function; None: the end of the run
    text: str
    raised: bool = False  # it ended the run with an error
    guarded: bool = False  # a block round it may have swallowed an error
    last: int = 0  # the line on which it ends; 0: the first one
    function: str | None = None  # in whose call it ran; None: in the module

    @property
    def lines(self) -> range:
        """All that it is on."""
        return range(self.line, max(self.line, self.last) + 1)

    def overlaps(self, other: "Ran") -> bool:
        """Whether one of the two ran while the other did, or they are the same."""
        first, then = sorted((self, other), key=lambda ran: ran.before)
        return first.before == then.before or first.after is None or then.before < first.after


class _Span(NamedTuple):
    """An execution: from where a statement was about to run to where what follows it was."""

    statement: ast.stmt
    step: Step
    after: Step | None


def executions(trace: Trace) -> list[Ran]:
    """Return the first, the second and the last execution of each statement, in order. What was cut off is none."""
    text = text_of(trace.source)
    if text is None:
        return []
    guarded = {line for one, *_ in text.statements if _may_swallow(one, text) for line in lines_of(one)}
    spans = _spans([step for step in trace.steps if step.kind == "line"], _alone(text))
    often = Counter(span.statement.lineno for span in spans)
    seen: Counter[int] = Counter()
    found = []
    for statement, step, after in spans:
        line = statement.lineno
        seen[line] += 1
        ended = after is None or after.line is None
        raised = ended and trace.error is not None
        if seen[line] in (1, 2, often[line]) and not (ended and _was_cut_off(trace)):
            span = step.id, None if ended or after is None else after.id
            cut, last = text.cut(statement), lines_of(statement)[-1]
            ran = Ran(line, seen[line], often[line], *span, cut, raised, line in guarded, last, step.function)
            found.append(ran)
    lines = sorted({ran.line for ran in found})
    chosen = {*lines[: _LINES // 2], *lines[-_LINES // 2 :]}
    return [ran for ran in found if ran.line in chosen]


def _spans(steps: list[Step], alone: dict[int, ast.stmt]) -> list[_Span]:
    """The executions of statements, in order.

    In a function nothing is known of the last one of a call: it ends somewhere in the line that made the call.
    """
    follows, within, found = _followers(steps), set[int](), []
    for step in steps:
        statement = alone.get(step.line or 0)
        if statement is None or step.id in within:
            continue
        after = follows[step.id]
        while after is not None and _goes_on(statement, after, alone) and after.scope == step.scope:
            within.add(after.id)
            after = follows[after.id]
        if (after is None and step.scope == 0) or (after is not None and after.scope == step.scope):
            found.append(_Span(statement, step, after))
    return found


def _goes_on(statement: ast.stmt, after: Step, alone: dict[int, ast.stmt]) -> bool:
    """Whether a step is at another line of a statement that has several."""
    return len(lines_of(statement)) > 1 and alone.get(after.line or 0) is statement


def _followers(steps: list[Step]) -> dict[int, Step | None]:
    """For each line about to run the next one that is in no call made there."""
    found: dict[int, Step | None] = dict.fromkeys(step.id for step in steps)
    waiting: list[Step] = []
    for step in steps:
        while waiting and waiting[-1].depth >= step.depth:
            found[waiting.pop().id] = step
        waiting.append(step)
    return found


def _alone(text: Text) -> dict[int, ast.stmt]:
    """The statements that have their lines for themselves, by each of those.

    No generator's, which run in pieces; and none of several lines that might be all that a loop repeats, of which
    nobody can say where one round ends.
    """
    on = Counter(line for placed in text.statements for line in _own_lines(placed.statement))
    generators = {one for one in {text.function(line) for line in on} if _suspends(one)}
    pieces = {line for line in on if text.function(line) in generators}
    return {
        line: one
        for one, block, _ in text.statements
        if isinstance(one, _SIMPLE) and (len(lines_of(one)) == 1 or len(block) > 1)
        for line in lines_of(one)
        if not pieces.intersection(lines_of(one)) and all(on[each] == 1 for each in lines_of(one))
    }


def _own_lines(statement: ast.stmt) -> range:
    """The lines of a statement; of one with a block, such as an if, the first."""
    return lines_of(statement) if isinstance(statement, _SIMPLE) else range(statement.lineno, statement.lineno + 1)


def _suspends(function: ast.AST | None) -> bool:
    if function is None:
        return False
    return any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Await) for node in ast.walk(function))


def _may_swallow(statement: ast.stmt, text: Text) -> bool:
    """Whether an error in a block may go no further; a grad mode lets it through."""
    if isinstance(statement, ast.With | ast.AsyncWith):
        return not all(_GRAD_MODES.search(text.cut(item.context_expr)) for item in statement.items)
    return isinstance(statement, ast.Try | ast.TryStar)


def _was_cut_off(trace: Trace) -> bool:
    """Whether the run was ended from outside, so that nobody knows what its last line did."""
    return trace.limits is not None or (trace.error is not None and trace.error.type in (DIED, REFUSED))
