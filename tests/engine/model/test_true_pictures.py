"""The Graph of real programs against torch itself: the same program run bare is asked for next_functions and .grad."""

import math

import pytest
import torch
from hypothesis import given

from gradviz.model.flow import Passed, flow
from gradviz.model.graph.build import build
from gradviz.model.graph.graph import Edge, Graph, Node, NodeKind
from gradviz.model.trace import Trace, Value
from tests.engine.programs import PROGRAMS, sweep
from tests.engine.recording import record, tensor
from tests.engine.typed import TYPED

ON_A_VIEW = "import torch\nx = torch.tensor([1., 2., 3.], requires_grad=True)\ny = x * 2\nv = y[0]\n"
CHANGES = {
    "a view": ON_A_VIEW + "v.mul_(3)\n(y * y).sum().backward()",
    "a view of a clone": ON_A_VIEW + "y = x.clone()\nw = y[1:]\nw.mul_(x[0])\n(y * y).sum().backward()",
    "chained views": ON_A_VIEW + "w = y[1:]\nu = w[1:]\nu.mul_(x[0])\n(y * w.sum()).sum().backward()",
    "an element": ON_A_VIEW + "y[1] = x[0]\n(y * y).sum().backward()",
    "elements of a constant": "import torch\na = torch.tensor(2., requires_grad=True)\ny = torch.zeros(3)\n"
    "for i in range(3):\n    y[i] = a * i\n(y * y).sum().backward()",
    "an index": ON_A_VIEW + "y[torch.tensor([0, 2])] = x[:2] * 3\n(y * y).sum().backward()",
    "a mask": ON_A_VIEW + "y[torch.tensor([True, False, False])] = 0.\n(y * y).sum().backward()",
    "a block": "import torch\na = torch.ones(4, 4, requires_grad=True)\ny = a.clone()\ny[1:3, ::2] = a[:2, :2] * 2\n"
    "y[0].add_(a[1])\ny.t()[0].mul_(3)\n(y * y).sum().backward()",
    "several at once": ON_A_VIEW + "z = x * 3\ntorch._foreach_mul_([v, z[1]], 2.)\n(y * z).sum().backward()",
    "by another view": ON_A_VIEW + "y[:1].add_(y[2:])\n(y * y).sum().backward()",
    "the base itself": ON_A_VIEW + "y.mul_(3)\n(y * v).sum().backward()",
    "a Function": ON_A_VIEW + "class Double(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
    "        ctx.mark_dirty(x.mul_(2))\n        return x\n    @staticmethod\n    def backward(ctx, g):\n"
    "        return g * 2\nDouble.apply(v)\n(y * y).sum().backward()",
}
AGAIN = "import torch\nx = torch.tensor([1.5, 2.], requires_grad=True)\ny = (torch.sin(x) * x).sum()\n"
TWICE = {
    "grad twice": AGAIN + "g, = torch.autograd.grad(y, x, create_graph=True)\nz = g.sum()\nz.backward()",
    "grad three times": AGAIN + "g, = torch.autograd.grad(y, x, create_graph=True)\n"
    "h, = torch.autograd.grad(g.sum(), x, create_graph=True)\nz = h.sum()\nz.backward()",
    "grad four times": AGAIN + "g, = torch.autograd.grad(y, x, create_graph=True)\n"
    "h, = torch.autograd.grad(g.sum(), x, create_graph=True)\n"
    "k, = torch.autograd.grad(h.sum(), x, create_graph=True)\nz = k.sum()\nz.backward()",
    "a gradient penalty": "import torch\ntorch.manual_seed(0)\nm = torch.nn.Sequential(torch.nn.Linear(2, 3), "
    "torch.nn.Tanh(), torch.nn.Linear(3, 1))\nx = torch.randn(4, 2, requires_grad=True)\n"
    "g, = torch.autograd.grad(m(x).sum(), x, create_graph=True)\nz = ((g.norm(2, dim=1) - 1) ** 2).mean()\n"
    "z.backward()",
    "a kept .grad": AGAIN + "y.backward(create_graph=True)\nz = (x.grad * x.grad).sum()",
    "a hessian": "import torch\nx = torch.tensor([1., 2.], requires_grad=True)\nz = (x ** 3).sum()\n"
    "H = torch.autograd.functional.hessian(lambda a: (a ** 3).sum(), x)\nz.backward()",
}

SHARED = {
    "an LSTM cell": "import torch\ncell = torch.nn.LSTMCell(3, 4)\nh = c = torch.zeros(2, 4)\nfor _ in range(2):\n"
    "    h, c = cell(torch.ones(2, 3), (h, c))\nh.sum().backward()",
    "a wide LSTM cell": "import torch\nh, c = torch.nn.LSTMCell(3, 40)(torch.ones(9, 3))\nh.sum().backward()",
    "a GRU": "import torch\nout, h = torch.nn.GRU(3, 4)(torch.ones(2, 2, 3))\nout.sum().backward()",
    "unsafe chunks": "import torch\nx = torch.ones(2, 6, requires_grad=True)\na, b, c = (x * 2).unsafe_chunk(3, 1)\n"
    "a.sigmoid_()\nb.tanh_()\n(a * b * c).sum().backward()",
    "conjugate views": "import torch\nz = torch.tensor([1 + 2j, 3 - 1j], requires_grad=True)\n"
    "y = z * z.conj() + z.conj() * z.conj() + z.detach().conj() * z\ny.abs().sum().backward()",
}


def bare(source: str) -> dict[str, object]:
    """What the program leaves behind when torch runs it alone."""
    names: dict[str, object] = {}
    exec(source, names)
    return names


def held(names: dict[str, object], name: str) -> torch.Tensor:
    found = names[name]
    assert isinstance(found, torch.Tensor)
    return found


def now(graph: Graph, number: int) -> Node:
    """The node of a tensor as it is at the end."""
    return [node for node in graph.nodes if node.tensor is not None and node.tensor.id == number][-1]


def into(graph: Graph, node: Node) -> list[Edge]:
    return [edge for edge in graph.edges if edge.head == node.id]


def stands_for(node: Node, trace: Trace) -> int | None:
    """The grad_fn through which the gradient of what a node hands out comes."""
    if node.tensor is None:
        return None if node.op is None else node.op.grad_fn
    sinks = {grad_fn.variable: grad_fn.id for grad_fn in trace.grad_fns}
    return sinks.get(node.tensor.id) if node.tensor.grad_fn is None else node.tensor.grad_fn


def drawn_next_functions(trace: Trace) -> int:
    """Hold each next function of each op drawn to an edge that carries the gradient that passed it; count them."""
    graph = build(trace, "both")
    nodes, gradients, checked = {node.id: node for node in graph.nodes}, flow(trace), 0
    for node in graph.nodes:
        if node.kind is NodeKind.OP and node.grad_fn is not None:
            drawn = [(stands_for(nodes[edge.tail], trace), edge.gradient) for edge in into(graph, node)]
            for position, (target, _) in enumerate(node.grad_fn.next):
                if target is not None:
                    passed = gradients.gradient(Passed(node.grad_fn.id, position))
                    drawn.remove((target, passed))  # fails where it is not drawn
                    checked += 1
    return checked


@pytest.mark.parametrize("name", [*CHANGES, *TWICE, *SHARED, *TYPED])
@pytest.mark.filterwarnings("ignore")
def test_every_next_function_is_an_edge_with_the_gradient_that_passed_it(name: str) -> None:
    assert drawn_next_functions(record((CHANGES | TWICE | SHARED | TYPED)[name])) > 3


@sweep(20)
@given(PROGRAMS)
def test_every_next_function_is_an_edge_in_any_program(source: str) -> None:
    drawn_next_functions(record(source))


@pytest.mark.parametrize("source", CHANGES.values(), ids=CHANGES)
def test_a_changed_base_comes_from_its_grad_fn_which_takes_what_it_was(source: str) -> None:
    trace, y = record(source), held(bare(source), "y")
    graph = build(trace, "both")
    after = now(graph, tensor(trace, "y").id)
    (maker,) = (node for edge in into(graph, after) for node in graph.nodes if node.id == edge.tail)
    assert y.grad_fn is not None
    assert maker.grad_fn is not None
    assert maker.grad_fn.name == y.grad_fn.name().rpartition("::")[2]
    names = [None if to is None else trace.grad_fns[to].name for to, _ in maker.grad_fn.next]
    theirs = [None if to is None else to.name().rpartition("::")[2] for to, _ in y.grad_fn.next_functions]
    assert names == theirs
    before = {node.id for node in graph.nodes if node.tensor is not None and node.tensor.id == tensor(trace, "y").id}
    assert [edge.tail for edge in into(graph, maker) if edge.tail in before - {after.id}] != []


@pytest.mark.parametrize("source", CHANGES.values(), ids=CHANGES)
def test_the_gradient_of_a_changed_base_is_the_one_torch_retains(source: str) -> None:
    """2 * y where only (y * y).sum() is asked; what retain_grad() keeps in each case."""
    *lines, call = source.split("\n")
    kept = held(bare("\n".join([*lines, "y.retain_grad()", call])), "y").grad
    trace = record(source)
    graph = build(trace, "both")
    (edge,) = into(graph, now(graph, tensor(trace, "y").id))
    assert kept is not None
    assert edge.gradient is not None
    assert edge.gradient.data == pytest.approx(kept.flatten().tolist())


def test_the_gradient_to_the_old_base_is_that_of_finite_differences() -> None:
    graph_of = record(CHANGES["a view"])
    graph = build(graph_of, "both")
    first, last = (n for n in graph.nodes if n.tensor is not None and n.tensor.id == tensor(graph_of, "y").id)
    (change,) = (edge.tail for edge in into(graph, last))
    (passed,) = (edge.gradient for edge in graph.edges if (edge.tail, edge.head) == (first.id, change))

    def loss(y: list[float]) -> float:
        return (3 * y[0]) ** 2 + y[1] ** 2 + y[2] ** 2

    at, step = [2.0, 4.0, 6.0], 1e-6
    differences = [
        (loss([*at[:k], at[k] + step, *at[k + 1 :]]) - loss([*at[:k], at[k] - step, *at[k + 1 :]])) / (2 * step)
        for k in range(3)
    ]
    assert passed is not None
    assert passed.data == pytest.approx(differences, rel=1e-4)


def test_in_place_on_a_view_that_autograd_does_not_record_takes_the_old_base_too() -> None:
    trace = record("import torch\nw = torch.ones(3, requires_grad=True)\nwith torch.no_grad():\n    w[0] = 5.")
    for view in ("both", "forward"):
        graph = build(trace, "both" if view == "both" else "forward")
        first, last = (n for n in graph.nodes if n.tensor is not None and n.tensor.id == tensor(trace, "w").id)
        (edge,) = into(graph, last)
        assert [e.tail for e in into(graph, next(n for n in graph.nodes if n.id == edge.tail))][-1] == first.id


@pytest.mark.parametrize("source", TWICE.values(), ids=TWICE)
def test_the_view_backward_is_next_functions(source: str) -> None:
    trace, root = record(source), held(bare(source), "z").grad_fn
    start = tensor(trace, "z").grad_fn
    assert start is not None
    assert root is not None
    edges = {(edge.head, edge.operand): (edge.tail, edge.output) for edge in build(trace, "backward").edges}
    todo, seen = [(root, start)], set[int]()
    while todo:
        theirs, ours = todo.pop()
        if ours in seen:
            continue
        seen.add(ours)
        assert trace.grad_fns[ours].name == theirs.name().rpartition("::")[2]
        assert len(trace.grad_fns[ours].next) == len(theirs.next_functions)
        for operand, (target, output) in enumerate(theirs.next_functions):
            found = edges.get((f"g{ours}", operand))
            assert (found is None) == (target is None)
            if target is not None and found is not None:
                assert found[1] == output
                todo.append((target, int(found[0].removeprefix("g"))))
    assert len(seen) > 2


@pytest.mark.parametrize("view", ["both", "forward"])
def test_gradients_that_the_program_holds_hang_on_the_graph_that_made_them(view: str) -> None:
    trace = record(TWICE["grad three times"])
    graph = build(trace, "both" if view == "both" else "forward")
    for name in ("g", "h"):
        (edge,) = into(graph, now(graph, tensor(trace, name).id))
        maker = next(node for node in graph.nodes if node.id == edge.tail)
        assert maker.op is not None
        assert maker.op.phase == "backward"
        assert into(graph, maker) != []


CHECKPOINT = (
    "import torch\nfrom torch.utils.checkpoint import checkpoint\ndef f(a):\n    return torch.sin(a) * a\n"
    "x = torch.tensor(1.5, requires_grad=True)\ny = checkpoint(f, x, use_reentrant={})\ny.backward()"
)


@pytest.mark.parametrize(("reentrant", "again"), [(False, 0), (True, 2)])
def test_what_a_checkpoint_computes_anew_is_drawn_where_a_backward_starts_there(reentrant: bool, again: int) -> None:
    trace = record(CHECKPOINT.format(reentrant))
    ops = [n.op for n in build(trace, "both").nodes if n.op is not None]
    assert sum(op.phase == "backward" for op in ops) == again
    assert sum(op.phase == "backward" and op.grad_fn is not None for op in trace.ops) > 0


def test_the_sum_told_for_a_leaf_is_that_of_torch_in_double_backward() -> None:
    trace = record(TWICE["grad twice"])
    x = now(build(trace, "both"), tensor(trace, "x").id)
    kept = held(bare(TWICE["grad twice"]), "x").grad
    assert x.tensor is not None
    assert x.tensor.grad is not None
    assert kept is not None
    assert x.tensor.grad.data == pytest.approx(kept.tolist())
    if x.sums:
        columns = [part.data for part in x.sums if isinstance(part, Value) and part.data is not None]
        assert [math.fsum(map(float, column)) for column in zip(*columns, strict=True)] == pytest.approx(kept.tolist())


def test_a_copy_that_torch_makes_of_a_conjugate_view_for_a_kernel_is_no_box() -> None:
    trace = record(SHARED["conjugate views"])
    drawn = [node.op.name for node in build(trace, "both").nodes if node.op is not None]
    assert (
        drawn.count("aten::clone.default") == 1
    )  # of the view that requires no grad: no op takes another in its place
    assert [op.why_unrecorded for op in trace.ops if op.name == "aten::clone.default"].count("not differentiable") == 0


def test_what_was_detached_in_place_is_given_no_gradient() -> None:
    trace = record("import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 2\ny.detach_()")
    graph = build(trace, "both")
    assert [op.name for op in trace.ops[1:]] == ["aten::mul.Tensor", "aten::detach_.default"]
    (made, detached) = (edge for edge in graph.edges if edge.head.startswith("t"))
    assert made.passed is not None
    assert (detached.passed, detached.gradient) == (None, None)


UNRECORDED = {
    "an element of nested lists": "ys = [[x * 2]]\nwith torch.no_grad():\n    ys[0][0].clamp_(min=3.)\n(ys[0][0] * 3)",
    "a view of one": "ys = [[x * 2]]\nv = [[ys[0][0][:1]]]\nwith torch.no_grad():\n    v[0][0].clamp_(min=3.)\n"
    "(ys[0][0] * v[0][0])",
    "several at once": "ys = [[x * 2, x * 3]]\nwith torch.no_grad():\n    torch._foreach_mul_(ys[0], 2.)\n"
    "(ys[0][0] * ys[0][1])",
    "a name": "y = x * 2\nwith torch.no_grad():\n    y.clamp_(min=3.)\n(y * 3)",
}


@pytest.mark.parametrize("change", UNRECORDED.values(), ids=UNRECORDED.keys())
def test_no_gradient_goes_through_what_autograd_has_not_recorded(change: str) -> None:
    trace = record(f"import torch\nx = torch.tensor([1., 2.], requires_grad=True)\n{change}.sum().backward()")
    graph = build(trace, "both")
    unrecorded = {node.id for node in graph.nodes if node.kind is NodeKind.OP and node.grad_fn is None}
    assert unrecorded
    assert not [edge for edge in graph.edges if edge.passed is not None and {edge.tail, edge.head} & unrecorded]


def test_a_view_that_a_change_of_another_took_passes_the_gradient_on_that_it_was_given() -> None:
    source = "import torch\nx = torch.tensor([1., 2.], requires_grad=True)\ny = x * 2\nv, w = y[:1], y[1:]\nseen = []\n"
    source += "w.register_hook(seen.append)\nv.add_(w)\n(y * y).sum().backward()"
    trace, seen = record(source), bare(source)["seen"]
    graph = build(trace, "both")
    (change,) = (node.id for node in graph.nodes if node.op is not None and node.op.name == "aten::add_.Tensor")
    given = {edge.tail: edge.gradient for edge in graph.edges if edge.head == change}
    made = {edge.head: edge.gradient for edge in graph.edges}
    w = f"t{tensor(trace, 'w').id}"
    assert isinstance(seen, list)
    for gradient in (given[w], made[w]):
        assert gradient is not None
        assert gradient.data == tuple(seen[0].tolist())
