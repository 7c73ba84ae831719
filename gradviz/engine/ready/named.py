"""What the tensors of a graph are called: by the person, by a module that holds them, by variables of the caller."""

import inspect
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from types import FrameType, ModuleType
from typing import NoReturn

import torch

from gradviz.engine.record.internals.batched import unbatched
from gradviz.engine.record.program.within import MOST, attributes, inside

Named = Iterator[tuple[str, torch.Tensor]]
_HISTORY = ("In", "Out")  # where a notebook keeps what cells had and gave
_TOLD = (torch.Tensor, torch.nn.Module)


def outputs_in(given: Sequence[object]) -> list[tuple[str, torch.Tensor]]:
    """The tensors whose graph is wanted, each with the key, field or place that it has among them; "": it is alone.

    What else a model returns beside them, such as a cache or a number, is passed over.

    Raises:
        TypeError: there is no tensor, or a module is given, which has not been run.
    """
    outputs = given[0] if len(given) == 1 else given
    for module in given:
        if isinstance(module, torch.nn.Module):
            _refuse(module)
    found: list[tuple[str, torch.Tensor]] = []
    todo: list[tuple[str, object]] = [("", outputs)]
    met = {id(outputs)}
    for name, value in todo:  # grows as it is walked
        if isinstance(value, torch.Tensor):
            found.append((name, value))
            continue
        for path, item in _items(name, value):
            if isinstance(item, torch.Tensor) or id(item) not in met:  # a list may hold itself
                met.add(id(item))
                todo.append((path, item))
    if not found:
        _refuse(outputs)
    return found


def _items(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        yield from ((f"{name}[{key!r}]" if name else str(key), item) for key, item in value.items())
    elif own := _fields(value):
        yield from ((f"{name}.{field}" if name else field, getattr(value, field)) for field in own)
    elif isinstance(value, list | tuple):
        yield from ((f"{name or 'outputs'}[{place}]", item) for place, item in enumerate(value))


def _fields(value: object) -> tuple[str, ...]:
    """The fields of a dataclass or a named tuple, of which those of torch, as max() returns, have no _fields."""
    if is_dataclass(value) and not isinstance(value, type):
        return tuple(field.name for field in fields(value) if hasattr(value, field.name))
    return getattr(type(value), "__match_args__", ()) if isinstance(value, tuple) else ()


def _refuse(value: object) -> NoReturn:
    kind = type(value).__name__
    if isinstance(value, torch.nn.Module):
        raise TypeError(f"{kind} is a module; its graph is that of what it returns: graph(model(x), model=model)")
    if isinstance(value, int | float | complex) or hasattr(value, "__array__"):
        told = "it is outside of autograd; give the tensor that it was taken from, before item() or numpy()"
        raise TypeError(f"{kind} has no grad_fn: {told}")
    if value is None or isinstance(value, Mapping | list | tuple) or is_dataclass(value):
        raise TypeError("there is no tensor in what was given: graph(loss) draws what backward from loss would run")
    raise TypeError(f"graph() takes a tensor, or a list, tuple, dict or dataclass of tensors, not {kind}")


def of_module(module: torch.nn.Module, prefix: str = "") -> Named:
    """The parameters and buffers of a module under PyTorch's own names; a shared one under each of them.

    Then the tensors that are no more than attributes, as of one who forgot to make a weight a Parameter.
    """
    yield from module.named_parameters(prefix, remove_duplicate=False)
    yield from module.named_buffers(prefix, remove_duplicate=False)
    for path, part in module.named_modules(prefix=prefix):
        for name, item in list(attributes(part).items()):
            if issubclass(type(item), torch.Tensor):
                yield from _told(f"{path}.{name}" if path else name, item)


def of_frame(frame: FrameType) -> Named:
    """The tensors that variables of a running function, or of its module, stand for, hold, or have as parameters."""
    bound = frame.f_locals
    variables = ChainMap(dict(bound), frame.f_globals)
    if frame.f_code.co_flags & inspect.CO_OPTIMIZED and isinstance(bound, dict):
        bound.clear()  # before Python 3.13 this is a copy, in which the frame would keep what is del'd meanwhile
    for name in (*variables.maps[0], *(name for name in variables.maps[1] if name not in variables.maps[0])):
        if name.isidentifier() and not name.startswith("_") and name not in _HISTORY:
            yield from _of_variable(name, variables[name])


def _of_variable(name: str, value: object) -> Named:
    """The tensors that a variable stands for, that are in a container it stands for, or right in an object."""
    kind = type(value)  # a proxy answers isinstance() with code of its own, that may fail
    if issubclass(kind, _TOLD):
        yield from _told(name, value)
    elif issubclass(kind, dict | list | tuple):
        for path, held in inside(name, value):
            yield from _told(path, held)
    elif not issubclass(kind, type | ModuleType):
        for attribute, item in list(attributes(value).items())[:MOST]:
            if issubclass(type(item), _TOLD):
                yield from _told(f"{name}.{attribute}", item)


def _told(name: str, value: object) -> Named:
    """A tensor, or those of a module."""
    if isinstance(value, torch.nn.Module):
        yield from of_module(value, name)
    elif isinstance(value, torch.Tensor):
        yield name, value


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
        for name, held in source:
            tensor = unbatched(held)
            own.setdefault(id(tensor), (tensor, []))[1].append(name)
        found = own | found
    return found
