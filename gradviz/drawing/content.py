"""What a box says: a node's record turned into lines of text, an outline and signs, before any size.

Knows the words of one language and the forms of values; no place, no colour.
"""

from enum import Enum
from typing import NamedTuple

from gradviz.drawing.folded import call_lines, fold_head, fold_modules, in_all, source_badge, source_lines, tensors_text
from gradviz.drawing.metrics import ELLIPSIS, WIDEST, text_width
from gradviz.drawing.plain import bounded, plain
from gradviz.drawing.saved import is_freed, saved_notes
from gradviz.drawing.shapes import Role, TextRole
from gradviz.drawing.titles import call_strips, fold_titles, op_title
from gradviz.drawing.troubled import trouble_of
from gradviz.drawing.valuewords import long_text, short_text
from gradviz.drawing.words import Words
from gradviz.model.graph.graph import Fold, Graph, Node, NodeKind, View
from gradviz.model.moments.moment import Moment
from gradviz.model.quantities import byte_text
from gradviz.model.trace import Tensor, Value
from gradviz.model.values import adds_up, shape_text
from gradviz.model.why.grounds import Grounds
from gradviz.model.why.why import why, why_text

LABEL = 100  # characters that are painted in one line at most
DESCRIPTION = 1200  # characters of a description at most
_DETAIL = 400  # and of one line of it
_TITLES_IN_FOLD = 5
_WIDEST_SUM = 36  # characters; a longer sum is left to the description


class Shape(Enum):
    """The outline of a box."""

    ROUNDED = "rounded"
    SQUARE = "square"
    DOUBLE = "double"
    PILL = "pill"
    STACK = "stack"
    HEXAGON = "hexagon"
    CUT = "cut"


class Line(NamedTuple):
    """One line of a box."""

    text: str
    role: TextRole


class Content(NamedTuple):
    """All that one box says."""

    role: Role
    shape: Shape
    lines: tuple[Line, ...]
    details: tuple[str, ...]  # the lines of its description
    strips: tuple[str, ...] = ()  # the backward calls that start here
    notes: tuple[str, ...] = ()  # saved tensors
    freed: bool = False  # and none of them is kept any more
    accumulates: bool = False
    in_error: bool = False  # or spoilt by nan or inf: it has the sign of an alert
    gauge: float = 0.0  # how much of the hottest node's it costs; 0: nothing, or nobody asked
    badge: str = ""  # what names it far from its box; "": its title

    @property
    def title(self) -> str:
        """The first line, whole."""
        return self.lines[0].text

    @property
    def description(self) -> str:
        """All there is to say, in as many characters as anybody reads."""
        return bounded("\n".join((*self.details, *self.strips)), DESCRIPTION)


class Telling(NamedTuple):
    """What is needed to word a node, whichever it is."""

    view: View
    grounds: Grounds  # of the moment that is told
    words: Words
    values: bool
    made: frozenset[str]  # nodes that an edge leads to
    ghosts: bool = True  # whether what is not there yet is outlined in its place
    details: bool = True  # whether descriptions are wanted too, or only what is on the boxes

    @property
    def moment(self) -> Moment:
        """The moment of the run that is told."""
        return self.grounds.moment

    def at(self, moment: Moment) -> "Telling":
        """Return what is needed to word the nodes of the same graph at another moment."""
        return self._replace(grounds=self.grounds.at(moment))

    def name(self, tensor: int | None) -> str:
        """The names of a tensor in the program, or nothing."""
        tensors = self.moment.trace.tensors
        return "" if tensor is None else tensor_name(tensors[tensor])

    def no_grad(self, tensor: Tensor, *, briefly: bool = False) -> str:
        """That a tensor has no .grad, and why; briefly, without the line to blame where that makes it too long."""
        reason = why(self.grounds, tensor)
        told = self.words.grad_none.format(why_text(reason, self.words.language))
        if briefly and text_width(told, TextRole.GRAD) > WIDEST:
            return self.words.grad_none.format(why_text(reason._replace(line=None), self.words.language))
        return told

    def value(self, value: Value) -> str | None:
        """The short form of a value, where values are wanted."""
        return short_text(value, self.words) if self.values else None

    @property
    def nothing(self) -> str:
        """Why there is no picture, where there is none."""
        if not self.moment.trace.tensors:
            return self.words.no_tensors
        return self.words.no_grad_fns if self.view == "backward" else self.words.nothing


def tensor_name(tensor: Tensor) -> str:
    """Every name it was bound to."""
    return ", ".join(tensor.names)


def tell(graph: Graph, known: Grounds, words: Words, *, values: bool, ghosts: bool = True) -> Telling:
    """Gather what wording the nodes of a graph needs, of the moment that it is the graph of."""
    return Telling(graph.view, known, words, values, frozenset(edge.head for edge in graph.edges), ghosts)


def content(node: Node, telling: Telling) -> Content:
    """Return what the box of a node says, safe to draw."""
    return _plain(_content(node, telling))


def _content(node: Node, telling: Telling) -> Content:
    if node.kind is NodeKind.TENSOR and node.tensor is not None:
        return _tensor(node, node.tensor, telling)
    if node.kind is NodeKind.FOLD and node.fold is not None:
        return _fold(node, node.fold, telling)
    if node.kind is NodeKind.GRAD_FN and node.grad_fn is not None and node.grad_fn.variable is not None:
        return _accumulate(node, node.grad_fn.variable, telling)
    return _op(node, telling)


def _plain(content: Content) -> Content:
    return Content(
        content.role,
        content.shape,
        tuple([Line(label(text), role) for text, role in content.lines]),
        tuple([bounded(plain(text), _DETAIL) for text in content.details]),
        tuple(map(label, content.strips)),
        tuple(map(label, content.notes)),
        *(content.freed, content.accumulates, content.in_error, content.gauge, label(content.badge)),
    )


def label(text: str) -> str:
    """A text of a program as it is painted: safe, and cut in the middle where nobody would read all of it."""
    if len(text) <= LABEL:
        return plain(text)
    half = LABEL // 2
    return plain(f"{text[: half - 1]}{ELLIPSIS}{text[-half:]}")


def _tensor(node: Node, tensor: Tensor, telling: Telling) -> Content:
    words = telling.words
    role, shape = _tensor_look(node, tensor, telling)
    name = tensor_name(tensor)
    value = telling.value(tensor.value) if tensor.value is not None else None
    title = name or value or "tensor"
    facts = [value] if name and value else []
    lines = [
        Line(title, TextRole.TITLE),
        Line(" · ".join([*facts, tensor.dtype, shape_text(tensor.shape)]), TextRole.BODY),
    ]
    if telling.view != "forward":
        lines.append(_grad_line(tensor, node.sums, telling))
    return Content(
        role,
        shape,
        tuple(lines),
        _tensor_details(tensor, role, node, telling) if telling.details else (),
        call_strips(node.roots, words),
        accumulates=node.accumulates and telling.view != "forward",
        in_error=node.in_error,
        badge="".join(tensor.names[:1]),
    )


def _tensor_look(node: Node, tensor: Tensor, telling: Telling) -> tuple[Role, Shape]:
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


def _grad_line(tensor: Tensor, sums: tuple[Value | None, ...], telling: Telling) -> Line:
    words = telling.words
    if tensor.grad is None:
        return Line(telling.no_grad(tensor, briefly=True), TextRole.GRAD)
    total = telling.value(tensor.grad) or shape_text(tensor.grad.shape)
    parts = [telling.value(part) if part is not None else None for part in sums]
    told = " + ".join(part for part in parts if part is not None)
    if len(parts) > 1 and len(told) <= _WIDEST_SUM and adds_up(tensor.grad, sums, tensor.dtype):
        return Line(words.summed.format(total, told), TextRole.GRAD)
    return Line(words.grad.format(total), TextRole.GRAD)


def _tensor_details(tensor: Tensor, role: Role, node: Node, telling: Telling) -> tuple[str, ...]:
    words = telling.words
    details = [
        words.kinds[role],
        words.tensor.format(shape_text(tensor.shape), tensor.dtype, tensor.device, byte_text(tensor.nbytes)),
    ]
    if telling.values:
        details.append(words.value.format(long_text(tensor.value, words)))
    if telling.view != "forward":
        details.append(_grad_detail(tensor, node.sums, telling))
    if tensor.base is not None and telling.name(tensor.base):
        details.append(words.view_of.format(telling.name(tensor.base)))
    if tensor.version:
        details.append(words.version.format(tensor.version))
    details.extend(_where(tensor.line, words))
    return tuple(details)


def _grad_detail(tensor: Tensor, sums: tuple[Value | None, ...], telling: Telling) -> str:
    words = telling.words
    if tensor.grad is None:
        return telling.no_grad(tensor)
    if not telling.values:
        return words.grad.format(shape_text(tensor.grad.shape))
    total = long_text(tensor.grad, words)
    if len(sums) > 1 and adds_up(tensor.grad, sums, tensor.dtype):
        return words.summed.format(total, " + ".join(long_text(part, words) for part in sums))
    return words.grad.format(total)


def _op(node: Node, telling: Telling) -> Content:
    words = telling.words
    recorded = node.grad_fn is not None or telling.view == "forward"
    role = Role.ERROR if node.in_error else Role.OP if recorded else Role.UNRECORDED
    lines = _op_lines(node, telling, recorded)
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


def _op_details(node: Node, role: Role, lines: list[Line], notes: tuple[str, ...], telling: Telling) -> tuple[str, ...]:
    words = telling.words
    details = [] if telling.view == "forward" else [words.kinds[role]]
    details += [line.text for line in lines[1:]]
    if node.op is not None:
        details.append(node.op.name)
        inputs = [telling.name(tensor) or "tensor" for tensor in node.op.inputs]
        details += [words.inputs.format(", ".join(inputs))] if inputs else []
    return (*details, *notes, *_where(node.line, words))


def _op_lines(node: Node, telling: Telling, recorded: bool) -> list[Line]:
    """What was called, and the grad_fn it made or why there is none; the grad_fn first where only those are drawn."""
    words = telling.words
    lines: list[Line] = []
    if node.kind is NodeKind.GRAD_FN and node.grad_fn is not None:
        lines.append(Line(node.grad_fn.name, TextRole.OP))
        return lines if node.op is None else [*lines, Line(op_title(node.op), TextRole.MUTED)]
    if node.op is not None:
        lines.append(Line(op_title(node.op), TextRole.OP))
    if node.grad_fn is not None:
        lines.append(Line(node.grad_fn.name, TextRole.GRAD_FN))
    elif node.op is not None and not recorded and node.op.why_unrecorded is not None:
        reason = words.reasons.get(node.op.why_unrecorded, node.op.why_unrecorded)
        lines.append(Line(words.not_recorded.format(reason), TextRole.MUTED))
    return lines


def _accumulate(node: Node, variable: int, telling: Telling) -> Content:
    words = telling.words
    name = telling.name(variable)
    kind = node.grad_fn.name if node.grad_fn is not None else ""
    lines = [Line(name or kind, TextRole.TITLE), *([Line(kind, TextRole.GRAD_FN)] if name else [])]
    lines.append(_grad_line(node.tensor or telling.moment.trace.tensors[variable], node.sums, telling))
    return Content(
        Role.ERROR if node.in_error else Role.ACCUMULATE,
        Shape.HEXAGON,
        tuple(lines),
        (words.kinds[Role.ACCUMULATE], *(line.text for line in lines[1:]), *_where(node.line, words)),
        call_strips(node.roots, words),
        in_error=node.in_error,
        badge=name.partition(", ")[0],
    )


def _fold(node: Node, fold: Fold, telling: Telling) -> Content:
    if fold.tensors:
        return _sources(node, fold, fold.tensors, telling)
    words = telling.words
    reasons = _reasons(fold, telling)
    unrecorded = bool(reasons) and len(reasons) == len(fold.ops)
    titles = call_lines(fold, telling.moment.trace.tensors, words) if fold.call else fold_titles(fold.ops)
    where = fold_modules(fold)
    shown = [Line(where, TextRole.BODY)] if where else []
    shown += [Line(title, TextRole.BODY) for title in titles[:_TITLES_IN_FOLD]]
    if len(titles) > _TITLES_IN_FOLD:
        shown.append(Line(words.more.format(len(titles) - _TITLES_IN_FOLD), TextRole.MUTED))
    facts = _fold_facts(fold, reasons, telling)
    head = fold_head(fold, words)
    return Content(
        Role.UNRECORDED if unrecorded else Role.FOLD,
        Shape.STACK,
        (Line(head, TextRole.TITLE), *shown, *facts),
        (words.kinds[Role.FOLD], head, *titles, *(fact.text for fact in facts)),
        call_strips(node.roots, words),
    )


def _sources(node: Node, fold: Fold, tensors: tuple[Tensor, ...], telling: Telling) -> Content:
    """Leaves or constants that go to the same place; their AccumulateGrad in the view "backward"."""
    words, first = telling.words, fold.parts[0]
    sinks = first.kind is NodeKind.GRAD_FN
    role = Role.ACCUMULATE if sinks else _tensor_look(first, tensors[0], telling)[0]
    head, *shown = source_lines(fold, words)
    where = " · ".join((tensors_text(tensors), *_where(node.line, words)))
    return Content(
        role,
        Shape.STACK,
        (Line(head, TextRole.TITLE), *(Line(text, TextRole.BODY) for text in shown), Line(where, TextRole.MUTED)),
        (words.kinds[role], head, *shown, where),
        accumulates=first.accumulates and not sinks and telling.view != "forward",
        badge=source_badge(tensors),
    )


def _fold_facts(fold: Fold, reasons: list[str], telling: Telling) -> list[Line]:
    """The grad_fns that were made, why others were not, how many ops there are, the bytes saved and the lines.

    While backward runs, how many of the grad_fns have run.
    """
    words = telling.words
    made = words.back_done.format(*fold.back) if fold.back else ", ".join(dict.fromkeys(fold.grad_fns))
    facts = [Line(made, TextRole.GRAD_FN)] if made else []
    if reasons:
        told = words.not_recorded.format(", ".join(dict.fromkeys(reasons)))
        if len(reasons) < len(fold.ops):
            told = words.partly_recorded.format(told, len(reasons), len(fold.ops))
        facts.append(Line(told, TextRole.MUTED))
    where = in_all(fold, telling.view, words)
    if fold.saved_bytes:
        where.append(words.bytes_saved.format(byte_text(fold.saved_bytes)))
    if fold.lines is not None:
        first, last = fold.lines
        where.append(words.line.format(first) if first == last else words.lines.format(first, last))
    return [*facts, Line(" · ".join(where), TextRole.MUTED)] if where else facts


def _reasons(fold: Fold, telling: Telling) -> list[str]:
    """Why autograd recorded nothing, for each op of a repetition of which it did not."""
    if telling.view == "forward":
        return []
    whys = [op.why_unrecorded for op in fold.ops if op.grad_fn is None and op.why_unrecorded is not None]
    return [telling.words.reasons.get(why, why) for why in whys]


def _where(line: int | None, words: Words) -> tuple[str, ...]:
    return () if line is None else (words.line.format(line),)
