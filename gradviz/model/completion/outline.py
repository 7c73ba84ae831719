"""The functions and classes of a program by its indents, and which names are bound where."""

from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from gradviz.model.completion.bindings import Binding, Read, read
from gradviz.model.completion.chains import LIBRARY
from gradviz.model.completion.tokens import Statement, column, statements

_GIVEN = Binding("torch", "import", (f"{LIBRARY}torch",))  # at hand in every program, imported or not


class Line(NamedTuple):
    """A statement and what it is in."""

    statement: Statement
    read: Read
    scope: tuple[int, ...]  # the numbers of the definitions around it, the outermost first


class Bound(NamedTuple):
    """A binding, and the statement that it is in."""

    binding: Binding
    at: int


class Outline(NamedTuple):
    """A program."""

    lines: tuple[Line, ...]

    def at(self, position: int) -> int:
        """The number of the statement that a position is in."""
        return bisect_right(self.lines, position, key=lambda line: line.statement.start) - 1

    def scope(self, position: int) -> tuple[int, ...]:
        """The definitions around a position; on an empty line by how far in that is."""
        at = self.at(position)
        line = self.lines[at]
        if line.read.tokens:
            own = (at,) if line.read.defines == "function" else ()
            return (*line.scope, *own)
        here = column(line.statement.text[: position - line.statement.start])
        before = next((one for one in range(at - 1, -1, -1) if self.lines[one].read.tokens), None)
        if before is None:
            return ()
        around = (*self.lines[before].scope, *((before,) if self.lines[before].read.defines else ()))
        return tuple(one for one in around if self.lines[one].statement.indent < here)

    def function(self, position: int) -> str:
        """The innermost function around a position, as a run tells it: "Net.forward"; "": it is in none."""
        around = self.scope(position)
        while around and not self._is_function(around[-1]):
            around = around[:-1]  # the body of a class
        return ".".join(self.lines[at].read.bound[0].name for at in around)

    def visible(self, position: int) -> dict[str, Bound]:
        """What each name is bound to that can be used at a position: by the statement before it, or else after."""
        at, scope = self.at(position), self.scope(position)
        found = {_GIVEN.name: (-1, Bound(_GIVEN, 0))}
        for number, line in enumerate(self.lines):
            level = len(line.scope)
            if line.scope == scope[:level] and (not level or level == len(scope) or self._is_function(line.scope[-1])):
                bound = line.read.bound if number != at else line.read.inside
                for one in bound:
                    self._note(found, one, number, level, before=number <= at)
            if number in scope:
                for one in line.read.parameters:
                    self._note(found, one, number, level + 1, before=True)
        return {name: bound for name, (_, bound) in found.items()}

    def attributes(self, definition: int) -> dict[str, Bound]:
        """The names in a class of the program: what is bound in it, and what its methods give self."""
        found: dict[str, Bound] = {}
        depth = len(self.lines[definition].scope) + 1
        for number, line in enumerate(self.lines):
            if line.scope[depth - 1 : depth] != (definition,):
                continue
            own = "" if len(line.scope) == depth else self.self_of(line.scope[depth])
            for one in line.read.bound:
                name = one.name
                if own and name.startswith(f"{own}."):
                    name = name[len(own) + 1 :]
                elif own or "." in name:
                    continue
                found.setdefault(name, Bound(one, number))
        return found

    def self_of(self, method: int) -> str:
        """What a function calls its first argument; "": it has none."""
        parameters = self.lines[method].read.parameters
        return parameters[0].name if parameters else ""

    def docstring(self, definition: int) -> str:
        """The first line of what a function or class says of itself."""
        rest = (line.read.tokens for line in self.lines[definition + 1 :] if line.read.tokens)
        first = next(rest, ())
        if not first or first[0].kind != "string":
            return ""
        inside = first[0].text.lstrip("rRbBuUfF").strip("\"'").strip()
        return inside.partition("\n")[0].strip()

    def _is_function(self, definition: int) -> bool:
        return self.lines[definition].read.defines == "function"

    @staticmethod
    def _note(found: dict[str, tuple[int, Bound]], one: Binding, at: int, level: int, *, before: bool) -> None:
        known = found.get(one.name)
        if "." not in one.name and (known is None or known[0] < level or (known[0] == level and before)):
            found[one.name] = level, Bound(one, at)


@lru_cache(maxsize=2)
def outline(source: str) -> Outline:
    """Return the outline of a program."""
    lines: list[Line] = []
    around: list[tuple[int, int]] = []  # definitions: indent, number
    for number, statement in enumerate(statements(source)):
        found = read(statement.text)
        if found.tokens:
            while around and statement.indent <= around[-1][0]:
                around.pop()
        lines.append(Line(statement, found, tuple(one for _, one in around)))
        if found.defines:
            around.append((statement.indent, number))
    return Outline(tuple(lines))
