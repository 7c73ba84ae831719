"""What goes wrong without an error: told where the record proves that it happened, and never guessed from the text."""

import ast
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter

from gradviz.model.moments.foretold import foretold
from gradviz.model.moments.moment import History
from gradviz.model.moments.reach import reachable
from gradviz.model.source.edits import line_before, method_on
from gradviz.model.source.place import Edit, Text
from gradviz.model.trace import Op, Step, Tensor
from gradviz.model.why.alike import alike
from gradviz.model.why.anew import made_anew
from gradviz.model.why.broadcast import all_pairs
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.renamed import in_place
from gradviz.model.why.listed import listed
from gradviz.model.why.losses import begun_at_leaf, wrong_losses
from gradviz.model.why.mistake import Mistake, tensor_names
from gradviz.model.why.reborn import reborn
from gradviz.model.why.unused import unused
from gradviz.model.why.updates import Updates, arrivals, updates_of, with_grad
from gradviz.model.why.zeroed import mistaken

_STEP = re.compile(r"(?P<name>[^\W\d]\w*)\.step\(")
_NUMBER = attrgetter("id")
_ADDS = ("aten::add.", "aten::add_.")


def mistakes(history: History, text: Text) -> Iterator[Mistake]:
    """Yield those of a run, in time linear in its record."""
    if history.trace.backwards:
        updates = updates_of(history)
        yield from _stale(history, text, updates)
        yield from unused(history, text, updates)
        yield from made_anew(history, text, updates)
        yield from _left_out(history, text, updates)
        yield from _flat(history)
        yield from _growing(history, text)
        yield from _renamed(history, text)
        yield from begun_at_leaf(history)
        yield from all_pairs(history, text)
        yield from alike(history, text, updates)
        yield from reborn(history, text, updates)
    yield from wrong_losses(history, text)
    yield from _uncalled(history, text)
    yield from _idle(history, text)


def _stale(history: History, text: Text, updates: Updates) -> Iterator[Mistake]:
    """Gradients that were added to what an update had already used, and used again: nothing cleared them in between."""
    found: dict[tuple[int | None, int | None], tuple[Op, list[Tensor], bool]] = {}
    for leaf, ops in updates.items():
        ran = arrivals(history, leaf)
        for first, second in pairwise(ops):
            runs = ran[bisect_right(ran, first.step, key=_NUMBER) : bisect_left(ran, second.step, key=_NUMBER)]
            had = [with_grad(history, leaf, step.id) for step in runs]
            if had and all(had) and not _is_changed(history, had[0], first, runs[0]):
                told = found.setdefault((runs[0].line, first.line), (first, [], len(runs) == 1))
                told[1].append(history.trace.tensors[leaf])
                break
    for (line, used), (op, leaves, alone) in found.items():
        facts: dict[str, str | int] = {"names": tensor_names(leaves), "used": used or 0}
        yield Mistake("stale", line, facts, _cleared(text, line, op) if alone else None)


def _is_changed(history: History, had: Tensor | None, update: Op, step: Step) -> bool:
    """Whether the program itself changed a .grad between an update and a backward: it means to use it again."""
    grad = None if had is None else had.grad_tensor
    moves = None if grad is None else history.versions.moves.get(history.versions.counters[grad])
    changes = (history.trace.ops[by] for by in (() if moves is None else moves.made_by) if by is not None)
    return any(op.phase == "forward" and update.step < op.step < step.id for op in changes)


def _cleared(text: Text, line: int | None, op: Op) -> Fix | None:
    """Have the optimizer that made the change clear the gradients before the backward."""
    name, placed = _STEP.search(op.call or ""), None if line is None else text.statement(line)
    if name is None or placed is None or text.function(line) is not text.function(op.line):
        return None
    put = f"{name['name']}.zero_grad()"
    return Fix("clear", line_before(text, placed.statement, put), put, placed.statement.lineno)


def _left_out(history: History, text: Text, updates: Updates) -> Iterator[Mistake]:
    """Plain attributes of a module that are given gradients and never change, while its parameters are updated."""
    updated = {
        name.partition(".")[0]: ops[-1].step
        for leaf, ops in updates.items()
        for name in history.trace.tensors[leaf].names
        if history.trace.tensors[leaf].is_parameter
    }
    for tensor in history.trace.tensors if updated else ():
        ran = arrivals(history, tensor.id) if tensor.requires_grad and not tensor.is_parameter else ()
        of = _module(text.source, tensor) if len(ran) > 1 else ""
        if of in updated and ran[0].id < updated[of]:
            moved = history.versions.steps(tensor.id)
            if not moved or moved[-1] < ran[0].id:
                yield Mistake("left out", tensor.line, {"names": tensor.names[0], "of": of}, _parameter(text, tensor))
    yield from listed(history, text, updated)


def _module(source: str, tensor: Tensor) -> str:
    """The module of which a tensor is an attribute, where its parameters() are asked for; "" where its .grad is too."""
    ends = "|".join(re.escape(name.rpartition(".")[2]) for name in tensor.names)
    if re.search(rf"\b(?:{ends})\.grad\b", source):
        return ""
    dotted = (name.partition(".")[0] for name in tensor.names if "." in name)
    return next((of for of in dotted if re.search(rf"\b{re.escape(of)}\.parameters\(\)", source)), "")


def _parameter(text: Text, tensor: Tensor) -> Fix | None:
    """Make an nn.Parameter of what a module is given when it is made."""
    placed = None if tensor.line is None else text.statement(tensor.line)
    maker = text.function(tensor.line)
    imports = {
        name.name for one in text.tree.body if isinstance(one, ast.Import) for name in one.names if not name.asname
    }
    match None if placed is None or "torch" not in imports else placed.statement:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)], value=ast.Call() as value):
            stores = [one for one in ast.walk(text.tree) if isinstance(one, ast.Attribute) and one.attr == attribute]
            ready = placed is not None and any("__init__(" in text.cut(one) for one in placed.block[: placed.at])
            is_once = sum(isinstance(one.ctx, ast.Store) for one in stores) == 1
            if not (ready and is_once and isinstance(maker, ast.FunctionDef) and maker.name == "__init__"):
                return None
            put = f"torch.nn.Parameter({text.cut(value)})"
            edit = Edit(text.start(value), text.end(value), put)
            return Fix("name", edit, f"self.{attribute} = {put}", value.lineno)
        case _:
            return None


def _renamed(history: History, text: Text) -> Iterator[Mistake]:
    """Updates of parameters that leave each as it was: the new value has a name of its own, and nothing takes it."""
    trace = history.trace
    lines = {
        one.statement.lineno: one.statement.targets[0].id
        for one in text.statements
        if isinstance(one.statement, ast.Assign) and isinstance(one.statement.targets[0], ast.Name)
        if not _is_read(one.block[one.at + 1 :], one.statement.targets[0].id)
    }
    taken = {tensor for op in trace.ops for tensor in op.inputs} if lines else set[int]()
    begun = trace.backwards[0].step  # what changed before made them
    found: dict[int, list[tuple[Op, Tensor]]] = defaultdict(list)
    for op in trace.ops:
        leaf = trace.tensors[op.inputs[0]] if op.line in lines and op.inputs and op.outputs else None
        if leaf is not None and leaf.is_parameter and taken.isdisjoint(op.outputs) and in_place(trace, text, op):
            named = {name for tensor in op.outputs for name in trace.tensors[tensor].names}
            moved = history.versions.steps(leaf.id)[-1:]
            if op.line is not None and named <= {lines[op.line]} and all(step < begun for step in moved):
                found[op.line].append((op, leaf))
    for line, updates in found.items():
        update, leaves = in_place(trace, text, updates[0][0]), {leaf.id: leaf for _, leaf in updates}
        facts: dict[str, str | int] = {"name": lines[line], "names": tensor_names([*leaves.values()])}
        yield Mistake("renamed", line, facts, update)


def _is_read(block: Sequence[ast.stmt], name: str) -> bool:
    """Whether statements read a name: what nn.Parameter(), print() and .data take of a tensor is no op."""
    nodes = (node for one in block for node in ast.walk(one) if isinstance(node, ast.Name))
    return any(node.id == name and isinstance(node.ctx, ast.Load) for node in nodes)


def _idle(history: History, text: Text) -> Iterator[Mistake]:
    """Calls of step() of optimizers none of which ever did anything: none of their tensors had a .grad then.

    Where one does, another may well be of a part that is frozen, or not used yet.
    """
    known = {module.path for module in history.trace.modules}
    calls = {}
    for placed in text.statements:
        match placed.statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="step"), args=[])) if (
                name in known and not text.before(placed.statement).strip()
            ):
                calls[placed.statement.lineno] = name
    ran = set[int]()
    for step, after in pairwise(history.trace.steps) if calls else ():
        if step.kind == "line" and step.line in calls:
            if after.kind != "line" or after.depth > step.depth:
                return
            ran.add(step.line)
    for line in sorted(ran):
        yield Mistake("idle", line, {"name": calls[line]})


def _uncalled(history: History, text: Text) -> Iterator[Mistake]:
    """Methods that are named on a line of their own, and not called."""
    known = {module.path for module in history.trace.modules}
    tensors = {name for tensor in history.trace.tensors for name in tensor.names}
    ran = {step.line for step in history.trace.steps if step.kind == "line"}
    for placed in text.statements:
        match placed.statement:
            case ast.Expr(value=ast.Attribute(value=ast.Name(id=name), attr=attribute)) if (
                attribute in ("step", "zero_grad") and name in known
            ) or (attribute == "backward" and name in tensors):
                statement, call = placed.statement, f"{name}.{attribute}()"
                if statement.lineno in ran:
                    end = text.end(statement)
                    fix = Fix("name", Edit(end, end, "()"), call, statement.lineno)
                    yield Mistake("uncalled", statement.lineno, {"call": call}, fix)


def _flat(history: History) -> Iterator[Mistake]:
    """Leaves at which only noughts arrive, from an op whose derivative is nought at all that it was given."""
    for why, leaves in mistaken(history):
        yield Mistake("flat", why.line, {**why.facts, "names": tensor_names(leaves), "why": why.said})


def _growing(history: History, text: Text) -> Iterator[Mistake]:
    """A sum over the rounds of a loop that holds the graphs of all, through which backward cannot go any more."""
    trace = history.trace
    roots = {root for call in trace.backwards for root in call.roots}
    adds: dict[int | None, list[Op]] = defaultdict(list)
    for op in trace.ops:
        if op.grad_fn is not None and op.name.startswith(_ADDS) and not roots.isdisjoint(op.inputs):
            adds[op.line].append(op)
    refused = {one.grad_fn for one in foretold(history.end) if one.why == "freed"} if adds else set[int]()
    for line, ops in adds.items():
        last = ops[-1]
        reach = reachable(trace.grad_fns, (last.grad_fn,))
        held = [op for op in ops if op.grad_fn in reach]
        if len(held) > 1 and not refused.isdisjoint(reach) and roots.isdisjoint(last.outputs):
            fix = _detached(text, line, last)
            yield Mistake("growing", line, {"call": last.call or last.name, "times": len(held)}, fix)


def _detached(text: Text, line: int | None, op: Op) -> Fix | None:
    placed = None if line is None else text.statement(line, op.call or "")
    match None if placed is None else placed.statement:
        case ast.AugAssign(op=ast.Add(), value=ast.Name() as added):
            edit = method_on(text, added, "detach")
            return Fix("name", edit, edit.text, line)
        case _:
            return None
