"""Repetitions in sequences of numbers, against their definition."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.graph.folds import repeats as finding
from gradviz.model.graph.folds.repeats import Repeat, repeats


def found(text: str, fewest: int = 3, openings: list[int] | None = None) -> list[Repeat]:
    return list(repeats([ord(letter) for letter in text], fewest, openings or [0] * len(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("abcdef", []),
        ("abab", []),
        ("ababab", [(0, 2, 3)]),
        ("xaaaaay", [(1, 1, 5)]),
        ("aaabbbb", [(0, 1, 3), (3, 1, 4)]),
        ("aabaabaab", [(0, 3, 3)]),  # the whole loop rather than the two ops alike in it
        ("abbbbabbbbabbbb", [(0, 5, 3)]),  # the outer loop rather than the inner one
        ("zabbbbcabbbbabbbb", [(2, 1, 4), (8, 1, 4), (13, 1, 4)]),  # rounds that differ
    ],
)
def test_the_repetition_that_covers_most_is_taken(text: str, expected: list[tuple[int, int, int]]) -> None:
    assert found(text) == expected


def test_a_round_begins_where_it_looks_like_a_beginning() -> None:
    text = "step" + "loadstep" * 3
    assert found(text) == [(0, 8, 3)]
    openings = [int(letter == "l") for letter in text]
    assert found(text, openings=openings) == [(4, 8, 3)]
    assert found("loadstep" * 3, openings=[0] * 4 + [1] * 20) == [(0, 8, 3)]  # no round would be left whole


def test_a_round_longer_than_the_longest_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "LONGEST", 4)
    assert found("abcd" * 9) == [(0, 4, 9)]
    assert found("abcdefgh" * 9) == []


@given(st.text("ab", max_size=60), st.integers(2, 4))
def test_what_is_found_repeats_and_does_not_overlap(text: str, fewest: int) -> None:
    repeated = found(text, fewest)
    for start, period, times in repeated:
        assert times >= fewest
        assert text[start : start + period * times] == text[start : start + period] * times
    assert all(one.end <= other.start for one, other in pairwise(repeated))


@given(st.text("abc", min_size=1, max_size=9), st.integers(3, 5), st.text("xyz", max_size=9))
def test_a_loop_is_found_in_what_does_not_look_like_it(body: str, times: int, before: str) -> None:
    (loop,) = (one for one in found(before + body * times + "z") if one.end > len(before))
    assert (loop.start, loop.end) == (len(before), len(before) + times * len(body))
