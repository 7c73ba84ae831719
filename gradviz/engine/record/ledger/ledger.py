"""What is known of the run's tensors: each is written down when first seen, and again whenever that changed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

import torch

from gradviz.engine.record.internals import guards, reader
from gradviz.engine.record.internals.values import read_value
from gradviz.engine.record.ledger.known import Counter, Known, KnownTensors
from gradviz.engine.record.ledger.storages import Storage, Storages
from gradviz.engine.record.ledger.stream import Row, Stream, whole
from gradviz.model.rules import EXACT
from gradviz.model.trace import Tensor, Value

_FLAG, _LINE = map(Tensor._fields.index, ("requires_grad", "line"))


class Ledger:
    """Ids and last known facts of the run's tensors."""

    def __init__(
        self,
        stream: Stream,
        grad_fn_of: Callable[[torch.Tensor], int | None],
        write_made: Callable[[torch.Tensor], None],
    ) -> None:
        self._stream = stream
        self._grad_fn_of = grad_fn_of  # torch makes views a new one after their base was changed in place
        self._write_made = write_made  # has a thread write down a tensor that its last op made
        self.tensors = KnownTensors(self._close)
        self._by_address = self.tensors.by_address
        self._made: dict[int, int] = {}  # grad_fn -> the first tensor seen with it
        # Views that were changed, or whose base was, by id: the version that they have their grad_fn from.
        self.changed_views: dict[int, int | None] = {}
        self.filling: torch.Tensor | None = None  # whose AccumulateGrad is at work, which tells of its .grad
        self.storages = Storages(stream)
        self._unwritten = self.storages.unwritten.held

    def id_of(self, tensor: torch.Tensor) -> int | None:
        """The id of a tensor seen before."""
        known = self.tensors.find(tensor)
        return None if known is None else known.id

    def alive(self) -> Iterator[torch.Tensor]:
        """Every tensor seen that still lives."""
        for known in self.tensors:
            if (tensor := known()) is not None:
                yield tensor

    def is_tracked(self, number: int) -> bool:
        """Whether the tensor of an id lives and requires grad, as far as is known."""
        return any(known.id == number and known.told is not None and known.requires_grad for known in self.tensors)

    def with_grad_fn(self, grad_fn: int | None) -> list[int]:
        """The first tensor seen with a grad_fn, if there was one."""
        return [self._made[grad_fn]] if grad_fn in self._made else []

    def see(self, tensor: torch.Tensor, line: int | None) -> int:
        """Return the tensor's id; write it down if it is new or was changed behind the recorder's back.

        Args:
            tensor: the tensor.
            line: the line that made it, if it is new.
        """
        known = self._by_address.get(id(tensor))
        if known is None or known() is not tensor or known.told is None:
            self._write_made(tensor)
            known = self.tensors.find(tensor) or self.promise(tensor)
        storage = known.storage
        if known.told is None or storage is None:
            return self.write(known, tensor, None, self._grad_fn_of(tensor), line, self._value(tensor))
        moved = known.version is not None and tensor._version != known.version
        # .data has a version counter of its own: what is written through it is seen by the writer alone.
        changed = known.is_stale or storage.is_foreign or storage.id in self._unwritten
        changed = changed or (moved and not _is_told(known, tensor))
        requires_grad = tensor.requires_grad
        if not changed and requires_grad is known.requires_grad:
            if not requires_grad:
                return known.id  # it is a leaf and retains no gradient
            is_leaf = self._is_leaf(known, tensor) if self.changed_views else reader.is_leaf(tensor)
            if is_leaf is known.is_leaf and tensor.retains_grad is known.retains_grad:
                return known.id
        last = whole(Tensor, known.told)
        value, made_by = self._value(tensor) if changed else last.value, last.made_by
        if changed and storage.writer is not None and (moved or value is None or value != last.value):
            made_by = storage.writer  # or else that wrote beside it: what unsafe_chunk returns shares memory
        flipped = requires_grad is not known.requires_grad
        number = self.write(known, tensor, made_by, self._grad_fn(known, tensor), last.line, value)
        if flipped:  # its views that autograd has not recorded have the flag with it
            self.spread(tensor)
        return number

    def promise(self, tensor: torch.Tensor) -> Known:
        """Give the tensor an id; it will be written down later."""
        known = self._by_address.get(id(tensor))
        if known is not None and known() is tensor:
            return known
        self._stream.promised += 1
        return self.tensors.adopt(tensor)

    def hand_on(self, tensors: Iterable[torch.Tensor]) -> list[Known]:
        """Return tensors that were written down, and torch may still flag: no page goes before `flag` has seen them."""
        found = list(map(self.promise, tensors))
        self._stream.promised += len(found)
        return found

    def flag(self, those: Iterable[Known]) -> None:
        """Write into the records of such tensors that they require grad, if they do: at no moment they did not."""
        rows = self._stream.tensors
        for known in those:
            self._stream.promised -= 1
            tensor, told = known(), known.told
            if tensor is not None and told is not None and tensor.requires_grad and not known.requires_grad:
                place = next(k for k in reversed(range(len(rows))) if rows[k] is told)
                rows[place] = known.told = (*told[:_FLAG], True, *told[_FLAG + 1 :])
                known.requires_grad = True

    def view_changed(self, tensor: torch.Tensor) -> None:
        """Note that an op that autograd records has changed a view in place, and so given it a grad_fn."""
        self.changed_views[self.promise(tensor).id] = reader.version(tensor)

    def outdated(self, tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """The tensors among these whose grad_fn torch will make anew."""
        return [one for one in tensors if self.has_outdated(one)]

    def has_outdated(self, tensor: torch.Tensor) -> bool:
        """Whether torch will make the grad_fn of a tensor anew."""
        known = self.tensors.find(tensor)
        return known is not None and self._is_outdated(known, tensor)

    def made_anew(self, tensor: torch.Tensor) -> None:
        """Note that torch has made a tensor's grad_fn anew."""
        known = self.tensors.find(tensor)
        last = None if known is None else known.last
        if known is not None and last is not None:
            self.changed_views[known.id] = reader.version(tensor)
            self.write(known, tensor, last.made_by, self._grad_fn_of(tensor), last.line, last.value)

    def counter_of(self, tensor: torch.Tensor) -> Counter | None:
        """The version counter of a tensor that has an id, which another is to share."""
        return self.tensors.counter_of(tensor)

    def spread(self, tensor: torch.Tensor) -> None:
        """Write down again every other tensor in the memory of one that has another flag now."""
        self.see_again(self.tensors.sharing(self.storages.of(tensor)))

    def written(self, tensor: torch.Tensor, op: int) -> list[Known]:
        """Note that an op has written to a tensor; return the others that are other than they were because of that.

        What it has not touched has another version at most, which the record of one that shares its counter tells.
        """
        self.tensors.bury()  # what has died has not seen it
        storage, known = self.storages.of(tensor), self.promise(tensor)
        storage.writer = op
        touched = self.tensors.touched(known, tensor, storage)
        for one in (known, *touched):
            one.is_stale = True
        if known.counter is not None:
            # Torch makes their grad_fns anew when it is asked for them: then it lets go of those that they had, with
            # what these saved, and takes along what waits there for a gradient. So nobody asks before the program does.
            for view in known.counter.views.values():
                self.changed_views[view.id] = view.version
            known.counter.views.clear()
        is_first = known.told is not None and tensor.requires_grad and not known.requires_grad
        return self.tensors.sharing(storage) if is_first else touched  # so has its base, and the views of that

    def see_again(self, those: Iterable[Known]) -> None:
        """Write down again those that live of some tensors."""
        for tensor in [known() for known in those]:
            if tensor is not None:
                self.see(tensor, None)

    def _close(self, dead: Known) -> None:
        """Write down the version that a tensor had in the end, if others with its counter have moved that on."""
        self.changed_views.pop(dead.id, None)
        counter = dead.counter
        if counter is None or dead.told is None:
            return
        counter.views.pop(dead.id, None)
        last = whole(Tensor, dead.told)
        if counter.version not in (None, last.version):
            stream = self._stream
            stream.tensors.append(last._replace(step=stream.stamp, version=counter.version))

    def value_of(self, gradient: torch.Tensor) -> Value:
        """The value of a gradient, from its record where that still holds; one that cannot be read is there too."""
        return self._held_value(gradient) or self._value(gradient) or Value(reader.shape(gradient))

    def value_of_same(self, output: torch.Tensor, operand: torch.Tensor, held: Value | None) -> Value | None:
        """The statistics of a result that has the elements of an operand, in whatever order; None where none are known.

        Args:
            output: the result.
            operand: the operand.
            held: its value, if that is known otherwise than from its record.
        """
        count = output.numel()
        if count <= EXACT or operand.numel() != count or operand.dtype != output.dtype:
            return None
        if output.device != operand.device:  # one without memory, device meta, holds no elements
            return None
        value = held or self._held_value(operand)
        return None if value is None else tuple.__new__(Value, (tuple(output.shape), *value[1:]))

    def refresh(self) -> None:
        """Write down again every living tensor whose version, flags or grad changed, at the end of the run."""
        outdated = self.outdated(list(self.alive()))
        self.changed_views.clear()
        for tensor in outdated:
            self.made_anew(tensor)
        for tensor in self.alive():
            self.refresh_grad(tensor)

    def refresh_foreign(self) -> None:
        """Write down again what others may have written to, as numpy does, where it is little: they do so unseen."""
        for storage in self.storages.foreign:
            for known in self.tensors.sharing(storage):
                tensor = known()
                if tensor is not None and known.told is not None and tensor.numel() <= EXACT:
                    self.see(tensor, None)

    def refresh_retained(self) -> None:
        """Write down again every living tensor that is no leaf and was given a .grad since it was written down last."""
        for known in self.tensors:
            if known.told is None or not known.retains_grad or known.is_leaf:
                continue
            tensor, last = known(), whole(Tensor, known.told)
            if tensor is not None and self._grad_value(tensor) != last.grad:
                self.refresh_grad(tensor)

    def _grad_value(self, tensor: torch.Tensor) -> Value | None:
        gradient = reader.gradient(tensor)
        return None if gradient is None else self.value_of(gradient)

    def refresh_grad(self, tensor: torch.Tensor) -> None:
        """Write a tensor down again if its version, flags or grad changed."""
        self.see(tensor, None)
        known = self._by_address[id(tensor)]
        last = known.last
        if last is None:
            return
        is_same = tensor.retains_grad == last.retains_grad and last.version == reader.version(tensor)
        if not is_same or last.grad is not None or known.has_grad or reader.gradient(tensor) is not None:
            self.write(known, tensor, last.made_by, last.grad_fn, last.line, last.value)

    def write(
        self,
        known: Known,
        tensor: torch.Tensor,
        made_by: int | None,
        grad_fn: int | None,
        line: int | None,
        value: Value | None,
        storage: Storage | None = None,
    ) -> int:
        """Record a tensor as it is now and return its id; its storage is asked for unless it is given."""
        told, number = known.told, known.id
        is_leaf = grad_fn is None and (self._is_leaf(known, tensor) if self.changed_views else reader.is_leaf(tensor))
        requires_grad, is_inference, retains_grad, version, base, shape, nbytes, strides = reader.state(tensor)
        # Any other warns when it is asked and has none.
        gradient = tensor.grad if is_leaf or retains_grad or known.has_grad else None
        known.has_grad = gradient is not None
        storage, stream = self.storages.of(tensor) if storage is None else storage, self._stream
        facts: Row = (  # of Tensor
            number,
            stream.steps + stream.stamp_ahead,
            shape,
            _dtype_name(tensor.dtype),
            "cpu" if tensor.is_cpu else _device_name(tensor.device),
            requires_grad,
            is_leaf,
            is_inference,
            retains_grad,
            version,
            nbytes,
            storage.id,
            None if base is None else self.id_of(base),
            made_by,
            grad_fn,
            line if told is None or told[_LINE] is None else told[_LINE],
            value,
        )
        if gradient is not None or strides is not None or type(tensor) is not torch.Tensor:
            grad = None if gradient is None else self.value_of(gradient)
            source = None if gradient is None else self.tensors.note_grad(known, gradient)
            facts = (*facts, grad, (), isinstance(tensor, torch.nn.Parameter), source, strides)
        if grad_fn is not None:
            self._made.setdefault(grad_fn, number)
        if known.storage is not storage:
            self.tensors.put(known, storage)
        known.requires_grad, known.is_leaf, known.retains_grad = requires_grad, is_leaf, retains_grad
        known.version, known.is_stale = version, False
        if told is None:
            stream.promised -= 1
            self.tensors.meet(known, storage, base, is_made=made_by is not None)
        elif facts[2:] == told[2:]:
            return number
        known.told = facts
        if known.counter is not None:
            is_view = base is not None and grad_fn is not None and number not in self.changed_views
            known.counter.stands(known, is_view=is_view)
        stream.tensors.append(facts)
        if known.grad_of is not None:
            stream.tensors.extend(self.tensors.owners_again(known.grad_of, whole(Tensor, facts), self.filling))
        return number

    def rewrite(self, known: Known, tensor: torch.Tensor) -> None:
        """Write down all of a tensor as it is when the line at hand is done."""
        last = known.last
        if last is None:
            return
        with self._stream.ahead:
            if known.storage is not None:
                self.tensors.put(known, known.storage)  # it may lie elsewhere in it
            self.write(known, tensor, last.made_by, self._grad_fn(known, tensor), last.line, self._value(tensor))

    def _is_outdated(self, known: Known, tensor: torch.Tensor) -> bool:
        return known.id in self.changed_views and self.changed_views[known.id] != reader.version(tensor)

    def _grad_fn(self, known: Known, tensor: torch.Tensor) -> int | None:
        if known.told is not None and self._is_outdated(known, tensor):
            return whole(Tensor, known.told).grad_fn
        return self._grad_fn_of(tensor)

    def _is_leaf(self, known: Known, tensor: torch.Tensor) -> bool:
        """Whether a tensor is a leaf, for which torch asks for its grad_fn."""
        return not self._is_outdated(known, tensor) and reader.is_leaf(tensor)

    def _held_value(self, tensor: torch.Tensor) -> Value | None:
        """The value in a tensor's last record, if that is what it still holds."""
        known = self.tensors.find(tensor)
        if known is None or known.told is None or known.storage is None:
            return None
        storage = known.storage
        if known.is_stale or storage.is_foreign or storage.id in self._unwritten:
            return None
        if known.version != reader.version(tensor) and not _is_told(known, tensor):
            return None
        value = whole(Tensor, known.told).value
        return None if value is None or value.uninitialized else value

    def _value(self, tensor: torch.Tensor) -> Value | None:
        with guards.unwatched():
            return read_value(tensor, self.storages.is_uninitialized(tensor))


def _is_told(known: Known, tensor: torch.Tensor) -> bool:
    """Whether a tensor's version is that which another with its counter was last written down with."""
    return known.counter is not None and known.counter.version == tensor._version


@cache
def _dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


@cache
def _device_name(device: torch.device) -> str:
    return str(device)
