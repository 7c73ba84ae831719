"""The Graphviz layout: a diagram through the `dot` program, as a choice beside the live layout.

Cells are sent as tables of fixed size with an empty field round each port, so that links start and end on our ports.
Runs another program under a deadline; everything else here is text in, numbers out.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import graphviz  # type: ignore[import-untyped]  # it ships no types
import msgspec

from gradviz.layout.diagram import Cell, Diagram, Direction, Frame
from gradviz.layout.geometry import Placement, Point, Rect, Route, Size

PROGRAM_VARIABLE = "GRADVIZ_DOT"  # the environment variable with which a person chooses their own dot
BUNDLED = "graphviz-pure"  # the distribution that brings a dot program of this name
POINTS_PER_INCH = 72  # a point of dot is a pixel of ours
RANK_GAP = 40
CELL_GAP = 24
FRAME_PADDING = 14
PORT_FIELD = 2.0  # the width of the field in whose middle a port is


class GraphvizError(Exception):
    """The Graphviz layout could not be made."""


class GraphvizMissingError(GraphvizError):
    """There is no dot program on this machine."""


class GraphvizTimeoutError(GraphvizError):
    """The dot program did not finish within its budget and was stopped."""


class GraphvizFailedError(GraphvizError):
    """The dot program ended in an error or answered something else than a layout."""


class _Object(msgspec.Struct):
    """A node, by the place of its middle, or a cluster, by its two corners."""

    name: str
    pos: str = ""
    bb: str = ""


class _Edge(msgspec.Struct):
    """An edge, by the points of its spline."""

    id: str
    pos: str


class _Answer(msgspec.Struct):
    """What is read of dot's JSON. Numbers are in points, y grows up."""

    bb: str
    objects: list[_Object] = msgspec.field(default_factory=list)
    edges: list[_Edge] = msgspec.field(default_factory=list)


def place(diagram: Diagram, direction: Direction = "TB", budget_s: float = 10.0) -> Placement:
    """Lay a diagram out with dot.

    Args:
        diagram: what to lay out; sizes in CSS pixels.
        direction: where data flows to.
        budget_s: seconds after which dot is stopped.

    Raises:
        GraphvizMissingError: no dot program was found.
        GraphvizTimeoutError: the budget was not enough.
        GraphvizFailedError: dot ended in an error.
    """
    return _read(_run(source(diagram, direction), budget_s), diagram, direction)


def program() -> Path:
    """The dot program: the one the person chose, else the one installed with us, else the one on PATH.

    Raises:
        GraphvizMissingError: there is none.
    """
    chosen = os.environ.get(PROGRAM_VARIABLE)
    if chosen:
        return Path(chosen)
    return _bundled() or _on_path()


def _bundled() -> Path | None:
    """The program installed with us."""
    try:
        files = metadata.files(BUNDLED) or []
    except metadata.PackageNotFoundError:
        return None
    found = [Path(str(file.locate())) for file in files if file.stem == BUNDLED and file.parent.name != BUNDLED]
    return next((path for path in found if path.is_file()), None)


def _on_path() -> Path:
    found = shutil.which("dot")
    if found is None:
        raise GraphvizMissingError(f"no dot program: install {BUNDLED} or Graphviz, or set {PROGRAM_VARIABLE}")
    return Path(found)


def _run(text: str, budget_s: float) -> bytes:
    """The answer of dot. The process is killed when the budget is spent."""
    try:
        done = subprocess.run(
            [program(), "-Kdot", "-Tjson0"], input=text.encode(), capture_output=True, timeout=budget_s, check=True
        )
    except subprocess.TimeoutExpired as stopped:
        raise GraphvizTimeoutError(f"dot was stopped after {budget_s:g} s") from stopped
    except subprocess.CalledProcessError as failed:
        words = str(failed.stderr, "utf-8", "replace").strip()
        raise GraphvizFailedError(words or f"dot ended with status {failed.returncode}") from failed
    except OSError as missing:
        raise GraphvizMissingError(str(missing)) from missing
    return done.stdout


def source(diagram: Diagram, direction: Direction = "TB") -> str:
    """The diagram in the DOT language. Names are numbers, so that no text of a program reaches dot."""
    dot = graphviz.Digraph(
        graph_attr={
            "rankdir": direction,
            "ranksep": _inches(RANK_GAP),
            "nodesep": _inches(CELL_GAP),
            "labeljust": "l",
        },
        node_attr={"shape": "plain", "margin": "0", "fontsize": "1"},
        edge_attr={"arrowhead": "none"},
    )
    number = {cell.id: str(at) for at, cell in enumerate(diagram.cells)}
    inside: dict[str | None, list[Cell]] = {}
    for cell in diagram.cells:
        inside.setdefault(cell.frame, []).append(cell)
    bodies = {None: dot} | {
        frame.id: graphviz.Digraph(name=f"cluster_{at}", graph_attr=_cluster(frame))
        for at, frame in enumerate(diagram.frames)
    }
    for name, cells in inside.items():
        for cell in cells:
            bodies[name].node(number[cell.id], _table(cell, direction))
    for frame in reversed(_outer_first(diagram.frames)):
        bodies[frame.parent].subgraph(bodies[frame.id])
    tail_side, head_side = ("s", "n") if direction == "TB" else ("e", "w")
    for at, link in enumerate(diagram.links):
        tail = f"{number[link.tail]}:o{link.tail_port}:{tail_side}"
        dot.edge(tail, f"{number[link.head]}:i{link.head_port}:{head_side}", id=str(at))
    return str(dot.source)


def _outer_first(frames: tuple[Frame, ...]) -> list[Frame]:
    """Parents before their children."""
    children: dict[str | None, list[Frame]] = {}
    for frame in frames:
        children.setdefault(frame.parent, []).append(frame)
    order = list(children.get(None, []))
    for frame in order:
        order.extend(children.get(frame.id, []))
    return order


def _inches(points: float) -> str:
    return f"{points / POINTS_PER_INCH:.4f}"


def _cluster(frame: Frame) -> dict[str, str]:
    """The attributes of a frame: its padding, and a blank label as large as its title."""
    label = f"<{_nest(_row([_field(*frame.title)]))}>" if frame.title.width and frame.title.height else ""
    return {"margin": str(FRAME_PADDING), "label": label}


def _table(cell: Cell, direction: Direction) -> str:
    """A label as large as the cell: one half for each side, and in it a small field round each port."""
    width, height = cell.size
    inputs, outputs = ({f"{side}{at}": place for at, place in enumerate(ports)} for side, ports in _sides(cell))
    if direction == "TB":
        halves = [
            _nest(_row([_field(extent, height / 2, name) for name, extent in _spans(ports, width)]))
            for ports in (inputs, outputs)
        ]
        return f"<{_nest(''.join(_row([f'<TD>{half}</TD>']) for half in halves))}>"
    halves = [
        _nest("".join(_row([_field(width / 2, extent, name)]) for name, extent in _spans(ports, height)))
        for ports in (inputs, outputs)
    ]
    return f"<{_nest(_row([f'<TD>{half}</TD>' for half in halves]))}>"


def _sides(cell: Cell) -> tuple[tuple[str, tuple[float, ...]], tuple[str, tuple[float, ...]]]:
    return ("i", cell.inputs), ("o", cell.outputs)


def _spans(ports: dict[str, float], length: float) -> Iterator[tuple[str, float]]:
    """Fields, by port name (none for the blanks between them) and extent, that fill a side."""
    done = 0.0
    for name, place in ports.items():
        start = max(done, place - PORT_FIELD / 2)
        if start > done:
            yield "", start - done
        done = min(length, place + PORT_FIELD / 2)
        yield name, done - start
    if length > done:
        yield "", length - done


def _nest(rows: str) -> str:
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE>'


def _row(fields: list[str]) -> str:
    return f"<TR>{''.join(fields)}</TR>"


def _field(width: float, height: float, port: str = "") -> str:
    """An empty field of fixed extent."""
    name = f' PORT="{port}"' if port else ""
    return f'<TD FIXEDSIZE="TRUE" WIDTH="{round(width)}" HEIGHT="{round(height)}"{name}></TD>'


def _read(answer: bytes, diagram: Diagram, direction: Direction) -> Placement:
    """The placement in dot's JSON."""
    try:
        return _placement(msgspec.json.decode(answer, type=_Answer), diagram, direction)
    except (msgspec.MsgspecError, KeyError, ValueError) as error:
        raise GraphvizFailedError(f"dot's answer is not a layout: {error}") from error


def _placement(found: _Answer, diagram: Diagram, direction: Direction) -> Placement:
    """Dot's answer with y growing down and each curve bound to its two ports."""
    left, low, right, high = _numbers(found.bb)
    middles = {thing.name: _numbers(thing.pos) for thing in found.objects if thing.pos}
    corners = {thing.name: _numbers(thing.bb) for thing in found.objects if thing.bb}
    cells: dict[str, Rect] = {}
    for at, cell in enumerate(diagram.cells):
        x, y = middles[str(at)]
        cells[cell.id] = Rect(x - left - cell.size.width / 2, high - y - cell.size.height / 2, *cell.size)
    frames: dict[str, Rect] = {}
    for at, frame in enumerate(diagram.frames):
        if f"cluster_{at}" in corners:
            x0, y0, x1, y1 = corners[f"cluster_{at}"]
            frames[frame.id] = Rect(x0 - left, high - y1, x1 - x0, y1 - y0)
    shapes = {cell.id: cell for cell in diagram.cells}
    splines = {edge.id: edge.pos for edge in found.edges}
    routes: dict[str, Route] = {}
    for at, link in enumerate(diagram.links):
        numbers = _numbers(splines[str(at)].replace(" ", ","))
        numbers[::2] = [x - left for x in numbers[::2]]
        numbers[1::2] = [high - y for y in numbers[1::2]]
        start = _port(cells[link.tail], shapes[link.tail].outputs[link.tail_port], direction, 1.0)
        end = _port(cells[link.head], shapes[link.head].inputs[link.head_port], direction, 0.0)
        routes[link.id] = Route((*start, *numbers[2:-2], *end))
    return Placement(cells, frames, routes, Size(right - left, high - low))


def _port(cell: Rect, offset: float, direction: Direction, side: float) -> Point:
    """Where a port is; `side` is 0 at the inputs and 1 at the outputs."""
    if direction == "TB":
        return Point(cell.x + offset, cell.y + side * cell.height)
    return Point(cell.x + side * cell.width, cell.y + offset)


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]
