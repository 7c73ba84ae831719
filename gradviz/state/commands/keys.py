"""Which keys ask for which command: the usual ones, and those that the person has chosen in their place. Pure.

A key is its text, as Qt writes it for every desktop: "Ctrl+Shift+P". No key ever asks for two commands.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

Given = Mapping[str, tuple[str, ...]]  # the keys of commands, by their ids
_NONE: Given = MappingProxyType({})


class Keys(NamedTuple):
    """The keys of all commands."""

    usual: Given = _NONE
    own: Given = _NONE  # of those whose keys are others than the usual

    def of(self, command: str) -> tuple[str, ...]:
        """Return the keys of a command."""
        return self.own.get(command, self.usual.get(command, ()))

    def first(self, command: str) -> str:
        """Return the key by which a command is told; "" where it has none."""
        return next(iter(self.of(command)), "")

    def told(self, text: str, *commands: str) -> str:
        """Return a text with a key of each of the commands that it is about."""
        keys = ", ".join(filter(None, map(self.first, commands)))
        return f"{text} ({keys})" if keys else text

    def owner(self, key: str) -> str | None:
        """Return the command that a key asks for."""
        return next((command for command in self.usual if key in self.of(command)), None)

    def given(self, command: str, keys: Iterable[str]) -> "Keys":
        """Return the keys in which a command has these, and whichever had one of them has it no longer."""
        wanted = tuple(dict.fromkeys(keys))
        whole = {
            one: wanted if one == command else tuple(key for key in self.of(one) if key not in wanted)
            for one in self.usual
        }
        return self._replace(own={one: keys for one, keys in whole.items() if keys != self.usual[one]})

    def reset(self, command: str) -> "Keys":
        """Return the keys in which a command has its usual ones again."""
        return self.given(command, self.usual.get(command, ()))


def chosen(usual: Given, own: Given) -> Keys:
    """Return the keys of a person who chose these at some time: of commands that there are, each for one alone."""
    keys = Keys(usual)
    for command, wanted in own.items():
        if command in usual:
            keys = keys.given(command, wanted)
    return keys
