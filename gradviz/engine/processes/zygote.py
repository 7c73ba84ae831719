"""The engine's loop: takes Requests, has each run in a process of its own, relays what it says, ends it in time.

What a name of a library is it answers itself, from what is imported here: no program has been run in this process.
One thread, one select, nothing computed. A run's process is assumed hostile: its bytes are only cut into payloads and
passed on under a header written here, never looked into. SIGKILL is the only stop.
"""

import contextlib
import json
import math
import os
import select
import signal
import time

from gradviz.engine.processes.child import LENGTH
from gradviz.engine.processes.look import look
from gradviz.engine.processes.nursery import Born, Nursery, threads
from gradviz.engine.processes.requests import read_request
from gradviz.engine.processes.streams import Outlet, Payloads
from gradviz.engine.wall import limits
from gradviz.model.trace import LimitName
from gradviz.model.wire import MAX_RUN, Exit, Frame, FrameError, FrameReader, Kind, encode, pack

_PIECE = 64 * 1024
_ENOUGH_WAITING = 1024 * 1024  # bytes for the reader, beyond which a run has to wait
_CENSUS = 0.1  # seconds between two looks at a run's threads
_QUIET = 0.02  # seconds without news from a run, after which the next process is made ready
_LOSSES = 9  # processes that signals may end between two runs: beyond that none would live
_CLOSED = "it closed its pipe"


class NoChildError(RuntimeError):
    """The processes of runs die before they can be used; their stderr says why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"a run's process ended with status {status} before it could be used")
        self.status = status


class _Child:
    """One process and what is known of it here."""

    def __init__(self, born: Born) -> None:
        self.pid = born.pid
        self.requests = Outlet(born.requests)
        self.results = born.results
        os.set_blocking(born.results, False)
        self.payloads = Payloads()
        self.greeted = False  # its Ready has come
        self.run: int | None = None
        self.request: Frame | None = None
        self.wanted = True  # False: cancelled, nothing more is passed on
        self.heard = True  # False: its pipe is at an end
        self.measures = False
        self.deadline = math.inf
        self.relayed = 0
        self.killed: LimitName | None = None
        self.reason = ""

    def assign(self, frame: Frame) -> None:
        """Give it a run."""
        request = read_request(frame.payload)
        self.run, self.request, self.measures = frame.run, frame, request.budget is not None
        self.deadline = time.monotonic() + request.limits.seconds
        self.requests.put(frame.run, LENGTH.pack(len(frame.payload)) + frame.payload)

    def kill(self, reason: str, killed: LimitName | None = None) -> None:
        """End it; the first reason is the one that counts."""
        if not self.reason:
            self.reason, self.killed = reason, killed
        self.deadline = math.inf
        for end in (os.killpg, os.kill):  # the group is not there yet in its first moments
            with contextlib.suppress(ProcessLookupError, PermissionError):
                end(self.pid, signal.SIGKILL)

    @property
    def unused(self) -> bool:
        """Whether it has not read a Request; one that somebody still waits for may be given to another then."""
        return self.run is None or bool(self.requests.unread and self.wanted and self.reason in ("", _CLOSED))

    def close(self) -> None:
        os.close(self.requests.fd)
        os.close(self.results)


class Zygote:
    """The loop and its state: at most one current run, one process ready for the next, some dying."""

    def __init__(self, nursery: Nursery, control: int, out: int, *, announce: bool = True) -> None:
        """Bring forth the first process.

        Args:
            nursery: brings processes into being.
            control: descriptor that frames come from; its end ends the loop.
            out: descriptor for frames to the reader.
            announce: whether to say Ready.
        """
        self._nursery = nursery
        self._control = control
        self._out = Outlet(out)
        self._frames = FrameReader()
        self._announce = announce
        self._children: dict[int, _Child] = {}
        self._standby: _Child | None = None
        self._current: _Child | None = None
        self._lost = 0  # processes that a signal ended while they waited, since the last run ended
        self._open = True
        self._death, death = os.pipe()
        os.set_blocking(self._death, False)
        os.set_blocking(death, False)
        self._death_in = death
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(death, warn_on_full_buffer=False)
        self._bear()

    def serve(self, successor: int | None = None) -> bool:
        """Work until the reader leaves; return False then.

        Args:
            successor: a descriptor; once it has something to read, the loop returns True at the next idle moment.

        Raises:
            NoChildError: processes die before they can be used.
        """
        relieved = False
        try:
            while self._open:
                ready = self._wait(() if relieved or successor is None else (successor,))
                if successor in ready:
                    relieved = bool(os.read(successor, 1))
                    successor = None  # at its end without a byte: there is no successor
                if relieved and self._idle():
                    return True
        except BrokenPipeError:
            pass  # nobody reads any more
        finally:
            self._end()
        return False

    def _wait(self, also: tuple[int, ...]) -> list[int]:
        """Do whatever can be done now or next, once."""
        listening = {child.results: child for child in self._children.values() if child.heard}
        if self._out.waiting > _ENOUGH_WAITING:
            listening = {fd: child for fd, child in listening.items() if not child.wanted or child.run is None}
        writing = [child.requests for child in self._children.values() if child.requests.waiting]
        if self._out.waiting:
            writing.append(self._out)
        reading = [self._control, self._death, *listening, *also]
        ready, writable, _ = select.select(reading, [outlet.fd for outlet in writing], [], self._patience())
        for outlet in writing:
            if outlet.fd in writable:
                self._flush(outlet)
        for fd in ready:
            if fd in listening:
                self._hear(listening[fd])
        if self._death in ready:
            self._reap()
        if self._control in ready:
            self._obey()
        self._watch()
        if not ready and not writable and self._standby is None:
            self._bear()
        return ready

    def _patience(self) -> float | None:
        """Return how long nothing need be done, in seconds."""
        current = self._current
        if self._standby is None:
            return _QUIET if current else 0.0
        if current is None:
            return None
        return max(0.0, min(_CENSUS, current.deadline - time.monotonic()))

    def _bear(self) -> _Child:
        child = self._standby = _Child(self._nursery())
        self._children[child.pid] = child
        return child

    def _idle(self) -> bool:
        runs = any(child.run is not None for child in self._children.values())
        return not (runs or self._out.waiting or self._frames.partial or self._announce)

    def _flush(self, outlet: Outlet) -> None:
        try:
            outlet.flush()
        except BrokenPipeError:
            if outlet is self._out:
                raise
            outlet.clear()  # the child is gone; its death is on the way

    def _obey(self) -> None:
        data = os.read(self._control, _PIECE)
        self._open = bool(data)
        for frame in self._frames.feed(data):
            if frame.kind is Kind.RUN:
                self._cancel()
                self._assign(frame)
            elif frame.kind is Kind.CANCEL and self._current and self._current.run == frame.run:
                self._cancel()
            elif frame.kind is Kind.LOOK:
                (path,) = json.loads(frame.payload)
                self._out.put(0, pack(Kind.FOUND, 0, encode(look(path))))

    def _assign(self, frame: Frame) -> None:
        """Have a process run a program."""
        child = self._standby or self._bear()
        child.assign(frame)
        self._flush(child.requests)
        self._current, self._standby = child, None
        if child.measures:  # nobody waits for it, and whoever types on must not wait for a process
            self._bear()

    def _cancel(self) -> None:
        """End the current run, if any, and drop what it said and is not yet passed on."""
        child, self._current = self._current, None
        if child is not None and child.run is not None:
            child.wanted = False
            child.kill("cancelled")
            self._out.forget(child.run)

    def _hear(self, child: _Child) -> None:
        """Take what a child has written."""
        try:
            data = os.read(child.results, _PIECE)
        except BlockingIOError:
            return
        if not data:
            child.heard = False
            child.kill(_CLOSED)  # to no effect if it is on its way out
        elif child.wanted:
            self._relay(child, data)

    def _relay(self, child: _Child, data: bytes) -> None:
        child.relayed += len(data)
        if child.relayed > MAX_RUN:
            child.wanted = False
            child.kill(f"it wrote more than {MAX_RUN} bytes", "output")
            return
        try:
            for payload in child.payloads.feed(data):
                self._pass_on(child, payload)
        except FrameError as error:
            child.wanted = False
            child.kill(f"it wrote what is no page: {error}")

    def _pass_on(self, child: _Child, payload: bytes) -> None:
        if not child.greeted:
            child.greeted = True
            if self._announce:
                self._announce = False
                self._out.put(0, pack(Kind.READY, 0, payload))
        elif child.run is None:
            raise FrameError("a page before its Request")
        else:
            self._out.put(child.run, pack(Kind.PAGE, child.run, payload))

    def _watch(self) -> None:
        """End the current run when its time is up or its threads are too many."""
        child = self._current
        if child is None:
            return
        if time.monotonic() >= child.deadline:
            child.kill("its time was up", "time")
        elif threads(child.pid) > limits.MAX_THREADS:
            child.kill(f"more than {limits.MAX_THREADS} threads")

    def _reap(self) -> None:
        """Bury the dead."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._death, _PIECE):
                pass
        for child in list(self._children.values()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._bury(child, os.waitstatus_to_exitcode(status))

    def _bury(self, child: _Child, code: int) -> None:
        """Pass on the last words of a dead child and say how it ended."""
        while child.heard and child.wanted:
            before = child.relayed
            self._hear(child)
            if child.relayed == before:
                break
        unused = child.unused
        child.close()
        del self._children[child.pid]
        self._current = None if self._current is child else self._current
        self._standby = None if self._standby is child else self._standby
        if code < 0 and unused and self._lost < _LOSSES:
            self._lost += 1  # somebody killed it, as a system short of memory does; the next one is born in a moment
            if child.request is not None:
                self._assign(child.request)
        elif child.run is not None:
            self._lost = 0
            self._out.put(child.run, pack(Kind.EXITED, child.run, encode(_exit(child, code))))
        elif code or not child.greeted:
            raise NoChildError(code)

    def _end(self) -> None:
        """Kill and bury all that is left."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for child in self._children.values():
            child.kill("the engine ends")
            os.waitpid(child.pid, 0)
            child.close()
        self._children.clear()
        os.close(self._death)
        os.close(self._death_in)


def _exit(child: _Child, code: int) -> Exit:
    if code >= 0:
        cut = "its last page was cut short" if child.payloads else ""
        return Exit(code, 0, None, cut)
    if -code == signal.SIGKILL and child.reason:
        return Exit(0, -code, child.killed, child.reason)
    return Exit(0, -code, None, "")
