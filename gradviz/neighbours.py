"""Reads the files beside a program that it imports, for the run, whose process can read none.

What is imported is found in the texts, as Python would find it in the program's folder, and what those files import in
their turn. Nothing is run, and a file is read again only where it has changed.
"""

import tokenize
from collections import deque
from collections.abc import Iterator
from io import BytesIO, IncrementalNewlineDecoder
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from gradviz.model.source.imports import imported
from gradviz.model.wire import Neighbour, encode

MOST_FILES = 500
MOST_BYTES = 2_000_000  # of all of them: with the program they must fit into one frame
_MOST_NAMES = 10_000  # that are looked for
_TOO_MUCH = f"a program may import {MOST_FILES} files beside it, of {MOST_BYTES:,} bytes in all"

Stamp = tuple[int, int, int]  # of a file: when it changed, its size, its number on the disk


class _Read(NamedTuple):
    """A file as it was when it was read."""

    stamp: Stamp
    file: Neighbour
    imports: tuple[str, ...]
    size: int  # bytes that it takes on its way to the run


class Neighbourhood:
    """The files beside programs, as far as they have been read."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], _Read] = {}  # by path, and the package that it is in

    def of(self, program: str, source: str) -> tuple[Neighbour, ...]:
        """Return the files beside a program that a run of it may import.

        Args:
            program: the whole path of its file; "": it is in none, and so has no neighbours.
            source: its text, which may not be what is in the file.
        """
        if not program:
            return ()
        folder, found = Path(program).parent, dict[str, Neighbour]()
        wanted = dict.fromkeys(imported(source)[:_MOST_NAMES])
        todo, left = deque(wanted), MOST_BYTES
        while todo and left > 0:
            for path, package in _files(folder, todo.popleft()):
                if path not in found:
                    own = source if path == program else None
                    read = self._taken(path, package, own, left if len(found) < MOST_FILES else 0)
                    found[path] = read.file
                    left -= read.size
                    new = [name for name in read.imports if name not in wanted][: _MOST_NAMES - len(wanted)]
                    wanted.update(dict.fromkeys(new))
                    todo.extend(new)
        return tuple(found.values())

    def _taken(self, path: str, package: str, text: str | None, most: int) -> _Read:
        """Return a file of so many bytes at most; with a text that is known already, or read."""
        try:
            if text is None:
                read = self._again(path, package) if most else None
            else:
                read = _read(Neighbour(path, text), package)
        except OSError as error:
            return _refused(path, error.strerror or str(error))
        except (SyntaxError, UnicodeDecodeError) as error:
            return _refused(path, f"it is not Python source text: {error}")
        return read if read is not None and read.size <= most else _refused(path, _TOO_MUCH)

    def _again(self, path: str, package: str) -> _Read | None:
        """Return a file, read if it has changed; None: it is too long."""
        known, stamp = self._read.get((path, package)), _stamp(path)
        if stamp[1] > MOST_BYTES:
            return None
        if known is None or known.stamp != stamp:
            text = decoded(Path(path).read_bytes())
            known = self._read[path, package] = _read(Neighbour(path, text), package, stamp)
        return known


def decoded(data: bytes) -> str:
    """Return the text of a source file, as Python reads it.

    Raises:
        SyntaxError: it names an encoding that there is not.
        UnicodeDecodeError: it is not in that, or in UTF-8.
    """
    encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
    return IncrementalNewlineDecoder(None, translate=True).decode(data.decode(encoding))


def _read(file: Neighbour, package: str = "", stamp: Stamp = (0, 0, 0)) -> _Read:
    return _Read(stamp, file, imported(file.text, package), len(encode(file)))


def _refused(path: str, problem: str) -> _Read:
    return _read(Neighbour(path, "", problem))


def _stamp(path: str) -> Stamp:
    found = Path(path).stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _files(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """The files that run when a dotted name is imported from a folder, outermost first, each with its package."""
    where, names = folder, name.split(".")
    for at, part in enumerate(names):
        package, module = where / part / "__init__.py", where / f"{part}.py"
        if S_ISREG(_mode(package)):
            yield str(package), ".".join(names[: at + 1])
        elif S_ISREG(_mode(module)):
            yield str(module), ".".join(names[:at])
            return
        where /= part
        if not S_ISDIR(_mode(where)):
            return


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:  # there is none, or it cannot even be asked for
        return 0
