"""What takes away the part of a statement that cuts its result off from the graph, if it is certain which that is."""

import ast
from collections.abc import Iterator

from gradviz.model.source.edits import calls_in, method_on, method_removed, named
from gradviz.model.source.place import Edit, Placed, Text
from gradviz.model.why.copies import FACTORIES
from gradviz.model.why.fixes.fix import Does, Fix


def without(text: Text, placed: Placed, does: Does) -> Fix | None:
    """Return what takes the part of a statement away that cuts its result off: .detach(), .data, .item(), float()."""
    for node in _parts(placed.statement):
        part = text.cut(node)
        if isinstance(node, ast.Attribute) or (isinstance(node.func, ast.Attribute) and not node.args):
            edit = method_removed(text, node)
        elif named(node) == "float":
            edit = Edit(text.start(node), text.end(node), text.cut(node.args[0]))
        else:
            edit = method_on(text, node.args[0], "clone")._replace(start=text.start(node), end=text.end(node))
        return Fix(does, edit, part, node.lineno)
    return None


def _parts(statement: ast.stmt) -> Iterator[ast.Call | ast.Attribute]:
    """The parts of a statement that an op came from, if that is certain."""
    found = [node for node in ast.walk(statement) if isinstance(node, ast.Call | ast.Attribute) and _cuts(node)]
    copied = [one for call in calls_in(statement) if _copies(call) for one in ast.walk(call)]  # tensors too
    return iter(found if len(found) == 1 and found[0] not in copied else ())


def _copies(call: ast.Call) -> bool:
    """Whether a call copies the numbers of what is in a list, or gives them to numpy, which takes no such tensor."""
    listed = any(isinstance(one, ast.List | ast.Tuple | ast.ListComp) for one in call.args)
    return named(call) == "array" or (named(call) in FACTORIES and listed)


def _cuts(node: ast.Call | ast.Attribute) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "data" and isinstance(node.ctx, ast.Load)
    if named(node) in ("float", "tensor"):
        return len(node.args) == 1 and not isinstance(node.args[0], ast.Constant | ast.List | ast.Tuple)
    return isinstance(node.func, ast.Attribute) and node.func.attr in ("detach", "detach_", "item") and not node.args
