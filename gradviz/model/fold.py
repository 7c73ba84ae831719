"""Long graphs made short: a stretch of nodes that repeats becomes one node with a count.

Two ways, both linear. A run is a chain in which the same ops of the same lines follow each other again and again, as
a loop leaves them. Where a graph is still too large after that, all nodes of one line become one.
"""

from collections import defaultdict
from typing import NamedTuple

from gradviz.model.graph import Edge, Fold, Graph, Node, NodeKind
from gradviz.model.strong import components

FEW = 60  # nodes that are never worth folding
REPEATS = 4  # how often a stretch must repeat to be folded
PERIOD = 64  # longest stretch looked for, in nodes
MANY = 2000  # nodes that are too many to read, however they hang together


class _Stretch(NamedTuple):
    """Nodes that become one."""

    members: tuple[Node, ...]
    times: int


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
        group[node.id] = node.id if node.line is None or node.roots else f"line {node.line}"
    links: dict[str, dict[str, None]] = {name: {} for name in group.values()}
    for edge in graph.edges:
        if group[edge.tail] != group[edge.head]:
            links[group[edge.tail]][group[edge.head]] = None
    together = {name: number for number, names in enumerate(components(links)) for name in names}
    members: dict[int, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        members[together[group[node.id]]].append(node)
    return [_Stretch(tuple(nodes), len(nodes)) for nodes in members.values() if len(nodes) > 1]


def _contract(graph: Graph, stretches: list[_Stretch]) -> Graph:
    """Replace each stretch by one node; edges between the same two nodes become one."""
    home: dict[str, str] = {}
    folds: dict[str, Node] = {}
    for stretch in stretches:
        node = _folded(stretch)
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
            edges.setdefault((tail, head, operand), moved)
    used = {node.region for node in nodes}
    hidden = graph.hidden + len(graph.nodes) - len(nodes)
    return graph._replace(
        nodes=tuple(nodes),
        edges=tuple(edges.values()),
        regions=tuple(region for region in graph.regions if region.id in _with_parents(used, graph)),
        hidden=hidden,
    )


def _with_parents(used: set[int | None], graph: Graph) -> set[int | None]:
    parents = {region.id: region.parent for region in graph.regions}
    found: set[int | None] = set()
    for name in used:
        while name is not None and name not in found:
            found.add(name)
            name = parents[name]
    return found


def _folded(stretch: _Stretch) -> Node:
    members, times = stretch
    ops = [node.op for node in members if node.op is not None]
    grad_fns = [node.grad_fn for node in members if node.grad_fn is not None]
    lines = [node.line for node in members if node.line is not None]
    inner = [node.fold for node in members if node.fold is not None]
    once = -(-len(members) // times)
    regions = {node.region for node in members}
    storages = {saved.storage: saved.nbytes for grad_fn in grad_fns for saved in grad_fn.saved}
    return Node(
        f"f{members[0].id}",
        NodeKind.FOLD,
        fold=Fold(
            times if not inner else len(ops) + sum(part.times for part in inner),
            tuple(node.op for node in members[:once] if node.op is not None),
            tuple(node.grad_fn.name for node in members[:once] if node.grad_fn is not None),
            sum(storages.values()) + sum(part.saved_bytes for part in inner),
            (min(lines), max(lines)) if lines else None,
        ),
        region=regions.pop() if len(regions) == 1 else None,
        line=lines[0] if lines else None,
    )
