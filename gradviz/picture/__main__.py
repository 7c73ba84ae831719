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

from gradviz.intake import decoding
from gradviz.intake.tracebuilder import TraceBuilder, concluded
from gradviz.model.source.place import text_of
from gradviz.model.trace import Trace
from gradviz.model.wire import Exit, Frame, FrameError, FrameReader, Kind, Ready, Request, pack
from gradviz.picture.inspection import inspecting
from gradviz.picture.inspection.inspection import Inspect
from gradviz.picture.make import unable
from gradviz.picture.picture import Options, Save, Saved, Wish
from gradviz.picture.quiz.questions import AskQuiz, Quizzed
from gradviz.picture.quiz.quizzing import quizzed
from gradviz.picture.record.record import Record
from gradviz.picture.sent.measured import Measured
from gradviz.picture.sent.screen import Screen
from gradviz.picture.together.beside import Beside, began, comparison, complete, fed, progress, without
from gradviz.picture.together.together import few

if sys.platform != "win32":
    import resource

SOON = 0.02  # seconds: what changed since the run before is told when nobody has asked for another run by then
PIECE = 256 * 1024
FIRST = 0.4  # seconds into a run after which it is shown unfinished
SHARE = 5  # of the time, at most one part in this many goes into unfinished pictures
MEMORY = 4 * 1024**3  # bytes of address space: twice what a record may take (MAX_HELD), and no whole machine
TOLD = 500  # characters of an error of ours
_WISH = msgspec.msgpack.Decoder(Wish)
_SAVE = msgspec.msgpack.Decoder(Save)
_INSPECT = msgspec.msgpack.Decoder(Inspect)
_QUIZ = msgspec.msgpack.Decoder(AskQuiz)

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
        self._record: Record | None = None  # of the whole run, once it was asked for
        self._before: Record | None = None  # the record of the run before, where it may be held
        self._document = 0  # that the newest run is of
        self._screen = Screen(0)
        self._beside: Beside = {}  # runs of the same program in other grad modes
        self._measured = Measured()
        self._next = 0.0  # when the run may be shown unfinished

    def take(self, frame: Frame) -> Iterator[bytes]:
        """Handle one frame and yield the frames that answer it."""
        if frame.kind is Kind.READY:
            self._ready = decoding.ready(frame.payload)
        elif frame.kind is Kind.REDRAW:
            yield from self._shown_as(frame.run, _WISH.decode(frame.payload))
        elif frame.kind is Kind.SAVE:
            yield self._saved(_SAVE.decode(frame.payload))
        elif frame.kind is Kind.INSPECT:
            yield from self._inspected(frame.run, _INSPECT.decode(frame.payload))
        elif frame.kind is Kind.QUIZ:
            yield from self._quizzed(frame.run, _QUIZ.decode(frame.payload))
        elif frame.kind is Kind.RUN:
            request = decoding.request(frame.payload)
            self._begin(frame.run, request)
            yield pack(Kind.RUN, frame.run)
            _guarded(lambda: _read(request.source), str)
        elif frame.kind is Kind.BESIDE:
            self._beside[frame.run] = began(decoding.request(frame.payload), self._ready)
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

    def _shown_as(self, run: int, wish: Wish) -> Iterator[bytes]:
        before, options = self._options, wish.options
        self._options = options
        if options.language != before.language:
            yield self._measured.told(options.language)
        # Options for a run that is about to begin come before it: nobody waits for the old one in them.
        if run == self._run and self._builder is not None and self._how is None:
            self._next = 0.0  # who looks at it otherwise need not wait for its end
        elif run == self._run and self._builder is not None:
            yield self._answer(self._builder, wish.since)
            if options.step is None:
                yield from self._compared()

    def _begin(self, run: int, request: Request) -> None:
        """Take up a run. One that measures leaves the record of the run before as it is, to be looked at."""
        if request.budget is not None:
            self._measured.begin(run, request.source)
            return
        if self._document != self._options.document:
            self._document, self._before, self._screen = self._options.document, None, Screen(run)
        else:
            if self._record is not None and few(self._record.trace):
                self._before = self._record
            self._screen = Screen(run, self._screen.left(self._record), self._before)
        self._run, self._how, self._record, self._beside = run, None, None, {}
        self._builder = TraceBuilder(request, self._ready)
        self._next = time.monotonic() + FIRST

    def _took(self, frame: Frame) -> Iterator[bytes]:
        """Tell what has been measured, and draw the times of ops when they have come."""
        timed, builder = self._measured.timed, self._builder
        trace = None if builder is None or self._how is None else self._recorded(builder).trace
        before = None if trace is None else timed(trace)
        self._measured.take(frame)
        yield self._measured.told(self._options.language)
        if builder is not None and trace is not None and self._options.heat == "time" and timed(trace) is not before:
            yield self._answer(builder)

    def owes(self) -> bool:
        """Whether there is more to tell of the run, once nothing else is asked."""
        return self._screen.owes is not None

    def patience(self) -> float | None:
        """Seconds after which there may be more to tell though nothing comes; None: there will be nothing."""
        if self.owes():
            return SOON
        return FIRST if self._builder is not None and self._how is None else None

    def owed(self) -> Iterator[bytes]:
        """Yield the picture once more with what changed since the run before, if anything did."""
        screen, record = self._screen, self._record
        if screen.owes is not None and record is not None:
            # Where it fails the picture without it is there already.
            yield _guarded(lambda: screen.changed(record, self._options), lambda _: b"")

    def unfinished(self) -> Iterator[bytes]:
        """Yield a picture of a run that goes on, now and then."""
        started = time.monotonic()
        if self._builder is not None and self._how is None and started >= self._next:
            yield self._answer(self._builder)
            self._next = time.monotonic() + max(FIRST, SHARE * (time.monotonic() - started))

    def _answer(self, builder: TraceBuilder, has: int | None = None) -> bytes:
        complete = self._how is not None

        def instead(reason: str) -> bytes:
            made = unable(self._run, reason, self._options.language, complete=complete)
            return pack(Kind.PICTURE, self._run, msgspec.msgpack.encode(made))

        def drawn() -> bytes:
            record = self._recorded(builder)
            timed = self._measured.timed(record.trace) if complete and self._options.heat == "time" else None
            return self._screen.pictured(record, self._options, timed, has, complete=complete)

        return _guarded(drawn, instead)

    def _compared(self) -> Iterator[bytes]:
        """Yield the end of the run at hand beside those of the other grad modes, once all have ended."""
        builder, options = self._builder, self._options._replace(step=None)
        if builder is not None and self._how is not None and complete(self._beside):
            yield pack(
                Kind.COMPARED,
                self._run,
                _guarded(
                    lambda: comparison(self._run, self._recorded(builder).trace, self._beside, options),
                    lambda reason: without(self._run, reason),
                ),
            )

    def _recorded(self, builder: TraceBuilder) -> Record:
        if self._how is None:
            return Record(builder.longest()[0])
        if self._record is None:
            self._record = Record(concluded(builder, self._how))
        return self._record

    def _inspected(self, run: int, asked: Inspect) -> Iterator[bytes]:
        builder = self._builder
        if run != self._run or builder is None:
            return

        def instead(reason: str) -> bytes:
            return msgspec.msgpack.encode(inspecting.unable(asked, reason))

        def told() -> bytes:
            record = self._recorded(builder)
            timed = None if self._how is None else self._measured.timed(record.trace)
            return msgspec.msgpack.encode(inspecting.inspection(record, asked, timed, self._screen.graph))

        made = _guarded(told, instead)
        yield pack(Kind.INSPECTION, run, made)

    def _quizzed(self, run: int, wanted: AskQuiz) -> Iterator[bytes]:
        builder = self._builder
        if run != self._run or builder is None or self._how is None:
            return

        def told() -> bytes:
            return msgspec.msgpack.encode(quizzed(self._recorded(builder), wanted))

        made = _guarded(told, lambda _: msgspec.msgpack.encode(Quizzed(wanted)))
        yield pack(Kind.QUIZZED, run, made)

    def _saved(self, wanted: Save) -> bytes:
        reason = _guarded(lambda: self._save(wanted), lambda reason: reason)
        return pack(Kind.SAVED, self._run, msgspec.msgpack.encode(Saved(wanted.path, reason)))

    def _save(self, wanted: Save) -> str:
        if self._builder is None or self._write is None:
            return "there is no graph yet"
        try:
            self._write(self._recorded(self._builder).trace, wanted)
        except OSError as error:
            return error.strerror or str(error)
        return ""


def _read(source: str) -> str:
    """Read the text of a program while it runs: what switches its flags is found there."""
    text_of(source)
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
        if select.select([source], [], [], session.patience())[0]:
            data = os.read(source, PIECE)
            if not data:
                return
            for frame in reader.feed(data):
                for answer in session.take(frame):
                    _send(sink, answer)
        elif session.owes():
            for answer in session.owed():
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
