import os
from pathlib import Path

import pytest

from gradviz.layout import graphviz
from gradviz.layout.diagram import Cell, Diagram, Direction, Link
from gradviz.layout.geometry import Size
from tests.unit.layout import workloads
from tests.unit.layout.laws import cell, complete, data_flows_forward, holds, near, no_overlap, port

SHAPES = [
    workloads.chain(3),
    workloads.square(),
    workloads.perceptron(),
    workloads.resnet(2),
    workloads.lstm(2),
]


def ends_are_on_ports(diagram: Diagram, direction: Direction) -> None:
    placement = graphviz.place(diagram, direction)
    complete(diagram, placement)
    no_overlap(placement.cells)
    data_flows_forward(diagram, placement, direction)
    for link in diagram.links:
        tail, head = cell(diagram, link.tail), cell(diagram, link.head)
        points = placement.routes[link.id].points
        assert len(points) % 3 == 1
        assert near(points[0], port(placement.cells[tail.id], tail.outputs[link.tail_port], direction, out=True))
        assert near(points[-1], port(placement.cells[head.id], head.inputs[link.head_port], direction, out=False))


@pytest.mark.parametrize("diagram", SHAPES)
def test_cells_and_curves_from_top_to_bottom(diagram: Diagram) -> None:
    ends_are_on_ports(diagram, "TB")


def test_cells_and_curves_from_left_to_right() -> None:
    ends_are_on_ports(workloads.perceptron(sideways=True), "LR")


@pytest.mark.parametrize("sideways", [False, True])
def test_frames_hold_their_cells_and_titles(sideways: bool) -> None:
    diagram = workloads.framed(sideways)
    placement = graphviz.place(diagram, "LR" if sideways else "TB")
    assert set(placement.frames) == {"F", "G", "H"}
    for each in diagram.cells:
        if each.frame is not None:
            assert holds(placement.frames[each.frame], placement.cells[each.id])
    assert holds(placement.frames["F"], placement.frames["G"])
    for frame in diagram.frames:
        assert placement.frames[frame.id].width >= frame.title.width


def test_dot_lands_the_curves_within_a_pixel_of_our_ports() -> None:
    diagram = Diagram(
        (Cell("a", Size(200, 40), (), (10, 190)), Cell("b", Size(300, 40), (7, 150, 293), ())),
        (Link("1", "a", 0, "b", 0), Link("2", "a", 1, "b", 1), Link("3", "a", 1, "b", 2)),
    )
    placement = graphviz.place(diagram)
    for route in placement.routes.values():
        start, leaving, arriving, end = route.points[0], route.points[1], route.points[-2], route.points[-1]
        assert abs(start.x - leaving.x) <= 2
        assert abs(end.x - arriving.x) <= 2


def test_ports_in_the_corners_and_frames_without_a_title() -> None:
    diagram = workloads.framed()
    cells = tuple(each._replace(outputs=(each.size.width,), inputs=(0.0,) * len(each.inputs)) for each in diagram.cells)
    frames = tuple(frame._replace(title=Size(0, 0)) for frame in diagram.frames)
    ends_are_on_ports(diagram._replace(cells=cells, frames=frames), "TB")


def test_a_frame_without_a_cell_is_left_out() -> None:
    diagram = workloads.framed()
    cells = tuple(each._replace(frame=None) if each.frame == "H" else each for each in diagram.cells)
    assert set(graphviz.place(diagram._replace(cells=cells)).frames) == {"F", "G"}


def test_nothing_has_no_cells() -> None:
    assert graphviz.place(Diagram((), ())).cells == {}


def test_no_text_of_a_program_reaches_dot() -> None:
    hostile = 'a"; x [label=<'
    diagram = workloads.diagram([hostile, "b:n"], [(hostile, "b:n")])
    assert hostile not in graphviz.source(diagram)
    ends_are_on_ports(diagram, "TB")


def test_a_person_may_choose_their_own_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(graphviz.PROGRAM_VARIABLE, str(tmp_path / "dot"))
    assert graphviz.program() == tmp_path / "dot"


def test_without_the_bundled_program_the_one_on_the_path_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(graphviz, "BUNDLED", "no-such-distribution")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(graphviz.GraphvizMissingError, match=graphviz.PROGRAM_VARIABLE):
        graphviz.program()
    found = script(tmp_path / "dot", "exit 0")
    assert graphviz.program() == found


def test_a_dot_that_is_not_there_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(graphviz.PROGRAM_VARIABLE, str(tmp_path / "dot"))
    with pytest.raises(graphviz.GraphvizMissingError):
        graphviz.place(workloads.chain(2))


def test_a_dot_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(graphviz.PROGRAM_VARIABLE, str(script(tmp_path / "dot", "exec sleep 600")))
    with pytest.raises(graphviz.GraphvizTimeoutError, match=r"0\.1 s"):
        graphviz.place(workloads.chain(2), budget_s=0.1)


def test_a_dot_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(graphviz.PROGRAM_VARIABLE, str(script(tmp_path / "dot", "echo lost memory >&2; exit 3")))
    with pytest.raises(graphviz.GraphvizFailedError, match="lost memory"):
        graphviz.place(workloads.chain(2))


def test_a_dot_that_fails_in_silence_is_named_by_its_status(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(graphviz.PROGRAM_VARIABLE, str(script(tmp_path / "dot", "exit 3")))
    with pytest.raises(graphviz.GraphvizFailedError, match="status 3"):
        graphviz.place(workloads.chain(2))


@pytest.mark.parametrize("answer", ["nonsense", "{}", '{"bb": "0,0,1,1"}', '{"bb": "0,0,x,1"}'])
def test_an_answer_that_is_no_layout_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str) -> None:
    monkeypatch.setenv(graphviz.PROGRAM_VARIABLE, str(script(tmp_path / "dot", f"cat >/dev/null; echo '{answer}'")))
    with pytest.raises(graphviz.GraphvizFailedError, match="not a layout"):
        graphviz.place(workloads.chain(2))


def script(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    assert os.access(path, os.X_OK)
    return path
