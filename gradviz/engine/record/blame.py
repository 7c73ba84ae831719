"""The tensors and grad_fns an error speaks of.

An error of backward is raised by one grad_fn, and torch is asked which of its saved tensors it refuses. An error of
an op is raised above the place where ops are seen: it speaks of tensors named in the expression that failed, and
the kind of error says which of them. Where a module of the library raised it, the operands are at hand there. Names
are looked up, nothing of the program is run.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FrameType
from typing import NamedTuple

import torch

from gradviz.engine.record.internals import reader
from gradviz.engine.record.recorder import Recorder
from gradviz.model.errors.errors import hint
from gradviz.model.errors.fitting import FITTING
from gradviz.model.program import FILE
from gradviz.model.trace import ProgramError

_SIZES = re.compile(r"\b(\d+)x(\d+)\b")  # of matrices in a message
_SHAPES = re.compile(r"(?:of size |input)(\[[\d, ]+\])")  # of a weight and of what it was given
Fits = Callable[[torch.Tensor], bool]


def _is_tracked_leaf(tensor: torch.Tensor) -> bool:
    return tensor.requires_grad and reader.is_leaf(tensor)


def _is_view_of_leaf(tensor: torch.Tensor) -> bool:
    base = reader.base(tensor)
    return _is_tracked_leaf(tensor if base is None else base)


def _any(_: torch.Tensor) -> bool:
    return True


_SPOKEN_OF: dict[str, Fits] = {
    "leaf-inplace": _is_tracked_leaf,
    "view-of-leaf": _is_view_of_leaf,
    "multi-view": lambda tensor: reader.base(tensor) is not None,
    "flag-non-leaf": lambda tensor: not reader.is_leaf(tensor),
    "deepcopy": lambda tensor: not reader.is_leaf(tensor),
    "retain-no-rg": lambda tensor: not tensor.requires_grad,
    "not-tracked": lambda tensor: not tensor.requires_grad,
    "numpy": lambda tensor: tensor.requires_grad,
    "infer-save": torch.Tensor.is_inference,
    "infer-inplace": torch.Tensor.is_inference,
    "infer-rg": torch.Tensor.is_inference,
    "non-scalar": lambda tensor: tensor.numel() != 1,
    "item": lambda tensor: tensor.numel() != 1,
    "bool": lambda tensor: tensor.numel() != 1,
    **{row.id: _any for row in FITTING},
    "grad-shape": _any,
    "optimizer-leaf": lambda tensor: not reader.is_leaf(tensor),
    "int-grad": lambda tensor: not tensor.is_floating_point() and not tensor.is_complex(),
    "no-grad-view": lambda tensor: reader.base(tensor) is not None,
    "complex-root": torch.Tensor.is_complex,
    "not-asked": lambda tensor: not tensor.requires_grad,
    "out-grad": lambda tensor: tensor.requires_grad,
    "overlap": _any,
}


class Failure(NamedTuple):
    """An error as it left torch's engine, and what it speaks of."""

    message: str
    tensors: tuple[int, ...]
    grad_fns: tuple[int, ...]


def spoken_of(error: ProgramError, raised: BaseException, failure: Failure | None, recorder: Recorder) -> ProgramError:
    """Return the error with the tensors and grad_fns it speaks of.

    Args:
        error: what is known of it.
        raised: the exception itself.
        failure: the last error that left torch's engine; it may be another one.
        recorder: knows the tensors.
    """
    if failure is not None and failure.message == error.message and (failure.tensors or failure.grad_fns):
        return error._replace(tensors=failure.tensors, grad_fns=failure.grad_fns)
    fits = _SPOKEN_OF.get(hint(error) or "")
    if fits is None:
        return error
    found: dict[int, None] = {}
    inside = [tensor for tensor in _in_library(raised) if _takes_part(tensor, error.message)] if fits is _any else []
    for tensor in inside or _named_where(raised, recorder):
        if fits(tensor):
            found[recorder.ledger.see(tensor, error.line)] = None
            base = reader.base(tensor)
            if base is not None and fits is _is_view_of_leaf:
                found[recorder.ledger.see(base, error.line)] = None
    return error._replace(tensors=tuple(found))


def fitting(error: ProgramError, tensors: Iterable[torch.Tensor]) -> list[torch.Tensor]:
    """Those of some tensors that an error of its kind is about."""
    fits = _SPOKEN_OF.get(hint(error) or "")
    return [] if fits is None else [one for one in tensors if fits(one)]


def _named_where(raised: BaseException, recorder: Recorder) -> Iterator[torch.Tensor]:
    """The tensors named in the program's innermost expression that an exception passed through."""
    failed: tuple[FrameType, int] | None = None
    step = raised.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == FILE:
            failed = step.tb_frame, step.tb_lasti
        step = step.tb_next
    if failed is None:
        return
    frame, instruction = failed
    text = recorder.source.expression(frame.f_code, instruction)
    try:
        tree = ast.parse((text or "").strip())
    except SyntaxError:
        return
    names = {**frame.f_globals, **frame.f_locals}
    for part in ast.walk(tree):
        value = _value(part, names)
        if isinstance(value, torch.Tensor):
            yield value


def _in_library(raised: BaseException) -> Iterator[torch.Tensor]:
    """The tensors at hand where a module of the library failed: its own parameters, and what it was given."""
    failed: FrameType | None = None
    step = raised.__traceback__
    while step is not None:
        frame = step.tb_frame
        if frame.f_code.co_filename == FILE:
            failed = None
        elif isinstance(frame.f_locals.get("self"), torch.nn.Module):
            failed = frame
        step = step.tb_next
    if failed is not None:
        held = failed.f_locals
        for value in (*held.values(), *held["self"]._parameters.values()):
            if isinstance(value, torch.Tensor):
                yield value


def _takes_part(tensor: torch.Tensor, message: str) -> bool:
    """Whether a tensor is one of two that do not fit: the error tells their shapes, or their sizes as matrices."""
    shapes = _SHAPES.findall(message)
    if shapes:
        return str(list(tensor.shape)) in shapes
    sizes = {(int(rows), int(columns)) for rows, columns in _SIZES.findall(message)}
    if not sizes:
        return True
    columns = tensor.shape[-1] if tensor.dim() else 1
    rows = tensor.numel() // max(columns, 1)
    return (rows, columns) in sizes or (tensor.dim() == 2 and (columns, rows) in sizes)


def _value(part: ast.AST, names: Mapping[str, object]) -> object:
    """What a name, an attribute or an entry stands for, without running code; a part of a tensor is the tensor."""
    if isinstance(part, ast.Name):
        return names.get(part.id)
    if isinstance(part, ast.Attribute):
        owner = _value(part.value, names)
        return owner if isinstance(owner, torch.Tensor) else _attribute(owner, part.attr)
    if isinstance(part, ast.Subscript):
        owner = _value(part.value, names)
        key = part.slice.value if isinstance(part.slice, ast.Constant) else _value(part.slice, names)
        return owner if isinstance(owner, torch.Tensor) else _entry(owner, key)
    return None


def _attribute(owner: object, name: str) -> object:
    held: dict[str, object] = getattr(owner, "__dict__", {})
    if isinstance(owner, torch.nn.Module):
        for kind in (owner._parameters, owner._buffers, owner._modules):
            if name in kind:
                return kind[name]
    return held.get(name)


def _entry(owner: object, key: object) -> object:
    if isinstance(owner, torch.nn.Module):
        return owner._modules.get(str(key))
    if type(owner) is dict and isinstance(key, str | int):
        return owner.get(key)
    if isinstance(owner, list | tuple) and isinstance(key, int) and -len(owner) <= key < len(owner):
        return tuple(owner)[key]
    return None
