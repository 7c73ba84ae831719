"""Files written whole or not at all."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file by way of a temporary one beside it, so that a reader sees the old bytes or all of the new.

    A link is followed: what it points to is replaced. What is no regular file (a pipe, /dev/stdout) is written to.

    Args:
        path: the file.
        pieces: what it is to hold, one after the other. What raises while it makes them leaves no file.

    Raises:
        OSError: it could not be written; what was there before is untouched.
    """
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            file.writelines(pieces)
        return
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def numbered(path: Path, number: int, count: int) -> Path:
    """Return the file of one of several drawings, counted from 1."""
    return path.with_name(f"{path.stem}-{number:0{max(2, len(str(count)))}}{path.suffix}")


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
