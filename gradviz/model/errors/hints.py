"""An explanation as a row of a table, and how the row that explains a message is found.

The first row whose type and pattern match explains it. Pure text in, text out.
"""

import re
from typing import NamedTuple

LONGEST = 10_000  # characters of a message that are looked at: a program can raise megabytes


class Hint(NamedTuple):
    """One explanation. Named groups of `pattern`, and `suggestion`, fill in the texts."""

    id: str
    types: str  # of the exception, as a pattern
    pattern: str
    en: str
    ja: str


def match(
    rows: tuple[Hint, ...], kind: str, message: str, suggestion: str | None = None
) -> tuple[Hint, dict[str, str]] | None:
    """The row that explains a message, and what the groups of its pattern found.

    Args:
        rows: a table, the more telling rows first.
        kind: the type of the exception, or category of the warning.
        message: what it says.
        suggestion: a name that exists, for rows that speak of one.
    """
    for row in rows:
        if not re.fullmatch(row.types, kind) or ("{suggestion}" in row.en and suggestion is None):
            continue
        found = re.search(row.pattern, message[:LONGEST], re.DOTALL)
        if found is not None:
            return row, {name: text or "" for name, text in found.groupdict().items()}
    return None
