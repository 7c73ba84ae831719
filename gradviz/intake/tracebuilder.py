"""The pages of one run in, one validated Trace out.

What the type of a record cannot say (that ids count up, that references exist, that sizes can be) is checked here,
before any other layer indexes by them. What is merely longer than anyone reads is cut: an honest program may be odd.
"""

from gradviz.intake import decoding
from gradviz.intake.gathered import Gathered, ended_by
from gradviz.intake.readable import NAME, longest_text, readable, shorter
from gradviz.intake.weight import weight
from gradviz.model import floats
from gradviz.model.errors.ending import ended
from gradviz.model.references import UNLOOKED, WHOLE, Counts, Law
from gradviz.model.rules import RECORDS, broken
from gradviz.model.trace import Page, Trace
from gradviz.model.wire import Exit, FrameError, FullError, Ready, Request

# Bytes of memory that the records of one run may take here, as `weight` puts it, which is some two times what an
# honest run takes. It is room for 200,000 ops, the most there are, and their backward, or for a loop of some seven
# million lines.
MAX_HELD = 2 * 1024**3


class TraceBuilder:
    """Gathers the pages of one run; `trace` can be asked for at any time, the run's end or not."""

    def __init__(self, request: Request, ready: Ready) -> None:
        self._request = request
        self._ready = ready
        self._held = 0
        self._characters = 0  # of output
        self._pages: list[Page] = []
        self._gathered = Gathered(self.empty())

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
        page = floats.as_numbers(decoding.page(payload), payload)
        if self.ended:
            raise FrameError("the run sent more after its end")
        _count_up(self._gathered.counts, page)
        if longest_text(rest) > NAME:
            page = shorter(page)
        page = readable(page, self._request.limits.output - self._characters)
        _hold(_alone(self.empty(), page), RECORDS)
        self._characters += sum(len(output.text) for output in page.output)
        self._pages.append(page)
        self._gathered.add(page)

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
        return _sound(self._gathered)

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
                self._first(middle)
                good = middle
            except FrameError as error:
                bad, wrong = middle, error
        return self._first(good), wrong

    def _first(self, count: int) -> Trace:
        """The record of so many pages."""
        return _sound(Gathered(self.empty(), self._pages[:count]))


def _sound(gathered: Gathered) -> Trace:
    """The record that was gathered, of which each record by itself was looked at as it came."""
    trace = gathered.trace()
    _hold(trace, UNLOOKED if gathered.all_there else WHOLE)
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


def _count_up(before: Counts, page: Page) -> None:
    """Raise FrameError unless ids count up; within one page new tensors and grad_fns come in any order."""
    for number, op in enumerate(page.ops, before.ops):
        if op.id != number:
            raise FrameError(f"op {op.id} came as number {number}")
    _grow(before.tensors, {tensor.id for tensor in page.tensors})
    _grow(before.grad_fns, {grad_fn.id for grad_fn in page.grad_fns})


def _grow(before: int, ids: set[int]) -> None:
    if ids and min(ids) < 0:
        raise FrameError(f"record {min(ids)} has no number")
    after = before + sum(number >= before for number in ids)
    if ids and max(ids) >= max(after, 1):
        raise FrameError(f"record {max(ids)} came when there were {after}")


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
        hooks=page.hooks,
        hook_calls=page.hook_calls,
    )
    return trace if page.end is None else ended_by(trace, page.end)
