"""Gradients of one tensor are added up as without gradviz: where they are added in place, and where not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.engine.record.internals import sums
from tests.engine.bare import Bare, both_runs
from tests.engine.programs import sweep
from tests.engine.recording import record

HEAD = """\
import torch
from torch import nn
kept = []
a, m = torch.tensor([2.0, 3.0], requires_grad=True), torch.ones(2, 2)
"""
# A tensor, and hooks that hold what goes by, look at it, or share its memory.
ONES = (
    *("a", "a * 2", "a.sin()", "a.exp()", "a.view(2)", "a.clone()", "a[:1]", "a.flip(0)", "(a @ m)", "a.expand(2, 2)"),
    *("a.abs()", "a.norm()", "torch.linalg.vector_norm(a, torch.inf)", "a.sgn()"),
)
HOOKS = (
    "lambda gi, go: kept.append(gi)",
    "lambda gi, go: kept.append(go)",
    "lambda gi, go: kept.append(gi[0].view(-1))",
    "lambda gi, go: kept.append(gi[0] + gi[0])",
    "lambda gi, go: (gi[0] + gi[0],)",
)
ENDS = (
    "total.sum().backward()\nprint(a.grad, a.grad._version)",
    "(g,) = torch.autograd.grad(total.sum(), a)\nprint(g, g._version)",
    "total.sum().backward(retain_graph=True)\nfirst = a.grad\ntotal.sum().backward()\nprint(a.grad, a.grad._version)",
    "(g,) = torch.autograd.grad(total.sum(), a, create_graph=True)\nprint(g, g._version)",
    "(g,) = torch.autograd.grad(total.sum(), a, create_graph=True)\n((g * g).sum() + total.sum()).backward()\n"
    "print(a.grad, a.grad._version)",
    "b.retain_grad()\ntotal.sum().backward()\nprint(b.grad, b.grad._version, a.grad._version)",
    "b.register_hook(kept.append)\ntotal.sum().backward()\nprint(a.grad._version)",
    "b.register_hook(lambda g: g + g)\ntotal.sum().backward()\nprint(a.grad._version)",
    "a.register_hook(lambda g: kept.append(g + g))\ntotal.sum().backward()\nprint(a.grad._version)",
)
PARTS = st.lists(st.tuples(st.sampled_from(ONES), st.none() | st.sampled_from(HOOKS)), min_size=1, max_size=4)


def text(parts: list[tuple[str, str | None]], end: str) -> str:
    """A program that uses one tensor several times."""
    lines = [HEAD + "b = a * 1", "total = b * 0"]
    for number, (part, hook) in enumerate(parts):
        lines.append(f"p{number} = {part.replace('a', 'b', 1) if number % 2 else part}")
        if hook is not None:
            lines.append(f"if p{number}.grad_fn is not None:\n    p{number}.grad_fn.register_hook({hook})")
        lines.append(f"total = total + p{number}")
    held = "[one for given in kept for one in (given if isinstance(given, tuple) else (given,)) if one is not None]"
    return "\n".join((*lines, end, f"print([one._version for one in {held}])\n"))


@sweep(150)
@given(PARTS, st.sampled_from(ENDS))
def test_the_versions_of_gradients_are_those_of_the_bare_interpreter(
    parts: list[tuple[str, str | None]], end: str
) -> None:
    bare, seen, _ = both_runs(text(parts, end))
    assert seen == bare


# A function with a sparse gradient before a dense one, or after it.
TWO = """\
class Two(torch.autograd.Function):
    @staticmethod
    def forward(ctx, one, other, first):
        ctx.first = first
        return one + other
    @staticmethod
    def backward(ctx, g):
        sparse, dense = g.to_sparse(), g * 2
        return (sparse, dense, None) if ctx.first else (dense, sparse, None)
"""
# Gradients of other kinds than a dense tensor of torch's own class.
KINDS = """\
import torch
from torch import nn
from torch.nn.functional import embedding
class Mine(torch.Tensor):
    pass
class Told(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        asked.append(getattr(func, "__name__", ""))
        return super().__torch_function__(func, types, args, kwargs or {})
asked, kept = [], []
a = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True)
rows, few = torch.tensor([2, 0, 2]), torch.tensor([[0.0, 1.0, 0.0]] * 3).to_sparse()
"""
PLACES = (
    *("embedding(rows, a, sparse=True)", "embedding(rows, a)", "torch.sparse.mm(few, a)", "Two.apply(a, a, True)"),
    *("Two.apply(a, a, False)", "a * 2", "a.sin()", "a.exp()", "a[:1]", "a.t().t()", "a.expand(2, 3, 2).sum(0)", "a"),
)
MAKERS = (
    *("Mine(gi[0])", "Mine(gi[0] * 1)", "gi[0].as_subclass(Mine)", "(gi[0] * 1).as_subclass(Told)"),
    *("nn.Parameter(gi[0])", "nn.Parameter(gi[0] * 1, requires_grad=False)", "gi[0].to_sparse()"),
    *("gi[0].t().contiguous().t()", "gi[0][:1, :1].expand(3, 2)", "gi[0].clone()", "kept.append(gi[0]) or gi[0]"),
)
GIVEN = (
    *("torch.ones(3, 2)", "torch.ones(1, 1).expand(3, 2)", "nn.Parameter(torch.ones(3, 2))", "Mine(torch.ones(3, 2))"),
    *("torch.ones(2, 3).t()", "torch.ones(3, 2).as_subclass(Told)"),
)
FINISHES = (
    "total.backward({given})\nprint(a.grad, a.grad._version)",
    "for _ in range(2):\n    total.backward({given}, retain_graph=True)\nprint(a.grad, a.grad._version)",
    "(g,) = torch.autograd.grad(total, b, {given})\nprint(g, g._version, type(g))",
    "b.retain_grad()\ntotal.backward({given})\nprint(b.grad._version, a.grad._version)",
    "torch.autograd.backward([total, total, b], [{given}, {given}, {given}])\nprint(a.grad, a.grad._version)",
    "b.register_hook(lambda g: inner(g))\ntotal.backward({given})\nprint(a.grad, a.grad._version)",
    "beside(lambda: total.backward({given}))\nprint(a.grad, a.grad._version)",
    "(g,) = torch.autograd.grad(total, a, {given}, create_graph=True)\nprint(g._version)\n"
    "(g * g).sum().backward()\nprint(a.grad, a.grad._version)",
)
MADE = st.tuples(st.sampled_from(PLACES), st.none() | st.sampled_from(MAKERS))
MORE = """\
import threading
def inner(g):
    c = torch.ones(3, 2, requires_grad=True)
    with torch.enable_grad():
        (c.sin() + embedding(rows, c, sparse=True) + c.exp()).sum().backward()
    print(c.grad._version, g._version)
def beside(work):
    def caught():
        try:
            work()
        except Exception as error:
            print(type(error))
    thread = threading.Thread(target=caught)
    thread.start()
    thread.join()
def made(gi, make):
    return (make(gi), *gi[1:]) if gi[0] is not None and gi[0].layout is torch.strided else None
b = a * 1
total = b * 0
"""


def kinds(parts: list[tuple[str, str | None]], given: str, end: str, *, leaf: bool) -> str:
    """A program in which gradients of several kinds come to one tensor, in an order that nobody chose."""
    lines = [KINDS + TWO + MORE]
    for number, (part, maker) in enumerate(parts):
        lines.append(f"p{number} = {part if leaf else part.replace('a', 'b', 1) if part[0] == 'a' else _inside(part)}")
        if maker is not None:
            lines.append(f"if p{number}.grad_fn is not None:")
            lines.append(f"    p{number}.grad_fn.register_hook(lambda gi, go: made(gi, lambda gi: {maker}))")
        lines.append(f"total = total + p{number}")
    return "\n".join((*lines, end.format(given=given), "print([one._version for one in kept], asked)\n"))


def _short(run: Bare) -> str | None:
    """An error without the list of what there is in its place, in which gradviz has its own."""
    return None if run.error is None else run.error[1][:60]


def _inside(part: str) -> str:
    return part.replace("(a, a", "(b, b").replace(", a", ", b")


@sweep(100)
@given(st.lists(MADE, min_size=2, max_size=4), st.sampled_from(GIVEN), st.sampled_from(FINISHES), st.booleans())
def test_gradients_of_other_kinds_are_added_as_in_the_bare_interpreter(
    parts: list[tuple[str, str | None]], given: str, end: str, leaf: bool
) -> None:
    bare, seen, _ = both_runs(kinds(parts, given, end, leaf=leaf))
    assert (seen._replace(error=None), _short(seen)) == (bare._replace(error=None), _short(bare))


OTHERS = {
    "a tensor used twice": "(a * a).sum().backward()\nprint(a.grad._version)",
    "a gradient that is stacked": "torch.stack([a, a, a]).exp().sum().backward()\nprint(a.grad._version)",
    "weights of a recurrent net": """\
cell, h = nn.RNNCell(2, 2), torch.zeros(1, 2)
for _ in range(3):
    h = cell(m[:1], h)
h.sum().backward(retain_graph=True)
print([(p.grad._version, p.grad.tolist()) for p in cell.parameters()])
""",
    "an embedding with a sparse gradient": """\
e = nn.Embedding(3, 2, sparse=True)
(e(torch.tensor([0, 1])).sum() + e.weight.sum() * 2 + e(torch.tensor([1])).sum()).backward()
print(e.weight.grad)
""",
    "complex": """\
c = a * (1 + 1j)
(c * c.conj() + c.abs() + c.exp()).real.sum().backward()
print(a.grad, a.grad._version)
""",
    "a nested tensor": """\
import warnings
warnings.simplefilter("ignore")  # torch says once in a process that they are a prototype
def rows(n):
    n.register_hook(lambda g: print(g._version))
    return torch.nested.to_padded_tensor(n * 2 + n.relu() + n.neg(), 0.0)
rows(torch.nested.as_nested_tensor([a, a[:1]]) * 1).sum().backward()
print(a.grad, a.grad._version)
""",
    "a checkpoint": """\
from torch.utils.checkpoint import checkpoint
def f(t):
    return t.sin() * t.cos() + t.exp()
(checkpoint(f, a, use_reentrant=False) + checkpoint(f, a, use_reentrant=True)).sum().backward()
print(a.grad, a.grad._version)
""",
    "torch.func": """\
print(torch.func.grad(lambda t: (t.sin() + t.cos() + t.exp()).sum())(a.detach())._version)
print(torch.func.jacrev(lambda t: t.sin() + t * t)(a.detach())._version)
""",
    "a sparse gradient before a dense one, and after it": TWO
    + """\
from torch.nn.functional import embedding
rows, w = torch.tensor([0, 2]), torch.ones(3, 2, requires_grad=True)
for parts in ((lambda: embedding(rows, w, sparse=True), lambda: w.exp()), (lambda: w.exp(), lambda: w.sin())):
    for first, second in (parts, parts[::-1]):
        w.grad = None
        (first().sum() + embedding(rows, w, sparse=True).sum() + second().sum()).backward()
        print(w.grad, w.grad._version)
for first in (True, False):
    w.grad = None
    Two.apply(w, w, first).sum().backward()
    print(w.grad, w.grad._version)
""",
    "a gradient of a class of the program's": """\
class Mine(torch.Tensor):
    pass
class Told(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        print(func)
        return super().__torch_function__(func, types, args, kwargs or {})
for kind in (Mine, Told, nn.Parameter):
    for place in range(3):
        a.grad, parts = None, [a.sin(), a.exp(), a.cos()]
        def hook(given, came):
            return ((given[0] * 1).as_subclass(kind) if kind is not nn.Parameter else nn.Parameter(given[0].detach()),)
        parts[place].grad_fn.register_hook(hook)
        sum(parts).sum().backward()
        print(a.grad, a.grad._version, type(a.grad))
    given = torch.ones(2).as_subclass(kind)
    b = a * 1
    b.register_hook(lambda g: print(type(g), g._version))
    torch.autograd.backward([b.sin(), b.exp()], [given, given])
    print(given._version, a.grad._version)
""",
    "a backward inside a hook": """\
def hook(g):
    d = torch.ones(2, requires_grad=True)
    with torch.enable_grad():
        (d.sin() + d.cos() + d.exp()).sum().backward()
    print(d.grad._version)
t = a * 2
t.register_hook(hook)
(t.sin() + t.cos() + t.exp() + a).sum().backward()
print(a.grad._version)
""",
    "a zero without memory": """\
norm = torch.linalg.vector_norm(a, float("inf"))
(g,) = torch.autograd.grad(norm * norm, a, create_graph=True)
(g.pow(2).sum() + a.relu().max() + a.norm()).backward()
print(a.grad, a.grad._version)
(h,) = torch.autograd.grad(a.abs().sum(), a, create_graph=True)
h.sum().backward(retain_graph=True)
print(a.grad, a.grad._version)
a.grad = None
(h * h).sum().backward()
""",
    "half precision": "h = a.half()\n(h * h + h * 2 + a.half()).sum().backward()\nprint(a.grad, a.grad._version)",
    "hooks for what is saved": """\
with torch.autograd.graph.saved_tensors_hooks(lambda t: print("pack") or t, lambda t: t):
    (a.sin() + a.cos() * a).sum().backward()
print(a.grad._version)
""",
}


@pytest.mark.parametrize("program", OTHERS.values(), ids=OTHERS)
def test_gradients_are_added_as_without_gradviz(program: str) -> None:
    bare, seen, _ = both_runs(f"{HEAD}{program}\n")
    assert bare.error is None
    assert seen == bare


def test_a_sum_that_backward_can_go_through_again_has_its_grad_fn() -> None:
    trace = record(HEAD + "(g,) = torch.autograd.grad((a.sin() + a.exp()).sum(), a, create_graph=True)\n")
    (added,) = [op for op in trace.ops if op.phase == "backward" and op.name == "aten::add.Tensor"]
    assert added.grad_fn is not None
    assert trace.grad_fns[added.grad_fn].name == "AddBackward0"


def test_a_torch_that_calls_another_op_for_its_sums_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "NAME", "mul.Tensor")
    assert sums.fewest() == ()
