"""On which grad_fns the hooks of a program are: torch says so to nobody while it takes a hook.

A grad_fn keeps its hooks of one kind in one place for its whole life, and what it hands out for another hook leads
there. Backward gives hooks of the recorder's to all that it can reach, so that what is asked costs nothing more.
"""

import weakref
from collections.abc import Iterator
from typing import NamedTuple

from torch.utils.hooks import RemovableHandle

from gradviz.engine.record.internals.entries import Held

Handles = tuple[RemovableHandle, RemovableHandle]  # of a prehook and of a hook on one grad_fn
_HOW = ("register_prehook", "register_hook")


class _Place(NamedTuple):
    """Where a grad_fn that is not known yet keeps hooks."""

    held: weakref.ref[Held]
    hooks: list[int]  # the numbers of their handles


class Owners:
    """The hooks of which it is still to be found out what they are on."""

    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}  # by the address of what is held there

    @property
    def are_missing(self) -> bool:
        """Whether there are such hooks."""
        return bool(self._places)

    def wait(self, held: Held, handle: int) -> None:
        """Take the handle of a hook that was put where a grad_fn keeps them; it is forgotten when that is gone."""
        place = self._places.get(id(held))
        if place is None:
            key = id(held)
            place = self._places[key] = _Place(weakref.ref(held, lambda _: self._places.pop(key, None)), [])
        place.hooks.append(handle)

    def found(self, handles: Handles) -> Iterator[tuple[int, str]]:
        """Yield the numbers of the handles of the hooks on a grad_fn, with what registered each.

        Args:
            handles: that it gave for others.
        """
        for how, handle in zip(_HOW, handles, strict=True):
            place = self._places.pop(id(handle.hooks_dict_ref()), None)
            for number in () if place is None else place.hooks:
                yield number, how
