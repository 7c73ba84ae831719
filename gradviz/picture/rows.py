"""The tensors table: one row for each tensor that a name of the program holds at the end of a trace.

Of a run as it stood at a step (model/moment.py), that is what the names held then.
"""

from collections.abc import Iterator

from gradviz.model.graph import Graph, NodeKind
from gradviz.model.grounds import Grounds, grounds
from gradviz.model.held import Name, held
from gradviz.model.place import Edit
from gradviz.model.toggles import KEYWORD, LOCKED, Toggles
from gradviz.model.trace import Tensor, Trace
from gradviz.model.values import shape_text, value_text
from gradviz.model.why import why, why_text
from gradviz.picture.picture import Language, TensorRow

MOST = 500  # rows; more names than that are not read one by one
NAMES = 8  # of one tensor that are told


def rows(
    trace: Trace, graph: Graph | None, language: Language, toggles: Toggles | None = None
) -> tuple[TensorRow, ...]:
    """Return the rows, in the order in which the names were first bound.

    Args:
        trace: the run, at its end or at a step.
        graph: as it is drawn.
        language: of the words.
        toggles: of the run at its end, where flags can be switched.
    """
    names: dict[int, list[str]] = {}
    for name, tensor in _told(held(trace)):
        names.setdefault(tensor, []).append(name)
    marks, known = _marks(trace, graph), grounds(trace)
    found = []
    for number, bound in list(names.items())[:MOST]:
        row = _row(known, trace.tensors[number], ", ".join(bound[:NAMES]), marks.get(number), language)
        if toggles is not None:
            change = toggles.edit(number, bound[0], KEYWORD)
            row = (
                row._replace(edit=change) if isinstance(change, Edit) else row._replace(locked=LOCKED[language][change])
            )
        found.append(row)
    return tuple(found)


def _marks(trace: Trace, graph: Graph | None) -> dict[int, str]:
    """The node that stands for each tensor: its own, or that of the grad_fn it has."""
    found: dict[int, str] = {}
    grad_fns: dict[int, str] = {}
    for node in () if graph is None else graph.nodes:
        if node.tensor is not None and node.kind in (NodeKind.TENSOR, NodeKind.GRAD_FN):
            found[node.tensor.id] = node.id
        if node.kind is NodeKind.GRAD_FN and node.grad_fn is not None:
            grad_fns[node.grad_fn.id] = node.id
    made = {t.id: grad_fns[t.grad_fn] for t in trace.tensors if t.grad_fn is not None and t.grad_fn in grad_fns}
    return made | found


def _told(bound: dict[Name, int]) -> Iterator[tuple[str, int]]:
    """Each name as it is told: that of a local with its function where another tensor goes by the same."""
    holders: dict[str, set[int]] = {}
    for name, tensor in bound.items():
        holders.setdefault(name.text, set()).add(tensor)
    told: dict[tuple[str, int], None] = {}
    for name, tensor in bound.items():
        whole = name.text if name.function is None or len(holders[name.text]) == 1 else f"{name.function}.{name.text}"
        told[whole, tensor] = None
    return iter(told)


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
