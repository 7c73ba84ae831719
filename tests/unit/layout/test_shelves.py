"""What hangs on a cell that very many take from, or that takes very many: its rows, and how the whole is drawn."""

from itertools import pairwise
from statistics import median
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.layout.diagram import Diagram, Direction, Frame
from gradviz.layout.former import Laid
from gradviz.layout.geometry import Placement, Size
from gradviz.layout.layered import place
from gradviz.layout.rows import shelves
from gradviz.layout.rows.columns import columns
from gradviz.layout.rows.layering import rows
from gradviz.layout.rows.nesting import nesting
from gradviz.layout.rows.net import build
from gradviz.layout.rows.shelves import MOST, shelved
from tests.bench.quality import crossings
from tests.unit.layout import workloads
from tests.unit.layout.laws import check
from tests.unit.layout.strategies import diagrams


def hanging(count: int, framed: bool = False, sideways: bool = False) -> Diagram:
    """Two ops and a constant for each of many branches of x, and a few ops that x leads on to."""
    names, arcs = ["x", "y", "z"], [("x", "y"), ("y", "z")]
    for at in range(count):
        names += [f"a{at}", f"k{at}", f"b{at}"]
        arcs += [("x", f"a{at}"), (f"a{at}", f"b{at}"), (f"k{at}", f"b{at}")]
    home = dict.fromkeys(names[3:], "F") if framed else {}
    frames = [Frame("F", None, Size(90, 16))] if framed else []
    return workloads.diagram(names, arcs, frames, home, sideways=sideways)


def gathered(count: int, framed: bool = False, sideways: bool = False) -> Diagram:
    """Of each of many operands of one op, two ops and a constant; and one that takes the result of that op."""
    names, arcs = list[str](), list[tuple[str, str]]()
    for at in range(count):
        names += [f"a{at}", f"k{at}", f"b{at}"]
        arcs += [(f"a{at}", f"b{at}"), (f"k{at}", f"b{at}"), (f"b{at}", "x")]
    home = dict.fromkeys(names, "F") if framed else {}
    frames = [Frame("F", None, Size(90, 16))] if framed else []
    sizes = {"x": Size(49, 300) if sideways else Size(300, 49)}
    return workloads.diagram([*names, "x", "y"], [*arcs, ("x", "y")], frames, home, sizes, sideways)


def between(count: int, framed: bool = False, sideways: bool = False) -> Diagram:
    """Two ops and a constant for each of many operands of one op, all of which one value leads to."""
    names, arcs = list[str](), list[tuple[str, str]]()
    for at in range(count):
        names += [f"a{at}", f"k{at}", f"b{at}"]
        arcs += [("s", f"a{at}"), (f"a{at}", f"b{at}"), (f"k{at}", f"b{at}"), (f"b{at}", "x")]
    home = dict.fromkeys(names, "F") if framed else {}
    frames = [Frame("F", None, Size(90, 16))] if framed else []
    sizes = {"x": Size(49, 300) if sideways else Size(300, 49)}
    ends = [("r", "s"), ("x", "y"), ("s", "z"), ("z", "y")]
    return workloads.diagram(["r", "s", *names, "x", "z", "y"], [*arcs, *ends], frames, home, sizes, sideways)


FANS = {"hanging": hanging, "gathered": gathered, "between": between}


def stirred(before: Placement, after: Placement, direction: Direction) -> dict[str, float]:
    """How far across old cells went, of those that did, when the picture as a whole is brought back."""
    way = {
        name: (after.cells[name].x - rect.x if direction == "TB" else after.cells[name].y - rect.y)
        for name, rect in before.cells.items()
    }
    whole = median(way.values())
    return {name: went - whole for name, went in way.items() if abs(went - whole) > 1}


def shelves_of(diagram: Diagram) -> dict[str, int]:
    flat = columns(diagram)
    found, _ = shelved(diagram, rows(len(diagram.cells), flat.arcs), flat)
    assert set(found) == set(range(max(found) + 1))
    assert all(found[tail] < found[head] for tail, head in flat.arcs)
    return {cell.id: row for cell, row in zip(diagram.cells, found, strict=True)}


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("framed", [False, True])
@pytest.mark.parametrize("fan", FANS)
def test_hundreds_of_branches_are_drawn_as_wide_as_shelves_are(fan: str, direction: Direction, framed: bool) -> None:
    many = FANS[fan](120, framed, direction == "LR")
    placement = place(many, direction)
    check(many, placement, direction)
    assert placement.size[direction == "LR"] < 1.2 * MOST
    assert crossings(many, placement) == 0


def test_branches_are_read_line_by_line() -> None:
    many = hanging(120)
    row = shelves_of(many)
    firsts = [row[f"a{at}"] for at in range(120)]
    assert firsts == sorted(firsts)
    assert len(set(firsts)) > 2
    assert firsts[0] == row["y"] == row["x"] + 1
    cells = place(many).cells
    for shelf in set(firsts):
        starts = [cells[f"a{at}"].x for at in range(120) if firsts[at] == shelf]
        assert starts == sorted(starts)


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("framed", [False, True])
@pytest.mark.parametrize("count", [16, 20, 21, 60, 61, 66])
@pytest.mark.parametrize("fan", ["hanging", "gathered"])
def test_one_more_branch_moves_nothing(fan: str, count: int, framed: bool, direction: Direction) -> None:
    fewer, more = (FANS[fan](many, framed, direction == "LR") for many in (count, count + 1))
    before = place(fewer, direction)
    after = place(more, direction, Laid(fewer, before))
    check(more, after, direction)
    assert not stirred(before, after, direction)


def test_shelves_between_two_cells_that_are_far_apart_end_right_above_the_second() -> None:
    many = between(60)
    chain = ["r", *(f"c{at}" for at in range(40)), "x"]
    arcs = [(link.tail, link.head) for link in many.links]
    far = workloads.diagram([*(cell.id for cell in many.cells), *chain[1:-1]], [*arcs, *pairwise(chain)])
    placement = place(far)
    check(far, placement, "TB")
    row = shelves_of(far)
    assert row["b59"] == row["x"] - 1
    assert row["a0"] > row["s"] + 20


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("count", [60, 61, 66])
def test_one_more_branch_between_two_cells_moves_none_of_the_others(count: int, direction: Direction) -> None:
    fewer, more = (between(many, sideways=direction == "LR") for many in (count, count + 1))
    before = place(fewer, direction)
    after = place(more, direction, Laid(fewer, before))
    check(more, after, direction)
    assert set(stirred(before, after, direction)) <= set("rsxyz")


def test_a_second_shelf_between_two_cells_leaves_in_place_what_the_first_leads_to() -> None:
    fewer, more = (between(many, sideways=True) for many in (22, 23))
    assert max(shelves_of(fewer).values()) + 2 == max(shelves_of(more).values())
    before = place(fewer, "LR")
    after = place(more, "LR", Laid(fewer, before))
    check(more, after, "LR")
    assert not {name for name in stirred(before, after, "LR") if name[0] == "a"}


def test_what_was_added_branch_by_branch_looks_as_if_laid_out_at_once() -> None:
    laid = Laid(hanging(18), place(hanging(18)))
    for count in range(19, 50):
        laid = Laid(hanging(count), place(hanging(count), before=laid))
    fresh = place(hanging(49))
    assert not stirred(laid.placement, fresh, "TB")


def test_branches_stay_in_line_with_the_trunk_on_their_left_where_other_links_cross() -> None:
    names = [f"t{at}" for at in range(12)]
    arcs = [(names[at // 2], names[at]) for at in range(1, 12)] + [(names[at // 3], names[at]) for at in range(3, 12)]
    for at in range(60):
        arcs += [(f"k{at}", f"a{at}"), (names[-1], f"a{at}"), (f"a{at}", f"b{at}")]
    many = workloads.diagram([*names, *(f"{name}{at}" for at in range(60) for name in "kab")], arcs)
    placement = place(many)
    check(many, placement, "TB")
    cells = placement.cells
    for name in "kab":
        columns_of = [round(cells[f"{name}{at}"].x) for at in range(60)]
        assert columns_of == (columns_of[:22] * 3)[:60]
        assert columns_of[:22] == sorted(columns_of[:22])


def test_branches_of_each_frame_have_shelves_of_their_own() -> None:
    names, arcs, home = ["x", "y", "z"], [("x", "y"), ("y", "z")], dict[str, str]()
    for frame in "FG":
        for at in range(60):
            names.append(f"{frame}{at}")
            arcs.append(("x", names[-1]))
            home[names[-1]] = frame
    many = workloads.diagram(names, arcs, [Frame("F", None, Size(90, 16)), Frame("G", None, Size(90, 16))], home)
    placement = place(many)
    check(many, placement, "TB")
    row = shelves_of(many)
    assert row["F0"] == row["G0"] == row["y"] == row["x"] + 1
    assert row["F59"] == row["G59"] == row["x"] + 3


def test_operands_are_read_line_by_line_down_to_the_op_that_takes_them() -> None:
    row = shelves_of(gathered(120))
    lasts = [row[f"b{at}"] for at in range(120)]
    assert lasts == sorted(lasts)
    assert len(set(lasts)) > 2
    assert lasts[-1] == row["x"] - 1


def test_operands_stand_in_the_order_in_which_the_op_takes_them() -> None:
    many = workloads.diagram([*(f"a{at}" for at in range(60)), "x"], [(f"a{59 - at}", "x") for at in range(60)])
    placement = place(many)
    check(many, placement, "TB")
    assert crossings(many, placement) == 0
    lines = [(placement.cells[f"a{59 - at}"].y, placement.cells[f"a{59 - at}"].x) for at in range(60)]
    assert lines == sorted(lines)


@settings(max_examples=100)
@given(diagrams(), diagrams(), st.sampled_from(["TB", "LR"]), st.sampled_from([0.0, 150.0, 400.0]))
def test_whatever_stands_on_shelves_obeys_the_laws(
    before: Diagram, after: Diagram, direction: Direction, most: float
) -> None:
    with patch.object(shelves, "MANY", 2), patch.object(shelves, "MOST", most):
        former = Laid(before, place(before, direction))
        check(before, former.placement, direction)
        check(after, place(after, direction, former), direction)


@pytest.mark.parametrize("fan", FANS)
def test_the_work_for_a_fan_grows_as_it_does(fan: str) -> None:
    """Each link that passes shelves keeps two bends, however many it passes."""
    many = FANS[fan](600)
    flat = columns(many)
    row, fans = shelved(many, rows(len(many.cells), flat.arcs), flat)
    net = build(many, flat, row, nesting(many, row), [], fans)
    assert max(row) > 40
    assert {len(net.bends[at]) for at, link in enumerate(many.links) if "z" not in (link.tail, link.head)} == {0, 2}


@pytest.mark.parametrize("fan", FANS)
def test_a_branch_stays_in_one_piece(fan: str) -> None:
    row = shelves_of(FANS[fan](120))
    assert all(row[f"b{at}"] == row[f"a{at}"] + 1 == row[f"k{at}"] + 1 for at in range(120))


def test_a_branch_that_is_less_deep_than_others_ends_right_above_the_op_that_takes_it() -> None:
    names = [f"{name}{at}" for at in range(60) for name in "abcd"[: 1 + at % 4]]
    arcs = [(f"{one}{at}", f"{other}{at}") for at in range(60) for one, other in pairwise("abcd"[: 1 + at % 4])]
    row = shelves_of(workloads.diagram([*names, "x"], arcs + [(f"{'abcd'[at % 4]}{at}", "x") for at in range(60)]))
    last = [row[f"{'abcd'[at % 4]}{at}"] for at in range(60)]
    assert set(last) == {3, 7, 11}
    assert row["x"] == 12


def test_a_deeper_branch_pushes_down_the_shelves_below_it() -> None:
    many = hanging(120)
    arcs = [(link.tail, link.head) for link in many.links] + [("b0", "c"), ("c", "d"), ("d", "e")]
    row = shelves_of(workloads.diagram([*(cell.id for cell in many.cells), "c", "d", "e"], arcs))
    assert row["e"] == row["b0"] + 3
    assert min(row[f"a{at}"] for at in range(120) if row[f"a{at}"] > row["a0"]) == row["e"] + 1


def test_what_leads_on_to_another_such_cell_stays_above_it() -> None:
    above, below = ([f"{name}{at}" for at in range(100)] for name in "ab")
    arcs = [*(("x", one) for one in above), *((one, "y") for one in above), *(("y", one) for one in below)]
    row = shelves_of(workloads.diagram(["x", "y", *above, *below], arcs))
    assert row["x"] < min(row[one] for one in above)
    assert max(row[one] for one in above) < row["y"] < min(row[one] for one in below)
    assert len({row[one] for one in above}) > 2
    assert len({row[one] for one in below}) > 2


@pytest.mark.parametrize(
    "diagram",
    [
        workloads.chain(3),
        workloads.diagram(["x", *map(str, range(20))], [("x", str(at)) for at in range(20)]),  # few enough for one row
        workloads.diagram(  # each is linked to two such cells, but does not lead from the one to the other
            [*(f"a{at}" for at in range(40)), "x", "y", *(f"b{at}" for at in range(40))],
            [("x", "y")]
            + [arc for at in range(40) for arc in ((f"a{at}", "x"), (f"a{at}", f"b{at}"), ("y", f"b{at}"))],
        ),
        workloads.diagram(  # each takes from two cells that many take from
            ["x", "y", *(f"c{at}" for at in range(100))],
            [(tail, f"c{at}") for at in range(100) for tail in "xy"],
        ),
    ],
)
def test_rows_stay_where_nothing_hangs_on_one_cell_alone(diagram: Diagram) -> None:
    flat = columns(diagram)
    row = rows(len(diagram.cells), flat.arcs)
    assert shelved(diagram, row, flat)[0] == row
