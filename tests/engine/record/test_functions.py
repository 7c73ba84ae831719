"""torch.autograd.Function: a call is one op, and owns the grad_fn it made, whatever its style."""

import pytest

from gradviz.model.graph.build import build
from gradviz.model.graph.graph import NodeKind
from gradviz.model.trace import INSIDE_FUNCTION, Op, Trace, Value
from tests.engine.bare import both_runs
from tests.engine.recording import grad_fn, record, tensor

SQUARE = """\
import torch

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        y = x * x
        return y

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return 2 * x * g

x = torch.tensor(3.0, requires_grad=True)
y = Square.apply(x)
"""
SETUP = """\
import torch

class Both(torch.autograd.Function):
    @staticmethod
    def forward(a, b):
        return a * b, a + b

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, g, h):
        a, b = ctx.saved_tensors
        return g * b + h, g * a + h

x = torch.ones(2, requires_grad=True)
y = torch.full((2,), 2.0, requires_grad=True)
p, q = Both.apply(x, y)
(p + q).sum().backward()
print(x.grad, y.grad)
"""
DIRTY = """\
import torch

class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        a.mul_(2)
        ctx.mark_dirty(a)
        return a

    @staticmethod
    def backward(ctx, g):
        return g * 2

x = torch.ones(2, requires_grad=True)
y = x * 3
z = Double.apply(y)
print(z is y, y._version)
z.sum().backward()
w = x * 3
Double.apply(w[0])
w.sum().backward()
print(x.grad)
"""
SORTED = """\
import torch

class Sorted(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        values, order = a.sort()
        ctx.mark_non_differentiable(order)
        ctx.save_for_backward(order)
        return values, order

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g, _):
        order, = ctx.saved_tensors
        return torch.zeros_like(g).index_add_(0, order, g)

x = torch.tensor([2.0, 1.0], requires_grad=True)
v, i = Sorted.apply(x)
g, = torch.autograd.grad((v * v).sum(), x, create_graph=True)
print(g, i.requires_grad)
g.sum().backward()
"""
NESTED = """\
import torch

class Inner(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return a.exp()

    @staticmethod
    def backward(ctx, g):
        return g

class Outer(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        with torch.enable_grad():
            b = a.detach().requires_grad_()
            c = Inner.apply(b) * b
        ctx.save_for_backward(b, c)
        return c.detach()

    @staticmethod
    def backward(ctx, g):
        b, c = ctx.saved_tensors
        return torch.autograd.grad(c, b, g)[0]

x = torch.ones(2, requires_grad=True)
Outer.apply(x).sum().backward()
print(x.grad)
"""
IDENTITY = """\
import torch

class Same(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, scale=2):
        ctx.scale = scale
        return a

    @staticmethod
    def backward(ctx, g):
        return g * ctx.scale, None

x = torch.ones(2, requires_grad=True)
y = Same.apply(x, 3)
z = Same.apply(y.detach())
print(y is x, z.requires_grad)
y.sum().backward()
"""
LIBRARY = """\
import torch
from torch.utils.checkpoint import checkpoint
x = torch.ones(2, requires_grad=True)
y = checkpoint(lambda a: (a * 2).exp().sin(), x, use_reentrant=True)
y.sum().backward()
print(x.grad)
"""

SAVED = """\
import torch

class Both(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        e = a.exp()
        t = a.tanh()
        b.mul_(2)
        ctx.mark_dirty(b)
        ctx.save_for_backward(e, t, b, a.detach())
        return e, t, b

    @staticmethod
    def backward(ctx, g, h, k):
        e, t, b, _ = ctx.saved_tensors
        return g * e + h * (1 - t * t), k * 2 + b * 0

x = torch.tensor([0.5, 2.0], requires_grad=True)
y = x * 3
p, q, r = Both.apply(x, y)
(p + q + r).sum().backward()
print(x.grad)
"""


def _calls(trace: Trace) -> list[Op]:
    return [op for op in trace.ops if op.name.startswith("function::")]


def test_a_call_is_one_op_with_its_grad_fn() -> None:
    trace = record(SQUARE + "y.backward()\n")
    (call,) = _calls(trace)
    x, y, node = tensor(trace, "x"), tensor(trace, "y"), grad_fn(trace, "SquareBackward")
    assert (call.name, call.call, call.line) == ("function::Square", "Square.apply(x)", 16)
    assert (call.inputs, call.outputs, call.grad_mode) == ((x.id,), (y.id,), "grad")
    assert (call.grad_fn, call.why_unrecorded) == (node.id, None)
    assert (node.origin, node.line, [one.tensor for one in node.saved]) == ("function", 16, [x.id])
    assert x.grad == Value((), (6.0,))


def test_its_forward_is_recorded_with_its_reason_and_opens_no_region() -> None:
    trace = record(SQUARE)
    inner = next(op for op in trace.ops if op.name == "aten::mul.Tensor")
    assert (inner.line, inner.grad_fn, inner.grad_mode) == (7, None, "no_grad")
    assert inner.why_unrecorded == INSIDE_FUNCTION
    assert trace.regions == ()
    state = next(one for one in trace.past if one.id == tensor(trace, "y").id)
    assert (state.requires_grad, state.grad_fn) == (False, None)  # as it was inside forward


def test_the_picture_shows_the_call_alone() -> None:
    graph = build(record(SQUARE), "both")
    assert [node.op.name for node in graph.nodes if node.op is not None] == ["function::Square"]
    assert [node.kind for node in graph.nodes] == [NodeKind.TENSOR, NodeKind.OP, NodeKind.TENSOR]


def test_the_picture_shows_a_tensor_before_and_after_it_was_marked_dirty() -> None:
    graph = build(record(DIRTY), "both")
    values = [node.tensor.value for node in graph.nodes if node.tensor is not None and "y" in node.tensor.names]
    assert values == [Value((2,), (3.0, 3.0)), Value((2,), (6.0, 6.0))]


def test_a_call_under_no_grad_says_so() -> None:
    trace = record(SQUARE + "with torch.no_grad():\n    z = Square.apply(x)\n")
    recorded, unrecorded = _calls(trace)
    assert (recorded.region, unrecorded.why_unrecorded) == (None, "no_grad")
    assert [region.line for region in trace.regions] == [17]
    assert unrecorded.region == 0


def test_a_call_whose_forward_raises_has_no_outputs() -> None:
    source = SQUARE.replace("return y", "raise ValueError('no')") + "z = x * 2\n"
    trace = record(source)
    (call,) = _calls(trace)
    assert (call.outputs, call.why_unrecorded) == ((), "raised")
    assert trace.error is not None
    assert trace.error.line == 8
    drawn = [node.op.name for node in build(trace, "both").nodes if node.op is not None]
    assert drawn == ["aten::mul.Tensor"]  # there is no call to stand for it


def test_several_outputs_share_the_grad_fn() -> None:
    trace = record(SETUP)
    (call,) = _calls(trace)
    outputs = [tensor(trace, name) for name in "pq"]
    assert call.outputs == tuple(one.id for one in outputs)
    assert {one.grad_fn for one in outputs} == {call.grad_fn}
    add = next(op for op in trace.ops if op.call == "p + q")
    assert add.grad_fn is not None
    assert trace.grad_fns[add.grad_fn].next == ((call.grad_fn, 0), (call.grad_fn, 1))


def test_a_call_that_saves_what_it_returns_is_recorded() -> None:
    trace = record(SAVED)
    (call,) = _calls(trace)
    node = grad_fn(trace, "BothBackward")
    assert (call.grad_fn, call.why_unrecorded, node.line) == (node.id, None, 20)
    results = [tensor(trace, name) for name in "pqr"]
    assert call.outputs == tuple(one.id for one in results)
    assert [one.tensor for one in node.saved][:3] == [one.id for one in results]
    assert [one.state for one in node.saved] == ["freed"] * 4
    drawn = [node.op.name for node in build(trace, "both").nodes if node.op is not None]
    assert drawn.count("function::Both") == 1
    assert "aten::exp.default" not in drawn


def test_nested_calls_own_their_grad_fns() -> None:
    trace = record(NESTED)
    inner, outer = _calls(trace)
    assert (inner.name, outer.name) == ("function::Inner", "function::Outer")
    assert [trace.grad_fns[call.grad_fn or 0].name for call in (inner, outer)] == ["InnerBackward", "OuterBackward"]


def test_a_function_of_the_library_is_a_call_too() -> None:
    trace = record(LIBRARY)
    (call,) = _calls(trace)
    assert call.name == "function::CheckpointFunction"
    assert (call.call or "").startswith("checkpoint(")


@pytest.mark.parametrize("source", [SQUARE, SETUP, DIRTY, SORTED, NESTED, IDENTITY, LIBRARY, SAVED])
@pytest.mark.parametrize("mode", ["", "with torch.no_grad():", "with torch.inference_mode():"])
def test_the_same_as_the_bare_interpreter(source: str, mode: str) -> None:
    if mode:
        head, body = source.split("\n", 1)
        source = "\n".join([head, mode, *("    " + line for line in body.splitlines()), ""])
    bare, recorded, _ = both_runs(source)
    assert recorded == bare


def test_torch_is_left_as_it_was() -> None:
    import torch

    record(SQUARE)
    assert "apply" not in vars(torch.autograd.function._SingleLevelFunction)


WITH_JVP = """\
import torch
import torch.autograd.forward_ad as forward_ad

class Exp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        result = x.exp()
        ctx.save_for_backward(result)
        ctx.save_for_forward(result)
        return result

    @staticmethod
    def backward(ctx, g):
        (result,) = ctx.saved_tensors
        return g * result

    @staticmethod
    def jvp(ctx, t):
        (result,) = ctx.saved_tensors
        return result * t

x = torch.tensor(3.0, requires_grad=True)
with forward_ad.dual_level():
    primal, tangent = forward_ad.unpack_dual(Exp.apply(forward_ad.make_dual(x, torch.tensor(1.0))))
(primal * tangent).backward()
print(x.grad)
"""


@pytest.mark.filterwarnings("ignore")
def test_a_call_owns_its_grad_fn_though_its_jvp_has_used_what_it_returns() -> None:
    bare, seen, trace = both_runs(WITH_JVP)
    assert seen._replace(warned=[]) == bare._replace(warned=[])
    (call,) = _calls(trace)
    made = grad_fn(trace, "ExpBackward")
    assert (call.grad_fn, made.line) == (made.id, call.line)
    assert [one.tensor for one in made.saved] == list(call.outputs)


def test_a_call_in_another_takes_one_more_frame_of_the_stack_than_without_gradviz() -> None:
    source = """\
import sys
import torch
depths = []
class Nested(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, more):
        frame, depth = sys._getframe(), 0
        while frame is not None:
            frame, depth = frame.f_back, depth + 1
        depths.append(depth)
        return Nested.apply(a, more - 1) * 2 if more else a * 2
    @staticmethod
    def backward(ctx, g):
        return g, None
y = Nested.apply(torch.ones(2, requires_grad=True), 1)
print(depths[1] - depths[0])
"""
    bare, seen, _ = both_runs(source)
    assert int(seen.printed) == int(bare.printed) + 1
