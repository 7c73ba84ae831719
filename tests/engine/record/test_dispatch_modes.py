"""A dispatch mode of a program or a library, whose code runs in the middle of each op: the record is as without it."""

import pytest

from gradviz.model.trace import Trace
from tests.engine.bare import both_runs

HEAD = """\
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

class Log(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.note(func)
        out = func(*args, **(kwargs or {}))
        print(func)
        return out

    def note(self, func):
        name = str(func)
        self.seen.append(name)

class Nothing:
    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass

class Largest(Log):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor):
            largest = out.abs().max()
            print(func, largest.shape)
        return out

def Flops():
    return FlopCounterMode(display=False)

x = torch.tensor([0.5, 1.5], requires_grad=True)
"""
BODY = """\
with {mode}():
    y = (x * 2).exp()
    z = y.tanh() + torch.zeros(2)
    z[0] = 3.0
    loss = (z * torch.ones_like(x)).sum()
    loss.backward()
with torch.no_grad(), {mode}():
    w = x.sin()
"""

OWN = ("aten::abs", "aten::max", "aten::detach", "prim::")  # of the mode, and of torch where a mode is on


def recorded(trace: Trace) -> list[tuple[object, ...]]:
    """The ops of the forward run, but for those of the mode itself, with their grad_fns and what those saved."""
    found: list[tuple[object, ...]] = []
    for op in trace.ops:
        if op.phase == "forward" and not op.name.startswith(OWN):
            made = None if op.grad_fn is None else trace.grad_fns[op.grad_fn]
            saved = [] if made is None else [saved.name for saved in made.saved]
            found.append((op.name, op.line, op.call, made and made.name, op.why_unrecorded, saved))
    return found


@pytest.mark.parametrize("mode", ["Log", "Largest", "Flops"])
def test_what_autograd_records_under_a_dispatch_mode_is_told(mode: str) -> None:
    bare, seen, trace = both_runs(HEAD + BODY.format(mode=mode))
    assert seen == bare
    own, plain = recorded(trace), recorded(both_runs(HEAD + BODY.format(mode="Nothing"))[2])
    assert own == plain
    assert ("aten::exp.default", 40, "(x * 2).exp()", "ExpBackward0", None, ["result"]) in own


CHECKPOINT = """\
import torch
from functools import partial
from torch.utils.checkpoint import CheckpointPolicy, checkpoint, create_selective_checkpoint_contexts
w = torch.full((2, 2), 0.5, requires_grad=True)
def policy(ctx, op, *args, **kwargs):
    return CheckpointPolicy.MUST_SAVE if op == torch.ops.aten.mm.default else CheckpointPolicy.PREFER_RECOMPUTE
def block(x):
    return torch.mm(x, w).relu().sin()
contexts = partial(create_selective_checkpoint_contexts, policy)
y = checkpoint(block, torch.ones(3, 2), use_reentrant=False, context_fn=contexts)
y.sum().backward()
print(w.grad)
"""


def test_what_a_selective_checkpoint_runs_has_its_grad_fns() -> None:
    bare, seen, trace = both_runs(CHECKPOINT)
    assert seen == bare
    made = [(op.name, trace.grad_fns[op.grad_fn].name) for op in trace.ops if op.grad_fn is not None and op.line == 8]
    assert [one for one in made if one[0] != "aten::detach.default"][:3] == [
        ("aten::mm.default", "MmBackward0"),
        ("aten::relu.default", "ReluBackward0"),
        ("aten::sin.default", "SinBackward0"),
    ]


WRAPPER = """\
import torch
from torch.utils._pytree import tree_map
class Traced(torch.Tensor):
    @staticmethod
    def __new__(cls, inner):
        flags = dict(dtype=inner.dtype, requires_grad=inner.requires_grad)
        return torch.Tensor._make_wrapper_subclass(cls, inner.shape, **flags)
    def __init__(self, inner):
        self.inner = inner.detach()
    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        print(func)
        args, kwargs = tree_map(lambda one: one.inner if isinstance(one, Traced) else one, (args, kwargs or {}))
        return tree_map(lambda one: Traced(one) if isinstance(one, torch.Tensor) else one, func(*args, **kwargs))
def train():
    x = Traced(torch.tensor([1.0, 2.0]).requires_grad_())
    (x * 3 + torch.zeros_like(x)).exp().sum().backward()
    print(x.grad.inner)
train()
"""


def test_a_class_of_tensors_is_given_the_ops_that_it_is_given_without_gradviz() -> None:
    bare, seen, _ = both_runs(WRAPPER)
    assert seen == bare
    assert bare.printed.count("aten.ones_like") == 1
