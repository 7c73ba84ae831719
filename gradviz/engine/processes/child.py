"""The process of one run, from birth to death: it gives everything up, proves it, waits for a Request, runs it.

It speaks to the zygote over two pipes. What it writes is `<u32 length><payload>`: first its Ready, then Pages. After
the Request has been read nothing it says is believed.
"""

import fcntl
import os
import platform
import select
import signal
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from gradviz.engine.processes.requests import read_request
from gradviz.engine.wall import limits, sandbox
from gradviz.model.launch import NO_LOCK
from gradviz.model.trace import SCHEMA, End, Memory, Page, ProgramError
from gradviz.model.wire import Ready, Request, encode

Send = Callable[[bytes], None]
Work = Callable[[Request, Send], None]

LENGTH = struct.Struct("<I")
_REQUESTS, _RESULTS = 3, 4
_REHEARSAL = "x = torch.ones(2, requires_grad=True)\ny = (x * x).sum()\ny.backward()\nprint(x.grad)\n"


def live(requests: int, results: int, parent: int, torch: str, work: Work) -> NoReturn:
    """Be the process of one run; never returns.

    Args:
        requests: descriptor the Request comes from.
        results: descriptor for what is made.
        parent: process id of the zygote; when it dies so does this.
        torch: version, for the Ready.
        work: runs one Request and sends its Pages.
    """
    status = os.EX_SOFTWARE
    try:
        sandbox.die_with_parent(parent)
        _take_over(requests, results)
        status = _live(torch, work)
    except (sandbox.LockError, OSError) as error:
        # Before the lock was proven; afterwards stderr leads nowhere.
        os.write(2, f"gradviz: the sandbox could not be made: {error}\n".encode(errors="replace"))
        status = NO_LOCK
    finally:
        os._exit(status)


def run_in_thread(work: Callable[[], None], stack: int = limits.THREAD_STACK) -> bool:
    """Run work in a thread of its own, and tell whether it came to its end.

    Args:
        work: what to run.
        stack: bytes for it. Freeing a long chain of grad_fns recurses in C++.
    """
    ended = False

    def target() -> None:
        nonlocal ended
        threading.stack_size(0)  # the program's own threads get the usual one
        work()
        ended = True

    threading.stack_size(stack)
    thread = threading.Thread(target=target, name="program")
    thread.start()
    thread.join()
    return ended


def _live(torch: str, work: Work) -> int:
    null = os.open(os.devnull, os.O_RDWR)
    in_use = limits.settle()
    wall = sandbox.available()
    if not wall:
        sandbox.lock()
        sandbox.self_test()
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)
    _send(encode(Ready(torch, platform.python_version(), wall)))
    _rehearse(work)
    payload = _receive()
    if payload is None:
        return os.EX_OK
    request = read_request(payload)
    if request.schema != SCHEMA:
        _send(encode(Page(end=End(_refusal(request.schema), None, Memory(), 0.0))))
        return os.EX_OK
    limits.allow(in_use, request.limits.memory, request.limits.seconds)
    return os.EX_OK if run_in_thread(lambda: work(request, _send)) else os.EX_SOFTWARE


def _refusal(schema: int) -> ProgramError:
    return ProgramError("RequestError", f"the request has schema {schema}; this engine speaks schema {SCHEMA}", None)


def _rehearse(work: Work) -> None:
    """Run a small program for nobody while there is nothing else to do.

    A fork's first operations are slow, 20 ms here: its memory is copied as it is touched, and torch chooses its
    kernels. It happens here and not in the zygote, which must compute nothing.
    """
    if not select.select([_REQUESTS], [], [], 0)[0]:
        work(Request(_REHEARSAL), lambda _: None)


def _take_over(requests: int, results: int) -> None:
    """Keep the two pipes and stderr, close every other descriptor, forget the parent's signal handling."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()  # one group to kill, and no terminal
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 16) for fd in (requests, results)]
    for fd, wanted in zip(high, (_REQUESTS, _RESULTS), strict=True):
        os.dup2(fd, wanted, inheritable=False)
        os.set_blocking(wanted, True)
    for fd in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        if fd > _RESULTS:
            _close(fd)
    if sys.platform == "linux":
        _prefer_for_killing()


def _close(fd: int) -> None:
    try:
        os.close(fd)
    except OSError:
        return  # the listing's own descriptor, closed since


def _prefer_for_killing() -> None:
    """When memory runs out, the kernel is to take this process and not the window."""
    Path("/proc/self/oom_score_adj").write_text("1000")


def _send(payload: bytes) -> None:
    _write_all(_RESULTS, LENGTH.pack(len(payload)) + payload)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _receive() -> bytes | None:
    """Return the Request's payload; None if the zygote closed the pipe instead. Closes it either way."""
    try:
        head = _read(LENGTH.size)
        if len(head) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack(head)
        payload = _read(length)
        return payload if len(payload) == length else None
    finally:
        os.close(_REQUESTS)


def _read(wanted: int) -> bytes:
    data = bytearray()
    while len(data) < wanted and (piece := os.read(_REQUESTS, wanted - len(data))):
        data += piece
    return bytes(data)
