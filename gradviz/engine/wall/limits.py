"""What one run may use of the machine, as the kernel's own limits on its process.

`settle` is the part that is the same for every run and comes before the lock; `allow` is the part a Request chooses.
Time and the number of threads are watched by the zygote, operations and printed text by the worker.
"""

import math
import os
import resource
from pathlib import Path

# Freeing a long chain of grad_fns recurses in C++; the program's thread has room for some 300,000 of them.
THREAD_STACK = 512 * 1024**2
MAX_THREADS = 64
_OPEN_FILES = 32
_CPU_GRACE_SECONDS = 2


def settle() -> int:
    """Take away core dumps, file growth and all but a few descriptors; return the address space in use, in bytes.

    The size is 0 where the system does not tell it; `allow` then leaves memory alone.
    """
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _cap(what, most)
    return _address_space()


def allow(in_use: int, memory: int, seconds: float) -> None:
    """Leave this process `memory` bytes beyond what it has, and the processor time `seconds` of wall time can use.

    The zygote stops a run by the clock long before; the processor limit is for the case that the zygote is gone.
    """
    if in_use:
        _cap(resource.RLIMIT_AS, in_use + THREAD_STACK + memory)
    used = resource.getrusage(resource.RUSAGE_SELF)
    processors = os.cpu_count() or 1
    _cap(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + seconds * processors) + _CPU_GRACE_SECONDS)


def _cap(what: int, most: int) -> None:
    """Set a limit for good, never above the one already there."""
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(what, (most, most))


def _address_space() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
