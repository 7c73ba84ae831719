"""Number literals: which text is one, and what becomes of it when it is slid."""

import ast
import io
import re
import tokenize
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gradviz.model.source.lexing import CODE, DOUBLE, spans
from gradviz.model.source.numbers import Line, numbers, stepped, value_of


def found(text: str, *above: str, state: int = CODE) -> list[str]:
    """The numbers of a line that stands under others, the nearest first."""
    return [one.text for one in numbers(Line(text, state), [Line(one) for one in above])]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("x = torch.tensor(2.0, requires_grad=True)", ["2.0"]),
        ("lr=0.1", ["0.1"]),
        ("t = [1., -2.5, .5, 1e-3, 1_000, 0x1F, 2j]", ["1.", "-2.5", ".5", "1e-3", "1_000", "0x1F", "2j"]),
        ("conv1 = x1 + a.T2", []),
        ("s = '2.0' + f\"{3.0}\" # 4.0", []),
        ("y = x - 2", ["2"]),
        ("y = x-2", ["2"]),
        ("y = (x)-2 + z[0]-3", ["2", "0", "3"]),
        ("y = '' - 2", ["2"]),
        ("y = -2 * - 3 ** -4", ["-2", "- 3", "-4"]),
        ("return -2", ["-2"]),
        ("y = None -2", ["2"]),
        ("y = x if z else -1", ["-1"]),
        ("y = 012 + 1_ + 1__0 + 0_0 + 00 + 07.5", ["0_0", "00", "07.5"]),
        ("y = 0b12 + 1abc + 0xFg", []),
        ("y = " + "1" * 41 + " + " + "1" * 40, ["1" * 40]),
        ("y = １", []),
        ("x = torch.tensor([2.0, 3.0", ["2.0", "3.0"]),
    ],
)
def test_what_is_a_number(line: str, wanted: list[str]) -> None:
    assert found(line) == wanted
    for one in numbers(Line(line)):
        assert line[one.start : one.end] == one.text


def test_a_minus_sign_at_the_start_of_a_line_goes_with_what_is_above() -> None:
    assert found("    -2", "y = [  # some (") == ["-2"]
    assert found("    -2", "", "  # why", "y = (x  # +") == ["2"]
    assert found("-2", "y = \\") == ["-2"]
    assert found("-2", "y = x \\") == ["2"]
    assert found("-2") == ["2"]


def test_what_is_in_a_text_over_lines_is_no_number() -> None:
    assert found("2.0 and 3.0", state=DOUBLE) == []
    assert found('2.0""" + 3.0', state=DOUBLE) == ["3.0"]
    text = "x = 'one \\\n2.0 \\\n3.0' + 4.0\ny = 5.0 + 'open\nz = 6.0"
    state, seen = CODE, list[str]()
    for line in text.split("\n"):
        seen += found(line, state=state)
        state = spans(line, state)[1]
    assert seen == ["4.0", "5.0", "6.0"]


@pytest.mark.parametrize(
    ("text", "count", "after"),
    [
        ("2.0", 1, "2.1"),
        ("2.0", -1, "1.9"),
        ("2.0", -25, "-0.5"),
        ("-0.5", 1, "-0.49"),
        ("- 0.5", 60, "0.10"),
        ("-0.5", -1, "-0.51"),
        ("0.001", 1, "0.0011"),
        ("0.1", 1, "0.11"),
        ("0.999", 1, "1.000"),
        ("3.14159", 1, "3.15159"),
        ("64", 1, "65"),
        ("64", -65, "-1"),
        ("0", 10, "10"),
        ("0.0", 1, "0.1"),
        ("0.", -1, "-0.1"),
        ("1.", 1, "1.1"),
        (".5", 1, ".51"),
        (".5", 70, "1.20"),
        (".5", -51, "-.01"),
        ("500.", 1, "501."),
        ("1000.0", 1, "1010.0"),
        ("1e-3", 1, "1.1e-3"),
        ("1E5", -1, "0.9E5"),
        ("2.5e-3", 1, "2.6e-3"),
        ("100e2", 1, "101e2"),
        ("1_000", 1, "1_001"),
        ("999_999", 1, "1_000_000"),
        ("1_000", -1, "999"),
        ("1_0.000_1", 1, "1_0.100_1"),
        ("0x1F", 1, "0x20"),
        ("0x0f", 1, "0x10"),
        ("0XFF_FF", -1, "0XFF_FE"),
        ("0b11", 1, "0b100"),
        ("0o17", -16, "-0o01"),
        ("2j", 1, "3j"),
        ("2.5j", 1, "2.6j"),
        ("-0.0", 0, "-0.0"),
    ],
)
def test_a_step_keeps_how_it_is_written(text: str, count: int, after: str) -> None:
    assert stepped(text, count) == after
    assert stepped(text, 0) == text


DIGITS = st.from_regex(r"[0-9](_?[0-9]){0,7}", fullmatch=True)
INTS = st.one_of(
    st.from_regex(r"[1-9](_?[0-9]){0,7}", fullmatch=True),
    st.from_regex(r"0[xX](_?[0-9a-f]){1,6}", fullmatch=True),
    st.from_regex(r"0[bB](_?[01]){1,6}", fullmatch=True),
    st.from_regex(r"0[oO](_?[0-7]){1,6}", fullmatch=True),
    st.just("0"),
)
FLOATS = st.builds(
    lambda sides, exponent: sides + exponent,
    st.one_of(
        st.builds("{}.{}".format, DIGITS, DIGITS), st.builds("{}.".format, DIGITS), st.builds(".{}".format, DIGITS)
    ),
    st.one_of(st.just(""), st.from_regex(r"[eE][+-]?[0-9]{1,2}", fullmatch=True)),
)
LITERALS = st.one_of(INTS, FLOATS, st.builds("{}j".format, FLOATS), st.builds("{}e-3".format, DIGITS))
SIGNED = st.builds(lambda minus, text: minus + text, st.sampled_from(["", "-", "- "]), LITERALS)


def exact(text: str) -> Fraction:
    """The number that Python reads, without the rounding of its floats."""
    bare = text.replace("_", "").removeprefix("-").strip().rstrip("jJ" if "x" not in text.lower() else "")
    size = Fraction(int(bare, 0)) if bare[:2].lower() in ("0x", "0b", "0o") else Fraction(bare)
    return -size if text.startswith("-") else size


@given(SIGNED, st.integers(-300, 300))
def test_steps_are_equal_and_go_up_and_back(text: str, count: int) -> None:
    after, step = stepped(text, count), exact(stepped(text, 1)) - exact(text)
    assert step > 0
    assert exact(after) == exact(text) + count * step
    assert exact(stepped(after, 0)) == exact(after)
    assert type(ast.literal_eval(after)) is type(ast.literal_eval(text))
    assert value_of(after) == pytest.approx(float(exact(after)), rel=1e-12)
    assert isinstance(value_of(after), int) is isinstance(ast.literal_eval(after), int)


def marks(text: str) -> list[str]:
    """The letters by which a number is another thing than its digits are: its base, or its exponent and its j."""
    bare = text.lstrip("- ")
    return re.findall("^0[xXbBoO]", bare) or re.findall("[eEj]", bare)


@example("0x0b", 1)  # a digit, and no base
@given(SIGNED, st.integers(-300, 300))
def test_what_has_been_slid_is_a_number_with_the_same_marks(text: str, count: int) -> None:
    after = stepped(text, count)
    read = numbers(Line(f"f({after})"))
    assume(len(after) <= 40)
    assert [one.text for one in read] == [after]
    assert marks(after) == marks(text)
    assert "." not in after or "." in text or "e" in text.lower()


@given(st.floats(0.001, 1e6), st.integers(1, 4))
def test_a_step_is_no_more_than_a_tenth_and_no_less_than_a_thousandth(number: float, places: int) -> None:
    text = f"{number:.{places}f}"
    assume(float(text) > 0)
    step = exact(stepped(text, 1)) - exact(text)
    assert Fraction(1, 1000) * exact(text) <= step <= Fraction(1, 10) * exact(text) or exact(text) < 10 * step


@given(st.text(st.sampled_from("12.-_e'\"#\\ x(=[,jfor\n"), max_size=40))
def test_any_number_that_is_found_python_finds_too(text: str) -> None:
    try:
        ast.parse(text)
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, ValueError, tokenize.TokenError):
        tokens = []
    state, above = CODE, list[Line]()
    read, own = list[str](), [token.string for token in tokens if token.type == tokenize.NUMBER]
    for line in text.split("\n"):
        for one in numbers(Line(line, state), reversed(above)):
            assert line[one.start : one.end] == one.text
            assert exact(stepped(one.text, 1)) > exact(one.text)
            read.append(one.text.removeprefix("-").strip())
        above.append(Line(line, state))
        state = spans(line, state)[1]
    assert not tokens or read == own or any(token.string.lower().startswith(("f'", 'f"')) for token in tokens)
