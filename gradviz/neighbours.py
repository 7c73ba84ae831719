"""Reads the files beside a program that it imports, for the run, whose process can read none.

What is imported is found in the texts, as Python would find it in the program's folder, and what those files import in
their turn. Nothing is run, and a file is read again only where it has changed.
"""

import codecs
import os
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
MOST_PLACES = 10_000  # that are looked at: three questions to the disk each
_TOO_MUCH = f"a program may import {MOST_FILES} files beside it, of {MOST_BYTES:,} bytes in all"


class _Stamp(NamedTuple):
    """What tells that a file is the one that was read."""

    changed: int = 0  # when, in nanoseconds
    size: int = 0
    number: int = 0  # on the disk


class _File(NamedTuple):
    """A file that runs when something is imported."""

    path: str
    package: str  # that it is in, or is
    stamp: _Stamp


class _Read(NamedTuple):
    """A file as it was when it was read."""

    stamp: _Stamp
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
        found, places = list[Neighbour](), dict[str, Path | None]({"": Path(program).parent})
        wanted = dict.fromkeys(imported(source))
        todo, left = deque(wanted), MOST_BYTES
        while todo and left > 0:
            for file in _files(todo.popleft(), places):
                own = source if file.path == program else None
                read = self._taken(file, own, left if len(found) < MOST_FILES else 0)
                found.append(read.file)
                left -= read.size
                new = [name for name in read.imports if name not in wanted]
                wanted.update(dict.fromkeys(new))
                todo.extend(new)
        return tuple(found)

    def _taken(self, file: _File, text: str | None, most: int) -> _Read:
        """Return a file of so many bytes at most; with a text that is known already, or read."""
        try:
            if text is None:
                read = self._again(file) if most and file.stamp.size <= MOST_BYTES else None
            else:
                read = _read(file, text)
        except OSError as error:
            return _refused(file, error.strerror or str(error))
        except SyntaxError as error:
            return _refused(file, f"it is not Python source text: {error}")
        return read if read is not None and read.size <= most else _refused(file, _TOO_MUCH)

    def _again(self, file: _File) -> _Read:
        """Return a file, read if it has changed; no more than its size: what the system makes up has none."""
        key = file.path, file.package
        known = self._read.get(key)
        if known is None or known.stamp != file.stamp:
            with Path(file.path).open("rb") as opened:
                known = self._read[key] = _read(file, decoded(opened.read(file.stamp.size)))
        return known


def whole_path(program: str) -> str:
    """Return where the file of a program lies, beside which Python looks: links to it are followed."""
    return os.path.realpath(program)  # Path.resolve() raises at a link to itself


def decoded(data: bytes) -> str:
    """Return the text of a source file, as Python reads it.

    Raises:
        SyntaxError: it names an encoding that there is not, or is not in that, or in UTF-8.
    """
    encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
    if codecs.lookup(encoding).name == "punycode":
        raise SyntaxError("punycode takes too long to read")  # the square of its length
    try:
        text = data.decode(encoding)
    except (LookupError, UnicodeError) as error:  # some codecs are of no text, and some say no more than UnicodeError
        raise SyntaxError(str(error)) from error
    return IncrementalNewlineDecoder(None, translate=True).decode(text)


def _read(file: _File, text: str) -> _Read:
    neighbour = Neighbour(file.path, text)
    return _Read(file.stamp, neighbour, imported(text, file.package), len(encode(neighbour)))


def _refused(file: _File, problem: str) -> _Read:
    neighbour = Neighbour(file.path, "", problem)
    return _Read(file.stamp, neighbour, (), len(encode(neighbour)))


def _files(name: str, places: dict[str, Path | None]) -> Iterator[_File]:
    """The files that run when a dotted name is imported, outermost first, but for those that were met before.

    Args:
        name: it.
        places: by dotted name where all lies that is in it, None where nothing can; what is looked at is added.
    """
    whole = ""
    for part in name.split("."):
        package, folder = whole, places[whole]
        if folder is None:
            return
        whole = f"{package}.{part}" if package else part
        if whole in places:
            continue
        if len(places) > MOST_PLACES:
            return
        inside = folder / part
        places[whole] = inside if _is_folder(inside) else None
        if places[whole] and (stamp := _stamp(inside / "__init__.py")):
            yield _File(str(inside / "__init__.py"), whole, stamp)
        elif stamp := _stamp(folder / f"{part}.py"):
            places[whole] = None
            yield _File(str(folder / f"{part}.py"), package, stamp)


def _stamp(path: Path) -> _Stamp | None:
    """Of a file; None: there is none, or it is something else, as a pipe, that reading could wait for."""
    found = _asked(path)
    if found is None or not S_ISREG(found.st_mode):
        return None
    return _Stamp(found.st_mtime_ns, found.st_size, found.st_ino)


def _is_folder(path: Path) -> bool:
    found = _asked(path)
    return found is not None and S_ISDIR(found.st_mode)


def _asked(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:  # there is none, or it cannot even be asked for
        return None
