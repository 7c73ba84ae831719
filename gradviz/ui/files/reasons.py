"""Why a file was not read or written, in a person's words."""

import errno
import os

from PySide6.QtCore import QCoreApplication

from gradviz.state.session import Flaw, SessionError


def _tr(text: str) -> str:
    return QCoreApplication.translate("Reason", text)


def system(text: str) -> str:
    """Return what the system says, of Python and of Qt alike, in the person's language where that is known."""
    told = {
        errno.ENOENT: _tr("there is no such file or folder"),
        errno.EACCES: _tr("the system does not permit it"),
        errno.EPERM: _tr("the system does not permit it"),
        errno.EISDIR: _tr("it is a folder"),
        errno.ENOSPC: _tr("the disk is full"),
        errno.EROFS: _tr("nothing can be written to this disk"),
    }
    return {os.strerror(number): words for number, words in told.items()}.get(text, text)


def session(error: SessionError) -> str:
    """Return why a file is no session."""
    told: dict[Flaw, str] = {
        "no session": _tr("this is no session of gradviz: {what}"),
        "newer": _tr("it was saved by a newer gradviz"),
        "seed": _tr("torch takes no seed of {what}"),
        "too long": _tr("its program is longer than what gradviz runs"),
    }
    return told[error.flaw].format(what=error.what)


def no_text() -> str:
    """Return that what was read is no text."""
    return _tr("this is not a text file in UTF-8")


def too_long() -> str:
    """Return that a text is longer than what is run."""
    return _tr("this is longer than a program that gradviz runs")
