"""How a thing is called, and which of its parameters an argument is for."""

from itertools import takewhile
from typing import NamedTuple

from gradviz.model.completion.found import Signature
from gradviz.model.completion.place import Call
from gradviz.model.completion.things import Library, Own, Thing, Things


class Parameter(NamedTuple):
    """A parameter as it is written."""

    text: str

    @property
    def name(self) -> str:
        """What it is called."""
        return self.text.split("=")[0].split(":")[0].strip().lstrip("*")

    @property
    def stars(self) -> int:
        """How many stars are before it: 1 takes all arguments that follow, 2 all those by name."""
        return len(self.text) - len(self.text.lstrip("*"))

    @property
    def by_name(self) -> bool:
        """Whether an argument can be given to it by name."""
        return not self.stars and self.name.isidentifier()

    @property
    def told(self) -> str:
        """What it is without an argument, and of what type: "= False"."""
        return self.text[len(self.name) :].lstrip(": ").strip() if self.by_name else ""


class Calling(NamedTuple):
    """One way to call a thing."""

    parameters: tuple[Parameter, ...]
    returns: str = ""

    def taking(self, call: Call) -> int | None:
        """The parameter that the argument at a place is for; None: there is none."""
        if call.keyword:
            named = (at for at, one in enumerate(self.parameters) if one.by_name and one.name == call.keyword)
            rest = (at for at, one in enumerate(self.parameters) if one.stars == 2)
            return next(named, next(rest, None))
        before = 0
        for at, one in enumerate(self.parameters):
            if one.stars == 1 and one.name:
                return at
            if one.text == "*" or one.stars == 2:
                return None
            if one.text != "/":
                if before == call.at:
                    return at
                before += 1
        return None

    def given(self, number: int) -> frozenset[str]:
        """The names of the parameters that so many arguments by position are for."""
        positional = takewhile(lambda one: not one.stars, self.parameters)
        names = [one.name for one in positional if one.text != "/"]
        return frozenset(names[: max(0, number)])

    def fits(self, call: Call) -> bool:
        """Whether it can be called with so many arguments of these names."""
        names = {one.name for one in self.parameters if one.by_name}
        free = any(one.stars == 2 for one in self.parameters)
        last = call._replace(at=call.number - len(call.keywords) - (2 if call.keyword else 1), keyword="")
        return (free or names.issuperset(call.keywords)) and (last.at < 0 or self.taking(last) is not None)


def parameters_of(things: Things, call: Call, position: int) -> tuple[Calling, ...]:
    """Return the ways to call what is called at a place."""
    thing = things.at(call.chain, position)
    return () if thing is None else callings(things, thing)


def callings(things: Things, thing: Thing) -> tuple[Calling, ...]:
    """Return the ways to call a thing."""
    callee = things.callee(thing)
    if isinstance(callee, Library):
        told = things.found(callee.path)
        return tuple(map(_calling, told.bound if callee.bound else told.signatures))
    if not isinstance(callee, Own):
        return ()
    line = things.program.lines[callee.at]
    if line.read.defines == "function":
        own = line.read.signature[1:] if callee.bound else line.read.signature
        return (_calling(Signature(own)),)
    made = things.attribute(Own(callee.at, bound=True), "__init__")
    return () if made is None else callings(things, made)


def _calling(signature: Signature) -> Calling:
    return Calling(tuple(map(Parameter, signature.parameters)), signature.returns)
