"""Many nodes of a graph put behind one: which edges are left, and what the fold stands for.

Knows nothing of why they were chosen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import gcd
from typing import NamedTuple

from gradviz.model.graph.graph import Edge, EdgeKind, Fold, Graph, Node, NodeKind, Span
from gradviz.model.graph.modules import NOWHERE, Modules, together, types
from gradviz.model.trace import Op, Saved, Tensor


class Stretch(NamedTuple):
    """Nodes that become one."""

    members: tuple[Node, ...]  # in program order
    times: int = 1  # repetitions of the same; 1: nodes of a kind each
    once: tuple[Node, ...] = ()  # the members of one repetition
    starts: tuple[int, ...] = ()  # where among the members each repetition begins; none where they are in no order
    key: str = ""  # of the fold, where it is known
    span: Span | None = None  # where it is a part of the repetitions of another
    call: str = ""  # where it is what one call of a library did in a region of its own
    modules: Modules = NOWHERE  # that take tensors without a name, as the statistics of a normalisation


def contract(graph: Graph, stretches: Iterable[Stretch]) -> Graph:
    """Return the graph with each stretch as one node; all edges from one node into a fold or out of it are one."""
    parents = {region.id: region.parent for region in graph.regions}
    kinds = types(graph.modules)
    home: dict[str, str] = {}
    folds: dict[str, Node] = {}
    emptied: set[int | None] = set()
    for stretch in stretches:
        node = _folded(stretch, parents, kinds)
        folds[stretch.members[0].id] = node
        home.update(dict.fromkeys([member.id for member in stretch.members], node.id))
        if stretch.call:
            emptied |= _own(stretch)
    if not folds:
        return graph
    nodes = [folds.get(node.id, node) for node in graph.nodes if node.id not in home or node.id in folds]
    if emptied:  # of a region that a fold stands for, what is left stands where that does
        nodes = [_moved_out(node, parents) if node.region in emptied else node for node in nodes]
    used = with_parents({node.region for node in nodes}, parents)
    return graph._replace(
        nodes=tuple(nodes),
        edges=tuple(_edges(graph.edges, home)),
        regions=tuple(region for region in graph.regions if region.id in used),
        hidden=graph.hidden + len(graph.nodes) - len(nodes),
    )


def _edges(edges: Iterable[Edge], home: dict[str, str]) -> Iterable[Edge]:
    found: dict[tuple[str, str, int], Edge] = {}
    for edge in edges:
        tail, head = home.get(edge.tail), home.get(edge.head)
        if tail is None and head is None:
            found[edge.tail, edge.head, edge.operand] = edge
        elif tail != head:
            key = (tail or edge.tail, head or edge.head, -1)
            found[key] = _together(found[key], edge) if key in found else _moved(edge, *key[:2])
    return found.values()


def _moved(edge: Edge, tail: str, head: str) -> Edge:
    operand = edge.operand if head == edge.head else 0
    output = edge.output if tail == edge.tail else 0
    return edge._replace(id=f"{tail}-{head}.{operand}", tail=tail, head=head, operand=operand, output=output)


def _together(kept: Edge, other: Edge) -> Edge:
    """Two edges as one. It carries no gradient: that of one would be taken for that of all."""
    kind = kept.kind if kept.kind is not EdgeKind.UNRECORDED else other.kind
    if kind is kept.kind and kept.gradient is None and kept.passed is None:
        return kept  # as where thousands already became one
    return kept._replace(kind=kind, gradient=None, passed=None)


def with_parents(used: set[int | None], parents: dict[int, int | None]) -> set[int | None]:
    """Return some regions and all those around them."""
    found: set[int | None] = set()
    for name in used:
        while name is not None and name not in found:
            found.add(name)
            name = parents[name]
    return found


def around(homes: Iterable[int | None], parents: dict[int, int | None]) -> int | None:
    """The innermost region that holds all of some; None is what is round all regions."""
    regions = set(homes)
    if len(regions) == 1:
        return regions.pop()
    if None in regions:
        return None
    ways = [_outwards(region, parents) for region in regions]
    shared = set(ways[0]).intersection(*ways)
    return next((region for region in ways[0] if region in shared), None)


def _outwards(region: int | None, parents: dict[int, int | None]) -> list[int]:
    """A region and those around it, the innermost first."""
    found: list[int] = []
    while region is not None:
        found.append(region)
        region = parents[region]
    return found


def _folded(stretch: Stretch, parents: dict[int, int | None], kinds: Mapping[str, tuple[str, ...]]) -> Node:
    members, times, once = stretch[:3]
    held = list(leaves(members))
    grad_fns = [node.grad_fn for node in held if node.grad_fn is not None]
    lines = [number for node in members if node.tensor is None for number in _lines_of(node)]
    lines = lines or [number for node in members for number in _lines_of(node)]
    if once:
        ops = tuple(node.op for node in once if node.op is not None)
        names = tuple(node.grad_fn.name for node in once if node.grad_fn is not None)
    else:
        times, ops = _tally(members)
        names = tuple(dict.fromkeys(grad_fn.name for grad_fn in grad_fns))
    between = (min(lines), max(lines)) if lines else None
    ids, modules = tuple([node.id for node in held]), _modules(held, kinds)
    saved = saved_bytes(one for grad_fn in grad_fns for one in grad_fn.saved)
    if not any(node.op is not None or (node.tensor is not None and node.tensor.names) for node in held):
        modules = stretch.modules
    return Node(
        f"f{ids[0]}",
        NodeKind.FOLD,
        roots=tuple(call for node in members for call in node.roots),
        fold=Fold(
            times,
            ops,
            names,
            saved,
            between,
            ids,
            None,
            members,
            stretch.starts,
            stretch.key,
            modules,
            stretch.span,
            stretch.call,
        ),
        region=_region(stretch, parents),
        line=lines[0] if lines else None,
    )


def _region(stretch: Stretch, parents: dict[int, int | None]) -> int | None:
    """The region that a fold stands in: that which holds all of it, but not one that is of itself."""
    region = around([node.region for node in stretch.members], parents)
    return parents[region] if region is not None and stretch.call and region in _own(stretch) else region


def _moved_out(node: Node, parents: dict[int, int | None]) -> Node:
    """A node of a region in the one around that."""
    return node if node.region is None else node._replace(region=parents[node.region])


def _own(stretch: Stretch) -> set[int | None]:
    """The region that the call it is of opened."""
    return {node.region for node in stretch.members if node.op is not None}


def leaves(members: Iterable[Node]) -> Iterator[Node]:
    """Yield the nodes that members stand for, in their order."""
    todo = [iter(members)]
    while todo:
        for node in todo[-1]:
            if node.fold is not None:
                todo.append(iter(node.fold.parts))
                break
            yield node
        else:
            todo.pop()


def _modules(held: Sequence[Node], kinds: Mapping[str, tuple[str, ...]]) -> Modules:
    """The modules that all ops of some nodes ran in; of nothing but parameters, those that they belong to."""
    if any(node.op is not None for node in held):
        return together({node.op.module for node in held if node.op is not None}, kinds)
    return together({_owner(node.tensor) for node in held if node.tensor is not None}, kinds)


def _owner(tensor: Tensor) -> str | None:
    """The path of the module that a parameter belongs to."""
    return tensor.names[0].rpartition(".")[0] or None if tensor.is_parameter and tensor.names else None


def _lines_of(node: Node) -> tuple[int, ...]:
    if node.fold is not None:
        return node.fold.lines or ()
    return () if node.line is None else (node.line,)


def _tally(members: tuple[Node, ...]) -> tuple[int, tuple[Op, ...]]:
    """The ops of nodes that are in no order, as a repetition and how often it is in them."""
    counts: dict[tuple[object, ...], int] = {}
    first: dict[tuple[object, ...], Op] = {}
    for node in members:
        times, ops = (1, (node.op,)) if node.fold is None else (node.fold.times, node.fold.ops)
        for op in ops:
            if op is not None:
                key = (op.name, op.call, op.grad_mode, op.why_unrecorded)
                counts[key] = counts.get(key, 0) + times
                first.setdefault(key, op)
    times = gcd(*counts.values()) or 1
    return times, tuple(op for key, op in first.items() for _ in range(counts[key] // times))


def saved_bytes(saved: Iterable[Saved]) -> int:
    """Return the bytes that saved tensors keep, memory that several of them share once."""
    sizes: dict[int | None, int] = {}
    for one in saved:
        sizes[one.storage] = max(one.keeps, sizes.get(one.storage, 0))
    return sum(sizes.values())
