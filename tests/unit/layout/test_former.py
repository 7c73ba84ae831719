"""What was laid out before stays where it was, as far as the picture is not the worse for it."""

from itertools import pairwise
from statistics import median
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.layout.burden import SLACK, STALE, WORSE
from gradviz.layout.diagram import Cell, Diagram, Direction, Link
from gradviz.layout.former import Laid, formerly
from gradviz.layout.geometry import Badness, Placement, Rect, Size
from gradviz.layout.layered import place
from gradviz.layout.pieces import loose
from gradviz.layout.rows.columns import columns
from gradviz.layout.rows.layering import rows
from gradviz.layout.rows.nesting import nesting
from gradviz.layout.rows.net import build
from gradviz.layout.rows.pulls import pulls
from tests.unit.layout import workloads
from tests.unit.layout.laws import check, parallel_links_do_not_cross
from tests.unit.layout.strategies import diagrams, parts_of

SHAPES = {
    "perceptron": workloads.perceptron(),
    "framed": workloads.framed(),
    "resnet": workloads.resnet(6),
    "transformer": workloads.transformer(4),
    "lstm": workloads.lstm(8),
    "shared": workloads.lstm(8, shared=True),
    "fan": workloads.fan(12),
    "synthetic": workloads.synthetic(120),
}


def across(placement: Placement, direction: Direction = "TB") -> dict[str, float]:
    return {name: rect.x if direction == "TB" else rect.y for name, rect in placement.cells.items()}


def moved(before: Placement, after: Placement, direction: Direction = "TB") -> set[str]:
    """The old cells that went across by more than a pixel, when the picture as a whole is brought back."""
    old, new = across(before, direction), across(after, direction)
    whole = median(new[name] - old[name] for name in old if name in new)
    return {name for name in old if name in new and abs(new[name] - old[name] - whole) > 1}


def in_another_order(diagram: Diagram) -> Diagram:
    """The same, written otherwise: what is equal to what was laid out is not laid out again."""
    return diagram._replace(cells=diagram.cells[::-1])


@settings(max_examples=40)
@given(diagrams(), diagrams(), st.sampled_from(["TB", "LR"]))
def test_any_diagram_after_any_other_obeys_the_laws(before: Diagram, after: Diagram, direction: Direction) -> None:
    placement = place(after, direction, Laid(before, place(before, direction)))
    check(after, placement, direction)
    parallel_links_do_not_cross(after, placement, direction)
    assert placement == place(after, direction, Laid(before, place(before, direction)))


@settings(max_examples=40)
@given(diagrams().flatmap(lambda diagram: st.tuples(st.just(diagram), parts_of(diagram))), st.booleans())
def test_any_diagram_before_and_after_more_of_it_obeys_the_laws(pair: tuple[Diagram, Diagram], grows: bool) -> None:
    after, before = pair if grows else pair[::-1]
    check(after, place(after, before=Laid(before, place(before))), "TB")


@settings(max_examples=60)
@given(diagrams(), diagrams(), st.sampled_from(["TB", "LR"]))
def test_whatever_is_loose_in_frames_obeys_the_laws(before: Diagram, after: Diagram, direction: Direction) -> None:
    with patch.object(loose, "MOST", 0):
        former = Laid(before, place(before, direction))
        check(before, former.placement, direction)
        check(after, place(after, direction, former), direction)


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name", SHAPES)
def test_what_does_not_change_does_not_move(name: str, direction: Direction) -> None:
    diagram = SHAPES[name]
    before = place(diagram, direction)
    assert place(diagram, direction, Laid(diagram, before)) == before
    after = place(diagram, direction, Laid(in_another_order(diagram), before))
    assert not moved(before, after, direction)


def test_one_more_op_moves_few() -> None:
    shares = []
    for diagram in SHAPES.values():
        before = place(diagram)
        for at in range(0, len(diagram.links), 1 + len(diagram.links) // 4):
            edit = workloads.inserted(diagram, at)
            after = place(edit, before=Laid(diagram, before))
            check(edit, after, "TB")
            shares.append(len(moved(before, after)) / len(diagram.cells))
    assert median(shares) <= 0.02


def test_an_op_in_a_stem_is_in_line_with_it() -> None:
    diagram = workloads.resnet(6)
    at = next(at for at, link in enumerate(diagram.links) if link.tail == "conv1.3")
    before = place(diagram)
    after = place(workloads.inserted(diagram, at), before=Laid(diagram, before))
    assert not moved(before, after)
    assert after.cells["new"].center.x == after.cells["conv1.3"].center.x == after.cells["norm1.3"].center.x


def test_a_box_that_gets_a_note_keeps_its_ports_in_line() -> None:
    diagram = workloads.chain(5)
    noted = diagram.cells[2]._replace(size=workloads.USUAL._replace(width=300))
    after = place(
        diagram._replace(cells=(*diagram.cells[:2], noted, *diagram.cells[3:])), before=Laid(diagram, place(diagram))
    )
    assert len(set(across(after).values())) == 1


def test_what_is_typed_op_by_op_gets_no_worse_than_laid_out_at_once() -> None:
    whole = workloads.transformer(3)
    laid: Laid | None = None
    for count in range(1, len(whole.cells) + 1):
        names = {cell.id for cell in whole.cells[:count]}
        links = tuple(link for link in whole.links if {link.tail, link.head} <= names)
        diagram = Diagram(whole.cells[:count], links)
        laid = Laid(diagram, place(diagram, before=laid))
    assert laid is not None
    fresh = place(whole)
    assert laid.placement.size.width <= WORSE * fresh.size.width + SLACK.width


def measured() -> Laid:
    """A diagram that was held against a picture of it without regard for former places."""
    diagram = workloads.resnet(6)
    return Laid(diagram, place(diagram, before=Laid(in_another_order(diagram), place(diagram))))


def test_small_edits_are_held_against_one_yardstick() -> None:
    laid = measured()
    ((name, first),) = laid.placement.yardsticks.items()
    assert (first.cells, first.changes) == (len(laid.diagram.cells), 0)
    edit = workloads.inserted(laid.diagram, 40)
    after = place(edit, before=laid)
    assert after.yardsticks == {name: first._replace(cells=first.cells + 1, changes=2)}
    check(edit, after, "TB")
    back = place(laid.diagram, before=Laid(edit, after))
    assert back.yardsticks == {name: first._replace(changes=4)}
    assert not moved(laid.placement, back)


def test_a_yardstick_is_made_again_when_much_has_changed_since() -> None:
    laid = measured()
    changes = []
    for at in range(6):
        diagram = workloads.inserted(laid.diagram, 40)
        cells = tuple(cell._replace(id=f"new {at}") if cell.id == "new" else cell for cell in diagram.cells)
        ends = {"new": f"new {at}"}
        links = tuple(
            link._replace(
                id=f"{link.id} {at}", tail=ends.get(link.tail, link.tail), head=ends.get(link.head, link.head)
            )
            if "new" in (link.tail, link.head)
            else link
            for link in diagram.links
        )
        laid = Laid(Diagram(cells, links), place(Diagram(cells, links), before=laid))
        changes += [yardstick.changes for yardstick in laid.placement.yardsticks.values()]
    most = STALE * len(laid.diagram.cells)
    assert changes == [2, 4, 6, 8, 0, 2]
    assert changes[3] <= most < changes[3] + 2


def test_what_is_worse_than_its_yardstick_is_held_against_a_new_one() -> None:
    diagram, placement = measured()
    ((name, yardstick),) = placement.yardsticks.items()
    strict = yardstick._replace(fresh=Badness(-10, -1000.0, -1000.0))
    edit = workloads.inserted(diagram, 40)
    after = place(edit, before=Laid(diagram, placement._replace(yardsticks={name: strict})))
    assert after == place(edit, before=Laid(diagram, placement._replace(yardsticks={})))
    assert after.yardsticks[name].changes == 0


def test_each_part_is_held_against_its_own_yardstick() -> None:
    diagram = beside(4, 6)
    placement = place(diagram, before=Laid(in_another_order(diagram), place(diagram)))
    assert {name: one.cells for name, one in placement.yardsticks.items()} == {"a.0": 4, "b.0": 6}


def joined(*arcs: str) -> Diagram:
    """Cells named by letters, each with its ports at a place of its own, the same for what leads in and on."""
    names = sorted({name for arc in arcs for name in arc})
    ports = {name: 20.0 + 37 * at % 90 for at, name in enumerate(names)}
    cells = tuple(Cell(name, Size(120, 30), (ports[name],), (ports[name],)) for name in names)
    return Diagram(cells, tuple(Link(arc, arc[0], 0, arc[1], 0) for arc in arcs))


@pytest.mark.parametrize("old", ["ab", "cd", "bc"])
def test_what_is_new_begins_in_line_with_what_it_is_joined_to(old: str) -> None:
    after = joined("ab", "bc", "cd")
    cells = tuple(cell for cell in after.cells if cell.id in old)
    before = Diagram(cells, tuple(link for link in after.links if link.tail in old and link.head in old))
    placed = place(before)
    flat = columns(after)
    row = rows(len(after.cells), flat.arcs)
    net = build(after, flat, row, nesting(after, row), [])
    former = formerly(after, net, [], pulls(net), placed.cells, Laid(before, placed), sideways=False)
    ports = [start + cell.outputs[0] for cell, start in zip(after.cells, former.start, strict=True)]
    assert ports == [placed.cells[old[0]].x + cells[0].outputs[0]] * 4


def test_a_frame_that_is_new_goes_round_what_was_there() -> None:
    after = workloads.framed()
    before = Diagram(tuple(cell._replace(frame=None) for cell in after.cells), after.links)
    placement = place(after, before=Laid(before, place(before)))
    check(after, placement, "TB")
    assert set(placement.frames) == {frame.id for frame in after.frames}


def test_where_little_is_left_nothing_is_kept() -> None:
    before = workloads.resnet(6)
    after = workloads.resnet(2)
    assert place(after, before=Laid(before, place(before))) == place(after)


def beside(*lengths: int) -> Diagram:
    """Chains that no link joins."""
    chains = [[f"{chain}.{at}" for at in range(length)] for chain, length in zip("abcdefgh", lengths, strict=False)]
    arcs = [pair for chain in chains for pair in pairwise(chain)]
    return workloads.diagram([name for chain in chains for name in chain], arcs)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ((4, 4, 4), (4, 5, 4)),
        ((4, 5, 4), (4, 4, 4)),
        ((9, 4), (9, 4, 2)),
        ((4, 4), (4, 4, 9)),
        ((1, 4, 4), (1, 4, 4, 1)),
    ],
)
def test_parts_stay_where_they_were(then: tuple[int, ...], now: tuple[int, ...]) -> None:
    before, after = beside(*then), beside(*now)
    old, new = place(before), place(after, before=Laid(before, place(before)))
    check(after, new, "TB")
    assert not moved(old, new)
    assert {name: new.cells[name].y for name in old.cells if name in new.cells} == {
        name: rect.y for name, rect in old.cells.items() if name in new.cells
    }


def test_a_part_that_grows_into_the_next_one_moves_it_away() -> None:
    before = beside(4, 4)
    wide = before.cells[0]._replace(size=workloads.USUAL._replace(width=400))
    after = before._replace(cells=(wide, *before.cells[1:]))
    check(after, place(after, before=Laid(before, place(before))), "TB")


def test_parts_that_would_be_far_apart_come_together() -> None:
    chains = beside(6, 6, 6, 6, 6, 6)
    placed = place(chains)
    spread = {name: rect.moved(2000.0 * "abcdef".index(name[0]), 0.0) for name, rect in placed.cells.items()}
    after = place(chains, before=Laid(in_another_order(chains), placed._replace(cells=spread)))
    assert after.size == placed.size


def test_many_parts_are_laid_in_lines() -> None:
    cells = tuple(workloads.chain(1).cells[0]._replace(id=f"c{at}") for at in range(60))
    diagram = Diagram(cells, ())
    placed = place(diagram)
    away = placed._replace(cells={name: Rect(rect.y, rect.x, *rect[2:]) for name, rect in placed.cells.items()})
    assert place(diagram, before=Laid(in_another_order(diagram), away)) == placed
