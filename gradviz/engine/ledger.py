"""Which tensor is which: ids for tensors and storages that hold without keeping either alive.

A tensor is written down when first seen and again whenever what is known of it changed. Live bytes are counted by
storage, and a storage counts as dead when torch frees it.
"""

import weakref
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import torch

from gradviz.engine import reader
from gradviz.engine.stream import Stream
from gradviz.engine.values import read_value
from gradviz.model.trace import Tensor, Value


class _Known(NamedTuple):
    ref: weakref.ref[torch.Tensor]
    id: int


class Ledger:
    """Ids and last known facts of the run's tensors."""

    def __init__(self, stream: Stream, grad_fn_of: Callable[[torch.Tensor], int | None]) -> None:
        self._stream = stream
        self._grad_fn_of = grad_fn_of  # torch makes views a new one after their base was changed in place
        self._known: dict[int, _Known] = {}
        self._last: dict[int, Tensor] = {}  # of living tensors
        self._storages: dict[int, tuple[weakref.ref[torch.UntypedStorage], int, int]] = {}
        self._foreign: set[int] = set()  # storages that others than torch may write to
        self._writers: dict[int, int] = {}  # storage -> the op that wrote to it last
        self._read_after: dict[int, int | None] = {}  # tensor -> the writer after which its value was read
        self._made: dict[int | None, int] = {}  # grad_fn -> the first tensor seen with it
        self._tensors = 0
        self._storage_count = 0
        self.live_bytes = 0
        self.peak_bytes = 0

    def id_of(self, tensor: torch.Tensor) -> int | None:
        """The id of a tensor seen before."""
        known = self._known.get(id(tensor))
        return known.id if known is not None and known.ref() is tensor else None

    def alive(self) -> Iterator[torch.Tensor]:
        """Every tensor seen that still lives."""
        for known in list(self._known.values()):
            tensor = known.ref()
            if tensor is not None:
                yield tensor

    def is_tracked(self, number: int) -> bool:
        """Whether the tensor of an id requires grad, as far as is known."""
        last = self._last.get(number)
        return last is not None and last.requires_grad

    def with_grad_fn(self, grad_fn: int | None) -> list[int]:
        """The first tensor seen with a grad_fn, if there was one."""
        return [self._made[grad_fn]] if grad_fn in self._made else []

    def see(self, tensor: torch.Tensor, line: int | None) -> int:
        """Return the tensor's id; write it down if it is new or was changed behind the recorder's back."""
        number = self.id_of(tensor)
        last = None if number is None else self._last.get(number)
        if number is None or last is None:
            return self.write(tensor, None, self._grad_fn_of(tensor), line, self._value(tensor))
        # .data has a version counter of its own: what is written through it is seen by the writer alone.
        writer = self._writers.get(last.storage)
        changed = reader.version(tensor) != last.version or not self._holds(last)
        if changed or tensor.requires_grad != last.requires_grad or reader.is_leaf(tensor) != last.is_leaf:
            made_by = writer if changed and writer is not None else last.made_by
            value = self._value(tensor) if changed else last.value
            self.write(tensor, made_by, self._grad_fn_of(tensor), last.line, value)
        return number

    def reserve(self, tensor: torch.Tensor) -> int:
        """Give a tensor its id before it is written down."""
        number = self.id_of(tensor)
        if number is not None:
            return number
        self.storage_of(tensor)  # it counts from now on: what it replaces may be gone when it is written down
        return self._adopt(tensor)

    def made(self, tensor: torch.Tensor, op: int, grad_fn: int | None, line: int | None, value: Value | None) -> int:
        """Write down a tensor that an op has just returned."""
        return self.write(tensor, op, grad_fn, line, value)

    def wrote(self, tensor: torch.Tensor, op: int) -> None:
        """Note that an op changed the memory of a tensor."""
        self._writers[self.storage_of(tensor)] = op

    def write(
        self, tensor: torch.Tensor, made_by: int | None, grad_fn: int | None, line: int | None, value: Value | None
    ) -> int:
        """Record the tensor as it is now and return its id."""
        number = self.id_of(tensor)
        last = None if number is None else self._last.get(number)
        if number is None:
            number = self._adopt(tensor)
        base, gradient = reader.base(tensor), _gradient(tensor)
        record = Tensor(
            number,
            self._stream.steps,
            tuple(tensor.shape),
            _dtype_name(tensor.dtype),
            _device_name(tensor.device),
            tensor.requires_grad,
            reader.is_leaf(tensor),
            tensor.is_inference(),
            tensor.retains_grad,
            reader.version(tensor),
            tensor.numel() * tensor.element_size(),
            self.storage_of(tensor),
            None if base is None else self.id_of(base),
            made_by,
            grad_fn,
            line if last is None or last.line is None else last.line,
            value,
            None if gradient is None else self._value(gradient),
            (),
            isinstance(tensor, torch.nn.Parameter),
            None if gradient is None else self.id_of(gradient),
        )
        if grad_fn is not None:
            self._made.setdefault(grad_fn, number)
        self._read_after[number] = self._writers.get(record.storage)
        if last is None or record[2:] != last[2:]:
            self._last[number] = record
            self._stream.tensors.append(record)
        return number

    def storage_of(self, tensor: torch.Tensor) -> int:
        """The id of a tensor's storage; a tensor without one gets an id of its own."""
        found = reader.storage_key(tensor)
        if found is None:
            return self._new_storage()
        storage, key = found
        known = self._storages.get(key)
        if known is not None and known[0]() is storage:
            return known[1]
        number, nbytes = self._new_storage(), storage.nbytes()
        if reader.is_foreign(storage):
            self._foreign.add(number)
        self._storages[key] = (weakref.ref(storage, lambda _: self._storage_died(key)), number, nbytes)
        self.live_bytes += nbytes
        self.peak_bytes = max(self.peak_bytes, self.live_bytes)
        return number

    def value_of(self, tensor: torch.Tensor) -> Value | None:
        """The tensor's value, from its record where that still holds."""
        number = self.id_of(tensor)
        last = None if number is None else self._last.get(number)
        if number is None or last is None or last.version != reader.version(tensor):
            return self._value(tensor)
        return last.value if self._holds(last) else self._value(tensor)

    def handed_out(self, tensor: torch.Tensor) -> None:
        """Note that others than torch were given the memory of a tensor."""
        self._foreign.add(self.storage_of(tensor))

    def refresh(self) -> None:
        """Write down again every living tensor whose version, flags or grad changed."""
        for tensor in self.alive():
            self.refresh_grad(tensor)

    def refresh_grad(self, tensor: torch.Tensor) -> None:
        """Write a tensor down again if its version, flags or grad changed."""
        last = self._last[self.see(tensor, None)]
        if tensor.retains_grad != last.retains_grad or last.grad is not None or _gradient(tensor) is not None:
            self.write(tensor, last.made_by, last.grad_fn, last.line, last.value)

    def _holds(self, last: Tensor) -> bool:
        """Whether the value in a tensor's last record is what it still holds, as far as its memory goes."""
        return self._writers.get(last.storage) == self._read_after[last.id] and last.storage not in self._foreign

    def _adopt(self, tensor: torch.Tensor) -> int:
        number, key = self._tensors, id(tensor)
        self._tensors += 1
        self._known[key] = _Known(weakref.ref(tensor, lambda _: self._tensor_died(key, number)), number)
        return number

    def _tensor_died(self, key: int, number: int) -> None:
        known = self._known.get(key)
        if known is not None and known.id == number:  # the address may have been taken over already
            del self._known[key]
        self._last.pop(number, None)
        self._read_after.pop(number, None)

    def _storage_died(self, key: int) -> None:
        self.live_bytes -= self._storages.pop(key)[2]

    def _new_storage(self) -> int:
        self._storage_count += 1
        return self._storage_count - 1

    def _value(self, tensor: torch.Tensor) -> Value | None:
        with reader.Unwatched():
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
