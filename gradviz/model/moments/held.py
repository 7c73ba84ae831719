"""Which tensor each name holds, apart for the module and for each call of a function."""

from bisect import bisect_right
from math import inf
from operator import itemgetter
from typing import NamedTuple

from gradviz.model.trace import Trace


class Name(NamedTuple):
    """A name of the program."""

    function: str | None  # whose local it is; None: the module's
    text: str


class _Call(NamedTuple):
    """A call that runs, and the one that it was made in."""

    scope: int
    depth: int
    caller: "_Call | None"


class _Binding(NamedTuple):
    """What a name holds from one step on."""

    step: int
    tensor: int | None  # None: nothing
    place: int  # among the names: it counts up each time a name that held nothing is bound


class Bindings(NamedTuple):
    """What every name of a run held in the course of it."""

    of: dict[int, dict[str, list[_Binding]]]  # by scope
    functions: dict[int, str | None]  # whose calls the scopes are
    calls: list[tuple[int, _Call]]  # the innermost call that runs from a step on

    def held(self, number: float = inf) -> dict[Name, int]:
        """Return the tensors that names held after a step, in the order in which the names were first bound.

        Those of the module and of the calls that run then; of a function that calls itself those of the last call.
        """
        place = bisect_right(self.calls, number, key=itemgetter(0))
        call = self.calls[place - 1][1] if place else None
        found: dict[Name, _Binding] = {}
        while call is not None:
            function = self.functions[call.scope]
            for text, line in self.of.get(call.scope, {}).items():
                last = _last(line, number)
                if last is not None:
                    found.setdefault(Name(function, text), last)
            call = call.caller
        bound = ((last.place, name, last.tensor) for name, last in found.items() if last.tensor is not None)
        return {name: tensor for _, name, tensor in sorted(bound, key=itemgetter(0))}

    def last(self, text: str) -> int | None:
        """Return the tensor that a name of the module held last, or else one of a function."""
        scopes = sorted(self.of, key=lambda scope: -scope if scope else -inf)
        found = (one.tensor for scope in scopes for one in reversed(self.of[scope].get(text, ())))
        return next((tensor for tensor in found if tensor is not None), None)


def bindings(trace: Trace) -> Bindings:
    """Return what the names of a run held, in time linear in its steps."""
    module = _Call(0, 0, None)
    found = Bindings({}, {0: None}, [(-1, module)])
    running, bound = module, 0
    for step in trace.steps:
        if step.kind != "line":
            continue
        if step.scope != running.scope:
            running = _entered(running, step.scope, step.depth)
            found.functions[step.scope] = step.function
            found.calls.append((step.id, running))
        told = ((step.scope, step.arguments), (step.scope, step.names), *(step.elsewhere or {}).items())
        for scope, names in told:
            for name, tensor in (names or {}).items():
                line = found.of.setdefault(scope, {}).setdefault(name, [])
                bound += 1
                place = line[-1].place if line and line[-1].tensor is not None else bound
                line.append(_Binding(step.id, tensor, place))
    return found


def _entered(running: _Call, scope: int, depth: int) -> _Call:
    """The call that runs now: one that was made in the one before, or to which that has returned."""
    call: _Call | None = running
    while call is not None and call.depth >= depth:
        if call.scope == scope:
            return call
        call = call.caller
    return _Call(scope, depth, call)


def _last(line: list[_Binding], number: float) -> _Binding | None:
    place = bisect_right(line, number, key=itemgetter(0))
    return line[place - 1] if place else None
