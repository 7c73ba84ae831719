"""The tensors table: one row for each tensor that a name of the program holds at a moment of its run."""

from collections.abc import Iterator

from gradviz.drawing.content.valuewords import short_text
from gradviz.model.graph.graph import Graph, NodeKind
from gradviz.model.moments.held import Name
from gradviz.model.trace import Tensor, Value
from gradviz.model.values import shape_text
from gradviz.model.why.grounds import Grounds
from gradviz.model.why.why import why, why_text
from gradviz.picture.picture import Language, TensorRow
from gradviz.picture.record.switches import Switched, Switches
from gradviz.picture.words import WORDS

MOST = 500  # rows; more names than that are not read one by one
NAMES = 8  # of one tensor that are told


def rows(
    known: Grounds, names: dict[Name, int], graph: Graph | None, language: Language, switches: Switches | None = None
) -> tuple[TensorRow, ...]:
    """Return the rows, in the order in which the names were first bound.

    Args:
        known: the moment of the run.
        names: the tensors that names held then.
        graph: as it is drawn.
        language: of the words.
        switches: of the flags in the source, where they can be switched.
    """
    bound: dict[int, list[str]] = {}
    for name, number in _told(names):
        bound.setdefault(number, []).append(name)
    held = [tensor for number in bound if (tensor := known.moment.tensor(number)) is not None][:MOST]
    marks, found = _marks(graph), []
    for tensor in held:
        own = bound[tensor.id]
        mark = marks.get(("tensor", tensor.id)) or marks.get(("grad_fn", tensor.grad_fn))
        switched = Switched() if switches is None else switches.of(tensor, own[0], language)
        found.append(_row(known, tensor, ", ".join(own[:NAMES]), mark, language, switched))
    return tuple(found)


def _marks(graph: Graph | None) -> dict[tuple[str, int | None], str]:
    """The node that stands for each tensor and each grad_fn; what is not there yet only where nothing else does."""
    found: dict[tuple[str, int | None], str] = {}
    nodes = () if graph is None else graph.nodes
    for node in (*(node for node in nodes if node.ghost), *(node for node in nodes if not node.ghost)):
        if node.tensor is not None and node.kind in (NodeKind.TENSOR, NodeKind.GRAD_FN):
            found["tensor", node.tensor.id] = node.id
        for tensor in () if node.fold is None else node.fold.tensors:
            found["tensor", tensor.id] = node.id
        if node.kind is NodeKind.GRAD_FN and node.grad_fn is not None:
            found["grad_fn", node.grad_fn.id] = node.id
    return found


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


def _row(
    known: Grounds, tensor: Tensor, name: str, mark: str | None, language: Language, switched: Switched
) -> TensorRow:
    words = WORDS[language]
    grad_fn = "" if tensor.grad_fn is None else known.trace.grad_fns[tensor.grad_fn].name
    if tensor.grad is None:
        grad = f"None — {why_text(why(known, tensor), language)}"
    else:
        grad = short_text(tensor.grad, words) or shape_text(tensor.grad.shape)
    return TensorRow(
        tensor.id,
        name,
        shape_text(tensor.shape),
        tensor.dtype,
        tensor.requires_grad,
        tensor.is_leaf,
        grad_fn,
        "" if tensor.value is None else short_text(tensor.value, words) or "",
        grad,
        tensor.line,
        mark,
        *switched,
        number=_one(tensor.value),
        slope=_one(tensor.grad),
    )


def _one(value: Value | None) -> float | None:
    """What a value is, where that is one finite real number."""
    if value is None or value.data is None or len(value.data) != 1:
        return None
    number = value.data[0]
    return float(number) if type(number) in (int, float) else None
