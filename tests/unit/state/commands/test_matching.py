"""Names that are meant by some of their letters."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.state.commands.matching import Likeness, Names, folded, letters

WORDS = ("Run", "Run to the cursor", "Previous step", "Next step", "torch.run_all()", "grunt", "layers.0.weight")


def meant(query: str, *names: str, most: int = 99) -> list[str]:
    return [names[hit.at] for hit in Names((name,) for name in names).best(query, most)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("run", ["Run", "Run to the cursor", "torch.run_all()", "grunt"]),
        ("RUN", ["Run", "Run to the cursor", "torch.run_all()", "grunt"]),
        ("ｒｕｎ", ["Run", "Run to the cursor", "torch.run_all()", "grunt"]),  # as an input method types it
        ("rttc", ["Run to the cursor"]),
        ("prst", ["Previous step"]),
        ("step next", ["Next step"]),
        ("l0w", ["layers.0.weight"]),
        ("lywt", ["layers.0.weight"]),
        ("nxt", ["Next step"]),
        ("(", ["torch.run_all()"]),
        ("xyz", []),
        ("run xyz", []),
        (" ", []),
        ("", []),
    ],
)
def test_what_is_meant_comes_first(query: str, names: list[str]) -> None:
    assert meant(query, *WORDS) == names


def test_words_round_a_name_count_more_than_its_letters_in_their_order() -> None:
    names = Names((("Vertical",), ("Viewed later",)), ("View", ""))
    assert [(hit.at, hit.rank.likeness) for hit in names.best("ve", 9)] == [
        (0, Likeness.BEGINS),
        (1, Likeness.SCATTERED),
    ]
    assert [(hit.at, hit.rank.likeness) for hit in names.best("vi", 9)] == [(1, Likeness.BEGINS), (0, Likeness.AROUND)]


def test_ways_of_being_meant_follow_each_other() -> None:
    names = ("xaxb", "yyy", "zab", "ax b", "y ab", "abx", "ab")
    hits = Names([(name,) for name in names], ["", "ab", *["ab"] * 5]).best("ab", 99)
    assert [hit.rank.likeness for hit in hits] == list(Likeness)
    assert [names[hit.at] for hit in hits] == list(reversed(names))


def test_a_thing_is_found_by_each_of_its_names_and_sooner_by_the_first() -> None:
    names = Names([("実行", "Run", "実行 実行"), ("run", "x"), ("停止", "Stop")])
    assert [(hit.at, hit.rank.name) for hit in names.best("run", 9)] == [(1, 0), (0, 1)]
    assert [(hit.at, hit.rank.name) for hit in names.best("実", 9)] == [(0, 0)]
    assert names.best("実行stop", 9) == []  # letters of several names are none of one
    assert Names([]).best("a", 9) == []
    assert Names([("a\nb",)]).best("a b", 9)[0].rank.likeness is Likeness.WHOLE


def test_words_round_a_thing_tell_it_from_others_and_letters_within_them_do_not() -> None:
    names = Names([("Dark theme",), ("Dark horse",), ("Time",)], ["View 表示", "File", "View ▸ Heat"])
    assert [hit.at for hit in names.best("view dark", 9)] == [0]
    assert [hit.at for hit in names.best("表示", 9)] == [0]
    assert [hit.at for hit in names.best("heat ti", 9)] == [2]
    assert [hit.at for hit in names.best("he", 9)] == [0, 2, 1]
    assert names.best("iew", 9) == []


def test_of_many_the_best_are_kept() -> None:
    names = [f"mul · x{at}" for at in range(100)] + ["x", "x7y"]
    found = meant("x", *names, most=5)
    assert found[:2] == ["x", "x7y"]
    assert len(found) == 5


def test_a_long_name_that_nearly_fits_takes_no_longer() -> None:
    assert meant("a" * 40 + "z", "a_" * 5000) == []  # what tried every way would not come back


def scattered(query: str, name: str) -> bool:
    return any("".join(letters) == query for letters in combinations(name, len(query)))


@given(
    st.lists(st.text("ab _", max_size=6).map(folded), max_size=6),
    st.lists(st.text("ab_", min_size=1, max_size=3), max_size=2),
)
def test_all_names_and_only_those_that_have_the_letters_in_order_are_found(names: list[str], pieces: list[str]) -> None:
    found = Names((name,) for name in names).best(" ".join(pieces), 99)
    wanted = {at for at, name in enumerate(names) if all(scattered(piece, name) for piece in pieces)}
    assert {hit.at for hit in found} == (wanted if pieces else set())
    for hit in found:
        name, query = names[hit.at], folded(" ".join(pieces))
        assert (hit.rank.likeness is Likeness.WHOLE) == (name == query)
        assert (hit.rank.likeness <= Likeness.BEGINS) == name.startswith(query)
        assert hit.rank.likeness is not Likeness.SCATTERED or any(piece not in name for piece in pieces)


@pytest.mark.parametrize(
    ("name", "query", "seen"),
    [
        ("Run to the cursor", "CUR", "           cur"),
        ("Run to the cursor", "rttc", "R   t  t   c"),
        ("Next run, not grunt", "run", "     run"),  # a word before what is within one
        ("grunt", "run", " run"),
        ("Next step", "step next", "Next step"),
        ("実行", "run", ""),
        ("Straße", "s", ""),  # small, it has more letters
        ("Run", " ", ""),
    ],
)
def test_letters_by_which_a_name_is_meant(name: str, query: str, seen: str) -> None:
    assert {at for at, letter in enumerate(seen) if letter != " "} == {
        at for at in letters(name, query) if name[at] != " "
    }
    assert all(folded(name[at]) == folded(letter) for at, letter in enumerate(seen) if letter != " ")
