"""The picture process: frames of the engine as the window passes them on, Pictures back.

It keeps the trace of the current run, so that another view of it, or a file, needs no new run. It answers a RUN frame
with an empty one when it takes that run up: the window kills it if it is still busy with an older one.
"""

import gc
import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

import msgspec

from gradviz import intake
from gradviz.intake import TraceBuilder, concluded
from gradviz.model.cost import Timed
from gradviz.model.trace import Trace
from gradviz.model.wire import MAX_PAYLOAD, Exit, Frame, FrameError, FrameReader, Kind, Ready, Request, pack
from gradviz.picture import inspecting
from gradviz.picture.beside import Beside, began, comparison, complete, fed, progress, without
from gradviz.picture.inspection import Inspect
from gradviz.picture.make import Stage, picture, smaller, stage, unable
from gradviz.picture.measured import Measured
from gradviz.picture.picture import Options, Save, Saved
from gradviz.picture.together import since, small

if sys.platform != "win32":
    import resource

PIECE = 256 * 1024
FIRST = 0.4  # seconds into a run after which it is shown unfinished
SHARE = 5  # of the time, at most one part in this many goes into unfinished pictures
MEMORY = 4 * 1024**3  # bytes of address space: twice what a record may take (intake.MAX_HELD), and no whole machine
TOLD = 500  # characters of an error of ours
_OPTIONS = msgspec.json.Decoder(Options)
_SAVE = msgspec.json.Decoder(Save)
_INSPECT = msgspec.json.Decoder(Inspect)

Write = Callable[[Trace, Save], None]  # writes the file, whole or not at all, or raises OSError


class Session:
    """The run at hand, and how it is to be shown."""

    def __init__(self, write: Write | None = None) -> None:
        """Begin without a run.

        Args:
            write: writes files; without it none are written.
        """
        self._write = write
        self._ready = Ready("", "", "")
        self._options = Options()
        self._run = 0
        self._builder: TraceBuilder | None = None
        self._how: Exit | FrameError | None = None  # how the run ended; None: it goes on
        self._record: Trace | None = None  # of the whole run, once it was asked for
        self._stage: tuple[Options, Timed | None, Stage] | None = None  # of the record, if it was stepped through
        self._before: Trace | None = None  # the record of the run before, where it may be held
        self._beside: Beside = {}  # runs of the same program in other grad modes
        self._measured = Measured()
        self._next = 0.0  # when the run may be shown unfinished

    def take(self, frame: Frame) -> Iterator[bytes]:
        """Handle one frame and yield the frames that answer it."""
        if frame.kind is Kind.READY:
            self._ready = intake.ready(frame.payload)
        elif frame.kind is Kind.REDRAW:
            yield from self._shown_as(_OPTIONS.decode(frame.payload))
        elif frame.kind is Kind.SAVE:
            yield self._saved(_SAVE.decode(frame.payload))
        elif frame.kind is Kind.INSPECT:
            yield from self._inspected(frame.run, _INSPECT.decode(frame.payload))
        elif frame.kind is Kind.RUN:
            self._begin(frame.run, intake.request(frame.payload))
            yield pack(Kind.RUN, frame.run)
        elif frame.kind is Kind.BESIDE:
            self._beside[frame.run] = began(intake.request(frame.payload), self._ready)
        else:
            yield from self._told(frame)

    def _told(self, frame: Frame) -> Iterator[bytes]:
        """Handle a frame of some run."""
        if frame.run in self._beside:
            before = self._beside[frame.run]
            self._beside[frame.run] = now = fed(before, frame)
            if before.how is None and now.how is not None:
                yield from self._compared()
        elif self._measured.expects(frame.run):
            yield from self._took(frame)
        elif frame.run == self._run and self._builder is not None and self._how is None:
            self._how = progress(self._builder, frame)
            if self._how is not None:
                yield self._answer(self._builder)

    def _shown_as(self, options: Options) -> Iterator[bytes]:
        before, self._options = self._options, options
        if options.language != before.language:
            yield self._measured.told(options.language)
        if self._builder is not None and self._how is not None:
            yield self._answer(self._builder)
            yield from self._compared()

    def _begin(self, run: int, request: Request) -> None:
        """Take up a run. One that measures leaves the record of the run before as it is, to be looked at."""
        if request.budget is not None:
            self._measured.begin(run, request.source)
            return
        if self._record is not None and small(self._record):
            self._before = self._record
        self._run, self._how, self._record, self._stage, self._beside = run, None, None, None, {}
        self._builder = TraceBuilder(request, self._ready)
        self._next = time.monotonic() + FIRST

    def _took(self, frame: Frame) -> Iterator[bytes]:
        """Tell what has been measured, and draw the times of ops when they have come."""
        timed, builder = self._measured.timed, self._builder
        trace = None if builder is None or self._how is None else self._trace(builder)
        before = None if trace is None else timed(trace)
        self._measured.take(frame)
        yield self._measured.told(self._options.language)
        if builder is not None and trace is not None and self._options.heat == "time" and timed(trace) is not before:
            yield self._answer(builder)

    def unfinished(self) -> Iterator[bytes]:
        """Yield a picture of a run that goes on, now and then."""
        started = time.monotonic()
        if self._builder is not None and self._how is None and started >= self._next:
            yield self._answer(self._builder)
            self._next = time.monotonic() + max(FIRST, SHARE * (time.monotonic() - started))

    def _answer(self, builder: TraceBuilder) -> bytes:
        def instead(reason: str) -> bytes:
            made = unable(self._run, reason, self._options.language, complete=self._how is not None)
            return msgspec.json.encode(made)

        return pack(Kind.PICTURE, self._run, _guarded(lambda: self._picture(builder), instead))

    def _picture(self, builder: TraceBuilder) -> bytes:
        """The first picture that goes into a frame."""
        trace, complete = self._trace(builder), self._how is not None
        plain = self._options.step is None and self._options.heat == "off"
        changed = self._changed(trace) if complete and plain else None
        if changed is not None and len(changed) <= MAX_PAYLOAD:
            return changed
        kept = self._options.step is not None or self._options.heat == "time"
        staged = self._staged(trace) if complete and kept else None
        for made in smaller(self._run, trace, self._options, complete=complete, staged=staged):
            payload = msgspec.json.encode(made)
            if len(payload) <= MAX_PAYLOAD:
                return payload
        raise FrameError(f"even without a drawing it is larger than {MAX_PAYLOAD:,} bytes")

    def _changed(self, trace: Trace) -> bytes | None:
        """The picture with what changed since the run before."""
        if self._before is None or not small(trace):
            return None
        found = since(self._before, trace, self._options)
        if found is None:
            return None
        made = picture(self._run, trace, self._options, complete=True, drawn=found.shown)
        return msgspec.json.encode(made._replace(changes=found.changes))

    def _compared(self) -> Iterator[bytes]:
        """Yield the run at hand beside those of the other grad modes, once all have ended. A step stands alone."""
        builder, options = self._builder, self._options
        if builder is not None and self._how is not None and options.step is None and complete(self._beside):
            yield pack(
                Kind.COMPARED,
                self._run,
                _guarded(
                    lambda: comparison(self._run, self._trace(builder), self._beside, options),
                    lambda reason: without(self._run, reason),
                ),
            )

    def _staged(self, trace: Trace) -> Stage:
        """The run laid out, once for all of its steps."""
        wanted = self._options if self._options.step is None else self._options._replace(step=0)
        timed = self._measured.timed(trace) if wanted.heat == "time" else None
        if self._stage is None or self._stage[:2] != (wanted, timed):
            self._stage = wanted, timed, stage(trace, wanted, timed)
        return self._stage[2]

    def _trace(self, builder: TraceBuilder) -> Trace:
        if self._how is None:
            return builder.longest()[0]
        if self._record is None:
            self._record = concluded(builder, self._how)
        return self._record

    def _inspected(self, run: int, asked: Inspect) -> Iterator[bytes]:
        builder = self._builder
        if run != self._run or builder is None:
            return

        def instead(reason: str) -> bytes:
            return msgspec.json.encode(inspecting.unable(asked, reason))

        made = _guarded(lambda: msgspec.json.encode(inspecting.inspection(self._trace(builder), asked)), instead)
        yield pack(Kind.INSPECTION, run, made)

    def _saved(self, wanted: Save) -> bytes:
        reason = _guarded(lambda: self._save(wanted), lambda reason: reason)
        return pack(Kind.SAVED, self._run, msgspec.json.encode(Saved(wanted.path, reason)))

    def _save(self, wanted: Save) -> str:
        if self._builder is None or self._write is None:
            return "there is no graph yet"
        try:
            self._write(self._trace(self._builder), wanted)
        except OSError as error:
            return error.strerror or str(error)
        return ""


Answer = TypeVar("Answer", bytes, str)


def _guarded(work: Callable[[], Answer], instead: Callable[[str], Answer]) -> Answer:
    """Return what is made, or what is said in its place."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001  # the record is hostile: a flaw it finds must cost one answer, no process
        return instead(f"{type(error).__name__}: {error}"[:TOLD])


def main(write: Write | None = None) -> None:
    """Be the picture process until standard input ends.

    Args:
        write: as for a Session.
    """
    _bound_memory()
    gc.disable()  # records hold no cycles, and looking for some makes reading 100,000 of them eight times slower
    serve(sys.stdin.fileno(), sys.stdout.fileno(), Session(write))


def serve(source: int, sink: int, session: Session) -> None:
    """Answer the frames of one descriptor on another, until the first ends."""
    reader = FrameReader()
    while True:
        if select.select([source], [], [], FIRST)[0]:
            data = os.read(source, PIECE)
            if not data:
                return
            for frame in reader.feed(data):
                for answer in session.take(frame):
                    _send(sink, answer)
        for answer in session.unfinished():
            _send(sink, answer)


def _bound_memory() -> None:
    """Have the system refuse memory beyond MEMORY, so that a flaw here becomes an error and not a full machine."""
    if sys.platform != "win32":
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        with suppress(ValueError, OSError):  # a system may know the limit and not let it be set
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _send(sink: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(sink, view) :]


if __name__ == "__main__":
    main()
