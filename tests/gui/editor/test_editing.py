"""What the editor's keys do to text, held against Python itself where Python has a say."""

import io
import keyword
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.source.lexing import CODE, spans
from gradviz.ui.editor.text import editing
from gradviz.ui.style.plain import one_line, plain, tooltip, utf16

LINES = st.lists(st.text(st.sampled_from("ab #:\t"), max_size=8), max_size=6)


@pytest.mark.parametrize(
    ("before", "indent"),
    [
        ("x = 1", ""),
        ("    x = 1", "    "),
        ("if x:", "    "),
        ("    with torch.no_grad():  # why", "        "),
        ("    return x", ""),
        ("        break", "    "),
        ("x = 'if:'", ""),
        ("d = {'a':", "    "),
        ("# note:", ""),
        ("    returned = 1", "    "),
    ],
)
def test_enter_goes_where_python_goes(before: str, indent: str) -> None:
    assert editing.next_indent(before) == indent


@pytest.mark.parametrize(
    ("before", "taken"), [("", 1), ("    ", 4), ("      ", 2), ("        ", 4), ("  x ", 1), ("   ", 3)]
)
def test_backspace_takes_a_step(before: str, taken: int) -> None:
    assert editing.back_to_stop(before) == taken


@given(st.integers(0, 50))
def test_tab_ends_on_a_stop(column: int) -> None:
    spaces = editing.to_stop(column)
    assert 1 <= len(spaces) <= 4
    assert (column + len(spaces)) % 4 == 0


@given(LINES)
def test_out_undoes_in(lines: list[str]) -> None:
    written = [line for line in lines if line.strip()]
    assert editing.dedented(editing.indented(written)) == written


@given(LINES)
def test_commenting_twice_is_nothing(lines: list[str]) -> None:
    code = [line for line in lines if not line.lstrip().startswith("#")]
    assert editing.commented(editing.commented(code)) == code


def test_comments_stand_at_the_least_indent() -> None:
    assert editing.commented(["  if x:", "", "    y"]) == ["  # if x:", "", "  #   y"]
    assert editing.dedented(["\tx", "  y", "     z"]) == ["x", "y", " z"]


PROGRAM = '''\
import torch  # the library
@torch.no_grad()
def step(x: int = 0x1F, *, y=1.5e-3j) -> str:
    """A text
    over lines, with # no comment
    """
    z = 'it\\'s' + f"{x}" + rb'raw'
    return None if x.print else print(.5, 1_000)
class Model: pass
t = \'\'\'one line\'\'\' + "x"
'''


def coloured(source: str, kind: str) -> set[tuple[int, int, str]]:
    found, state = set(), CODE
    for number, line in enumerate(source.splitlines(), 1):
        marks, state = spans(line, state)
        found |= {(number, mark.start, line[mark.start : mark.end]) for mark in marks if mark.kind == kind}
    return found


def test_colours_agree_with_the_tokenizer() -> None:
    tokens = list(tokenize.generate_tokens(io.StringIO(PROGRAM).readline))
    names = {(t.start[0], t.start[1], t.string) for t in tokens if keyword.iskeyword(t.string)}
    numbers = {(t.start[0], t.start[1], t.string) for t in tokens if t.type == tokenize.NUMBER}
    comments = {(t.start[0], t.start[1], t.string) for t in tokens if t.type == tokenize.COMMENT}
    strings = {
        (t.start[0], t.start[1], t.string)
        for t in tokens
        if t.type == tokenize.STRING and "\n" not in t.string  # 3.12 tells f-strings apart
    }
    assert coloured(PROGRAM, "keyword") == names
    assert coloured(PROGRAM, "number") == numbers
    assert coloured(PROGRAM, "comment") == comments
    assert strings <= coloured(PROGRAM, "string")
    assert coloured(PROGRAM, "name") == {(3, 4, "step"), (9, 6, "Model")}
    assert coloured(PROGRAM, "decorator") == {(2, 0, "@torch.no_grad")}
    assert coloured(PROGRAM, "builtin") == {(3, 12, "int"), (3, 41, "str"), (8, 32, "print")}


@given(st.text(st.sampled_from("ab1.\"'#\\ \n@f"), max_size=40))
def test_any_text_is_coloured_within_its_line_and_in_order(text: str) -> None:
    state = CODE
    for line in text.split("\n"):
        marks, state = spans(line, state)
        end = 0
        for mark in marks:
            assert end <= mark.start <= mark.end <= max(len(line), 1)
            end = mark.end


def test_hostile_text_becomes_plain() -> None:
    assert plain("a\u202eb\x00c\u2066d\ud800e\r\nf\u2028g") == "abcde\nf\ng"
    assert plain("x" * 10, 5) == "xxxx…"
    assert one_line("first\nsecond") == "first"
    assert one_line("") == ""
    assert tooltip("<img src=x>\u202e&") == "<p style='white-space:pre-wrap'>&lt;img src=x&gt;&amp;</p>"
    assert tooltip("") == ""


@given(st.text(max_size=20), st.integers(0, 20))
def test_positions_are_in_qts_units(text: str, index: int) -> None:
    clean = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    index = min(index, len(clean))
    assert utf16(clean, index) == len(clean[:index].encode("utf-16-le")) // 2
