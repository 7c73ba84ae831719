"""Modules by their paths: the class of each, and how those that several ops ran in are told as one."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from gradviz.model.trace import Module

MODULE = -(1 << 30)  # the id of the region that is a module looked into; those of open folds are above
_PART = re.compile(r"^[^.\[]+|\.[^.\[]*|\[[^\]]*\]?|[^.\[]+")
_TOLD = 3  # classes that are named


class Modules(NamedTuple):
    """The modules that the ops of some nodes ran in."""

    path: str  # of the module, or of all of them: "model.blocks.0–11"
    types: tuple[str, ...]  # their classes, each once
    number: int

    def often(self, times: int) -> str:
        """How often something comes that ran in them: by their class where each time is one of them."""
        return f"{times:,} × {self.types[0]}" if self.repeat(times) else f"× {times:,}"

    def repeat(self, times: int) -> bool:
        """Whether they are as many modules of one class."""
        return times > 1 and self.number == times and len(self.types) == 1

    def told(self, times: int) -> str:
        """What they are called, with their class where how often they come does not tell it."""
        return self.path if self.repeat(times) else named(self.path, self.types)


NOWHERE = Modules("", (), 0)


def is_in(path: str, module: str | None) -> bool:
    """Whether a module is the one at a path, or in it."""
    return module is not None and (module == path or module.startswith(f"{path}."))


def named(path: str, of: Sequence[str]) -> str:
    """Return what a module is called, with its class or classes. One without a name has its class as its path."""
    told = ", ".join((*of[:_TOLD], *(["…"] if len(of) > _TOLD else [])))
    return f"{path} · {told}" if told not in ("", path) else path


def types(modules: Iterable[Module]) -> dict[str, tuple[str, ...]]:
    """Return the class of each module by its path; of a path that several modules had, all of theirs."""
    found: dict[str, dict[str, None]] = {}
    for module in modules:
        found.setdefault(module.path, {})[module.type] = None
    return {path: tuple(names) for path, names in found.items()}


def together(paths: Collection[str | None], of: Mapping[str, tuple[str, ...]]) -> Modules:
    """Return the modules at some paths as one: the module that all are in, or those with a number next to each other.

    Args:
        paths: of each op, the module that it ran in; None: in none.
        of: the classes of each module by its path.
    """
    parts = [_parts(path) for path in paths if path is not None]
    if len(parts) < len(paths) or not parts:
        return NOWHERE
    begin = shared(parts)
    after = {path[len(begin)] if len(path) > len(begin) else "" for path in parts}
    around = "".join(begin)
    if not begin or len(after) == 1 or not all(_number(part) for part in after):
        return Modules(around, of.get(around, ()), 1) if begin else NOWHERE
    numbered = sorted(after, key=lambda part: int(_number(part)))
    kinds = dict.fromkeys(kind for part in numbered for kind in of.get(around + part, ()))
    numbers = _numbers([int(_number(part)) for part in numbered])
    return Modules(around + numbered[0].replace(_number(numbered[0]), numbers), tuple(kinds), len(numbered))


def _parts(path: str) -> list[str]:
    """A path in its parts, each with the sign before it: agent, .nets, [0], .weight."""
    return _PART.findall(path)


def _number(part: str) -> str:
    """The number that a part of a path is; nothing where it is a name."""
    bare = part.strip(".[]")
    return bare if bare.isdecimal() else ""


def shared(paths: Sequence[Sequence[str]]) -> list[str]:
    """Return the names that all of some paths, each cut into its parts, begin with."""
    return [step[0] for step in takewhile(lambda step: len(set(step)) == 1, zip(*paths, strict=False))]


def entry(before: str, module: str) -> float:
    """How much going from one module to another looks like entering the next of several: more further out, below 1.

    Args:
        before: the path of the module that was left.
        module: of the one that is entered.
    """
    if module == before:
        return 0.0
    parts = _parts(module)
    known = len(shared([_parts(before), parts]))
    at = next((place for place, part in enumerate(parts) if place >= known and _number(part)), None)
    return 0.0 if at is None else 1 / (at + 2)


def _numbers(numbers: list[int]) -> str:
    """The first and the last of some numbers, which are sorted."""
    first, last = numbers[0], numbers[-1]
    sign = "\N{EN DASH}" if last - first + 1 == len(numbers) else " … "
    return f"{first}{sign}{last}"
