"""A model that each round of a loop makes anew, so that nothing takes what an update has made of its parameters."""

import ast
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter

from gradviz.model.moments.moment import History
from gradviz.model.source.edits import joined, line_before
from gradviz.model.source.place import Edit, Placed, Text
from gradviz.model.trace import Op, Step, Tensor
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.mistake import Mistake, tensor_names
from gradviz.model.why.updates import Updates

_NUMBER = attrgetter("id")


def made_anew(history: History, text: Text, updates: Updates) -> Iterator[Mistake]:
    """Yield the line that makes the one model of a run in every round, where no round takes what another learned."""
    by_name: dict[str, list[Tensor]] = {}
    for leaf in sorted(updates):
        tensor = history.trace.tensors[leaf]
        by_name.setdefault(tensor.names[0] if tensor.is_parameter and tensor.names else "", []).append(tensor)
    models = {name.partition(".")[0] if "." in name else "" for name in by_name}
    model = models.pop() if len(models) == 1 else ""
    if not model or any(len(leaves) < 2 for leaves in by_name.values()):
        return
    earlier = {leaf.id: updates[leaf.id][0] for leaves in by_name.values() for leaf in leaves[:-1]}
    used = next(iter(earlier.values())).line or 0
    for placed, loop in _makers(text, model) if _are_left(history, earlier) else ():
        if any(isinstance(node, ast.Name) and node.id == model and node.lineno > used for node in ast.walk(loop)):
            continue  # what print() takes of it is no op
        names = tensor_names([leaves[0] for leaves in by_name.values()])
        facts: dict[str, str | int] = {"name": model, "names": names, "used": used}
        yield Mistake("anew", placed.statement.lineno, facts, _before_loop(text, placed, loop))


def _are_left(history: History, updates: dict[int, Op]) -> bool:
    """Whether no op takes a leaf once the line of its first update is over."""
    lines: Sequence[Step] = [step for step in history.trace.steps if step.kind == "line"]
    ends = {}
    for leaf, op in updates.items():
        place = bisect_right(lines, op.step, key=_NUMBER)
        ends[leaf] = lines[place].id if place < len(lines) else op.step
    return not any(op.step > ends[leaf] for op in history.trace.ops for leaf in op.inputs if leaf in ends)


def _makers(text: Text, model: str) -> list[tuple[Placed, ast.For | ast.While]]:
    """The only statement that binds the name of a model, and the loop that it stands in."""
    loops = [node for node in ast.walk(text.tree) if isinstance(node, ast.For | ast.While)]
    stores = [
        node
        for node in ast.walk(text.tree)
        if isinstance(node, ast.Name) and node.id == model and isinstance(node.ctx, ast.Store)
    ]
    return [
        (placed, loop)
        for loop in loops
        for placed in text.statements
        if placed.block is loop.body and isinstance(placed.statement, ast.Assign)
        if len(stores) == 1 and stores[0] in placed.statement.targets
    ]


def _before_loop(text: Text, placed: Placed, loop: ast.For | ast.While) -> Fix | None:
    """Make it once, where it takes nothing of the loop and has its line for itself."""
    statement, line = placed.statement, text.cut(placed.statement)
    own = {node for node in ast.walk(statement) if isinstance(node, ast.Name)}
    names = (node for node in ast.walk(loop) if isinstance(node, ast.Name) and node not in own)
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    taken = {node.id for node in own if isinstance(node.ctx, ast.Load)}
    alone = not (text.before(statement) + text.after(statement) + text.before(loop)).strip() and "\n" not in line
    if not alone or len(placed.block) == 1 or not bound.isdisjoint(taken):
        return None
    start, end = text.line_span(statement.lineno)
    edits = [line_before(text, loop, line), Edit(start, end, "")]
    return Fix("earlier", joined(text.source, edits), line, loop.lineno)
