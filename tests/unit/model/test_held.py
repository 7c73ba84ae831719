"""Which name holds which tensor: lines that ran, the names that changed, and the text that tells whose they are."""

import pytest

from gradviz.model.held import Name, bindings
from gradviz.model.trace import Step, Trace


def ran(source: str, *steps: tuple[int | None, dict[str, int | None]]) -> dict[Name, int]:
    records = (
        Step(0, "op", 1, op=0),
        *(Step(k, "line", line, names=names) for k, (line, names) in enumerate(steps, 1)),
    )
    return bindings(Trace("", "", "grad", source, steps=records)).held()


def test_names_go_elsewhere_and_away_in_the_order_they_were_first_bound() -> None:
    found = ran("a = 1\nb = 2\na = 3\ndel b", (1, {}), (2, {"a": 0}), (3, {"b": 1}), (4, {"a": 2}), (None, {"b": None}))
    assert found == {Name(None, "a"): 2}
    assert list(ran("", (1, {}), (2, {"b": 0, "a": 1}), (3, {"b": 2}))) == [Name(None, "b"), Name(None, "a")]


CALLED = "def f(a):\n    y = a * 2\n    {}\ny = 1\n{}\n"


@pytest.mark.parametrize(
    ("last", "call", "expected"),
    [
        ("return y", "y = f(y)", {Name(None, "y"): 2, Name("f", "y"): 1}),
        ("return y", "z = f(y)", {Name(None, "y"): 2, Name("f", "y"): 1}),
        ("y = y * 2", "f(y)", {Name(None, "y"): 0, Name("f", "y"): 2}),
        ("y *= 2", "y = f(y)", {}),  # f's or the module's: neither is told
        ("y[0].x = 1", "y.z = f(y)", {}),
        ("for y in a: pass", "f(y)", {Name(None, "y"): 0, Name("f", "y"): 2}),
        ("print(a)", "y = f(y)", {Name(None, "y"): 2, Name("f", "y"): 1}),
    ],
)
def test_a_local_is_told_from_the_name_outside(last: str, call: str, expected: dict[Name, int]) -> None:
    source = CALLED.format(last, call)
    steps: list[tuple[int | None, dict[str, int | None]]] = [(1, {}), (4, {}), (5, {"y": 0}), (2, {}), (3, {"y": 1})]
    assert ran(source, *steps, (None, {"y": 2})) == expected


def test_scopes_follow_the_indentation_of_what_ran() -> None:
    source = '''def f():
    """
def g(): an example
    """
    class C:
        a = 1
    b = 2
    async def h():
        c = 3
    d = 4
e = 5
'''
    opened: list[tuple[int | None, dict[str, int | None]]] = [(1, {}), (11, {}), (5, {}), (8, {})]
    bound: list[tuple[int | None, dict[str, int | None]]] = [
        (6, {}),
        (6, {"a": 0}),
        (7, {}),
        (7, {"b": 1}),
        (9, {}),
        (9, {"c": 2}),
        (11, {}),
        (11, {"e": 3}),
    ]
    found = ran(source, *opened, *bound)
    assert [(name.function, name.text) for name in found] == [("C", "a"), ("f", "b"), ("h", "c"), (None, "e")]


@pytest.mark.parametrize("name", ["(", "a{0}", "\\", "w[0].(*"])
def test_a_name_that_is_none_does_no_harm(name: str) -> None:
    assert ran("def f():\n    x = 1\nf()", (1, {}), (3, {}), (2, {}), (None, {name: 0})) == {Name(None, name): 0}
