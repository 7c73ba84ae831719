"""The tensors and modules in what a name stands for, by the paths to them: hs[0][1], d['a'], bag.inner.v.

No code of the program's runs for that, not even of a list of a class of its own; and however much is there, only what
is nearest is looked at.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from inspect import getattr_static
from itertools import islice
from types import FunctionType, MemberDescriptorType, SimpleNamespace
from typing import NamedTuple, TypeGuard, TypeVar

import torch

from gradviz.engine.record.program.neighbours import is_own

MOST = 256  # tensors and modules that are told of one name, and entries of one container that are looked at
PLAIN: frozenset[type] = frozenset((type(None), bool, int, float, str))
_LOOKED = 2 * MOST  # entries of a container and of all in it
_DEEP = 4  # containers in each other
_KEYS = frozenset((str, int, bool))
_LONGEST = 80  # characters of a key
_SOUGHT = (torch.Tensor, torch.nn.Module)
_OF_MODULE = frozenset(vars(torch.nn.Module()))  # what torch itself keeps in one

_Kind = TypeVar("_Kind")


class _Entries(NamedTuple):
    """What is right in a container, and how it is written behind what that is called."""

    items: Iterable[tuple[object, object]]  # by place, key or name
    before: str = ""
    behind: str = ""


def is_a(value: object, kind: type[_Kind]) -> TypeGuard[_Kind]:
    """isinstance, but for what the value itself says of its class, which may be the program's code."""
    return type(value) is kind or issubclass(type(value), kind)  # slow for torch.Tensor, whose class is no plain one


def _unheard(_path: str) -> None:
    """Nobody asks."""


def inside(
    name: str, value: object, seal: Callable[[str], None] = _unheard
) -> Iterator[tuple[str, torch.Tensor | torch.nn.Module]]:
    """Yield the tensors and modules in a list, a dict, an object of a class of the program's, and in those in there.

    Args:
        name: what the value is called.
        value: in which to look.
        seal: told the path of each in which they cannot be replaced.
    """
    return islice(_walk(name, value, _entries(value), seal), MOST)


def beside_parameters(
    path: str, module: torch.nn.Module, seal: Callable[[str], None]
) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the buffers of a module, and the tensors in what is no more to it than an attribute."""
    own = attributes(module)
    buffers, attached = own.get("_buffers"), ((name, item) for name, item in own.items() if name not in _OF_MODULE)
    for held in (buffers.items() if is_a(buffers, dict) else (), attached):
        for place, item in islice(_walk(path, module, _Entries(list(islice(held, MOST)), "."), seal), MOST):
            if isinstance(item, torch.Tensor):
                yield place, item


def attributes(value: object) -> dict[str, object]:
    """What an object holds, without asking the code of its class."""
    try:
        held: dict[str, object] = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return held


def _walk(
    name: str, value: object, entries: _Entries, seal: Callable[[str], None]
) -> Iterator[tuple[str, torch.Tensor | torch.nn.Module]]:
    """What is nearest first; a container that is met again is passed over."""
    path, depth, met, looked = name, 1, {id(value)}, 0
    todo: deque[tuple[str, _Entries, object, int, object]] = deque()
    while True:
        items, before, behind = entries
        is_told = False
        for key, item in items:
            looked += 1
            kind = type(item)
            if kind in PLAIN:
                continue
            if issubclass(kind, _SOUGHT) and isinstance(item, _SOUGHT):
                if not is_told and _is_sealed(type(value)):
                    seal(path)
                is_told = True
                yield f"{path}{before}{key}{behind}", item
            elif depth < _DEEP and id(item) not in met:
                met.add(id(item))
                todo.append((path, entries, key, depth, item))
        if not todo or looked >= _LOOKED:
            return
        path, (_, before, behind), key, depth, value = todo.popleft()
        path, depth, entries = f"{path}{before}{key}{behind}", depth + 1, _entries(value)


def _entries(value: object) -> _Entries:
    """The first entries of a container, taken at once: another thread may change it."""
    kind = type(value)
    if kind is tuple and isinstance(value, tuple):
        return _Entries(enumerate(value[:MOST]), "[", "]")
    if is_a(value, list):
        return _Entries(enumerate(list(islice(list.__iter__(value), MOST))), "[", "]")
    if is_a(value, dict):
        items = list(islice(dict.items(value), MOST))
        return _Entries(((repr(key), item) for key, item in items if _is_written(key)), "[", "]")
    if is_a(value, tuple):
        items, fields = list(islice(tuple.__iter__(value), MOST)), _fields(kind)
        return _Entries(zip(fields, items, strict=False), ".") if fields else _Entries(enumerate(items), "[", "]")
    if is_a(value, deque):
        return _Entries(enumerate(list(islice(deque.__iter__(value), MOST))), "[", "]")
    if kind is SimpleNamespace or is_own(value):
        return _Entries([*islice(attributes(value).items(), MOST), *_slots(kind, value)], ".")
    return _Entries(())


def _is_sealed(kind: type) -> bool:
    """Whether one has no other put in the place of what it holds: a tuple, what says so, as a frozen dataclass does."""
    if kind is list or kind is dict:
        return False
    if issubclass(kind, tuple):
        return True
    setter = "__setitem__" if issubclass(kind, list | dict | deque) else "__setattr__"
    owner = next(one for one in type.mro(kind) if setter in vars(one))
    return owner is not torch.nn.Module and type(vars(owner)[setter]) is FunctionType


def _is_written(key: object) -> bool:
    """Whether a key of a dict is one that can be read in a path."""
    return type(key) in _KEYS and len(str(key)) <= _LONGEST


def _fields(kind: type) -> tuple[str, ...]:
    """What the entries of a named tuple are called; torch's own, as of max(), and others have no such names."""
    found = getattr_static(kind, "_fields", ())
    return found if type(found) is tuple and all(type(one) is str for one in found) else ()


def _slots(kind: type, value: object) -> Iterator[tuple[str, object]]:
    """What an object keeps without a __dict__."""
    for one in type.mro(kind):
        for name, slot in vars(one).items():
            if type(slot) is MemberDescriptorType and name != "__dict__":
                try:
                    yield name, slot.__get__(value)
                except AttributeError:  # nothing has been put there
                    continue
