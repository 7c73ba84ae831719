"""What hangs on a cell that very many take from: in which rows it stands, and how the whole is drawn."""

import pytest

from gradviz.layout.diagram import Diagram, Direction, Frame
from gradviz.layout.geometry import WIDE, Size
from gradviz.layout.layered import place
from gradviz.layout.rows.columns import columns
from gradviz.layout.rows.layering import rows
from gradviz.layout.rows.shelves import MOST, shelved
from tests.unit.layout import workloads
from tests.unit.layout.laws import check


def hanging(count: int, framed: bool = False, sideways: bool = False) -> Diagram:
    """Two ops and a constant for each of many branches of x, and a few ops that x leads on to."""
    names, arcs = ["x", "y", "z"], [("x", "y"), ("y", "z")]
    for at in range(count):
        names += [f"a{at}", f"k{at}", f"b{at}"]
        arcs += [("x", f"a{at}"), (f"a{at}", f"b{at}"), (f"k{at}", f"b{at}")]
    home = dict.fromkeys(names[3:], "F") if framed else {}
    frames = [Frame("F", None, Size(90, 16))] if framed else []
    return workloads.diagram(names, arcs, frames, home, sideways=sideways)


def shelves_of(diagram: Diagram) -> dict[str, int]:
    flat = columns(diagram)
    found = shelved(rows(len(diagram.cells), flat.arcs), flat)
    assert set(found) == set(range(max(found) + 1))
    assert all(found[tail] < found[head] for tail, head in flat.arcs)
    return {cell.id: row for cell, row in zip(diagram.cells, found, strict=True)}


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("framed", [False, True])
def test_hundreds_of_branches_are_drawn_about_as_wide_as_a_screen(direction: Direction, framed: bool) -> None:
    many = hanging(120, framed, direction == "LR")
    placement = place(many, direction)
    check(many, placement, direction)
    assert max(placement.size) < 2 * MOST


def test_very_many_branches_are_drawn_about_as_wide_and_high_as_a_screen() -> None:
    size = place(hanging(1500), "TB").size
    assert WIDE / 2 < size.width / size.height < WIDE * 2


def test_branches_lead_down_on_the_left_and_up_again_on_the_right() -> None:
    row = shelves_of(hanging(120))
    firsts = [row[f"a{at}"] for at in range(120)]
    lowest = firsts.index(max(firsts))
    assert firsts == sorted(firsts[:lowest]) + sorted(firsts[lowest:], reverse=True)
    assert len(set(firsts)) > 2
    assert firsts[0] == firsts[-1] == row["y"] == row["x"] + 1


def test_a_branch_stays_in_one_piece() -> None:
    row = shelves_of(hanging(120))
    assert all(row[f"b{at}"] == row[f"a{at}"] + 1 == row[f"k{at}"] + 1 for at in range(120))


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
    assert {row[one] for one in above} == {1}
    assert len({row[one] for one in below}) > 2


@pytest.mark.parametrize(
    "diagram",
    [
        workloads.chain(3),
        workloads.diagram(["x", *map(str, range(20))], [("x", str(at)) for at in range(20)]),  # few enough for one row
        workloads.fan(200),  # all lead on to one op
        workloads.diagram(  # each takes from two cells that many take from
            ["x", "y", *(f"c{at}" for at in range(100))],
            [(tail, f"c{at}") for at in range(100) for tail in "xy"],
        ),
    ],
)
def test_rows_stay_where_nothing_hangs_on_one_cell_alone(diagram: Diagram) -> None:
    flat = columns(diagram)
    row = rows(len(diagram.cells), flat.arcs)
    assert shelved(row, flat) == row
