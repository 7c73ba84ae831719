"""Which keys ask for which command."""

from hypothesis import given
from hypothesis import strategies as st

from gradviz.state.commands.keys import Keys, chosen

USUAL = {"run": ("F5", "Ctrl+Return"), "stop": ("Shift+F5",), "fit": ()}
KEYS = Keys(USUAL)


def test_usual_keys_hold_until_others_are_chosen() -> None:
    assert KEYS.of("run") == ("F5", "Ctrl+Return")
    assert (KEYS.first("run"), KEYS.first("fit"), KEYS.first("gone")) == ("F5", "", "")
    assert (KEYS.told("Run it", "run"), KEYS.told("Fit it", "fit")) == ("Run it (F5)", "Fit it")
    assert KEYS.told("Go", "stop", "fit", "run") == "Go (Shift+F5, F5)"
    assert (KEYS.owner("Shift+F5"), KEYS.owner("F12")) == ("stop", None)
    own = KEYS.given("fit", ("F12",))
    assert (own.own, own.owner("F12")) == ({"fit": ("F12",)}, "fit")


def test_a_key_that_is_given_is_taken_from_whichever_had_it() -> None:
    own = KEYS.given("fit", ("F5",))
    assert own.own == {"run": ("Ctrl+Return",), "fit": ("F5",)}
    assert own.given("run", ()).own == {"run": (), "fit": ("F5",)}
    assert own.reset("run").own == {}
    assert own.reset("fit").own == {"run": ("Ctrl+Return",)}
    assert own.reset("gone") == own
    assert KEYS.given("fit", ("F1", "F1")).of("fit") == ("F1",)


def test_what_was_chosen_at_some_time_is_made_to_hold_now() -> None:
    assert chosen(USUAL, {}) == KEYS
    assert chosen(USUAL, {"gone": ("F5",)}) == KEYS
    assert chosen(USUAL, {"run": ("F5", "Ctrl+Return")}) == KEYS
    assert chosen(USUAL, {"stop": ("F5",)}).of("run") == ("Ctrl+Return",)


NAMES, TEXTS = st.sampled_from(["run", "stop", "fit", "gone"]), st.sampled_from(["F1", "F5", "Shift+F5", "F9"])


@given(st.dictionaries(NAMES, st.lists(TEXTS, max_size=3).map(tuple)))
def test_no_key_asks_for_two_commands(own: dict[str, tuple[str, ...]]) -> None:
    keys = chosen(USUAL, own)
    told = [key for command in USUAL for key in keys.of(command)]
    assert len(told) == len(set(told))
    assert chosen(USUAL, keys.own) == keys
    assert all(keys.owner(key) == command for command in USUAL for key in keys.of(command))
