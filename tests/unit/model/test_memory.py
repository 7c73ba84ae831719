"""Memory over a run from births and deaths: thinned out, with lines, and with who holds the peak."""

import pytest

from gradviz.model.memory import HOLDERS, LEVELS, Event, Holder, Known, Level, Lived, lived, peak_bytes, possible

NOTHING = Known({}, {}, {}, {}, ())


def test_levels_rise_and_fall_with_what_is_taken_and_freed() -> None:
    events = [Event(0, 0, 8), Event(1, 1, 4), Event(1, 0, -8), Event(3, 2, 4)]
    found = lived("grad", 5, events, NOTHING._replace(lines={0: 1, 1: 2}))
    assert found.levels == (Level(0, 1, 8), Level(1, 2, 12), Level(1, 2, 4), Level(3, 2, 8))
    assert found.peak == 1
    assert possible(found)


def test_holders_are_those_alive_at_the_peak_largest_first() -> None:
    events = [Event(0, 0, 8), Event(1, 1, 16), Event(2, 1, -16), Event(3, 2, 32), Event(4, 3, 0), Event(5, 2, -32)]
    known = Known({}, {0: "w", 2: "y"}, {2: 7}, {0: "parameter", 2: "named"}, [(1, 0, frozenset({0, 2}))])
    found = lived("grad", 6, events, known)
    assert found.holders == (Holder("y", 7, 32, "saved"), Holder("w", None, 8, "parameter"))


def test_what_was_freed_before_the_peak_is_no_longer_saved() -> None:
    records = [(0, 0, frozenset({0})), (1, 0, frozenset[int]()), (9, 1, frozenset({0}))]
    found = lived("grad", 9, [Event(2, 0, 8)], NOTHING._replace(saved=records))
    assert [holder.kind for holder in found.holders] == ["temporary"]


def test_many_levels_are_thinned_out_and_keep_the_highest_and_the_lowest() -> None:
    events = [Event(at, at, 4) for at in range(10_000)]
    events += [Event(10_000, 10_000, 10**6), Event(10_000, 10_000, -(10**6))]
    events += [Event(10_001 + at, at, -4) for at in range(10_000)]
    found = lived("grad", 20_001, events, NOTHING._replace(lines={10_000: 3}))
    assert LEVELS // 2 < len(found.levels) <= LEVELS
    assert found.levels[found.peak] == Level(10_000, 3, 1_040_000)
    assert found.levels[-1].nbytes == 0
    assert (len(found.holders), found.others) == (HOLDERS, 10_001 - HOLDERS)
    assert sum(one.nbytes for one in found.holders) + found.other_bytes == 1_040_000
    assert possible(found)


def test_what_a_kernel_took_for_itself_is_told_of_the_peak_however_small_beside_the_rest() -> None:
    events = [*(Event(at, at, 100) for at in range(HOLDERS)), Event(50, 98, 64), Event(50, 98, -64)]
    known = NOTHING._replace(kinds={98: "workspace"}, workspaces=True)
    found = lived("grad", 51, events, known)
    assert (found.workspace_bytes, peak_bytes(found), found.others) == (64, 100 * HOLDERS + 64, 1)
    assert lived("grad", 51, events, known._replace(workspaces=False)).workspace_bytes is None
    assert lived("grad", 51, [], known) == Lived("grad", 51, (), 0, (), workspace_bytes=0)
    assert peak_bytes(lived("grad", 51, [], known)) == 0


def test_a_run_without_tensors_has_no_levels() -> None:
    assert lived("grad", 3, [], NOTHING) == Lived("grad", 3, (), 0, ())


GOOD = Lived("grad", 3, (Level(0, 1, 8), Level(2, None, 4)), 0, (Holder("w", 1, 8, "named"),))


@pytest.mark.parametrize(
    "bad",
    [
        GOOD._replace(levels=(Level(0, 1, -8),)),
        GOOD._replace(levels=(Level(2, 1, 8), Level(0, 1, 8))),
        GOOD._replace(levels=(Level(4, 1, 8),)),
        GOOD._replace(levels=(Level(0, 1, 8),) * (LEVELS + 1)),
        GOOD._replace(workspace_bytes=-1),
        GOOD._replace(peak=2),
        GOOD._replace(peak=-1),
        GOOD._replace(holders=(Holder("w", 1, 2**64, "named"),)),
        GOOD._replace(holders=(Holder("w" * 1000, 1, 8, "named"),)),
        GOOD._replace(holders=(Holder("w", 1, 8, "named"),) * (HOLDERS + 1)),
        GOOD._replace(others=-1),
        GOOD._replace(other_bytes=-1),
    ],
)
def test_memory_that_cannot_be_is_refused(bad: Lived) -> None:
    assert possible(GOOD)
    assert not possible(bad)
