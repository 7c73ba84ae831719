"""A program's text as statements and tokens, however broken it is while it is typed.

Nothing is parsed: a text that has just been opened may be made to break a parser, and half a line is no syntax tree.
What is not understood is passed over. The highlighter has `source.lexing`, which goes a line at a time and needs only
what a line above left open; a test holds the strings and comments of both to each other.
"""

import keyword
import re
from functools import lru_cache
from typing import NamedTuple

KEYWORDS = frozenset(keyword.kwlist)
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
_ESCAPED = r"\\(?:.|\Z)"  # behind a backslash that was just typed there is nothing yet
_STRING = rf"""[rRbBuUfFtT]{{0,2}}(?:
    \"{{3}}(?:{_ESCAPED}|[^\\])*?(?:\"{{3}}|\Z) | '{{3}}(?:{_ESCAPED}|[^\\])*?(?:'{{3}}|\Z)
  | "(?:{_ESCAPED}|[^"\\\n])*(?:"|(?=\n)|\Z) | '(?:{_ESCAPED}|[^'\\\n])*(?:'|(?=\n)|\Z))"""
_CUT = re.compile(rf"\#[^\n]* | {_STRING} | [()\[\]{{}}] | \\\n | \n", re.VERBOSE | re.DOTALL)
_TOKEN = re.compile(
    rf"""
    (?P<comment>\#[^\n]*)
  | (?P<string>{_STRING})
  | (?P<number>(?:\d|\.\d)(?:[eE][+-]?\d|[\w.])*)
  | (?P<name>[^\W\d]\w*)
  | (?P<operator>\.\.\. | [-+*/%@&|^<>=!:]=(?!=) | == | \*\* | // | -> | [^\s\w\\])
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSED = re.compile(r"""[rRbBuUfFtT]{0,2}(\"{3}|'{3}|"|').*\1""", re.DOTALL)
_HEAD = re.compile(r"[ \t]*(?:[^\W\d]|@)")
_CODE = re.compile(r"[^ \t]|\Z")
_TAB = 8


class Token(NamedTuple):
    """A word of Python."""

    kind: str  # "comment", "string", "number", "name", "operator"
    text: str
    start: int  # in the statement

    @property
    def end(self) -> int:
        """Where it ends in the statement."""
        return self.start + len(self.text)

    @property
    def named(self) -> bool:
        """Whether it is a name, and not a keyword."""
        return self.kind == "name" and self.text not in KEYWORDS

    @property
    def open(self) -> bool:
        """Whether it is a string that has not ended."""
        return self.kind == "string" and _CLOSED.fullmatch(self.text) is None


class Statement(NamedTuple):
    """A statement, or the line of one that has others in it, from its indent on."""

    start: int  # in the program
    text: str

    @property
    def end(self) -> int:
        """Where it ends in the program."""
        return self.start + len(self.text)

    @property
    def indent(self) -> int:
        """The column at which its code begins."""
        return column(self.text)


def column(source: str, at: int = 0) -> int:
    """Return the column at which the code of the line begins that begins at a position."""
    return len(source[at : _CODE.search(source, at).start()].expandtabs(_TAB))  # type: ignore[union-attr]  # the end is one


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of a statement."""
    return tuple(Token(str(one.lastgroup), one.group(), one.start()) for one in _TOKEN.finditer(text))


@lru_cache(maxsize=2)
def statements(source: str) -> tuple[Statement, ...]:
    """Return the statements of a program, empty lines among them. They follow each other with a line's end between.

    A bracket that is not closed ends where the next line begins with a word and is not further in.
    """
    found: list[Statement] = []
    start = depth = 0
    for match in _CUT.finditer(source):
        text = match.group()
        if text in OPENING:
            depth += 1
        elif text in CLOSING:
            depth = max(0, depth - 1)
        elif text == "\n" and (not depth or _begins_anew(source, start, match.end())):
            found.append(Statement(start, source[start : match.start()]))
            start, depth = match.end(), 0
    return (*found, Statement(start, source[start:]))


def _begins_anew(source: str, start: int, at: int) -> bool:
    return _HEAD.match(source, at) is not None and column(source, at) <= column(source, start)


def split(found: tuple[Token, ...], mark: str, depth: int = 0) -> list[tuple[Token, ...]]:
    """Return what stands between the marks that are in no bracket.

    Args:
        found: the tokens.
        mark: such as a comma.
        depth: the brackets that they begin in.
    """
    parts: list[list[Token]] = [[]]
    for token in found:
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if token.text == mark and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts]


def opening(found: tuple[Token, ...], at: int) -> int | None:
    """Return where the bracket was opened that is closed at a token; None: nowhere."""
    depth = 0
    for index in range(at, -1, -1):
        depth += (found[index].text in CLOSING) - (found[index].text in OPENING)
        if depth == 0:
            return index
    return None


def ending(found: tuple[Token, ...], at: int) -> int:
    """Return where the bracket is closed that is opened at a token; the end of all where it is not."""
    depth = 0
    for index in range(at, len(found)):
        depth += (found[index].text in OPENING) - (found[index].text in CLOSING)
        if depth == 0:
            return index
    return len(found)
