"""The parts of a line of Python by kind: what is code, and what a string or a comment. Tells without parsing.

So it does for text that is half typed, a line at a time: all that is known of the lines above is what they left open.
"""

import builtins
import keyword
import re
from typing import Literal, NamedTuple

Kind = Literal["keyword", "builtin", "name", "string", "number", "comment", "decorator"]
LONGEST = 2000  # characters of a line that are looked at

# What a line begins inside of.
CODE, DOUBLE, SINGLE, DOUBLE_ON, SINGLE_ON = range(5)  # the last two: strings that a backslash leads to another line
_ENDS = {DOUBLE: '"""', SINGLE: "'''", DOUBLE_ON: '"', SINGLE_ON: "'"}
_TOKEN = re.compile(
    r"""
    (?P<comment>\#.*)
  | (?P<opening>(?:\b[rRbBuUfFtT]{1,2})?(?P<quote>\"{3} | '{3} | " | '))
  | (?P<number>(?:\b|(?<![\w.])\.(?=\d))
       (?:0[xX][\da-fA-F_]+ | 0[bB][01_]+ | 0[oO][0-7_]+ | \d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d[\d_]*)?)[jJ]?)
  | (?P<decorator>^\s*@[\w.]+)
  | (?P<word>[^\W\d]\w*)
    """,
    re.VERBOSE,
)
_STATES = {quote: state for state, quote in _ENDS.items()}
# What of a string is on its line: up to its end, or to the backslash before the end of the line, or all.
_STRING = {
    state: re.compile(rf"(?:\\.|(?!{quote})[^\\])*(?:(?P<end>{quote})|(?P<on>\\$))?") for state, quote in _ENDS.items()
}
_BUILTINS = frozenset(dir(builtins)) - set(keyword.kwlist)
_KEYWORDS = frozenset(keyword.kwlist)


class Span(NamedTuple):
    """A stretch of a line of one kind, in characters."""

    start: int
    end: int
    kind: Kind


def spans(line: str, state: int = CODE) -> tuple[list[Span], int]:
    """Return the stretches of a line that begins inside `state`, and what the next line begins inside of."""
    found: list[Span] = []
    at = 0
    if state != CODE:
        at, state = _string_end(line, 0, state)
        found.append(Span(0, at, "string"))
        if state != CODE:
            return found, state
    defined = False
    while match := _TOKEN.search(line, at):
        start, at = match.span()
        if match["opening"]:
            at, state = _string_end(line, at, _STATES[match["quote"]])
            found.append(Span(start, at, "string"))
            if state != CODE:
                return found, state
            continue
        kind = _word(match.group(), line[start - 1 : start] == ".", defined) if match["word"] else match.lastgroup
        defined = match.group() in ("def", "class")
        if kind is not None:
            found.append(Span(start, at, kind))  # type: ignore[arg-type]  # the names of the groups are the kinds
    return found, CODE


def _string_end(line: str, at: int, state: int) -> tuple[int, int]:
    """Return where on its line the string that goes on at a place ends, and what the next line begins inside of."""
    match = _STRING[state].match(line, at)
    assert match is not None  # it matches nothing, too
    if match["end"]:
        return match.end(), CODE
    return len(line), state if state in (DOUBLE, SINGLE) or match["on"] else CODE


def _word(word: str, attribute: bool, defined: bool) -> Kind | None:
    if defined:
        return "name"
    if attribute:
        return None
    if word in _KEYWORDS:
        return "keyword"
    return "builtin" if word in _BUILTINS else None
