"""An update of a leaf that nothing records, and that leaves a new tensor with its name: w = w - rate * w.grad."""

import ast

from gradviz.model.source.place import Edit, Text
from gradviz.model.trace import Op, Trace

_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def in_place(trace: Trace, text: Text, maker: Op) -> tuple[Edit, str, int] | None:
    """Return the change that has an op update the leaf itself, what is written then, and the line.

    Args:
        trace: the run.
        text: of its program.
        maker: the op that made the tensor which now has the name of the leaf.
    """
    if maker.line is None or maker.why_unrecorded != "no_grad" or not maker.inputs:
        return None
    leaf, placed = trace.tensors[maker.inputs[0]], text.statement(maker.line, maker.call or "")
    made = [trace.tensors[number] for number in maker.outputs]
    if [(one.shape, one.dtype) for one in made] != [(leaf.shape, leaf.dtype)]:
        return None  # it cannot hold what is made of it
    match None if placed is None else placed.statement:
        case (
            ast.Assign(
                targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=changed), op=operator, right=by)
            ) as statement
        ) if name == changed and leaf.is_leaf and leaf.requires_grad and type(operator) in _SIGNS:
            change = text.cut(by)
            if "\n" in change or isinstance(by, ast.NamedExpr):
                change = f"({change})"  # the brackets around it are not in its text
            line = f"{name} {_SIGNS[type(operator)]}= {change}"
            told = " ".join(line.split())
            return Edit(text.start(statement), text.end(statement), line), told, statement.lineno
        case _:
            return None
