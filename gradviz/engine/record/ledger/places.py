"""Which tensors in a storage have an element in common with one of them.

Of many they are looked for by where they lie, so that a write to one of them costs what it touches, and nothing for
what lies beside it: rows, columns and chunks of one tensor.
"""

import weakref
from collections.abc import Iterator
from typing import NamedTuple

import torch

Reference = weakref.ref[torch.Tensor]
_PLAIN = frozenset((torch.Tensor, torch.nn.Parameter))  # no subclass is asked


class Spot(NamedTuple):
    """Where in a storage the elements of a tensor are, in bytes."""

    begin: int
    end: int
    element: int
    steps: tuple[tuple[int, int], ...]  # along each dimension: how far, how often

    @property
    def is_dense(self) -> bool:
        """Whether its elements fill all that is between the first and the last, as far as is seen at a glance."""
        reach = self.element
        for step, times in sorted(self.steps):
            if step > reach:
                return False
            reach += step * times
        return True

    def within(self, period: int) -> tuple[int, int] | None:
        """The part of each stretch of so many bytes that the elements are in, begin and end; None: none is seen."""
        begin, size = self.begin % period, self.element
        for step, times in self.steps:
            if step < period:
                size += step * times
            elif step % period:
                return None
        return None if begin + size > period else (begin, begin + size)


def spot_of(tensor: torch.Tensor) -> Spot | None:
    """Where the elements of a tensor are; None where nobody can know, or there are none: that too can be recorded."""
    if type(tensor) not in _PLAIN or tensor.layout is not torch.strided or tensor.is_nested or not tensor.numel():
        return None
    size = tensor.element_size()
    begin = int(tensor.storage_offset()) * size
    pairs = zip(tensor.stride(), tensor.shape, strict=True)
    steps = tuple([(stride * size, count - 1) for stride, count in pairs if stride and count > 1])
    return Spot(begin, begin + size + sum([step * times for step, times in steps]), size, steps)


def are_apart(one: Spot | None, other: Spot | None) -> bool:
    """Whether two tensors in one storage are seen at a glance to have no element in common.

    They have none if one ends before the other begins, or does so in each stretch of as many bytes as one of them goes
    on by, as columns do in each row.
    """
    if one is None or other is None:
        return False
    if one.end <= other.begin or other.end <= one.begin:
        return True
    if one.is_dense and other.is_dense:
        return False
    for period, _ in {*one.steps, *other.steps}:
        first, second = one.within(period), other.within(period)
        if first is not None and second is not None and (first[1] <= second[0] or second[1] <= first[0]):
            return True
    return False


class _Drawer(NamedTuple):
    """Tensors that are looked for alike: by a part of each stretch of a storage, or by their whole extent."""

    period: int  # bytes of a stretch, in each of which they have such a part; 0: it is their whole extent
    size: int  # a power of two that this part is smaller than


class Places:
    """Where the tensors of one storage lie. They are given by an id, and as references that hold none of them."""

    def __init__(self) -> None:
        self._spots: dict[int, tuple[Spot, Reference]] = {}
        self._drawers: dict[_Drawer, dict[int, dict[int, None]]] = {}  # the ids, by how many sizes they begin after
        self._anywhere: dict[int, Reference] = {}

    def __iter__(self) -> Iterator[Reference]:
        """All of them."""
        yield from self._anywhere.values()
        for _, reference in self._spots.values():
            yield reference

    def put(self, number: int, reference: Reference, *, anywhere: bool) -> None:
        """Take in a tensor, or that it lies elsewhere now.

        Args:
            number: its id.
            reference: to it.
            anywhere: it counts as touched by whatever is written to.
        """
        tensor = reference()
        spot = None if anywhere or tensor is None else spot_of(tensor)
        if spot is not None and number in self._spots and self._spots[number][0] == spot:
            return
        self.drop(number)
        if spot is None:
            self._anywhere[number] = reference
        else:
            self._spots[number] = spot, reference
            drawer, place = _drawer_of(spot)
            self._drawers.setdefault(drawer, {}).setdefault(place, {})[number] = None

    def drop(self, number: int) -> None:
        """Forget a tensor, if it is there."""
        self._anywhere.pop(number, None)
        if number in self._spots:
            drawer, place = _drawer_of(self._spots.pop(number)[0])
            there = self._drawers[drawer]
            del there[place][number]
            if not there[place]:
                del there[place]
            if not there:
                del self._drawers[drawer]

    def touched(self, number: int) -> Iterator[Reference]:
        """Yield the tensors that may have an element in common with one of them, itself among them."""
        if number not in self._spots:
            yield from self
            return
        yield from self._anywhere.values()
        own, _ = self._spots[number]
        for drawer, there in self._drawers.items():
            part = own.within(drawer.period) if drawer.period else (own.begin, own.end)
            for near in _in_reach(there, drawer.size, part):
                for other in near:
                    spot, reference = self._spots[other]
                    if not are_apart(own, spot):
                        yield reference


def _in_reach(there: dict[int, dict[int, None]], size: int, part: tuple[int, int] | None) -> Iterator[dict[int, None]]:
    """What begins in a part of a storage, or up to a size before it."""
    if part is None:
        yield from there.values()
        return
    first, last = (part[0] >> size) - 1, part[1] >> size
    if last - first < len(there):
        yield from (there[place] for place in range(first, last + 1) if place in there)
    else:
        yield from (found for place, found in there.items() if first <= place <= last)


def _drawer_of(spot: Spot) -> tuple[_Drawer, int]:
    """Where a tensor is looked for: in its whole extent, or where that is less in its part of each stretch."""
    begin, end, period = spot.begin, spot.end, 0
    if not spot.is_dense:
        for step, _ in spot.steps:
            part = spot.within(step)
            if part is not None and (not period or (part[1] - part[0]) * period < (end - begin) * step):
                (begin, end), period = part, step
    size = (end - begin).bit_length()
    return _Drawer(period, size), begin >> size
