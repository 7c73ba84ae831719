"""What the box of an op or of a grad_fn says: what was called, what autograd made of it, and what it keeps."""

from collections.abc import Iterator

from gradviz.drawing.content.content import Content, Line, Shape
from gradviz.drawing.content.hooks import hook_lines
from gradviz.drawing.content.saved import is_freed, saved_notes
from gradviz.drawing.content.telling import Telling, line_text, tensor_name
from gradviz.drawing.content.tensors import grad_texts, result_line
from gradviz.drawing.content.titles import box_title, call_strips, op_title
from gradviz.drawing.content.troubled import trouble_of
from gradviz.drawing.settings import settings_text
from gradviz.drawing.shapes import Role, TextRole
from gradviz.model.graph.graph import Node, NodeKind
from gradviz.model.moments.hooked import Hooked
from gradviz.model.trace import GradFn
from gradviz.model.values import shape_text

_SHAPES = 3  # of a grad_fn with several results, that are told
_RESULTS = 8  # likewise, of those that have a name


def op_content(node: Node, telling: Telling) -> Content:
    """Return what the box of an op or a grad_fn says, in texts of the program as they are."""
    words = telling.words
    recorded = node.grad_fn is not None or telling.view == "forward"
    role = Role.ERROR if node.in_error else Role.OP if recorded else Role.UNRECORDED
    lines = _op_lines(node, telling, recorded)
    lines += hook_lines(_hooks(node, telling), telling)
    trouble = trouble_of(node, telling.moment, telling.view, words)
    if trouble.text:
        lines.append(Line(trouble.text, TextRole.TROUBLE))
    notes = saved_notes(node.grad_fn, telling.moment, words) if node.grad_fn is not None else ()
    return Content(
        role,
        Shape.PILL,
        tuple(lines) or (Line(node.id, TextRole.OP),),
        _op_details(node, role, lines, notes, telling) if telling.details else (),
        call_strips(node.roots, words),
        notes,
        node.grad_fn is not None and is_freed(node.grad_fn),
        in_error=node.in_error or trouble.grave,
    )


def _hooks(node: Node, telling: Telling) -> Iterator[Hooked]:
    """The hooks on a grad_fn, but for those on a tensor that has a box of its own."""
    if node.grad_fn is None or telling.view == "forward":
        return
    tensors = telling.moment.trace.tensors
    for one in telling.moment.history.hooks.on_grad_fn(node.grad_fn, telling.moment.begun):
        on = one.hook.tensor
        if node.kind is NodeKind.GRAD_FN or on is None or not tensors[on].names:
            yield one


def _op_details(node: Node, role: Role, lines: list[Line], notes: tuple[str, ...], telling: Telling) -> tuple[str, ...]:
    words = telling.words
    details = [] if telling.view == "forward" else [words.kinds[role]]
    details += [line.text for line in lines[1:]]
    if node.op is None and node.grad_fn is not None:
        details += [f"{name} = {setting}" for name, setting in (node.grad_fn.settings or {}).items()]
    if node.op is not None:
        details.append(node.op.name)
        tensors = telling.moment.trace.tensors
        inputs = [tensor_name(tensors[tensor]) or "tensor" for tensor in node.op.inputs]
        details += [words.inputs.format(", ".join(inputs))] if inputs else []
    return (*details, *notes, *line_text(node.line, words))


def _unseen_lines(node: Node, grad_fn: GradFn, telling: Telling) -> Iterator[Line]:
    """What is known of a grad_fn whose op was not seen."""
    if told := settings_text(grad_fn):
        yield Line(told, TextRole.MUTED)
    yield from _result_lines(node, telling)
    if grad_fn.origin == "unread":
        yield Line(telling.words.unread, TextRole.MUTED)


def _result_lines(node: Node, telling: Telling) -> Iterator[Line]:
    """What a grad_fn is on: the tensors that have a name, or else the shapes."""
    for tensor in node.results[:_RESULTS]:
        yield result_line(tensor, telling)
        if tensor.grad is not None or tensor.retains_grad:
            yield Line(grad_texts(tensor, (), telling)[0], TextRole.GRAD)
    if len(node.results) > _RESULTS:
        yield Line(telling.words.more.format(len(node.results) - _RESULTS), TextRole.MUTED)
    shapes = () if node.grad_fn is None or node.results else node.grad_fn.shapes
    if shapes:
        more = [telling.words.more.format(len(shapes) - _SHAPES)] if len(shapes) > _SHAPES else []
        yield Line(" ".join((*map(shape_text, shapes[:_SHAPES]), *more)), TextRole.MUTED)


def _op_lines(node: Node, telling: Telling, recorded: bool) -> list[Line]:
    """What was called, and the grad_fn it made or why there is none; the grad_fn first where only those are drawn."""
    words = telling.words
    lines: list[Line] = []
    if node.kind is NodeKind.GRAD_FN and node.grad_fn is not None:
        title = Line(node.grad_fn.name, TextRole.OP)
        if node.op is None:
            return [title, *_unseen_lines(node, node.grad_fn, telling)]
        return [title, Line(op_title(node.op), TextRole.MUTED)]
    if node.op is not None:
        lines.append(Line(box_title(node.op), TextRole.OP))
    if node.grad_fn is not None:
        lines.append(Line(node.grad_fn.name, TextRole.GRAD_FN))
    elif node.op is not None and not recorded and node.op.why_unrecorded is not None:
        reason = words.reasons.get(node.op.why_unrecorded, node.op.why_unrecorded)
        lines.append(Line(words.not_recorded.format(reason), TextRole.MUTED))
    return lines
