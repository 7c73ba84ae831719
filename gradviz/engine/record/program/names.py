"""Which names the program's tensors are bound to, as it goes on. Each call of a function has names of its own."""

import inspect
import weakref
from collections.abc import Callable, Collection, Mapping
from itertools import islice
from types import CodeType
from typing import NamedTuple

import torch

from gradviz.engine.record.ledger.ledger import Ledger
from gradviz.engine.record.ledger.stream import Stream
from gradviz.engine.record.program.modules import IN_CONTAINER, LASTING, PASSING, Modules, parameters, parts
from gradviz.engine.record.program.neighbours import is_own
from gradviz.engine.record.program.within import MOST, PLAIN, beside_parameters, inside, is_a

_NOTHING: dict[str, int] = {}


class Scope:
    """What one call of a function, or the module, has bound."""

    def __init__(self, number: int = 0, code: CodeType | None = None) -> None:
        self.number = number
        self.cells: tuple[str, ...] = () if code is None else code.co_cellvars  # names that functions in it may bind
        self.function = None if code is None else code.co_qualname.replace("<locals>.", "")
        self.arguments: dict[str, int | None] | None = None  # that it was called with, until that is told
        self.changed: dict[str, int | None] = {}  # since that was last told, by path
        # By name, and by path: "x", "ws[0]", "model.weight"; what modules hold beside, by their path and a dot.
        self.bound: dict[str, dict[str, int]] = {}
        self.modules: dict[str, _Named] = {}  # by the path that it is under
        self.within: dict[str, Collection[str]] = {}  # by name, the paths to the modules that it stands for or holds


class _Named(NamedTuple):
    """A module whose parameters have names, since so many changes of modules."""

    module: weakref.ref[torch.nn.Module]
    changes: int
    losses: int
    own: tuple[weakref.ref[torch.nn.Module], ...]  # what is in it, of the program's own classes


class _Home(NamedTuple):
    """Where a module of one of the program's own classes has its name."""

    module: weakref.ref[torch.nn.Module]
    scope: Scope
    path: str


class Names:
    """The scopes of a run, and the names that changed in them."""

    def __init__(self, ledger: Ledger, modules: Modules, seal: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._seal = seal
        self._modules = modules
        self._calls = 0
        self._changes = 0  # of modules, of which the names tell
        self._elsewhere: dict[int, Scope] = {}  # scopes in which a function that is called there has bound something
        self._homes: dict[int, list[_Home]] = {}  # of what lasts, or else of the last call that has named it
        self.outermost = Scope()  # of the module

    def open(self, code: CodeType) -> Scope:
        """The scope of a call that begins."""
        self._calls += 1
        return Scope(self._calls, code)

    def take(self, scope: Scope, code: CodeType, given: Mapping[str, object], line: int | None) -> None:
        """Note what the parameters of a call that begins are bound to; a module keeps the name that it has.

        Args:
            scope: of the call.
            code: of the function.
            given: its locals, which are its parameters yet.
            line: the line that called it.
        """
        for name in code.co_varnames[: _parameters(code)]:
            value = given.get(name)
            if type(value) not in PLAIN and not is_a(value, torch.nn.Module) and not is_a(value, torch.optim.Optimizer):
                self.bind(scope, name, value, line)
        scope.arguments, scope.changed = scope.changed or None, {}

    def bind(self, scope: Scope, name: str, value: object, line: int | None) -> None:
        """Note what a name is bound to now.

        Args:
            scope: whose name it is.
            name: a variable.
            value: what it stands for; None if it stands for nothing.
            line: the line that bound it.
        """
        if type(value) in PLAIN and name not in scope.bound and name not in scope.within:
            return
        held: dict[str, torch.nn.Module] = {}
        found: dict[str, int] = {}
        if is_a(value, torch.Tensor):
            found[name] = self._ledger.see(value, line)
        elif is_a(value, torch.nn.Module):
            held[name] = value
        elif is_a(value, torch.optim.Optimizer):
            self._modules.tell(name, value)
        else:
            for path, one in inside(name, value, self._seal):
                if isinstance(one, torch.nn.Module):
                    held[path] = one
                else:
                    found[path] = self._ledger.see(one, line)
        if held or name in scope.within:
            self._forget_modules(scope, name, held)
        if name not in held:
            self._replace(scope, name, found)
        for path, module in held.items():
            self._bind_module(scope, path, module, line)

    def bind_changed(self, scope: Scope, line: int | None) -> None:
        """Name the parameters anew of modules that have others than they had.

        Args:
            scope: the one that runs.
            line: the line that changed them.
        """
        if self._changes == self._modules.changes:
            return
        self._changes = self._modules.changes
        self._modules.renew()
        for owner in dict.fromkeys((self.outermost, scope)):
            for name, known in list(owner.modules.items()):
                module = known.module()
                if module is not None:
                    self._bind_module(owner, name, module, line)
                    if owner is not scope and owner.changed:
                        self._elsewhere[owner.number] = owner

    def bind_elsewhere(self, scope: Scope, name: str, value: object, line: int | None) -> None:
        """Note what a name of another scope than the one that runs is bound to now."""
        self.bind(scope, name, value, line)
        if scope.changed:
            self._elsewhere[scope.number] = scope

    def tell(self, stream: Stream, line: int | None, depth: int, scope: Scope) -> None:
        """Record that a line of a scope is about to run, with the names that changed since the line before."""
        names, arguments, elsewhere = scope.changed or None, scope.arguments, None
        if names is not None:
            scope.changed = {}
        if arguments is not None:
            scope.arguments = None
        if self._elsewhere:
            others, self._elsewhere = self._elsewhere.values(), {}
            elsewhere = {other.number: other.changed for other in others if other.changed} or None
            for other in others:
                other.changed = {}
        stream.line(line, names, depth, scope.number, scope.function, elsewhere, arguments)

    def _replace(self, scope: Scope, name: str, found: dict[str, int]) -> None:
        """Put the tensors now under a name in the place of those that were there."""
        before = scope.bound.get(name, _NOTHING)
        if found == before:
            return
        scope.bound[name] = found
        for path, number in found.items():
            if before.get(path) != number:
                scope.changed[path] = number
        for path in before:
            if path not in found:
                scope.changed[path] = None

    def _bind_module(self, scope: Scope, name: str, module: torch.nn.Module, line: int | None) -> None:
        """Note the parameters of a module; a function does not name those of a module that has a name."""
        known, modules = scope.modules.get(name), self._modules
        is_known = known is not None and known.module() is module
        if is_known and known is not None:
            is_full = known.losses == modules.losses and len(scope.bound.get(name, _NOTHING)) == MOST
            if is_full or known.changes == modules.changes:  # its parameters have their names already
                for one in known.own:
                    if (part := one()) is not None:
                        self._bind_held(part, scope, line)
                return
        lasting = scope is self.outermost
        if not (lasting or is_known or modules.is_new(module)):
            self._bind_held(module, scope, line)
            return
        own = {path: part for path, part in parts(module, name) if is_own(part)}
        refs = tuple(weakref.ref(part) for part in own.values())
        scope.modules[name] = _Named(weakref.ref(module), modules.changes, modules.losses, refs)
        if name.partition(".")[0] != "self":  # what its own methods call it is no name of the program's
            rank = PASSING if not lasting else LASTING if name.isidentifier() else IN_CONTAINER
            self._modules.bind(name, module, rank)
        named = islice(parameters(module, name), MOST)
        self._replace(scope, name, {path: self._ledger.see(one, line) for path, one in named})
        self._forget_held(scope, name, own)
        for path, part in own.items():
            self._settle(part, scope, path)
            self._bind_held(part, scope, line)

    def _settle(self, module: torch.nn.Module, scope: Scope, path: str) -> None:
        """Note that a module has a name in a scope: beside others there, or in the place of those in calls before."""
        scope.bound.setdefault(f"{path}.", _NOTHING)
        homes = [home for home in self._homes.get(id(module), ()) if home.module() is module and home.scope is scope]
        self._homes[id(module)] = [
            *(home for home in homes if home.path != path),
            _Home(weakref.ref(module), scope, path),
        ]

    def _bind_held(self, module: torch.nn.Module, running: Scope, line: int | None) -> None:
        """Note the tensors that a module holds beside its parameters, under the names that it has somewhere."""
        for of, scope, path in self._homes.get(id(module), ()):
            if of() is module and f"{path}." in scope.bound:
                beside = beside_parameters(path, module, self._seal)
                held = {place: self._ledger.see(one, line) for place, one in beside}
                self._replace(scope, f"{path}.", held)
                if scope is not running and scope.changed:
                    self._elsewhere[scope.number] = scope

    def _forget_modules(self, scope: Scope, name: str, kept: Collection[str]) -> None:
        """Take the names from the modules that a name stood for, but for those that are told of it again."""
        for path in scope.within.pop(name, ()):
            if path not in kept:
                scope.modules.pop(path, None)
                self._replace(scope, path, _NOTHING)
                self._forget_held(scope, path, ())
        if kept:
            scope.within[name] = tuple(kept)

    def _forget_held(self, scope: Scope, name: str, kept: Collection[str]) -> None:
        """Take the names from what modules under a name held, but for those at the paths that are kept."""
        for key in [key for key in scope.bound if key.startswith(f"{name}.") and key[:-1] not in kept]:
            self._replace(scope, key, _NOTHING)
            del scope.bound[key]


def _parameters(code: CodeType) -> int:
    """How many parameters a function has; they come first among its locals, *args and **kwargs after the others."""
    gathered = bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return code.co_argcount + code.co_kwonlyargcount + gathered
