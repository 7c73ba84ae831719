"""The Graph of a Trace: ops and tensors as they followed each other, or the grad_fns alone as torch links them."""

from collections import defaultdict
from collections.abc import Iterable

from gradviz.model.births import births
from gradviz.model.calls import calls
from gradviz.model.flow import Flow, flow, operand_edges, sums
from gradviz.model.graph import Edge, EdgeKind, Graph, Node, NodeKind, View
from gradviz.model.trace import BackwardCall, GradFn, Op, Region, Tensor, Trace, Value


def build(trace: Trace, view: View) -> Graph:
    """Return everything a view shows of a trace, nothing folded."""
    if view == "backward":
        return _backward(trace)
    builder = _Builder(trace, view)
    for op in builder.ops:
        builder.add(op)
    return builder.graph()


class _Builder:
    """Follows the ops in order. A tensor changed in place becomes a new node with the state it has then."""

    def __init__(self, trace: Trace, view: View) -> None:
        self._trace = trace
        self._both = view == "both"
        self._view: View = view
        self._flow = flow(trace) if self._both else Flow({}, {}, {})
        born = births(trace)
        around = calls(trace)
        self.ops = [
            op for op in trace.ops if op.phase == "forward" and op.outputs and op.id not in born and op.id not in around
        ]
        shown = {op.id: op.id for op in self.ops}
        shown |= {op: call for op, call in around.items() if call in shown}
        self._states = _generations(trace, shown)
        self._touched = _touched(self._states, self.ops)
        self._birth_regions = _birth_regions(trace)
        self._grads = {state.grad_tensor for state in (*trace.past, *trace.tensors)}
        self._roots = _calls_by_root(trace.backwards) if self._both else {}
        self._accumulators = {g.variable: g.id for g in trace.grad_fns if g.variable is not None and self._both}
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []
        self._makers: dict[int, tuple[str, int]] = {}  # tensor -> the node that stands for it now, and its output
        self._now: dict[int, Tensor] = {}  # tensor -> its state there
        self._parts: dict[int, list[Value | None]] = defaultdict(list)  # leaf -> what each use of it sent back

    def add(self, op: Op) -> None:
        """Add an op, the tensors it takes that are not there yet, and those it makes that have a name."""
        grad_fn = None if op.grad_fn is None or not self._both else self._trace.grad_fns[op.grad_fn]
        node = Node(f"o{op.id}", NodeKind.OP, op=op, grad_fn=grad_fn, region=op.region, line=op.line)
        tails = [self._maker(tensor) for tensor in op.inputs]  # before the outputs: one may be an input, changed
        gradients = self._gradients(op, grad_fn)
        self._nodes.append(node)
        kind = EdgeKind.UNRECORDED if op.grad_fn is None and self._both else EdgeKind.DATA
        for operand, ((tail, output), gradient) in enumerate(zip(tails, gradients, strict=True)):
            self._edges.append(Edge(f"{tail}-{node.id}.{operand}", kind, tail, node.id, operand, output, gradient))
        arrived = () if grad_fn is None else self._flow.arrived.get(grad_fn.id, ())
        for output, tensor in enumerate((*dict.fromkeys(op.outputs), *self._touched.get(op.id, ()))):
            gradient = arrived[output] if output < len(arrived) else None
            self._add_output(op, node, kind, output, tensor, gradient)

    def graph(self) -> Graph:
        """The finished graph, with the named tensors that no op took."""
        for tensor in self._trace.tensors:
            if tensor.names and tensor.id not in self._makers and tensor.id not in self._grads:
                self._maker(tensor.id)
        nodes = tuple(self._finished(node) for node in self._nodes)
        return Graph(self._view, nodes, tuple(self._edges), _regions_of(nodes, self._trace.regions))

    def _maker(self, tensor: int) -> tuple[str, int]:
        """The node that stands for a tensor now; one is added for a tensor that comes from no op of the graph."""
        if tensor not in self._makers:
            state = self._states.get((tensor, None)) or self._trace.tensors[tensor]
            self._add_tensor(f"t{tensor}", state, self._birth_regions.get(tensor))
        return self._makers[tensor]

    def _add_tensor(self, name: str, state: Tensor, region: int | None) -> None:
        accumulates = state.id in self._accumulators
        node = Node(name, NodeKind.TENSOR, tensor=state, accumulates=accumulates, region=region, line=state.line)
        self._nodes.append(node)
        self._makers[state.id] = (name, 0)
        self._now[state.id] = state

    def _add_output(self, op: Op, node: Node, kind: EdgeKind, output: int, tensor: int, gradient: Value | None) -> None:
        final = self._trace.tensors[tensor]
        state = self._states.get((tensor, op.id), final)
        if final.names or tensor in self._roots or state.retains_grad:
            name = f"t{tensor}.{op.id}" if tensor in self._makers else f"t{tensor}"
            self._edges.append(Edge(f"{node.id}-{name}", kind, node.id, name, 0, output, gradient))
            self._add_tensor(name, state, op.region)
        else:
            self._makers[tensor], self._now[tensor] = (node.id, output), state

    def _gradients(self, op: Op, grad_fn: GradFn | None) -> list[Value | None]:
        """What backward sent along each operand's edge; noted also for the leaf it went to."""
        if grad_fn is None:
            return [None] * len(op.inputs)
        left = self._flow.left.get(grad_fn.id, ())
        states = tuple(self._now[tensor] for tensor in op.inputs)
        found: list[Value | None] = []
        for tensor, position in zip(op.inputs, operand_edges(grad_fn, states, self._trace.grad_fns), strict=True):
            gradient = left[position] if position is not None and position < len(left) else None
            found.append(gradient)
            if tensor in self._accumulators and gradient is not None:
                self._parts[tensor].append(gradient)
        return found

    def _finished(self, node: Node) -> Node:
        """A tensor node with the backward calls from it and the gradients that met in it."""
        node = node._replace(in_error=self._in_error(node))
        if node.tensor is None or self._makers[node.tensor.id][0] != node.id:
            return node
        tensor = node.tensor.id
        added = self._flow.added.get(self._accumulators.get(tensor, -1), ())
        terms = sums(node.tensor.grad, added, tuple(self._parts.get(tensor, ())))
        return node._replace(roots=tuple(self._roots.get(tensor, ())), sums=terms)

    def _in_error(self, node: Node) -> bool:
        """Whether the error that ended the program speaks of it, or of a tensor that has no node but its op's."""
        error = self._trace.error
        if error is None:
            return False
        if node.tensor is not None:
            return node.tensor.id in error.tensors
        if node.op is not None and node.op.grad_fn in error.grad_fns:
            return True
        return any(self._makers[tensor][0] == node.id for tensor in error.tensors if tensor in self._makers)


def _generations(trace: Trace, shown: dict[int, int]) -> dict[tuple[int, int | None], Tensor]:
    """The last state of each tensor after each op that is shown, as itself or another, and changed it; None: before."""
    states: dict[tuple[int, int | None], Tensor] = {}
    for state in (*trace.past, *trace.tensors):
        states[state.id, None if state.made_by is None else shown.get(state.made_by)] = state
    return states


def _birth_regions(trace: Trace) -> dict[int, int | None]:
    """The region in which each tensor was first seen, if an op of the forward run made it there."""
    regions: dict[int, int | None] = {}
    for state in (*trace.past, *trace.tensors):
        op = None if state.made_by is None else trace.ops[state.made_by]
        regions.setdefault(state.id, op.region if op is not None and op.phase == "forward" else None)
    return regions


def _touched(states: Iterable[tuple[int, int | None]], ops: list[Op]) -> dict[int, list[int]]:
    """Tensors that an op changed though it did not return them: those that share memory with what it wrote to."""
    outputs = {op.id: set(op.outputs) for op in ops}
    touched: dict[int, list[int]] = {}
    for tensor, op in states:
        if op is not None and tensor not in outputs[op]:
            touched.setdefault(op, []).append(tensor)
    return touched


def _calls_by_root(calls: tuple[BackwardCall, ...]) -> dict[int, list[BackwardCall]]:
    found: dict[int, list[BackwardCall]] = {}
    for call in calls:
        for root in call.roots:
            if root is not None:
                found.setdefault(root, []).append(call)
    return found


def _regions_of(nodes: tuple[Node, ...], regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """The regions that hold a node, and those around them."""
    needed: set[int] = set()
    for node in nodes:
        region = node.region
        while region is not None and region not in needed:
            needed.add(region)
            region = regions[region].parent
    return tuple(region for region in regions if region.id in needed)


def _backward(trace: Trace) -> Graph:
    """PyTorch's own graph: every grad_fn, and every edge of next_functions."""
    gradients = flow(trace)
    makers = {op.grad_fn: op for op in trace.ops if op.grad_fn is not None}
    roots: dict[int, list[BackwardCall]] = {}
    for call in trace.backwards:
        for root in call.grad_fns:
            if root is not None:
                roots.setdefault(root, []).append(call)
    nodes: list[Node] = []
    edges: list[Edge] = []
    for grad_fn in trace.grad_fns:
        variable = None if grad_fn.variable is None else trace.tensors[grad_fn.variable]
        name = f"g{grad_fn.id}"
        nodes.append(
            Node(
                name,
                NodeKind.GRAD_FN,
                tensor=variable,
                accumulates=variable is not None,
                roots=tuple(roots.get(grad_fn.id, ())),
                op=makers.get(grad_fn.id),
                grad_fn=grad_fn,
                line=grad_fn.line if variable is None else variable.line,
                in_error=trace.error is not None
                and (grad_fn.id in trace.error.grad_fns or grad_fn.variable in trace.error.tensors),
            )
        )
        left = gradients.left.get(grad_fn.id, ())
        for operand, (target, output) in enumerate(grad_fn.next):
            if target is not None:
                gradient = left[operand] if operand < len(left) else None
                tail = f"g{target}"
                edge = Edge(f"{tail}-{name}.{operand}", EdgeKind.GRADIENT, tail, name, operand, output, gradient)
                edges.append(edge)
    return Graph("backward", tuple(nodes), tuple(edges), ())
