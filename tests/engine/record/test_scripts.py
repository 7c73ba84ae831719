"""TorchScript: its first runs are seen op by op; what it then hides behind one grad_fn is one op."""

import pytest

from gradviz.engine.processes.child import run_in_thread
from gradviz.engine.record.ledger import stream
from gradviz.engine.record.worker import run
from gradviz.model.calls import calls
from gradviz.model.graph.build import build
from gradviz.model.graph.graph import Node
from gradviz.model.trace import INSIDE_SCRIPT, Op, Trace
from gradviz.model.wire import Limits, Request
from gradviz.picture.inspection.inspecting import inspection
from gradviz.picture.inspection.inspection import Inspect, Subject
from gradviz.picture.record.record import Record
from tests.engine.bare import both_runs
from tests.engine.recording import record, tensor

HEAD = """\
import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor([0.5, 3.0], requires_grad=True)

def walk(*roots):
    names, todo = [], [root.grad_fn for root in roots]
    while todo:
        node = todo.pop(0)
        if node is not None:
            names.append(node.name().rpartition("::")[2])
            todo += [target for target, _ in node.next_functions]
    return names

"""
F = """\
@torch.jit.script
def f(a: torch.Tensor, b: torch.Tensor):
    return (a * b).exp().sin()
"""
TWICE = F + "f(x, w)\nf(x, w)\n"  # after that it is optimized
SEVERAL = """\
@torch.jit.script
def f(a: torch.Tensor, b: torch.Tensor):
    c = a * b
    d = c.exp()
    return c, d, a.shape[0], [d.tanh()], {"k": c + 1}, c.argmax(), "text"
"""
LOOP = """\
@torch.jit.script
def f(a: torch.Tensor, b: torch.Tensor, times: int):
    for _ in range(times):
        a = a.sin() * b
        if bool(a.sum() > 100):
            a = a + 1
    return a.exp()
"""
NET = """\
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Linear(2, 3)
        self.register_buffer("scale", torch.ones(3))
    def forward(self, a):
        return (self.inner(a).relu() * self.scale).tanh()
    @torch.jit.export
    def other(self, a: torch.Tensor):
        return self.inner(a), self.inner.weight, self.scale
"""
PROGRAMS = {
    "first and later calls": F + "for _ in range(5):\n    y = f(x, w)\n    print(walk(y), y)\n    y.sum().backward()\n",
    "several results": SEVERAL
    + "for _ in range(4):\n    r = f(x, w)\n    print(r, walk(r[0], r[1], r[3][0], r[4]['k']))\n"
    "(r[0] + r[3][0] * r[4]['k']).sum().backward()\nprint(x.grad)\n",
    "a loop": LOOP
    + "for k in range(4):\n    y = f(x, w, k)\n    print(walk(y))\ny.sum().backward()\nprint(x.grad, w.grad)\n",
    "no_grad first": F + "with torch.no_grad():\n    for _ in range(3):\n        print(f(x, w).requires_grad)\n"
    "for _ in range(3):\n    print(walk(f(x, w)))\n",
    "no_grad after": TWICE
    + "with torch.no_grad():\n    y = f(x, w)\n    print(walk(y), y.is_leaf)\ny.sum().backward()\nprint(x.grad)\n",
    "inference first": F
    + "with torch.inference_mode():\n    for _ in range(3):\n        print(f(x, w).is_inference())\n"
    "for _ in range(3):\n    print(walk(f(x, w)))\n",
    "inference after": TWICE
    + "with torch.inference_mode():\n    y = f(x, w)\n    print(y.is_inference(), y.requires_grad)\n",
    "other flags": TWICE
    + "for a in (x, x.detach(), x * 2):\n    for _ in range(3):\n        y = f(a, w)\n        print(walk(y))\n"
    "print(f(x.detach(), w.detach()).requires_grad)\n",
    "raises": """\
@torch.jit.script
def f(a: torch.Tensor, k: int):
    b = (a * 2).sin()
    if k % 2:
        raise ValueError("odd")
    return b.exp()
for k in range(6):
    try:
        print(walk(f(x, k)))
    except Exception as error:
        print(type(error).__name__, error)
f(x, 1)
""",
    "wrong arguments": F
    + "try:\n    f(x, 1)\nexcept RuntimeError as error:\n    print(error)\nprint(f(b=w, a=x))\nf(x)\n",
    "raises in a kernel": TWICE
    + "for _ in range(3):\n    print(walk(f(x, w)))\n    try:\n        f(x, torch.ones(3))\n"
    "    except RuntimeError as error:\n        print(error)\n",
    "in place": """\
@torch.jit.script
def f(a: torch.Tensor, b: torch.Tensor):
    c = a * b
    c.add_(1)
    c[0] = 3
    a.mul_(2)
    return c.exp() * a
for _ in range(4):
    y = x * 1
    z = f(y, w)
    print(walk(z), y._version, z._version, walk(y))
z.sum().backward()
print(x.grad)
""",
    "nested": """\
@torch.jit.script
def g(a: torch.Tensor):
    return a.sin() * 2
@torch.jit.script
def f(a: torch.Tensor, b: torch.Tensor):
    return g(g(a) * b).exp()
for _ in range(4):
    print(walk(f(x, w), g(x)))
""",
    "back in Python": """\
@torch.jit.script
def g(a: torch.Tensor):
    return a.sin() * 2
@torch.jit.ignore
def own(a: torch.Tensor) -> torch.Tensor:
    b = g(a)
    return b + w
@torch.jit.script
def f(a: torch.Tensor):
    return (own(a.exp() * a) * 2).tanh()
for _ in range(4):
    y = f(x)
    print(walk(y))
y.sum().backward()
print(x.grad, w.grad)
""",
    "a module": NET + "net = torch.jit.script(Net())\nfor _ in range(4):\n    y = net(x)\n    print(walk(y))\n"
    "    r = net.other(x)\n    print(walk(r[0]), r[1] is net.inner.weight)\n"
    "(y + r[0]).sum().backward()\nprint(x.grad)\n",
    "a traced module": NET + "net = torch.jit.trace(Net(), x)\nfor _ in range(4):\n    print(walk(net(x)))\n",
    "frozen": NET
    + "net = torch.jit.freeze(torch.jit.script(Net().eval()))\nfor _ in range(4):\n    print(walk(net(x)))\n",
    "traced": "f = torch.jit.trace(lambda a, b: (a * b).sin().exp(), (x, w))\n"
    "for _ in range(4):\n    print(walk(f(x, w)))\n"
    "f(x, w).sum().backward()\nprint(x.grad)\n",
    "traced a scripted one": TWICE
    + "g = torch.jit.trace(lambda a: f(a, a) * 2, x)\nfor _ in range(4):\n    print(walk(g(x)))\n",
    "a detach of the program": """\
@torch.jit.script
def f(a: torch.Tensor, b: torch.Tensor):
    c = a.detach() * 2
    d = (c * b).sin()
    return d.detach(), d.exp() * b.detach(), c
for _ in range(4):
    r = f(x, w)
    print(walk(r[1]), [one.requires_grad for one in r])
r[1].sum().backward()
print(x.grad, w.grad)
""",
    "a list": """\
from typing import List
@torch.jit.script
def f(many: List[torch.Tensor]):
    total = many[0] * many[1]
    return torch.stack(many).sin().sum(0) * total, torch.cat([total.exp(), total])
for _ in range(4):
    r = f([x, w, x * 2])
    print(walk(*r))
(r[0].sum() + r[1].sum()).backward()
print(x.grad)
""",
    "create_graph": TWICE + "y = f(x, w).sum()\ng, = torch.autograd.grad(y, x, create_graph=True)\nprint(g)\n"
    "g.sum().backward()\nprint(x.grad, w.grad)\n",
    "packed": TWICE
    + "with torch.autograd.graph.saved_tensors_hooks(lambda t: t * 1, lambda t: t):\n    y = f(x, w)\nprint(walk(y))\n"
    "y.sum().backward()\nprint(x.grad)\n",
    "checkpoint": TWICE + "from torch.utils.checkpoint import checkpoint\nfor reentrant in (True, False):\n"
    "    y = checkpoint(f, x, w, use_reentrant=reentrant)\n    y.sum().backward()\n    print(x.grad)\n",
    "in a Function": TWICE
    + """\
class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return f(a, b) * 2
    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        return f(grad, b), f(grad, a)
for _ in range(3):
    y = Twice.apply(x, w)
    print(walk(y))
    y.sum().backward()
print(x.grad)
""",
    "freed": TWICE + "y = f(x, w).sum()\ny.backward()\ny.backward()\n",
    "a thread": TWICE
    + "import threading\nheld = []\nthread = threading.Thread(target=lambda: held.append(f(x, w)))\nthread.start()\n"
    "thread.join()\nprint(walk(held[0]), walk(f(x, w)))\n",
}

# Calls that an error ended before they had a result: one that checkpoint raises itself, when it has what it wants.
CUT_SHORT = {"inference after": 1, "checkpoint": 1}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_the_same_as_the_bare_interpreter(name: str) -> None:
    """The printed walks tell that the interpreter of TorchScript has come just as far."""
    bare, recorded, trace = both_runs(HEAD + PROGRAMS[name])
    assert recorded._replace(warned=[], tensors={}) == bare._replace(warned=[], tensors={})
    assert recorded.tensors == bare.tensors
    for call in ops(trace):
        assert all(trace.ops[inner].id < call.id for inner, outer in calls(trace).items() if outer == call.id)


def ops(trace: Trace) -> list[Op]:
    return [op for op in trace.ops if op.name.startswith("script::")]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", ["enable_grad", "no_grad"])  # in inference_mode torch refuses what it would save
def test_a_later_call_is_one_op_with_its_inputs(mode: str) -> None:
    trace = record(HEAD + TWICE + f"with torch.{mode}():\n    y = f(x, w)\n    z = y + 1\n")
    call = ops(trace)[-1]
    assert (call.name, call.call, call.line) == ("script::f", "f(x, w)", 20)
    assert sorted(call.inputs) == sorted((tensor(trace, "x").id, tensor(trace, "w").id))
    assert call.outputs[0] == tensor(trace, "y").id
    assert call.grad_fn is not None
    assert call.grad_fn == tensor(trace, "y").grad_fn
    made = trace.grad_fns[call.grad_fn]
    assert (made.name, made.origin) == ("DifferentiableGraphBackward", "op")
    assert [trace.grad_fns[target].variable for target, _ in made.next if target is not None] == list(call.inputs)
    drawn = [node.op.name for node in build(trace, "forward").nodes if node.op is not None]
    assert drawn[-2:] == ["script::f", "aten::add.Tensor"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.filterwarnings("ignore")
def test_its_source_is_found_by_the_lines_that_python_counts() -> None:
    bare, seen, trace = both_runs(f"# \x0c, \u2028 and \x1c end no line\n{HEAD}{F}y = f(x, w)\nprint(walk(y))\n")
    assert trace.error is None
    assert seen._replace(warned=[]) == bare._replace(warned=[])


def test_the_first_call_is_seen_op_by_op() -> None:
    trace = record(HEAD + F + "y = f(x, w)\n")
    assert ops(trace) == []
    assert [op.name for op in trace.ops if op.grad_fn is not None] == [
        "aten::mul.Tensor",
        "aten::exp.default",
        "aten::sin.default",
    ]
    assert INSIDE_SCRIPT not in {op.why_unrecorded for op in trace.ops}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROGRAMS)
def test_each_grad_fn_that_hides_ops_is_that_of_one_op(name: str) -> None:
    trace = record(HEAD + PROGRAMS[name])
    hiding = {one.id for one in trace.grad_fns if one.name == "DifferentiableGraphBackward"}
    made = {op.grad_fn for op in ops(trace)}
    assert made == hiding - {one.id for one in trace.grad_fns if one.origin == "torch"}
    assert len(hiding - made) == CUT_SHORT.get(name, 0)


@pytest.mark.filterwarnings("ignore")
def test_each_turn_of_a_loop_is_one_op_that_takes_what_the_one_before_made() -> None:
    trace = record(HEAD + LOOP + "for _ in range(2):\n    y = f(x, w, 3)\n")
    turns = ops(trace)
    assert [op.name for op in turns] == ["script::f"] * 3
    made = tensor(trace, "x").id
    for turn in turns:
        assert made in turn.inputs
        made = turn.outputs[0]
    last = trace.ops[tensor(trace, "y").made_by or 0]
    assert (last.name, last.inputs) == ("aten::exp.default", (made,))


@pytest.mark.filterwarnings("ignore")
def test_the_gradient_that_arrives_at_each_result() -> None:
    trace = record(
        HEAD + SEVERAL + "f(x, w)\nc, d, _, (e,), g, _, _ = f(x, w)\nfor one in (c, d, e):\n    one.retain_grad()\n"
        "(c * 2 + d * 3 + e * 5).sum().backward()\n"
    )
    graph = build(trace, "both")
    nodes: dict[str, Node] = {node.id: node for node in graph.nodes}
    found = 0
    for edge in graph.edges:
        maker, made = nodes[edge.tail].op, nodes[edge.head].tensor
        if maker is not None and maker.name == "script::f" and made is not None and made.retains_grad:
            assert edge.gradient == trace.tensors[made.id].grad is not None
            found += 1
    assert found == 3


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["first and later calls", "raises in a kernel"])
def test_what_comes_after_a_call_is_sent_before_the_run_ends(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "INTERVAL", 0)
    pages: list[bytes] = []
    request = Request(HEAD + PROGRAMS[name] + "last = x.cosh()\nlast + 1\n", "grad", 0, Limits())
    run_in_thread(lambda: run(request, pages.append), 64 * 1024 * 1024)
    assert any(b"aten::cosh" in page for page in pages[:-1])


@pytest.mark.filterwarnings("ignore")
def test_the_inspector_says_why_nothing_inside_is_seen() -> None:
    trace = record(HEAD + TWICE)
    (call,) = ops(trace)
    assert call.grad_fn is not None
    for subject in (Subject("op", call.id), Subject("grad_fn", call.grad_fn)):
        told = inspection(Record(trace), Inspect(subject))
        assert "none has a grad_fn of its own" in str(told)
