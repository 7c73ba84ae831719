"""Runs for the headless commands: start the engine, hand it one Request, read what comes back.

The engine is a process like for the window; nothing of it is imported here, and neither torch nor Qt is needed.
"""

import os
import select
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import gradviz
from gradviz.intake import decoding, tracebuilder
from gradviz.model.cost import Costs, Timed, added
from gradviz.model.launch import NO_LOCK, NO_TORCH, launch
from gradviz.model.trace import GradMode, Trace
from gradviz.model.wire import Exit, Frame, FrameError, FrameReader, Kind, Ready, Request, encode, pack

START_SECONDS = 120.0  # a cold disk reads torch slowly
GRACE_SECONDS = 30.0
_PIECE = 256 * 1024
_ADVICE = {
    NO_TORCH: "torch is not installed for {interpreter}. Install it there, or name another with --python.",
    NO_LOCK: "The sandbox could not be made, so nothing was run.",
}


class EngineError(RuntimeError):
    """The engine could not start or broke off; the message is for people."""


class Engine:
    """The engine's process, for as long as the `with` block lasts."""

    def __init__(self, interpreter: str | None = None, *options: str) -> None:
        """Choose how to start it; it starts when the block is entered.

        Args:
            interpreter: the Python that has torch; None: this one.
            options: for the engine, such as "--spawn".
        """
        self._interpreter = interpreter or sys.executable
        self._options = options
        self._frames = FrameReader()
        self._arrived: deque[Frame] = deque()
        self._runs = 0

    def __enter__(self) -> Self:
        """Start the engine and wait until it can run programs.

        Raises:
            EngineError: it could not start.
        """
        start = launch(self._interpreter, Path(gradviz.__file__).parent, os.environ, *self._options)
        self._errors = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                start.arguments,
                env=start.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
            )
        except OSError as error:
            self._errors.close()
            raise EngineError(f"{self._interpreter} cannot be started: {error.strerror}") from error
        try:
            self.ready = self._greeting()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the engine and whatever it runs."""
        self.close()

    @property
    def pid(self) -> int:
        """Process id of the engine."""
        return self._process.pid

    def frames(self, request: Request, patience: float = GRACE_SECONDS) -> Iterator[Frame]:
        """Run a program and yield its PAGE frames as they come, then its EXITED frame.

        Args:
            request: the program and its limits.
            patience: seconds to wait beyond the run's own deadline, which the engine keeps.

        Raises:
            EngineError: the engine broke off, or went silent for longer than the run may last.
        """
        until = time.monotonic() + request.limits.seconds + patience
        self._runs += 1
        run = self._runs
        self._send(pack(Kind.RUN, run, encode(request)), until)
        while True:
            frame = self._next(until)
            if frame.run == run:  # a run that was not read to its end leaves frames behind
                yield frame
                if frame.kind is Kind.EXITED:
                    return

    def trace(self, request: Request) -> Trace:
        """Run a program and return its trace, however the run ended; what it sent amiss ends it.

        Raises:
            EngineError: as `frames`.
        """
        builder = tracebuilder.TraceBuilder(request, self.ready)
        how: Exit | FrameError = Exit(0, 0)
        try:
            for frame in self.frames(request):
                if frame.kind is Kind.PAGE:
                    builder.page(frame.payload)
                elif frame.kind is Kind.EXITED:
                    how = decoding.exited(frame.payload)
        except FrameError as error:
            self._send(pack(Kind.CANCEL, self._runs), time.monotonic() + GRACE_SECONDS)
            how = error
        return tracebuilder.concluded(builder, how)

    def timed(self, request: Request, mode: GradMode) -> Timed | None:
        """Measure a program and return how long its ops take in one mode; None where they have no times."""
        *_, found = [Costs(), *self.costs(request)]
        return next((one for one in found.timed if one.mode == mode), None)

    def costs(self, request: Request) -> Iterator[Costs]:
        """Measure a program and yield all that is known each time there is more; `done` only if it came to its end.

        Raises:
            EngineError: as `frames`.
            FrameError: the run sent what is no measurement.
        """
        costs = Costs()
        for frame in self.frames(request):
            if frame.kind is Kind.PAGE:
                costs = added(costs, decoding.cost_page(frame.payload))
                yield costs

    def close(self) -> None:
        """Kill the engine; its children die with it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._errors.close()

    def _greeting(self) -> Ready:
        frame = self._next(time.monotonic() + START_SECONDS)
        if frame.kind is not Kind.READY:
            raise EngineError(f"the engine began with {frame.kind.name}")
        try:
            return decoding.ready(frame.payload)
        except FrameError as error:
            raise EngineError(f"the engine's greeting cannot be read: {error}") from error

    def _send(self, data: bytes, until: float) -> None:
        assert self._process.stdin is not None
        view = memoryview(data)
        fd = self._process.stdin.fileno()
        os.set_blocking(fd, False)
        while view:
            if not select.select([], [fd], [], max(0.0, until - time.monotonic()))[1]:
                raise EngineError("the engine does not listen")
            try:
                view = view[os.write(fd, view) :]
            except BrokenPipeError as error:
                raise self._broken() from error

    def _next(self, until: float) -> Frame:
        """Return the next frame."""
        assert self._process.stdout is not None
        fd = self._process.stdout.fileno()
        while not self._arrived:
            if not select.select([fd], [], [], max(0.0, until - time.monotonic()))[0]:
                raise EngineError("the engine does not answer")
            data = os.read(fd, _PIECE)
            if not data:
                raise self._broken()
            try:
                self._arrived.extend(self._frames.feed(data))
            except FrameError as error:
                raise EngineError(f"the engine wrote what is no frame: {error}") from error
        return self._arrived.popleft()

    def _broken(self) -> EngineError:
        """Return what to say of an engine that has gone."""
        status = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()
        advice = _ADVICE.get(status, "").format(interpreter=self._interpreter)
        what = f"killed by signal {-status}" if status < 0 else f"status {status}"
        return EngineError("\n".join(filter(None, (advice or f"the engine ended ({what})", said[-2000:]))))
