"""One execution of a statement with the run before it and after it: where questions look for their answers."""

import re
from bisect import bisect_left
from functools import cached_property, lru_cache
from operator import attrgetter

from gradviz.model.moments.moment import Moment
from gradviz.model.quiz.question import Said
from gradviz.model.quiz.statements import Ran
from gradviz.model.trace import BackwardCall, Op, Step, Tensor, Trace
from gradviz.model.why.answers import Answer, of_tensor
from gradviz.model.why.answers import Question as Why
from gradviz.model.why.grounds import Grounds

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_NAMES = 16  # of one moment that are asked about
_STAMP = attrgetter("step")


class Scene:
    """A statement that ran."""

    def __init__(self, known: Grounds, ran: Ran) -> None:
        """Take the index of a run and the execution."""
        history = known.moment.history
        self._known, self.ran = known, ran
        self.before = history.at(ran.before)
        self.after = history.end if ran.after is None else history.at(ran.after)

    @property
    def trace(self) -> Trace:
        """The whole run."""
        return self._known.trace

    @property
    def known_after(self) -> Grounds:
        """What it takes to say why something is so after it."""
        return self._known.at(self.after)

    @cached_property
    def were(self) -> dict[str, int]:
        """The tensors that names held before it."""
        return _held(self.before, self.ran.function)

    @cached_property
    def names(self) -> dict[str, int]:
        """The tensors that names hold after it, each under the last name that it got.

        Names of the module, or in a function its own.
        """
        return _held(self.after, self.ran.function)

    @cached_property
    def bound(self) -> dict[str, Tensor]:
        """The tensors that it made, or whose flags it changed, and that have a name after it."""
        found = {}
        for name, number in self.names.items():
            was, now = self.before.tensor(number), self.after.known_tensor(number)
            if was is None or _flags(was) != _flags(now) or self.were.get(name, number) != number:
                found[name] = now
        return found

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the trace that it took."""
        return self.trace.steps[self.ran.before + 1 : self.ran.after]

    @cached_property
    def within(self) -> tuple[Op, ...]:
        """The forward ops that compute something, those of functions that it calls among them."""
        ops = (self.trace.ops[step.op] for step in self.steps if step.op is not None)
        return tuple(op for op in ops if op.phase == "forward" and op.inputs and op.id not in self._known.born)

    @cached_property
    def ops(self) -> tuple[Op, ...]:
        """Those of them on its own lines."""
        return tuple(op for op in self.within if op.line in self.ran.lines)

    @cached_property
    def calls(self) -> tuple[BackwardCall, ...]:
        """The backward calls that it made."""
        calls, end = self.trace.backwards, len(self.trace.steps) if self.ran.after is None else self.ran.after
        first = bisect_left(calls, self.ran.before + 1, key=_STAMP)
        return calls[first : bisect_left(calls, end + 1, key=_STAMP)]

    def why(self, question: Why, tensor: Tensor, *, before: bool = False) -> tuple[Answer, ...]:
        """Return what there is to say to a question about a tensor after the statement, or before it."""
        known = self._known.at(self.before) if before else self.known_after
        return tuple(answer for answer in of_tensor(known, tensor) if answer.question == question)

    def asks(self, key: str, **facts: str | int) -> Said:
        """Return what is asked about this execution, with the line and which time of how many it is."""
        return Said(key, {"line": self.ran.line, "times": self.ran.times, "of": self.ran.of, **facts})


def _held(moment: Moment, function: str | None) -> dict[str, int]:
    held: dict[int, str] = {}
    for name, number in moment.history.bindings.held(moment.begun - 1).items():
        tensor = moment.tensor(number) if name.function == function and _NAME.fullmatch(name.text) else None
        # Of a module's parameters it is asked where the program speaks of them; and others may be computed anew.
        spoken = tensor is not None and tensor.is_parameter and name.text in _spoken_of(moment.trace.source)
        if tensor is not None and (spoken or "." not in name.text):
            held[number] = name.text
    return {name: number for number, name in list(held.items())[-_NAMES:]}


@lru_cache(maxsize=2)
def _spoken_of(source: str) -> frozenset[str]:
    """Every path of names that a program writes, and what that leads through: of net.weight.grad also net.weight."""
    written = (path.split(".") for path in _NAME.findall(source))
    return frozenset(".".join(path[:end]) for path in written for end in range(2, len(path) + 1))


def _flags(tensor: Tensor) -> tuple[object, ...]:
    return tensor.requires_grad, tensor.is_leaf, tensor.grad_fn
