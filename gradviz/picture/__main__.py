"""The picture process: frames of the engine as the window passes them on, Pictures back.

It keeps the trace of the current run, so that another view of it needs no new run. It answers a RUN frame with an
empty one when it takes that run up: the window kills it if it is still busy with an older one.
"""

import gc
import os
import select
import sys
import time
from collections.abc import Iterator

import msgspec

from gradviz import intake
from gradviz.intake import TraceBuilder
from gradviz.model.ending import ended
from gradviz.model.trace import ProgramError, Trace
from gradviz.model.wire import Exit, Frame, FrameError, FrameReader, Kind, Ready, pack
from gradviz.picture.make import picture
from gradviz.picture.picture import Options, Picture

PIECE = 256 * 1024
FIRST = 0.4  # seconds into a run after which it is shown unfinished
SHARE = 5  # of the time, at most one part in this many goes into unfinished pictures
_OPTIONS = msgspec.json.Decoder(Options)


class Session:
    """The run at hand, and how it is to be shown."""

    def __init__(self) -> None:
        self._ready = Ready("", "", "")
        self._options = Options()
        self._run = 0
        self._builder: TraceBuilder | None = None
        self._how: Exit | None = None
        self._next = 0.0  # when the run may be shown unfinished

    def take(self, frame: Frame) -> Iterator[bytes]:
        """Handle one frame and yield the frames that answer it."""
        if frame.kind is Kind.READY:
            self._ready = intake.ready(frame.payload)
        elif frame.kind is Kind.REDRAW:
            self._options = _OPTIONS.decode(frame.payload)
            if self._how is not None:
                yield self._answer()
        elif frame.kind is Kind.RUN:
            self._run, self._how = frame.run, None
            self._builder = TraceBuilder(intake.request(frame.payload), self._ready)
            self._next = time.monotonic() + FIRST
            yield pack(Kind.RUN, frame.run)
        elif frame.run == self._run and self._builder is not None and self._how is None:
            yield from self._progress(self._builder, frame)

    def unfinished(self) -> Iterator[bytes]:
        """Yield a picture of a run that goes on, now and then."""
        started = time.monotonic()
        if self._builder is not None and self._how is None and started >= self._next:
            yield self._answer()
            self._next = time.monotonic() + max(FIRST, SHARE * (time.monotonic() - started))

    def _progress(self, builder: TraceBuilder, frame: Frame) -> Iterator[bytes]:
        try:
            if frame.kind is Kind.PAGE:
                builder.page(frame.payload)
                if builder.ended:  # its process takes a while to be gone, and has nothing more to say
                    self._how = Exit(0, 0)
                    yield self._answer()
            elif frame.kind is Kind.EXITED:
                self._how = intake.exited(frame.payload)
                yield self._answer()
        except FrameError as error:
            self._how = Exit(0, 0, None, str(error))
            yield self._answer()

    def _answer(self) -> bytes:
        payload = msgspec.json.encode(self._picture())
        return pack(Kind.PICTURE, self._run, payload)

    def _picture(self) -> Picture:
        assert self._builder is not None
        try:
            trace = self._builder.trace()
        except FrameError as error:
            trace = _refused(self._builder, str(error))
        if self._how is not None and not self._builder.ended:
            trace = ended(trace, self._how)
        return picture(self._run, trace, self._options, complete=self._how is not None)


def _refused(builder: TraceBuilder, reason: str) -> Trace:
    """What is shown of a run whose record does not hold together: nothing but that."""
    return builder.empty()._replace(error=ProgramError("ProcessDied", reason, None))


def main() -> None:
    """Serve until standard input ends."""
    gc.disable()  # records hold no cycles, and looking for some makes reading 100,000 of them eight times slower
    session, reader = Session(), FrameReader()
    source, sink = sys.stdin.fileno(), sys.stdout.fileno()
    while True:
        if select.select([source], [], [], FIRST)[0]:
            data = os.read(source, PIECE)
            if not data:
                return
            for frame in reader.feed(data):
                for answer in session.take(frame):
                    _write(sink, answer)
        for answer in session.unfinished():
            _write(sink, answer)


def _write(sink: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(sink, view) :]


if __name__ == "__main__":
    main()
