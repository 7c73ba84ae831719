"""The live layout against dot: time, growth with size, crossings, edges through boxes, and what one more op moves."""

import random
from collections.abc import Iterator
from functools import partial
from statistics import median

from gradviz.layout import graphviz, layered
from gradviz.layout.diagram import Diagram
from gradviz.layout.former import Laid
from tests.bench import boxes, peers
from tests.bench.quality import crossings, moved, through_boxes
from tests.bench.rows import Row, main
from tests.bench.turns import Timed, clock, in_ms, ratio, take_turns, uncollected
from tests.unit.layout import workloads

THOUSAND = {
    "transformer": workloads.transformer(25),
    "resnet": workloads.resnet(65),
    "lstm": workloads.lstm(47),
    "synthetic": workloads.synthetic(1000),
}
CORPUS = {
    "perceptron": workloads.perceptron(),
    "fan of 12": workloads.fan(12),
    "resnet 8": workloads.resnet(8),
    "resnet 30": workloads.resnet(30),
    "transformer 4": workloads.transformer(4),
    "transformer 12": workloads.transformer(12),
    "lstm 10": workloads.lstm(10),
    "lstm 10, shared": workloads.lstm(10, shared=True),
    "lstm 30": workloads.lstm(30),
    **{f"synthetic 100, {seed}": workloads.synthetic(100, seed) for seed in range(1, 6)},
    "synthetic 300": workloads.synthetic(300),
    "synthetic 1000": workloads.synthetic(1000),
}
EDITED = {
    "resnet 16": workloads.resnet(16),
    "transformer 12": workloads.transformer(12),
    "lstm 20": workloads.lstm(20),
    "synthetic 300": workloads.synthetic(300),
}
GROWTH = (300, 3_000, 30_000)
HUGE = 100_000  # once
EDITS = 5  # of each diagram


def thousand(most: int) -> Iterator[Row]:
    """800 to 1000 drawn nodes, in four shapes."""
    ways: dict[str, Timed] = {}
    for name, diagram in THOUSAND.items():
        ways |= _both(name, diagram)
    with uncollected():
        spent = take_turns(ways, min(7, most))
    ratios = {name: ratio(spent[name], spent[f"dot, {name}"]) for name in THOUSAND}
    figures = in_ms(spent) | {f"{name}, x": each for name, each in ratios.items()}
    figures |= {f"{name}, nodes": float(len(diagram.cells)) for name, diagram in THOUSAND.items()}
    what = "layout of 800 to 1000 nodes, against dot (plain boxes), median of four shapes"
    yield Row("layout-1000", what, median(ratios.values()), "x", 1 / 15, figures)


def three_thousand(most: int) -> Iterator[Row]:
    """3000 drawn nodes of no particular shape."""
    diagram = workloads.synthetic(3000)
    with uncollected():
        spent = take_turns(_both("synthetic", diagram), min(3, most))
    value = ratio(spent["synthetic"], spent["dot, synthetic"])
    figures = in_ms(spent) | {"nodes": float(len(diagram.cells))}
    yield Row("layout-3000", "layout of 3000 nodes, against dot (plain boxes)", value, "x", 1 / 80, figures)


def _both(name: str, diagram: Diagram) -> dict[str, Timed]:
    """The live layout and dot on the same boxes and lines. Writing and reading DOT is not counted."""
    text = boxes.source(diagram)
    return {name: clock(lambda: layered.place(diagram)), f"dot, {name}": clock(lambda: peers.dot(text, "json0"))}


def growth(most: int) -> Iterator[Row]:
    """How the time grows with the number of nodes."""
    diagrams = {count: workloads.synthetic(count) for count in GROWTH}
    ways = {str(count): clock(partial(layered.place, each)) for count, each in diagrams.items()}
    with uncollected():
        spent = take_turns(ways, min(3, most))
    taken = {count: spent[str(count)].median for count in GROWTH}
    if most > 1:
        taken[HUGE] = clock(lambda: layered.place(workloads.synthetic(HUGE)))()
    table = tuple(
        {"nodes": float(count), "ms": seconds * 1e3, "us for each": seconds / count * 1e6}
        for count, seconds in taken.items()
    )
    value = ratio(spent["30000"], spent["3000"])
    yield Row("layout-growth", "layout of 30,000 nodes over 3,000", value, "x", 14, in_ms(spent), table=table)


def pictures(most: int) -> Iterator[Row]:
    """Crossings and edges through boxes over a corpus of shapes.

    Twice: with a port for each operand, in operand order, as gradviz draws; and with edges that may lie in any order.
    """
    shapes = dict(list(CORPUS.items())[: 2 * most])
    through: dict[str, float] = {"edges, layered": 0.0, "edges, dot": 0.0}
    for kind, said in (("ports", "operands in order"), ("free", "operands in any order")):
        figures: dict[str, float] = {}
        ratios: list[float] = []
        for name, diagram in shapes.items():
            given = diagram if kind == "ports" else without_order(diagram)
            own = layered.place(given)
            other = graphviz.place(given, budget_s=60.0) if kind == "ports" else boxes.place(given)
            mine, theirs = crossings(given, own), crossings(given, other)
            figures |= {name: float(mine), f"{name}, dot": float(theirs)}
            ratios.append(_share(mine, theirs))
            through["edges, layered"] += through_boxes(given, own)
            through["edges, dot"] += through_boxes(given, other)
        what = f"crossings against dot, {said}, median of {len(shapes)} shapes"
        yield Row(f"layout-pictures-{kind}", what, median(ratios), "x", 1.0, figures)
    what = "edges that run through a box, over the same shapes"
    yield Row("layout-pictures-through", what, through["edges, layered"], "count", 0, through)


def without_order(diagram: Diagram) -> Diagram:
    """Return the diagram with all that enters a box doing so in the middle."""
    cells = tuple(cell._replace(inputs=(cell.size.width / 2,) * len(cell.inputs)) for cell in diagram.cells)
    return diagram._replace(cells=cells)


def _share(mine: int, other: int) -> float:
    return 1.0 if mine == other else mine / max(1, other)


def stability(most: int) -> Iterator[Row]:
    """One op put into the middle of an edge: the old boxes that move across by more than a pixel."""
    chance = random.Random(7)
    shares: dict[str, list[float]] = {"layered": [], "dot": []}
    figures: dict[str, float] = {}
    for name, diagram in EDITED.items():
        own, other = layered.place(diagram), boxes.place(diagram)
        edits = [workloads.inserted(diagram, chance.randrange(len(diagram.links))) for _ in range(min(EDITS, most))]
        mine = [moved(own, layered.place(edit, before=Laid(diagram, own))) for edit in edits]
        dots = [moved(other, boxes.place(edit)) for edit in edits]
        figures |= {f"{name}, %": 100 * median(mine), f"{name}, worst %": 100 * max(mine)}
        figures |= {f"{name}, dot %": 100 * median(dots)}
        shares["layered"] += mine
        shares["dot"] += dots
    note = f"dot: {100 * median(shares['dot']):.0f} %"
    what = f"one op inserted, {len(shares['layered'])} times: old nodes that move across by more than 1 px, median"
    yield Row("layout-stability", what, 100 * median(shares["layered"]), "%", 2.0, figures, note)


if __name__ == "__main__":
    main(
        {
            "layout-1000": thousand,
            "layout-3000": three_thousand,
            "layout-growth": growth,
            "layout-pictures": pictures,
            "layout-stability": stability,
        }
    )
