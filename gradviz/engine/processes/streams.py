"""Bytes between the zygote, its children and its reader, without ever waiting for any of them."""

import fcntl
import os
import sys
import termios
from collections import deque
from collections.abc import Iterator

from gradviz.engine.processes.child import LENGTH
from gradviz.model.wire import MAX_PAYLOAD, FrameError


class Outlet:
    """A queue of messages in front of a descriptor that may not take them now.

    Messages carry the run they belong to, so that those of a cancelled run can be taken back.
    """

    def __init__(self, fd: int) -> None:
        """Write to `fd`, which becomes non-blocking."""
        os.set_blocking(fd, False)
        self.fd = fd
        self.waiting = 0  # bytes not yet written
        self._queue: deque[tuple[int, bytes]] = deque()
        self._written = 0  # bytes of the first message
        self._dropped = 0

    @property
    def unread(self) -> int:
        """Bytes that have been put here and that nobody has read."""
        held = fcntl.ioctl(self.fd, termios.FIONREAD, bytes(4))
        return self.waiting + self._dropped + int.from_bytes(held, sys.byteorder)

    def put(self, run: int, message: bytes) -> None:
        """Queue a message."""
        self._queue.append((run, message))
        self.waiting += len(message)

    def forget(self, run: int) -> None:
        """Drop the messages of a run, except one that is already half written."""
        begun = self._queue.popleft() if self._written else None
        self._queue = deque(entry for entry in self._queue if entry[0] != run)
        if begun is not None:
            self._queue.appendleft(begun)
        self.waiting = sum(len(message) for _, message in self._queue) - self._written

    def clear(self) -> None:
        """Drop everything: nobody will read it."""
        self._dropped += self.waiting
        self._queue.clear()
        self.waiting = self._written = 0

    def flush(self) -> None:
        """Write what can be written at once.

        Raises:
            BrokenPipeError: nobody reads.
        """
        while self._queue:
            message = self._queue[0][1]
            try:
                written = os.write(self.fd, memoryview(message)[self._written :])
            except BlockingIOError:
                return
            self.waiting -= written
            self._written += written
            if self._written == len(message):
                self._queue.popleft()
                self._written = 0


class Payloads:
    """Cuts what a child writes into payloads; believes no length."""

    def __init__(self) -> None:
        """Start between two payloads."""
        self._buffer = bytearray()

    def __bool__(self) -> bool:
        """Tell whether a payload is cut short."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield every payload completed by `data`.

        Raises:
            FrameError: a length beyond what a frame may carry.
        """
        self._buffer += data
        while len(self._buffer) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._buffer)
            end = LENGTH.size + length
            if length > MAX_PAYLOAD:
                raise FrameError(f"a page of {length} bytes")
            if len(self._buffer) < end:
                return
            payload = bytes(self._buffer[LENGTH.size : end])
            del self._buffer[:end]
            yield payload
