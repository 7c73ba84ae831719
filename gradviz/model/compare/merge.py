"""Graphs of several runs as one: what is alike is the same node, and each run keeps its own records in it.

Laid out as one graph, each of them stands in the same places, and what a run does not have is a ghost there.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gradviz.model.compare.alike import Key, Lines, line_in, node_keys, numbered
from gradviz.model.graph.graph import Edge, Graph, Node, Opened
from gradviz.model.trace import Region


def merged(graphs: Sequence[Graph], lines: Sequence[Lines | None]) -> tuple[Graph, ...]:
    """Return each graph with everything of all of them, in which what only others have is a ghost. Linear.

    Nodes, edges and regions go by the id that they have in the first graph that has them; where that is not the first
    of all, its position is part of the id. Where the order of one run contradicts that of another, so that the whole
    would go round in a circle, nothing is alike.

    Args:
        graphs: of one view.
        lines: for each of them, its lines in the program of the first; None: they are the same.
    """
    keys = [node_keys(graph, own) for graph, own in zip(graphs, lines, strict=True)]
    found = _merged(graphs, lines, keys)
    if _goes_round(found[0]):
        found = _merged(graphs, lines, [[(at, *key) for key in own] for at, own in enumerate(keys)])
    return found


class Same(NamedTuple):
    """What of an earlier graph is still there: its id then, and its id now."""

    nodes: dict[str, str]
    edges: dict[str, str]
    regions: dict[int, int]


def same(now: Graph, then: Graph, lines: Lines) -> Same:
    """Return what of an earlier graph is in this one. Linear.

    Args:
        now: of one run.
        then: of another, in the same view.
        lines: of its program, in the program of the first.
    """
    here = {key: node.id for node, key in zip(now.nodes, node_keys(now), strict=True)}
    there = zip(then.nodes, node_keys(then, lines), strict=True)
    nodes = {node.id: here[key] for node, key in there if key in here}
    drawn = {key: edge.id for edge, key in zip(now.edges, _edge_keys(now, {}), strict=True)}
    was = _edge_keys(then, {node.id: nodes.get(node.id, "") for node in then.nodes})
    edges = {edge.id: drawn[key] for edge, key in zip(then.edges, was, strict=True) if key in drawn}
    places: dict[Key, int] = {}
    homes = {place: region for region, place in _homes(now.regions, places, None).items()}
    others = ((region, homes.get(place)) for region, place in _homes(then.regions, places, lines).items())
    regions = {one: other for one, other in others if one is not None and other is not None}
    return Same(nodes, edges, regions)


def _edge_keys(graph: Graph, ids: Mapping[str, str]) -> list[Key]:
    """What tells each edge from all others, by what its ends are called."""
    ends = ((ids.get(edge.tail, edge.tail), ids.get(edge.head, edge.head), edge.operand) for edge in graph.edges)
    return numbered(ends)


def _merged(graphs: Sequence[Graph], lines: Sequence[Lines | None], keys: Sequence[Sequence[Key]]) -> tuple[Graph, ...]:
    names: dict[Key, str] = {}
    links: dict[Key, str] = {}
    places: dict[Key, int] = {}
    following: dict[str, str] = {"": ""}
    parts = []
    for at, (graph, own) in enumerate(zip(graphs, keys, strict=True)):
        before = ""
        for node, key in zip(graph.nodes, own, strict=True):
            if key not in names:
                names[key] = _named(node.id, at)
                following[before], following[names[key]] = names[key], following[before]
            before = names[key]
        ids = {node.id: names[key] for node, key in zip(graph.nodes, own, strict=True)}
        home = _homes(graph.regions, places, lines[at])
        nodes = {ids[node.id]: node._replace(id=ids[node.id], region=home[node.region]) for node in graph.nodes}
        edges = {edge.id: edge for edge in _edges(graph, ids, links, at)}
        regions = tuple(
            one._replace(id=place, parent=home[one.parent])
            for one in graph.regions
            if (place := home[one.id]) is not None
        )
        opened = tuple(Opened(place, fold) for one, fold in graph.opened if (place := home[one]) is not None)
        now = graph._replace(nodes=tuple(nodes.values()), edges=tuple(edges.values()), regions=regions)
        parts.append(now._replace(opened=opened))
    return tuple(_completed(parts, tuple(_in_order(following)), tuple(links.values())))


def _named(name: str, at: int) -> str:
    return f"{name}@{at}" if at else name


def _in_order(following: dict[str, str]) -> Iterator[str]:
    name = following[""]
    while name:
        yield name
        name = following[name]


def _homes(regions: tuple[Region, ...], places: dict[Key, int], lines: Lines | None) -> dict[int | None, int | None]:
    """What the regions of one run are called in all of them."""
    home: dict[int | None, int | None] = {None: None}
    seen: dict[Key, int] = defaultdict(int)
    for region in regions:  # each after the one around it
        # The grad mode of the whole run may be another. A fold that is open is no region of code, and is below 0.
        key = (home[region.parent], line_in(region.line, lines), region.id < 0)
        seen[key] += 1
        place = places.setdefault((*key, seen[key]), len(places))
        home[region.id] = -1 - place if region.id < 0 else place
    return home


def _edges(graph: Graph, ids: dict[str, str], links: dict[Key, str], at: int) -> Iterator[Edge]:
    for edge, key in zip(graph.edges, _edge_keys(graph, ids), strict=True):
        name = links.setdefault(key, _named(edge.id, at))
        yield edge._replace(id=name, tail=ids[edge.tail], head=ids[edge.head])


def _completed(parts: Sequence[Graph], nodes: Sequence[str], edges: Sequence[str]) -> Iterator[Graph]:
    """Each part with the ghosts of what it lacks."""
    known: dict[str, Node] = {}
    joined: dict[str, Edge] = {}
    for part in reversed(parts):
        known.update((node.id, node._replace(ghost=True, in_error=False)) for node in part.nodes)
        joined.update((edge.id, edge._replace(ghost=True)) for edge in part.edges)
    for part in parts:
        own = known | {node.id: node for node in part.nodes}
        links = joined | {edge.id: edge for edge in part.edges}
        yield part._replace(nodes=tuple(own[name] for name in nodes), edges=tuple(links[name] for name in edges))


def _goes_round(graph: Graph) -> bool:
    """Whether some node leads to itself."""
    heads: dict[str, list[str]] = defaultdict(list)
    waiting: dict[str, int] = dict.fromkeys((node.id for node in graph.nodes), 0)
    for edge in graph.edges:
        heads[edge.tail].append(edge.head)
        waiting[edge.head] += 1
    ready = [name for name, count in waiting.items() if not count]
    for name in ready:  # which grows
        for head in heads[name]:
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    return len(ready) < len(graph.nodes)
