"""Frames beside and after each other."""

from itertools import pairwise

import pytest

from gradviz.layout.diagram import Diagram, Direction, Frame
from gradviz.layout.former import Laid
from gradviz.layout.geometry import Size
from gradviz.layout.layered import place
from tests.unit.layout import workloads
from tests.unit.layout.laws import check

TITLE = Size(150, 16)


def layers(count: int) -> Diagram:
    """A transformer with a frame round each block."""
    diagram = workloads.transformer(count)
    cells = tuple(cell._replace(frame=cell.id.rpartition(".")[2]) if "." in cell.id else cell for cell in diagram.cells)
    return diagram._replace(cells=cells, frames=tuple(Frame(str(block), None, TITLE) for block in range(count)))


def regions(links: list[workloads.Arc], home: dict[str, str]) -> Diagram:
    names = list(dict.fromkeys(name for link in links for name in link))
    return workloads.diagram(names, links, [Frame(name, None, TITLE) for name in sorted(set(home.values()))], home)


def test_layers_of_a_model_stand_below_each_other() -> None:
    diagram = layers(4)
    placement = place(diagram)
    check(diagram, placement, "TB")
    frames = [placement.frames[str(block)] for block in range(4)]
    assert all(above.bottom < below.y for above, below in pairwise(frames))
    assert placement.size.width < 1.5 * max(frame.width for frame in frames)


def test_frames_that_run_side_by_side_may_stand_side_by_side() -> None:
    diagram = workloads.framed()
    frames = place(diagram).frames
    assert frames["H"].y < frames["F"].bottom


def test_frames_that_feed_each_other_are_still_drawn() -> None:
    links = [("a1", "b1"), ("b1", "b2"), ("b2", "a2"), ("a2", "a3"), ("b3", "a1"), ("a1", "a4"), ("b3", "b4")]
    diagram = regions(links, {name: name[0] for link in links for name in link})
    check(diagram, place(diagram), "TB")


def test_a_frame_whose_constant_the_frame_before_uses_is_still_drawn() -> None:
    diagram = regions(
        [("a1", "a2"), ("a2", "b2"), ("b1", "b2"), ("b1", "a2")], {"a1": "a", "a2": "a", "b1": "b", "b2": "b"}
    )
    check(diagram, place(diagram), "TB")


def test_a_link_past_two_frames_runs_between_them() -> None:
    links = [("x", "y1"), ("w", "y1"), ("x", "a"), ("a", "b"), ("b", "c"), ("y1", "y2"), ("c", "y2")]
    links += [("y1", "d"), ("d", "e"), ("y2", "z"), ("e", "l1"), ("l1", "l2")]
    diagram = regions(links, {"a": "G", "b": "G", "c": "G", "d": "I", "e": "I"})
    placement = place(diagram)
    check(diagram, placement, "TB")
    (past,) = (link for link in diagram.links if (link.tail, link.head) == ("y1", "y2"))
    for point in placement.routes[past.id].points[1:-1]:
        assert not any(frame.grown(-1).contains(point) for frame in placement.frames.values())
    assert max(point.x for point in placement.routes[past.id].points) <= placement.frames["I"].right


def in_frames(names: list[str], links: list[workloads.Arc], home: dict[str, str], parents: dict[str, str]) -> Diagram:
    frames = dict.fromkeys([*home.values(), *parents, *parents.values()])
    return workloads.diagram(names, links, [Frame(one, parents.get(one), TITLE) for one in frames], home)


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_what_no_link_joins_in_a_frame_is_laid_in_lines(direction: Direction) -> None:
    names = [f"c{at}" for at in range(600)]
    links = [pair for pair in pairwise(names) if int(pair[1][1:]) % 3]
    diagram = in_frames(names, links, dict.fromkeys(names, "inner"), {"inner": "outer"})
    placement = place(diagram, direction)
    check(diagram, placement, direction)
    assert max(placement.size) < 2 * min(placement.size)


def test_a_frame_round_one_of_several_parts_lies_beside_the_others() -> None:
    diagram = in_frames(["a", "b", "c", "d"], [("a", "b")], {"a": "F", "b": "F", "c": "F"}, {})
    placement = place(diagram)
    check(diagram, placement, "TB")
    assert placement.cells["d"].x > placement.frames["F"].right


def test_what_no_link_joins_in_a_frame_stays_where_it_was() -> None:
    names = [f"{chain}{at}" for chain in "abcd" for at in range(4)]
    links = [pair for pair in pairwise(names) if pair[0][0] == pair[1][0]]
    before = in_frames(names, links, dict.fromkeys(names, "F"), {})
    old = place(before)
    grown = in_frames([*names, "b4"], [*links, ("b3", "b4")], dict.fromkeys([*names, "b4"], "F"), {})
    new = place(grown, before=Laid(before, old))
    check(grown, new, "TB")
    assert {name: new.cells[name] for name in names} == old.cells


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_what_is_loose_in_a_frame_that_links_cross_is_laid_out_as_one_block(direction: Direction) -> None:
    loose = [f"a{at}" for at in range(300)] + [f"b{at}" for at in range(300)]
    links = [pair for pair in pairwise(loose) if int(pair[1][1:]) % 3] + [("x", "in"), ("in", "y")]
    home = {name: "loops" if name[0] == "b" else "region" for name in [*loose, "in"]}
    diagram = in_frames([*loose, "x", "in", "y"], links, home, {"loops": "region"})
    placement = place(diagram, direction)
    check(diagram, placement, direction)
    assert max(placement.size) < 3 * min(placement.size)


def test_little_that_is_loose_in_a_frame_stands_among_the_others() -> None:
    diagram = in_frames(["x", "in", "a", "b"], [("x", "in"), ("a", "b")], {"in": "F", "a": "F", "b": "F"}, {})
    cells = place(diagram).cells
    assert cells["b"].y == cells["in"].y


def test_frames_may_be_as_deep_as_a_program_makes_them() -> None:
    depth = 2000
    home = {f"c{at}": f"F{at}" for at in range(depth)}
    diagram = in_frames(list(home), [], home, {f"F{at}": f"F{at - 1}" for at in range(1, depth)})
    placement = place(diagram)
    assert all(placement.cells[name].y > placement.frames[frame].y for name, frame in home.items())
