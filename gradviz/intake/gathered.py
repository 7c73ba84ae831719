"""The pages of a run put together as they come: little is left to do when it ends, which is when somebody waits.

Of each id the last state counts, and the steps of ops take their places among the others.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import TypeVar

from gradviz.model.names import names_of
from gradviz.model.references import DEPTH, Counts, all_there, depths
from gradviz.model.trace import (
    BackwardCall,
    End,
    GradFn,
    Hook,
    HookCall,
    Module,
    Op,
    Output,
    Page,
    Region,
    Step,
    Tensor,
    Trace,
    Warned,
)

State = TypeVar("State", Tensor, GradFn)
_NUMBER = attrgetter("id")


class Gathered:
    """What has come of a run. That its ids count up is known of each page before it is added."""

    def __init__(self, empty: Trace, pages: Iterable[Page] = ()) -> None:
        """Begin with some pages.

        Args:
            empty: the trace of the run before it has recorded anything.
            pages: the first of them.
        """
        self._empty = empty
        self._tensors: dict[int, Tensor] = {}
        self._past: list[Tensor] = []
        self._grad_fns: dict[int, GradFn] = {}
        self._past_grad_fns: list[GradFn] = []
        self._ops: list[Op] = []
        self._steps: list[Step] = []
        self._backwards: list[BackwardCall] = []
        self._regions: list[Region] = []
        self._output: list[Output] = []
        self._warnings: list[Warned] = []
        self._modules: list[Module] = []
        self._hooks: dict[int, Hook] = {}
        self._hook_calls: list[HookCall] = []
        self._sealed: list[str] = []
        self._end: End | None = None
        self.all_there = True  # what the records of each page refer to had come by then
        for page in pages:
            self.add(page)

    def add(self, page: Page) -> None:
        """Add the next page."""
        _put(page.tensors, self._tensors, self._past)
        _put(page.grad_fns, self._grad_fns, self._past_grad_fns)
        self._ops += page.ops
        self._steps += page.steps
        self._steps += [Step(op.step, "op", op.line, op.id, op.grad_fn) for op in page.ops]
        self._backwards += page.backwards
        self._regions += page.regions
        self._output += page.output
        self._warnings += page.warnings
        self._modules += page.modules
        self._hooks.update({hook.id: hook for hook in page.hooks})
        self._hook_calls += page.hook_calls
        self._sealed += page.sealed
        self._end = page.end
        self.all_there = self.all_there and all_there(page, self.counts)

    @property
    def counts(self) -> Counts:
        """How many records of each kind have come; the next has this number."""
        return Counts(len(self._tensors), len(self._ops), len(self._grad_fns), len(self._regions))

    def trace(self) -> Trace:
        """Return the record of all that has come."""
        tensors = [self._tensors[number] for number in range(len(self._tensors))]
        steps = sorted(self._steps, key=_NUMBER)
        names = names_of(self._past, tensors, steps)
        trace = self._empty._replace(
            tensors=_named(tensors, names),
            past=_named(self._past, names),
            ops=tuple(self._ops),
            grad_fns=tuple([self._grad_fns[number] for number in range(len(self._grad_fns))]),
            past_grad_fns=tuple(self._past_grad_fns),
            steps=tuple(steps),
            backwards=tuple(self._backwards),
            regions=_shallow(self._regions),
            output=tuple(self._output),
            warnings=tuple(self._warnings),
            modules=tuple(self._modules),
            hooks=tuple(self._hooks.values()),
            hook_calls=tuple(self._hook_calls),
            sealed=tuple(self._sealed),
        )
        return trace if self._end is None else ended_by(trace, self._end)


def ended_by(trace: Trace, end: End) -> Trace:
    """Return a trace with what the run said of its end."""
    told = trace._replace(error=end.error, limits=end.limits, memory=end.memory, seconds=end.seconds)
    return told._replace(caught=end.caught)


def _put(states: Iterable[State], known: dict[int, State], past: list[State]) -> None:
    """Put the last state of each id among those that are known, and those that it replaces among the past ones."""
    for state in states:
        if state.id in known:
            past.append(known[state.id])
        known[state.id] = state


def _shallow(regions: list[Region]) -> tuple[Region, ...]:
    """The regions with those too deep taken out to the deepest that are drawn: a recursion opens one a level."""
    found: list[Region] = []
    for region, depth in zip(regions, depths(regions), strict=True):
        parent = region.parent
        if depth > DEPTH and parent is not None:
            found.append(region._replace(parent=found[parent].parent))
        else:
            found.append(region)
    return tuple(found)


def _named(tensors: list[Tensor], names: dict[int, tuple[str, ...]]) -> tuple[Tensor, ...]:
    """The tensors with the names found here; what the run itself says of names is not believed."""
    return tuple(
        [
            tensor._replace(names=names.get(tensor.id, ())) if tensor.names or tensor.id in names else tensor
            for tensor in tensors
        ]
    )
