"""The steps of the live layout, each against its definition."""

from itertools import combinations, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gradviz.layout.across.relaxing import relaxed
from gradviz.layout.diagram import Cell, Diagram, Frame, Link
from gradviz.layout.geometry import Size
from gradviz.layout.layered import place
from gradviz.layout.order import ordering
from gradviz.layout.order.crossings import Order, crossings, swap_neighbours, uncounted
from gradviz.layout.order.ordering import ordered
from gradviz.layout.pieces.components import components
from gradviz.layout.rows.columns import columns
from gradviz.layout.rows.layering import rows
from gradviz.layout.rows.nesting import OUTSIDE, Nesting, nesting
from gradviz.layout.rows.net import BENDS_A_CELL, ROWS_A_CELL, Net, build
from gradviz.layout.rows.pulls import pulls
from gradviz.layout.rows.room import seats
from tests.unit.layout import workloads
from tests.unit.layout.laws import check
from tests.unit.layout.strategies import diagrams


def prepared(diagram: Diagram) -> tuple[Net, Nesting]:
    flat = columns(diagram)
    row = rows(len(diagram.cells), flat.arcs)
    frames = nesting(diagram, row)
    net = build(diagram, flat, row, frames, [0.0] * len(frames.ids))
    return net, frames


def packed(net: Net, order: list[list[int]]) -> Order:
    at = [0.0] * len(net.width)
    for row in order:
        for one, other in pairwise(row):
            at[other] = at[one] + net.width[one] + net.margin[one] + net.margin[other]
    return uncounted(order, at)


def crossings_by_definition(net: Net, order: Order) -> int:
    """Pairs of joints whose ends are in strictly opposite order."""
    found = 0
    for row in order.rows:
        joints = [
            (order.at[upper] + own, order.at[lower] + offset)
            for upper in row
            for lower, offset, own in net.below[upper]
        ]
        found += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(joints, 2))
    return found


def parallels() -> Diagram:
    """A value that three rows take, one of them by two ports and several times, beside cells that nobody takes."""
    ports = [(0, 2), (3, 1), (3, 1), (0, 1), (0, 1), (0, 1), (0, 1), (0, 1), (2, 1)]
    places = {count: tuple(20.0 * (at + 1) / (count + 1) for at in range(count)) for count in range(4)}
    cells = [Cell(f"c{at}", Size(40, 20), places[into], places[out]) for at, (into, out) in enumerate(ports)]
    arcs = [
        (0, 0, 1, 0),
        (0, 0, 1, 1),
        (0, 1, 1, 2),
        (1, 0, 2, 0),
        (0, 0, 2, 1),
        (1, 0, 2, 2),
        (2, 0, 8, 0),
        (0, 0, 8, 1),
    ]
    links = [Link(f"e{at}", f"c{tail}", out, f"c{head}", into) for at, (tail, out, head, into) in enumerate(arcs)]
    return Diagram(tuple(cells), tuple(links))


@settings(max_examples=60)
@given(diagrams(14))
@example(parallels())
def test_crossings_are_counted_right_and_swaps_remove_them(diagram: Diagram) -> None:
    net, _ = prepared(diagram)
    order = packed(net, [list(row) for row in net.rows])
    before = crossings(net, order)
    assert before == crossings_by_definition(net, order)
    left = swap_neighbours(net, order)
    after = packed(net, order.rows)
    assert crossings_by_definition(net, after) == left == crossings(net, order) <= before
    assert [sorted(row) for row in order.rows] == [sorted(row) for row in net.rows]


@settings(max_examples=40)
@given(diagrams(14))
def test_ordering_keeps_each_row_and_each_frame_in_one_piece(diagram: Diagram) -> None:
    net, frames = prepared(diagram)
    order = ordered(net, frames)
    assert [sorted(row) for row in order] == [sorted(row) for row in net.rows]
    for frame in range(len(frames.ids)):
        for row in order:
            inside = [frame in frames.around(net.home[element]) for element in row]
            assert sum(one != other for one, other in pairwise([False, *inside, False])) in (0, 2)


def test_a_trunk_leaves_the_frame_of_its_tail() -> None:
    """As a tensor does that is made in one region and taken by many ops after it."""
    names = [f"c{at}" for at in range(14)]
    arcs = [*pairwise(names), ("w", "v"), *(("w", name) for name in names[2:])]
    net, frames = prepared(
        workloads.diagram([*names, "w", "v"], arcs, [Frame("F", None, Size(60, 16))], {"w": "F", "v": "F"})
    )
    bends = {bend for at in net.shared for bend in net.bends[at]}
    assert {net.row[bend] for bend in bends if net.home[bend] == 0} == {frames.last[0]}
    assert {net.row[bend] for bend in bends if net.home[bend] == OUTSIDE} == set(range(frames.last[0] + 1, 13))


def test_a_trunk_passes_inside_the_frame_that_holds_all_it_leads_to() -> None:
    """As a tensor does that is made before a region and taken by many ops in it; of two regions, it is in neither."""
    names = [f"c{at}" for at in range(14)]
    arcs = [*pairwise(names), ("w", "v"), *(("w", name) for name in names[3:])]
    region = [Frame("F", None, Size(60, 16)), Frame("G", None, Size(60, 16))]
    for others, homes in (("F", {0}), ("G", {OUTSIDE})):
        home = dict.fromkeys(names[2:8], "F") | dict.fromkeys(names[8:], others)
        net, frames = prepared(workloads.diagram([*names, "w", "v"], arcs, region, home))
        bends = {bend for at in net.shared for bend in net.bends[at]}
        assert {net.home[bend] for bend in bends if net.row[bend] >= frames.first[0]} == homes


@settings(max_examples=60)
@given(st.integers(1, 20), st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40))
def test_rows_lead_down_and_none_is_empty(count: int, pairs: list[tuple[int, int]]) -> None:
    arcs = [(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1] and max(pair) < count]
    row = rows(count, arcs)
    assert all(row[tail] < row[head] for tail, head in arcs)
    assert set(row) == set(range(max(row) + 1))


def test_a_constant_and_its_cast_move_down_to_their_user() -> None:
    #       0 -> 1 -> 2 -> 3 -> 4, with 5 -> 6 -> 4
    assert rows(7, [(0, 1), (1, 2), (2, 3), (3, 4), (5, 6), (6, 4)]) == [0, 1, 2, 3, 4, 2, 3]


def test_a_side_result_stays_at_its_operand() -> None:
    assert rows(5, [(0, 1), (1, 2), (2, 3), (0, 4), (4, 3)])[4] == 1


def test_a_weight_follows_its_transpose_to_where_both_are_used() -> None:
    """As a fold of weight and bias does: 5 is used by 4, and by 6, which only 4 uses."""
    chain = [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert rows(7, [*chain, (5, 4), (5, 6), (6, 4)]) == [0, 1, 2, 3, 4, 2, 3]
    assert rows(7, [*chain, (5, 2), (5, 6), (6, 4)])[5:] == [0, 1]  # held up by another user
    assert rows(8, [*chain, (5, 6), (5, 7), (6, 4), (7, 4)])[5:] == [0, 1, 1]  # by each other


@settings(max_examples=60)
@given(diagrams())
def test_components_cut_no_link_and_no_frame(diagram: Diagram) -> None:
    parts = components(diagram)
    assert sorted(cell for part in parts for cell in part.cells) == sorted(diagram.cells)
    assert sorted(link for part in parts for link in part.links) == sorted(diagram.links)
    for part in parts:
        names = {cell.id for cell in part.cells}
        assert all(link.tail in names and link.head in names for link in part.links)
        frames = {frame.id for frame in part.frames}
        assert all(cell.frame is None or cell.frame in frames for cell in part.cells)


@given(diagrams())
def test_rough_places_keep_the_distances_of_packed_rows(diagram: Diagram) -> None:
    net, frames = prepared(diagram)
    net = net._replace(rows=ordered(net, frames))
    apart = seats(net).packed
    places = relaxed(net, pulls(net), apart)
    for one, other in (pair for row in net.rows for pair in pairwise(row)):
        assert places[other] - places[one] > apart[other] - apart[one] - 1e-6


def test_rough_places_of_a_row_without_room_are_around_what_all_of_it_wants() -> None:
    net, _ = prepared(workloads.fan(4))
    places = relaxed(net, pulls(net), seats(net).packed)
    middles = [place + axis for place, axis in zip(places, net.axis, strict=True)]
    for row in net.rows:
        assert sum(middles[one] for one in row) / len(row) == pytest.approx(middles[net.rows[0][0]])


def test_lanes_of_detours_are_used_again() -> None:
    bursts, names, arcs = 5, list[str](), list[tuple[str, str]]()
    for burst in range(bursts):
        mine = [f"c{burst}.{at}" for at in range(40)]
        arcs += [(names[-1], mine[0])] if names else []
        arcs += list(pairwise(mine)) + [(name, mine[-1]) for name in mine[:-2]]
        names += mine
    diagram = workloads.diagram(names, arcs)
    check(diagram, place(diagram), "TB")


def test_the_sweeps_find_a_plane_drawing_where_there_is_one() -> None:
    for diagram in (workloads.transformer(3), workloads.fan(12), workloads.perceptron()):
        net, frames = prepared(diagram)
        assert crossings(net, packed(net, ordered(net, frames))) == 0


def unordered(diagram: Diagram) -> Diagram:
    """The diagram with all operands of a cell in one place."""
    cells = tuple(cell._replace(inputs=(cell.size.width / 2,) * len(cell.inputs)) for cell in diagram.cells)
    return diagram._replace(cells=cells)


def test_a_large_diagram_gets_one_beginning_only(monkeypatch: pytest.MonkeyPatch) -> None:
    net, frames = prepared(unordered(workloads.lstm(10)))
    both = crossings(net, packed(net, ordered(net, frames)))
    monkeypatch.setattr(ordering, "LARGE", 10)
    assert crossings(net, packed(net, ordered(net, frames))) > both == 0


def test_a_sweep_the_other_way_finds_a_better_order_of_operands_that_have_none() -> None:
    net, frames = prepared(unordered(workloads.synthetic(100, 1)))
    # At best 32 without the sweep down.
    assert crossings(net, packed(net, ordered(net, frames))) < 20


def test_a_sweep_and_swaps_each_find_a_better_order() -> None:
    net, frames = prepared(workloads.synthetic(100, 22))
    # 92 without the sweep, 77 without swaps.
    assert crossings(net, packed(net, ordered(net, frames))) <= 70


def test_a_constant_with_casts_of_its_own_stands_on_the_side_of_its_port() -> None:
    """It is no neighbour of what it would have to change places with, until all that follows it has."""
    names = ["x", "p", "q", "r", "m", "add", "k", "c1", "c2"]
    arcs = [("x", "p"), ("p", "q"), ("q", "r"), ("r", "m"), ("k", "c1"), ("c1", "c2"), ("c2", "m"), ("m", "add")]
    diagram = workloads.diagram(names, [*arcs, ("x", "add")])
    net, frames = prepared(diagram)
    assert crossings(net, packed(net, ordered(net, frames))) == 0


def test_long_links_cost_no_more_than_linear_work() -> None:
    count = 600
    names = [f"c{at}" for at in range(count)]
    for arcs in ([("x", name) for name in names[1:]], [(name, "end") for name in names]):
        diagram = workloads.diagram([*names, "x", "end"], [*pairwise(names), *arcs])
        net, _ = prepared(diagram)
        assert len(net.width) <= (1 + BENDS_A_CELL) * len(diagram.cells) + 256
        assert sum(map(len, net.bends)) <= ROWS_A_CELL * len(diagram.cells) + 4096
        assert sum(len(route.points) for route in place(diagram).routes.values()) < 20 * len(diagram.links)
