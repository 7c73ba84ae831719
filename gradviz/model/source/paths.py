"""Paths of tensors, `hs[0][1]` or `net.0.weight`, as a program can write them: parts of a module may be numbers."""

import ast
import re

_WRITTEN = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*|\[(?:\w+|'[^']*')\])*(?=\.|$)")
_IN_MODULE = re.compile(r"(?P<module>(?:\w+\.)*\d+)\.(?P<held>\D.*)")  # what it holds beside parameters
_ENTRY = re.compile(r"(?:\.[^\W\d]\w*|\[(?:-?\w+|'[^']*'|\"[^\"]*\")\])$")


def parted(path: str) -> tuple[str, str]:
    """Return how much of a path a program can write, and the rest, which is a path in a module."""
    found = _WRITTEN.match(path)
    return (path, "") if found is None else (found[0], path[found.end() + 1 :])


def written(path: str, *, is_parameter: bool) -> str | None:
    """Return the expression of what has a path; None: there is none."""
    root, rest = parted(path)
    if not rest:
        return path if _is_expression(path) else None
    if is_parameter:
        return f'{root}.get_parameter("{rest}")'
    found = _IN_MODULE.fullmatch(rest)
    place = None if found is None else f'{root}.get_submodule("{found["module"]}").{found["held"]}'
    return place if place is not None and _is_expression(place) else None


def holder(path: str) -> str:
    """Return the path of what holds what has a path; nothing holds a variable."""
    found = _ENTRY.search(path)
    return "" if found is None else path[: found.start()]


def _is_expression(text: str) -> bool:
    if text.isidentifier():
        return True
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True
