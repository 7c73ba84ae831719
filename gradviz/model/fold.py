"""Long graphs made short: a stretch of nodes that repeats becomes one node with a count.

Two ways, both linear. A run is a chain in which the same ops of the same lines follow each other again and again, as
a loop leaves them. Where a graph is still too large after that, all nodes of one line become one.
"""

from collections import defaultdict
from math import gcd
from typing import NamedTuple

from gradviz.model.graph import Edge, Fold, Graph, Node, NodeKind
from gradviz.model.strong import components
from gradviz.model.trace import GradFn, Op

FEW = 60  # nodes that are never worth folding
REPEATS = 4  # how often a stretch must repeat to be folded
PERIOD = 64  # longest stretch looked for, in nodes
MANY = 2000  # nodes that are too many to read, however they hang together


class _Stretch(NamedTuple):
    """Nodes that become one."""

    members: tuple[Node, ...]
    times: int  # repetitions of the same, 1: nodes of a kind each


def fold(graph: Graph) -> Graph:
    """Return the graph with its repetitions folded, or itself where it is small."""
    if len(graph.nodes) <= FEW:
        return graph
    folded = _contract(graph, _runs(graph))
    if len(folded.nodes) > MANY:
        folded = _contract(folded, _lines(folded))
    return folded


def _runs(graph: Graph) -> list[_Stretch]:
    stretches: list[_Stretch] = []
    for chain in _chains(graph):
        keys = [_signature(node) for node in chain]
        start = 0
        while start < len(chain):
            period, times = _repetition(keys, start)
            if times >= REPEATS:
                end = start + period * times
                # What the last repetition hands on stays a node of its own, with its value.
                kept = end - 1 if chain[end - 1].kind is NodeKind.TENSOR else end
                stretches.append(_Stretch(tuple(chain[start:kept]), times))
                start = end
            else:
                start += 1
    return stretches


def _signature(node: Node) -> tuple[object, ...]:
    op, grad_fn = node.op, node.grad_fn
    return (
        node.kind,
        node.line,
        None if op is None else (op.name, op.call, op.grad_mode),
        None if grad_fn is None else grad_fn.name,
        node.tensor is None or (node.tensor.names, node.tensor.shape),
        bool(node.roots),
        node.in_error,
    )


def _repetition(keys: list[tuple[object, ...]], start: int) -> tuple[int, int]:
    """The shortest period that repeats from `start`, and how often it comes in a row."""
    limit = min(start + PERIOD, len(keys) - 1)
    for period in range(1, limit - start + 1):
        if (
            keys[start + period] == keys[start]
            and keys[start : start + period] == keys[start + period : start + 2 * period]
        ):
            times = 2
            while keys[start + times * period : start + (times + 1) * period] == keys[start : start + period]:
                times += 1
            return period, times
    return 1, 1


def _chains(graph: Graph) -> list[list[Node]]:
    """Maximal paths: every node but the first has one maker that is no source, every node but the last one user."""
    sources = {node.id for node in graph.nodes} - {edge.head for edge in graph.edges}
    makers: dict[str, set[str]] = defaultdict(set)
    users: dict[str, set[str]] = defaultdict(set)
    for edge in graph.edges:
        users[edge.tail].add(edge.head)
        if edge.tail not in sources:
            makers[edge.head].add(edge.tail)
    nodes = {node.id: node for node in graph.nodes}
    following = {
        tail: head
        for tail in nodes
        if tail not in sources and len(users[tail]) == 1 and len(makers[head := next(iter(users[tail]))]) == 1
    }
    followed = set(following.values())
    chains: list[list[Node]] = []
    for node in graph.nodes:
        if node.id in following and node.id not in followed:
            chain = [node]
            while chain[-1].id in following:
                chain.append(nodes[following[chain[-1].id]])
            chains.append(chain)
    return chains


def _lines(graph: Graph) -> list[_Stretch]:
    """All nodes of one line as one; lines that feed each other in a loop together."""
    group: dict[str, str] = {}
    for node in graph.nodes:
        group[node.id] = node.id if node.line is None or node.roots or node.in_error else f"line {node.line}"
    links: dict[str, dict[str, None]] = {name: {} for name in group.values()}
    for edge in graph.edges:
        if group[edge.tail] != group[edge.head]:
            links[group[edge.tail]][group[edge.head]] = None
    together = {name: number for number, names in enumerate(components(links)) for name in names}
    members: dict[int, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        members[together[group[node.id]]].append(node)
    return [_Stretch(tuple(nodes), 1) for nodes in members.values() if len(nodes) > 1]


def _contract(graph: Graph, stretches: list[_Stretch]) -> Graph:
    """Replace each stretch by one node; edges between the same two nodes become one."""
    home: dict[str, str] = {}
    folds: dict[str, Node] = {}
    parents = _parents(graph)
    for stretch in stretches:
        node = _folded(stretch, parents)
        folds[stretch.members[0].id] = node
        home.update((member.id, node.id) for member in stretch.members)
    nodes = [folds.get(node.id, node) for node in graph.nodes if node.id in folds or node.id not in home]
    edges: dict[tuple[str, str, int], Edge] = {}
    for edge in graph.edges:
        tail, head = home.get(edge.tail, edge.tail), home.get(edge.head, edge.head)
        if tail == head:
            continue
        if (tail, head) == (edge.tail, edge.head):
            edges[tail, head, edge.operand] = edge
        else:
            operand = edge.operand if head == edge.head else 0
            output = edge.output if tail == edge.tail else 0
            moved = edge._replace(id=f"{tail}-{head}.{operand}", tail=tail, head=head, operand=operand, output=output)
            if (tail, head, operand) in edges:  # one gradient would be taken for that of all
                moved = edges[tail, head, operand]._replace(gradient=None)
            edges[tail, head, operand] = moved
    used = _with_parents({node.region for node in nodes}, parents)
    hidden = graph.hidden + len(graph.nodes) - len(nodes)
    return graph._replace(
        nodes=tuple(nodes),
        edges=tuple(edges.values()),
        regions=tuple(region for region in graph.regions if region.id in used),
        hidden=hidden,
    )


def _parents(graph: Graph) -> dict[int, int | None]:
    return {region.id: region.parent for region in graph.regions}


def _with_parents(used: set[int | None], parents: dict[int, int | None]) -> set[int | None]:
    found: set[int | None] = set()
    for name in used:
        while name is not None and name not in found:
            found.add(name)
            name = parents[name]
    return found


def _around(members: tuple[Node, ...], parents: dict[int, int | None]) -> int | None:
    """The innermost region that holds all of them."""
    regions = {node.region for node in members}
    if len(regions) == 1:
        return regions.pop()
    around = [_outwards(region, parents) for region in regions]
    shared = set(around[0]).intersection(*around)
    return next((region for region in around[0] if region in shared), None)


def _outwards(region: int | None, parents: dict[int, int | None]) -> list[int]:
    """A region and those around it, the innermost first."""
    found: list[int] = []
    while region is not None:
        found.append(region)
        region = parents[region]
    return found


def _folded(stretch: _Stretch, parents: dict[int, int | None]) -> Node:
    members, times = stretch
    grad_fns = [node.grad_fn for node in members if node.grad_fn is not None]
    lines = [number for node in members for number in _lines_of(node)]
    inner = [node.fold for node in members if node.fold is not None]
    once = members[: -(-len(members) // times)]  # the last repetition may have left its last tensor outside
    if times > 1:
        ops = tuple(node.op for node in once if node.op is not None)
        names = tuple(node.grad_fn.name for node in once if node.grad_fn is not None)
    else:
        times, ops = _tally(members)
        names = tuple(dict.fromkeys((*(g.name for g in grad_fns), *(name for part in inner for name in part.grad_fns))))
    return Node(
        f"f{members[0].id}",
        NodeKind.FOLD,
        fold=Fold(
            times,
            ops,
            names,
            _saved_bytes(grad_fns) + sum(part.saved_bytes for part in inner),
            (min(lines), max(lines)) if lines else None,
        ),
        region=_around(members, parents),
        line=lines[0] if lines else None,
    )


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
                key = (op.name, op.call, op.grad_mode)
                counts[key] = counts.get(key, 0) + times
                first.setdefault(key, op)
    times = gcd(*counts.values()) or 1
    return times, tuple(op for key, op in first.items() for _ in range(counts[key] // times))


def _saved_bytes(grad_fns: list[GradFn]) -> int:
    """Bytes of what they saved, memory that several of them share once."""
    sizes: dict[int | None, int] = {}
    for grad_fn in grad_fns:
        for saved in grad_fn.saved:
            sizes[saved.storage] = max(saved.nbytes, sizes.get(saved.storage, 0))
    return sum(sizes.values())
