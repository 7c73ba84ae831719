"""Which tensor is which: ids that hold without keeping a tensor alive, and the tensors that share memory.

A tensor that dies is only put on a list at that moment, which may come in the middle of anything, in any thread.
"""

import weakref
from collections.abc import Callable, Iterable, Iterator

import torch

from gradviz.engine.record.ledger.places import Places, are_apart, spot_of
from gradviz.engine.record.ledger.storages import Storage
from gradviz.engine.record.ledger.stream import Row, whole
from gradviz.model.trace import Tensor

FEW = 8  # tensors in a storage that are looked at one by one


class Counter:
    """A version counter that several tensors share."""

    __slots__ = ("version", "views")

    def __init__(self) -> None:
        self.version: int | None = None  # where it stood when one of them was written down last
        self.views: dict[int, Known] = {}  # by id, those with a grad_fn since which it has not moved on

    def stands(self, known: "Known", *, is_view: bool) -> None:
        """Note where it stood when a tensor was written down, and whether that is such a view."""
        self.version = known.version
        if is_view:
            self.views[known.id] = known


class Known(weakref.ref[torch.Tensor]):
    """A tensor that has an id."""

    __slots__ = (
        "counter",
        "grad_of",
        "has_grad",
        "id",
        "is_leaf",
        "is_stale",
        "is_stray",
        "key",
        "requires_grad",
        "retains_grad",
        "storage",
        "told",
        "version",
    )
    id: int
    key: int  # its address
    told: Row | None  # what was written down of it last; of that, by names:
    version: int | None
    requires_grad: bool
    is_leaf: bool
    retains_grad: bool
    storage: Storage | None  # in which it was then
    counter: Counter | None  # None: it shares none, as far as is known
    has_grad: bool  # when it was written down last, or the program has given it a .grad since
    is_stale: bool  # an op has written to it since
    is_stray: bool  # it shares memory, and nobody knows whether it shares the counter too
    grad_of: "dict[int, Known] | None"  # tensors that it was written down as the .grad of, by id

    def swapped(self) -> None:
        """Note that it is what another was, of which it is not known here what shares its counter, or whose .grad."""
        self.counter = self.grad_of = None
        self.is_stale = self.is_stray = self.has_grad = False

    @property
    def last(self) -> Tensor | None:
        """The record that was written down of it last."""
        return None if self.told is None else whole(Tensor, self.told)


class KnownTensors:
    """The tensors of a run, by address and by storage."""

    def __init__(self, close: Callable[[Known], None]) -> None:
        """Begin with none.

        Args:
            close: takes each tensor that has died, before its counter is seen to move on.
        """
        self._close = close
        self.by_address: dict[int, Known] = {}
        self._dead: list[weakref.ref[torch.Tensor]] = []
        self._died = self._dead.append
        self._count = 0

    def __iter__(self) -> Iterator[Known]:
        """Every tensor that has an id; it may die meanwhile."""
        self.bury()
        return iter(list(self.by_address.values()))

    def find(self, tensor: torch.Tensor) -> Known | None:
        """A tensor that has an id."""
        known = self.by_address.get(id(tensor))
        return known if known is not None and known() is tensor else None

    def adopt(self, tensor: torch.Tensor) -> Known:
        """Give a tensor the next id."""
        if self._dead:
            self.bury()
        key = id(tensor)
        known = self.by_address[key] = Known(tensor, self._died)
        known.id, known.key = self._count, key
        known.told = known.storage = known.counter = known.grad_of = None
        known.is_stale = known.is_stray = known.has_grad = False
        self._count += 1
        return known

    def put(self, known: Known, storage: Storage) -> None:
        """Note in whose memory a tensor is now, and that it may lie elsewhere in it."""
        if known.storage is not None:
            _leave(known, known.storage)
        known.storage = storage
        storage.tensors[known.id] = known

    def sharing(self, storage: Storage) -> list[Known]:
        """The tensors in a storage."""
        return _known((*storage.tensors.values(), *(storage.places or ())))

    def touched(self, known: Known, tensor: torch.Tensor, storage: Storage) -> list[Known]:
        """The other tensors in a storage that may have an element in common with one of them."""
        if known.storage is not storage or (storage.places is None and len(storage.tensors) <= FEW):
            spot = spot_of(tensor)
            others = [(one, one()) for one in self.sharing(storage) if one is not known]
            return [
                one
                for one, other in others
                if other is not None and (one.is_stray or not are_apart(spot, spot_of(other)))
            ]
        places = storage.places = storage.places or Places()
        storage.tensors[known.id] = known  # it may lie elsewhere now
        for one in _known(storage.tensors.values()):
            places.put(one.id, one, anywhere=one.is_stray)
        storage.tensors.clear()
        return [one for one in _known(places.touched(known.id)) if one is not known]

    def meet(self, known: Known, storage: Storage, base: torch.Tensor | None, *, is_made: bool) -> None:
        """Note whose version counter a tensor has that is written down for the first time.

        Args:
            known: the tensor.
            storage: in which it is.
            base: that it is a view of.
            is_made: an op has made it: a Parameter, for one, is made of a tensor out of sight.
        """
        if base is not None:
            known.counter = self.counter_of(base)
            known.is_stray = known.counter is None
        elif not is_made and known.counter is None:
            known.is_stray = len(storage.tensors) > 1 or storage.places is not None

    def note_grad(self, known: Known, gradient: torch.Tensor) -> int | None:
        """Note whose .grad a tensor is, which may be written to by another name; return its id if it has one."""
        grad = self.find(gradient)
        if grad is None:
            return None
        if grad.grad_of is None:
            grad.grad_of = {}
        grad.grad_of[known.id] = known
        return grad.id

    def owners_again(self, owners: dict[int, Known], grad: Tensor, filling: torch.Tensor | None) -> Iterator[Tensor]:
        """Yield the new records of those whose .grad a tensor still is, if that holds something else now.

        Args:
            owners: by id; who is gone, or has another .grad, is taken out.
            grad: the record of the .grad.
            filling: whose AccumulateGrad is at work, which tells of it itself.
        """
        for number, owner in list(owners.items()):
            last = owner.last
            if last is None or last.grad_tensor != grad.id or owner() is None:
                del owners[number]
            elif last.grad != grad.value and owner() is not filling:
                again = owner.told = last._replace(step=grad.step, grad=grad.value)
                yield again

    def counter_of(self, tensor: torch.Tensor) -> Counter | None:
        """The version counter of a tensor, which another is to share; None where the tensor has no id."""
        known = self.find(tensor)
        if known is not None and known.counter is None:
            known.counter = Counter()
        return None if known is None else known.counter

    def bury(self) -> None:
        """Forget the tensors that have died."""
        while self._dead:
            dead = self._dead.pop()
            if isinstance(dead, Known):
                self._close(dead)
                if self.by_address.get(dead.key) is dead:  # or its address was taken over
                    del self.by_address[dead.key]
                if dead.storage is not None:
                    _leave(dead, dead.storage)


def _known(references: Iterable[weakref.ref[torch.Tensor]]) -> list[Known]:
    return [one for one in references if isinstance(one, Known)]


def _leave(known: Known, storage: Storage) -> None:
    """Have a storage forget a tensor."""
    storage.tensors.pop(known.id, None)
    if storage.places is not None:
        storage.places.drop(known.id)
