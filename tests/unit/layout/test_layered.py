import gc
import time
from itertools import chain, pairwise

import pytest
from hypothesis import given, settings

from gradviz.layout.diagram import Cell, Diagram, Direction, Frame, Link
from gradviz.layout.geometry import Placement, Size
from gradviz.layout.layered import place
from gradviz.layout.rows.layering import CycleError
from tests.unit.layout import workloads
from tests.unit.layout.laws import check, no_overlap, parallel_links_do_not_cross
from tests.unit.layout.strategies import diagrams


@settings(max_examples=100)
@given(diagrams())
def test_any_diagram_obeys_the_laws_from_top_to_bottom(diagram: Diagram) -> None:
    placement = place(diagram)
    check(diagram, placement, "TB")
    parallel_links_do_not_cross(diagram, placement, "TB")


@settings(max_examples=50)
@given(diagrams())
def test_any_diagram_obeys_the_laws_from_left_to_right(diagram: Diagram) -> None:
    placement = place(diagram, "LR")
    check(diagram, placement, "LR")
    parallel_links_do_not_cross(diagram, placement, "LR")


@settings(max_examples=25)
@given(diagrams())
def test_the_same_diagram_is_placed_the_same_way(diagram: Diagram) -> None:
    assert place(diagram) == place(diagram)


@pytest.mark.parametrize(
    "diagram",
    [
        workloads.diamond(),
        workloads.square(),
        workloads.perceptron(),
        workloads.framed(),
        workloads.resnet(2),
        workloads.transformer(1),
        workloads.lstm(3),
        workloads.lstm(14, shared=True),
        workloads.synthetic(80),
        workloads.fan(20),
    ],
    ids=["diamond", "square", "perceptron", "framed", "resnet", "transformer", "lstm", "shared", "synthetic", "fan"],
)
def test_the_shapes_of_real_programs_obey_the_laws(diagram: Diagram) -> None:
    check(diagram, place(diagram), "TB")


@pytest.mark.parametrize("diagram", [workloads.perceptron(sideways=True), workloads.framed(sideways=True)])
def test_the_shapes_of_real_programs_obey_the_laws_sideways(diagram: Diagram) -> None:
    check(diagram, place(diagram, "LR"), "LR")


def test_nothing_has_no_extent() -> None:
    placement = place(Diagram((), ()))
    assert placement == Placement({}, {}, {}, Size(0, 0))


def test_a_single_cell_fills_its_placement() -> None:
    placement = place(workloads.chain(1))
    assert placement.size == workloads.USUAL
    assert placement.cells["c0"] == (0, 0, *workloads.USUAL)


def test_a_chain_is_a_straight_line() -> None:
    placement = place(workloads.chain(50))
    assert {rect.x for rect in placement.cells.values()} == {0}
    assert {point.x for route in placement.routes.values() for point in route.points} == {workloads.USUAL.width / 2}


def test_a_diamond_is_symmetric() -> None:
    cells = place(workloads.diamond()).cells
    assert cells["a"].x == cells["d"].x
    assert cells["a"].center.x - cells["b"].center.x == pytest.approx(cells["c"].center.x - cells["a"].center.x)


def test_a_square_stands_below_the_middle_of_its_operand() -> None:
    cells = place(workloads.square()).cells
    assert cells["x"].center.x == pytest.approx(cells["mul"].center.x) == pytest.approx(cells["y"].center.x)


def test_a_stem_does_not_drift_towards_its_constants() -> None:
    cells = place(workloads.perceptron()).cells
    stem = {round(cells[name].center.x, 6) for name in ("lin1", "relu", "lin2", "loss", "y")}
    assert len(stem) == 1
    assert place(workloads.resnet(30)).size.width < 6 * workloads.USUAL.width


@pytest.mark.parametrize("layers", [4, 10, 300])
def test_a_stem_does_not_drift_towards_chains_that_are_shorter(layers: int) -> None:
    """Linear layers: the weight of each goes through a transpose, and is in the row of the layer before it."""
    arcs = []
    for number in range(layers):
        before = f"addmm{number - 1}" if number else "x"
        arcs += [(f"w{number}", f"t{number}"), (f"b{number}", f"addmm{number}"), (before, f"addmm{number}")]
        arcs.append((f"t{number}", f"addmm{number}"))
    names = dict.fromkeys(name for arc in arcs for name in arc)
    cells = place(workloads.diagram(names, arcs)).cells
    stem = {round(cells[f"addmm{number}"].center.x, 6) for number in range(layers)}
    assert len(stem) == 1


def test_a_chain_is_straight_though_notes_hang_at_the_side_of_some_cells() -> None:
    """The ports of a cell with a note are in the middle of its box, not of the cell."""
    wide = Size(300, 44)
    cells = tuple(
        Cell(f"c{at}", wide if at % 3 == 1 else workloads.USUAL, (55.0,) if at else (), (55.0,)) for at in range(9)
    )
    links = tuple(Link(f"l{at}", f"c{at}", 0, f"c{at + 1}", 0) for at in range(8))
    for place_of in (place(Diagram(cells, links)), place(Diagram((*cells, cells[0]._replace(id="z")), links))):
        ports = {rect.x + 55.0 for name, rect in place_of.cells.items() if name != "z"}
        assert len(ports) == 1
        assert {point.x for route in place_of.routes.values() for point in route.points} == ports


def test_a_column_of_ops_with_two_operands_does_not_drift() -> None:
    """Each takes what is before it at its first port, which is left of its middle."""
    names = [name for at in range(30) for name in (f"w{at}", f"mul{at}")]
    arcs = [arc for at in range(1, 30) for arc in ((f"mul{at - 1}", f"mul{at}"), (f"w{at}", f"mul{at}"))]
    cells = place(workloads.diagram(names, arcs)).cells
    assert len({round(cells[f"mul{at}"].x, 6) for at in range(1, 30)}) == 1


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_is_left_as_it_was(collects: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if collects else gc.disable)()
        place(workloads.square())
        assert gc.isenabled() is collects
    finally:
        (gc.enable if before else gc.disable)()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["synthetic", "framed", "stacked"])
def test_the_time_grows_about_as_the_diagram_does(kind: str) -> None:
    def seconds(count: int) -> float:
        diagram = workloads.synthetic(count)
        if kind == "framed":
            frames = tuple(Frame(f"f{at}", f"f{at - 1}" if at % 8 else None, Size(90, 16)) for at in range(count // 8))
            cells = tuple(cell._replace(frame=f"f{at // 8}") for at, cell in enumerate(workloads.chain(count).cells))
            diagram = Diagram(cells, workloads.chain(count).links, frames)
        if kind == "stacked":  # leaves of one op, beside ops whose operands cross
            arcs = [("stack", "cat"), ("p", "q"), ("q", "cat"), ("p", "r"), ("r", "cat"), ("s", "r"), ("s", "q")]
            arcs += [(f"x{at}", "stack") for at in range(count)]
            diagram = workloads.diagram(dict.fromkeys(chain.from_iterable(arcs)), arcs)
        start = time.process_time()
        place(diagram)
        return time.process_time() - start

    assert seconds(30_000) <= 25 * min(seconds(3_000) for _ in range(3))  # 10 where nothing else runs


def test_operands_stand_in_their_order() -> None:
    cells = place(workloads.perceptron()).cells
    assert cells["x"].x < cells["w1"].x < cells["b1"].x
    assert cells["relu"].x < cells["w2"].x < cells["b2"].x


def test_constants_stand_next_to_their_user() -> None:
    cells = place(workloads.transformer(1)).cells
    assert cells["tw.0"].y == cells["view1.0"].y
    assert cells["wq.0"].y == cells["norm1.0"].y


def test_what_goes_twice_into_the_same_op_stands_next_to_it() -> None:
    chain = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "add")]
    arcs = [*chain, ("x", "square"), ("x", "square"), ("square", "add")]
    cells = place(workloads.diagram(dict.fromkeys(name for arc in arcs for name in arc), arcs)).cells
    assert cells["square"].y == cells["d"].y
    assert cells["x"].y == cells["c"].y


def test_links_that_lead_back_are_refused() -> None:
    cells = tuple(Cell(name, workloads.USUAL, (50,), (50,)) for name in "ab")
    with pytest.raises(CycleError):
        place(Diagram(cells, (Link("1", "a", 0, "b", 0), Link("2", "b", 0, "a", 0))))


def test_many_parts_make_lines_about_as_wide_as_a_screen() -> None:
    names = [f"c{at}" for at in range(60)]
    placement = place(workloads.diagram(names, []))
    no_overlap(placement.cells)
    assert 1 < placement.size.width / placement.size.height < 4
    assert placement.cells["c0"].y == placement.cells["c1"].y
    assert placement.cells["c0"].x < placement.cells["c1"].x


def test_a_value_used_everywhere_does_not_make_the_work_quadratic() -> None:
    names = ["x", *(f"c{at}" for at in range(60)), "end"]
    arcs = list(pairwise(names)) + [("x", name) for name in names[2:-1]]
    shared = workloads.diagram(names, arcs)
    check(shared, place(shared), "TB")


def test_every_value_used_at_the_end_does_not_make_the_work_quadratic() -> None:
    names = [f"c{at}" for at in range(60)]
    arcs = list(pairwise(names)) + [(name, "end") for name in names]
    gathered = workloads.diagram([*names, "end"], arcs, sizes={"end": Size(1500, 44)})
    check(gathered, place(gathered), "TB")


def test_links_with_the_same_ends_run_side_by_side_past_a_row() -> None:
    arcs = [("x", "a"), ("a", "b"), ("b", "c"), ("x", "c"), ("x", "c"), ("a", "c")]
    doubled = workloads.diagram("xabc", arcs)
    placement = place(doubled)
    check(doubled, placement, "TB")
    parallel_links_do_not_cross(doubled, placement, "TB")


def test_parts_keep_their_own_frames_with_a_title_or_without() -> None:
    frames = [Frame("F", None, Size(0, 0)), Frame("G", None, Size(90, 16)), Frame("H", "G", Size(0, 0))]
    frames.append(Frame("empty", None, Size(90, 16)))
    parts = workloads.diagram("abcdef", [("a", "b"), ("c", "d"), ("d", "e")], frames, {"b": "F", "d": "H", "e": "G"})
    placement = place(parts)
    check(parts, placement, "TB")
    assert set(placement.frames) == {"F", "G", "H"}
    assert set(placement.cells) == set("abcdef")


def test_a_link_leaves_one_frame_and_enters_another_by_their_ends() -> None:
    frames = [Frame("F", None, Size(90, 16)), Frame("G", None, Size(90, 16))]
    arcs = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f"), ("a", "f")]
    for home in ({"a": "F", "b": "F", "c": "F", "d": "G", "e": "G", "f": "G"}, {"a": "F", "b": "F", "f": "G"}):
        crossing = workloads.diagram("abcdef", arcs, frames, home)
        check(crossing, place(crossing), "TB")


def test_a_frame_without_a_cell_is_left_out() -> None:
    diagram = workloads.framed()
    cells = tuple(cell._replace(frame=None) if cell.frame == "H" else cell for cell in diagram.cells)
    assert set(place(diagram._replace(cells=cells)).frames) == {"F", "G"}


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_a_hundred_thousand_steps_are_placed(direction: Direction) -> None:
    placement = place(workloads.chain(100_000), direction)
    assert len(placement.cells) == 100_000
