"""Colours for Python, a line at a time. Reads text only: the program is never parsed here, let alone run."""

import builtins
import keyword
import re
from typing import Literal, NamedTuple

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from gradviz.ui.style.plain import utf16
from gradviz.ui.style.theme import Colours, colour

Kind = Literal["keyword", "builtin", "name", "string", "number", "comment", "decorator"]
LONGEST = 2000  # characters of a line that are coloured

# What a line begins inside of.
CODE, DOUBLE, SINGLE = 0, 1, 2
_ENDS = {DOUBLE: '"""', SINGLE: "'''"}
_TOKEN = re.compile(
    r"""
    (?P<comment>\#.*)
  | (?P<triple>\b[rRbBuUfF]{0,2}\"{3} | \b[rRbBuUfF]{0,2}'{3} | \"{3} | '{3})
  | (?P<string>(?:\b[rRbBuUfF]{1,2})?(?:"(?:\\.|[^"\\])*"? | '(?:\\.|[^'\\])*'?))
  | (?P<number>(?:\b|(?<![\w.])\.(?=\d))
       (?:0[xX][\da-fA-F_]+ | 0[bB][01_]+ | 0[oO][0-7_]+ | \d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d[\d_]*)?)[jJ]?)
  | (?P<decorator>^\s*@[\w.]+)
  | (?P<word>[^\W\d]\w*)
    """,
    re.VERBOSE,
)
_BUILTINS = frozenset(dir(builtins)) - set(keyword.kwlist)
_KEYWORDS = frozenset(keyword.kwlist)


class Span(NamedTuple):
    """A coloured stretch of a line, in characters."""

    start: int
    end: int
    kind: Kind


def spans(line: str, state: int = CODE) -> tuple[list[Span], int]:
    """Return the coloured stretches of a line that begins inside `state`, and what the next line begins inside of."""
    found: list[Span] = []
    at = 0
    if state != CODE:
        at = _string_end(line, 0, state)
        found.append(Span(0, abs(at), "string"))
        if at < 0:
            return found, state
    defined = False
    while match := _TOKEN.search(line, at):
        start, at = match.span()
        if match.lastgroup == "triple":
            state = DOUBLE if match.group().endswith('"') else SINGLE
            end = _string_end(line, at, state)
            found.append(Span(start, abs(end), "string"))
            if end < 0:
                return found, state
            at = end
            continue
        kind = _word(match.group(), line[start - 1 : start] == ".", defined) if match["word"] else match.lastgroup
        defined = match.group() in ("def", "class")
        if kind is not None:
            found.append(Span(start, at, kind))  # type: ignore[arg-type]  # the names of the groups are the kinds
    return found, CODE


def _string_end(line: str, at: int, state: int) -> int:
    """Return where the triple-quoted string ends, or minus the line's length (at least 1) where it goes on."""
    end = line.find(_ENDS[state], at)
    return end + 3 if end >= 0 else -max(len(line), 1)


def _word(word: str, attribute: bool, defined: bool) -> Kind | None:
    if defined:
        return "name"
    if attribute:
        return None
    if word in _KEYWORDS:
        return "keyword"
    return "builtin" if word in _BUILTINS else None


class Highlighter(QSyntaxHighlighter):
    """Colours a document as it changes."""

    def __init__(self, document: QTextDocument, colours: Colours) -> None:
        self._formats = _formats(colours)
        super().__init__(document)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._formats = _formats(colours)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        found, state = spans(text[:LONGEST], max(self.previousBlockState(), CODE))
        self.setCurrentBlockState(state)
        for span in found:
            start = utf16(text, span.start)
            self.setFormat(start, utf16(text, span.end) - start, self._formats[span.kind])


def _formats(colours: Colours) -> dict[Kind, QTextCharFormat]:
    pens: dict[Kind, str] = {
        "keyword": colours.keyword,
        "builtin": colours.builtin,
        "name": colours.name,
        "string": colours.string,
        "number": colours.number,
        "comment": colours.comment,
        "decorator": colours.builtin,
    }
    formats = {}
    for kind, pen in pens.items():
        formats[kind] = QTextCharFormat()
        formats[kind].setForeground(colour(pen))
    formats["name"].setFontWeight(QFont.Weight.DemiBold)
    return formats
