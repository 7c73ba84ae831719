"""What a grad_fn keeps for backward, read off it: tensors, which may be freed or packed, and settings, which stay."""

import re
from collections.abc import Callable
from types import EllipsisType
from typing import NamedTuple

import torch

from gradviz.engine.record.internals.gradfns import Node, is_function, node_name
from gradviz.engine.record.internals.reader import tensors_in
from gradviz.engine.record.internals.values import number, read_value
from gradviz.model.rules import EXACT
from gradviz.model.trace import Saved, SavedState, Setting

_PACK, _VALUE = "_raw_saved_", "_saved_"  # what the attributes of a grad_fn begin with
_INDICES = "indices"  # the one list of tensors that has gaps: x[:, rows] keeps (None, rows)
_PLAIN = frozenset((type(None), bool, str))
_INTS = frozenset((int,))
_SIGN = 2**63
_CHANGED = re.compile(r"modified by an inplace operation.*expected version (\d+)", re.DOTALL)


class Kept(NamedTuple):
    """What a grad_fn keeps under one name."""

    state: SavedState
    tensors: tuple[torch.Tensor, ...] = ()
    stale: int | None = None  # the version one of them was saved at, if torch refuses them because it moved on


_NOTHING, _FREED, _PACKED = Kept("kept"), Kept("freed"), Kept("packed")


class Slot(NamedTuple):
    """A name under which a grad_fn holds something, and the attributes that hand it out."""

    name: str  # "self", "other", "result"; "alpha", "self_sym_sizes"
    pack: str  # of a tensor as it is kept
    value: str  # of the tensor, or of a setting


class Kind(NamedTuple):
    """What there is to read off grad_fns of a type."""

    name: str  # of every one of them; "": each has a name of its own
    is_function: bool  # they belong to a torch.autograd.Function written in Python
    saved: tuple[Slot, ...]  # in which they can keep tensors
    settings: tuple[Slot, ...]  # what they were told beside tensors


# Makes a record of a saved tensor: of its name, itself, and the version it was saved at where torch refuses it now.
Describe = Callable[[str, torch.Tensor, int | None], Saved]
_kinds: dict[type, Kind] = {}


def kind_of(node: Node) -> Kind:
    """What there is to read off a grad_fn. An autograd.Function keeps its settings in its own ways."""
    return _kinds.get(type(node)) or _learn(node)


def _learn(node: Node) -> Kind:
    names = dir(node)
    tensors = [name.removeprefix(_PACK) for name in names if name.startswith(_PACK)]
    told = [name.removeprefix(_VALUE) for name in names if name.startswith(_VALUE)]
    not_told = set(tensors) - {_INDICES}
    settings = [name for name in told if name not in not_told and not name.endswith("_strides")]
    name, own = node_name(node), is_function(node)
    name = name if name == type(node).__name__ else ""
    kind = _kinds[type(node)] = Kind(name, own, _slots(tensors), () if own else _slots(settings))
    return kind


def _slots(names: list[str]) -> tuple[Slot, ...]:
    return tuple(Slot(name, _PACK + name, _VALUE + name) for name in names)


def saved(node: Node, slot: Slot) -> Kept:
    """What a grad_fn keeps in a slot. Tensors that a hook packed are not unpacked: that is the program's to do."""
    try:
        packs = getattr(node, slot.pack)
        packs = packs if isinstance(packs, tuple) else (packs,)
        for pack in packs:
            if pack.unpack_hook is not None:
                return _PACKED
        kept = node.saved_tensors if is_function(node) else getattr(node, slot.value)
    except RuntimeError as error:
        changed = _CHANGED.search(str(error))
        if changed is None:
            return _FREED
        return Kept("kept", tuple(tensors_in([pack.data for pack in packs])), int(changed[1]))
    if kept is None:
        return _NOTHING
    if type(kept) is torch.Tensor:
        # A result is detached as it is handed out: out of its class's sight, a nested one loses that.
        tensors: tuple[torch.Tensor, ...] = (packs[0].data if kept.is_nested else kept,)
    else:
        tensors = tuple(tensors_in((kept,)))
    return tuple.__new__(Kept, ("kept", tensors, None))


def all_saved(node: Node, kind: Kind, settings: dict[str, Setting], describe: Describe) -> tuple[Saved, ...]:
    """All that a grad_fn keeps, slot by slot.

    Args:
        node: the grad_fn.
        kind: what there is to read off it.
        settings: of the same grad_fn; a number that torch made a tensor of, as the 2 of x * 2, becomes one of them.
        describe: makes a record of a tensor.
    """
    found: list[Saved] = []
    for slot in kind.saved:
        state, tensors, stale = saved(node, slot)
        if state != "kept":
            found.append(Saved(slot.name, None, 0, None, state))
        for position, tensor in enumerate(tensors):
            name = slot.name if len(tensors) == 1 else f"{slot.name}[{position}]"
            described = describe(name, tensor, stale)
            if described.tensor is None and not described.shape:  # the program has no tensor for it
                value = read_value(tensor)
                if value is not None and value.data:
                    settings[name] = value.data[0]
            found.append(described)
    return tuple(found)


def is_freed(node: Node, name: str) -> bool:
    """Whether a grad_fn has lost what it kept under a name.

    To ask for the tensor itself would have torch raise an error, which takes longer than all else that is asked of a
    grad_fn.
    """
    try:
        packs = getattr(node, _PACK + name)
    except RuntimeError:  # of a list of tensors, and of an autograd.Function
        return True
    return not isinstance(packs, tuple) and packs.unpack_hook is None and packs.data is None


def settings(node: Node, kind: Kind) -> dict[str, Setting]:
    """What a grad_fn was told beside tensors, by torch's names; of tensors it indexes by, the dimensions.

    Strides are left out, and what has no plain form.
    """
    found: dict[str, Setting] = {}
    for name, _, attribute in kind.settings:
        if name == _INDICES:
            setting = _places(node)
        else:
            value = getattr(node, attribute)
            setting = value if type(value) is int and value < _SIGN else _setting(value)
        if setting is not ...:
            found[name] = setting
    return found


def left_on(node: Node, kind: Kind) -> dict[str, Setting]:
    """What the forward of an autograd.Function left on its ctx beside saved tensors, as far as it has a plain form."""
    told = {name: _setting(value) for name, value in vars(node).items()} if kind.is_function else {}
    return {name: setting for name, setting in told.items() if setting is not ...}


def _setting(value: Setting) -> Setting | EllipsisType:
    """A setting in its plain form; an ellipsis where it has none."""
    kind = type(value)  # what torch makes of C++ values is of no subclass
    if kind in _PLAIN:
        return value
    if isinstance(value, tuple) and len(value) <= EXACT:
        if _INTS.issuperset(map(type, value)) and max(value, default=0) < _SIGN:
            return value
        if all(isinstance(one, int) for one in value):
            return tuple(map(_signed, value))
    elif isinstance(value, int):
        return _signed(value)
    elif isinstance(value, float | complex):
        return number(value)
    return ...


def _places(node: Node) -> Setting | EllipsisType:
    try:
        packs = getattr(node, _PACK + _INDICES)
    except RuntimeError:
        return ...  # freed
    if not isinstance(packs, tuple):
        return ...
    return tuple(place for place, pack in enumerate(packs[:EXACT]) if pack.data is not None)


def _signed(value: int) -> int:
    """Torch hands some of its signed numbers out as unsigned ones."""
    return value - 2 * _SIGN if value >= _SIGN else int(value)


def result_shapes(node: Node) -> tuple[tuple[int, ...], ...]:
    """The shapes of the gradients that a grad_fn is given, which are those of the results it is on."""
    return tuple(map(_sizes, getattr(node, "_input_metadata", ())))


def _sizes(given: Node) -> tuple[int, ...]:
    try:
        sizes = tuple(given.shape)
    except RuntimeError:  # torch.strided and nested: they are a tensor
        return ()
    return sizes if _INTS.issuperset(map(type, sizes)) else ()
