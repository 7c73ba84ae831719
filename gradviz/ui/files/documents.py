"""Programs on disk: reading, writing whole or not at all, and the copy that survives a crash."""

import json
from codecs import BOM_UTF8
from pathlib import Path
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QFile, QIODevice, QLockFile, QSaveFile

from gradviz.model.program import MAX_SOURCE
from gradviz.state.session import MAX_FILE, Session, SessionError, parsed, written
from gradviz.ui.files import reasons

_FORMAT = "gradviz-recovery"
_VERSION = 1
_SLOTS = 20
_MOST_KEPT = 32 * MAX_SOURCE  # bytes: two texts, for a letter of which JSON takes twelve at most


class DocumentError(Exception):
    """A program cannot be read or written; the message says why, in the person's language."""


class Kept(NamedTuple):
    """What was in the editor, kept against a crash."""

    text: str
    path: str | None  # of its file
    dirty: bool  # whether the file holds something else
    format: str = _FORMAT
    version: int = _VERSION
    place: str | None = None  # of the session that it was opened from: files that it imports lie beside that
    saved: str | None = None  # what the file held when it was opened or saved, where that is something else


def read(path: Path) -> str:
    """Return the program in a file.

    Raises:
        DocumentError: it cannot be read, is not text, or is longer than what is run.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= 4 * MAX_SOURCE else b""
        text = data.decode("utf-8-sig") if data or path.stat().st_size == 0 else None
    except OSError as error:
        raise DocumentError(reasons.system(error.strerror or str(error))) from error
    except UnicodeDecodeError as error:
        raise DocumentError(reasons.no_text()) from error
    if text is None or len(text) > MAX_SOURCE:
        raise DocumentError(reasons.too_long())
    return text.replace("\r\n", "\n")


def read_session(path: Path) -> Session:
    """Return the session in a file.

    Raises:
        DocumentError: it cannot be read, or is none.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
        return parsed(data)  # of what is longer only a part was read, which is none
    except OSError as error:
        raise DocumentError(reasons.system(error.strerror or str(error))) from error
    except SessionError as error:
        raise DocumentError(reasons.session(error)) from error


def write(path: Path, text: str) -> None:
    """Write a program whole, or leave the file as it is. A file keeps its byte order mark and its Windows line ends.

    Raises:
        DocumentError: it cannot be written.
    """
    first, data = _first_line(path), text.encode("utf-8", "surrogatepass")
    mark = BOM_UTF8 if first.startswith(BOM_UTF8) else b""
    _write(path, mark + (data.replace(b"\n", b"\r\n") if first.endswith(b"\r\n") else data))


def _first_line(path: Path) -> bytes:
    """Return how a file begins; nothing where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.readline(4 * MAX_SOURCE)
    except OSError:
        return b""  # there is no file yet, or writing it tells what is wrong


def write_session(path: Path, session: Session) -> None:
    """Write a session whole, or leave the file as it is; raises like `write`."""
    _write(path, written(session))


def _write(path: Path, data: bytes) -> None:
    file = QSaveFile(str(path))
    written = file.open(QIODevice.OpenModeFlag.WriteOnly) and file.write(data) == len(data) and file.commit()
    if not written:
        raise DocumentError(reasons.system(file.errorString()))


class Recovery:
    """One file of the application's folder that only this window writes."""

    def __init__(self, folder: Path) -> None:
        """Take the first file that no other window holds."""
        folder.mkdir(parents=True, exist_ok=True)
        for slot in range(1, _SLOTS + 1):
            self._lock = QLockFile(str(folder / f"recovery-{slot}.lock"))
            self._lock.setStaleLockTime(0)  # only a lock whose process is gone is stale
            self._path = folder / f"recovery-{slot}.json"
            if self._lock.tryLock(0):
                break
        self._last: Kept | None = None

    def restore(self) -> Kept | None:
        """Return what was kept, or None where there is nothing or it makes no sense."""
        file = QFile(str(self._path))
        if file.size() > _MOST_KEPT or not file.open(QIODevice.OpenModeFlag.ReadOnly):
            return None
        try:
            kept = msgspec.json.decode(bytes(file.readAll().data()), type=Kept)
        except msgspec.MsgspecError:
            return None
        finally:
            file.close()
        return kept if kept.format == _FORMAT and kept.version == _VERSION else None

    def keep(self, kept: Kept) -> None:
        """Keep this, if it is not what is kept already. A full disk must not stop a person from typing."""
        if kept == self._last:
            return
        file = QSaveFile(str(self._path))
        if file.open(QIODevice.OpenModeFlag.WriteOnly):
            file.write(json.dumps(kept).encode())
            if file.commit():
                self._last = kept

    def close(self) -> None:
        """Let other windows have the file."""
        self._lock.unlock()
