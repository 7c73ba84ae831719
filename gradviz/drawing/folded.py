"""What a fold is called and how much it is in all, in words; of one of leaves or constants, which they are."""

from collections.abc import Sequence

from gradviz.drawing.titles import fold_titles
from gradviz.drawing.words import Words
from gradviz.model.graph.graph import Fold, NodeKind, View
from gradviz.model.quantities import byte_text
from gradviz.model.trace import Tensor
from gradviz.model.values import shape_text

_NAMES = 4  # that are told


def fold_head(fold: Fold, words: Words) -> str:
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


def fold_modules(fold: Fold) -> str:
    """The modules that it is of, with their class where the head does not say it."""
    return fold.modules.told(fold.times if fold.done is None and fold.span is None else 1)


def in_all(fold: Fold, view: View, words: Words) -> list[str]:
    """How many ops a repetition is, or in the view "backward" how many grad_fns; nothing where the head says it."""
    if fold.times == 1 and fold.span is None and not fold.call:
        return []
    if view == "backward":
        return [words.grad_fns_in_all.format(len(fold.members))]
    return [words.ops_in_all.format(fold.times * len(fold.ops))] if fold.ops else []


def call_lines(fold: Fold, tensors: Sequence[Tensor], words: Words) -> list[str]:
    """What a call of a library did: how many parameters it changed, and by what ops.

    Args:
        fold: of the call.
        tensors: of the run.
        words: of the language wanted.
    """
    ops = (part.op for part in fold.parts if part.op is not None)
    changed = {one for op in ops for one in op.outputs if tensors[one].is_parameter}
    titles = fold_titles(tuple(op._replace(call=None, module=None) for op in fold.ops))
    told = words.parameter if len(changed) == 1 else words.parameters.format(len(changed))
    return [*([told] if changed else []), *titles]


def source_badge(tensors: Sequence[Tensor]) -> str:
    """The first of them by its name, and how many more there are; nothing where that has none."""
    return "".join(f"{name} +{len(tensors) - 1}" for name in tensors[0].names[:1])


def source_lines(fold: Fold, words: Words) -> tuple[str, ...]:
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
    """The dtype and shape that all of some tensors have, and their bytes, each memory once."""
    looks = list(dict.fromkeys(f"{one.dtype} · {shape_text(one.shape)}" for one in tensors))
    size = byte_text(sum({one.storage: one.nbytes for one in tensors}.values()))
    return f"{looks[0]} · {size}" if len(looks) == 1 else size
