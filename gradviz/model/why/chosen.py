"""A gradient of 0 from where a value was left out, which an infinite slope behind that makes nan of."""

import ast

from gradviz.model.moments.moment import History
from gradviz.model.moments.offenders import Ill, Offender
from gradviz.model.source.edits import torchs_name
from gradviz.model.source.place import Edit, Text
from gradviz.model.trace import Op, Value
from gradviz.model.why.fixes.fix import Fix

_WITHIN = {  # a number at which a function and its slope are finite, where 1 is none
    **dict.fromkeys(("Acos", "Asin", "Atanh", "Erfinv", "Exp"), "0"),
    "Acosh": "2",
    "Logit": "0.5",
}
_ONE = ("Sqrt", "Rsqrt", "Log", "Log2", "Log10", "Log1P", "Reciprocal", "Div")


def chooser(history: History, first: Offender) -> Op | None:
    """Return the op whose backward put zeros into a gradient that had none, and that became nan; None: not known.

    Followed from grad_fn to grad_fn where one alone passed it on, with as many zeros.
    """
    at = first.grad_fn
    zeros = 0 if at is None else _zeros(_before(history, at, first.step + 1))
    while zeros and at is not None:
        users = {number for number, step in history.passing.get(at, ()) if step.id < first.step}
        at = users.pop() if len(users) == 1 else None
        given = None if at is None else _before(history, at, first.step)
        if given is None or at not in history.makers or given.data is None or _zeros(given) not in (0, zeros):
            return None
        if not _zeros(given):
            return history.trace.ops[history.makers[at]]
    return None


def _before(history: History, grad_fn: int, step: int) -> Value | None:
    """What a grad_fn was last given for its first output before a step."""
    return history.flow.runs(grad_fn, step)[-1].arrived[0]


def _zeros(value: Value | None) -> int:
    return 0 if value is None else sum(one == 0 for one in value.data or ())


def guarded(history: History, text: Text, first: Offender) -> Fix | None:
    """Return what chooses the input of the op as torch.where() chooses its result, where that surely mends it."""
    trace, torch = history.trace, torchs_name(text)
    is_of_grad_fn = first.op is None and first.hook is None
    where = chooser(history, first) if is_of_grad_fn and first.ill is Ill.NAN else None
    placed = None if where is None or where.line is None else text.statement(where.line, where.call or "")
    if first.grad_fn is None or where is None or placed is None or torch is None:
        return None
    kind = trace.grad_fns[first.grad_fn].kind
    of, safe = trace.ops[history.makers[first.grad_fn]].call or "", _WITHIN.get(kind, "1" if kind in _ONE else "")
    for call in ast.walk(placed.statement):
        match call:
            case ast.Call(func=ast.Attribute(attr="where"), args=[condition, *branches], keywords=[]) if (
                text.cut(call) == where.call and len(branches) == 2 and not _runs(condition)
            ):
                taken = [_operand(text, branch, of) for branch in branches]
                way = 0 if taken[0] is not None else 1
                operand = taken[way]
                if operand is None or not safe or not _is_left_out(history, first, where, bool(way)):
                    return None
                inner = text.cut(operand)
                parts = (text.cut(condition), *((safe, inner) if way else (inner, safe)))
                edit = Edit(text.start(operand), text.end(operand), f"{torch}.where({', '.join(parts)})")
                return Fix("name", edit, edit.text, operand.lineno)
    return None


def _runs(condition: ast.expr) -> bool:
    """Whether it may be another the second time."""
    return any(isinstance(one, ast.Call | ast.NamedExpr | ast.Await) for one in ast.walk(condition))


def _operand(text: Text, branch: ast.expr, call: str) -> ast.expr | None:
    """What the op is given that a branch consists of, but for numbers that are added or multiplied by."""
    while text.cut(branch) != call:
        match branch:
            case (
                ast.BinOp(left=inner, op=ast.Add() | ast.Sub() | ast.Mult(), right=ast.Constant())
                | ast.BinOp(left=ast.Constant(), op=ast.Add() | ast.Sub() | ast.Mult(), right=inner)
                | ast.UnaryOp(operand=inner)
            ):
                branch = inner
            case _:
                return None
    match branch:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module)), args=[operand], keywords=[]) if (
            module == torchs_name(text)
        ):
            return operand
        case ast.Call(func=ast.Attribute(value=ast.Name() as operand), args=[], keywords=[]):
            return operand
        case ast.BinOp(left=ast.Constant(), op=ast.Div(), right=operand):
            return operand
    return None


def _is_left_out(history: History, first: Offender, where: Op, chosen: bool) -> bool:
    """Whether torch.where() took other values wherever what the grad_fn passed on is nan or inf.

    Args:
        history: the run.
        first: the nan that the grad_fn made.
        where: the op.
        chosen: the condition under which it took others.
    """
    took = history.at(where.step).known_tensor(where.inputs[0]).value
    passed = [one for one in history.trace.steps[first.step].left if one is not None]
    return took is not None and all(_is_spoilt_where(one, took, chosen) for one in passed)


def _is_spoilt_where(value: Value, condition: Value, chosen: bool) -> bool:
    """Whether no element is nan or inf but where a condition is as given."""
    if value.data is None or condition.data is None or value.shape != condition.shape:
        return False
    pairs = zip(value.data, condition.data, strict=True)
    return all(taken is chosen for number, taken in pairs if isinstance(number, str))
