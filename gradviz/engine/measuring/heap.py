"""This process's heap: the bytes in use, C++ objects of torch among them, and what becomes of those that are freed."""

import ctypes
from collections.abc import Callable

_FIELDS = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")


class _MallInfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in _FIELDS]


def _counter() -> Callable[[], _MallInfo] | None:
    """The C library's own count; None where it is another than glibc, or older than 2.33."""
    try:
        count = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):
        return None
    count.restype = _MallInfo
    found: Callable[[], _MallInfo] = count
    return found


_count = _counter()
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # glibc's names for what mallopt sets
_MOST_KEPT = 2**31 - 1  # bytes, the most that mallopt takes
_LARGEST = 32 * 1024**2  # bytes of a block, beyond which glibc always asks the system


def heap_bytes() -> int | None:
    """Return the bytes in use; None where the system does not tell."""
    if _count is None:
        return None
    found = _count()
    return int(found.uordblks) + int(found.hblkhd)


def keep_freed() -> None:
    """Keep freed memory for what comes next, from now on.

    By itself glibc gives it back or not as the blocks happen to lie. A run after which it does takes its memory anew,
    page by page: the forward of a small ResNet then takes a quarter longer, in one process and not in the next.
    """
    try:
        change = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    change(_TRIM_THRESHOLD, _MOST_KEPT)
    change(_MMAP_THRESHOLD, _LARGEST)
