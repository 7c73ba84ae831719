"""Modules that a module keeps in a Python list, whose parameters its parameters() leaves out."""

import ast
import re
from collections.abc import Iterator, Mapping

from gradviz.model.moments.moment import History
from gradviz.model.source.edits import torchs_name
from gradviz.model.source.place import Edit, Placed, Text
from gradviz.model.trace import Tensor
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.mistake import Mistake


def listed(history: History, text: Text, updated: Mapping[str, int]) -> Iterator[Mistake]:
    """Yield the lists whose parameters were given gradients again and again and never changed, where others were.

    Args:
        history: the run.
        text: of its program.
        updated: the modules of which parameters were, with the step of the last time.
    """
    classes = {module.path: module.type for module in history.trace.modules}
    asked = [of for of in updated if re.search(rf"\b{re.escape(of)}\.parameters\(\)", text.source)]
    kept = {classes[of]: of for of in asked if of in classes}
    for node in ast.walk(text.tree) if kept else ():
        of = kept.get(node.name) if isinstance(node, ast.ClassDef) else None
        for placed in text.statements if of is not None else ():
            match placed.statement:
                case ast.Assign(
                    targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)],
                    value=ast.List() | ast.ListComp() as value,
                ) if _encloses(node, value) and _is_left_out(history, value, updated[of or ""]):
                    facts: dict[str, str | int] = {"names": f"self.{attribute}", "of": of or ""}
                    yield Mistake("listed", value.lineno, facts, _module_list(text, placed, value, attribute))


def _encloses(node: ast.AST, value: ast.expr) -> bool:
    return isinstance(node, ast.ClassDef) and node.lineno <= value.lineno <= (node.end_lineno or node.lineno)


def _is_left_out(history: History, value: ast.List | ast.ListComp, last: int) -> bool:
    """Whether gradients came more than once to parameters that were made there, the first before the last update."""
    lines = range(value.lineno, (value.end_lineno or value.lineno) + 1)
    made = [one for one in history.trace.tensors if one.is_parameter and one.line in lines]
    ran = [history.flow.runs(history.sinks[one.id]) for one in made if one.id in history.sinks]
    came = [steps for steps in ran if len(steps) > 1 and steps[0].id < last]
    return bool(came) and all(_stays(history, one, came[0][0].id) for one in made)


def _stays(history: History, leaf: Tensor, since: int) -> bool:
    moved = history.versions.steps(leaf.id)
    return not moved or moved[-1] < since


def _module_list(text: Text, placed: Placed, value: ast.List | ast.ListComp, attribute: str) -> Fix | None:
    """Make it a ModuleList, where it holds calls of torch.nn alone."""
    torch, items = torchs_name(text), value.elts if isinstance(value, ast.List) else [value.elt]
    ready = any("__init__(" in text.cut(one) for one in placed.block[: placed.at])
    of_torch = re.compile(rf"(?:{torch}\.)?nn\.[A-Z]\w*\(")
    if torch is None or not ready or not all(of_torch.match(text.cut(one)) for one in items):
        return None
    put = f"{torch}.nn.ModuleList({text.cut(value)})"
    return Fix("name", Edit(text.start(value), text.end(value), put), f"self.{attribute} = {put}", value.lineno)
