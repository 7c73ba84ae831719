"""Memory of tensors: an id for each storage that holds without keeping it alive, who wrote to it, and live bytes.

A storage counts as dead when torch frees it. What dies is only put on a list at that moment, which may come in the
middle of anything, in any thread.
"""

import weakref
from array import array
from collections.abc import Iterable

import torch

from gradviz.engine.record.internals import reader
from gradviz.engine.record.ledger.places import Places
from gradviz.engine.record.ledger.stream import Stream
from gradviz.engine.record.ledger.unwritten import Unwritten

MOST_FOREIGN = 32  # storages that are looked into at each line
_NO_MEMORY = torch.UntypedStorage()  # type: ignore[no-untyped-call]  # left untyped by torch


class Storage(weakref.ref[torch.UntypedStorage]):
    """A storage that has an id."""

    __slots__ = ("id", "is_foreign", "key", "nbytes", "places", "tensors", "writer")
    id: int
    tensors: dict[int, weakref.ref[torch.Tensor]]  # those known that are in it, by id,
    places: Places | None  # but for those that are here; None: they are few
    key: int  # its address
    nbytes: int
    writer: int | None  # the op that wrote to it last
    is_foreign: bool  # it may be written to unseen, as by others than torch


class Storages:
    """The storages of a run."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._known: dict[int, Storage] = {}
        self._dead: list[Storage] = []
        self.unwritten = Unwritten(lambda tensor: self.of(tensor).id)
        self.foreign: list[Storage] = []  # the last of those that others may write to
        self._count = 0
        self._live_bytes = 0
        self.peak_bytes = 0
        # Of each birth and death of a storage in order, where somebody asks: step, storage, bytes more or less.
        self.events: array[int] | None = None

    @property
    def live_bytes(self) -> int:
        """Bytes of the storages that live."""
        self._bury()
        return self._live_bytes

    def of(self, tensor: torch.Tensor) -> Storage:
        """A tensor's storage, which counts as alive from now on.

        A tensor without one gets an id of its own, of no bytes.
        """
        found = reader.storage_key(tensor)
        if found is None:
            return self._without()
        storage, key = found
        known = self._known.get(key)
        return known if known is not None and known() is storage else self._adopt(storage, key)

    def is_uninitialized(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor holds what nobody has written, or what comes of such. Asking does not count it as alive."""
        if not self.unwritten.held:
            return False
        found = reader.storage_key(tensor)
        if found is None:
            return False
        storage, key = found
        known = self._known.get(key)
        return known is not None and known() is storage and self.unwritten.is_in(known.id, tensor)

    def hand_out(self, tensor: torch.Tensor) -> None:
        """Note that others may write to the memory of a tensor."""
        storage = self.of(tensor)
        self.unwritten.forget(storage.id)
        if not storage.is_foreign:
            storage.is_foreign = True
            self._note_foreign(storage)

    def resized(self, storages: Iterable[Storage]) -> None:
        """Count what storages have become larger, or smaller, by."""
        for known in storages:
            storage = known() if known.key else None
            more = 0 if storage is None else storage.nbytes() - known.nbytes
            if more:
                known.nbytes += more
                self._count_more(known, more)

    def _note_foreign(self, storage: Storage) -> None:
        self.foreign = [*(one for one in self.foreign[1 - MOST_FOREIGN :] if one() is not None), storage]

    def pass_by(self, own: int, results: int) -> tuple[int, int]:
        """Count bytes that a kernel has taken and given back, and those of its results then; return an id for each."""
        first, second = self._count, self._count + 1
        self._count += 2
        for storage, more in ((second, results), (first, own), (first, -own), (second, -results)):
            self._note(storage, more)
        return first, second

    def _adopt(self, storage: torch.UntypedStorage, key: int) -> Storage:
        if self._dead:
            self._bury()
        nbytes = storage.nbytes()
        known = self._known[key] = Storage(storage, self._died)
        number = known.id = self._count
        self._count = number + 1
        known.key, known.nbytes, known.is_foreign = key, nbytes, reader.is_foreign(storage)
        known.writer = known.places = None
        known.tensors = {}
        if known.is_foreign:
            self._note_foreign(known)
        self._count_more(known, nbytes)
        return known

    def _count_more(self, storage: Storage, nbytes: int) -> None:
        if self.events is not None:
            self._note(storage.id, nbytes)
        self._live_bytes = live = self._live_bytes + nbytes
        if live > self.peak_bytes:
            self.peak_bytes = live

    def _note(self, storage: int, more: int) -> None:
        if self.events is not None:
            self.events.extend((self._stream.stamp, storage, more))

    def _without(self) -> Storage:
        known = Storage(_NO_MEMORY)
        known.id, known.key, known.nbytes, known.is_foreign = self._count, 0, 0, False
        known.writer = known.places = None
        known.tensors = {}
        self._count += 1
        return known

    def _died(self, dead: weakref.ref[torch.UntypedStorage]) -> None:
        if isinstance(dead, Storage):
            if self.events is not None:
                self._note(dead.id, -dead.nbytes)
            self._dead.append(dead)

    def _bury(self) -> None:
        while self._dead:
            dead = self._dead.pop()
            self._live_bytes -= dead.nbytes
            if dead.id in self.unwritten.held:
                self.unwritten.forget(dead.id)
            if self._known.get(dead.key) is dead:  # or its address was taken over
                del self._known[dead.key]
