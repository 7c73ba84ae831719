"""What is said of a fold of leaves, constants or AccumulateGrad."""

from gradviz.drawing.content.content import Content, Shape
from gradviz.drawing.content.nodes import node_content
from gradviz.drawing.content.telling import tell
from gradviz.drawing.shapes import Role
from gradviz.drawing.words import ENGLISH
from gradviz.model.graph.folds.contract import Stretch, contract
from gradviz.model.graph.graph import Graph, Node, NodeKind, View
from gradviz.model.trace import GradFn, Module, Tensor, Trace
from tests.unit.drawing.samples import op, tensor
from tests.unit.model.traces import known


def box(*tensors: Tensor, view: View = "both", accumulates: bool = False) -> Content:
    sink = GradFn(0, 0, "AccumulateGrad", (), 0, 3, ())
    kind = NodeKind.GRAD_FN if view == "backward" else NodeKind.TENSOR
    nodes = tuple(
        Node(
            f"t{one.id}",
            kind,
            tensor=one,
            accumulates=accumulates,
            grad_fn=sink if view == "backward" else None,
            line=3,
        )
        for one in tensors
    )
    graph = contract(Graph(view, nodes, (), (), modules=(Module("net.0", "Linear"),)), [Stretch(nodes)])
    return node_content(graph.nodes[0], tell(graph, known(Trace("", "", "grad", "", tensors)), ENGLISH, values=True))


def lines(told: Content) -> list[str]:
    return [line.text for line in told.lines]


def test_the_parameters_of_a_module() -> None:
    names = ("net.0.weight", "net.0.bias")
    weight, bias = (tensor(n, name)._replace(is_parameter=True) for n, name in enumerate(names))
    told = box(weight._replace(shape=(4, 4), nbytes=64), bias, accumulates=True)
    assert lines(told) == ["2 parameters", "net.0 · Linear", "weight, bias", "68 B · line 3"]
    assert (told.role, told.shape, told.accumulates) == (Role.LEAF, Shape.STACK, True)
    sinks = box(weight, bias, view="backward", accumulates=True)
    assert lines(sinks)[0] == "2 × AccumulateGrad"
    assert (sinks.role, sinks.accumulates) == (Role.ACCUMULATE, False)
    assert not box(weight, bias, view="forward", accumulates=True).accumulates


def test_leaves_and_constants_without_a_module() -> None:
    leaves = [tensor(n, f"ws[{n}]") for n in range(6)]
    assert lines(box(*leaves)) == [
        "6 leaves that require grad",
        "ws[0], ws[1], ws[2], ws[3], +2 more",
        "float32 · () · 24 B · line 3",
    ]
    constants = [tensor(n, requires_grad=False)._replace(storage=0) for n in range(3)]
    told = box(*constants)
    assert lines(told) == ["3 tensors", "float32 · () · 4 B · line 3"]
    assert told.role is Role.CONSTANT
    assert told.details[0] == "does not require grad"


def call(done: int | None = None, parameters: int = 3) -> Content:
    tensors = tuple(tensor(n, f"net.{n}")._replace(is_parameter=n < parameters) for n in range(4))
    made = (op(n, "aten::add_.Tensor", "opt.step()", n, why="no_grad") for n in range(4))
    ops = [one._replace(outputs=(one.id,), line=5) for one in made]
    nodes = tuple(Node(f"o{n}", NodeKind.OP, op=one, line=5) for n, one in enumerate(ops))
    graph = contract(Graph("both", nodes, (), ()), [Stretch(nodes, call="SGD.step()")])
    node, trace = graph.nodes[0], Trace("", "", "grad", "", tensors, (), tuple(ops))
    if node.fold is not None:
        node = node._replace(fold=node.fold._replace(done=done))
    return node_content(node, tell(graph, known(trace), ENGLISH, values=True))


def test_a_call_of_a_library_tells_how_many_parameters_it_changed() -> None:
    assert lines(call()) == ["SGD.step()", "3 parameters", "add_", "not recorded: no_grad", "4 ops · line 5"]
    assert lines(call(parameters=1))[1] == "1 parameter"
    assert lines(call(parameters=0))[1] == "add_"
    assert lines(call(done=2))[0] == "ops: 2 of 4"
