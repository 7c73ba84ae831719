"""The reading side of a run: pages of a hostile process in, one validated Trace out.

msgspec decodes each page straight into the records of model/trace.py and refuses everything that is not one. What a
type cannot say (that ids count up, that references exist) is checked here, before any other layer indexes by them.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from gradviz.model.errors import hint
from gradviz.model.rules import SOUND, broken
from gradviz.model.trace import End, GradFn, Op, Page, Step, Tensor, Trace
from gradviz.model.wire import MAX_RUN, Exit, FrameError, Ready, Request

_PAGE = msgspec.json.Decoder(Page)
_READY = msgspec.json.Decoder(Ready)
_EXIT = msgspec.json.Decoder(Exit)
_REQUEST = msgspec.json.Decoder(Request)

Message = TypeVar("Message", Page, Ready, Exit, Request)
Record = TypeVar("Record", Tensor, GradFn)


def ready(payload: bytes) -> Ready:
    """Decode the payload of a READY frame, or raise FrameError."""
    return _decode(_READY, payload)


def exited(payload: bytes) -> Exit:
    """Decode the payload of an EXITED frame, or raise FrameError."""
    return _decode(_EXIT, payload)


def request(payload: bytes) -> Request:
    """Decode the payload of a RUN frame, or raise FrameError."""
    return _decode(_REQUEST, payload)


def _decode(decoder: msgspec.json.Decoder[Message], payload: bytes) -> Message:
    try:
        return decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FrameError(str(error)) from error


class TraceBuilder:
    """Gathers the pages of one run; `trace` can be asked for at any time, the run's end or not."""

    def __init__(self, request: Request, ready: Ready) -> None:
        self._request = request
        self._ready = ready
        self._size = 0
        self._tensors: dict[int, Tensor] = {}
        self._past: list[Tensor] = []
        self._grad_fns: dict[int, GradFn] = {}
        self._past_grad_fns: list[GradFn] = []
        self._ops: list[Op] = []
        self._steps: list[Step] = []
        self._pages: list[Page] = []  # for the kinds that are few
        self._end: End | None = None

    def page(self, payload: bytes) -> None:
        """Take one page.

        Raises:
            FrameError: it is malformed, its ids leave a gap, or the run has sent more than MAX_RUN bytes.
        """
        self._size += len(payload)
        if self._size > MAX_RUN:
            raise FrameError(f"the run sent more than {MAX_RUN:,} bytes")
        page = _decode(_PAGE, payload)
        if self._end is not None:
            raise FrameError("the run sent more after its end")
        self._past.extend(_put(self._tensors, page.tensors))
        self._past_grad_fns.extend(_put(self._grad_fns, page.grad_fns))
        for op in page.ops:
            if op.id != len(self._ops):
                raise FrameError(f"op {op.id} came as number {len(self._ops)}")
            self._ops.append(op)
        self._steps.extend(page.steps)
        self._pages.append(page._replace(tensors=(), grad_fns=(), ops=(), steps=()))
        self._end = page.end

    @property
    def ended(self) -> bool:
        """Whether the run has said its last."""
        return self._end is not None

    def empty(self) -> Trace:
        """Return the trace of a run that has recorded nothing."""
        return Trace(self._ready.torch, self._ready.python, self._request.mode, self._request.source)

    def trace(self) -> Trace:
        """Return the record so far.

        Raises:
            FrameError: a reference points at nothing.
        """
        steps = [*self._steps, *(Step(op.step, "op", op.line, op.id, op.grad_fn) for op in self._ops)]
        steps.sort(key=lambda step: step.id)
        end = self._end
        names = _names([*self._past, *self._tensors.values()], steps)
        trace = self.empty()._replace(
            tensors=_named(_in_order(self._tensors), names),
            past=_named(self._past, names),
            ops=tuple(self._ops),
            grad_fns=tuple(_in_order(self._grad_fns)),
            past_grad_fns=tuple(self._past_grad_fns),
            steps=tuple(steps),
            backwards=tuple(record for page in self._pages for record in page.backwards),
            regions=tuple(record for page in self._pages for record in page.regions),
            output=tuple(record for page in self._pages for record in page.output),
            warnings=tuple(record for page in self._pages for record in page.warnings),
        )
        if end is not None:
            error = None if end.error is None else end.error._replace(hint=hint(end.error))
            trace = trace._replace(error=error, limits=end.limits, memory=end.memory, seconds=end.seconds)
        for law, where in broken(trace, SOUND):
            raise FrameError(f"{law}: {where}")
        return trace


def _put(known: dict[int, Record], records: Iterable[Record]) -> list[Record]:
    """Add new records and replace known ones; return those replaced. Within one page new ones come in any order."""
    replaced: list[Record] = []
    highest = -1
    for record in records:
        if record.id < 0:
            raise FrameError(f"record {record.id} has no number")
        if record.id in known:
            replaced.append(known[record.id])
        known[record.id] = record
        highest = max(highest, record.id)
    if highest >= len(known):
        raise FrameError(f"record {highest} came when there were {len(known)}")
    return replaced


def _in_order(records: dict[int, Record]) -> list[Record]:
    return [records[number] for number in range(len(records))]


def _names(states: list[Tensor], steps: list[Step]) -> dict[int, tuple[str, ...]]:
    """The names each tensor was bound to, in the order it got them; else that of the tensor whose .grad it is."""
    names: dict[int, dict[str, None]] = {}
    for step in steps:
        for name, tensor in (step.names or {}).items():
            if tensor is not None:
                names.setdefault(tensor, {})[name] = None
    for state in states:
        if state.grad_tensor is not None and state.id in names:
            names.setdefault(state.grad_tensor, {f"{next(iter(names[state.id]))}.grad": None})
    return {tensor: tuple(found) for tensor, found in names.items()}


def _named(tensors: list[Tensor], names: dict[int, tuple[str, ...]]) -> tuple[Tensor, ...]:
    return tuple(tensor._replace(names=names[tensor.id]) if tensor.id in names else tensor for tensor in tensors)
