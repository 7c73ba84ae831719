"""What an expression of a program leads to: a library's thing, an instance of one of its classes, the program's own.

From what the program's last run held, from what is written in it, and from what the engine has said of its libraries.
What it has not been asked yet is noted as a question, and is not known till it answers.
"""

from collections.abc import Mapping
from typing import NamedTuple

from gradviz.model.completion.chains import CALL, ITEM, LIBRARY, RESULT, Chain
from gradviz.model.completion.found import Catalogue, Found
from gradviz.model.completion.outline import Bound, Outline

TENSOR = "torch.Tensor"
# Attributes of a tensor that are tensors; the docstrings of attributes tell no types.
_TENSORS = frozenset(("data", "grad", "H", "imag", "mH", "mT", "real", "T"))
_DEEP = 12  # bindings that are followed one after the other


class Known(NamedTuple):
    """What the program held at the end of its last run."""

    tensors: Mapping[str, str] = {}  # the name of each tensor, and what it was: "(4, 3) float32"
    modules: Mapping[str, str] = {}  # the path of each nn.Module, and its class
    locals: Mapping[tuple[str, str], str] = {}  # likewise of tensors, by a function and what is called so in it

    def told(self, name: str, function: str) -> str:
        """What a name was in a function, "" being none; "": that is not known."""
        return self.locals.get((function, name)) or self.tensors.get(name) or self.modules.get(name, "")


class Library(NamedTuple):
    """What a dotted path names in the engine's libraries."""

    path: str
    bound: bool = False  # it is a method, got from an instance


class Instance(NamedTuple):
    """An instance of the class that a path names."""

    path: str


class Own(NamedTuple):
    """A function or a class of the program, by the number of its statement."""

    at: int
    bound: bool = False  # got from an instance; of a class: an instance of it


Thing = Library | Instance | Own


class Things:
    """A program, what is known of it, and what is still to be asked."""

    def __init__(self, program: Outline, known: Known, catalogue: Catalogue) -> None:
        self.program = program
        self.known = known
        self._catalogue = catalogue
        self.asked: dict[str, None] = {}

    def found(self, path: str) -> Found:
        """What the engine said of a path; nothing where it has not been asked yet."""
        answer = self._catalogue.get(path)
        if answer is None:
            self.asked[path] = None
            return Found(path)
        return answer

    def at(self, chain: Chain, position: int, deep: int = 0) -> Thing | None:
        """What a chain at a position leads to; None: not known."""
        if deep > _DEEP:
            return None
        used, thing = self._begin(chain, position, deep)
        for link in chain[used:]:
            if thing is None:
                return None
            thing = self._next(thing, link, deep)
        return thing

    def attribute(self, thing: Thing, name: str, deep: int = 0) -> Thing | None:
        """An attribute of a thing."""
        if isinstance(thing, Library):
            return Library(f"{thing.path}.{name}")
        if isinstance(thing, Instance):
            path = f"{thing.path}.{name}"
            if thing.path == TENSOR and name in _TENSORS:
                return thing
            told = self.found(path)
            if told.kind == "value":
                return Instance(told.of)
            return Library(path, bound=True) if told.kind else None
        if self.program.lines[thing.at].read.defines == "function":
            return None
        own = self.program.attributes(thing.at).get(name)
        if own is not None:
            return self._bound(own, deep, instance=thing.bound)
        for base in self.bases(thing, deep):
            inherited = self.attribute(base, name, deep + 1) if deep < _DEEP else None
            if inherited is not None:
                return inherited
        return None

    def bases(self, own: Own, deep: int = 0) -> list[Thing]:
        """What a class of the program comes from; of an instance, as instances."""
        line = self.program.lines[own.at]
        bases = (self.at(chain, line.statement.start, deep + 1) for chain in line.read.bases)
        return [_instance_of(base) if own.bound else base for base in bases if base is not None]

    def _begin(self, chain: Chain, position: int, deep: int) -> tuple[int, Thing | None]:
        """What the first links of a chain lead to, and how many they are."""
        if chain[0].startswith(LIBRARY):
            return 1, Library(chain[0][len(LIBRARY) :])
        bound = self.program.visible(position).get(chain[0])
        if bound is not None and bound.binding.kind in ("import", "function", "class"):
            return 1, self._bound(bound, deep)
        ran = self._ran(chain, position, deep)
        if ran is not None:
            return ran
        method = self._method(position)
        if method is not None and chain[0] == self.program.self_of(method):
            return 1, Own(self.program.lines[method].scope[-1], bound=True)
        if bound is not None:
            return 1, self._bound(bound, deep)
        told = self.found(f"builtins.{chain[0]}")
        return 1, Library(told.path) if told.kind else None

    def _ran(self, chain: Chain, position: int, deep: int) -> tuple[int, Thing | None] | None:
        """The tensor or module of the last run that the first links of a chain name."""
        plain = next((at for at, link in enumerate(chain) if link in (CALL, ITEM, RESULT)), len(chain))
        function = self.program.function(position)
        for used in range(plain, 0, -1):
            name = ".".join(chain[:used])
            if (function, name) in self.known.locals or name in self.known.tensors:
                return used, Instance(TENSOR)
            if name in self.known.modules:
                module = self._module(self.known.modules[name], position, deep)
                if module is not None:
                    return used, module
        return None

    def _module(self, name: str, position: int, deep: int) -> Thing | None:
        """An instance of the class of this name: of the program, or of torch.nn."""
        bound = self.program.visible(position).get(name)
        if bound is not None and bound.binding.kind in ("class", "import"):
            thing = self._bound(bound, deep)
            return None if thing is None else _instance_of(thing)
        for path in (f"torch.nn.{name}", f"torch.optim.{name}"):
            if self.found(path).kind == "class":
                return Instance(path)
        return None

    def _method(self, position: int) -> int | None:
        """The method that a position is in, or in a function of which it is."""
        for at in reversed(self.program.scope(position)):
            line = self.program.lines[at]
            if line.read.defines == "function" and line.scope and self._is_class(line.scope[-1]):
                return at
        return None

    def _is_class(self, at: int) -> bool:
        return self.program.lines[at].read.defines == "class"

    def _bound(self, bound: Bound, deep: int, *, instance: bool = False) -> Thing | None:
        """What a binding binds its name to."""
        kind, line = bound.binding.kind, self.program.lines[bound.at]
        if kind in ("function", "class"):
            return Own(bound.at, bound=instance and kind == "function")
        value = bound.binding.value
        return None if value is None else self.at(value, line.statement.start, deep + 1)

    def _next(self, thing: Thing, link: str, deep: int) -> Thing | None:
        if link in (ITEM, RESULT):
            return thing if thing == Instance(TENSOR) else None
        return self._called(thing, deep) if link == CALL else self.attribute(thing, link, deep)

    def _called(self, thing: Thing, deep: int) -> Thing | None:
        """What a call of a thing returns."""
        if isinstance(thing, Own):
            line = self.program.lines[thing.at]
            if line.read.defines == "class" and not thing.bound:
                return Own(thing.at, bound=True)
            if line.read.defines == "function":
                returned = line.read.bound[0].value
                return None if returned is None else self.at(returned, line.statement.start, deep + 1)
        method = self.callee(thing, deep)
        if not isinstance(method, Library):
            return None if method is None or method == thing else self._called(method, deep + 1)
        told = self.found(method.path)
        if told.kind == "class":
            return Instance(method.path)
        returns = {one.returns for one in (told.bound if method.bound else told.signatures)}
        return Instance(TENSOR) if returns == {"Tensor"} else None

    def callee(self, thing: Thing, deep: int = 0) -> Thing | None:
        """What is run when a thing is called: of an instance its forward, or its __call__."""
        if isinstance(thing, Library) or (isinstance(thing, Own) and not (thing.bound and self._is_class(thing.at))):
            return thing
        return self.attribute(thing, "forward", deep) or self.attribute(thing, "__call__", deep)


def _instance_of(thing: Thing) -> Thing:
    if isinstance(thing, Library):
        return Instance(thing.path)
    return Own(thing.at, bound=True) if isinstance(thing, Own) else thing
