"""Memory that nobody has written to: what of a storage is as torch.empty handed it out, or was computed from that.

It is known element by element, so that rows filled one after the other, or a cache filled up to a place, are told from
what is still to be filled. In nearly all runs there is none for longer than it takes to initialize a parameter: those
who ask look at `held` first.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import torch

from gradviz.engine.record.internals import guards, reader
from gradviz.engine.record.internals.operators import Traits
from gradviz.model.trace import EMPTY

# Elements that are told apart in all, a byte each: a storage with more than are left counts as written after any write.
MOST = 1 << 26
Places = tuple[str, tuple[object, ...]]  # an op in place, and those of its arguments that tell it where to write
# Names of the ops in place that put a number into each element, without regard to what was there.
_FILLS = frozenset(
    (
        *("copy_", "fill_", "zero_", "normal_", "uniform_", "random_", "bernoulli_", "exponential_", "geometric_"),
        *("cauchy_", "log_normal_", "_foreach_zero_", "_foreach_copy_"),
    )
)
# Of those that put numbers at places, an op that does so, and up to which of their arguments they say where.
_AT_PLACES = {
    "index_put_": ("index_put_", 2),
    "_index_put_impl_": ("index_put_", 2),
    "index_fill_": ("index_fill_", 3),
    "index_copy_": ("index_fill_", 3),
    "scatter_": ("scatter_", 3),
    "masked_fill_": ("masked_fill_", 2),
}
_MADE = ("new_", "empty", "rand", "resize", "set_")  # ops on tensors of which they want the shape or the dtype alone


class Memory:
    """What the whole of a storage is known by here."""

    __slots__ = ("elements", "left")

    def __init__(self) -> None:
        self.elements: torch.Tensor | None = None  # whether each is unwritten; None: all are
        self.left = 0  # how many are


class Flow(NamedTuple):
    """What an op that is given such memory does with it."""

    spreads: bool  # its results are computed from it
    written: Sequence[torch.Tensor]
    is_fill: bool  # it puts a number into each element of those
    places: Places | None  # or into some
    shared: frozenset[int]  # storages of what it was given


class Unwritten:
    """The storages of a run in which something is as torch.empty handed it out, by id."""

    def __init__(self, storage_of: Callable[[torch.Tensor], int]) -> None:
        self._storage_of = storage_of
        self.held: dict[int, Memory] = {}
        self._told_apart = 0  # elements

    def is_in(self, storage: int, tensor: torch.Tensor) -> bool:
        """Whether a tensor in a storage has an element that nobody has written to."""
        memory = self.held.get(storage)
        if memory is None or memory.elements is None:
            return memory is not None
        with guards.unwatched():
            region = _region(memory.elements, tensor)
            return region is None or bool(region.any())

    def born(self, storage: int, tensor: torch.Tensor) -> None:
        """Note that all of the storage of a tensor is unwritten, or was computed from what is, if it has memory."""
        if not tensor.is_meta and reader.storage_key(tensor) is not None:
            self.forget(storage)
            self.held[storage] = Memory()

    def forget(self, storage: int) -> None:
        """Note that a storage has no such memory any more, or is gone."""
        memory = self.held.pop(storage, None)
        if memory is not None and memory.elements is not None:
            self._told_apart -= memory.elements.numel()

    def before(
        self, traits: Traits, args: tuple[object, ...], operands: list[torch.Tensor], written: Sequence[torch.Tensor]
    ) -> Flow:
        """Find out what an op that is about to run does with such memory."""
        storages, own = [(self._storage_of(one), one) for one in operands], {*map(id, written)}
        spreads = _reads(traits) and any(self.is_in(storage, one) for storage, one in storages if id(one) not in own)
        fills, at = bool(written) and _is_fill(traits), _places(traits, args) if written else None
        return Flow(spreads, written, fills, at, frozenset([storage for storage, _ in storages]))

    def after(self, flow: Flow, outputs: Sequence[torch.Tensor]) -> None:
        """Note what an op has done with such memory."""
        for tensor in flow.written:
            if flow.spreads:
                self._spoilt(self._storage_of(tensor), tensor)
            elif flow.is_fill or flow.places is not None:
                self._wrote(self._storage_of(tensor), tensor, flow.places)
        for tensor in outputs if flow.spreads else ():
            storage = self._storage_of(tensor)
            if storage not in flow.shared:
                self.born(storage, tensor)

    def _wrote(self, storage: int, tensor: torch.Tensor, places: Places | None) -> None:
        """Note that numbers were put into each element of a tensor, or into those at some places."""
        memory = self.held.get(storage)
        if memory is None:
            return
        with guards.unwatched():
            elements = memory.elements
            if elements is None:
                count = _count(tensor)
                if (count <= tensor.numel() and places is None) or self._told_apart + count > MOST:
                    self.forget(storage)
                    return
                elements = self._tell_apart(memory, count, are_unwritten=True)
            region = _region(elements, tensor)
            if region is None:
                self.forget(storage)
                return
            before = int(region.sum())
            if places is None:
                region.fill_(value=False)
            else:
                _put(region, places)
            memory.left -= before - int(region.sum())
            if memory.left <= 0 and not elements.any():  # elements that overlap are counted twice
                self.forget(storage)

    def _spoilt(self, storage: int, tensor: torch.Tensor) -> None:
        """Note that what is in a tensor was computed from such memory."""
        memory, count = self.held.get(storage), _count(tensor)
        if memory is None and count <= tensor.numel():
            self.born(storage, tensor)
            return
        with guards.unwatched():
            if memory is None and self._told_apart + count <= MOST:
                memory = self.held[storage] = Memory()
                self._tell_apart(memory, count, are_unwritten=False)
            if memory is not None and memory.elements is not None:
                region = _region(memory.elements, tensor)
                if region is not None:
                    before = int(region.sum())
                    region.fill_(value=True)
                    memory.left += int(region.sum()) - before

    def _tell_apart(self, memory: Memory, count: int, *, are_unwritten: bool) -> torch.Tensor:
        """Know a storage by its elements from now on."""
        self._told_apart += count
        memory.left = count if are_unwritten else 0
        memory.elements = torch.full((count,), are_unwritten, dtype=torch.bool, device="cpu")
        return memory.elements


def _is_fill(traits: Traits) -> bool:
    """Whether an op writes to each element of what it writes to, whatever that held: x.fill_(1), out=x."""
    return _name(traits) in _FILLS or traits.has_out


def _reads(traits: Traits) -> bool:
    """Whether what an op is given matters to its results, beyond shape and dtype."""
    name = _name(traits)
    return not name.startswith(_MADE) and not name.endswith("_like") and traits.name not in EMPTY


def _places(traits: Traits, args: tuple[object, ...]) -> Places | None:
    """The places that an op writes to, with the op that does; None: it says none."""
    known = _AT_PLACES.get(_name(traits))
    if known is None or "reduce" in traits.name or (known[0] == "index_put_" and args[3:4] == (True,)):  # it can add
        return None
    return known[0], args[1 : known[1]]


def _name(traits: Traits) -> str:
    return traits.name.rpartition(":")[2].partition(".")[0]


def _count(tensor: torch.Tensor) -> int:
    """How many elements as those of a tensor its storage has."""
    found = reader.storage_key(tensor)
    return 0 if found is None else found[0].nbytes() // tensor.element_size()


def _region(elements: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor | None:
    """The part of a storage's elements that are a tensor's; None where it counts them in another size."""
    if _count(tensor) != elements.numel():
        return None
    return elements.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())


def _put(region: torch.Tensor, places: Places) -> None:
    """Have the elements at some places count as written. Where torch refuses the places, none do."""
    name, where = places
    with suppress(RuntimeError, IndexError):
        if name == "index_put_":  # under its other name the places in a dimension cannot be None, which are all
            (indices,) = where
            masks = [_mask(one) for one in indices] if isinstance(indices, list | tuple) else indices
            torch.ops.aten.index_put_(region, masks, torch.zeros((), dtype=torch.bool))
        else:
            getattr(region, name)(*where, False)


def _mask(index: object) -> object:
    """An index as torch takes it with one number for all places, where it wants masks of True and False."""
    return index.bool() if isinstance(index, torch.Tensor) and index.dtype is torch.uint8 else index
