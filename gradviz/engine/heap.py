"""Bytes that are in use on this process's heap, as the C library counts them; C++ objects of torch among them."""

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


def heap_bytes() -> int | None:
    """Return the bytes in use; None where the system does not tell."""
    if _count is None:
        return None
    found = _count()
    return int(found.uordblks) + int(found.hblkhd)
