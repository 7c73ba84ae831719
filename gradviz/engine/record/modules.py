"""Which nn.Module's forward an op runs in, by the module's path in the program: "model.0".

It is read off the Python stack. Hooks on modules, and function modes, would make torch.nn leave its fast paths, and so
change what is computed. Nothing here keeps a module alive.
"""

import weakref
from collections.abc import Callable
from types import FrameType

import torch

from gradviz.model.trace import Module

# The code of every call of a module; it rebinds none of its locals.
MODULE_CALL = torch.nn.Module._wrapped_call_impl.__code__
_NAME = type.__dict__["__name__"]  # what a class itself says of its name is the program's code


class Modules:
    """The program's names for its modules, and for the modules in those."""

    def __init__(self, tell: Callable[[Module], None]) -> None:
        """Begin with no names.

        Args:
            tell: takes each name with the class of what it stands for, once.
        """
        self._tell = tell
        self._told: set[Module] = set()
        self._paths: dict[int, tuple[weakref.ref[torch.nn.Module], str, bool]] = {}
        self.changes = 0  # of what is in modules that have a name

    def changed(self, module: torch.nn.Module) -> None:
        """Note that a module has other parts, or other parameters, than before."""
        if self._known(module) is not None:
            self.changes += 1

    def bind(self, path: str, module: torch.nn.Module, *, lasting: bool) -> None:
        """Note that a module has a name; its parts have theirs by it.

        Args:
            path: the name, or a path that starts with one.
            module: the module.
            lasting: whether it outlives the function it was bound in, and so replaces a name that does not.
        """
        within = f"{path}."
        for key, (_, name, _) in list(self._paths.items()) if self.changes else ():
            if name.startswith(within):  # it may be elsewhere in the module now, or no longer in it
                del self._paths[key]
        for name, part in module.named_modules(prefix=path):
            known = self._known(part)
            if known is None or (lasting and not known[2]):
                self._put(part, name, lasting=lasting)

    def path(self, frame: FrameType) -> str | None:
        """The path of the module whose call (MODULE_CALL) a frame is; its class where it has no name."""
        module = frame.f_locals["self"]
        known = self._known(module)
        if known is None:
            self._find(frame, module)
            known = self._known(module)
        return None if known is None else known[1]

    def is_new(self, module: torch.nn.Module) -> bool:
        """Whether a module has no name, nor a class that stands for it."""
        return self._known(module) is None

    def _known(self, module: torch.nn.Module) -> tuple[weakref.ref[torch.nn.Module], str, bool] | None:
        known = self._paths.get(id(module))
        return known if known is not None and known[0]() is module else None

    def _find(self, frame: FrameType, module: torch.nn.Module) -> None:
        """Name a module that came into a named one after that got its name; else by its class."""
        outer = frame.f_back
        while outer is not None:
            if outer.f_code is MODULE_CALL:
                root = outer.f_locals["self"]
                known = self._known(root)
                if known is not None and any(part is module for part in root.modules()):
                    self.bind(known[1], root, lasting=known[2])
                    return
            outer = outer.f_back
        self._put(module, _class_name(module), lasting=False)

    def _put(self, module: torch.nn.Module, path: str, *, lasting: bool) -> None:
        self._paths[id(module)] = (weakref.ref(module), path, lasting)
        self.tell(path, module)

    def tell(self, path: str, named: torch.nn.Module | torch.optim.Optimizer) -> None:
        """Tell of what class it is what has a name, unless that is known."""
        record = Module(path, _class_name(named))
        if record not in self._told:
            self._told.add(record)
            self._tell(record)


def _class_name(named: object) -> str:
    return str(_NAME.__get__(type(named)))
