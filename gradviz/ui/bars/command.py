"""One thing that a person can ask for, as a row of the table of them, and how its text is said."""

import re
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication


class Command(NamedTuple):
    """One thing to ask for. Of the commands of one `group` exactly one holds."""

    id: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    icon: str = ""
    icon_on: str = ""  # while it is checked; "": the same
    checkable: bool = False
    group: str = ""


LINE = ""  # the id of a line between two groups of a menu


def said(text: str) -> str:
    """Return a text of the table in the interface's language."""
    return QCoreApplication.translate("Actions", text)


def unmarked(text: str) -> str:
    """Return a text without the mark of its letter, which stands in brackets where the script has no such letter."""
    return re.sub(r"\(&\w\)|&", "", text)
