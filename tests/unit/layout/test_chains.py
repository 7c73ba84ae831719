"""Chains drawn straight: which stretch of a bent one moves, and when none does."""

import pytest

from gradviz.layout.across import chains
from gradviz.layout.across.chains import align
from gradviz.layout.diagram import Diagram
from gradviz.layout.rows.columns import columns
from gradviz.layout.rows.layering import rows
from gradviz.layout.rows.nesting import nesting
from gradviz.layout.rows.net import Net, build
from gradviz.layout.rows.room import seats
from tests.unit.layout import workloads

STEP = workloads.USUAL.width + 24  # from the start of one cell to that of the next in a packed row


def net_of(diagram: Diagram) -> Net:
    flat = columns(diagram)
    row = rows(len(diagram.cells), flat.arcs)
    return build(diagram, flat, row, nesting(diagram, row), [])


def aligned(diagram: Diagram, *places: float) -> list[float]:
    found = list(places)
    net = net_of(diagram)
    align(net, seats(net), found)
    return found


def test_the_part_below_a_bend_moves_in_line() -> None:
    assert aligned(workloads.chain(5), 0, 0, 30, 30, 30) == [0] * 5
    assert aligned(workloads.chain(6), 0, 0, 30, 30, -9, -9) == [0] * 6


def test_the_part_above_moves_where_the_part_below_has_no_room() -> None:
    pairs = workloads.diagram("axby", [("a", "b"), ("x", "y")])
    assert aligned(pairs, 40, 900, 0, STEP) == [0, 900, 0, 900]


def test_a_part_moves_into_the_room_that_one_to_its_right_has_left() -> None:
    chains = workloads.diagram("zabxy", [("a", "b"), ("x", "y")])
    assert net_of(chains).rows == [[0, 1, 3], [2, 4]]
    places = aligned(chains, 200 - STEP, 200, 100, 200 + STEP, 100 + STEP)
    assert places == [200 - STEP, 200, 200, 200 + STEP, 200 + STEP]


def test_a_bend_stays_where_there_is_room_on_neither_side() -> None:
    walled = workloads.diagram("zabw", [("a", "b"), ("z", "w")])
    assert net_of(walled).rows == [[0, 1], [2, 3]]
    places = [0, STEP, 94, 94 + STEP]
    assert aligned(walled, *places) == places


def test_a_bend_is_not_handed_on() -> None:
    """Either move would bend what is straight: p to s, or a to b."""
    forks = workloads.diagram("psdabc", [("p", "s"), ("p", "d"), ("s", "a"), ("a", "b"), ("a", "c")])
    places = [0.0, 0, 500, 30, 30, 500]
    assert aligned(forks, *places) == places


def test_a_stretch_of_any_length_is_not_moved_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "MOST", 2)
    assert aligned(workloads.chain(6), 0, 0, 30, 30, 60, 60) == [0] * 6
    assert aligned(workloads.chain(6), 0, 0, 0, 30, 30, 30) == [0, 0, 0, 30, 30, 30]
