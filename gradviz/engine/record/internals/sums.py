"""Gradients of one tensor that torch's engine adds up.

It adds the next one to their sum in place, where nobody else holds that. Where a dispatch mode is on it does not, and a
program would read another `_version` of a gradient, whose backward would take more memory. They are added here as they
would be without one.
"""

import threading
from collections.abc import Sequence
from functools import cache

import torch

from gradviz.engine.record.internals import entries, gradfns, guards, operators, reader
from gradviz.engine.record.internals.operators import Kernel, Operator, Passing

NAME = "add.Tensor"  # of that by which the engine adds
_ADD: Operator = torch.ops.aten.add.Tensor
_IN_PLACE: Operator = torch.ops.aten.add_.Tensor
SUMS = frozenset((_ADD, _IN_PLACE))
_IS_DENSE: Operator = torch.ops.aten.is_non_overlapping_and_dense.default
# Torch has this key for experiments and uses it nowhere. It comes before autograd, and before the place where a sum
# with a zero that has no memory becomes a copy: no mode sees that it was a sum.
_KEY = "TESTING_ONLY_GenericWrapper"
_ADDS_UP = torch._C._dispatch_key_parse(_KEY)
_SPARSE = frozenset((torch.sparse_coo, torch.sparse_csr))  # what torch adds to what comes after it
# By thread: the places, by their addresses, of the gradients that the last grad_fn returned, if one of them is sparse.
_returned: dict[int, dict[int, int]] = {}


def expect_sums(returned: Sequence[torch.Tensor | None]) -> None:
    """Have torch's engine add as without a mode, until the work on the grad_fn is over that has just run.

    Torch gives each grad_fn the state of the thread that called backward().

    Args:
        returned: the gradients that the grad_fn has returned.
    """
    if _returned:
        _returned.pop(threading.get_ident(), None)
    for one in returned:
        if one is not None and one.layout in _SPARSE:
            places = {other._cdata: place for place, other in enumerate(returned) if other is not None}
            _returned[threading.get_ident()] = places
            break
    _expect()


def _expect() -> None:
    torch._C._dispatch_tls_set_dispatch_key_included(_ADDS_UP, True)


@cache
def prepare() -> tuple[torch._C._DispatchModule, ...]:
    """Take the place of the op by which torch's engine adds, where sums are expected.

    To be called first where autograd is as a thread begins with it.

    Returns:
        Who holds that place: it goes when that goes.
    """
    others, own = (torch._C._dispatch_library("IMPL", space, "") for space in ("_", "aten"))
    others.fallback_fallthrough(_KEY)
    own.impl(NAME, _KEY, _at_key(_adding(fewest())))
    return others, own


def _at_key(add: Kernel) -> Kernel:
    """What is to stand where the engine adds: within it, the place is the op's own again."""

    def kernel(*args: object, **kwargs: object) -> object:
        torch._C._dispatch_tls_set_dispatch_key_included(_ADDS_UP, False)
        try:
            return guards.run_unasked(add, args, kwargs)
        finally:
            _expect()

    return kernel


def _adding(least: tuple[int, ...]) -> Kernel:
    def add(*args: object, **kwargs: object) -> object:
        in_place = _may_be_in_place(args) and reader.holders(args) == least
        return (_IN_PLACE if in_place else _ADD)(*args, **kwargs)

    return add


def _may_be_in_place(args: tuple[object, ...]) -> bool:
    """Whether torch would write the sum of these gradients over the first of them, if nobody else holds that.

    Source: accumulate in torch/csrc/autograd/input_buffer.cpp.
    """
    operands = reader.tensors_in(args)
    if torch.is_grad_enabled() or operators.has_other_modes() or len(operands) != len(args):
        return False
    one, other = operands
    if operators.is_subclass_like(one) or (operators.is_subclass_like(other) and not _was_there(other, one)):
        return False
    return one.layout is torch.strided and not one.is_nested and bool(_IS_DENSE(one)) and not reader.is_zero(one)


def _was_there(sparse: torch.Tensor, dense: torch.Tensor) -> bool:
    """Whether a sparse gradient came before the dense one: torch names the dense one first in any case."""
    if sparse.layout not in _SPARSE:
        return False
    places = _returned.get(threading.get_ident(), {})
    place = places.get(sparse._cdata)
    return place is None or place < places.get(dense._cdata, place)


def fewest() -> tuple[int, ...]:
    """What is counted of a sum that nobody else holds, another number in each version of torch.

    Nothing where torch calls another op for a sum.
    """
    found: list[tuple[int, ...]] = []

    def count(*args: object, **kwargs: object) -> object:
        found.append(reader.holders(args))
        return _ADD(*args, **kwargs)

    own = torch._C._dispatch_library("IMPL", "aten", "")
    own.impl(NAME, _KEY, _at_key(count))
    x = torch.ones(1, device="cpu", requires_grad=True)
    y, ones = x.neg() + x.neg(), torch.ones(1, device="cpu")
    for node, _ in gradfns.inputs_of(y.grad_fn):
        if node is not None:
            node.register_hook(lambda *_: _expect())
    with Passing():
        entries.engine_run((y,), (ones,), False, False, (), allow_unreachable=True, accumulate_grad=True)
    return next(iter(found), ())
