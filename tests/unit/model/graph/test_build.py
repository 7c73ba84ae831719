"""The Graph of a Trace, against what a reader of the visual grammar expects to see."""

import pytest

from gradviz.model.calls import calls
from gradviz.model.graph.build import build
from gradviz.model.graph.graph import Edge, EdgeKind, Graph, Node, NodeKind, View
from gradviz.model.trace import INSIDE_FUNCTION, RESOLVED, BackwardCall, GradFn, ProgramError, Trace
from tests.unit.model.traces import Tape, scalar, square, vector

VIEWS: list[View] = ["both", "forward", "backward"]


def node(graph: Graph, name: str) -> Node:
    (found,) = (node for node in graph.nodes if node.tensor is not None and name in node.tensor.names)
    return found


def states(graph: Graph, tensor: int) -> list[Node]:
    return [node for node in graph.nodes if node.tensor is not None and node.tensor.id == tensor]


def op_nodes(graph: Graph) -> list[Node]:
    return [node for node in graph.nodes if node.kind is NodeKind.OP]


def into(graph: Graph, node: Node) -> list[Edge]:
    return [edge for edge in graph.edges if edge.head == node.id]


def test_a_square_has_one_edge_for_each_operand_with_its_gradient() -> None:
    graph = build(square().trace(), "both")
    x, y, (mul,) = node(graph, "x"), node(graph, "y"), op_nodes(graph)
    assert [(e.tail, e.operand, e.gradient, e.kind) for e in into(graph, mul)] == [
        (x.id, 0, scalar(2.0), EdgeKind.DATA),
        (x.id, 1, scalar(2.0), EdgeKind.DATA),
    ]
    assert [(e.tail, e.gradient) for e in into(graph, y)] == [(mul.id, scalar(1.0))]
    assert x.accumulates
    assert x.sums == (scalar(2.0), scalar(2.0))
    assert mul.grad_fn is not None
    assert mul.grad_fn.name == "MulBackward0"
    assert [root.call for root in y.roots] == ["y.backward()"]
    assert len(graph.nodes) == 3


def test_the_forward_view_has_no_autograd_in_it() -> None:
    graph = build(square().trace(), "forward")
    assert {e.kind for e in graph.edges} == {EdgeKind.DATA}
    assert all(e.gradient is None for e in graph.edges)
    assert all(n.grad_fn is None and not n.accumulates and n.sums == () and n.roots == () for n in graph.nodes)


def test_the_backward_view_has_the_edges_of_next_functions_and_no_other() -> None:
    trace = square().trace()
    graph = build(trace, "backward")
    assert [n.kind for n in graph.nodes] == [NodeKind.GRAD_FN] * len(trace.grad_fns)
    assert [(e.tail, e.head, e.operand, e.output, e.kind) for e in graph.edges] == [
        ("g0", "g1", 0, 0, EdgeKind.GRADIENT),
        ("g0", "g1", 1, 0, EdgeKind.GRADIENT),
    ]
    sink, mul = graph.nodes
    assert sink.accumulates
    assert sink.tensor is not None
    assert (sink.tensor.names, sink.line) == (("x",), 1)
    assert (mul.accumulates, mul.line, len(mul.roots)) == (False, 2, 1)
    assert mul.op is not None
    assert mul.op.name == "aten::mul"


def test_a_backward_edge_to_none_is_not_drawn_and_one_never_walked_has_no_gradient() -> None:
    grad_fns = (
        GradFn(0, 0, "AccumulateGrad", (), 0, None, (), "accumulate"),
        GradFn(1, 0, "MulBackward0", ((None, 0), (0, 0)), None, 2, ()),
        GradFn(2, 0, "UnbindBackward0", ((1, 3),), None, 3, ()),
    )
    call = BackwardCall(0, 0, 4, None, (None,), (None, 2), False, False)
    trace = square().trace()._replace(grad_fns=grad_fns, steps=(), ops=(), backwards=(call,))
    graph = build(trace, "backward")
    assert [(e.tail, e.head, e.operand, e.output, e.gradient) for e in graph.edges] == [
        ("g0", "g1", 1, 0, None),
        ("g1", "g2", 0, 3, None),
    ]
    assert [len(n.roots) for n in graph.nodes] == [0, 0, 1]


def test_what_autograd_did_not_record_is_marked() -> None:
    tape = Tape()
    tape.line(1)
    x, c = tape.leaf(scalar(2.0)), tape.leaf(scalar(3.0), requires_grad=False)
    tape.line(2, x=x, c=c)
    block = tape.region("no_grad")
    a = tape.apply("mul", x, c, region=block)
    tape.line(3, a=a)
    b = tape.apply("add", c, c)
    tape.line(4, b=b)
    d = tape.apply("mul", x, b)
    tape.line(None, d=d)
    graph = build(tape.trace(), "both")
    kinds = [{edge.kind for edge in graph.edges if op.id in (edge.tail, edge.head)} for op in op_nodes(graph)]
    assert kinds == [{EdgeKind.UNRECORDED}, {EdgeKind.UNRECORDED}, {EdgeKind.DATA}]
    assert {e.kind for e in build(tape.trace(), "forward").edges} == {EdgeKind.DATA}
    assert node(graph, "a").region == block
    assert node(graph, "d").region is None
    assert [region.id for region in graph.regions] == [block]


def test_a_constant_operand_gets_no_gradient() -> None:
    tape = Tape()
    tape.line(1)
    c, x = tape.leaf(scalar(3.0), requires_grad=False), tape.leaf(scalar(2.0))
    y = tape.apply("mul", c, x)
    tape.line(2, c=c, x=x, y=y)
    tape.backward(y)
    tape.pass_on(1, scalar(1.0), None, scalar(3.0))
    tape.accumulate(x, scalar(3.0))
    graph = build(tape.trace(), "both")
    (mul,) = op_nodes(graph)
    assert [edge.gradient for edge in into(graph, mul)] == [None, scalar(3.0)]
    assert node(graph, "x").sums == ()  # one use: nothing to add
    assert not node(graph, "c").accumulates


def test_unnamed_results_flow_straight_into_the_next_op() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    y = tape.apply("exp", tape.apply("mul", x, x))
    tape.line(2, x=x, y=y)
    graph = build(tape.trace(), "both")
    mul, exp = op_nodes(graph)
    assert [(e.tail, e.output) for e in into(graph, exp)] == [(mul.id, 0)]
    assert len(graph.nodes) == 4


def test_a_result_that_retains_its_grad_or_is_a_root_has_a_node_though_it_has_no_name() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    kept = tape.apply("mul", x, x)
    tape.write(tape.tensors[kept]._replace(retains_grad=True))
    root = tape.apply("exp", kept)
    tape.line(2, x=x)
    tape.backward(root)
    graph = build(tape.trace(), "both")
    assert len(states(graph, kept)) == len(states(graph, root)) == 1
    assert len(states(graph, root)[0].roots) == 1
    assert states(build(tape.trace(), "forward"), root) == []


def test_a_change_in_place_makes_a_new_tensor_node() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    tape.line(2, x=x)
    y = tape.apply("mul", x, x, value=scalar(4.0))
    tape.line(3, y=y)
    tape.change("add", y, value=scalar(5.0))
    tape.line(4)
    tape.backward(y)
    graph = build(tape.trace(), "both")
    before, after = states(graph, y)
    assert before.tensor is not None
    assert after.tensor is not None
    assert (before.tensor.value, after.tensor.value) == (scalar(4.0), scalar(5.0))
    mul, add = op_nodes(graph)
    assert [e.tail for e in into(graph, before)] == [mul.id]
    assert [e.tail for e in into(graph, add)] == [before.id]
    assert [e.tail for e in into(graph, after)] == [add.id]
    assert (before.roots, len(after.roots)) == ((), 1)  # backward starts from what it is now


def test_a_base_changed_through_its_view_gets_a_new_node() -> None:
    tape = Tape()
    tape.line(1)
    base = tape.leaf(vector(1.0, 2.0), requires_grad=False)
    tape.line(2, base=base)
    view = tape.view("select", base)
    tape.line(3, view=view)
    tape.change("mul", view)
    tape.line(None)
    graph = build(tape.trace(), "both")
    _, mul = op_nodes(graph)
    first, second = states(graph, base)
    assert [e.tail for e in into(graph, mul)] == [states(graph, view)[0].id, first.id]
    assert [(e.tail, e.output) for e in into(graph, second)] == [(mul.id, 1)]
    assert into(graph, first) == []
    assert len(states(graph, view)) == 2


def test_one_result_given_out_twice_is_one_output() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(1.0))
    y = tape.apply("mul", x, x)
    tape.line(2, x=x, y=y)
    tape.ops[-1] = tape.ops[-1]._replace(outputs=(y, y))
    graph = build(tape.trace(), "both")
    assert len(states(graph, y)) == 1


def test_each_output_has_the_gradient_that_arrived_for_it() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(vector(1.0, 2.0))
    a = tape.apply("unbind", x)
    b = tape._tensor(scalar(2.0), requires_grad=True, is_leaf=False, grad_fn=1)
    tape.tensors[b] = tape.tensors[b]._replace(made_by=1)
    tape.ops[-1] = tape.ops[-1]._replace(outputs=(a, b))
    tape.line(2, x=x, a=a, b=b)
    tape.backward(a, b)
    tape.pass_on(1, scalar(7.0), vector(7.0, 8.0))
    tape.steps[-1] = tape.steps[-1]._replace(arrived=(scalar(7.0), scalar(8.0)))
    graph = build(tape.trace(), "both")
    assert [(e.output, e.gradient) for name in "ab" for e in into(graph, node(graph, name))] == [
        (0, scalar(7.0)),
        (1, scalar(8.0)),
    ]


def test_named_tensors_no_op_took_are_there_but_gradients_are_not() -> None:
    tape = square()
    lone = tape.leaf(scalar(1.0), requires_grad=False)
    grad = tape.leaf(scalar(4.0), requires_grad=False)
    tape.line(None, lone=lone, g=grad)
    tape.write(tape.tensors[0]._replace(grad_tensor=grad))
    graph = build(tape.trace(), "both")
    assert node(graph, "lone").tensor is not None
    assert states(graph, grad) == []


def test_a_tensor_born_in_a_region_stands_in_it() -> None:
    tape = Tape()
    tape.line(1)
    outer = tape.region("no_grad")
    inner = tape.region("inference", outer)
    c = tape.leaf(scalar(1.0), requires_grad=False, region=inner)
    tape.line(2, c=c)
    graph = build(tape.trace(), "both")
    assert node(graph, "c").region == inner
    assert [(region.id, region.parent) for region in graph.regions] == [(outer, None), (inner, outer)]


def test_a_backward_from_an_edge_has_no_tensor_to_start_from() -> None:
    tape = square()
    tape.backwards[0] = tape.backwards[0]._replace(roots=(None,))
    assert all(n.roots == () for n in build(tape.trace(), "both").nodes)


def test_regions_without_a_node_are_left_out() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(1.0))
    empty = tape.region("no_grad")
    tape.line(2, x=x)
    assert [region.id for region in build(tape.trace(), "both").regions if region.id == empty] == []


@pytest.mark.parametrize("view", ["both", "forward"])
def test_ops_of_backward_are_drawn_where_autograd_recorded_them(view: View) -> None:
    tape = square()
    recorded = tape.apply("mul", 1, 0)
    tape.ops[-1] = tape.ops[-1]._replace(phase="backward")
    lost = tape.apply("mul", tape.leaf(scalar(1.0), requires_grad=False))
    tape.ops[-1] = tape.ops[-1]._replace(phase="backward")
    used = tape.apply("exp", recorded, lost)
    tape.line(None, used=used)
    graph = build(tape.trace(), view)
    assert [n.op.name for n in op_nodes(graph) if n.op is not None] == ["aten::mul", "aten::mul", "aten::exp"]
    # What backward made unrecorded is no op's result here: it comes from nowhere.
    assert into(graph, states(graph, lost)[0]) == []


def test_a_second_backward_adds_up_over_the_calls() -> None:
    tape = square()
    tape.backward(1)
    tape.pass_on(1, scalar(1.0), scalar(2.0), scalar(2.0))
    tape.accumulate(0, scalar(4.0), grad=scalar(8.0))
    graph = build(tape.trace(), "both")
    assert node(graph, "x").sums == (scalar(4.0), scalar(4.0))
    assert len(node(graph, "y").roots) == 2


@pytest.mark.parametrize(
    ("tensors", "grad_fns", "both", "backward"),
    [
        ((0,), (), ["t0"], ["g0"]),
        ((1,), (), ["t1"], []),
        ((), (1,), ["o1"], ["g1"]),
        ((), (), [], []),
        ((0,), (1,), ["t0", "o1"], ["g0", "g1"]),
    ],
)
def test_what_the_error_speaks_of_is_marked(
    tensors: tuple[int, ...], grad_fns: tuple[int, ...], both: list[str], backward: list[str]
) -> None:
    error = ProgramError("RuntimeError", "no", 3, None, tensors, grad_fns)
    trace = square().trace()._replace(error=error)
    assert [n.id for n in build(trace, "both").nodes if n.in_error] == both
    assert [n.id for n in build(trace, "backward").nodes if n.in_error] == backward


def test_an_unnamed_tensor_in_the_error_is_marked_at_its_op() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    hidden = tape.apply("mul", x, x)
    y = tape.apply("exp", hidden)
    tape.line(2, x=x, y=y)
    trace = tape.trace()._replace(error=ProgramError("RuntimeError", "no", 3, None, (hidden, 99)))
    assert [n.op.name for n in build(trace, "both").nodes if n.in_error and n.op is not None] == ["aten::mul"]


def test_a_call_of_a_function_stands_for_what_its_forward_ran() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    inner = tape.apply("mul", x, x)
    tape.ops[-1] = tape.ops[-1]._replace(grad_fn=None, why_unrecorded=INSIDE_FUNCTION)
    y = tape.apply("exp", x)
    tape.ops[-1] = tape.ops[-1]._replace(name="function::Double")
    tape.line(2, x=x, y=y)
    trace = tape.trace()
    assert calls(trace) == {1: 2}
    graph = build(trace, "both")
    assert [n.op.name for n in op_nodes(graph) if n.op is not None] == ["function::Double"]
    assert states(graph, inner) == []


def test_a_copy_for_the_kernel_belongs_to_what_takes_it_and_where_nothing_does_to_nobody() -> None:
    def copy() -> None:
        tape.apply("clone", x)
        tape.ops[-1] = tape.ops[-1]._replace(grad_fn=None, why_unrecorded=RESOLVED)

    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    copy()
    tape.apply("mul", x, x)  # takes it itself
    copy()
    tape.apply("sin", x)  # runs inside a call
    tape.ops[-1] = tape.ops[-1]._replace(grad_fn=None, why_unrecorded=INSIDE_FUNCTION)
    tape.apply("exp", x)
    tape.ops[-1] = tape.ops[-1]._replace(name="function::Double")
    copy()  # and then the run was stopped
    assert calls(tape.trace()) == {1: 2, 3: 5, 4: 5}


def test_what_a_function_ran_before_it_raised_is_all_there_is() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    tape.apply("mul", x, x)
    tape.ops[-1] = tape.ops[-1]._replace(grad_fn=None, why_unrecorded=INSIDE_FUNCTION)
    tape.apply("exp", x)
    tape.ops[-1] = tape.ops[-1]._replace(name="function::Double", outputs=())
    assert calls(tape.trace()) == {}
    assert [n.op.name for n in op_nodes(build(tape.trace(), "both")) if n.op is not None] == ["aten::mul"]


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_run_has_an_empty_graph(view: View) -> None:
    assert build(Trace("", "", "grad", ""), view) == Graph(view, (), (), ())


@pytest.mark.parametrize("view", VIEWS)
def test_ids_are_unique_and_edges_lead_between_nodes(view: View) -> None:
    graph = build(square().trace(), view)
    ids = [n.id for n in graph.nodes]
    assert len(set(ids)) == len(ids)
    assert len({e.id for e in graph.edges}) == len(graph.edges)
    assert all(e.tail in ids and e.head in ids for e in graph.edges)
