"""Two lines that change places."""

import pytest

from gradviz.model.program import Program, parse
from gradviz.model.source.place import Text
from gradviz.model.why.fixes.swapped import swapped


def text(source: str) -> Text:
    """The text of a program that Python can read."""
    program = parse(source)
    assert isinstance(program, Program)
    return Text(program)


def test_a_statement_and_the_next_change_places() -> None:
    source = "a = 1\nb = 2\nc = 3\n"
    fix = swapped(text(source), 1, 2)
    assert fix is not None
    assert fix.edit.applied(source) == "b = 2\na = 1\nc = 3\n"


@pytest.mark.parametrize(
    ("source", "second"),
    [("a = 1\nb = 2  # kept\n", 2), ("a = 1\nb = [\n]\n", 2), ("a = 1\nb = 2\nc = 3\n", 3), ("a = 1\n", 2)],
)
def test_lines_stay_where_they_do_not_stand_alone(source: str, second: int) -> None:
    assert swapped(text(source), 1, second) is None
