"""Bytes and seconds as text, in the unit that fits."""

from functools import lru_cache

_BINARY = 1024
_TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


@lru_cache(maxsize=1024)  # a large run has many tensors of few sizes
def byte_text(count: int) -> str:
    """Bytes in binary units: `4 B`, `1.5 KiB`."""
    if count < _BINARY:
        return f"{count} B"
    size, units = count / _BINARY, ["KiB", "MiB", "GiB", "TiB"]
    while size >= _BINARY and len(units) > 1:
        size /= _BINARY
        units.pop(0)
    return f"{size:.3g} {units[0]}" if size < 1000 else f"{size:.0f} {units[0]}"


def second_text(seconds: float) -> str:
    """Seconds to three digits: `1.23 s`, `45.6 ms`, `789 µs`."""
    unit, name = next(((unit, name) for unit, name in _TIMES if seconds >= unit * 0.9995), _TIMES[-1])
    count = seconds / unit
    return f"{count:.0f} {name}" if count >= 99.95 else f"{count:.3g} {name}"
