"""Long graphs made short: a stretch of nodes that repeats becomes one node with a count.

Five ways, all linear. What one call of a library did, as step() of an optimizer, is one. A chain in which the same
ops of the same lines follow each other, as a loop leaves them, is folded wherever there are more than a few nodes. In a
large graph the rounds of whole loops are. Leaves and constants that go to the same place become one, and so do results
that come from one and lead nowhere. Where it is still too large after that, all nodes of one line do.
"""

from collections import Counter, defaultdict

from gradviz.model.graph.folds.companions import companions
from gradviz.model.graph.folds.contract import Stretch, contract, leaves
from gradviz.model.graph.folds.librarycalls import library_calls
from gradviz.model.graph.folds.repeats import repeats
from gradviz.model.graph.folds.rounds import rounds
from gradviz.model.graph.folds.strong import components
from gradviz.model.graph.graph import MANY, Graph, Node, NodeKind

FEW = 60  # nodes that are never worth folding
SOME = 300  # nodes, ops in calls of libraries among them, up to which a loop is worth seeing in full
CROWD = 12  # tensors that go to one place or come from it, which are worth folding in any graph
REPEATS = 4  # how often a stretch of a chain must repeat to be folded


def fold(graph: Graph) -> Graph:
    """Return a graph with its repetitions folded; where it is small, calls of libraries and crowds of tensors alone."""
    calls = library_calls(graph)
    folded = contract(graph, calls)
    if len(folded.nodes) <= FEW:
        return _keyed(contract(folded, companions(folded, CROWD)))
    if len(graph.nodes) > SOME:
        folded = _in_rounds(graph, folded, calls)
    folded = contract(folded, _runs(folded))
    folded = contract(folded, companions(folded, 0 if len(folded.nodes) > FEW else CROWD))
    band = 1
    while len(folded.nodes) > MANY and band <= _last_line(folded):
        folded = contract(folded, _lines(folded, band))
        band *= 4
    return _keyed(folded)


def _in_rounds(graph: Graph, folded: Graph, calls: list[Stretch]) -> Graph:
    """The rounds of loops, in which a call of a library is one step, and the calls that are in none of them."""
    if not calls:
        return contract(graph, rounds(folded))
    stretches = [_flat(stretch) for stretch in rounds(folded)]
    inside = {node.id for stretch in stretches for node in stretch.members}
    return contract(graph, [*stretches, *(one for one in calls if one.members[0].id not in inside)])


def _flat(stretch: Stretch) -> Stretch:
    """A stretch with what its folds stand for in place of them."""
    begins, members, starts = set(stretch.starts), list[Node](), list[int]()
    for at, node in enumerate(stretch.members):
        if at in begins:
            starts.append(len(members))
        members += leaves((node,))
    once = members[: starts[1]] if len(starts) > 1 else members
    return stretch._replace(members=tuple(members), once=tuple(once), starts=tuple(starts))


def _keyed(folded: Graph) -> Graph:
    return folded._replace(nodes=keyed(folded.nodes)) if folded.hidden else folded


def keyed(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the nodes with a key for each fold: its lines, and how many of those lines came before it."""
    seen: Counter[str] = Counter()
    found: list[Node] = []
    for node in nodes:
        if node.fold is not None:
            lines = "" if node.fold.lines is None else "-".join(map(str, node.fold.lines))
            node = node._replace(fold=node.fold._replace(key=f"L{lines}.{seen[lines]}"))
            seen[lines] += 1
        found.append(node)
    return tuple(found)


def _runs(graph: Graph) -> list[Stretch]:
    stretches: list[Stretch] = []
    for chain in _chains(graph):
        keys = [_signature(node) for node in chain]
        numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        for repeat in repeats([numbers[key] for key in keys], REPEATS, [0] * len(keys)):
            # What the last repetition hands on stays a node of its own, with its value.
            kept = repeat.end - 1 if chain[repeat.end - 1].kind is NodeKind.TENSOR else repeat.end
            once = tuple(chain[repeat.start : repeat.start + repeat.period])
            starts = tuple(range(0, kept - repeat.start, repeat.period))
            stretches.append(Stretch(tuple(chain[repeat.start : kept]), repeat.times, once, starts))
    return stretches


def _signature(node: Node) -> tuple[object, ...]:
    op, grad_fn = node.op, node.grad_fn
    return (
        node.kind,
        node.line,
        None if op is None else (op.name, op.call, op.grad_mode, op.why_unrecorded),
        None if grad_fn is None else (grad_fn.name, grad_fn.origin == "unread"),
        node.tensor is None or (node.tensor.names, node.tensor.shape),
        (node.in_error or node.fold is not None) and node.id,
    )


def _chains(graph: Graph) -> list[list[Node]]:
    """Maximal paths: every node but the first has one maker that is no source, every node but the last one user.

    A path ends with the root of a backward, which is to be seen; a root that is an op is in no path.
    """
    sources = {node.id for node in graph.nodes} - {edge.head for edge in graph.edges}
    alone = sources | {node.id for node in graph.nodes if node.roots and node.kind is not NodeKind.TENSOR}
    makers: dict[str, set[str]] = defaultdict(set)
    users: dict[str, set[str]] = defaultdict(set)
    for edge in graph.edges:
        users[edge.tail].add(edge.head)
        if edge.tail not in sources:
            makers[edge.head].add(edge.tail)
    nodes = {node.id: node for node in graph.nodes}
    following = {
        tail: head
        for tail, node in nodes.items()
        if tail not in alone
        and not node.roots
        and len(users[tail]) == 1
        and (head := next(iter(users[tail]))) not in alone
        and len(makers[head]) == 1
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


def _last_line(graph: Graph) -> int:
    return max((node.line or 0 for node in graph.nodes), default=0)


def _lines(graph: Graph, band: int) -> list[Stretch]:
    """All nodes of so many lines as one; lines that feed each other in a loop together."""
    roots = {_band(node, band): node.id for node in graph.nodes if node.roots}  # the last of each line stays
    group: dict[str, str] = {}
    for node in graph.nodes:
        nowhere = node.line is None and band == 1  # no line in common yet
        own = nowhere or node.in_error or roots.get(_band(node, band)) == node.id
        group[node.id] = node.id if own else f"line {_band(node, band)}"
    links: dict[str, dict[str, None]] = {name: {} for name in group.values()}
    for edge in graph.edges:
        if group[edge.tail] != group[edge.head]:
            links[group[edge.tail]][group[edge.head]] = None
    together = {name: number for number, names in enumerate(components(links)) for name in names}
    members: dict[int, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        members[together[group[node.id]]].append(node)
    return [Stretch(tuple(nodes)) for nodes in members.values() if len(nodes) > 1]


def _band(node: Node, lines: int) -> int:
    return (node.line or 0) // lines
