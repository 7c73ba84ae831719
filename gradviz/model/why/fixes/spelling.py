"""What is written amiss, mended: full-width characters, a line that is not indented, a name that is not there."""

import re
from unicodedata import normalize

from gradviz.model.source.edits import joined
from gradviz.model.source.place import Edit, Placed, Text, lines_of_text
from gradviz.model.trace import ProgramError
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.fixes import Fixes

_FULL = re.compile(
    r"""(\"{3}|'{3}|"|')(?:\\.|(?!\1).)*\1|\#[^\r\n]*  # a text, a comment: left alone
    |(?P<open>[\u201c\u201d])[^\u201c\u201d\r\n]*(?P<close>[\u201c\u201d])  # a text between curly quotes: they alone
    |(?P<full>[\u2018-\u201d\u3000-\u3002\uff01-\uff5e]+)""",
    re.DOTALL | re.VERBOSE,
)
# The name that is not there, in the text of an error.
ABSENT = re.compile(r"(?:module '(?P<module>[\w.]+)' has no )?(?:attribute|name|keyword argument) '(?P<name>\w+)'")
_BLOCK = re.compile(r"on line (?P<line>\d{1,9})$")
_HALF = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u3001": ",", "\u3002": "."}


def spelt(_fixes: Fixes, text: Text, placed: Placed, error: ProgramError) -> Fix | None:
    """The name that exists in place of the one that does not; with what it is found in, where that is elsewhere."""
    written = ABSENT.search(error.message)
    if written is None or not error.suggestion:
        return None
    owner, _, name = error.suggestion.rpartition(".")
    elsewhere = owner if owner and owner != written["module"] else ""
    within = r"(?:\w+\s*\.\s*)*" if elsewhere else ""
    pattern = rf"(?<!\w){within}{re.escape(written['name'])}(?!\w)"
    places = list(re.finditer(pattern, text.cut(placed.statement)))
    if len(places) != 1:
        return None
    start, wanted = text.start(placed.statement), error.suggestion if elsewhere else name
    edit = Edit(start + places[0].start(), start + places[0].end(), wanted)
    return Fix("name", edit, error.suggestion, placed.statement.lineno)


def half_width(source: str) -> Fix | None:
    """Every full-width character of the code, not those of texts and comments."""
    found = [(match, name) for match in _FULL.finditer(source) for name in ("open", "close", "full") if match[name]]
    edits = [Edit(*match.span(name), "".join(map(_half, match[name]))) for match, name in found]
    return Fix("half width", joined(source, edits)) if edits else None


def indented(source: str, error: ProgramError) -> Fix | None:
    """The line that is missing in a block, further in; none that begins a block itself, which may stand behind it."""
    around = _BLOCK.search(error.message)
    lines = lines_of_text(source)
    if around is None or error.line is None or not int(around["line"]) < error.line <= len(lines):
        return None
    line = lines[error.line - 1]
    code = line.split("#")[0].strip()
    if not code or code.endswith(":"):
        return None
    start = sum(map(len, lines[: error.line - 1]))
    opens = lines[int(around["line"]) - 1]
    wanted = opens[: len(opens) - len(opens.lstrip())] + "    "
    edit = Edit(start, start + len(line) - len(line.lstrip()), wanted)
    return Fix("indent", edit, line=error.line)


def _half(character: str) -> str:
    return _HALF.get(character) or normalize("NFKC", character)
