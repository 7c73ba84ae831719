"""Which modules a text imports, as it is written: at its top, in its functions, relative to its package.

Nothing is parsed, as the window asks too, and a text may be made to break a parser. A sentence in a docstring that
reads like an import is taken for one: then a name is looked for that nobody imports.
"""

import re
from collections.abc import Iterator

# To the end of its line, or of its bracket, which holds nothing but names; no bracket is looked through twice.
_STATEMENT = re.compile(
    r"""(?:^|[;:])[ \t]*+(?P<head>import|from)\b
    (?P<rest>(?:\\\r?\n|\((?:[\w\s.,*\\]|\#[^\n]*+)*+\)|[^\n;(\#\\])*+)""",
    re.MULTILINE | re.VERBOSE,
)
_COMMENT = re.compile(r"#[^\n]*")
_FROM = re.compile(r"(?P<dots>[.\s]*+)(?:(?!import\b)(?P<module>[\w.]++)\s*+)?import\b(?P<names>.*)", re.DOTALL)
_NAME = re.compile(r"[^\W\d][\w.]*")


def imported(source: str, package: str = "") -> tuple[str, ...]:
    """Return the dotted names that a text may import, each once; of `from a import b` also a.b, which may be a module.

    Args:
        source: the text of a module.
        package: that the module is in, or is; "": it is in none.
    """
    return tuple(dict.fromkeys(name for found in _STATEMENT.finditer(source) for name in _names(found, package)))


def _names(found: re.Match[str], package: str) -> Iterator[str]:
    rest = _COMMENT.sub("", found["rest"]).replace("\\", " ")
    if found["head"] == "import":
        yield from _listed(rest)
        return
    match = _FROM.match(rest)
    base = None if match is None else _base("".join(match["dots"].split()), match["module"] or "", package)
    if match is not None and base is not None:
        yield base
        for name in _listed(match["names"].strip().strip("()")):
            yield f"{base}.{name}"


def _listed(text: str) -> Iterator[str]:
    """The first name of each part between commas; what stands behind "as" is another name for it."""
    for part in text.split(","):
        name = _NAME.match(part.strip())
        if name is not None:
            yield name.group().rstrip(".")


def _base(dots: str, module: str, package: str) -> str | None:
    """What is imported from; None: there is no such thing, as above the first package."""
    if not dots:
        return module.rstrip(".") or None
    around = package.split(".") if package else []
    if len(dots) > len(around):
        return None
    return ".".join([*around[: len(around) - len(dots) + 1], *filter(None, module.split("."))])
