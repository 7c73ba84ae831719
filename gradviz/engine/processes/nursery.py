"""Where the processes of runs come from: forked off a process warm with torch, or started afresh.

Forking is the fast way and safe only from a process with one thread that has computed nothing. Elsewhere (macOS: its
frameworks do not survive a fork) a fresh process imports torch itself.
"""

import contextlib
import fcntl
import gc
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from gradviz.engine.processes.child import Work, live
from gradviz.engine.wall.sandbox import libraries

# torch imports these late: the first optimizer or torch.func call would take 1.5 s and the first printed tensor 10 ms.
# numpy imports the last one late: its generators are to be in the same state in every run.
LATE = ("torch._dynamo", "torch._subclasses.schema_check_mode", "torch.profiler._cupti_monitor", "numpy.random")
_SET_PIPE_SIZE, _PIPE_SIZE = 1031, 1024 * 1024  # Linux's F_SETPIPE_SZ


class Born(NamedTuple):
    """A process waiting for its Request: its id, where to write the Request, where to read what it makes."""

    pid: int
    requests: int
    results: int


Nursery = Callable[[], Born]


def forked(torch: str, work: Work) -> Nursery:
    """Return a nursery that forks this process; it must have one thread then."""
    libraries()  # every child needs to know them

    def bear() -> Born:
        if threads(os.getpid()) != 1:
            raise RuntimeError("the engine has more than one thread: a fork of it would hang")
        parent = os.getpid()
        with _pipes() as (theirs, ours):
            pid = os.fork()
            if pid == 0:
                live(*theirs, parent, torch, work)
        return Born(pid, *ours)

    return bear


def spawned(command: tuple[str, ...]) -> Nursery:
    """Return a nursery that starts `command`, which speaks over its standard input and output."""

    def bear() -> Born:
        with _pipes() as (theirs, ours):
            actions = [(os.POSIX_SPAWN_DUP2, fd, standard) for standard, fd in enumerate(theirs)]
            pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        return Born(pid, *ours)

    return bear


def preload() -> None:
    """Import what torch and numpy would import late, and set all there is now apart from garbage collection."""
    for name in LATE:
        with contextlib.suppress(ImportError):  # private names: another torch may not have them
            importlib.import_module(name)
    freeze()


def freeze() -> None:
    """Keep the collector from touching what is loaded, so that children share its memory."""
    gc.collect()
    gc.freeze()


def threads(pid: int) -> int:
    """Return how many threads a process has; 1 where the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 1
    return int(stat.rpartition(")")[2].split()[17])


@contextlib.contextmanager
def _pipes() -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Give two pipes as (their two ends, our two ends), requests first; close theirs in the end."""
    their_requests, our_requests = os.pipe()
    our_results, their_results = os.pipe()
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a courtesy to speed that the system may refuse
            fcntl.fcntl(our_results, _SET_PIPE_SIZE, _PIPE_SIZE)
    try:
        yield (their_requests, their_results), (our_requests, our_results)
    finally:
        os.close(their_requests)
        os.close(their_results)
