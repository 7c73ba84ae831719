"""What keeps backward from needing a tensor that was changed in place since it was saved.

The op that changed it changes a copy, or is written in the form that makes a new tensor; what was read before the
change, and is saved, is a copy; or backward comes before the change of a leaf, where that reads no gradient.
"""

import ast
import re
from collections.abc import Sequence

from gradviz.model.moments.foretold import Foretold, foretold
from gradviz.model.moments.held import Name
from gradviz.model.moments.reach import runs
from gradviz.model.source.edits import calls_in, joined, keyword_set, line_before, line_removed, named
from gradviz.model.source.place import Edit, Placed, Text, lines_of
from gradviz.model.trace import GradFn, Op, ProgramError, Step
from gradviz.model.why.clearings import clears
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.fixes import Fixes

_IN_PLACE = re.compile(r"(?P<name>[A-Za-z_]\w*)[^=\n]*?(?:\.\w+_\(|\[.*\]\s*[-+*/@]?=|\s*[-+*/@]{1,2}=)")


def left_alone(fixes: Fixes, text: Text, placed: Placed, error: ProgramError) -> Fix | None:
    """Return what mends the backward that ended a run because what it needs had been changed."""
    trace = fixes.known.trace
    if not trace.backwards:
        return None
    call = trace.backwards[-1]
    moment = fixes.known.moment.history.at(call.step - 1)  # what only a local led to is freed by the end of the run
    refused = [one for one in foretold(moment, runs(trace, call)) if one.why == "version"]
    first = next((one for one in refused if one.grad_fn in error.grad_fns and one.changed_by is not None), None)
    op = None if first is None or first.changed_by is None else trace.ops[first.changed_by]
    change = None if op is None or op.line is None else text.statement(op.line, (op.call or "").strip())
    if first is None or op is None or change is None:
        return None
    ops = [None if one.changed_by is None else trace.ops[one.changed_by] for one in refused]
    alone = {(None, None) if one is None else (one.line, one.call) for one in ops} == {(op.line, op.call)}
    kinds = {None if one is None or one.module is None else one.name for one in ops}
    return (
        (clone_before(fixes, op, trace.grad_fns[first.grad_fn]) if alone else None)
        or (_out_of_place(text, change.statement, op) if alone or kinds == {op.name} else None)
        or _read_as_copy(fixes, text, refused)
        or _before_the_change(fixes, text, placed, refused)
    )


def clone_before(fixes: Fixes, op: Op, saver: GradFn) -> Fix | None:
    """Return what has an in-place op change a copy, where it was written on a name that is no leaf's.

    Args:
        fixes: of the run.
        op: that changed a tensor in place.
        saver: had saved it. What the statement of the op itself read and saved would be the copy that is changed.
    """
    text = fixes.text
    placed = None if text is None or op.line is None else text.statement(op.line, (op.call or "").strip())
    if text is None or placed is None or saver.line in lines_of(placed.statement):
        return None
    changed = fixes.known.trace.tensors[op.outputs[0]] if op.outputs else None
    return None if changed is None or changed.is_leaf else cloned(fixes, text, placed)


def cloned(fixes: Fixes, text: Text, placed: Placed) -> Fix | None:
    """Return what makes a copy of the tensor that a statement changes, before it."""
    found = _IN_PLACE.match(text.cut(placed.statement))
    if found is None or fixes.bound(found["name"]) is None:
        return None
    line = f"{found['name']} = {found['name']}.clone()"
    return Fix("clone", line_before(text, placed.statement, line), line, placed.statement.lineno)


def _out_of_place(text: Text, statement: ast.stmt, op: Op) -> Fix | None:
    """Write torch.relu for torch.relu_, and inplace=False: what is bound to the result is another tensor then."""
    within, kind = statement if op.module is None else text.tree, op.name.partition(".")[0].partition("::")[2]
    told = [
        (call, one.value)
        for call in calls_in(within)
        if named(call).lower().replace("_", "") == kind.replace("_", "")
        for one in call.keywords
        if one.arg == "inplace" and isinstance(one.value, ast.Constant) and one.value.value is True
    ]
    if told and (len(told) == 1 or op.module is not None):
        edit = joined(text.source, [keyword_set(text, call, "inplace", "False") for call, _ in told])
        return Fix("name", edit, "inplace=False", told[0][0].lineno)
    match statement:
        case ast.Assign(value=ast.Call(func=ast.Attribute() as function)) if function.attr == kind:
            end = text.end(function)
            return Fix("name", Edit(end - 1, end, ""), text.cut(function)[:-1], statement.lineno)
        case _:
            return None


def _read_as_copy(fixes: Fixes, text: Text, refused: Sequence[Foretold]) -> Fix | None:
    """Copy the part of a tensor that one expression reads: of out[i] = out[i - 1] * w, out[i - 1]."""
    trace = fixes.known.trace
    views = {None if one.saved.tensor is None else trace.tensors[one.saved.tensor].made_by for one in refused}
    read = {None if one is None else (trace.ops[one].line, trace.ops[one].call) for one in views}
    line, call = next(iter(read)) or (None, None)
    placed = None if len(read) > 1 or line is None or not call else text.statement(line, call)
    found = [
        node
        for node in (() if placed is None else ast.walk(placed.statement))
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and text.cut(node) == call
    ]
    if len(found) != 1:
        return None
    end = text.end(found[0])
    return Fix("name", Edit(end, end, ".clone()"), f"{call}.clone()", found[0].lineno)


def _before_the_change(fixes: Fixes, text: Text, placed: Placed, refused: Sequence[Foretold]) -> Fix | None:
    """Move backward up, before the statement that changed a leaf; nothing in between reads or clears a .grad."""
    trace, call = fixes.known.trace, fixes.known.trace.backwards[-1]
    changes = [one.changed_by for one in refused if one.changed_by is not None]
    changed = {tensor for number in changes for tensor in trace.ops[number].outputs}
    if len(changes) < len(refused) or not all(trace.tensors[tensor].is_leaf for tensor in changed):
        return None
    begun = _begun(fixes, placed, trace.ops[min(changes)])
    place = next((at for at, one in enumerate(placed.block) if begun and begun.line in lines_of(one)), placed.at)
    between = placed.block[place : placed.at]
    if begun is None or not between or not _is_backward(placed.statement) or placed.previous is None:
        return None
    grads = {tensor.grad_tensor for tensor in trace.tensors if tensor.grad_tensor is not None}
    since = (op for op in trace.ops if begun.id < op.step < call.step)
    if any(not grads.isdisjoint(op.inputs) for op in since) or any(clears(text.cut(one)) for one in between):
        return None
    held = fixes.known.moment.history.bindings.held
    then, now = held(begun.id), held(call.step)
    for node in ast.walk(placed.statement):
        if isinstance(node, ast.Name):
            name = Name(begun.function, node.id)
            if name not in now or then.get(name) != now[name] or now[name] in changed:
                return None
    removed = line_removed(text, placed.previous, placed.statement)
    if removed is None:
        return None
    line = text.cut(placed.statement)
    return Fix("earlier", joined(text.source, [line_before(text, between[0], line), removed]), line, between[0].lineno)


def _begun(fixes: Fixes, placed: Placed, op: Op) -> Step | None:
    """The step at which the statement began, of those before another in its block, in which an op ran."""
    before = (one for one in placed.block[: placed.at] if not isinstance(one, ast.FunctionDef | ast.ClassDef))
    first = {line: one.lineno for one in before for line in lines_of(one)}
    ran = [step for step in fixes.known.trace.steps[: op.step + 1] if step.kind == "line" and step.line in first]
    line = first.get(ran[-1].line or 0) if ran else None
    return next((step for step in reversed(ran) if step.line == line), None)


def _is_backward(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and any(named(call) == "backward" for call in calls_in(statement))
