"""Which tensor each name holds, apart for each function that has a local of that name.

A step tells the names that changed, not whose they are. Where the text of the lines that ran leaves that open, a name
holds nothing here: better no row than another tensor's.
"""

import re
from bisect import bisect_right
from math import inf
from operator import itemgetter
from typing import NamedTuple

from gradviz.model.trace import Trace

_LINE_END = re.compile(r"\r\n|\r|\n")
_OPENS = re.compile(r"(?:async\s+def|def|class)\s+(\w+)")
_ROOT = re.compile(r"[.\[].*", re.DOTALL)  # of a.b[c]: all but a
_BINDS = r"\b{0}\b(?:\s*[.\[]|[^=]*(?<![!<>])=(?!=))|\b(?:for|as|import|def|class|case)\b.*\b{0}\b"  # it may
_WIDEST = 500  # characters of a line that are looked at
_HANDS_OUT = ("return", "yield", "raise")  # statements that bind no name


_Scope = tuple[int, str] | None  # the line that opens a function, and its name; None: the module


class Name(NamedTuple):
    """A name of the program."""

    function: str | None  # whose local it is; None: the module's
    text: str


class _Place(NamedTuple):
    """A line that ran, and what it is part of."""

    scope: _Scope
    text: str


class _Binding(NamedTuple):
    """What a name holds from one step on."""

    step: int
    tensor: int | None  # None: nothing
    place: int  # among the names: it counts up each time a name that held nothing is bound


class Bindings(NamedTuple):
    """What every name of a run held in the course of it."""

    of: dict[tuple[_Scope, str], list[_Binding]]

    def held(self, number: float = inf) -> dict[Name, int]:
        """Return the tensors that names held after a step, in the order in which the names were first bound."""
        then = ((owner, _last(line, number)) for owner, line in self.of.items())
        found = [(last.place, owner, last.tensor) for owner, last in then if last and last.tensor is not None]
        return {
            Name(None if scope is None else scope[1], text): tensor
            for _, (scope, text), tensor in sorted(found, key=itemgetter(0))
        }


def bindings(trace: Trace) -> Bindings:
    """Return what the names of a run held, in time linear in its steps."""
    places = _places(trace)
    found: dict[tuple[_Scope, str], list[_Binding]] = {}
    bound = 0
    last: dict[_Scope, _Place] = {}  # of each scope, the line that ran last
    before = _Place(None, "")
    for step in trace.steps:
        if step.kind != "line":
            continue
        here = places[step.line]
        for name, tensor in (step.names or {}).items():
            owners = _owners(name, before, here, last.get(here.scope, here))
            for owner in owners:
                line = found.setdefault((owner, name), [])
                now = None if len(owners) > 1 else tensor
                bound += 1
                line.append(_Binding(step.id, now, line[-1].place if line and line[-1].tensor is not None else bound))
        before = last[here.scope] = here
    return Bindings(found)


def _last(line: list[_Binding], number: float) -> _Binding | None:
    place = bisect_right(line, number, key=itemgetter(0))
    return line[place - 1] if place else None


def _owners(name: str, before: _Place, here: _Place, caller: _Place) -> set[_Scope]:
    """The scopes one of which has bound a name: that of the line before, or the one that it returned to."""
    if before.scope == here.scope or before.text.startswith(_HANDS_OUT):
        return {here.scope}
    binds = re.compile(_BINDS.format(re.escape(_ROOT.sub("", name))))
    if not binds.search(before.text):
        return {here.scope}
    return {before.scope, here.scope} if binds.search(caller.text) else {before.scope}


def _places(trace: Trace) -> dict[int | None, _Place]:
    """Each line that ran. What it is part of follows from how far it and the lines above are indented."""
    ran = {step.line for step in trace.steps if step.kind == "line"}
    found: dict[int | None, _Place] = dict.fromkeys(ran, _Place(None, ""))
    open_: list[tuple[int, _Scope]] = []  # indentation and scope, outermost first
    for number, line in enumerate(_LINE_END.split(trace.source), 1):
        if number not in ran:  # among them the lines of a docstring, whatever they look like
            continue
        text = line.lstrip()[:_WIDEST]
        indent = len(line) - len(line.lstrip())
        while open_ and open_[-1][0] >= indent:
            open_.pop()
        found[number] = _Place(open_[-1][1] if open_ else None, text)
        opening = _OPENS.match(text)
        if opening is not None:
            open_.append((indent, (number, opening[1])))
    return found
