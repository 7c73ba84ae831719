"""A part of a graph: what a node comes from or leads to, all but some nodes, or what is in a module. Linear."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from gradviz.model.graph.folds.contract import with_parents
from gradviz.model.graph.graph import Graph, NodeKind
from gradviz.model.graph.modules import MODULE, is_in, named, types
from gradviz.model.trace import Region


def kept(graph: Graph, names: Collection[str]) -> Graph:
    """Return the nodes named and the edges between them; the others count as hidden."""
    nodes = tuple(node for node in graph.nodes if node.id in names)
    used = with_parents({node.region for node in nodes}, {region.id: region.parent for region in graph.regions})
    return graph._replace(
        nodes=nodes,
        edges=tuple(edge for edge in graph.edges if edge.tail in names and edge.head in names),
        regions=tuple(region for region in graph.regions if region.id in used),
        hidden=graph.hidden + len(graph.nodes) - len(nodes),
        opened=tuple(one for one in graph.opened if one.region in used),
    )


def makers(graph: Graph, names: Iterable[str]) -> set[str]:
    """Return the nodes from which a value can come to some, and those."""
    into: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        into[edge.head].append(edge.tail)
    return _reached(into, names)


def users(graph: Graph, names: Iterable[str]) -> set[str]:
    """Return the nodes to which a value of some can go, and those."""
    out_of: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        out_of[edge.tail].append(edge.head)
    return _reached(out_of, names)


def _reached(links: dict[str, list[str]], names: Iterable[str]) -> set[str]:
    found = set(names)
    todo = list(found)
    while todo:
        new = [name for name in links[todo.pop()] if name not in found]
        found.update(new)
        todo += new
    return found


def of_module(graph: Graph, path: str) -> Graph:
    """Return what a module does, in a frame of its own, and outside of that what it takes and what takes its results.

    A graph in which it does nothing is returned as it is.
    """
    ops = {node.id for node in graph.nodes if node.op is not None and is_in(path, node.op.module)}
    if not ops:
        return graph
    near = {name for edge in graph.edges if edge.tail in ops or edge.head in ops for name in (edge.tail, edge.head)}
    here = {edge.head for edge in graph.edges if edge.tail in ops}
    elsewhere = {name for edge in graph.edges for name in (edge.tail, edge.head) if edge.head not in ops}
    own = ops | {
        node.id
        for node in graph.nodes
        if node.kind is NodeKind.TENSOR and node.id in near and (node.id in here or node.id not in elsewhere)
    }
    # What it does with the tensors that it made is seen too, but not what others do with those.
    near |= {edge.head for edge in graph.edges if edge.tail in own}
    part = kept(graph, near | own)
    line = next(node.line for node in part.nodes if node.id in ops)
    frame = Region(MODULE, None, "grad", line, named(path, types(graph.modules).get(path, ())))
    whole = _regions_within(part, own)
    return part._replace(
        nodes=tuple(
            node._replace(region=MODULE) if node.id in own and node.region not in whole else node for node in part.nodes
        ),
        regions=(
            frame,
            *(
                one._replace(parent=MODULE) if one.id in whole and one.parent not in whole else one
                for one in part.regions
            ),
        ),
    )


def _regions_within(graph: Graph, names: set[str]) -> Collection[int | None]:
    """The regions all of whose nodes are among some."""
    parents = {region.id: region.parent for region in graph.regions}
    outside = with_parents({node.region for node in graph.nodes if node.id not in names}, parents)
    return set(parents) - outside
