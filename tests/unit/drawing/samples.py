"""Small graphs with every kind of node, edge and region, and random ones with any text in them."""

from typing import cast

from hypothesis import strategies as st

from gradviz.drawing.compose import compose
from gradviz.drawing.draft import Draft, draft
from gradviz.drawing.pages.page import Page
from gradviz.drawing.shapes import Drawing
from gradviz.drawing.words import ENGLISH, Words
from gradviz.layout.diagram import Direction
from gradviz.layout.layered import place
from gradviz.model.graph.graph import Edge, EdgeKind, Fold, Graph, Node, NodeKind, View
from gradviz.model.trace import (
    BackwardCall,
    GradFn,
    GradMode,
    Op,
    Region,
    Saved,
    SavedState,
    Step,
    Tensor,
    Trace,
    Value,
)
from tests.unit.model.traces import known


def sealed(page: Page) -> Page:
    """The page packed so that nobody can open it: whoever tries raises a ValueError."""
    closed = memoryview(b"")
    closed.release()
    return page.packed()._replace(held=cast("bytes", closed))


def scalar(number: float) -> Value:
    return Value((), (number,))


def tensor(
    number: int,
    *names: str,
    requires_grad: bool = True,
    is_leaf: bool = True,
    value: Value | None = None,
    grad: Value | None = None,
    made_by: int | None = None,
    is_inference: bool = False,
    version: int | None = 0,
    base: int | None = None,
) -> Tensor:
    shape = value.shape if value is not None else ()
    return Tensor(
        number,
        0,
        shape,
        "float32",
        "cpu",
        requires_grad,
        is_leaf,
        is_inference,
        False,
        version,
        4,
        number,
        base,
        made_by,
        None,
        number + 1,
        value,
        grad,
        names,
    )


def op(number: int, name: str, call: str | None, *inputs: int, why: str | None = None) -> Op:
    mode: GradMode = "no_grad" if why == "no_grad" else "inference" if why == "inference" else "grad"
    grad_fn = number if why is None else None
    return Op(number, 0, name, call, "forward", number + 1, None, inputs, (), mode, grad_fn, why)


def kept(name: str, of: int | None, state: SavedState = "kept", *, nbytes: int = 4, version: int = 0) -> Saved:
    return Saved(name, of, nbytes, version, state, of)


def node_of(
    one: Tensor,
    *,
    accumulates: bool = False,
    sums: tuple[Value | None, ...] = (),
    roots: tuple[BackwardCall, ...] = (),
    region: int | None = None,
    in_error: bool = False,
) -> Node:
    return Node(
        f"t{one.id}", NodeKind.TENSOR, one, accumulates, sums, roots, region=region, line=one.line, in_error=in_error
    )


def square(view: View = "both") -> tuple[Graph, Trace]:
    """x * x under grad, then y + 1 under no_grad."""
    x = tensor(0, "x", value=scalar(2.0), grad=scalar(4.0))
    y = tensor(1, "y", is_leaf=False, value=scalar(4.0), made_by=0)
    z = tensor(2, "z", requires_grad=False, value=scalar(5.0), made_by=1)
    mul = op(0, "aten::mul.Tensor", "x * x", 0, 0)
    add = op(1, "aten::add.Tensor", "y + 1", 1, why="no_grad")
    made = GradFn(0, 0, "MulBackward0", ((1, 0), (1, 0)), None, 2, (kept("self", 0), kept("other", 0)))
    sink = GradFn(1, 0, "AccumulateGrad", (), 0, 1, ())
    start = BackwardCall(0, 0, 6, "y.backward()", (1,), (0,), False, False)
    trace = Trace("2.13.0", "3.11", "grad", "", (x, y, z), (), (mul, add), (made, sink), backwards=(start,))
    if view == "backward":
        nodes: tuple[Node, ...] = (
            Node("g1", NodeKind.GRAD_FN, grad_fn=sink, line=1),
            Node("g0", NodeKind.GRAD_FN, grad_fn=made, op=mul, roots=(start,), line=2),
        )
        edges = tuple(Edge(f"g1-g0.{k}", EdgeKind.GRADIENT, "g1", "g0", k, 0, scalar(2.0)) for k in (0, 1))
        return Graph("backward", nodes, edges, ()), trace
    both = view == "both"
    nodes = (
        node_of(x, accumulates=both, sums=(scalar(2.0), scalar(2.0)) if both else ()),
        Node("o0", NodeKind.OP, op=mul, grad_fn=made if both else None, line=2),
        node_of(y, roots=(start,) if both else ()),
        Node("o1", NodeKind.OP, op=add, region=0, line=5),
        node_of(z, region=0),
    )
    left = scalar(2.0) if both else None
    off = EdgeKind.UNRECORDED if both else EdgeKind.DATA
    edges = (
        Edge("t0-o0.0", EdgeKind.DATA, "t0", "o0", 0, 0, left),
        Edge("t0-o0.1", EdgeKind.DATA, "t0", "o0", 1, 0, left),
        Edge("o0-t1", EdgeKind.DATA, "o0", "t1", 0, 0, scalar(1.0) if both else None),
        Edge("t1-o1.0", off, "t1", "o1", 0, 0),
        Edge("o1-t2", off, "o1", "t2", 0, 0),
    )
    return Graph(view, nodes, edges, (Region(0, None, "no_grad", 4, "with torch.no_grad():"),)), trace


def spoilt(view: View = "both") -> tuple[Graph, Trace]:
    """The square, whose value is nan and which passes inf on."""
    graph, trace = square(view)
    tensors = (trace.tensors[0], trace.tensors[1]._replace(value=Value((), ("nan",))), *trace.tensors[2:])
    step = Step(0, "backward", 6, grad_fn=0, arrived=(scalar(1.0),), left=(Value((), ("inf",)), scalar(2.0)))
    ops = (trace.ops[0]._replace(inputs=(0, 0), outputs=(1,)), *trace.ops[1:])
    return graph, trace._replace(tensors=tensors, ops=ops, steps=(step,))


def shared() -> tuple[Graph, Trace]:
    """A leaf "x", twice, and a constant in the first and in the last of six ops that follow each other."""
    x = tensor(0, "x", value=scalar(2.0), grad=scalar(4.0))
    c = tensor(1, "c", requires_grad=False, value=scalar(0.5))
    made = [tensor(k, f"y{k}", is_leaf=False, value=scalar(k), made_by=k - 2) for k in range(2, 8)]
    takes = [(0, 0, 1), *((k,) for k in range(2, 6)), (0, 0, 1, 6)]
    ops = [op(k, "aten::mul", "mul", *inputs) for k, inputs in enumerate(takes)]
    start = BackwardCall(0, 0, 6, "y7.backward()", (7,), (5,), False, False)
    grad_fns = [GradFn(k, 0, "MulBackward0", (), None, k + 1, ()) for k in range(6)]
    nodes, edges = [node_of(x, accumulates=True), node_of(c)], []
    for k, inputs in enumerate(takes):
        last = k == 5
        nodes.append(Node(f"o{k}", NodeKind.OP, op=ops[k], grad_fn=grad_fns[k], line=k + 1, region=0 if last else None))
        nodes.append(node_of(made[k], roots=(start,) if last else ()))
        for n, of in enumerate(inputs):
            passed = None if of == 1 else scalar(1.0)
            edges.append(Edge(f"t{of}-o{k}.{n}", EdgeKind.DATA, f"t{of}", f"o{k}", n, 0, passed))
        edges.append(Edge(f"o{k}-t{k + 2}", EdgeKind.DATA, f"o{k}", f"t{k + 2}", 0, 0, scalar(1.0)))
    trace = Trace("2.13.0", "3.11", "grad", "", (x, c, *made), (), tuple(ops), tuple(grad_fns), backwards=(start,))
    return Graph("both", tuple(nodes), tuple(edges), (Region(0, None, "grad", 6, "with torch.enable_grad():"),)), trace


def accumulated() -> tuple[Graph, Trace]:
    """Eight grad_fns that follow each other, the first and the last of which pass two gradients on to one leaf."""
    x = tensor(0, "x", value=scalar(2.0), grad=scalar(4.0))
    sink = GradFn(9, 0, "AccumulateGrad", (), 0, 1, ())
    grad_fns = [GradFn(k, 0, "MulBackward0", (), None, k + 2, ()) for k in range(8)]
    nodes = [Node(f"g{one.id}", NodeKind.GRAD_FN, grad_fn=one, line=one.line) for one in (sink, *grad_fns)]
    edges = [Edge(f"g{k - 1}-g{k}", EdgeKind.GRADIENT, f"g{k - 1}", f"g{k}", 2, 0, scalar(1.0)) for k in range(1, 8)]
    edges += [Edge(f"g9-g{k}.{n}", EdgeKind.GRADIENT, "g9", f"g{k}", n, 0, scalar(1.0)) for k in (0, 7) for n in (0, 1)]
    return Graph("backward", tuple(nodes), tuple(edges), ()), Trace("2.13.0", "3.11", "grad", "", (x,), (), ())


def every_kind() -> tuple[Graph, Trace]:
    """One node of each kind, in every state it can have."""
    many = Value((3, 40), min=-1.5, max=2.25, mean=0.5, std=1.0, nan=2)
    w = tensor(0, "w", "weight", value=many, grad=many, version=3)
    c = tensor(1, "c", requires_grad=False, value=Value((2, 2), (1.0, 2.0, 3.0, 4.5)))
    h = tensor(2, is_leaf=False, value=Value((2,), (1.0, "nan")), made_by=0, base=0)
    loss = tensor(3, "loss", is_leaf=False, value=scalar(0.25), made_by=1)
    cut = tensor(4, "cut", requires_grad=False, value=scalar(1.0), made_by=2)
    inferred = tensor(5, "p", requires_grad=False, is_inference=True, version=None, made_by=3)
    bad = tensor(6, "bad", is_leaf=False, value=scalar(1.0), made_by=4)
    lost = tensor(7, requires_grad=False, made_by=5, value=scalar(7.0))
    names = ("self", "other", "result", "weight", "mask", "indices")
    saved = tuple(kept(name, k, nbytes=4 ** (3 * k)) for k, name in enumerate(names))
    mixed = (kept("input", 0, "freed"), kept("input", 0, "freed"), kept("weight", None, "packed", nbytes=1023 * 1024))
    made = (
        op(0, "aten::linear", "F.linear(w, c)", 0, 1),
        op(1, "aten::sum", None, 2),
        op(2, "aten::detach", "loss.detach()", 3, why="detach"),
        op(3, "aten::relu", "relu", 0, why="inference"),
        op(4, "aten::add_.Tensor", "bad.add_(1)", 6),
        op(5, "aten::mul.Tensor", "c * c", 1, 1, why="no input requires grad"),
    )
    ops = tuple(one._replace(outputs=(number + 2,)) for number, one in enumerate(made))
    grad_fns = (
        GradFn(0, 0, "LinearBackward0", (), None, 1, saved),
        GradFn(1, 0, "SumBackward0", (), None, 2, mixed),
        GradFn(4, 0, "AddBackward0", (), None, 5, (kept("self", 0, version=1),)),
    )
    calls = tuple(
        BackwardCall(k, 0, None if k == 0 else k, None if k == 0 else "loss.backward()", (3,), (1,), True, False)
        for k in range(5)
    )
    regions = (
        Region(0, None, "inference", 7, "with torch.inference_mode():"),
        Region(1, None, "no_grad", None, ""),
        Region(2, 1, "grad", 9, "with torch.enable_grad():"),
    )
    trace = Trace("2.13.0", "3.11", "grad", "", (w, c, h, loss, cut, inferred, bad, lost), (), ops)
    trace = trace._replace(steps=(Step(0, "line", 9, names={"cut": 4}),))
    nodes = (
        node_of(w, accumulates=True, sums=(many, None)),
        node_of(c),
        Node("o0", NodeKind.OP, op=ops[0], grad_fn=grad_fns[0], line=1),
        node_of(h),
        Node("o1", NodeKind.OP, op=ops[1], grad_fn=grad_fns[1], line=2),
        node_of(loss, roots=calls),
        Node("o2", NodeKind.OP, op=ops[2], line=3, region=1),
        node_of(cut, region=1),
        Node("o3", NodeKind.OP, op=ops[3], line=4, region=0),
        node_of(inferred, region=0),
        Node("o4", NodeKind.OP, op=ops[4], grad_fn=grad_fns[2], line=5, in_error=True, region=2),
        node_of(bad, in_error=True, region=2),
        Node("o5", NodeKind.OP, op=ops[5], roots=calls[1:2]),
        node_of(lost),
        Node("f0", NodeKind.FOLD, fold=Fold(1000, (ops[0],) * 5, ("AddBackward0",), 4096, (3, 9))),
        Node("f1", NodeKind.FOLD, fold=Fold(1, (ops[0],), (), 0, (3, 3))),
        Node("f2", NodeKind.FOLD, fold=Fold(2, (), (), 0, None)),
    )
    edges = (
        Edge("e0", EdgeKind.DATA, "t0", "o0", 0, 0, many),
        Edge("e1", EdgeKind.DATA, "t1", "o0", 1, 0),
        Edge("e2", EdgeKind.DATA, "o0", "t2", 0, 0, Value((3,), (1.0, -2.0, 0.5))),
        Edge("e3", EdgeKind.DATA, "t2", "o1", 0, 0, scalar(1 / 3)),
        Edge("e4", EdgeKind.DATA, "o1", "t3", 0, 0, scalar(1.0)),
        Edge("e5", EdgeKind.UNRECORDED, "t3", "o2", 0, 0),
        Edge("e6", EdgeKind.UNRECORDED, "o2", "t4", 0, 0),
        Edge("e7", EdgeKind.UNRECORDED, "t0", "o3", 0, 0),
        Edge("e8", EdgeKind.UNRECORDED, "o3", "t5", 0, 0),
        Edge("e9", EdgeKind.DATA, "o4", "t6", 0, 0),
        Edge("e10", EdgeKind.UNRECORDED, "t1", "o5", 0, 0),
        Edge("e11", EdgeKind.UNRECORDED, "t1", "o5", 1, 0),
        Edge("e12", EdgeKind.UNRECORDED, "o5", "t7", 0, 0),
        Edge("e13", EdgeKind.DATA, "t0", "f0", 0, 0),
        Edge("e14", EdgeKind.DATA, "f0", "f1", 0, 0),
        Edge("e15", EdgeKind.DATA, "t1", "f1", 1, 0, scalar(2.0)),
        Edge("e16", EdgeKind.DATA, "f1", "f2", 0, 0, scalar(2.0)),
        Edge("e17", EdgeKind.DATA, "t0", "f2", 1, 0, scalar(12.5)),
        Edge("e18", EdgeKind.DATA, "t2", "f2", 2, 0, Value((3,), (1.0, -2.0, 0.5))),
    )
    return Graph("both", nodes, edges, regions, hidden=12), trace


def drawn(
    graph: Graph,
    trace: Trace,
    words: Words = ENGLISH,
    *,
    values: bool = True,
    direction: Direction = "TB",
    legend: bool = False,
    badges: bool = True,
) -> tuple[Draft, Drawing]:
    sized = draft(graph, known(trace), words, values=values, direction=direction, badges=badges)
    return sized, compose(sized, place(sized.diagram, direction), legend=legend)


SAMPLES = {
    "square": square(),
    "forward": square("forward"),
    "backward": square("backward"),
    "every kind": every_kind(),
    "spoilt": spoilt(),
    "shared": shared(),
    "accumulated": accumulated(),
    "empty": (Graph("both", (), (), ()), Trace("", "", "grad", "")),
}

texts = st.text(max_size=60)
values = st.one_of(
    st.none(),
    st.floats(width=32).map(lambda x: scalar(x) if x - x == 0 else Value((), (str(x),))),
    st.lists(st.integers(-9, 9), max_size=9).map(lambda xs: Value((len(xs),), tuple(xs))),
    st.builds(lambda low, high: Value((50, 2), min=low, max=high), st.floats(-9, 0), st.floats(0, 9)),
    # What a hostile process might send: elements that are no numbers, or not as many as the shape says.
    st.builds(Value, st.lists(st.integers(0, 10**9), max_size=3).map(tuple), st.lists(texts, max_size=9).map(tuple)),
)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Graph, Trace]:
    """A chain of tensors and ops with any names, values and gradients; any op may use any tensor before it."""
    count = draw(st.integers(1, 6))
    tensors = [tensor(0, draw(texts), value=draw(values), grad=draw(values))]
    nodes, edges, ops = [node_of(tensors[0], accumulates=True)], [], []
    for k in range(1, count + 1):
        inputs = draw(st.lists(st.integers(0, k - 1), min_size=1, max_size=12 if k == 1 else 3))
        made = op(k - 1, draw(texts), draw(st.none() | texts), *inputs)
        saved = tuple(kept(draw(texts), of, nbytes=10**of) for of in inputs[:6])
        ops.append(made)
        grad_fn = GradFn(k, 0, draw(texts), (), None, k, saved)
        nodes.append(Node(f"o{k}", NodeKind.OP, op=made, grad_fn=grad_fn))
        edges += [
            Edge(f"o{k}.{n}", EdgeKind.DATA, f"t{of}", f"o{k}", n, 0, draw(values)) for n, of in enumerate(inputs)
        ]
        tensors.append(tensor(k, draw(texts), is_leaf=False, value=draw(values), made_by=k - 1))
        nodes.append(node_of(tensors[-1]))
        edges.append(Edge(f"o{k}-t{k}", EdgeKind.DATA, f"o{k}", f"t{k}", 0, 0, draw(values)))
    return Graph("both", tuple(nodes), tuple(edges), ()), Trace("", "", "grad", "", tuple(tensors), (), tuple(ops))
