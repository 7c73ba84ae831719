"""What a grad_fn keeps for backward, read off it: tensors, which may be freed or packed, and settings, which stay."""

import re
from types import EllipsisType
from typing import NamedTuple

import torch

from gradviz.engine.reader import Node, is_function, tensors_in
from gradviz.engine.values import number
from gradviz.model.rules import EXACT
from gradviz.model.trace import SavedState, Setting

_CHANGED = re.compile(r"modified by an inplace operation.*expected version (\d+)", re.DOTALL)


class Kept(NamedTuple):
    """What a grad_fn keeps under one name."""

    state: SavedState
    tensors: tuple[torch.Tensor, ...] = ()
    stale: int | None = None  # the version one of them was saved at, if torch refuses them because it moved on


_saved_names: dict[type, tuple[str, ...]] = {}


def saved_names(node: Node) -> tuple[str, ...]:
    """The names under which a grad_fn can keep tensors: "self", "other", "result"."""
    kind = type(node)
    names = _saved_names.get(kind)
    if names is None:
        prefix = "_raw_saved_"
        names = tuple(name.removeprefix(prefix) for name in dir(node) if name.startswith(prefix))
        _saved_names[kind] = names
    return names


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


_setting_names: dict[type, tuple[str, ...]] = {}
_PLAIN = frozenset((type(None), bool, str))
_INDICES = "indices"  # the one list of tensors that has gaps: x[:, rows] keeps (None, rows)


def settings(node: Node) -> dict[str, Setting]:
    """What a grad_fn was told beside tensors, by torch's names; of tensors it indexes by, the dimensions.

    Strides are left out, and what has no plain form. An autograd.Function keeps such things in its own ways.
    """
    if is_function(node):
        return {}
    found: dict[str, Setting] = {}
    for name in _names_of_settings(node):
        value = _setting(node, name)
        if value is not ...:
            found[name] = value
    return found


def _names_of_settings(node: Node) -> tuple[str, ...]:
    names = _setting_names.get(type(node))
    if names is None:
        prefix, tensors = "_saved_", set(saved_names(node)) - {_INDICES}
        plain = (name.removeprefix(prefix) for name in dir(node) if name.startswith(prefix))
        names = tuple(name for name in plain if name not in tensors and not name.endswith("_strides"))
        _setting_names[type(node)] = names
    return names


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
