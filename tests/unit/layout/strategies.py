"""Random diagrams: several ports, parallel links, long links, several parts, nested frames, very wide cells."""

from hypothesis import strategies as st

from gradviz.layout.diagram import Cell, Diagram, Frame, Link
from gradviz.layout.geometry import Size


@st.composite
def diagrams(draw: st.DrawFn, most: int = 24) -> Diagram:
    """A directed acyclic diagram of up to `most` cells."""
    count = draw(st.integers(0, most))
    frames = draw(_frames())
    homes = st.sampled_from([None, None, *(frame.id for frame in frames)])
    operands: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    outputs = [draw(st.integers(1, 3)) for _ in range(count)]
    for head in range(1, count):
        for _ in range(draw(st.integers(0, 3))):
            tail = draw(st.integers(max(0, head - 8), head - 1) | st.integers(0, head - 1))
            operands[head].append((tail, draw(st.integers(0, outputs[tail] - 1))))
    cells = []
    for at in range(count):
        size = Size(
            draw(st.sampled_from([40.0, 90.0, 110.0, 333.3, 900.0])), draw(st.sampled_from([20.0, 44.0, 120.0]))
        )
        cells.append(Cell(f"c{at}", size, _ports(len(operands[at])), _ports(outputs[at]), draw(homes)))
    links = [
        Link(f"{head}.{port}", f"c{tail}", out, f"c{head}", port)
        for head, arcs in enumerate(operands)
        for port, (tail, out) in enumerate(arcs)
    ]
    return Diagram(tuple(cells), tuple(draw(st.permutations(links))), frames)


@st.composite
def parts_of(draw: st.DrawFn, diagram: Diagram) -> Diagram:
    """The diagram without some of its cells and links."""
    names = {cell.id for cell in diagram.cells if draw(st.integers(0, 5))}
    links = (link for link in diagram.links if {link.tail, link.head} <= names and draw(st.integers(0, 5)))
    return diagram._replace(cells=tuple(cell for cell in diagram.cells if cell.id in names), links=tuple(links))


@st.composite
def _frames(draw: st.DrawFn) -> tuple[Frame, ...]:
    """Up to five frames, some inside others, in any order."""
    frames: list[Frame] = []
    for at in range(draw(st.integers(0, 5))):
        parent = draw(st.sampled_from([None, *(frame.id for frame in frames)]))
        title = draw(st.sampled_from([Size(0, 0), Size(60, 16), Size(300, 18)]))
        frames.append(Frame(f"f{at}", parent, title))
    return tuple(draw(st.permutations(frames)))


def _ports(count: int) -> tuple[float, ...]:
    """Ports that fit on the narrowest side."""
    return tuple(20.0 * (at + 1) / (count + 1) for at in range(count))
