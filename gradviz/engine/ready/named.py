"""What the tensors of a graph are called: by the person, by a module that holds them, by variables of the caller."""

import inspect
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from types import FrameType
from typing import NoReturn

import torch

from gradviz.engine.record.program.names import inside

Named = Iterator[tuple[str, torch.Tensor]]
_HISTORY = ("In", "Out")  # where a notebook keeps what cells had and gave


def outputs_in(outputs: object) -> list[tuple[str, torch.Tensor]]:
    """The tensors whose graph is wanted, each with the key or place that it has among them; "": it is alone.

    Raises:
        TypeError: there is something else.
    """
    found: list[tuple[str, torch.Tensor]] = []
    todo: list[tuple[str, object]] = [("", outputs)]
    for name, value in todo:  # grows as it is walked
        if isinstance(value, torch.Tensor):
            found.append((name, value))
        elif isinstance(value, Mapping):
            todo += [(f"{name}[{key!r}]" if name else str(key), item) for key, item in value.items()]
        elif isinstance(value, list | tuple):
            todo += [(f"{name or 'outputs'}[{place}]", item) for place, item in enumerate(value)]
        elif value is not None:
            _refuse(value)
    if not found:
        raise TypeError("there is no tensor in what was given: graph(loss) draws what backward from loss would run")
    return found


def _refuse(value: object) -> NoReturn:
    kind = type(value).__name__
    if isinstance(value, torch.nn.Module):
        raise TypeError(f"{kind} is a module; its graph is that of what it returns: graph(model(x), model=model)")
    if isinstance(value, int | float | complex) or hasattr(value, "__array__"):
        told = "it is outside of autograd; give the tensor that it was taken from, before item() or numpy()"
        raise TypeError(f"{kind} has no grad_fn: {told}")
    raise TypeError(f"graph() takes a tensor, or a list, tuple or dict of tensors, not {kind}")


def of_module(module: torch.nn.Module, prefix: str = "") -> Named:
    """The parameters and buffers of a module under PyTorch's own names; a shared one under each of them."""
    yield from module.named_parameters(prefix, remove_duplicate=False)
    yield from module.named_buffers(prefix, remove_duplicate=False)


def of_frame(frame: FrameType) -> Named:
    """The tensors that variables of a running function, or of its module, stand for, hold, or have as parameters."""
    bound = frame.f_locals
    variables = ChainMap(dict(bound), frame.f_globals)
    if frame.f_code.co_flags & inspect.CO_OPTIMIZED and isinstance(bound, dict):
        bound.clear()  # before Python 3.13 this is a copy, in which the frame would keep what is del'd meanwhile
    for name in (*variables.maps[0], *(name for name in variables.maps[1] if name not in variables.maps[0])):
        if name.isidentifier() and not name.startswith("_") and name not in _HISTORY:
            value = variables[name]
            if isinstance(value, torch.Tensor):
                yield name, value
            elif isinstance(value, torch.nn.Module):
                yield from of_module(value, name)
            else:
                yield from inside(name, value)


def sources(
    outputs: list[tuple[str, torch.Tensor]], module: object, names: Mapping[str, object] | None, frame: FrameType
) -> list[Named]:
    """Where names come from, what counts most first.

    Args:
        outputs: as `outputs_in` found them.
        module: a module that is meant, or None.
        names: what the person calls tensors.
        frame: of the caller.

    Raises:
        TypeError: the module is none, or a name is given to what is no tensor.
    """
    for name, value in (names or {}).items():
        if not isinstance(value, torch.Tensor):
            raise TypeError(f"names are those of tensors; {name} is given to {type(value).__name__}")
    if module is not None and not isinstance(module, torch.nn.Module):
        raise TypeError(f"model is to be a torch.nn.Module, not {type(module).__name__}")
    own = ((name, value) for name, value in (names or {}).items() if isinstance(value, torch.Tensor))
    held = () if module is None else of_module(module)
    places = ((name or "output", tensor) for name, tensor in outputs)
    return [iter(own), iter(held), of_frame(frame), iter(places)]


def first_found(sources: Iterable[Named]) -> dict[int, tuple[torch.Tensor, list[str]]]:
    """Of each tensor, by address, the names in the first source that has any."""
    found: dict[int, tuple[torch.Tensor, list[str]]] = {}
    for source in sources:
        own: dict[int, tuple[torch.Tensor, list[str]]] = {}
        for name, tensor in source:
            own.setdefault(id(tensor), (tensor, []))[1].append(name)
        found = own | found
    return found
