"""The tensors table: one row for each tensor that a name of the program holds at the end."""

from gradviz.model.graph import Graph, NodeKind
from gradviz.model.grounds import Grounds, grounds
from gradviz.model.trace import Tensor, Trace
from gradviz.model.values import shape_text, value_text
from gradviz.model.why import why, why_text
from gradviz.picture.picture import Language, TensorRow

MOST = 500  # rows; more names than that are not read one by one


def rows(trace: Trace, graph: Graph | None, language: Language) -> tuple[TensorRow, ...]:
    """Return the rows, in the order in which the names were first bound."""
    held: dict[str, int] = {}
    for step in trace.steps:
        for name, tensor in (step.names or {}).items():
            if tensor is None:
                held.pop(name, None)
            else:
                held[name] = tensor
    names: dict[int, list[str]] = {}
    for name, tensor in held.items():
        names.setdefault(tensor, []).append(name)
    marks: dict[int, str] = {}
    for node in () if graph is None else graph.nodes:
        if node.tensor is not None and node.kind in (NodeKind.TENSOR, NodeKind.GRAD_FN):
            marks[node.tensor.id] = node.id
    known = grounds(trace)
    return tuple(
        _row(known, trace.tensors[tensor], ", ".join(bound), marks.get(tensor), language)
        for tensor, bound in list(names.items())[:MOST]
    )


def _row(known: Grounds, tensor: Tensor, name: str, mark: str | None, language: Language) -> TensorRow:
    grad_fn = "" if tensor.grad_fn is None else known.trace.grad_fns[tensor.grad_fn].name
    if tensor.grad is None:
        grad = f"None — {why_text(why(known, tensor), language)}"
    else:
        grad = value_text(tensor.grad) or shape_text(tensor.grad.shape)
    return TensorRow(
        tensor.id,
        name,
        shape_text(tensor.shape),
        tensor.dtype,
        tensor.requires_grad,
        tensor.is_leaf,
        grad_fn,
        "" if tensor.value is None else value_text(tensor.value) or "",
        grad,
        tensor.line,
        mark,
    )
