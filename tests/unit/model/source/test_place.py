"""Changes of a text: the smallest that makes one of another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.source.place import Edit, between

TEXTS = st.text("ab\n", max_size=9)


@given(TEXTS, TEXTS)
def test_a_change_between_two_texts_makes_the_one_of_the_other_and_touches_no_more(before: str, after: str) -> None:
    edit = between(before, after)
    assert edit.applied(before) == after
    gone = before[edit.start : edit.end]
    assert not (gone and edit.text and (gone[0] == edit.text[0] or gone[-1] == edit.text[-1]))


@pytest.mark.parametrize(
    ("before", "after", "edit"),
    [
        ("x = 2.0", "x = 3.0", Edit(4, 5, "3")),
        ("aa", "aaa", Edit(2, 2, "a")),
        ("abab", "ab", Edit(2, 4, "")),
        ("same", "same", Edit(4, 4, "")),
    ],
)
def test_examples(before: str, after: str, edit: Edit) -> None:
    assert between(before, after) == edit
