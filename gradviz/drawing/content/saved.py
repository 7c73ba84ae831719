"""What the note beside an op says of the tensors it keeps for backward: each storage once, its bytes and its state."""

from collections.abc import Sequence
from itertools import chain

from gradviz.drawing.words import Words
from gradviz.model.moments.moment import Moment
from gradviz.model.quantities import byte_text
from gradviz.model.trace import INSIDE, GradFn, Saved
from gradviz.model.values import shape_text

_LINES = 4


def saved_notes(grad_fn: GradFn, moment: Moment, words: Words) -> tuple[str, ...]:
    """The lines of the note of a grad_fn; none where it saved nothing."""
    groups = list(_by_storage(grad_fn.saved))
    if not groups:
        return ()
    states = [_state(group, moment, words) for group in groups]
    if len(groups) == 1:
        (group,) = groups
        return words.saved.format(_names(group)), " · ".join((*_what(group, moment, words), *states))
    told = [" = ".join(filter(None, (_names(group), " · ".join(_what(group, moment, words))))) for group in groups]
    if len(set(states)) == 1:
        heading = words.saved_heading.format(states[0])
    else:
        heading = words.saved_heading.format(f"{len(groups):,}")
        told = [f"{line} · {state}" for line, state in zip(told, states, strict=True)]
    hidden = len(told) - _LINES
    return (heading, *told[:_LINES], words.more.format(hidden)) if hidden > 0 else (heading, *told)


def is_freed(grad_fn: GradFn) -> bool:
    """Whether nothing is left of what a grad_fn saved."""
    return bool(grad_fn.saved) and all(one.state == "freed" for one in grad_fn.saved)


def _by_storage(saved: Sequence[Saved]) -> Sequence[list[Saved]]:
    """What shares memory together, and self first, as in the op's own order of operands."""
    if len(saved) == 1:
        return [[*saved]]
    groups: dict[object, list[Saved]] = {}
    for position, one in enumerate(sorted(saved, key=lambda one: one.name != "self")):
        groups.setdefault(one.storage if one.storage is not None else (position,), []).append(one)
    return list(groups.values())


def _names(group: Sequence[Saved]) -> str:
    return ", ".join(dict.fromkeys([one.name for one in group]))


def _what(group: Sequence[Saved], moment: Moment, words: Words) -> tuple[str, ...]:
    """What it is, by name or as a view, and how large; nothing where a hook or another grad_fn hides that."""
    known = [moment.trace.tensors[one.tensor] for one in group if one.tensor is not None]
    if not known and (group[0].is_hidden or group[0].name == INSIDE):
        return ()
    names = _joined([tensor.names for tensor in known])
    if not names:
        bases = [moment.trace.tensors[tensor.base].names for tensor in known if tensor.base is not None]
        names = words.view_of.format(_joined(bases)) if any(bases) else shape_text(group[0].shape)
    return names, byte_text(max([one.nbytes for one in group]))


def _joined(names: Sequence[tuple[str, ...]]) -> str:
    return ", ".join(dict.fromkeys(chain.from_iterable(names)))


def _state(group: Sequence[Saved], moment: Moment, words: Words) -> str:
    """Kept, freed or packed; or that an in-place op has changed any of it since it was saved."""
    if any(_is_changed(one, moment) for one in group):
        return words.changed
    return ", ".join(dict.fromkeys([words.states[one.state] for one in group]))


def _is_changed(saved: Saved, moment: Moment) -> bool:
    now = None if saved.tensor is None else moment.tensor(saved.tensor)
    if saved.state != "kept" or now is None or None in (saved.version, now.version):
        return False
    return saved.version != now.version
