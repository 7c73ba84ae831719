"""What one call of a library did in a region of its own: an optimizer's step(), clip_grad_norm_() and their like.

The program wrote one call, and nothing of it was recorded: dozens of ops that nobody looks for stand as one.
"""

from collections import defaultdict
from collections.abc import Mapping

from gradviz.model.graph.folds.contract import Stretch
from gradviz.model.graph.graph import Graph, Node
from gradviz.model.graph.modules import types
from gradviz.model.trace import Region

FEWEST = 4  # ops that are worth folding


def library_calls(graph: Graph) -> list[Stretch]:
    """Return what each such call becomes: its ops, what only they take, and what they made that others take. Linear."""
    regions = {region.id: region for region in graph.regions}
    around = {region.parent for region in graph.regions}
    kinds = types(graph.modules)
    held: dict[int, list[Node]] = defaultdict(list)
    begun: dict[int, int] = {}  # how many ops came before it
    ended: dict[int, int] = {}
    ops = 0
    for node in graph.nodes:
        ops += node.op is not None
        if node.region is not None and node.region not in around:
            held[node.region].append(node)
            if node.op is not None:
                begun.setdefault(node.region, ops - 1)
                ended[node.region] = ops
    found = {
        region: call
        for region, nodes in held.items()
        if (call := _call(regions[region], nodes))
        and FEWEST <= sum(node.op is not None for node in nodes) == ended[region] - begun[region]
    }
    return _stretches(graph, found, kinds) if found else []


def alike(graph: Graph) -> list[Stretch]:
    """Return the ops of such a call that are of one kind and equally far from its beginning, as what they become.

    An optimizer does the same for each parameter, one after the other: what it does is seen, in its order. No edge
    leads from an op to another as far as that, so there is no circle. Linear.

    Args:
        graph: of the call alone.
    """
    into: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        into[edge.head].append(edge.tail)
    depths: dict[str, int] = {}
    groups: dict[tuple[int, str], list[Node]] = defaultdict(list)
    for node in graph.nodes:
        depths[node.id] = 1 + max((depths.get(tail, 0) for tail in into[node.id]), default=0)
        if node.op is not None:
            groups[depths[node.id], node.op.name].append(node)
    return [Stretch(tuple(nodes)) for nodes in groups.values() if len(nodes) >= FEWEST]


def _call(region: Region, nodes: list[Node]) -> str:
    """The call that opened a region and did all that is in it; nothing where the program opened it, or does more."""
    calls = {(node.op.line, node.op.call) for node in nodes if node.op is not None}
    line, call = calls.pop() if len(calls) == 1 else (None, None)
    plain = not any(node.in_error or node.roots or node.fold is not None or node.grad_fn is not None for node in nodes)
    own = region.text.startswith("with ")
    return call if call and plain and not own and line == region.line and call in region.text else ""


def _stretches(graph: Graph, found: Mapping[int, str], kinds: Mapping[str, tuple[str, ...]]) -> list[Stretch]:
    home = {node.id: node.region for node in graph.nodes}
    made = {edge.head for edge in graph.edges}
    users: dict[str, set[int | None]] = defaultdict(set)
    for edge in graph.edges:
        users[edge.tail].add(home[edge.head])
    members: dict[int, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        if node.region is not None and node.region in found:
            if node.op is not None or users[node.id]:  # its last results stay to be seen
                members[node.region].append(node)
        elif node.id not in made and len(users[node.id]) == 1 and not node.in_error:
            (region,) = users[node.id]
            if region is not None and region in found:
                members[region].append(node)
    return [Stretch(tuple(nodes), call=_told(found[region], kinds)) for region, nodes in members.items()]


def _told(call: str, kinds: Mapping[str, tuple[str, ...]]) -> str:
    """The call, with the class of the object that it is a method of where that is known: "Adam.step()"."""
    name, _, method = call.partition(".")
    of = kinds.get(name, ())
    return f"{of[0]}.{method}" if len(of) == 1 else call
