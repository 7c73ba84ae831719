"""A whole graph with the state of an earlier step in it: what was not there yet stays as a ghost, in its place."""

from gradviz.model.graph import Edge, Graph, Node
from gradviz.model.trace import Step, Trace


def stepped(whole: Graph, now: Graph) -> Graph:
    """Return the whole graph as it stood at a step.

    Args:
        whole: of the whole run, folded or not.
        now: of the run up to the step, in the same view, nothing folded.
    """
    nodes = {node.id: node for node in now.nodes}
    edges = {edge.id: edge for edge in now.edges}
    shown = tuple(_node(node, nodes) for node in whole.nodes)
    ghosts = {node.id for node in shown if node.ghost}
    return whole._replace(nodes=shown, edges=tuple(_edge(edge, edges, ghosts) for edge in whole.edges))


def _node(node: Node, nodes: dict[str, Node]) -> Node:
    """A node with its records of then. A fold is there as soon as one of its members is."""
    if node.fold is not None:
        return node._replace(roots=(), ghost=nodes.keys().isdisjoint(node.fold.members))
    if node.id in nodes:
        return nodes[node.id]._replace(region=node.region)
    return node._replace(ghost=True)


def _edge(edge: Edge, edges: dict[str, Edge], ghosts: set[str]) -> Edge:
    """An edge with the gradient that had passed it then. That of an edge into a fold is known for the end alone."""
    before = edges.get(edge.id)
    ghost = edge.tail in ghosts or edge.head in ghosts
    return edge._replace(gradient=None if before is None else before.gradient, ghost=ghost)


def done_at(graph: Graph, trace: Trace, number: int) -> str | None:
    """The node of what was done at a step; None: a line was about to run, or nothing that is drawn was done.

    Args:
        graph: as it stood at that step.
        trace: of the whole run.
        number: of the step.
    """
    step = trace.steps[number] if number < len(trace.steps) else None
    if step is None or step.kind == "line":
        return None
    if step.kind == "accumulate" and graph.view == "both":
        return _accumulating(graph, trace, step)
    name = f"g{step.grad_fn}" if graph.view == "backward" else f"o{_op(trace, step)}"
    return next((node.id for node in graph.nodes if name in (node.id, *_members(node))), None)


def _op(trace: Trace, step: Step) -> int | None:
    """The op of a step: the one that ran, or the one that made the grad_fn that did."""
    if step.op is not None or step.grad_fn is None:
        return step.op
    return next((op.id for op in trace.ops if op.grad_fn == step.grad_fn), None)


def _accumulating(graph: Graph, trace: Trace, step: Step) -> str | None:
    """The leaf that a gradient was added to, as it was last."""
    leaf = None if step.grad_fn is None else trace.grad_fns[step.grad_fn].variable
    found = [node.id for node in graph.nodes if node.tensor is not None and node.tensor.id == leaf and not node.ghost]
    return found[-1] if found else None


def _members(node: Node) -> tuple[str, ...]:
    return () if node.fold is None else node.fold.members
