"""Runs of the program at hand in the other grad modes, as their frames come: what stands beside its own record."""

from typing import NamedTuple

import msgspec

from gradviz.intake import decoding
from gradviz.intake.tracebuilder import TraceBuilder, concluded
from gradviz.model.cost import MODES
from gradviz.model.trace import GradMode, Trace
from gradviz.model.wire import MAX_PAYLOAD, Exit, Frame, FrameError, Kind, Ready, Request
from gradviz.picture.picture import Comparison, Language, Options
from gradviz.picture.together.together import compared, small

_TOO_LARGE: dict[Language, str] = {
    "en": "The runs are too large to show side by side.",
    "ja": "実行の記録が大きすぎて並べて表示できません。",
}


class Coming(NamedTuple):
    """One run, as far as it has come."""

    mode: GradMode
    builder: TraceBuilder
    how: Exit | FrameError | None = None  # how it ended; None: it goes on


Beside = dict[int, Coming]  # by the run's id


def began(request: Request, ready: Ready) -> Coming:
    """Return a run of which nothing has come."""
    return Coming(request.mode, TraceBuilder(request, ready))


def fed(coming: Coming, frame: Frame) -> Coming:
    """Return a run with what a frame of it tells."""
    return coming if coming.how is not None else coming._replace(how=progress(coming.builder, frame))


def complete(beside: Beside) -> bool:
    """Whether the program has run to its end in every other grad mode."""
    return sum(one.how is not None for one in beside.values()) == len(MODES) - 1


def comparison(run: int, trace: Trace, beside: Beside, options: Options) -> bytes:
    """Return the Comparison of a run with those beside it, encoded; where it is too large, that."""
    traces = {one.mode: concluded(one.builder, one.how) for one in beside.values() if one.how is not None}
    traces[trace.mode] = trace
    if all(map(small, traces.values())):
        payload = msgspec.msgpack.encode(compared(run, traces, trace.mode, options))
        if len(payload) <= MAX_PAYLOAD:
            return payload
    return without(run, _TOO_LARGE[options.language])


def without(run: int, reason: str) -> bytes:
    """Return a Comparison that cannot be shown, encoded, with the reason."""
    return msgspec.msgpack.encode(Comparison(run, None, notice=reason))


def progress(builder: TraceBuilder, frame: Frame) -> Exit | FrameError | None:
    """Take a frame of a run; return how the run ended if that is its end."""
    try:
        if frame.kind is Kind.PAGE:
            builder.page(frame.payload)
        elif frame.kind is Kind.EXITED:
            return decoding.exited(frame.payload)
    except FrameError as error:
        return error
    # Its process takes a while to be gone, and has nothing more to say.
    return Exit(0, 0) if builder.ended else None
