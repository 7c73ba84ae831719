"""Text from a program made safe to show: never markup, no control or direction-changing characters."""

import html
import re

from gradviz.drawing.plain import plain as safe

# Letters, as of a path or a name, that are too many to stay on one line. Japanese ends lines nearly anywhere as it is,
# and PyTorch's names within it would be cut.
_WORD = re.compile(r"[^\s\u3000-\u9fff\uff00-\uffef]{32,}")


def plain(text: str, limit: int = 4096) -> str:
    """Return `text` without characters that could mislead or break the display, cut to `limit` characters."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return safe(cut.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))


def one_line(text: str, limit: int = 400) -> str:
    """Return the first line of `text`, safe to show."""
    return next(iter(plain(text, limit).splitlines()), "")


def brief(text: str, letters: int, lines: int) -> str:
    """Return as much of `text`, safe to show, as so many letters and lines hold."""
    whole = plain(text, letters).splitlines()
    return "\n".join(whole[:lines]) + (" …" if len(whole) > lines else "")


def breakable(text: str) -> str:
    """Return `text` with places in its long words at which a line may end, which take no room where none does."""
    return _WORD.sub(lambda word: re.sub(r"(.{8})(?=.)", "\\1\u200b", word[0]), text)


def tooltip(text: str) -> str:
    """Return a Qt tool tip that shows `text` as it is: Qt guesses at markup, so it is given markup that escapes it."""
    return f"<p style='white-space:pre-wrap'>{html.escape(breakable(plain(text)))}</p>" if text else ""


def python_index(text: str, units: int) -> int:
    """Return the Python index into `text` of a position in Qt's UTF-16 units."""
    if text.isascii():
        return units
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "surrogatepass"))


def utf16(text: str, index: int) -> int:
    """Return the position in Qt's UTF-16 units of a Python index into `text`."""
    return index + sum(1 for character in text[:index] if character > "\uffff")
