import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.metrics import FACES, baseline, elided, elided_middle, line_height, text_width, wrapped
from gradviz.drawing.shapes import TextRole

roles = st.sampled_from(TextRole)
lines = st.text(max_size=80)


@given(lines, lines, roles)
def test_widths_add_up(one: str, other: str, role: TextRole) -> None:
    assert text_width(one + other, role) == pytest.approx(text_width(one, role) + text_width(other, role))


@given(lines, roles, st.floats(40, 400))
def test_an_elided_text_fits(text: str, role: TextRole, width: float) -> None:
    for cut in (elided, elided_middle):
        assert text_width(cut(text, role, width), role) <= width + 1e-6


def test_what_fits_is_left_alone_and_what_does_not_keeps_its_ends() -> None:
    assert elided("loss", TextRole.TITLE, 100) == elided_middle("loss", TextRole.TITLE, 100) == "loss"
    long = "first " + "and so on " * 20 + "last"
    assert elided(long, TextRole.BODY, 100).startswith("first")
    assert elided(long, TextRole.BODY, 100).endswith("…")
    both = elided_middle(long, TextRole.BODY, 140)
    assert both.startswith("first")
    assert both.endswith("last")


def test_widths_follow_the_letters() -> None:
    size = FACES[TextRole.BODY].size
    assert text_width("重み", TextRole.BODY) == 2 * size
    assert text_width("i", TextRole.BODY) < text_width("m", TextRole.BODY)
    assert text_width("e\u0301", TextRole.BODY) == text_width("e", TextRole.BODY)
    assert text_width("∂", TextRole.GRADIENT) > text_width("∂", TextRole.BODY) > 0
    assert text_width("·", TextRole.TITLE) > text_width("·", TextRole.BODY)
    assert text_width("é", TextRole.BODY) < text_width("∑", TextRole.BODY)


@pytest.mark.parametrize("role", TextRole)
def test_a_line_holds_its_text(role: TextRole) -> None:
    assert line_height(role) >= FACES[role].size
    assert 0 < baseline(role) < line_height(role) / 2


@given(st.text("ab  c", max_size=60), st.floats(40, 200), st.integers(1, 5))
def test_a_wrapped_text_fits_and_says_all_there_is_room_for(text: str, width: float, most: int) -> None:
    lines = wrapped(text, TextRole.BODY, width, most)
    assert len(lines) <= most
    assert all(text_width(line, TextRole.BODY) <= width for line in lines)
    if not any(line.endswith("…") for line in lines):
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    else:
        assert len(lines) == most
    assert wrapped("one two\nthree", TextRole.BODY, 60, 3) == ["one two", "three"]
