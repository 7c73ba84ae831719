"""Which tensor is which: ids for tensors and storages that hold without keeping either alive.

A tensor is written down when first seen and again whenever what is known of it changed. Live bytes are counted by
storage, and a storage counts as dead when torch frees it. What dies is only put on a list at that moment, which may
come in the middle of anything, in any thread.
"""

import weakref
from array import array
from collections.abc import Callable, Iterator
from functools import cache

import torch

from gradviz.engine import reader
from gradviz.engine.stream import Stream
from gradviz.engine.values import read_value
from gradviz.model.rules import EXACT
from gradviz.model.trace import Tensor, Value


class _Known(weakref.ref[torch.Tensor]):
    """A tensor that has an id."""

    __slots__ = ("id", "key", "last", "read_after")
    id: int
    key: int  # its address
    last: Tensor | None  # what was written down of it
    read_after: int | None  # the op that had written to its storage when its value was read


class _Storage(weakref.ref[torch.UntypedStorage]):
    """A storage that has an id."""

    __slots__ = ("id", "key", "nbytes")
    id: int
    key: int
    nbytes: int


class Ledger:
    """Ids and last known facts of the run's tensors."""

    def __init__(
        self,
        stream: Stream,
        grad_fn_of: Callable[[torch.Tensor], int | None],
        write_elsewhere: Callable[[torch.Tensor], None],
    ) -> None:
        self._stream = stream
        self._grad_fn_of = grad_fn_of  # torch makes views a new one after their base was changed in place
        self._write_elsewhere = write_elsewhere  # has another thread write down a tensor that its last op made
        self._known: dict[int, _Known] = {}
        self._storages: dict[int, _Storage] = {}
        self._dead: list[weakref.ref[torch.Tensor]] = []
        self._dead_storages: list[_Storage] = []
        self.events = array("q")  # of each birth and death of a storage in order: step, storage, bytes more or less
        self._foreign: set[int] = set()  # storages that others than torch may write to
        self._unfilled: set[int] = set()  # those of torch.empty, until an op writes to them: kernels do it unseen
        self._sharers: dict[int, list[_Known]] = {}  # storage -> the living tensors in it
        self._writers: dict[int, int] = {}  # storage -> the op that wrote to it last
        self._made: dict[int, int] = {}  # grad_fn -> the first tensor seen with it
        self._tensors = 0
        self._storage_count = 0
        self._live_bytes = 0
        self.peak_bytes = 0

    def id_of(self, tensor: torch.Tensor) -> int | None:
        """The id of a tensor seen before."""
        known = self._find(tensor)
        return None if known is None else known.id

    def alive(self) -> Iterator[torch.Tensor]:
        """Every tensor seen that still lives."""
        for known in list(self._known.values()):
            tensor = known()
            if tensor is not None:
                yield tensor

    @property
    def live_bytes(self) -> int:
        """Bytes of the storages that live."""
        self._bury_storages()
        return self._live_bytes

    def is_tracked(self, number: int) -> bool:
        """Whether the tensor of an id lives and requires grad, as far as is known."""
        return any(known.id == number and known.last and known.last.requires_grad for known in self._known.values())

    def with_grad_fn(self, grad_fn: int | None) -> list[int]:
        """The first tensor seen with a grad_fn, if there was one."""
        return [self._made[grad_fn]] if grad_fn in self._made else []

    def see(self, tensor: torch.Tensor, line: int | None) -> int:
        """Return the tensor's id; write it down if it is new or was changed behind the recorder's back."""
        known = self._known.get(id(tensor))
        if known is None or known() is not tensor:
            self._write_elsewhere(tensor)
            known = self._find(tensor) or self._adopt(tensor)
        last = known.last
        if last is None:
            return self._write(known, tensor, None, self._grad_fn_of(tensor), line, self._value(tensor))
        # .data has a version counter of its own: what is written through it is seen by the writer alone.
        writer = self._writers.get(last.storage)
        unsure = last.storage in self._foreign or last.storage in self._unfilled
        changed = unsure or reader.version(tensor) != last.version or writer != known.read_after
        flags = (tensor.requires_grad, reader.is_leaf(tensor), tensor.retains_grad)
        if changed or flags != (last.requires_grad, last.is_leaf, last.retains_grad):
            made_by = writer if changed and writer is not None else last.made_by
            value = self._value(tensor) if changed else last.value
            self._write(known, tensor, made_by, self._grad_fn_of(tensor), last.line, value)
        return known.id

    def promise(self, tensor: torch.Tensor) -> int:
        """Return the tensor's id; it will be written down later."""
        return (self._find(tensor) or self._adopt(tensor)).id

    def made(self, tensor: torch.Tensor, op: int, grad_fn: int | None, line: int | None, value: Value | None) -> int:
        """Write down a tensor that an op has just returned, and return its id."""
        return self._write(self._find(tensor) or self._adopt(tensor), tensor, op, grad_fn, line, value)

    def wrote(self, tensor: torch.Tensor, op: int) -> None:
        """Note that an op changed the memory of a tensor."""
        storage = self.storage_of(tensor)
        self._writers[storage] = op
        self._unfilled.discard(storage)

    def unfilled(self, tensor: torch.Tensor) -> None:
        """Note that nobody has given the memory of a tensor values yet."""
        self._unfilled.add(self.storage_of(tensor))

    def spread(self, tensor: torch.Tensor) -> None:
        """Write down again every other tensor in the memory of one that an op changed."""
        for known in tuple(self._sharers.get(self.storage_of(tensor), ())):
            other = known()
            if other is not None and other is not tensor:
                self.see(other, None)

    def storage_of(self, tensor: torch.Tensor) -> int:
        """The id of a tensor's storage, which counts as alive from now on.

        A tensor without one gets an id of its own.
        """
        return self.storage_at(reader.storage_key(tensor))

    def storage_at(self, found: tuple[torch.UntypedStorage, int] | None) -> int:
        """The same of a storage that reader.storage_key found."""
        if found is None:
            return self._next_storage()
        storage, key = found
        known = self._storages.get(key)
        return known.id if known is not None and known() is storage else self._count(storage, key)

    def value_of(self, tensor: torch.Tensor) -> Value | None:
        """The tensor's value, from its record where that still holds."""
        return self._held_value(tensor) or self._value(tensor)

    def value_of_view(self, output: torch.Tensor, viewed: torch.Tensor) -> Value | None:
        """The statistics of a view of a whole tensor, from that tensor's record; None where it has none."""
        if viewed.numel() <= EXACT or viewed.dtype != output.dtype:
            return None
        value = self._held_value(viewed)
        return None if value is None else value._replace(shape=tuple(output.shape))

    def handed_out(self, tensor: torch.Tensor) -> None:
        """Note that others than torch were given the memory of a tensor."""
        with self._stream.lock:
            self._foreign.add(self.storage_of(tensor))

    def reassigned(self, tensor: torch.Tensor) -> None:
        """Write down a tensor that the program gave other memory: x.data = y."""
        with self._stream.lock:
            known = self._find(tensor)
            if known is not None and known.last is not None:
                self._rewrite(known, tensor)

    def swap(self, one: torch.Tensor, other: torch.Tensor, swap: Callable[[], None]) -> None:
        """Have two tensors swapped (torch.utils.swap_tensors), which torch refuses while anybody has weak references.

        Args:
            one: a tensor.
            other: another.
            swap: swaps what they are; each stays the object that it is.
        """
        with self._stream.lock:
            held = [(tensor, self._let_go(tensor)) for tensor in (one, other)]
            try:
                swap()
            finally:
                for tensor, facts in held:
                    if facts is not None:
                        number, last, read_after = facts
                        known = self._remember(tensor, number, last, read_after)
                        self._rewrite(known, tensor)

    def refresh(self) -> None:
        """Write down again every living tensor whose version, flags or grad changed."""
        for tensor in self.alive():
            self.refresh_grad(tensor)

    def refresh_grads(self) -> None:
        """Write down again every living tensor whose .grad is another than when it was written down last."""
        for known in list(self._known.values()):
            last = known.last
            if last is None or not last.requires_grad or not (last.is_leaf or last.retains_grad):
                continue
            tensor = known()
            if tensor is not None and self._grad_value(tensor) != last.grad:
                self.refresh_grad(tensor)

    def refresh_retained(self) -> None:
        """Write down again every living tensor that is no leaf and was given a .grad since it was written down last."""
        for known in list(self._known.values()):
            last = known.last
            tensor = known() if last is not None and last.retains_grad and not last.is_leaf else None
            if last is not None and tensor is not None and self._grad_value(tensor) != last.grad:
                self.refresh_grad(tensor)

    def _grad_value(self, tensor: torch.Tensor) -> Value | None:
        gradient = _gradient(tensor)
        return None if gradient is None else self.value_of(gradient)

    def refresh_grad(self, tensor: torch.Tensor) -> None:
        """Write a tensor down again if its version, flags or grad changed."""
        self.see(tensor, None)
        known = self._known[id(tensor)]
        last = known.last
        if last is None:
            return
        if tensor.retains_grad != last.retains_grad or last.grad is not None or _gradient(tensor) is not None:
            self._write(known, tensor, last.made_by, last.grad_fn, last.line, last.value)

    def _find(self, tensor: torch.Tensor) -> _Known | None:
        known = self._known.get(id(tensor))
        return known if known is not None and known() is tensor else None

    def _write(
        self,
        known: _Known,
        tensor: torch.Tensor,
        made_by: int | None,
        grad_fn: int | None,
        line: int | None,
        value: Value | None,
    ) -> int:
        """Record the tensor as it is now and return its id."""
        last, number = known.last, known.id
        requires_grad, is_leaf, is_inference, retains_grad, version, base = reader.flags(tensor)
        gradient = tensor.grad if is_leaf or retains_grad else None  # any other warns when it is asked
        storage = self.storage_of(tensor)
        record = Tensor(
            number,
            self._stream.stamp,
            reader.shape(tensor),
            _dtype_name(tensor.dtype),
            _device_name(tensor.device),
            requires_grad,
            is_leaf,
            is_inference,
            retains_grad,
            version,
            reader.nbytes(tensor),
            storage,
            None if base is None else self.id_of(base),
            made_by,
            grad_fn,
            line if last is None or last.line is None else last.line,
            value,
            None if gradient is None else self._value(gradient),
            (),
            type(tensor) is not torch.Tensor and isinstance(tensor, torch.nn.Parameter),
            None if gradient is None else self.id_of(gradient),
        )
        if grad_fn is not None:
            self._made.setdefault(grad_fn, number)
        known.read_after = self._writers.get(storage)
        if last is None:
            self._stream.promised -= 1
        if last is None or last.storage != storage:
            self._share(known, storage)
        if last is None or record[2:] != last[2:]:
            known.last = record
            self._stream.tensors.append(record)
        return number

    def _share(self, known: _Known, storage: int) -> None:
        """Note whose memory is in a storage."""
        if known.last is not None:
            self._leave(known, known.last.storage)
        self._sharers.setdefault(storage, []).append(known)

    def _rewrite(self, known: _Known, tensor: torch.Tensor) -> None:
        """Write down all of a tensor as it is when the line at hand is done."""
        last, self._stream.stamp_ahead = known.last, 1
        try:
            if last is not None:
                self._write(known, tensor, last.made_by, self._grad_fn_of(tensor), last.line, self._value(tensor))
        finally:
            self._stream.stamp_ahead = 0

    def _let_go(self, tensor: torch.Tensor) -> tuple[int, Tensor | None, int | None] | None:
        """Drop every reference to a tensor; return what _remember wants."""
        known = self._find(tensor)
        if known is None:
            return None
        del self._known[known.key]
        if known.last is not None:
            self._leave(known, known.last.storage)
        return known.id, known.last, known.read_after

    def _adopt(self, tensor: torch.Tensor) -> _Known:
        if self._dead:
            self._bury()
        self._tensors += 1
        self._stream.promised += 1
        return self._remember(tensor, self._tensors - 1, None, None)

    def _remember(self, tensor: torch.Tensor, number: int, last: Tensor | None, read_after: int | None) -> _Known:
        known = _Known(tensor, self._dead.append)
        known.id, known.key, known.last, known.read_after = number, id(tensor), last, read_after
        self._known[known.key] = known
        if last is not None:
            self._sharers.setdefault(last.storage, []).append(known)
        return known

    def _bury(self) -> None:
        while self._dead:
            dead = self._dead.pop()
            if not isinstance(dead, _Known):
                continue
            if self._known.get(dead.key) is dead:  # or its address was taken over
                del self._known[dead.key]
            if dead.last is not None:
                self._leave(dead, dead.last.storage)

    def _leave(self, known: _Known, storage: int) -> None:
        sharers = self._sharers[storage]
        if len(sharers) > 1:
            self._sharers[storage] = [one for one in sharers if one is not known]
        else:
            del self._sharers[storage]

    def _count(self, storage: torch.UntypedStorage, key: int) -> int:
        if self._dead_storages:
            self._bury_storages()
        known = _Storage(storage, self._storage_died)
        known.id, known.key, known.nbytes = self._next_storage(), key, storage.nbytes()
        self.events.extend((self._stream.stamp, known.id, known.nbytes))
        self._storages[key] = known
        if reader.is_foreign(storage):
            self._foreign.add(known.id)
        self._live_bytes += known.nbytes
        self.peak_bytes = max(self.peak_bytes, self._live_bytes)
        return known.id

    def _storage_died(self, dead: weakref.ref[torch.UntypedStorage]) -> None:
        if isinstance(dead, _Storage):
            self.events.extend((self._stream.stamp, dead.id, -dead.nbytes))
            self._dead_storages.append(dead)

    def _bury_storages(self) -> None:
        while self._dead_storages:
            dead = self._dead_storages.pop()
            self._live_bytes -= dead.nbytes
            if self._storages.get(dead.key) is dead:
                del self._storages[dead.key]

    def _next_storage(self) -> int:
        self._storage_count += 1
        return self._storage_count - 1

    def _held_value(self, tensor: torch.Tensor) -> Value | None:
        """The value in a tensor's last record, if that is what it still holds."""
        known = self._find(tensor)
        last = None if known is None else known.last
        if known is None or last is None or last.version != reader.version(tensor):
            return None
        unsure = last.storage in self._foreign or last.storage in self._unfilled
        return None if unsure or self._writers.get(last.storage) != known.read_after else last.value

    def _value(self, tensor: torch.Tensor) -> Value | None:
        with reader.unwatched():
            return read_value(tensor)


def _gradient(tensor: torch.Tensor) -> torch.Tensor | None:
    """The tensor in .grad. Any other tensor than these warns when it is asked."""
    return tensor.grad if reader.is_leaf(tensor) or tensor.retains_grad else None


@cache
def _dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


@cache
def _device_name(device: torch.device) -> str:
    return str(device)
