"""Frames beside and after each other."""

from itertools import pairwise

from gradviz.layout.diagram import Diagram, Frame
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
