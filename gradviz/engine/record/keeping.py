"""What a grad_fn keeps for backward, read off it: tensors, which may be freed or packed, and settings, which stay."""

import re
from types import EllipsisType
from typing import NamedTuple

import torch

from gradviz.engine.record.reader import Node, is_function, tensors_in
from gradviz.engine.record.values import number
from gradviz.model.rules import EXACT
from gradviz.model.trace import SavedState, Setting

_CHANGED = re.compile(r"modified by an inplace operation.*expected version (\d+)", re.DOTALL)


class Kept(NamedTuple):
    """What a grad_fn keeps under one name."""

    state: SavedState
    tensors: tuple[torch.Tensor, ...] = ()
    stale: int | None = None  # the version one of them was saved at, if torch refuses them because it moved on


class Kind(NamedTuple):
    """What there is to read off grad_fns of a type."""

    saved: tuple[str, ...]  # names under which they can keep tensors: "self", "other", "result"
    settings: tuple[str, ...]  # names of what they were told beside tensors


_kinds: dict[type, Kind] = {}


def kind_of(node: Node) -> Kind:
    """What there is to read off a grad_fn. An autograd.Function keeps its settings in its own ways."""
    return _kinds.get(type(node)) or _learn(node)


def _learn(node: Node) -> Kind:
    raw, plain = "_raw_saved_", "_saved_"
    names = dir(node)
    tensors = tuple(name.removeprefix(raw) for name in names if name.startswith(raw))
    told = tuple(name.removeprefix(plain) for name in names if name.startswith(plain))
    not_told = set(tensors) - {_INDICES}
    settings = tuple(name for name in told if name not in not_told and not name.endswith("_strides"))
    kind = _kinds[type(node)] = Kind(tensors, () if is_function(node) else settings)
    return kind


def saved(node: Node, name: str) -> Kept:
    """What a grad_fn keeps under a name. Tensors that a hook packed are not unpacked: that is the program's to do."""
    try:
        packs = getattr(node, "_raw_saved_" + name)
        packs = packs if isinstance(packs, tuple) else (packs,)
        for pack in packs:
            if pack.unpack_hook is not None:
                return Kept("packed")
        kept = node.saved_tensors if is_function(node) else getattr(node, "_saved_" + name)
    except RuntimeError as error:
        changed = _CHANGED.search(str(error))
        if changed is None:
            return Kept("freed")
        return Kept("kept", tuple(tensors_in([pack.data for pack in packs])), int(changed[1]))
    return Kept("kept", (kept,) if type(kept) is torch.Tensor else tuple(tensors_in((kept,))))


def is_freed(node: Node, name: str) -> bool:
    """Whether a grad_fn has lost what it kept under a name.

    To ask for the tensor itself would have torch raise an error, which takes longer than all else that is asked of a
    grad_fn.
    """
    try:
        packs = getattr(node, "_raw_saved_" + name)
    except RuntimeError:  # of a list of tensors, and of an autograd.Function
        return True
    return not isinstance(packs, tuple) and packs.unpack_hook is None and packs.data is None


_PLAIN = frozenset((type(None), bool, str))
_INDICES = "indices"  # the one list of tensors that has gaps: x[:, rows] keeps (None, rows)


def settings(node: Node, kind: Kind) -> dict[str, Setting]:
    """What a grad_fn was told beside tensors, by torch's names; of tensors it indexes by, the dimensions.

    Strides are left out, and what has no plain form.
    """
    found: dict[str, Setting] = {}
    for name in kind.settings:
        value = _setting(node, name)
        if value is not ...:
            found[name] = value
    return found


def _setting(node: Node, name: str) -> Setting | EllipsisType:
    """A setting in its plain form; an ellipsis where it has none."""
    if name == _INDICES:
        return _places(node)
    value: Setting = getattr(node, "_saved_" + name)
    kind = type(value)  # what torch makes of C++ values is of no subclass
    if kind in _PLAIN:
        return value
    if isinstance(value, int):
        return _signed(value)
    if isinstance(value, float | complex):
        return number(value)
    if isinstance(value, tuple) and len(value) <= EXACT and all(isinstance(one, int) for one in value):
        return tuple(map(_signed, value))
    return ...


def _places(node: Node) -> Setting | EllipsisType:
    try:
        packs = getattr(node, "_raw_saved_" + _INDICES)
    except RuntimeError:
        return ...  # freed
    if not isinstance(packs, tuple):
        return ...
    return tuple(place for place, pack in enumerate(packs[:EXACT]) if pack.data is not None)


def _signed(value: int) -> int:
    """Torch hands some of its signed numbers out as unsigned ones."""
    return value - 2**64 if value >= 2**63 else int(value)
