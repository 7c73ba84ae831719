"""An op from its start until it is written down: autograd gives its outputs their grad_fn after it has returned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch

from gradviz.engine.record.internals.gradfns import Node, is_scripted
from gradviz.engine.record.internals.keeping import kind_of
from gradviz.engine.record.internals.probing import Inside
from gradviz.engine.record.ledger.known import Counter, Known
from gradviz.engine.record.ledger.storages import Storage
from gradviz.engine.record.ledger.unwritten import Flow
from gradviz.engine.record.program.regions import Open
from gradviz.engine.record.program.source import Place
from gradviz.model.trace import GradMode, Phase, Unbounded, Value


@dataclass(slots=True)
class Pending:
    """An op whose outputs autograd may still change."""

    name: str
    place: Place
    phase: Phase
    inputs: tuple[int, ...]
    mode: GradMode
    region: int | None
    why: str  # it was not recorded, if it was not
    is_tracked: bool  # an operand requires grad
    written: Sequence[torch.Tensor] = ()  # what it changes in place
    promised: Sequence[torch.Tensor] = ()  # operands that could not be written down before
    resizes: bool = False  # it may give that more memory, or less
    outdated: Sequence[torch.Tensor] = ()  # operands whose grad_fn torch makes anew, if it records the op
    inside: Inside | None = None  # what the grad_fn is and saves that torch puts into a CopySlices
    kept: Sequence[tuple[torch.Tensor, int | None]] = ()  # the operands that saves, with their versions then
    same_as: torch.Tensor | None = None  # the operand whose elements the output may have, until it is read
    counter: Counter | None = None  # the version counter of the output, of what shares one and is no view
    given: Unbounded | None = None  # a number that is nan or infinite
    flow: Flow | None = None  # where there is memory that nobody has written to
    first: int | None = None  # of a call of a torch.autograd.Function, the id of the first grad_fn met since it began
    grad_fn: int | None = None  # that is known to be its own
    outputs: Sequence[torch.Tensor] = ()
    values: Sequence[Value | None] = ()
    storages: Sequence[Storage] = ()  # the outputs are in
    handed_on: Sequence[Known] = ()  # its outputs, if it was written down at once: torch may still flag them
    id: int = field(init=False)
    step: int = field(init=False)

    def has_made(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor is one of its outputs."""
        return is_among(tensor, self.outputs) or any(known() is tensor for known in self.handed_on)

    def is_met(self, grad_fn: int) -> bool:
        """Whether a grad_fn on an output is that of a call, and was met before this had returned, as by its jvp()."""
        return self.first is not None and self.is_tracked and grad_fn >= self.first


class Call(NamedTuple):
    """A torch.autograd.Function whose forward is running."""

    pending: Pending
    operands: list[torch.Tensor]
    regions: Open  # open around it


def could_make(pending: Pending, node: Node) -> bool:
    """Whether a grad_fn is one that an op or call can make. In inference_mode a call can, though no op can."""
    kind = kind_of(node)
    if kind.is_function:
        return pending.first is not None and pending.mode != "no_grad"
    return pending.mode == "grad" and (bool(kind.name) or not is_scripted(node))


def is_among(tensor: torch.Tensor, tensors: Sequence[torch.Tensor]) -> bool:
    """Whether a tensor is one of these very objects."""
    for one in tensors:  # noqa: SIM110  # several times as fast as any(), and run several times for each op
        if one is tensor:
            return True
    return False


def is_any_tracked(tensors: Sequence[torch.Tensor]) -> bool:
    """Whether one of these requires grad."""
    for one in tensors:  # noqa: SIM110  # as above
        if one.requires_grad:
            return True
    return False


def just_read(pending: Iterable[Pending], tensor: torch.Tensor) -> Value | None:
    """The value of a result of ops that are not written down yet, if nobody can have written to it since."""
    for last in pending:
        for one, value, storage in zip(last.outputs, last.values, last.storages, strict=True):
            if one is tensor and not storage.is_foreign:
                return None if value is None or value.uninitialized else value
    return None
