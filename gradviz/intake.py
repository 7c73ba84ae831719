"""The reading side of a run: pages of a hostile process in, one validated Trace out.

msgspec decodes each page straight into the records of model/trace.py and refuses everything that is not one. What a
type cannot say (that ids count up, that references exist, that sizes can be) is checked here, before any other layer
indexes by them. What is merely longer than anyone reads is cut: an honest program may be odd.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from gradviz.model import floats
from gradviz.model.completion.found import Found, bounded
from gradviz.model.cost import CostPage, sound
from gradviz.model.errors.ending import ended
from gradviz.model.errors.errors import hint
from gradviz.model.names import names_of
from gradviz.model.references import DEPTH, WHOLE, Law, depths
from gradviz.model.rules import CAUGHT, LARGE, RECORDS, broken
from gradviz.model.trace import (
    SCHEMA,
    End,
    GradFn,
    Memory,
    Output,
    Page,
    ProgramError,
    Region,
    Step,
    Tensor,
    Trace,
)
from gradviz.model.weight import weight
from gradviz.model.wire import Exit, FrameError, FullError, Ready, Request

# Bytes of memory that the records of one run may take here, as `weight` puts it, which is some two times what an
# honest run takes. It is room for 200,000 ops, the most there are, and their backward, or for a loop of some seven
# million lines.
MAX_HELD = 2 * 1024**3

NAME = 100  # characters of a name
TEXT = 500  # characters of a call, a dtype, a line of the program
MESSAGE = 4000  # characters of an error or a warning

_COSTS = msgspec.json.Decoder(CostPage)
_PAGE = msgspec.json.Decoder(Page)
_READY = msgspec.json.Decoder(Ready)
_EXIT = msgspec.json.Decoder(Exit)
_REQUEST = msgspec.json.Decoder(Request)
_FOUND = msgspec.json.Decoder(Found)

Message = TypeVar("Message", CostPage, Page, Ready, Exit, Request, Found)
State = TypeVar("State", Tensor, GradFn)
Record = TypeVar("Record", bound=tuple[object, ...])


def ready(payload: bytes) -> Ready:
    """Decode the payload of a READY frame, or raise FrameError."""
    return _decode(_READY, payload)


def exited(payload: bytes) -> Exit:
    """Decode the payload of an EXITED frame, or raise FrameError."""
    return _decode(_EXIT, payload)


def request(payload: bytes) -> Request:
    """Decode the payload of a RUN frame, or raise FrameError."""
    found = _decode(_REQUEST, payload)
    if found.schema != SCHEMA:
        raise FrameError(f"a request of schema {found.schema}; this is {SCHEMA}")
    return found


def found(payload: bytes) -> Found:
    """Decode the payload of a FOUND frame, or raise FrameError."""
    answer = _decode(_FOUND, payload)
    if not bounded(answer):
        raise FrameError("an answer longer than an answer may be")
    return answer


def cost_page(payload: bytes) -> CostPage:
    """Decode the payload of a measuring run's PAGE frame, or raise FrameError."""
    found = _decode(_COSTS, payload)
    if not sound(found):
        raise FrameError("measured numbers that cannot be")
    return found._replace(raised=tuple(one._replace(error=_explained(one.error)) for one in found.raised))


def _decode(decoder: msgspec.json.Decoder[Message], payload: bytes) -> Message:
    try:
        return decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FrameError(str(error)) from error
    except MemoryError as error:
        raise FullError("as much as memory holds") from error


class _Counts(NamedTuple):
    """How many records of a kind have come; the next has this number."""

    tensors: int = 0
    ops: int = 0
    grad_fns: int = 0


class TraceBuilder:
    """Gathers the pages of one run; `trace` can be asked for at any time, the run's end or not."""

    def __init__(self, request: Request, ready: Ready) -> None:
        self._request = request
        self._ready = ready
        self._held = 0
        self._characters = 0  # of output
        self._counts = _Counts()
        self._pages: list[Page] = []

    def page(self, payload: bytes) -> None:
        """Take one page, or leave all as it was.

        Raises:
            FullError: the run has sent more than MAX_HELD.
            FrameError: the page is malformed, its ids leave a gap, or one of its records cannot be.
        """
        rest = floats.left_out(payload)
        self._held += weight(payload, rest)
        if self._held > MAX_HELD:
            raise FullError(f"{MAX_HELD // 1024**2:,} MiB of records")
        page = floats.as_numbers(_decode(_PAGE, payload), payload)
        if self.ended:
            raise FrameError("the run sent more after its end")
        counts = _counted(self._counts, page)
        if _longest_text(rest) > NAME:
            page = _shorter(page)
        page = _readable(page, self._request.limits.output - self._characters)
        _hold(_alone(self.empty(), page), RECORDS)
        self._counts = counts
        self._characters += sum(len(output.text) for output in page.output)
        self._pages.append(page)

    @property
    def ended(self) -> bool:
        """Whether the run has said its last."""
        return bool(self._pages) and self._pages[-1].end is not None

    def empty(self) -> Trace:
        """Return the trace of a run that has recorded nothing."""
        return Trace(self._ready.torch, self._ready.python, self._request.mode, self._request.source)

    def trace(self) -> Trace:
        """Return the record so far.

        Raises:
            FrameError: a law of model/rules.py does not hold.
        """
        return self._sound(len(self._pages))

    def longest(self) -> tuple[Trace, FrameError | None]:
        """Return as much of the record, from its start, as holds together, and what is wrong with the page after."""
        try:
            return self.trace(), None
        except FrameError as error:
            wrong = error
        good, bad = 0, len(self._pages)
        while bad - good > 1:
            middle = (good + bad) // 2
            try:
                self._sound(middle)
                good = middle
            except FrameError as error:
                bad, wrong = middle, error
        return self._sound(good), wrong

    def _sound(self, count: int) -> Trace:
        trace = _gathered(self.empty(), self._pages[:count])
        _hold(trace, WHOLE)  # each record by itself was looked at as it came
        return trace


def _hold(trace: Trace, laws: dict[str, Law]) -> None:
    """Raise FrameError unless some laws hold."""
    for law, where in broken(trace, laws):
        raise FrameError(f"{law}: {where}")


def concluded(builder: TraceBuilder, how: Exit | FrameError) -> Trace:
    """Return the trace of a run that is over: all that holds together of it, and how it ended.

    Args:
        builder: what the run sent.
        how: the end of its process, or what was wrong with what it sent.
    """
    trace, wrong = builder.longest()
    if wrong is not None:
        return ended(trace, wrong)
    return trace if builder.ended and isinstance(how, Exit) else ended(trace, how)


def _counted(before: _Counts, page: Page) -> _Counts:
    """Check that ids count up; within one page new tensors and grad_fns come in any order."""
    for number, op in enumerate(page.ops, before.ops):
        if op.id != number:
            raise FrameError(f"op {op.id} came as number {number}")
    tensors = _grown(before.tensors, {tensor.id for tensor in page.tensors})
    grad_fns = _grown(before.grad_fns, {grad_fn.id for grad_fn in page.grad_fns})
    return _Counts(tensors, before.ops + len(page.ops), grad_fns)


def _grown(before: int, ids: set[int]) -> int:
    if ids and min(ids) < 0:
        raise FrameError(f"record {min(ids)} has no number")
    after = before + sum(number >= before for number in ids)
    if ids and max(ids) >= max(after, 1):
        raise FrameError(f"record {max(ids)} came when there were {after}")
    return after


# What is longer than anyone reads


def _longest_text(payload: bytes) -> int:
    """Return how many characters the longest text of a page has at most, without looking at its records."""
    return len(payload) if b"\\" in payload else max(map(len, payload.split(b'"')[1::2]), default=0)


def _shorter(page: Page) -> Page:
    """The page with the texts of its records cut."""
    return page._replace(
        tensors=tuple(_cut(tensor, TEXT) for tensor in page.tensors),
        ops=tuple(_cut(op, TEXT) for op in page.ops),
        grad_fns=tuple(_cut(_told_shortly(grad_fn), TEXT) for grad_fn in page.grad_fns),
        steps=tuple(map(_named_shortly, page.steps)),
        backwards=tuple(_cut(call, TEXT) for call in page.backwards),
        regions=tuple(_cut(region, TEXT) for region in page.regions),
        warnings=tuple(_cut(warned, MESSAGE) for warned in page.warnings),
        modules=tuple(_cut(module, TEXT) for module in page.modules),
    )


def _readable(page: Page, characters: int) -> Page:
    """The page with sizes that can be, its end as it is read, and no more than so many characters of output."""
    return page._replace(
        tensors=page.tensors if _can_be([one.nbytes for one in page.tensors]) else tuple(map(_sized, page.tensors)),
        grad_fns=tuple([_kept(one) if one.saved else one for one in page.grad_fns]),
        output=_printed(page.output, characters),
        end=None if page.end is None else _last_words(page.end),
    )


def _cut(record: Record, most: int) -> Record:
    """The record with its texts cut: a named tuple of the same type."""
    for field in record:
        if isinstance(field, str) and len(field) > most:
            fields = (_shortened(one, most) if isinstance(one, str) else one for one in record)
            return tuple.__new__(type(record), fields)
    return record


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _can_be(sizes: Sequence[int]) -> bool:
    """Whether all are as many bytes as there are addresses. A tensor expanded to nearly 2**63 elements has more."""
    return max(sizes, default=0) < LARGE


def _sized(tensor: Tensor) -> Tensor:
    return tensor._replace(nbytes=min(tensor.nbytes, LARGE - 1))


def _kept(grad_fn: GradFn) -> GradFn:
    if _can_be([size for one in grad_fn.saved for size in (one.nbytes, one.keeps)]):
        return grad_fn
    most = LARGE - 1
    sized = [one._replace(nbytes=min(one.nbytes, most), memory=min(one.keeps, most)) for one in grad_fn.saved]
    return grad_fn._replace(saved=tuple(sized))


def _told_shortly(grad_fn: GradFn) -> GradFn:
    told = {name[:NAME]: one[:NAME] if isinstance(one, str) else one for name, one in (grad_fn.settings or {}).items()}
    return grad_fn._replace(
        settings=told or grad_fn.settings, saved=tuple(_cut(saved, NAME) for saved in grad_fn.saved)
    )


def _named_shortly(step: Step) -> Step:
    if step.function is not None and len(step.function) > NAME:
        step = step._replace(function=_shortened(step.function, NAME))
    if step.names and any(len(name) > NAME for name in step.names):
        step = step._replace(names=_short(step.names))
    if step.arguments:
        step = step._replace(arguments=_short(step.arguments))
    if step.elsewhere:
        step = step._replace(elsewhere={scope: _short(names) for scope, names in step.elsewhere.items()})
    return step


def _short(names: dict[str, int | None]) -> dict[str, int | None]:
    return {_shortened(name, NAME): tensor for name, tensor in names.items()}


def _printed(pieces: Iterable[Output], characters: int) -> tuple[Output, ...]:
    """What was printed, up to so many characters; the engine cuts too, but is not trusted to."""
    found: list[Output] = []
    for piece in pieces:
        text = piece.text[:characters]
        characters -= len(text)
        if text:
            found.append(piece._replace(text=text))
    return tuple(found)


def _last_words(end: End) -> End:
    error = None if end.error is None else _explained(end.error)
    limits = None if end.limits is None else _cut(end.limits, TEXT)
    caught = tuple(map(_explained, end.caught[:CAUGHT]))
    return end._replace(error=error, limits=limits, memory=_measured(end.memory), caught=caught)


def _explained(error: ProgramError) -> ProgramError:
    error = _cut(error, MESSAGE)
    return error._replace(hint=hint(error))


def _measured(memory: Memory) -> Memory:
    return tuple.__new__(Memory, (size if size is None else min(size, LARGE - 1) for size in memory))


# Pages into one Trace


def _alone(empty: Trace, page: Page) -> Trace:
    """The records of one page, in the order in which they came."""
    trace = empty._replace(
        tensors=page.tensors,
        ops=page.ops,
        grad_fns=page.grad_fns,
        steps=page.steps,
        backwards=page.backwards,
        regions=page.regions,
        output=page.output,
        warnings=page.warnings,
    )
    return trace if page.end is None else _ended_by(trace, page.end)


def _gathered(empty: Trace, pages: Sequence[Page]) -> Trace:
    tensors, past = _latest(tensor for page in pages for tensor in page.tensors)
    grad_fns, past_grad_fns = _latest(grad_fn for page in pages for grad_fn in page.grad_fns)
    ops = tuple(op for page in pages for op in page.ops)
    steps = [step for page in pages for step in page.steps]
    steps += [Step(op.step, "op", op.line, op.id, op.grad_fn) for op in ops]
    steps.sort(key=lambda step: step.id)
    names = names_of(past, tensors, steps)
    trace = empty._replace(
        tensors=_named(tensors, names),
        past=_named(past, names),
        ops=ops,
        grad_fns=tuple(grad_fns),
        past_grad_fns=tuple(past_grad_fns),
        steps=tuple(steps),
        backwards=tuple(record for page in pages for record in page.backwards),
        regions=_shallow([record for page in pages for record in page.regions]),
        output=tuple(record for page in pages for record in page.output),
        warnings=tuple(record for page in pages for record in page.warnings),
        modules=tuple(record for page in pages for record in page.modules),
    )
    end = pages[-1].end if pages else None
    return trace if end is None else _ended_by(trace, end)


def _ended_by(trace: Trace, end: End) -> Trace:
    told = trace._replace(error=end.error, limits=end.limits, memory=end.memory, seconds=end.seconds)
    return told._replace(caught=end.caught)


def _latest(states: Iterable[State]) -> tuple[list[State], list[State]]:
    """The last state of each id, in the order of ids, and those it replaced, in the order they came."""
    known: dict[int, State] = {}
    past: list[State] = []
    for state in states:
        if state.id in known:
            past.append(known[state.id])
        known[state.id] = state
    return [known[number] for number in range(len(known))], past


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
        tensor._replace(names=names.get(tensor.id, ())) if tensor.names or tensor.id in names else tensor
        for tensor in tensors
    )
