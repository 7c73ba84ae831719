"""Live tensors read as plain facts.

Only this folder and measuring/workspace.py lean on private or untyped names of torch.

Nothing here keeps a tensor alive, writes to one, or computes under the program's autograd: reading must not change
what is read.
"""

import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import torch

from gradviz.engine.record.internals.guards import untyped, unwatched

_untyped_storage = torch._C.TensorBase.untyped_storage  # as it is under replace_exports
_INTS = frozenset((int,))
_STRIDED = frozenset((torch.Tensor, torch.nn.Parameter))  # no subclass is asked
_sizes = untyped.TensorBase.shape.__get__
_dense = torch.strided


def are_inference(args: tuple[object, ...], kwargs: dict[str, object]) -> bool:
    """Whether an op is given tensors, and all of them were made in inference_mode.

    Outside of it torch runs the kernel of such an op without a guard: what it writes to its own fresh result counts.
    """
    operands = tensors_in((*args, *kwargs.values()))
    return bool(operands) and all(tensor.is_inference() for tensor in operands)


# Types of arguments that are neither tensors nor hold any. Torch asks each class what its instances are, in Python.
_PLAIN: frozenset[type] = frozenset(
    (type(None), bool, int, float, complex, str, torch.dtype, torch.device, torch.layout, torch.memory_format)
)
_TENSOR = torch.Tensor


def tensors_in(arguments: Iterable[object]) -> list[torch.Tensor]:
    """The tensors among arguments, in operand order, looking into lists, tuples and dicts."""
    found: list[torch.Tensor] = []
    for item in arguments:
        kind = type(item)
        if kind is _TENSOR:
            found.append(item)  # type: ignore[arg-type]  # its very type says so
        elif kind not in _PLAIN and not (kind is list and _PLAIN.issuperset(map(type, item))):  # type: ignore[call-overload]  # as above
            _look_into(item, found)
    return found


def _look_into(argument: object, found: list[torch.Tensor]) -> None:
    """Add the tensors in an argument, or the one it is, to those that were found."""
    todo = [iter((argument,))]
    while todo:
        for item in todo[-1]:
            kind = type(item)
            if kind is torch.Tensor or (kind not in _PLAIN and isinstance(item, torch.Tensor)):
                found.append(item)  # type: ignore[arg-type]  # its very type says so
            elif isinstance(item, list | tuple):
                todo.append(iter(item))
                break
            elif isinstance(item, dict):
                todo.append(iter(item.values()))
                break
        else:
            todo.pop()


def shape(tensor: torch.Tensor) -> tuple[int, ...]:
    """The shape of a tensor; of a nested one that to which it would be padded.

    A subclass may have a shape of its own that raises (that of a lazy module's parameter, until it has one).
    """
    try:
        sizes = tuple(_sizes(tensor))
    except RuntimeError:  # torch.strided and nested
        with unwatched():
            rows: list[list[int]] = tensor._nested_tensor_size().tolist()
        return (len(rows), *map(max, zip(*rows, strict=True)))
    if type(tensor) is torch.Tensor or _INTS.issuperset(map(type, sizes)):
        return sizes
    with unwatched():  # torch.jagged: one of its sizes is a symbol
        nested: Any = tensor
        offsets: torch.Tensor = nested.offsets()
        longest = 0 if offsets.is_meta else int(offsets.diff().amax())
    return tuple(size if type(size) is int else longest for size in sizes)


def has_truth(value: object) -> bool:
    """Whether a value is true or false by itself, as a tensor of torch.func or of a tracer is not."""
    if not isinstance(value, torch.Tensor):
        return isinstance(value, bool | int | float)
    wrapped: bool = untyped._functorch.is_functorch_wrapped_tensor(value)
    return not (wrapped or value.is_meta or has_own_dispatch(type(value)))


def innermost(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor in all wrappers of torch.func around it."""
    while untyped._functorch.is_functorch_wrapped_tensor(tensor):
        tensor = untyped._functorch.get_unwrapped(tensor)
    return tensor


def nbytes(tensor: torch.Tensor) -> int:
    """The bytes that the elements of a tensor take; of a nested one the values in it."""
    count = tensor.numel()
    if type(count) is not int:
        count = tensor.values().numel()
    return count * tensor.element_size()


def has_own_dispatch(kind: type[torch.Tensor]) -> bool:
    """Whether code of its own stands for the memory of a kind of tensor, which may have none."""
    return kind.__torch_dispatch__ is not torch.Tensor.__torch_dispatch__


def storage_key(tensor: torch.Tensor) -> tuple[torch.UntypedStorage, int] | None:
    """The storage of a tensor and an address that identifies it while it lives; None where it has none."""
    try:
        storage = _untyped_storage(tensor)
        return storage, storage._cdata
    except (RuntimeError, NotImplementedError):
        return None  # sparse, functorch wrappers and the like have no storage of their own


def is_foreign(storage: torch.UntypedStorage) -> bool:
    """Whether the memory is not torch's own, as that of a numpy array: others may write to it unseen."""
    return not storage.resizable()


def version(tensor: torch.Tensor) -> int | None:
    """The version counter; None for an inference tensor, which has none."""
    return None if tensor.is_inference() else tensor._version


def base(tensor: torch.Tensor) -> torch.Tensor | None:
    """The tensor this one is a view of, as autograd tracks it."""
    return None if tensor.is_inference() else tensor._base


def gradient(tensor: torch.Tensor) -> torch.Tensor | None:
    """The tensor in .grad. Any other tensor than these warns when it is asked."""
    return tensor.grad if tensor.retains_grad or is_leaf(tensor) else None


def is_leafs(tensor: torch.Tensor) -> bool:
    """Whether the memory of a tensor is that of a leaf that requires grad, which keeps it without a graph too."""
    owner = base(tensor)
    if owner is None:
        owner = tensor
    return owner.requires_grad and is_leaf(owner)


# requires_grad, is_inference, retains_grad, version, base; shape, bytes, strides.
State = tuple[bool, bool, bool, int | None, torch.Tensor | None, tuple[int, ...], int, tuple[int, ...] | None]


def state(tensor: torch.Tensor) -> State:
    """What autograd says of a tensor, and how large it is; its strides in elements if it has any and is not contiguous.

    An inference tensor has neither a version nor a base.
    """
    if type(tensor) in _STRIDED and tensor.layout is _dense and not tensor.is_nested:
        own = None if tensor.is_contiguous() else tensor.stride()
        extent = tuple(_sizes(tensor)), tensor.nbytes, own
    else:
        extent = shape(tensor), nbytes(tensor), None
    if tensor.is_inference():
        return tensor.requires_grad, True, tensor.retains_grad, None, None, *extent
    return tensor.requires_grad, False, tensor.retains_grad, tensor._version, tensor._base, *extent


def holders(args: Any) -> tuple[int, ...]:  # noqa: ANN401  # the tensor is not to be held by one name more
    """How many hold the first of the arguments of an op, a tensor: in C++, its memory, and in Python."""
    in_memory = untyped._storage_Use_Count(args[0].untyped_storage()._cdata)
    return args[0]._use_count(), in_memory, sys.getrefcount(args[0])


def is_zero(tensor: torch.Tensor) -> bool:
    """Whether a tensor is the zero that autograd promises without memory."""
    return tensor._is_zerotensor()


def is_batched(tensor: torch.Tensor) -> bool:
    """Whether a tensor stands for several, as those of is_grads_batched do, and has no memory of its own."""
    found: bool = untyped._functorch.is_legacy_batchedtensor(tensor)
    return found


def share_memory(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two tensors are in one storage."""
    key, same = storage_key(one), storage_key(other)
    return key is not None and same is not None and key[1] == same[1]


def is_leaf(tensor: torch.Tensor) -> bool:
    """Whether a tensor is a leaf; False for a view that torch has given up."""
    if not tensor._is_view() or not tensor._version:
        return tensor.is_leaf
    with torch._C._DisableTorchDispatch():  # as in grad_fn
        try:
            return tensor.is_leaf
        except RuntimeError:
            return False


def know_processor() -> None:
    """Have torch find out what this processor can do, for which it reads files: half precision asks for it later."""
    with suppress(AttributeError):  # a private name: another torch may not have it
        torch.cpu._is_avx2_supported()


def script_name(function: Any) -> str:  # noqa: ANN401  # any ScriptFunction or ScriptMethod
    """What a scripted function is called; of a method with the class that was scripted: "Net.forward"."""
    name = str(function.name)
    return name if isinstance(function, torch._C.ScriptFunction) else f"{function.owner._type().name()}.{name}"
