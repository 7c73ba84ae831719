"""Which names the program's tensors are bound to, as it goes on.

A call of a function has names of its own while it lasts; then an outer binding of the same name holds again.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import torch

from gradviz.engine.ledger import Ledger
from gradviz.engine.modules import Modules

MOST = 256  # entries of a list or dict, parameters of a module, attributes of an object that are given names

_NOTHING: dict[str, int] = {}
_PLAIN: frozenset[type] = frozenset((type(None), bool, int, float, str))


class Scope:
    """What one call of a function, or the module, has bound."""

    def __init__(self) -> None:
        self.bound: dict[str, dict[str, int]] = {}  # by name, and by path: "x", "ws[0]", "model.weight"
        self.modules: dict[str, int] = {}  # address of the module under a name


class Names:
    """The names as they are shown, and those that changed."""

    def __init__(self, ledger: Ledger, modules: Modules) -> None:
        self._ledger = ledger
        self._modules = modules
        self._shown: dict[str, int] = {}
        self._changed: dict[str, int | None] = {}
        self.outermost = Scope()  # of the module

    def take_changed(self) -> dict[str, int | None] | None:
        """The names that changed since this was last asked, with their tensors; None: the name went away."""
        if not self._changed:
            return None
        changed, self._changed = self._changed, {}
        return changed

    def bind(self, scopes: Sequence[Scope], name: str, value: object, line: int | None) -> None:
        """Note what a name is bound to now.

        Args:
            scopes: those the name is looked up in, the one it is bound in last.
            name: a variable.
            value: what it stands for; None if it stands for nothing.
            line: the line that bound it.
        """
        if type(value) in _PLAIN:
            if name in scopes[-1].bound:
                self._replace(scopes, name, _NOTHING)
        elif isinstance(value, torch.Tensor):
            self._replace(scopes, name, {name: self._ledger.see(value, line)})
        elif isinstance(value, torch.nn.Module):
            self._bind_module(scopes, name, value, line)
        else:
            found = {path: self._ledger.see(tensor, line) for path, tensor in _inside(name, value)}
            self._replace(scopes, name, found)

    def leave(self, scopes: Sequence[Scope]) -> None:
        """Note that the call whose scope is the last one has ended."""
        for name, bound in scopes[-1].bound.items():
            for path in bound:
                self._show(path, _outer(scopes, name, path))

    def is_unsaid(self, scope: Scope) -> bool:
        """Whether a name of a scope has changed and nobody was told."""
        return any(not self._changed.keys().isdisjoint(bound) for bound in scope.bound.values())

    def _replace(self, scopes: Sequence[Scope], name: str, found: dict[str, int]) -> None:
        """Put the tensors now under a name in the place of those that were there."""
        scope = scopes[-1]
        before = scope.bound.get(name, _NOTHING)
        if found == before:
            return
        scope.bound[name] = found
        for path, number in found.items():
            if before.get(path) != number:
                self._show(path, number)
        for path in before:
            if path not in found:
                self._show(path, _outer(scopes, name, path))

    def _show(self, path: str, number: int | None) -> None:
        if self._shown.get(path) == number:
            return
        self._changed[path] = number
        if number is None:
            del self._shown[path]
        else:
            self._shown[path] = number

    def _bind_module(self, scopes: Sequence[Scope], name: str, module: torch.nn.Module, line: int | None) -> None:
        """Note the parameters of a module; a function does not name those of a module that has a name."""
        scope = scopes[-1]
        if scope.modules.get(name) == id(module):
            return  # its parameters have their names already
        scope.modules[name] = id(module)
        lasting = scope is self.outermost
        if not lasting and not self._modules.is_new(module):
            return
        if name != "self":  # what its own methods call it is no name of the program's
            self._modules.bind(name, module, lasting=lasting)
        named = islice(module.named_parameters(), MOST)
        self._replace(scopes, name, {f"{name}.{path}": self._ledger.see(one, line) for path, one in named})


def _outer(scopes: Sequence[Scope], name: str, path: str) -> int | None:
    """The tensor under a path in the innermost of the scopes around the last one, if one has it."""
    around = (scope.bound.get(name, _NOTHING) for scope in reversed(scopes[:-1]))
    return next((bound[path] for bound in around if path in bound), None)


def _inside(name: str, value: object) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors in a list, a dict or an object of one of the program's own classes, with the paths to them."""
    if isinstance(value, dict):
        for key, item in islice(dict.items(value), MOST):
            if isinstance(item, torch.Tensor) and isinstance(key, str | int):
                yield f"{name}[{key!r}]", item
    elif isinstance(value, list | tuple):
        for position, item in enumerate(islice(value, MOST)):
            if isinstance(item, torch.Tensor):
                yield f"{name}[{position}]", item
    elif type(value).__module__ == "__main__":
        for attribute, item in islice(_attributes(value).items(), MOST):
            if isinstance(item, torch.Tensor):
                yield f"{name}.{attribute}", item


def _attributes(value: object) -> dict[str, object]:
    """What an object holds, without asking the code of its class."""
    try:
        held: dict[str, object] = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return held
