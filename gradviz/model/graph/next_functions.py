"""The view "backward": every grad_fn of a run and every edge of next_functions, as torch has them and no more."""

from collections.abc import Iterator

from gradviz.model.flow import Flow, Passed
from gradviz.model.graph.graph import Edge, EdgeKind, Graph, Node, NodeKind
from gradviz.model.trace import BackwardCall, GradFn, Tensor, Trace


def next_functions(trace: Trace, gradients: Flow) -> Graph:
    """Return PyTorch's own graph of a trace, with the gradients that passed its edges."""
    edges = tuple(edge for grad_fn in trace.grad_fns for edge in _edges(grad_fn, gradients))
    return Graph("backward", tuple(_nodes(trace)), edges, (), modules=trace.modules)


def _nodes(trace: Trace) -> Iterator[Node]:
    makers = {op.grad_fn: op for op in trace.ops if op.grad_fn is not None}
    roots = _calls_by_grad_fn(trace.backwards)
    made = _results(trace)
    tensors = frozenset[int | None](trace.error.tensors if trace.error is not None else ())
    grad_fns = frozenset(trace.error.grad_fns if trace.error is not None else ())
    for grad_fn in trace.grad_fns:
        variable = None if grad_fn.variable is None else trace.tensors[grad_fn.variable]
        yield Node(
            f"g{grad_fn.id}",
            NodeKind.GRAD_FN,
            tensor=variable,
            accumulates=variable is not None,
            roots=tuple(roots.get(grad_fn.id, ())),
            op=makers.get(grad_fn.id),
            grad_fn=grad_fn,
            results=tuple(made.get(grad_fn.id, ())),
            line=grad_fn.line if variable is None else variable.line,
            in_error=grad_fn.id in grad_fns or grad_fn.variable in tensors,
        )


def _results(trace: Trace) -> dict[int, list[Tensor]]:
    """The tensors that each grad_fn is on, where no op was seen to make them."""
    found: dict[int, list[Tensor]] = {}
    for tensor in () if trace.seen else trace.tensors:
        if tensor.grad_fn is not None:
            found.setdefault(tensor.grad_fn, []).append(tensor)
    return found


def _calls_by_grad_fn(calls: tuple[BackwardCall, ...]) -> dict[int, list[BackwardCall]]:
    found: dict[int, list[BackwardCall]] = {}
    for call in calls:
        for root in call.grad_fns:
            if root is not None:
                found.setdefault(root, []).append(call)
    return found


def _edges(grad_fn: GradFn, gradients: Flow) -> Iterator[Edge]:
    head = f"g{grad_fn.id}"
    for operand, (target, output) in enumerate(grad_fn.next):
        if target is not None:
            tail, passed = f"g{target}", Passed(grad_fn.id, operand)
            name, gradient = f"{tail}-{head}.{operand}", gradients.gradient(passed)
            yield Edge(name, EdgeKind.GRADIENT, tail, head, operand, output, gradient, passed)
