"""Comparisons of measured runs: what a known spread says, and what it must not."""

import random

import pytest

from gradviz.model.cost import FEW, CostPage, Costs, Held, Lap, Raised, added, laps_of, sound
from gradviz.model.costs.costtable import cost_table
from gradviz.model.costs.spread import Spread, ratio, spread, turns
from gradviz.model.costs.verdict import memory_verdict, time_ratio, time_told, time_verdict, told_verdict
from gradviz.model.trace import GradMode, ProgramError

KIB = 1024
MINE: tuple[GradMode, GradMode] = ("grad", "no_grad")


def costs(
    grad: list[float],
    other: list[float],
    *,
    held: tuple[int, int] = (0, 0),
    graph: int | None = 0,
    raises: bool = False,
) -> Costs:
    """Costs of grad and no_grad, whose runs took turns."""
    laps = [
        Lap(mode, seconds, seconds / 2, 0, 0, turn)
        for turn, pair in enumerate(zip(grad, other, strict=True))
        for mode, seconds in zip(MINE, pair, strict=True)
    ]
    raised = (Raised("no_grad", ProgramError("RuntimeError", "no", 1)),) if raises else ()
    bytes_ = (Held("grad", held[0], 0, 0, graph), Held("no_grad", held[1], 0, 0, 0))
    return Costs(tuple(laps), bytes_, raised, True)


def test_a_spread_counts_every_number() -> None:
    assert spread([3.0]) == Spread(3.0, 0.0, 1)
    assert spread([1.0, 2.0, 3.0, 4.0, 5.0]) == Spread(3.0, 2.0, 5)


@pytest.mark.parametrize(("count", "out"), [(7, 0), (8, 0), (15, 2), (30, 7), (100, 36)])
def test_the_interval_of_a_median_is_that_of_the_sign_test(count: int, out: int) -> None:
    found = ratio([float(n + 1) for n in range(count)], [1.0] * count)
    assert (found.low, found.high) == (out + 1, count - out)


def test_equal_programs_are_hardly_ever_told_apart() -> None:
    random.seed(1)
    false = 0
    for _ in range(500):
        pairs = [[random.lognormvariate(0, 0.1) for _ in range(40)] for _ in range(2)]
        false += ratio(*pairs).differs
    assert false <= 10


def test_a_program_that_takes_a_tenth_longer_is_told() -> None:
    random.seed(2)
    found = ratio(*([scale * random.lognormvariate(0, 0.03) for _ in range(60)] for scale in (1.1, 1.0)))
    assert found.differs
    assert found.low < 1.1 < found.high


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "grad is 1.50x no_grad (1.20x to 1.80x with 99 % confidence, 9 turns)"),
        ("ja", "grad は no_grad の 1.50 倍 (1.20 〜 1.80 倍、信頼度 99 %、9 回の交互測定)"),
    ],
)
def test_a_verdict_on_time_tells_its_interval_once_there_is_one(language: str, words: str) -> None:
    found = [1.2, *[1.5] * 7, 1.8]
    assert time_told(costs(found, [1.0] * 9), "grad", "no_grad", language) == words
    few = costs([1.5] * 3, [1.0] * 3)
    assert time_told(few, "grad", "no_grad", language) == time_verdict(few, "grad", "no_grad", language)
    assert time_told(Costs(), "grad", "no_grad", language) == time_verdict(Costs(), "grad", "no_grad", language)


def test_a_difference_too_small_to_notice_is_none() -> None:
    assert not ratio([1.01] * 50, [1.0] * 50).differs
    assert not ratio([9.0] * (FEW - 1), [1.0] * (FEW - 1)).differs


@pytest.mark.parametrize(
    ("found", "en", "ja"),
    [
        (costs([1.5] * 9, [1.0] * 9), "grad is 1.50x no_grad", "grad は no_grad の 1.50 倍"),
        (costs([1.0] * 9, [1.0] * 9), "no measurable difference", "測れるほどの差はありません"),
        (costs([2.0] * 3, [1.0] * 3), "too few runs to tell (3 of 8)", "実行回数が足りず判断できません (3 / 8)"),
        (
            costs([1.5] * 9, [1.0] * 9, raises=True),
            "before backward, grad is 1.50x no_grad",
            "backward の前まで、grad は no_grad の 1.50 倍",
        ),
        (
            costs([1.0] * 9, [1.0] * 9, raises=True),
            "before backward, no measurable difference",
            "backward の前まで、測れるほどの差はありません",
        ),
        (Costs((Lap("grad", 1, 1, 0, 0),)), "only grad could be measured", "測れたのは grad だけです"),
        (Costs(), "nothing could be measured", "何も測れませんでした"),
    ],
)
def test_the_verdict_on_time(found: Costs, en: str, ja: str) -> None:
    assert time_verdict(found, "grad", "no_grad") == en
    assert time_verdict(found, "grad", "no_grad", "ja") == ja


def test_where_a_mode_raises_only_what_comes_before_backward_is_compared() -> None:
    laps = [lap for turn in range(9) for lap in (Lap("grad", 9, 2, 5, 0, turn), Lap("no_grad", 2, 1, 0, 0, turn))]
    found = time_ratio(Costs(tuple(laps), raised=(Raised("no_grad", ProgramError("E", "", 1)),)), "grad", "no_grad")
    assert found is not None
    assert found.median == 2


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            costs([1], [1], held=(90 * KIB, 12 * KIB)),
            "grad needs 7.5x the memory of no_grad (peak and graph together: 90 KiB against 12 KiB)",
        ),
        (costs([1], [1], held=(4, 4), graph=2 * KIB), "grad needs 2 KiB more than no_grad (peak and graph together)"),
        (costs([1], [1], held=(8, 8), graph=None), "grad needs as much memory as no_grad (peak)"),
        (
            costs([1], [1], held=(8 * KIB, 12 * KIB)),
            "no_grad needs 1.5x the memory of grad (peak and graph together: 12 KiB against 8 KiB)",
        ),
        (Costs((Lap("grad", 1, 1, 0, 0),)), "only grad could be measured"),
    ],
)
def test_the_verdict_on_memory(found: Costs, words: str) -> None:
    assert memory_verdict(found, "grad", "no_grad") == words


def test_pages_add_up() -> None:
    lap, held = Lap("grad", 1, 1, 0, 0), Held("grad", 1, 0, 0, None)
    found = added(added(Costs(), CostPage((lap,), (held,))), CostPage((lap,), done=True))
    assert found == Costs((lap, lap), (held,), (), True)
    assert laps_of(found, "grad") == (lap, lap)


@pytest.mark.parametrize(
    ("page", "holds"),
    [
        (CostPage((Lap("grad", 1, 1, 0, 0),), (Held("grad", 1, 0, 0, 5),), (), False), True),
        (CostPage((Lap("grad", -1, 1, 0, 0),)), False),
        (CostPage((Lap("grad", 0, 0, 0, 0),)), False),
        (CostPage((Lap("grad", 1, 1, float("nan"), 0),)), False),
        (CostPage(held=(Held("grad", 2**64, 0, 0, None),)), False),
        (CostPage(held=(Held("grad", 1, -1, 0, None),)), False),
    ],
)
def test_numbers_that_cannot_be_are_refused(page: CostPage, holds: bool) -> None:
    assert sound(page) is holds


def test_a_turn_counts_once_however_many_runs_it_has() -> None:
    laps = [Lap("grad", seconds, 1, 0, 0, 0) for seconds in (1, 2, 90)] + [Lap("grad", 5, 1, 0, 0, 1)]
    laps += [Lap("no_grad", 1, 1, 0, 0, 0), Lap("no_grad", 9, 1, 0, 0, 2)]
    assert turns(laps_of(Costs(tuple(laps)), "grad"), "seconds") == {0: 2, 1: 5}
    found = time_ratio(Costs(tuple(laps)), "grad", "no_grad")
    assert found is not None
    assert (found.median, found.n) == (2, 1)


def test_a_loop_that_keeps_only_its_graph_is_held_against_what_is_told_of_it() -> None:
    found = costs([1.3] * 9, [1.0] * 9, graph=576_000)
    assert told_verdict(found, "grad", "no_grad") == (
        "no sign of the 20x that tutorials tell of such a loop: 1.30x to 1.30x on this machine; "
        "what grad costs is memory, 562 KiB for the graph against 0 B"
    )
    assert "20 倍" in told_verdict(found, "grad", "no_grad", "ja")
    assert len(cost_table(found).verdicts) == 3


@pytest.mark.parametrize(
    "found",
    [
        Costs(),
        costs([1.3] * 3, [1.0] * 3, graph=576_000),  # too few
        costs([25.0] * 9, [1.0] * 9, graph=576_000),  # it is seen
        costs([1.3] * 9, [1.0] * 9, graph=None),
        costs([1.3] * 9, [1.0] * 9, graph=1000),
        costs([1.3] * 9, [1.0] * 9, graph=576_000)._replace(
            held=(Held("grad", 9, 9, 0, 576_000), Held("no_grad", 9, 0, 0, 0))
        ),
    ],
)
def test_any_other_program_is_not(found: Costs) -> None:
    assert told_verdict(found, "grad", "no_grad") == ""
    told = {verdict(found, "grad", "no_grad") for verdict in (time_told, memory_verdict)}
    assert set(cost_table(found).verdicts) == told


@pytest.mark.parametrize("noise", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("rounds", [FEW, 20, 200])
def test_two_equal_programs_show_no_measurable_difference(noise: float, rounds: int) -> None:
    """A hundred trials with runs that are disturbed now and then, and a machine that drifts."""
    random.seed(rounds)
    same = 0
    for _ in range(100):
        drift = [1 + 0.3 * turn / rounds for turn in range(rounds)]
        grad, other = (
            [slow * random.lognormvariate(0, noise) * (5 if random.random() < 0.05 else 1) for slow in drift]
            for _ in range(2)
        )
        same += time_verdict(costs(grad, other), "grad", "no_grad") == "no measurable difference"
    assert same >= 95
