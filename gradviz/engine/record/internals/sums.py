"""Gradients of one tensor that torch's engine adds up.

It adds the next one to their sum in place, where nobody else holds that. Where a dispatch mode is on it does not, and a
program would read another `_version` of a gradient, whose backward would take more memory. They are added here as they
would be without one.
"""

from functools import cache

import torch

from gradviz.engine.record.internals import entries, reader
from gradviz.engine.record.internals.operators import Operator, TorchDispatchMode

ADD: Operator = torch.ops.aten.add.Tensor
IN_PLACE: Operator = torch.ops.aten.add_.Tensor
_IS_DENSE: Operator = torch.ops.aten.is_non_overlapping_and_dense.default


def is_in_place(args: tuple[object, ...]) -> bool:
    """Whether torch would write the sum of these gradients over the first of them.

    Args:
        args: of ADD, as torch's engine has called it.

    Source: can_accumulate_inplace in torch/csrc/autograd/input_buffer.cpp.
    """
    if torch.is_grad_enabled() or not all(_is_plain(one) for one in args[:2]) or reader.holders(args) != fewest():
        return False
    (total, *_) = reader.tensors_in(args)
    return bool(_IS_DENSE(total)) and not reader.is_zero(total)


def _is_plain(gradient: object) -> bool:
    return type(gradient) is torch.Tensor and gradient.layout is torch.strided and not gradient.is_meta


@cache
def fewest() -> tuple[int, ...]:
    """What is counted of a sum that nobody else holds, another number in each version of torch.

    Nothing where torch calls no ADD for a sum. To be asked first where autograd is as a thread begins with it.
    """
    found: list[tuple[int, ...]] = []

    class Counting(TorchDispatchMode):  # type: ignore[no-untyped-call]  # left untyped by torch
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
            if func is ADD:
                found.append(reader.holders(args))
            return func(*args, **(kwargs or {}))

    x = torch.ones(1, device="cpu", requires_grad=True)
    y, ones = x.neg() + x.neg(), torch.ones(1, device="cpu")
    with Counting():  # type: ignore[no-untyped-call]  # as above
        entries.engine_run((y,), (ones,), False, False, (), allow_unreachable=True, accumulate_grad=True)
    return next(iter(found), ())
