"""Which tensor is which: ids that hold without keeping a tensor alive, and the tensors that share memory.

A tensor that dies is only put on a list at that moment, which may come in the middle of anything, in any thread.
"""

import weakref
from collections.abc import Iterator
from typing import NamedTuple

import torch

from gradviz.engine.record.storages import Storage
from gradviz.model.trace import Tensor


class Known(weakref.ref[torch.Tensor]):
    """A tensor that has an id."""

    __slots__ = ("id", "is_leaf", "key", "last", "read_after", "requires_grad", "retains_grad", "storage", "version")
    id: int
    key: int  # its address
    last: Tensor | None  # what was written down of it; of that, by names that are read faster:
    version: int | None
    requires_grad: bool
    is_leaf: bool
    retains_grad: bool
    storage: Storage | None  # in which it was then
    read_after: int | None  # the op that had written to that when its value was read


class Facts(NamedTuple):
    """What is known of a tensor, without a reference to it."""

    id: int
    last: Tensor | None
    storage: Storage | None
    read_after: int | None


class KnownTensors:
    """The tensors of a run, by address and by storage."""

    def __init__(self) -> None:
        self.by_address: dict[int, Known] = {}
        self._dead: list[weakref.ref[torch.Tensor]] = []
        self._died = self._dead.append
        self._count = 0

    def __iter__(self) -> Iterator[Known]:
        """Every tensor that has an id; it may have died."""
        return iter(list(self.by_address.values()))

    def find(self, tensor: torch.Tensor) -> Known | None:
        """A tensor that has an id."""
        known = self.by_address.get(id(tensor))
        return known if known is not None and known() is tensor else None

    def adopt(self, tensor: torch.Tensor, number: int | None = None) -> Known:
        """Give a tensor an id: the next, or one that it had."""
        if self._dead:
            self._bury()
        if number is None:
            number = self._count
            self._count = number + 1
        key = id(tensor)
        known = self.by_address[key] = Known(tensor, self._died)
        known.id, known.key = number, key
        known.last = known.storage = known.read_after = None
        return known

    def let_go(self, tensor: torch.Tensor) -> Facts | None:
        """Drop every reference to a tensor; return what `take_back` wants."""
        known = self.find(tensor)
        if known is None:
            return None
        del self.by_address[known.key]
        if known.storage is not None:
            _leave(known, known.storage)
        return Facts(known.id, known.last, known.storage, known.read_after)

    def take_back(self, tensor: torch.Tensor, facts: Facts) -> Known:
        """Give a tensor the id that it had, and what was known of it."""
        known = self.adopt(tensor, facts.id)
        known.last, known.read_after = facts.last, facts.read_after
        if facts.storage is not None:
            self.put(known, facts.storage)
        return known

    def put(self, known: Known, storage: Storage) -> None:
        """Note in whose memory a tensor is now."""
        if known.storage is not None:
            _leave(known, known.storage)
        known.storage = storage
        storage.tensors.append(known)

    def sharing(self, storage: Storage) -> tuple[Known, ...]:
        """The tensors in a storage."""
        return tuple(one for one in storage.tensors if isinstance(one, Known))

    def _bury(self) -> None:
        while self._dead:
            dead = self._dead.pop()
            if isinstance(dead, Known):
                if self.by_address.get(dead.key) is dead:  # or its address was taken over
                    del self.by_address[dead.key]
                if dead.storage is not None:
                    _leave(dead, dead.storage)


def _leave(known: Known, storage: Storage) -> None:
    """Have a storage forget a tensor. Two tensors are never compared: torch would compare what they hold."""
    if len(storage.tensors) > 1:
        storage.tensors = [one for one in storage.tensors if one is not known]
    else:
        storage.tensors.clear()
