"""What the box of a fold says: what it is called and how much it is in all; of leaves or constants, which they are."""

from collections.abc import Sequence

from gradviz.drawing.content.content import Content, Line, Shape
from gradviz.drawing.content.telling import Telling, line_text
from gradviz.drawing.content.tensors import tensor_look
from gradviz.drawing.content.titles import bare_titles, call_strips, fold_titles
from gradviz.drawing.shapes import Role, TextRole
from gradviz.drawing.words import Words
from gradviz.model.graph.folds.contract import leaves
from gradviz.model.graph.graph import Fold, Node, NodeKind, View
from gradviz.model.quantities import byte_text
from gradviz.model.trace import Tensor
from gradviz.model.values import shape_text

_NAMES = 4  # that are told
_TITLES = 5


def fold_content(node: Node, fold: Fold, telling: Telling) -> Content:
    """Return what the box of a fold says, in texts of the program as they are."""
    if fold.tensors:
        return _sources(node, fold, fold.tensors, telling)
    words = telling.words
    reasons = _reasons(fold, telling)
    unrecorded = bool(reasons) and len(reasons) == len(fold.ops)
    titles = _call_lines(fold, telling.moment.trace.tensors, words) if fold.call else fold_titles(fold.ops)
    where = _modules(fold)
    shown = [Line(where, TextRole.BODY)] if where else []
    shown += [Line(title, TextRole.BODY) for title in titles[:_TITLES]]
    if len(titles) > _TITLES:
        shown.append(Line(words.more.format(len(titles) - _TITLES), TextRole.MUTED))
    facts = _facts(fold, reasons, telling)
    head = _head(fold, words)
    named = where or fold.call or fold.span
    if fold.times > 1 and not named and len(titles) == 1:  # one call, again and again
        head, shown = f"{head} · {titles[0]}", []
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
    role = Role.ACCUMULATE if sinks else tensor_look(first, tensors[0], telling)[0]
    head, *shown = _source_lines(fold, words)
    where = " · ".join((tensors_text(tensors), *line_text(node.line, words)))
    return Content(
        role,
        Shape.STACK,
        (Line(head, TextRole.TITLE), *(Line(text, TextRole.BODY) for text in shown), Line(where, TextRole.MUTED)),
        (words.kinds[role], head, *shown, where),
        accumulates=first.accumulates and not sinks and telling.view != "forward",
        badge=_source_badge(tensors),
    )


def _facts(fold: Fold, reasons: list[str], telling: Telling) -> list[Line]:
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
    hooks = _hooks(fold, telling)
    if hooks:
        facts.append(Line(words.hooks.format(hooks), TextRole.GRAD))
    where = _in_all(fold, telling.view, words)
    if fold.saved_bytes:
        where.append(words.bytes_saved.format(byte_text(fold.saved_bytes)))
    if fold.lines is not None:
        first, last = fold.lines
        where.append(words.line.format(first) if first == last else words.lines.format(first, last))
    return [*facts, Line(" · ".join(where), TextRole.MUTED)] if where else facts


def _hooks(fold: Fold, telling: Telling) -> int:
    """How many hooks act on what it holds, of those that are not removed."""
    moment = telling.moment
    if not moment.history.hooks.hooks or telling.view == "forward":
        return 0
    nodes = (
        (one.grad_fn, None if one.tensor is None else one.tensor.id, None if one.op is None else one.op.module)
        for one in leaves(fold.parts)
    )
    return sum(not one.is_removed for one in moment.history.hooks.within(nodes, moment.begun))


def _reasons(fold: Fold, telling: Telling) -> list[str]:
    """Why autograd recorded nothing, for each op of a repetition of which it did not."""
    if telling.view == "forward":
        return []
    whys = [op.why_unrecorded for op in fold.ops if op.grad_fn is None and op.why_unrecorded is not None]
    return [telling.words.reasons.get(why, why) for why in whys]


def fold_title(fold: Fold, words: Words) -> str:
    """Return the first line of the box of a fold."""
    return _source_head(fold, words) if fold.tensors else _head(fold, words)


def _head(fold: Fold, words: Words) -> str:
    """How often it is; at a step in the middle of it, how far it is."""
    often = fold.times > 1
    if fold.call and fold.done is None:
        return fold.call
    if fold.done is None and fold.span is not None:
        return fold.span.text
    if fold.done is None:
        return fold.modules.often(fold.times) if often else words.steps.format(len(fold.ops))
    if often and not fold.call:
        return words.rounds_done.format(-(-fold.done // max(1, len(fold.ops))), fold.times)
    return words.steps_done.format(fold.done, fold.times * len(fold.ops))


def _modules(fold: Fold) -> str:
    """The modules that it is of, with their class where the head does not say it."""
    return fold.modules.told(fold.times if fold.done is None and fold.span is None else 1)


def _in_all(fold: Fold, view: View, words: Words) -> list[str]:
    """How many ops a repetition is, or in the view "backward" how many grad_fns; nothing where the head says it."""
    if fold.times == 1 and fold.span is None and not fold.call:
        return []
    if view == "backward":
        return [words.grad_fns_in_all.format(len(fold.members))]
    return [words.ops_in_all.format(fold.times * len(fold.ops))] if fold.ops else []


def _call_lines(fold: Fold, tensors: Sequence[Tensor], words: Words) -> list[str]:
    """What a call of a library did: how many parameters it changed, and by what ops.

    Args:
        fold: of the call.
        tensors: of the run.
        words: of the language wanted.
    """
    ops = (part.op for part in fold.parts if part.op is not None)
    changed = {one for op in ops for one in op.outputs if tensors[one].is_parameter}
    titles = bare_titles(fold.ops)
    told = words.parameter if len(changed) == 1 else words.parameters.format(len(changed))
    return [*([told] if changed else []), *titles]


def _source_badge(tensors: Sequence[Tensor]) -> str:
    """The first of them by its name, and how many more there are; nothing where that has none."""
    return "".join(f"{name} +{len(tensors) - 1}" for name in tensors[0].names[:1])


def _source_lines(fold: Fold, words: Words) -> tuple[str, ...]:
    """How many leaves or constants a fold is of, the module that they are of, and what they are called in it."""
    names = [name.removeprefix(f"{fold.modules.path}.") for tensor in fold.tensors for name in tensor.names[:1]]
    more = [words.more.format(len(names) - _NAMES)] if len(names) > _NAMES else []
    return (_source_head(fold, words), *filter(None, (fold.modules.told(1), ", ".join((*names[:_NAMES], *more)))))


def _source_head(fold: Fold, words: Words) -> str:
    """How many leaves or constants a fold is of, or their AccumulateGrad."""
    tensors, first = fold.tensors, fold.parts[0]
    if first.kind is NodeKind.GRAD_FN:
        return f"{len(tensors):,} × {fold.grad_fns[0]}"
    leaves = tensors[0].requires_grad and tensors[0].is_leaf
    told = words.parameters if tensors[0].is_parameter else words.leaves if leaves else words.tensors
    return told.format(len(tensors))


def tensors_text(tensors: Sequence[Tensor]) -> str:
    """Return the dtype and shape that all of some tensors have, and their bytes, each memory once."""
    looks = list(dict.fromkeys(f"{one.dtype} · {shape_text(one.shape)}" for one in tensors))
    size = byte_text(sum({one.storage: one.nbytes for one in tensors}.values()))
    return f"{looks[0]} · {size}" if len(looks) == 1 else size
