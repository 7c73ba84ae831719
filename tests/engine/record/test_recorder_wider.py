"""Programs beyond plain ops: their results are the bare interpreter's, and their traces obey every law."""

import re

import pytest

from gradviz.intake import tracebuilder
from gradviz.model.wire import Limits
from tests.engine.bare import bare_run, both_runs
from tests.engine.recording import record
from tests.engine.typed import TYPED

HEAD = "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\n"

PROGRAMS = {
    "complex views changed in place": """\
def run():
    z = torch.ones(3, dtype=torch.complex64, requires_grad=True)
    z.clone().conj().mul_(2)
    y = torch.view_as_real(z.clone())
    y[0].mul_(2)
    print(type(y.grad_fn).__name__, y.is_leaf)
    y.sum().backward()
    print(z.grad)
run()
""",
    "foreach": """\
y = x * 2
z = [y.sin(), y.cos()]
torch._foreach_mul_(z, 2.0)
(z[0] + z[1]).sum().backward()
print(z[0]._version)
""",
    "foreach no_grad": "with torch.no_grad():\n    torch._foreach_add_([x], 1.0)\nprint(x._version)",
    "custom ops": """\
@torch.library.custom_op("wider::twice", mutates_args={"a"})
def twice(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    a.add_(1)
    a.mul_(2)
    return b * 2
@torch.library.custom_op("wider::all", mutates_args={"those"})
def all(those: list[torch.Tensor]) -> None:
    for one in those:
        one.add_(1)
@torch.library.custom_op("wider::copied", mutates_args=())
def copied(a: torch.Tensor) -> torch.Tensor:
    b = a.clone()
    return b.add_(1)
a = torch.zeros(2)
b = twice(a, x)
all([a])
all([])
c = copied(a)
print(a._version, b._version, c._version)
with torch.no_grad():
    twice(x, a)
with torch.inference_mode():
    twice(a, x)
print(a, a._version, x._version)
""",
    "optimizers": """\
for kind in (torch.optim.SGD, torch.optim.Adam):
    for form in ({'foreach': True}, {'foreach': False}, {'fused': True}):
        optimizer = kind([x], lr=0.1, **form)
        for _ in range(2):
            optimizer.zero_grad()
            (x * x).sum().backward()
            optimizer.step()
        print(x, x._version)
""",
    "thread": """\
import threading
held = {}
def work():
    held['grad'] = torch.is_grad_enabled()
    held['y'] = (x * 2).sin()
with torch.no_grad():
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
print(held['grad'])
held['y'].sum().backward()
print(x.grad)
""",
    "thread with a Function": """\
import threading
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return a * 2
    @staticmethod
    def backward(ctx, g):
        return g * 2
out = []
thread = threading.Thread(target=lambda: out.append(Double.apply(x)))
thread.start()
thread.join()
out[0].sum().backward()
print(x.grad)
""",
    "tensor hooks": """\
def double(g):
    print('hook', g)
    return g * 2
x.register_hook(double)
y = x * 3
y.register_hook(lambda g: print('y', g))
x.register_post_accumulate_grad_hook(lambda t: print('after', t.grad))
y.grad_fn.register_prehook(lambda g: print('pre', g))
y.grad_fn.register_hook(lambda i, o: print('node', i, o))
y.sum().backward()
print(x.grad)
""",
    "module hooks": """\
m = torch.nn.Linear(2, 1)
m.register_forward_hook(lambda m, i, o: o * 2)
m.register_forward_pre_hook(lambda m, i: (i[0] + 1,))
m.register_full_backward_hook(lambda m, gi, go: print(gi, go))
m(x).sum().backward()
print(x.grad, m.weight.grad)
""",
    "reentrant checkpoint": """\
from torch.utils.checkpoint import checkpoint
y = checkpoint(lambda a: (a * 2).exp().sin(), x, use_reentrant=True)
y.sum().backward()
print(x.grad)
""",
    "checkpoint": """\
from torch.utils.checkpoint import checkpoint
def f(a):
    print('run')
    return (a * 2).exp().sin()
y = checkpoint(f, x, use_reentrant=False)
y.sum().backward()
print(x.grad)
""",
    "checkpoint of a module with dropout": """\
from torch.utils.checkpoint import checkpoint_sequential
m = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Dropout(), torch.nn.Linear(4, 1))
y = checkpoint_sequential(m, 2, x, use_reentrant=False)
y.sum().backward()
print(x.grad)
""",
    "saved tensor hooks": """\
def pack(t):
    print('pack', t._version)
    return t * 1
def unpack(t):
    print('unpack')
    return t
with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
    y = (x * 3).exp()
    z = y.sin()
z.sum().backward(retain_graph=True)
z.sum().backward()
print(x.grad)
""",
    "save_on_cpu": "with torch.autograd.graph.save_on_cpu():\n    y = x.exp() * x\ny.sum().backward()\nprint(x.grad)",
    "func.grad": "g = torch.func.grad(lambda a: (a * a).sin().sum())(torch.ones(2))\nprint(g)",
    "func.grad twice": "f = torch.func.grad(torch.func.grad(lambda a: a ** 3))\nprint(f(torch.tensor(2.0)))",
    "root viewed under no_grad": "with torch.no_grad():\n    a = x[0]\nprint(a.requires_grad)\na.backward()",
    "vmap": "g = torch.func.vmap(lambda a: (a * 2).sum())(torch.ones(3, 2))\nprint(g)",
    "vmap of grad": "g = torch.func.vmap(torch.func.grad(lambda a: (a * a).sum()))(torch.ones(3, 2))\nprint(g)",
    "jacrev": "g = torch.func.jacrev(lambda a: a.sin() * a)(torch.ones(2))\nprint(g)",
    "jvp": "g = torch.func.jvp(torch.sin, (torch.ones(2),), (torch.ones(2),))\nprint(g)",
    "func in a def": """\
def f(a):
    b = a * 2
    c = b.sin()
    return c.sum()
g = torch.func.grad(f)(torch.ones(2))
v = torch.func.vmap(f)(torch.ones(3, 2))
print(g, v)
""",
    "batched grad": "y = x * x\nv = torch.eye(2)\nprint(torch.autograd.grad(y, x, v, is_grads_batched=True))",
    "lazy module": """\
m = torch.nn.LazyLinear(3)
m(x).sum().backward()
print(m.weight, m.weight.grad)
""",
    "overridden functions": """\
class Shy(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        print(func.__name__)
        return super().__torch_function__(func, types, args, kwargs)
def run():
    a = torch.ones(2).as_subclass(Shy).requires_grad_()
    b = (a * 2).sum()
    b.backward()
    print(type(b).__name__, a.grad)
run()
""",
    "a mode of functions": """\
class Loud(torch.overrides.TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        print(getattr(func, '__name__', func))
        return func(*args, **(kwargs or {}))
with Loud():
    y = x * 2
    z = y.sum()
    z.backward()
""",
    "nested tensors": """\
def run(layout):
    parts = [torch.ones(2, 2, requires_grad=True), torch.ones(3, 2, requires_grad=True)]
    nested = torch.nested.as_nested_tensor(parts, layout=layout)
    (nested * 2).to_padded_tensor(0.0).sum().backward()
    print([part.grad for part in parts])
run(torch.strided)
run(torch.jagged)
""",
    "a sum of what was made of nested tensors": """\
def run():
    parts = [torch.ones(2, 3), torch.ones(1, 3)]
    nested = torch.nested.nested_tensor(parts, layout=torch.jagged, requires_grad=True)
    print((nested * 2).sum(dim=-1).values())
run()
""",
    "a jagged result that is saved": """\
def run():
    parts = [torch.ones(2, 3), torch.ones(1, 3)]
    nested = torch.nested.nested_tensor(parts, layout=torch.jagged, requires_grad=True)
    print((nested * 2).relu().sum(dim=-1).values())
run()
""",
    "a .grad given to what is no leaf": """\
y = x * 2
y.grad = torch.ones(2)
z = y.sin()
z.grad = y.grad
z.grad += 1
(y * z).sum().backward()
w, v, u, t = x * 3, torch.zeros(2), x * 4, x * 5
w.grad = torch.zeros(2)
del w.grad
v.grad = torch.full((2,), 5.0)
v.mul_(x)
u.retain_grad()
u.grad = torch.ones(2)
t.grad = torch.ones(2)
t.grad = None
(u + v + t).sum().backward()
print(x.grad, y.grad, z.grad, v.grad, u.grad)
""",
    "inference tensors outside of their mode": """\
with torch.inference_mode():
    i = torch.ones(2)
j = i.clone()
k = i.flip(0)
l = i.repeat(2)
m = torch.nn.functional.linear(i, i)
n = i.to(torch.float64).cumsum(0)
o = x * i
p = i.flatten()
try:
    i.mul_(2)
except RuntimeError as error:
    print(error)
""",
    "masked tensors": """\
def run():
    masked = torch.masked.masked_tensor(torch.tensor([1.0, 2.0]), torch.tensor([True, False]), requires_grad=True)
    y = torch.where(torch.tensor([True, False]), masked, masked)
    (masked * 3).sum().backward()
    print(masked.grad)
run()
""",
    "encoder with padding": """\
layer = torch.nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
encoder = torch.nn.TransformerEncoder(layer, 2).eval()
with torch.no_grad():
    print(encoder(torch.ones(1, 3, 4), src_key_padding_mask=torch.tensor([[False, False, True]])))
""",
    "traced": """\
f = torch.jit.trace(lambda a: a.sin() * 2, torch.ones(2))
y = f(x)
y.sum().backward()
print(x.grad, f.graph)
""",
    "scripted": """\
@torch.jit.script
def f(a: torch.Tensor):
    return a.sin() * 2
for _ in range(3):
    f(x).sum().backward()
print(x.grad)
""",
    "other memory by .data": """\
y = x * 2
x.data = torch.tensor([5.0, 6.0])
(x * 3).sum().backward()
x.data = x.data - 0.1 * x.grad
x.data -= 1
print(x)
""",
    "swapped": "a = torch.ones(3)\nb = torch.zeros(2)\ntorch.utils.swap_tensors(a, b)\nprint(a)\nc = a * 2",
    "swapped after backward": "a, b = (torch.nn.Parameter(torch.full((2,), v)) for v in (1.0, 3.0))\n"
    "(a * 2).sum().backward()\na.data, b.data = b.data, a.data\ntorch.utils.swap_tensors(a, b)\n"
    "print(a, b, a.grad, b.grad)\ny = (a * b).sum()\na.data = torch.zeros(2)\ny.backward()\nprint(a.grad, b.grad)\n"
    "a.data[0] = 9\na.grad.data.zero_()\nm = torch.nn.Linear(2, 2)\nw = m.weight\n"
    "torch.__future__.set_swap_module_params_on_conversion(True)\nm.double()\n"
    "torch.__future__.set_swap_module_params_on_conversion(False)\nprint(m.weight is w, w.dtype)",
    "weak references": "import weakref\nprint(weakref.getweakrefcount(x), weakref.getweakrefs(x))\n"
    "r = weakref.ref(x)\nprint(weakref.getweakrefcount(x), weakref.getweakrefs(x) == [r])\n"
    "print(weakref.getweakrefcount(x.untyped_storage()))\ntry:\n    torch.utils.swap_tensors(x, torch.ones(1))\n"
    "except RuntimeError as error:\n    print(error)",
    "an operator of higher order": "from torch.nn.attention.flex_attention import flex_attention\n"
    "q = torch.randn(1, 1, 4, 8)\nprint(flex_attention(q, q, q, lambda score, *_: score * 2))",
    "swapped with itself": "a = torch.ones(3)\ntorch.utils.swap_tensors(a, a)\nb = a * 2",
    "filled in a kernel": """\
def run():
    packed = torch.nn.utils.rnn.pack_padded_sequence(torch.ones(4, 2, 2), [4, 2])
    return torch.nn.utils.rnn.pad_packed_sequence(packed)[1]
lengths = run()
""",
    "filled for another operator": """\
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
def run():
    padded = [x, x[:1], torch.zeros(2), x.new_zeros(2), torch.full((2,), 1.0, requires_grad=True)]
    for lengths in ([3, 2], [3, 3]):
        packed = pack_padded_sequence(torch.ones(3, 2, 2).requires_grad_(), torch.tensor(lengths))
        padded += pad_packed_sequence(packed)
    padded += [torch.nn.functional.one_hot(torch.tensor([0, 1])), pad_sequence([x, x[:1]])]
    print([one._version for one in padded], [one.requires_grad for one in padded])
run()
with torch.no_grad():
    run()
""",
    "gradient edge": """\
y = x * 2
edge = torch.autograd.graph.get_gradient_edge(y)
z = y.sin().sum()
print(torch.autograd.grad(z, edge, retain_graph=True), torch.autograd.grad(z, [edge]))
""",
    "mutation of saved tensors": """\
with torch.autograd.graph.allow_mutation_on_saved_tensors():
    y = x * 2
    z = y.sin()
    y.mul_(3)
    z.sum().backward()
print(x.grad)
""",
    "hooks of many gradients": """\
w = torch.ones(2, requires_grad=True)
handle = torch.autograd.graph.register_multi_grad_hook((x, w), lambda found: print(found))
(x * w).sum().backward()
handle.remove()
""",
    "parametrizations": """\
m = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 3))
o = torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(2, 2))
(m(x).sum() + o(x).sum()).backward()
print([(name, one.grad) for name, one in m.named_parameters()])
""",
    "every optimizer": """\
for kind in ('Adagrad', 'Adadelta', 'Adafactor', 'Adamax', 'NAdam', 'RAdam', 'RMSprop', 'Rprop', 'ASGD', 'AdamW'):
    for foreach in (True, False):
        p = torch.ones(2, requires_grad=True)
        optimizer = getattr(torch.optim, kind)([p], lr=0.1, foreach=foreach)
        for _ in range(2):
            optimizer.zero_grad()
            (p * x).pow(2).sum().backward()
            optimizer.step()
        print(kind, foreach, p, p._version)
""",
    "recurrent modules": """\
for kind in (torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU):
    m = kind(2, 3, num_layers=2, bidirectional=True)
    m(torch.ones(4, 1, 2) * x)[0].sum().backward()
print(x.grad)
""",
    "forward mode": """\
import torch.autograd.forward_ad as forward_ad
def run():
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, torch.ones(2))
        print(forward_ad.unpack_dual((dual * dual).sin()).tangent)
run()
""",
    "sparse gradients": """\
e = torch.nn.Embedding(5, 3, sparse=True)
optimizer = torch.optim.SparseAdam(e.parameters())
e(torch.tensor([1, 3, 1])).sum().backward()
print(e.weight.grad)
optimizer.step()
print(e.weight)
""",
    "reshaped without a copy": """\
m = torch.ones(2, 3, 4, requires_grad=True)
a = m.transpose(0, 1).reshape(3, 1, 2, 4)
b = m[:, :2].flatten(1)
c = m[:, :2].flatten(1, -1)
d = m.transpose(0, 1).flatten()
e = m.transpose(0, 1).reshape(-1)
f = m.mT.flatten(0, 1)
g = m[:, 0].flatten()
h = m[:, 0].reshape(1, 2, 4)
i = torch.func.grad(lambda one: one.mT.flatten(0, 1).reshape(-1).sum())(m)
with torch.no_grad():
    j = m[:, :2].reshape(1, 2, 2, 4)
try:
    m.mT.reshape(5)
except RuntimeError as error:
    print(error)
try:
    m.mT.flatten(2, 1)
except RuntimeError as error:
    print(error)
a.sum().backward()
""",
    "autocast": """\
m = torch.nn.Linear(2, 2)
with torch.autocast('cpu', dtype=torch.bfloat16):
    y = m(x)
    z = y.sum()
print(y.dtype)
z.backward()
print(x.grad, m.weight.grad)
""",
}


# Torch warns once in a process of what these use, or gradviz has a note on them.
SAY_MORE = {
    *("jvp", "nested tensors", "encoder with padding", "traced", "scripted", "forward mode", "lazy module"),
    "an operator of higher order",
    *("masked tensors", "a jagged result that is saved", "a sum of what was made of nested tensors", "sparse tensors"),
}


@pytest.mark.parametrize("name", [*PROGRAMS, *TYPED])
@pytest.mark.filterwarnings("ignore")
def test_the_same_as_the_bare_interpreter(name: str) -> None:
    bare, recorded, _ = both_runs(TYPED.get(name) or HEAD + PROGRAMS[name] + "\n")
    if name in SAY_MORE:
        bare, recorded = bare._replace(warned=[]), recorded._replace(warned=[])
    assert recorded._replace(tensors={}) == bare._replace(tensors={})
    inner = {"b", "c", "a"}  # names of functions, too
    assert {k: v for k, v in recorded.tensors.items() if k not in inner} == {
        k: v for k, v in bare.tensors.items() if k not in inner
    }


@pytest.mark.parametrize(("line", "rounds"), [("x = x + 1", 990), ("x = x * w", 240), ("x = torch.sin(x @ w)", 80)])
def test_as_many_ops_as_a_run_may_make_are_held_with_their_backward(
    line: str, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracebuilder, "MAX_HELD", tracebuilder.MAX_HELD // 200)
    leaves = "x = torch.ones(3, 3, requires_grad=True)\nw = torch.ones(3, 3, requires_grad=True)\n"
    trace = record(f"{leaves}for i in range({rounds}):\n    {line}\nx.sum().backward()", limits=Limits(ops=1000))
    assert (trace.limits, trace.error, len(trace.backwards)) == (None, None, 1)
    assert 700 < len(trace.ops) <= 1000


METADATA = """\
import torch
x = torch.ones(2, requires_grad=True)
y = x * x
y.grad_fn.metadata["mine"] = 1
print(y.grad_fn.metadata)
print((y + 1).grad_fn.metadata)
with torch.autograd.set_detect_anomaly(True):
    z = y.exp()
    z.grad_fn.metadata["mine"] = 2
    print([name for name in z.grad_fn.metadata if isinstance(name, str)])
    print(sorted(z.grad_fn.metadata))
"""


def test_what_is_ours_in_the_metadata_of_a_grad_fn_says_so_and_leaves_what_is_the_programs() -> None:
    bare, trace = bare_run(METADATA), record(METADATA)
    assert bare.printed == "{'mine': 1}\n{}\n['traceback_', 'mine']\n['mine', 'traceback_']\n"
    printed = "".join(one.text for one in trace.output)
    assert re.sub(r"gradviz: \w+(, )?|, gradviz\b", "", printed) == bare.printed
    assert printed == "".join(one.text for one in record(METADATA).output)
