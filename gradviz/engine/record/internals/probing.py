"""What an in-place op saves when it changes a view: its grad_fn is then inside a CopySlices, which shows it to nobody.

The same op is run once on tensors without memory, which are no views and require grad as the true ones do. Autograd
records that by the same code, and there its grad_fn can be asked.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from gradviz.engine.record.internals import gradfns, guards, keeping, reader
from gradviz.engine.record.internals.operators import Operator

_META = torch.device("meta")
_Key = tuple[object, ...]


class Slot(NamedTuple):
    """A tensor that a grad_fn saves."""

    name: str
    operand: int | None  # its place among the operands; None: a copy of what the op changes, made for it
    is_result: bool = False  # it is what the op has made of that operand


class Inside(NamedTuple):
    """What the grad_fn in a CopySlices is and saves."""

    name: str
    slots: tuple[Slot, ...]


_found: dict[_Key, Inside | None] = {}


def inside(
    operator: Operator, args: tuple[object, ...], kwargs: dict[str, object], operands: Sequence[torch.Tensor]
) -> Inside | None:
    """Return what an op that changes its first operand would leave in a CopySlices; None where nobody can know.

    Args:
        operator: the op.
        args: its arguments.
        kwargs: those given by name.
        operands: the tensors among both.
    """
    numbers = {id(one): number for number, one in enumerate(operands)}  # one tensor may be several of them
    key = (id(operator), *((numbers[id(one)], *_kind(one)) for one in operands), *map(type, args), *kwargs)
    if key not in _found:
        try:
            _found[key] = _run(operator, args, kwargs, operands)
        except (RuntimeError, NotImplementedError, TypeError, ValueError, IndexError):
            # It needs the numbers, or has no kernel without them; or these operands do not fit, where others will.
            return None
    return _found[key]


def _kind(tensor: torch.Tensor) -> tuple[object, ...]:
    return tensor.requires_grad, tensor.dtype, tensor.dim()


def _run(
    operator: Operator, args: tuple[object, ...], kwargs: dict[str, object], operands: Sequence[torch.Tensor]
) -> Inside | None:
    with guards.apart():
        stands: dict[int, torch.Tensor] = {}
        for one in operands:
            made = torch.empty_strided(one.shape, one.stride(), dtype=one.dtype, device=_META)
            stands[id(one)] = made.requires_grad_() * 1 if one.requires_grad else made
        others = [stands[id(one)] for one in operands]
        operator(
            *(_replaced(one, stands) for one in args), **{name: _replaced(one, stands) for name, one in kwargs.items()}
        )
        node = others[0].grad_fn
        if node is None:
            return None
        found = [one for slot in keeping.kind_of(node).saved for one in _slots(node, slot, others)]
        return Inside(gradfns.node_name(node), tuple(found))


def _slots(node: gradfns.Node, slot: keeping.Slot, others: list[torch.Tensor]) -> list[Slot]:
    state, tensors, stale = keeping.saved(node, slot)
    if state != "kept":
        raise NotImplementedError
    found = []
    for position, tensor in enumerate(tensors):
        name = slot.name if len(tensors) == 1 else f"{slot.name}[{position}]"
        place = next((k for k, other in enumerate(others) if reader.share_memory(other, tensor)), None)
        if place is not None:
            found.append(Slot(name, place, is_result=place == 0 and stale is None))
        elif tensor.is_meta and tensor.shape == others[0].shape:  # no number that torch made a tensor of
            found.append(Slot(name, None))
    return found


def _replaced(argument: object, stands: dict[int, torch.Tensor]) -> object:
    """An argument with the tensors in it replaced; those of an operator nest no deeper than a list."""
    if isinstance(argument, torch.Tensor):
        return stands[id(argument)]
    if isinstance(argument, list | tuple):
        return [_replaced(one, stands) for one in argument]
    return argument
