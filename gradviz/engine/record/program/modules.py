"""Which nn.Module's forward an op runs in, by the module's path in the program: "model.0".

It is read off the Python stack. Hooks on modules, and function modes, would make torch.nn leave its fast paths, and so
change what is computed. Nothing here keeps a module alive.
"""

import weakref
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import FrameType
from typing import NamedTuple

import torch

from gradviz.engine.record.program.neighbours import is_own
from gradviz.model.trace import Module

# The code of every call of a module; it rebinds none of its locals.
MODULE_CALL = torch.nn.Module._wrapped_call_impl.__code__
_NAME = type.__dict__["__name__"]  # what a class itself says of its name is the program's code

# Ranks of names: of a function, which they outlive; in a list or an object of the program; of a variable of the module.
PASSING, IN_CONTAINER, LASTING = range(3)


class _Named(NamedTuple):
    """What a module is called."""

    module: weakref.ref[torch.nn.Module]
    path: str
    rank: int


Take = Callable[[str], None]  # is given the path that a module has from now on


class Modules:
    """The program's names for its modules, and for the modules in those."""

    def __init__(self, tell: Callable[[Module], None]) -> None:
        """Begin with no names.

        Args:
            tell: takes each name with the class of what it stands for, once.
        """
        self._tell = tell
        self._told: set[Module] = set()
        self._paths: dict[int, _Named] = {}
        self._awaited: dict[int, dict[Take, None]] = {}  # by the address of a module that lives
        self._moved: dict[int, weakref.ref[torch.nn.Module]] = {}  # modules with parts that have other paths, or none
        self.changes = 0  # of the parameters in modules that have a name
        self.losses = 0  # of those changes, the ones that took some away

    def placing(self, module: torch.nn.Module, name: str, placed: object) -> None:
        """Note that a module is given a part or a parameter: name what comes, forget what goes, and look at no other.

        Args:
            module: that has what it had yet.
            name: of what it is given, in it.
            placed: that.
        """
        known = self._paths.get(id(module))  # as _known finds it, without a call: models are built of thousands
        if known is None or known.module() is not module:
            return
        path, before = f"{known.path}.{name}", _held(module, "_modules").get(name)
        loses = before is not None or _held(module, "_parameters").get(name) is not None
        if isinstance(before, torch.nn.Module):
            self._forget(path, {id(part) for _, part in parts(before, path)})
        if isinstance(placed, torch.nn.Module):
            self.bind(path, placed, known.rank)
        if loses or not isinstance(placed, torch.nn.Module) or _is_told(placed, path):
            self.changes += 1
            self.losses += loses

    def moved(self, module: torch.nn.Module) -> None:
        """Note that a module has others than it had, or the same elsewhere: its parts are named when that is asked."""
        if self._known(module) is not None:
            self._moved[id(module)] = weakref.ref(module)
            self.changes += 1
            self.losses += 1

    def bind(self, path: str, module: torch.nn.Module, rank: int) -> None:
        """Note that a module has a name; its parts have theirs by it.

        Args:
            path: the name, or a path that starts with one.
            module: the module.
            rank: of the name, which takes the place of one of a lower rank; but what a variable is, such as that of a
                loop over a list, is called by its place in there.
        """
        placed = self._known(module) if path.isidentifier() else None
        stays = placed is not None and placed.rank == IN_CONTAINER
        for name, part in parts(module, path):
            known = self._known(part)
            if known is None or (rank > known.rank and not stays):
                self._put(part, name, rank)
            else:
                self.tell(name, part)

    def renew(self) -> None:
        """Name the parts anew of modules in which they have moved."""
        while self._moved:
            _, moved = self._moved.popitem()
            module = moved()
            known = None if module is None else self._known(module)
            if module is not None and known is not None:
                self._forget(f"{known.path}.", self._paths)
                self.bind(known.path, module, known.rank)

    def path(self, frame: FrameType) -> str | None:
        """The path of the module whose call (MODULE_CALL) a frame is; its class where it has no name."""
        module = frame.f_locals["self"]
        self.renew()
        known = self._known(module)
        if known is None:
            self._find(frame, module)
            known = self._known(module)
        return None if known is None else known.path

    def called(self, module: torch.nn.Module) -> str:
        """What a module is called now; its class where it has no name yet."""
        self.renew()
        known = self._known(module)
        return _class_name(module) if known is None else known.path

    def await_path(self, module: torch.nn.Module, take: Take) -> Callable[[], object]:
        """Have it told what a module is called from now on, for in its own constructor it has no name yet.

        Returns:
            What ends that.
        """
        key = id(module)
        if key not in self._awaited:
            self._awaited[key] = {}
            weakref.finalize(module, self._awaited.pop, key).atexit = False
        takers = self._awaited[key]
        takers[take] = None
        return partial(takers.pop, take, None)

    def is_new(self, module: torch.nn.Module) -> bool:
        """Whether a module has no name, nor a class that stands for it."""
        return self._known(module) is None

    def _known(self, module: torch.nn.Module) -> _Named | None:
        known = self._paths.get(id(module))
        return known if known is not None and known.module() is module else None

    def _forget(self, beginning: str, keys: Iterable[int]) -> None:
        """Take the paths from modules that begin in a way; such a one may be elsewhere now, or in none."""
        for key in list(keys):
            if key in self._paths and self._paths[key].path.startswith(beginning):
                del self._paths[key]

    def _find(self, frame: FrameType, module: torch.nn.Module) -> None:
        """Name a module that came into a named one after that got its name; else by its class."""
        outer = frame.f_back
        while outer is not None:
            if outer.f_code is MODULE_CALL:
                root = outer.f_locals["self"]
                known = self._known(root)
                if known is not None and any(part is module for _, part in parts(root, known.path)):
                    self.bind(known.path, root, known.rank)
                    return
            outer = outer.f_back
        self._put(module, _class_name(module), PASSING)

    def _put(self, module: torch.nn.Module, path: str, rank: int) -> None:
        self._paths[id(module)] = _Named(weakref.ref(module), path, rank)
        for take in list(self._awaited.get(id(module), ())):
            take(path)
        self.tell(path, module)

    def tell(self, path: str, named: torch.nn.Module | torch.optim.Optimizer) -> None:
        """Tell of what class it is what has a name, unless that is known."""
        record = Module(path, _class_name(named))
        if record not in self._told:
            self._told.add(record)
            self._tell(record)


def parts(module: torch.nn.Module, path: str) -> Iterator[tuple[str, torch.nn.Module]]:
    """A module and all in it, each once, with the paths to them: its own named_modules() may be the program's code."""
    return _within(module, path, is_once=True)


def parameters(module: torch.nn.Module, path: str) -> Iterator[tuple[str, torch.Tensor]]:
    """The parameters in a module, with every path to each: its own named_parameters() may be the program's code."""
    for place, part in _within(module, path, is_once=False):
        for name, parameter in list(_held(part, "_parameters").items()):
            if isinstance(parameter, torch.Tensor):
                yield f"{place}.{name}", parameter


def _is_told(module: torch.nn.Module, path: str) -> bool:
    """Whether a module may hold what has a name by its path."""
    return any(
        is_own(part) or any(isinstance(one, torch.Tensor) for one in _held(part, "_parameters").values())
        for _, part in parts(module, path)
    )


def _within(module: torch.nn.Module, path: str, *, is_once: bool) -> Iterator[tuple[str, torch.nn.Module]]:
    """A module and all in it; each once, or again under every path that does not lead through itself."""
    met = {id(module)}
    yield path, module
    around = [(module, path, _parts_of(module))]  # the part at hand, the innermost last
    while around:
        outer, place, rest = around[-1]
        for name, part in rest:
            if id(part) not in met:
                met.add(id(part))
                inner = f"{place}.{name}"
                yield inner, part
                around.append((part, inner, _parts_of(part)))
                break
        else:
            around.pop()
            if not is_once:
                met.discard(id(outer))


def _parts_of(module: torch.nn.Module) -> Iterator[tuple[str, torch.nn.Module]]:
    """The modules that one holds itself, as it does now."""
    held = _held(module, "_modules").items()
    return iter([(name, part) for name, part in held if isinstance(part, torch.nn.Module)])


def _held(module: torch.nn.Module, name: str) -> dict[str, object]:
    """What a module keeps under a name; nothing before its Module.__init__() has run."""
    held: dict[str, dict[str, object]] = object.__getattribute__(module, "__dict__")
    return held.get(name, {})


def _class_name(named: object) -> str:
    return str(_NAME.__get__(type(named)))
