"""Gradients of one tensor that torch's engine adds up.

It adds the next one to their sum in place, where nobody else holds that. Where a dispatch mode is on it does not, and a
program would read another `_version` of a gradient, whose backward would take more memory. They are added here as they
would be without one.
"""

from functools import cache

import torch

from gradviz.engine.record.internals import entries, gradfns, operators, reader
from gradviz.engine.record.internals.operators import Kernel, Operator, TorchDispatchMode

NAME = "add.Tensor"  # of that by which the engine adds
_ADD: Operator = torch.ops.aten.add.Tensor
_IN_PLACE: Operator = torch.ops.aten.add_.Tensor
SUMS = frozenset((_ADD, _IN_PLACE))
_IS_DENSE: Operator = torch.ops.aten.is_non_overlapping_and_dense.default
# Torch has this key for experiments and uses it nowhere. It comes before autograd, and before the place where a sum
# with a zero that has no memory becomes a copy: no mode sees that it was a sum.
_KEY = "TESTING_ONLY_GenericWrapper"
_ADDS_UP = torch._C._dispatch_key_parse(_KEY)


def expect_sums() -> None:
    """Have torch's engine add as without a mode, until the work on the grad_fn is over that has just run.

    Torch gives each grad_fn the state of the thread that called backward().
    """
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
    own.impl(NAME, _KEY, _adding(fewest()))
    return others, own


def _adding(least: tuple[int, ...]) -> Kernel:
    def kernel(*args: object, **kwargs: object) -> object:
        torch._C._dispatch_tls_set_dispatch_key_included(_ADDS_UP, False)
        try:
            return (_IN_PLACE if _may_be_in_place(args) and reader.holders(args) == least else _ADD)(*args, **kwargs)
        finally:
            expect_sums()

    return kernel


def _may_be_in_place(args: tuple[object, ...]) -> bool:
    """Whether torch would write the sum of these gradients over the first of them, if nobody else holds that.

    Source: can_accumulate_inplace in torch/csrc/autograd/input_buffer.cpp.
    """
    if torch.is_grad_enabled() or operators.has_other_modes() or not all(map(_is_plain, args[:2])):
        return False
    (total, *_) = reader.tensors_in(args)
    return bool(_IS_DENSE(total)) and not reader.is_zero(total)


def _is_plain(gradient: object) -> bool:
    return (
        type(gradient) is torch.Tensor
        and gradient.layout is torch.strided
        and not gradient.is_meta
        and not gradient.is_nested
        and not reader.is_batched(gradient)
    )


def fewest() -> tuple[int, ...]:
    """What is counted of a sum that nobody else holds, another number in each version of torch.

    Nothing where torch calls another op for a sum.
    """
    found: list[tuple[int, ...]] = []

    class Passing(TorchDispatchMode):  # type: ignore[no-untyped-call]  # left untyped by torch
        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # True would import torch._dynamo

        def __torch_dispatch__(
            self,
            func: Operator,
            types: object,
            args: tuple[object, ...] = (),
            kwargs: dict[str, object] | None = None,
        ) -> object:
            return func(*args, **(kwargs or {}))

    def count(*args: object, **kwargs: object) -> object:
        torch._C._dispatch_tls_set_dispatch_key_included(_ADDS_UP, False)
        found.append(reader.holders(args))
        return _ADD(*args, **kwargs)

    own = torch._C._dispatch_library("IMPL", "aten", "")
    own.impl(NAME, _KEY, count)
    x = torch.ones(1, device="cpu", requires_grad=True)
    y, ones = x.neg() + x.neg(), torch.ones(1, device="cpu")
    for node, _ in gradfns.inputs_of(y.grad_fn):
        if node is not None:
            node.register_hook(lambda *_: expect_sums())
    with Passing():  # type: ignore[no-untyped-call]  # as above
        entries.engine_run((y,), (ones,), False, False, (), allow_unreachable=True, accumulate_grad=True)
    return next(iter(found), ())
