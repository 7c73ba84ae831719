"""Which modules a text imports: all that Python's own parser finds, and where that finds nothing, no long search."""

import ast
import time
from pathlib import Path

import pytest

import gradviz
from gradviz.model.source.imports import imported


def parsed(source: str, package: str = "") -> set[str]:
    """What a text imports, by its syntax tree."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            around = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*around, *filter(None, [node.module])])
            found.update({base, *(f"{base}.{alias.name}" for alias in node.names if alias.name != "*")})
    return found


@pytest.mark.parametrize(
    ("source", "package", "names"),
    [
        ("import a", "", ["a"]),
        ("import a.b as c, d\nimport a.b", "", ["a.b", "d"]),
        ("from a import b, c as d", "", ["a", "a.b", "a.c"]),
        ("from a import (  # of it (all)\n    b,\n    c as d,  # last\n)", "", ["a", "a.b", "a.c"]),
        ("from a import b, \\\n    c", "", ["a", "a.b", "a.c"]),
        ("from a import *", "", ["a"]),
        ("def f():\n    import a; import b\n    if f: from c import d", "", ["a", "b", "c", "c.d"]),
        ("from . import b", "p", ["p", "p.b"]),
        ("from .a.b import c", "p.q", ["p.q.a.b", "p.q.a.b.c"]),
        ("from .. import b", "p.q", ["p", "p.b"]),
        ("from ...a import b", "p.q", []),
        ("from . import b", "", []),
        ("x = 1  # import a\nimported = from_here = 2\nyield_from = 'import a'", "", []),
        ("from\nimport", "", []),
        ("from a import_it", "", []),
    ],
)
def test_what_is_imported(source: str, package: str, names: list[str]) -> None:
    assert list(imported(source, package)) == names


def test_all_that_a_parser_finds_in_the_files_of_gradviz_is_found() -> None:
    texts = [path.read_text() for path in Path(gradviz.__file__).parent.rglob("*.py")]
    assert sum(len(parsed(text)) for text in texts) > 1000
    for text in texts:
        assert parsed(text) <= {*imported(text)}


@pytest.mark.parametrize(
    "source",
    [
        "from a import (\n" * 60_000,
        "from a import (x,\nimport y\n" * 30_000,
        "from" + " ." * 500_000 + "import",
        "from a import (" + "x,\n" * 300_000,
        ";" * 1_000_000,
        "from a import " + "\\\n" * 400_000,
    ],
    ids=lambda source: source[:16],
)
def test_no_text_is_looked_through_twice(source: str) -> None:
    began = time.process_time()
    imported(source)
    assert time.process_time() - began < 5  # where each head were looked for to the end of the text: minutes
