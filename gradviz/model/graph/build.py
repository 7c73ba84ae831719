"""The Graph of a Trace: ops and tensors as they followed each other, or the grad_fns alone as torch links them."""

from collections import defaultdict

from gradviz.model.flow import Flow, Passed, operand_edges, sums
from gradviz.model.graph.generations import birth_regions, changed_bases, generations, grad_fn_made, remade, touched
from gradviz.model.graph.graph import Edge, EdgeKind, Graph, Node, NodeKind, View
from gradviz.model.graph.next_functions import next_functions
from gradviz.model.moments.moment import History
from gradviz.model.rules import EXACT
from gradviz.model.trace import OUTPUT_NR, BackwardCall, GradFn, Op, Region, Tensor, Trace, Value


def build(trace: Trace, view: View, history: History | None = None) -> Graph:
    """Return everything a view shows of a trace, nothing folded.

    Args:
        trace: the run.
        view: of it.
        history: its index, where that is there.
    """
    history = history or History(trace)
    if view == "backward":
        return next_functions(trace, history.flow)
    builder = _Builder(history, view)
    for op in history.drawn_ops:
        builder.add(op)
    return builder.graph()


class _Builder:
    """Follows the ops in order. A tensor changed in place becomes a new node with the state it has then."""

    def __init__(self, history: History, view: View) -> None:
        self._trace = trace = history.trace
        self._both = view == "both"
        self._view: View = view
        self._flow = history.flow if self._both else Flow({})
        self._states = generations(trace, history.drawn_as)
        self._remade = remade(trace) if self._both else {}
        self._touched = touched(self._states, history.drawn_ops)
        self._birth_regions = birth_regions(trace)
        self._grads = {state.grad_tensor for state in (*trace.past, *trace.tensors)}
        self._roots = _calls_by_root(trace.backwards) if self._both else {}
        self._accumulators = {g.variable: g.id for g in trace.grad_fns if g.variable is not None and self._both}
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []
        self._makers: dict[int, tuple[str, int]] = {}  # tensor -> the node that stands for it now, and its output
        self._now: dict[int, Tensor] = {}  # tensor -> its state there
        self._ends: dict[int, int] = {}  # tensor where a backward begins or ends -> the place of its last node
        self._uses: dict[int, list[Passed]] = defaultdict(list)  # leaf -> where each use of it sends its gradient

    def add(self, op: Op) -> None:
        """Add an op, the tensors it takes that are not there yet, and those it makes that have a name."""
        bases = changed_bases(op, self._trace.tensors)
        grad_fn = grad_fn_made(op, bases, self._trace) if self._both else None
        node = Node(f"o{op.id}", NodeKind.OP, op=op, grad_fn=grad_fn, region=op.region, line=op.line)
        kind = EdgeKind.UNRECORDED if self._both and grad_fn is None else EdgeKind.DATA
        tails = [self._maker(tensor) for tensor in (*op.inputs, *bases)]  # before the outputs: one may be an input
        ways = [None] * len(tails) if grad_fn is None else self._ways(op.inputs, bases, grad_fn)
        self._nodes.append(node)
        for operand, ((tail, output), passed) in enumerate(zip(tails, ways, strict=True)):
            name, gradient = f"{tail}-{node.id}.{operand}", self._gradient(passed)
            self._edges.append(Edge(name, kind, tail, node.id, operand, output, gradient, passed))
        for output, tensor in enumerate((*dict.fromkeys(op.outputs), *self._touched.get(op.id, ()))):
            self._add_output(op, node, kind, output, tensor)

    def graph(self) -> Graph:
        """The finished graph, with the named tensors that no op took."""
        for tensor in self._trace.tensors:
            if tensor.names and tensor.id not in self._makers and tensor.id not in self._grads:
                self._maker(tensor.id)
        for number, place in self._ends.items():
            self._nodes[place] = self._finished(self._nodes[place], number)
        wrong = self._in_error()
        nodes = tuple([node._replace(in_error=True) if node.id in wrong else node for node in self._nodes])
        regions = _regions_of(nodes, self._trace.regions)
        return Graph(self._view, nodes, tuple(self._edges), regions, modules=self._trace.modules)

    def _maker(self, tensor: int) -> tuple[str, int]:
        """The node that stands for a tensor now; one is added for a tensor that comes from no op of the graph."""
        if tensor not in self._makers:
            state = self._states.get((tensor, None)) or self._trace.tensors[tensor]
            self._add_tensor(f"t{tensor}", state, self._birth_regions.get(tensor))
        return self._makers[tensor]

    def _add_tensor(self, name: str, state: Tensor, region: int | None) -> None:
        accumulates = state.id in self._accumulators
        if accumulates or state.id in self._roots:
            self._ends[state.id] = len(self._nodes)
        node = Node(name, NodeKind.TENSOR, tensor=state, accumulates=accumulates, region=region, line=state.line)
        self._nodes.append(node)
        self._makers[state.id] = (name, 0)
        self._now[state.id] = state

    def _add_output(self, op: Op, node: Node, kind: EdgeKind, output: int, tensor: int) -> None:
        final = self._trace.tensors[tensor]
        state = self._states.get((tensor, op.id), final)
        # What nobody recorded was written to a tensor whose gradient goes past that, to what made it.
        is_past = kind is EdgeKind.UNRECORDED and state.grad_fn is not None
        if is_past or final.names or tensor in self._roots or tensor in self._accumulators or state.retains_grad:
            name = f"t{tensor}.{op.id}" if tensor in self._makers else f"t{tensor}"
            made = state._replace(grad_fn=op.grad_fn) if op.grad_fn in self._remade.get(tensor, ()) else state
            passed = None if node.grad_fn is None else _arriving(made, op, output, self._trace.grad_fns)
            gradient = self._gradient(passed)
            self._edges.append(Edge(f"{node.id}-{name}", kind, node.id, name, 0, output, gradient, passed))
            self._add_tensor(name, state, op.region)
        else:
            self._makers[tensor], self._now[tensor] = (node.id, output), state

    def _gradient(self, passed: Passed | None) -> Value | None:
        return None if passed is None or not self._flow.ran else self._flow.gradient(passed)

    def _ways(self, inputs: tuple[int, ...], bases: tuple[int, ...], grad_fn: GradFn) -> list[Passed | None]:
        """Where backward sends the gradient of each input, then each base; noted also for the leaf it goes to."""
        taken = (*bases, *inputs)  # CopySlices has its base first
        states = [self._then(tensor, grad_fn) if tensor in self._remade else self._now[tensor] for tensor in taken]
        positions = operand_edges(grad_fn, states, self._trace.grad_fns)
        found = [None if position is None else Passed(grad_fn.id, position) for position in positions]
        for tensor, passed in zip(taken, found, strict=True):
            if passed is not None and tensor in self._accumulators:
                self._uses[tensor].append(passed)
        return [*found[len(bases) :], *found[: len(bases)]] if bases else found

    def _then(self, tensor: int, user: GradFn) -> Tensor:
        """A tensor that had several grad_fns, with the one that it had when the op of a grad_fn took it."""
        state, targets = self._now[tensor], {target for target, _ in user.next}
        had = reversed(self._remade[tensor])
        return next((state._replace(grad_fn=one) for one in had if one in targets), state)

    def _finished(self, node: Node, number: int) -> Node:
        """The last node of a tensor with the backward calls from it and the gradients that met in it."""
        uses = tuple(self._uses.get(number, ()))
        added = self._flow.added(self._accumulators.get(number, -1))
        state = self._now[number]
        terms = sums(state.grad, added, [self._flow.gradient(passed) for passed in uses], state.dtype)
        return node._replace(roots=tuple(self._roots.get(number, ())), uses=uses, sums=terms)

    def _in_error(self) -> set[str]:
        """The nodes that the error speaks of, among them the op of a tensor that has no node of its own."""
        error = self._trace.error
        if error is None:
            return set()
        tensors, grad_fns = set(error.tensors), set(error.grad_fns)
        found = {self._makers[tensor][0] for tensor in tensors if tensor in self._makers}
        found |= {node.id for node in self._nodes if node.tensor is not None and node.tensor.id in tensors}
        found |= {node.id for node in self._nodes if node.op is not None and node.op.grad_fn in grad_fns}
        return found


def _arriving(state: Tensor, op: Op, output: int, grad_fns: tuple[GradFn, ...]) -> Passed | None:
    """Where the grad_fn of an op's result is given a gradient. Only what the op itself made has several outputs."""
    if state.grad_fn is None:
        return None
    if state.grad_fn != op.grad_fn:
        return Passed(state.grad_fn, 0, arrived=True)
    numbers = (grad_fns[state.grad_fn].settings or {}).get(OUTPUT_NR)
    if isinstance(numbers, tuple):
        output = next((number for number in numbers[output : output + 1] if number >= 0), EXACT)
    return Passed(state.grad_fn, output, arrived=True)


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
