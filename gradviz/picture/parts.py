"""Which part of a run's graph is drawn: folded, opened again where the person opened it, and never too much unasked."""

from collections import defaultdict
from typing import NamedTuple

from gradviz.drawing.draft import region_mark
from gradviz.model.fold import fold
from gradviz.model.graph import Graph
from gradviz.model.unfold import unfolded
from gradviz.picture.picture import FoldRow, Options


class Part(NamedTuple):
    """The graph that is drawn."""

    graph: Graph
    withheld: int = 0  # see `Picture`


def part(whole: Graph, options: Options) -> Part:
    """Return what is drawn of a graph; where that were too much, the fold that was opened last stays closed."""
    most = options.most
    withheld = 0
    if options.fold == "none":
        if most is None or len(whole.nodes) <= most:
            return Part(whole)
        withheld = len(whole.nodes)
    closed, opened = fold(whole), list(options.opened)
    graph = unfolded(closed, whole, opened)
    while most is not None and opened and len(graph.nodes) > most:
        withheld = withheld or len(graph.nodes)
        opened.pop()
        graph = unfolded(closed, whole, opened)
    return Part(graph, withheld)


def fold_rows(graph: Graph) -> tuple[FoldRow, ...]:
    """Return the folds of a graph that is drawn, those that are open last and the innermost of them first."""
    closed = tuple(FoldRow(node.id, node.fold.key) for node in graph.nodes if node.fold is not None)
    parents, opened = {region.id: region.parent for region in graph.regions}, dict(graph.opened)
    inside: dict[int, list[str]] = defaultdict(list)
    for node in graph.nodes if opened else ():
        region = node.region
        while region is not None and region not in opened:
            region = parents[region]
        if region is not None:
            inside[region].append(node.id)
    frames = (FoldRow(f"{region_mark(at)}-title", key, True, tuple(inside[at])) for at, key in reversed(graph.opened))
    return (*closed, *frames)
