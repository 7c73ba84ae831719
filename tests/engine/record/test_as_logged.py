"""The ops of a trace are those that a dispatch mode logs where no recorder looks on, and in the same order."""

from collections import Counter

import pytest

from gradviz.model.trace import Trace
from tests.engine.bare import bare_ops
from tests.engine.recording import record, tensor

HEAD = """\
import copy
import numpy
import torch
t = torch.tensor([1.0, 2.0, 3.0])
"""
# What is told in another way: x.data by a name of its own, of what is neither given nor returns a tensor nothing.
RENAMED = {"prim::data": "aten::detach.default"}
SILENT = ("aten::promote_types", "profiler::")
CALLS = ("function::", "script::")  # one op to autograd, beside those that run in them

PLAIN = ("ones(3)", "zeros(3)", "rand(3)", "randn(3)", "empty(3)", "full((3,), 2.0)", "eye(3)", "arange(3.0)")
ROWS = ("linspace(0, 1, 3)", "logspace(0, 1, 3)", "hann_window(3)", "kaiser_window(3)", "fft.fftfreq(3)", "range(0, 3)")
LIKE = ("ones_like(t)", "zeros_like(t)", "empty_like(t)", "full_like(t, 2.0)", "rand_like(t)", "randn_like(t)")
GIVEN = ("tensor([1.0, 2.0])", "tensor(1.0)", "asarray([1.0, 2.0])", "scalar_tensor(3.0)")
PLACED = ("empty_strided((3,), (1,))", "ones(3, device='meta')", "ones(3, dtype=torch.float64)")
NEW = ("new_ones(3)", "new_zeros(3)", "new_full((3,), 2.0)", "new_empty(3)", "new_tensor([1.0])")
MAKE = (*(f"torch.{one}" for one in (*PLAIN, *ROWS, *LIKE, *GIVEN, *PLACED)), *(f"t.{one}" for one in NEW))
OTHERS = (
    *("torch.randint(5, (3,))", "torch.randint_like(t, 3)", "torch.randperm(3)", "torch.tril_indices(3, 3)"),
    *("torch.tensor([[1, 2], [3, 4]])", "torch.tensor(numpy.ones(3))", "torch.as_tensor([1.0])"),
    *("torch.as_tensor(torch.ones(2))", "torch.from_numpy(numpy.ones(3))", "torch.Tensor([1.0])", "torch.Tensor(3)"),
    *("torch.frombuffer(bytearray(12), dtype=torch.float32)", "t.new([1.0])", "torch.complex(torch.zeros(3), t)"),
    *("torch.nn.Parameter(torch.ones(3))", "torch.nn.Parameter(torch.empty(3), requires_grad=False)"),
    *(
        "torch.empty(3).uniform_()",
        "torch.empty(3).normal_(0, 1)",
        "torch.empty(3).random_(5)",
        "torch.zeros(3).add_(1)",
    ),
    *("torch.empty(3).bernoulli_(0.5)", "torch.normal(0.0, 1.0, (3,))", "torch.normal(torch.zeros(3), 1.0)"),
    *("torch.bernoulli(torch.full((3,), 0.5))", "torch.nn.init.xavier_uniform_(torch.empty(3, 2))"),
    *("torch.nn.Linear(3, 2).weight", "torch.vander(torch.ones(3))", "torch.ones(3).requires_grad_()"),
    *("torch.ones(3, requires_grad=True).detach()", "torch.ones(3).data", "torch.ones(3, out=torch.empty(3))"),
    *("torch.sparse_coo_tensor([[0]], [1.0], (3,))", "copy.copy(torch.ones(3))", "copy.deepcopy(torch.ones(3))"),
    *("torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])", "(torch.rand(3, requires_grad=True) * t).sum()"),
)


def logged(source: str) -> list[str]:
    source += "\nx = y = None"  # what holds no numbers has none to be looked at in the end
    return [name for name in bare_ops(source) if not name.startswith(SILENT)]


def told(trace: Trace) -> list[str]:
    assert trace.error is None
    return [RENAMED.get(op.name, op.name) for op in trace.ops if not op.name.startswith(CALLS)]


@pytest.mark.parametrize("mode", ["torch.enable_grad()", "torch.no_grad()"])
@pytest.mark.parametrize("made", [*MAKE, *OTHERS])
def test_what_makes_a_tensor_runs_the_ops_that_torch_runs(made: str, mode: str) -> None:
    source = f"{HEAD}with {mode}:\n    x = {made}\ny = x"
    assert told(record(source)) == logged(source)


@pytest.mark.parametrize("made", MAKE)
def test_what_is_made_to_require_grad_does_so_from_its_op_on(made: str) -> None:
    source = f"{HEAD}x = {made[:-1]}, requires_grad=True)\ntorch.ones(1, requires_grad=True)"
    trace = record(source)
    assert told(trace) == logged(source)
    x = tensor(trace, "x")
    assert x.requires_grad
    assert x.made_by is not None
    maker = trace.ops[x.made_by]
    assert (maker.line, maker.call) == (5, f"{made[:-1]}, requires_grad=True)")
    assert [state.requires_grad for state in trace.past if state.id == x.id] == []


def test_a_flag_that_is_set_in_the_same_expression_is_there_from_the_op_on() -> None:
    trace = record("import torch\nx = torch.ones(2).requires_grad_()\ny = torch.ones(2)\ny.requires_grad_()")
    flags = {name: [one.requires_grad for one in trace.past if one.id == tensor(trace, name).id] for name in "xy"}
    assert all(flags["x"])
    assert flags["y"] == [False]


OUTSIDE = "w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)\n"
IN_ORDER = {
    "a mode that hands on copies": """\
from torch.utils._python_dispatch import TorchDispatchMode
class Copies(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {})).clone()
with Copies():
    a = torch.ones_like(w, requires_grad=True)
    b = torch.ones(3, requires_grad=True)
    c = w.exp() * torch.rand(3)
""",
    "hooks": """\
y = w * 2
y.register_hook(lambda g: g + torch.ones(3))
y.register_hook(lambda g: torch.ones_like(g))
y.sum().backward()
""",
    "a class of tensors": """\
class Mine(torch.Tensor):
    pass
m = torch.ones(3).as_subclass(Mine)
a, b, c = torch.ones_like(m), m.new_ones(2), torch.zeros_like(m, requires_grad=True)
d = torch.nn.Parameter(torch.ones(3).as_subclass(Mine))
""",
    "transforms": """\
u = w.detach()
torch.func.grad(lambda x: (x * torch.ones(3) + torch.zeros_like(x)).sum())(u)
torch.func.vmap(lambda x: x * torch.ones(()) + torch.ones_like(x))(u)
torch.func.jvp(lambda x: x * torch.ones(3) + torch.zeros_like(x), (u,), (u,))
""",
    "what nobody keeps": """\
torch.ones(3)
torch.rand(3, requires_grad=True).sum().backward()
def f(a=torch.ones(3)):
    return torch.zeros_like(a)
x = f() + sum(torch.ones(1) for _ in range(3))
""",
    "a function that returns what it made": """\
class F(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.ones(3)
    @staticmethod
    def backward(ctx, g):
        return torch.zeros(3)
F.apply(w).sum().backward()
""",
    "a script": """\
@torch.jit.script
def f(x):
    return x * torch.ones([3]) + torch.zeros_like(x)
a = f(w)
b = f(torch.ones(3))
""",
}


@pytest.mark.parametrize("program", IN_ORDER)
def test_what_makes_tensors_elsewhere_runs_the_ops_that_torch_runs(program: str) -> None:
    source = HEAD + OUTSIDE + IN_ORDER[program]
    assert told(record(source)) == logged(source)


AMID = {
    "a hook that packs": """\
def pack(x):
    return torch.empty(x.shape).copy_(x.detach())
with torch.autograd.graph.saved_tensors_hooks(pack, lambda p: p * torch.ones(3)):
    y = w.exp() * torch.rand(3, requires_grad=True)
y.sum().backward()
""",
    "a mode": """\
from torch.utils._python_dispatch import TorchDispatchMode
class Makes(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        first = torch.zeros(2)
        out = func(*args, **(kwargs or {}))
        second = torch.ones_like(first, requires_grad=True)
        return out
with Makes():
    y = w.exp() * torch.rand(3)
    z = torch.ones_like(y, requires_grad=True)
""",
}


@pytest.mark.parametrize("program", AMID)
def test_what_makes_tensors_in_the_middle_of_an_op_runs_the_ops_that_torch_runs(program: str) -> None:
    source = HEAD + OUTSIDE + AMID[program]
    assert Counter(told(record(source))) == Counter(logged(source))
