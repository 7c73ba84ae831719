"""Text to Program: what is found in it, and that no text at all raises."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradviz.model.program import MAX_SOURCE, Program, parse
from gradviz.model.trace import ProgramError


def program(source: str) -> Program:
    parsed = parse(source)
    assert isinstance(parsed, Program)
    return parsed


def problem(source: str) -> ProgramError:
    parsed = parse(source)
    assert isinstance(parsed, ProgramError)
    return parsed


@pytest.mark.parametrize(
    ("source", "stores"),
    [
        ("x = 1", {1: {"x"}}),
        ("x = y = 1", {1: {"x", "y"}}),
        ("x, (y, *z) = f", {1: {"x", "y", "z"}}),
        ("x: int = 1", {1: {"x"}}),
        ("x += 1", {1: {"x"}}),
        ("del x", {1: {"x"}}),
        ("a = 1; b = 2", {1: {"a", "b"}}),
        ("(x := 1)", {1: {"x"}}),
        ("w.grad = None", {1: {"w"}}),
        ("ws[0].data[1] = 2", {1: {"ws"}}),
        ("f().x = 2", {1: {"f"}}),
        ("ws.append(w)", {1: {"ws"}}),
        ("import torch.nn, numpy as np", {1: {"torch", "np"}}),
        ("from torch import pi as p, e", {1: {"p", "e"}}),
        ("x = (\n  1,\n  2,\n)", {line: {"x"} for line in (1, 2, 3, 4)}),
        ("for i, x in y:\n  z = 1\nelse:\n  a = 1", {1: {"i", "x"}, 2: {"z"}, 4: {"a"}}),
        ("for x in y: z = 1", {1: {"x", "z"}}),
        ("while (n := 1):\n  pass", {1: {"n"}}),
        ("if 1:\n  x = 1\nelif (y := 2):\n  pass", {2: {"x"}, 3: {"y"}}),
        ("with a as b, c as (d, e):\n  x = 1", {1: {"b", "d", "e"}, 2: {"x"}}),
        ("async def f():\n  async with a as b:\n    pass", {1: {"f"}, 2: {"b"}}),
        ("def f(a):\n  b = a", {1: {"f"}, 2: {"b"}}),
        ("@d\nclass C:\n  x = 1", {2: {"C"}, 3: {"x"}}),
        ("try:\n  x = 1\nexcept E:\n  y = 2\nfinally:\n  z = 3", {2: {"x"}, 4: {"y"}, 6: {"z"}}),
        ("f = lambda: (x := 1)", {1: {"f"}}),
        ("y = x.a[0] + b", {1: {"y"}}),
        ("pass", {}),
    ],
)
def test_names_that_a_line_can_bind(source: str, stores: dict[int, set[str]]) -> None:
    assert {line: set(names) for line, names in program(source).stores.items()} == stores


def test_names_bound_by_a_pattern() -> None:
    source = (
        "match v:\n  case [a, *b]:\n    c = 1\n  case {'k': d, **e} | d:\n    pass\n  case P(x=f) as g:\n    pass\n"
    )
    assert set(program(source).stores[1]) == {"a", "b", "d", "e", "f", "g"}


def test_a_pattern_that_keeps_nothing_binds_nothing() -> None:
    assert program("match v:\n  case [1, *_]:\n    pass\n  case {'k': 2}:\n    pass\n  case _:\n    pass").stores == {}


def test_with_statements_and_their_ends() -> None:
    source = "with a:\n  with b:\n    x = 1\n  y = 2\nz = 3\nwith (\n  c,\n): pass\n"
    assert program(source).withs == {1: 4, 2: 3, 6: 8}


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_python_counts_them(separator: str) -> None:
    # Only these three end a line: a form feed or a line separator does not.
    lines = ["a = 1 \x0c", "b = '\u2028\x0b\x1c\x85'", "c = 3"]
    parsed = program(separator.join(lines))
    assert parsed.lines == tuple(lines)
    assert dict(parsed.stores.items()) == {1: ("a",), 2: ("b",), 3: ("c",)}


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("x = 1\ny = = 2\n", (2, 5, 2, 6)),
        ("x = (1,\ny = 2\n", (1, 5, 1, 0)),
        ("s = 'あ' + ）", (1, 11, 1, 11)),
        ("if 1:\nx = 1\n", (2, 1, 2, 2)),
        ("x = 'a", (1, 5, 1, 5)),
    ],
)
def test_a_syntax_error_has_its_place(source: str, place: tuple[int, int, int, int]) -> None:
    error = problem(source)
    assert (error.line, error.column, error.end_line, error.end_column) == place
    assert error.message


def test_the_kind_of_a_syntax_error_is_kept() -> None:
    assert problem("  x").type == "IndentationError"
    assert problem("if 1:\n\tx\n        y\n").type == "TabError"
    assert problem("x =").type == "SyntaxError"
    assert min(problem("  x").column, problem("  x").end_column) >= 0


def test_a_text_too_long_is_refused_unread() -> None:
    assert problem("(" * (MAX_SOURCE + 1)).type == "ValueError"
    assert isinstance(parse("#" * MAX_SOURCE), Program)


@pytest.mark.parametrize("source", ["-" * 50_000 + "1", "x = \ud800", "x = '\x00'", "(" * 300, "a" + "[0]" * 20_000])
def test_what_python_cannot_read_is_a_problem_too(source: str) -> None:
    error = parse(source)
    assert isinstance(error, Program) or error.message


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@example("\x00")
@example("\ud800")
@example("\ufeffx = 1")
@example("\x0c")
@example("\\")
@example("f'{'")
@example("# coding: nonsense\nx")
def test_no_text_raises(source: str) -> None:
    parse(source)


FRAGMENTS = [
    "x",
    "=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    "\n",
    "  ",
    "\t",
    "with ",
    "def ",
    "match ",
    "lambda",
    "'",
    "f'",
]


@given(
    st.lists(st.sampled_from([*FRAGMENTS, "1", ",", "*", "as ", "case ", "import ", "del ", ".", "@", "　"])).map(
        "".join
    )
)
def test_nothing_that_looks_like_a_program_raises(source: str) -> None:
    parsed = parse(source)
    if isinstance(parsed, Program):
        assert all(1 <= line <= len(parsed.lines) for line in (*parsed.stores, *parsed.withs.values()))


def test_a_null_character_is_found_where_it_is() -> None:
    found = problem("x = 1\r\ny = 'é\0'\n")
    assert (found.type, found.line, found.column) == ("SyntaxError", 2, 7)
