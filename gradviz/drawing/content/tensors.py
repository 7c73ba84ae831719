"""What the box of a tensor says: its value, its .grad or why it has none; and the AccumulateGrad that adds to it."""

from gradviz.drawing.content.content import Content, Line, Shape
from gradviz.drawing.content.hooks import hook_lines
from gradviz.drawing.content.telling import Telling, line_text, tensor_name
from gradviz.drawing.content.titles import call_strips
from gradviz.drawing.content.valuewords import long_text
from gradviz.drawing.shapes import Role, TextRole
from gradviz.model.graph.graph import Node
from gradviz.model.quantities import byte_text
from gradviz.model.trace import Tensor, Value
from gradviz.model.values import adds_up, shape_text
from gradviz.model.why.why import why

_WIDEST_SUM = 36  # characters; a longer sum is left to the description


def tensor_content(node: Node, tensor: Tensor, telling: Telling) -> Content:
    """Return what the box of a tensor says, in texts of the program as they are."""
    words = telling.words
    role, shape = tensor_look(node, tensor, telling)
    name = tensor_name(tensor)
    value = telling.value(tensor.value) if tensor.value is not None else None
    title = name or value or "tensor"
    facts = [value] if name and value else []
    lines = [
        Line(title, TextRole.TITLE),
        Line(" · ".join([*facts, tensor.dtype, shape_text(tensor.shape)]), TextRole.BODY),
    ]
    short, full = ("", "") if telling.view == "forward" else grad_texts(tensor, node.sums, telling)
    if short:
        lines.append(Line(short, TextRole.GRAD))
        lines += hook_lines(telling.moment.history.hooks.on_tensor(tensor.id, telling.moment.begun), telling)
    return Content(
        role,
        shape,
        tuple(lines),
        _tensor_details(tensor, role, full, telling) if telling.details else (),
        call_strips(node.roots, words),
        accumulates=node.accumulates and telling.view != "forward",
        in_error=node.in_error,
        badge="".join(tensor.names[:1]),
    )


def tensor_look(node: Node, tensor: Tensor, telling: Telling) -> tuple[Role, Shape]:
    """Return the role and the outline of a tensor."""
    if node.in_error:
        return Role.ERROR, Shape.ROUNDED
    if telling.view == "forward":
        return (Role.RESULT, Shape.ROUNDED) if node.id in telling.made else (Role.INPUT, Shape.SQUARE)
    if node.roots:
        return Role.ROOT, Shape.DOUBLE
    if tensor.is_inference:
        return Role.INFERENCE, Shape.CUT
    if tensor.requires_grad:
        return (Role.LEAF if tensor.is_leaf else Role.INTERMEDIATE), Shape.ROUNDED
    never = why(telling.grounds, tensor).reason in ("flag off", "untracked")
    return (Role.CONSTANT if never else Role.DETACHED), Shape.SQUARE


def result_line(tensor: Tensor, telling: Telling) -> Line:
    """Return what is said of a tensor in the box of what made it, in one line."""
    return Line(_facts(tensor, tensor_name(tensor), telling), TextRole.BODY)


def _facts(tensor: Tensor, name: str, telling: Telling) -> str:
    value = telling.value(tensor.value) if tensor.value is not None else None
    return " · ".join(filter(None, (name, value, tensor.dtype, shape_text(tensor.shape))))


def grad_texts(tensor: Tensor, sums: tuple[Value | None, ...], telling: Telling) -> tuple[str, str]:
    """What is said of a .grad, or why there is none: as it fits a box, and in full."""
    if tensor.grad is None:
        return telling.grad_none(tensor)
    return _short(tensor.grad, sums, tensor.dtype, telling), _full(tensor.grad, sums, tensor.dtype, telling)


def _short(grad: Value, sums: tuple[Value | None, ...], dtype: str, telling: Telling) -> str:
    words = telling.words
    total = telling.value(grad) or shape_text(grad.shape)
    parts = [telling.value(part) if part is not None else None for part in sums]
    told = " + ".join(part for part in parts if part is not None)
    if len(parts) > 1 and len(told) <= _WIDEST_SUM and adds_up(grad, sums, dtype):
        return words.summed.format(total, told)
    return words.grad.format(total)


def _full(grad: Value, sums: tuple[Value | None, ...], dtype: str, telling: Telling) -> str:
    words = telling.words
    if not telling.values or not telling.details:
        return words.grad.format(shape_text(grad.shape))
    total = long_text(grad, words)
    if len(sums) > 1 and adds_up(grad, sums, dtype):
        return words.summed.format(total, " + ".join(long_text(part, words) for part in sums))
    return words.grad.format(total)


def _tensor_details(tensor: Tensor, role: Role, grad: str, telling: Telling) -> tuple[str, ...]:
    words = telling.words
    details = [
        words.kinds[role],
        words.tensor.format(shape_text(tensor.shape), tensor.dtype, tensor.device, byte_text(tensor.nbytes)),
    ]
    if telling.values:
        details.append(words.value.format(long_text(tensor.value, words)))
    if grad:
        details.append(grad)
    if tensor.base is not None and telling.name(tensor.base):
        details.append(words.view_of.format(telling.name(tensor.base)))
    if tensor.version:
        details.append(words.version.format(tensor.version))
    details.extend(line_text(tensor.line, words))
    return tuple(details)


def accumulate_content(node: Node, variable: int, telling: Telling) -> Content:
    """Return what the box of an AccumulateGrad says; `variable`: the id of its leaf."""
    words = telling.words
    name = telling.name(variable)
    kind = node.grad_fn.name if node.grad_fn is not None else ""
    lines = [Line(name or kind, TextRole.TITLE), *([Line(kind, TextRole.GRAD_FN)] if name else [])]
    tensor = node.tensor or telling.moment.trace.tensors[variable]
    if not telling.moment.trace.seen:  # no op that took it tells what it is
        lines.append(Line(_facts(tensor, "", telling), TextRole.BODY))
    lines.append(Line(grad_texts(tensor, node.sums, telling)[0], TextRole.GRAD))
    lines += hook_lines(telling.moment.history.hooks.on_tensor(variable, telling.moment.begun), telling)
    return Content(
        Role.ERROR if node.in_error else Role.ACCUMULATE,
        Shape.HEXAGON,
        tuple(lines),
        (words.kinds[Role.ACCUMULATE], *(line.text for line in lines[1:]), *line_text(node.line, words)),
        call_strips(node.roots, words),
        in_error=node.in_error,
        badge=name.partition(", ")[0],
    )
