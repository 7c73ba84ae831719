"""Tensors of a graph that go to the same place or come from it, as the weight and the bias of a layer: they can be one.

Only the ends of a graph are looked at: sources, which nothing leads to (a leaf, a constant, an AccumulateGrad in the
view "backward"), and results that lead nowhere, such as the parameters that the last step of an optimizer leaves.
"""

from collections import defaultdict

from gradviz.model.graph.folds.contract import Stretch
from gradviz.model.graph.graph import Graph, Node, NodeKind
from gradviz.model.graph.modules import together, types
from gradviz.model.trace import Tensor

_OWN = 4  # tensors that the program has named one by one, from which on they are many
_ASIDE = 4  # nodes of one input, as a transpose, after which a place is looked for no further


def companions(graph: Graph, crowd: int = 0) -> list[Stretch]:
    """Return the ends of the same place that are of a kind, as what each group of them becomes. Linear.

    Args:
        graph: whatever of it is folded already.
        crowd: how many of them are worth folding, where that is more than in a large graph.
    """
    modules = {node.id: None if node.op is None else node.op.module for node in graph.nodes}
    makers: dict[str, set[str]] = defaultdict(set)
    users: dict[str, dict[str, None]] = defaultdict(dict)
    for edge in graph.edges:
        makers[edge.head].add(edge.tail)
        users[edge.tail][edge.head] = None
    groups: dict[object, list[Node]] = defaultdict(list)
    fewest: dict[object, int] = {}
    for node in graph.nodes:
        tensor = node.tensor
        is_source = node.id not in makers
        if tensor is None or is_source == (node.id not in users) or node.in_error or node.roots:
            continue
        there = [_place(head, makers, users, modules) for head in users[node.id]] if is_source else makers[node.id]
        key = (_kind(node, tensor), is_source, frozenset(there))
        groups[key].append(node)
        fewest[key] = _fewest(node, tensor)
    found = [nodes for key, nodes in groups.items() if len(nodes) >= max(crowd, fewest[key])]
    kinds, takers = types(graph.modules), {node.id: _module(node) for node in graph.nodes}
    near = [{one for node in nodes for one in (*makers[node.id], *users[node.id])} for nodes in found]
    into = [together({takers[one] for one in there}, kinds) for there in near]
    return [Stretch(tuple(nodes), modules=takes) for nodes, takes in zip(found, into, strict=True)]


def _place(
    node: str, makers: dict[str, set[str]], users: dict[str, dict[str, None]], modules: dict[str, str | None]
) -> str:
    """Where a value goes that goes to a node: on to the first of the module that takes something else too, if near."""
    at = node
    for _ in range(_ASIDE):
        if len(makers[at]) > 1:
            return at
        following = next(iter(users[at]), None) if len(users[at]) == 1 else None
        if following is None or modules[following] != modules[node]:
            break
        at = following
    return node


def _module(node: Node) -> str | None:
    """The path of the module that an op ran in, or those that a fold is of."""
    if node.fold is not None:
        return node.fold.modules.path or None
    return None if node.op is None else node.op.module


def _kind(node: Node, tensor: Tensor) -> tuple[object, ...]:
    looks = (tensor.requires_grad, tensor.is_inference, tensor.is_parameter, bool(tensor.names))
    return (node.kind, node.accumulates, node.region, *looks)


def _fewest(node: Node, tensor: Tensor) -> int:
    """How many of a kind are worth folding: what has a name of its own in the program is looked for by that."""
    own = node.kind is NodeKind.TENSOR and tensor.names and not tensor.is_parameter
    return _OWN if own else 2
