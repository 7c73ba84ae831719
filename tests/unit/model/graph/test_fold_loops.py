"""Loops fold by their rounds: what is drawn for them, and what stays to be seen."""

import itertools
import random
import time

import pytest

from gradviz.model.graph.build import build
from gradviz.model.graph.folds import fold as folding
from gradviz.model.graph.folds.fold import FEW, SOME, fold
from gradviz.model.graph.graph import Edge, EdgeKind, Graph, Node, NodeKind
from gradviz.model.trace import BackwardCall, Module
from tests.unit.model.graph.test_fold import check, line_op
from tests.unit.model.traces import Tape, scalar

ROUNDS = 40


@pytest.fixture(autouse=True)
def _every_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SOME", FEW)


def folds(graph: Graph) -> list[tuple[int, list[str]]]:
    return [(node.fold.times, [op.name for op in node.fold.ops]) for node in graph.nodes if node.fold is not None]


def named(graph: Graph, name: str) -> list[Node]:
    return [node for node in graph.nodes if node.tensor is not None and name in node.tensor.names]


def links(graph: Graph) -> set[tuple[str, str]]:
    return {(edge.tail, edge.head) for edge in graph.edges}


def training(rounds: int = ROUNDS, *, warm: bool = False) -> Tape:
    """w = leaf; x = data; for ...: loss = (w * x).sum(); loss.backward(); with no_grad: w -= grad."""
    tape = Tape()
    tape.line(1)
    w = tape.leaf(scalar(1.0))
    tape.line(2, w=w)
    x = tape.leaf(scalar(2.0), requires_grad=False)
    tape.line(3, x=x)
    for number in range(rounds):
        tape.line(4)
        loss = tape.apply("sum", tape.apply("mul", w, x))
        tape.line(5, loss=loss)
        tape.backward(loss)
        tape.line(6)
        if warm and not number:
            tape.apply("zeros_like", w)
        grad = tape.leaf(scalar(3.0), requires_grad=False)
        tape.line(7, grad=grad)
        tape.change("sub", w, grad, region=tape.region("no_grad"))
    tape.line(None)
    return tape


def test_what_a_round_takes_twice_is_in_it_once() -> None:
    tape = Tape()
    for number in range(ROUNDS):
        tape.line(1)
        data = tape.leaf(scalar(float(number)), requires_grad=False)
        tape.line(2)
        tape.apply("exp", tape.apply("mul", data, data))
    tape.line(None)
    whole = build(tape.trace(), "both")
    folded = check(whole)
    members = [name for node in folded.nodes if node.fold is not None for name in node.fold.members]
    assert len(members) == len(set(members)) == folded.hidden + 1


def test_a_training_loop_becomes_what_was_recorded_and_what_was_not() -> None:
    folded = check(build(training().trace(), "both"))
    assert folds(folded) == [(ROUNDS, ["aten::mul", "aten::sum"]), (ROUNDS, ["aten::sub_"])]
    forward, step = (node for node in folded.nodes if node.fold is not None)
    first, last = named(folded, "w")
    (loss,) = named(folded, "loss")
    (x,) = named(folded, "x")
    assert links(folded) == {
        (first.id, forward.id),
        (first.id, step.id),
        (x.id, forward.id),
        (step.id, forward.id),
        (step.id, last.id),
        (forward.id, loss.id),
    }
    assert (forward.line, step.line) == (4, 7)


def test_a_loop_is_found_where_what_it_takes_stands_behind_it() -> None:
    graph = build(training().trace(), "both")
    (x,) = named(graph, "x")
    behind = graph._replace(nodes=(*(node for node in graph.nodes if node != x), x))
    assert folds(check(behind)) == folds(check(graph))


def test_the_last_loss_stays_and_the_fold_names_the_backward_calls_of_the_others() -> None:
    folded = check(build(training().trace(), "both"))
    (loss,) = named(folded, "loss")
    assert [call.id for call in loss.roots] == [ROUNDS - 1]
    (forward, _) = (node for node in folded.nodes if node.fold is not None)
    assert [call.id for call in forward.roots] == list(range(ROUNDS - 1))


def test_tensors_made_anew_for_each_round_fold_with_it() -> None:
    assert named(check(build(training().trace(), "both")), "grad") == []


def test_what_one_op_made_for_each_round_folds_with_it() -> None:
    def node(number: int, kind: NodeKind) -> Node:
        line = 2 + min(number, 1)
        return Node(f"n{number}", kind, op=line_op(number, line) if kind is NodeKind.OP else None, line=line)

    parts = [node(1 + n, NodeKind.TENSOR) for n in range(ROUNDS)]
    steps = [node(1 + ROUNDS + n, NodeKind.OP) for n in range(ROUNDS)]
    pairs = [*(("n0", part.id) for part in parts), *((one.id, two.id) for one, two in zip(parts, steps, strict=True))]
    pairs += [(one.id, two.id) for one, two in itertools.pairwise(steps)]
    operands = [*[0] * 2 * ROUNDS, *[1] * ROUNDS]
    edges = (Edge(f"{a}-{b}", EdgeKind.DATA, a, b, n, 0) for (a, b), n in zip(pairs, operands, strict=False))
    graph = Graph("both", (node(0, NodeKind.OP), *parts, *steps), tuple(edges), ())
    first, folded = check(graph).nodes
    assert first.id == "n0"
    assert folded.fold is not None
    assert set(folded.fold.members) == {one.id for one in (*parts, *steps)}
    root = graph.nodes[1]._replace(roots=(BackwardCall(0, 0, 1, None, (0,), (None,), False, False),))
    rooted = check(graph._replace(nodes=(graph.nodes[0], root, *graph.nodes[2:])))
    assert [one.id for one in rooted.nodes if one.fold is None] == ["n0", *(part.id for part in parts)]


def test_a_first_round_that_differs_stays_whole() -> None:
    folded = check(build(training(warm=True).trace(), "both"))
    assert [times for times, _ in folds(folded)] == [ROUNDS - 1] * 2
    assert [node.op.name for node in folded.nodes if node.op is not None] == [
        *("aten::mul", "aten::sum", "aten::zeros_like", "aten::sub_"),
    ]


def test_edges_into_a_fold_are_data_where_any_of_them_is() -> None:
    graph = build(training().trace(), "both")
    assert {edge.kind for edge in check(graph).edges} == {EdgeKind.DATA, EdgeKind.UNRECORDED}
    mixed = tuple(edge._replace(kind=EdgeKind.UNRECORDED) if edge.head == "o5" else edge for edge in graph.edges)
    assert [e.kind for e in fold(graph._replace(edges=mixed)).edges] == [e.kind for e in fold(graph).edges]


def test_loops_that_share_nothing_fold_apart() -> None:
    tape = Tape()
    tape.line(1)
    a, b = tape.leaf(scalar(1.0)), tape.leaf(scalar(1.0))
    for _ in range(ROUNDS):
        tape.line(2)
        a = tape.apply("sin", a)
        tape.line(3)
        b = tape.apply("cos", b)
    tape.line(None, a=a, b=b)
    assert folds(check(build(tape.trace(), "both"))) == [(ROUNDS, ["aten::sin"]), (ROUNDS, ["aten::cos"])]


def test_what_one_call_did_stays_together() -> None:
    nodes = [Node("s0", NodeKind.TENSOR), Node("s1", NodeKind.TENSOR)]
    edges: list[Edge] = []
    for number in range(2 * ROUNDS):
        op = line_op(number, 2, f"aten::{'ab'[number % 2]}")._replace(call="opt.step()")
        before = f"o{number - 2}" if number > 1 else f"s{number}"
        nodes.append(Node(f"o{number}", NodeKind.OP, op=op, line=2))
        edges.append(Edge(f"e{number}", EdgeKind.DATA, before, f"o{number}", 0, 0))
    assert folds(check(Graph("both", tuple(nodes), tuple(edges), ()))) == [(ROUNDS, ["aten::a", "aten::b"])]


def test_what_feeds_each_other_is_one_fold_recorded_or_not() -> None:
    tape = Tape()
    tape.line(1)
    w = tape.leaf(scalar(1.0))
    region = tape.region("no_grad")
    for _ in range(ROUNDS):
        tape.line(2)
        moved = tape.apply("mul", w)
        tape.line(3)
        w = tape.apply("detach", moved, region=region)
        tape.tensors[w] = tape.tensors[w]._replace(requires_grad=True)
    tape.line(None, w=w)
    assert folds(check(build(tape.trace(), "both"))) == [(ROUNDS, ["aten::mul", "aten::detach"])]


def test_a_result_taken_by_its_own_loop_folds_and_one_taken_by_another_part_stays_if_backward_began_there() -> None:
    tape = Tape()
    tape.line(1)
    w = tape.leaf(scalar(1.0))
    region = tape.region("no_grad")
    for _ in range(ROUNDS):
        tape.line(2)
        out = tape.apply("mul", w)
        tape.line(3, out=out)
        loss = tape.apply("sum", out)
        tape.line(4, loss=loss)
        tape.backward(loss)
        tape.line(5)
        told = tape.apply("detach", loss, region=region)
        tape.line(6, told=told)
        tape.apply("neg", told, region=region)
    tape.line(None)
    folded = check(build(tape.trace(), "both"))
    assert [name for name in ("out", "loss", "told") if named(folded, name)] == ["loss"]
    assert folds(folded) == [(ROUNDS, ["aten::mul", "aten::sum"]), (ROUNDS, ["aten::detach", "aten::neg"])]


def test_every_result_used_after_the_loop_leads_there_by_one_edge() -> None:
    tape = Tape()
    tape.line(1)
    w = tape.leaf(scalar(1.0))
    kept = []
    for _ in range(ROUNDS):
        tape.line(2)
        kept.append(tape.apply("sum", tape.apply("mul", w)))
    tape.line(3)
    tape.apply("stack", *kept)
    folded = check(build(tape.trace(), "both"))
    (loop,) = (node for node in folded.nodes if node.fold is not None)
    assert [edge.head for edge in folded.edges if edge.tail == loop.id] == [folded.nodes[-1].id]


def test_the_backward_view_folds_the_same_loop_with_the_leaves_of_each_round() -> None:
    folded = check(build(training().trace(), "backward"))
    (loop,) = (node.fold for node in folded.nodes if node.fold is not None)
    assert (loop.times, loop.grad_fns) == (ROUNDS, ("MulBackward0", "SumBackward0"))
    assert [node.id for node in folded.nodes if node.accumulates] == ["g0"]


def test_a_source_in_the_error_is_never_folded_away() -> None:
    graph = build(training().trace(), "both")
    grads = [node.id for node in graph.nodes if node.tensor is not None and "grad" in node.tensor.names]
    wrong = tuple(node._replace(in_error=node.id == grads[7]) for node in graph.nodes)
    assert grads[7] in {node.id for node in check(graph._replace(nodes=wrong)).nodes}


def test_a_result_in_the_error_is_never_folded_away() -> None:
    graph = build(training().trace(), "both")
    losses = [node.id for node in named(graph, "loss")]
    wrong = tuple(node._replace(in_error=node.id == losses[20]) for node in graph.nodes)
    folded = check(graph._replace(nodes=wrong))
    assert losses[20] in {node.id for node in folded.nodes}
    assert [times for times, _ in folds(folded)] == [20, 20, 19, 19]


def test_nodes_that_are_not_in_the_order_of_their_edges_make_no_cycle() -> None:
    graph = build(training().trace(), "backward")
    nodes = list(graph.nodes)
    random.Random(0).shuffle(nodes)
    check(graph._replace(nodes=tuple(nodes)))


def test_a_loop_of_a_middle_sized_graph_is_shown_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SOME", SOME)
    graph = build(training().trace(), "both")
    assert FEW < len(graph.nodes) <= SOME
    assert fold(graph) is graph


@pytest.mark.slow
def test_a_long_loop_is_folded_in_about_linear_time() -> None:
    seconds = []
    for rounds in (1_000, 10_000):
        graph = build(training(rounds).trace(), "both")
        start = time.process_time()
        folded = fold(graph)
        seconds.append(time.process_time() - start)
        assert len(folded.nodes) == 6
    assert seconds[1] <= 40 * seconds[0]


def test_a_round_of_modules_called_on_one_line_begins_where_the_next_module_is_entered() -> None:
    tape = Tape()
    tape.line(1)
    last = tape.apply("add", tape.leaf(scalar(1.0)))
    for _ in range(ROUNDS):
        last = tape.apply("add", tape.apply("mul", tape.apply("exp", last)))
    tape.line(None)
    trace = tape.trace()
    inside = [
        None,
        "net",
        *(f"net.blocks.{block}{part}" for block in range(ROUNDS) for part in (".norm", ".mlp.0", "")),
    ]
    ops = tuple(op._replace(module=module) for op, module in zip(trace.ops, inside, strict=True))
    blocks = tuple(Module(f"net.blocks.{block}", "Block") for block in range(ROUNDS))
    (folded,) = (
        node.fold
        for node in fold(build(trace._replace(ops=ops, modules=blocks), "both")).nodes
        if node.fold is not None
    )
    assert [op.name for op in folded.ops] == ["aten::exp", "aten::mul", "aten::add"]
    assert folded.modules.often(folded.times) == "40 × Block"
