"""The hooks of a program as they are recorded, against what the program itself sees of them."""

import ast

import pytest
import torch
from torch.utils.hooks import RemovableHandle

from gradviz.model.moments.hooked import hooks
from gradviz.model.moments.moment import History
from gradviz.model.trace import Hook, Trace, Value
from tests.engine.bare import both_runs
from tests.engine.recording import grad_fn, record, tensor

HEAD = """\
import copy, functools, gc, io, weakref
import torch
x = torch.tensor([3., -4.], requires_grad=True)
def clip(g):
    return g.clamp(-1, 1)
"""

# Each says what goes into its hooks and what comes out, in the order in which they run.
TOLD = {
    "a tensor and a leaf": """\
def say(g):
    print(g.tolist(), (g * 2).tolist())
    return g * 2
y = x * x
y.register_hook(say)
x.register_hook(say)
y.sum().backward(retain_graph=True)
y.sum().backward()
""",
    "one that changes its argument": """\
def say(g):
    before = g.tolist()
    g.mul_(3)
    print(before, g.tolist())
y = x * x
y.register_hook(say)
(y * y).sum().backward()
""",
    "after .grad was added to": """\
def say(leaf):
    before = leaf.grad.tolist()
    leaf.grad.add_(1)
    print(before, leaf.grad.tolist())
x.register_post_accumulate_grad_hook(say)
for _ in range(2):
    (x * x).sum().backward()
""",
    "a .grad that is let go of": """\
def say(leaf):
    print(leaf.grad.tolist(), None)
    leaf.grad = None
x.register_post_accumulate_grad_hook(say)
(x * x).sum().backward()
""",
    "a module": """\
net = torch.nn.Linear(2, 2)
def say(net, given, gave):
    print(given[0].tolist(), (given[0] + 1).tolist())
    return (given[0] + 1,)
def first(net, gave):
    print(gave[0].tolist(), (gave[0] * 5).tolist())
    return (gave[0] * 5,)
net.register_full_backward_hook(say)
net.register_full_backward_pre_hook(first)
net((x * 2)[None]).sum().backward()
""",
    "what autograd.grad asks for": """\
def say(g):
    print(g.tolist(), (g * 2).tolist())
    return g * 2
x.register_hook(say)
torch.autograd.grad((x * x).sum(), x, create_graph=True)[0].sum().backward()
""",
}


def plain(values: tuple[Value | None, ...]) -> list[float] | None:
    """The elements of the only gradient."""
    (value,) = values
    return None if value is None else [float(number) for number in value.data or ()]


def flat(told: object) -> list[float] | None:
    """What the program printed of one, without the dimension of a batch."""
    assert told is None or isinstance(told, list)
    return told[0] if told and isinstance(told[0], list) else told


@pytest.mark.parametrize("name", TOLD)
def test_the_gradients_before_and_after_are_those_that_the_hook_saw(name: str) -> None:
    bare, seen, trace = both_runs(HEAD + TOLD[name])
    assert seen == bare
    printed = [ast.literal_eval(f"({line.replace('] ', '], ', 1)},)") for line in bare.printed.splitlines()]
    assert printed
    assert [(plain(call.before), plain(call.after)) for call in trace.hook_calls] == [
        (flat(before), flat(after)) for before, after in printed
    ]


# Hooks that are looked at, copied, saved, removed or refused: all as without gradviz.
ALIKE = {
    "removed while others are there": """\
y = x * 2
one, two = y.register_hook(lambda g: g * 3), y.register_hook(clip)
one.remove()
one.remove()
with y.register_hook(lambda g: g * 7):
    y.sum().backward(retain_graph=True)
y.sum().backward()
print([one.__name__ for one in y._backward_hooks.values()])
""",
    "refused by torch": """\
class Clip:
    def __call__(self, g):
        return g[0]
def short(g):
    return g[0]
for hook in (short, Clip(), functools.partial(short), lambda g: 1):
    y = x * 2
    y.register_hook(hook)
    try:
        y.sum().backward()
    except Exception as error:
        print(type(error), error)
for tensor in (torch.ones(2), x * 2):
    try:
        tensor.register_post_accumulate_grad_hook(clip)
    except RuntimeError as error:
        print(error)
x.register_post_accumulate_grad_hook(lambda leaf: 1)
try:
    x.sum().backward()
except Exception as error:
    print(error)
try:
    x.register_hook()
except TypeError as error:
    print(error)
""",
    "in the order of torch": """\
y = x * 2
y.retain_grad()
y.register_hook(lambda g: print("first") or g * 2)
y.grad_fn.register_prehook(lambda g: print("pre") or (g[0] + 1,))
y.grad_fn.register_hook(lambda i, o: print("post", i, o))
y.register_hook(lambda g: print("second") or clip(g))
x.register_hook(lambda g: print("leaf"))
x.register_post_accumulate_grad_hook(lambda leaf: print("added", leaf.grad))
y.sum().backward()
print(y.grad, x.grad)
""",
    "kept alive by nobody": """\
class Clip:
    def __call__(self, g):
        return clip(g)
y, hook = x * 2, Clip()
handle = y.register_hook(hook)
dead = weakref.ref(y), weakref.ref(hook)
y.sum().backward()
del y, hook
gc.collect()
print([one() is None for one in dead])
""",
    "in a copy of a module, and saved with it": """\
net = torch.nn.Linear(2, 1)
class Say:
    def __call__(self, net, given, gave):
        print("ran", gave)
say = Say()
net.register_full_backward_hook(say)
twin = copy.deepcopy(net)
twin(x).sum().backward()
net(x).sum().backward()
two = torch.nn.Linear(2, 1)
two.register_full_backward_hook(len)
file = io.BytesIO()
torch.save(two, file)
file.seek(0)
print(list(torch.load(file, weights_only=False)._backward_hooks.values()))
""",
    "looked for by its class": """\
net = torch.nn.utils.spectral_norm(torch.nn.Linear(2, 2))
net(x).sum().backward()
torch.nn.utils.remove_spectral_norm(net)
print(type(net.weight), x.grad)
""",
    "looked for among those of a module": """\
import inspect, types
net, y = torch.nn.Linear(2, 2), x * 2
class Odd:
    __hash__ = None
    def __call__(self, *_):
        return None
    def __eq__(self, other):
        return isinstance(other, Odd)
for hook in (clip, len, Odd()):
    net.register_full_backward_hook(hook)
    y.register_hook(hook)
    for held in (net._backward_hooks, y._backward_hooks):
        found = list(held.values())
        print(hook in found, found.index(hook), found[-1] == hook, hook == found[-1], found[-1] != hook)
        print(isinstance(found[-1], type(hook)), inspect.isfunction(found[-1]), repr(found[-1]) == repr(hook))
        try:
            print({found[-1]: 1}.get(hook))
        except TypeError as error:
            print("cannot be hashed")
print(list(net._backward_hooks.values()) == list(y._backward_hooks.values()))
""",
    "of a class of tensors": """\
class Mine(torch.Tensor):
    pass
y = torch.ones(2).as_subclass(Mine).requires_grad_()
y.register_hook(clip)
(y * 5).sum().backward()
print(y.grad)
""",
    "of many tensors": """\
y, z = x * 2, x * 3
torch.autograd.graph.register_multi_grad_hook((y, z), lambda gs: print("all", gs))
torch.autograd.graph.register_multi_grad_hook((y, z), clip, mode="any")
(y * z).sum().backward()
""",
}


@pytest.mark.parametrize("name", ALIKE)
def test_a_program_does_with_hooks_what_it_does_without_gradviz(name: str) -> None:
    bare, seen, _ = both_runs(HEAD + ALIKE[name])
    assert seen == bare
    assert bare.error is None


def told(trace: Trace) -> list[tuple[str, str, int | None]]:
    return [(hook.how, hook.function, hook.line) for hook in trace.hooks]


def test_hooks_are_told_by_their_function_with_the_line_that_registered_them() -> None:
    trace = record(HEAD + ALIKE["of many tensors"] + "y.register_hook(clip)\nx.register_hook(lambda g: None)\n")
    multi = "register_multi_grad_hook"
    assert told(trace) == [
        *((multi, "<lambda>", 7), (multi, "<lambda>", 7)),
        *((multi, "clip", 8), (multi, "clip", 8)),
        *(("register_hook", "clip", 10), ("register_hook", "<lambda>", 11)),
    ]
    y, leaf = tensor(trace, "y"), tensor(trace, "x")
    assert (trace.hooks[0].tensor, trace.hooks[0].grad_fn) == (y.id, y.grad_fn)
    assert (trace.hooks[-1].tensor, trace.hooks[-1].grad_fn) == (leaf.id, grad_fn(trace, "AccumulateGrad").id)
    assert [call.grad_fn for call in trace.hook_calls][:1] == [trace.tensors[trace.hooks[1].tensor or 0].grad_fn]


def test_a_hook_on_a_tensor_of_a_class_of_the_program_is_told_once() -> None:
    assert told(record(HEAD + ALIKE["of a class of tensors"])) == [("register_hook", "clip", 9)]


def test_a_hook_of_a_module_is_told_with_its_path() -> None:
    trace = record(
        HEAD + "net = torch.nn.Sequential(torch.nn.Linear(2, 2))\n"
        "net[0].register_forward_hook(lambda *_: None)\nnet[0].register_full_backward_hook(lambda *_: None)\n"
        "torch.nn.ReLU().register_forward_pre_hook(print)\nnet(x).sum().backward()\n"
    )
    assert [hook.module for hook in trace.hooks] == ["net.0", "net.0", "ReLU"]
    (call,) = trace.hook_calls
    assert trace.grad_fns[call.grad_fn or 0].name == "BackwardHookFunctionBackward"


def test_a_hook_that_a_constructor_registers_is_told_with_the_path_that_the_module_gets() -> None:
    trace = record(
        HEAD + "class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc = torch.nn.Linear(2, 2)\n        self.fc.register_forward_hook(lambda *_: None)\n"
        "        self.register_full_backward_hook(lambda *_: None)\n"
        "    def forward(self, x):\n        return self.fc(x)\n"
        "net = torch.nn.Sequential(Net())\ndef local():\n    own = Net()\n    return own(x)\n"
        "local()\nnet(x.clone()).sum().backward()\n"
    )
    assert [hook.module for hook in trace.hooks] == ["net.0.fc", "net.0", "own.fc", "own"]


def at_line(trace: Trace, line: int, tensor: int) -> list[tuple[Hook, int, bool]]:
    """The hooks on a tensor before a line, each with how often it has run, and whether it was removed."""
    step = next(step.id for step in trace.steps if step.kind == "line" and step.line == line)
    found = hooks(trace).on_tensor(tensor, History(trace).at(step).begun)
    return [(one.hook, len(one.calls), one.is_removed) for one in found]


def test_a_hook_is_there_from_the_line_after_the_one_that_registered_it_until_it_is_removed() -> None:
    source = (
        HEAD + "y = x * 2\nhandle = y.register_hook(clip)\ny.sum().backward()\nhandle.remove()\nhandle.remove()\npass\n"
    )
    trace = record(source)
    y, (hook,) = tensor(trace, "y").id, trace.hooks
    assert [at_line(trace, line, y) for line in range(7, 12)] == [
        [],
        [(hook, 0, False)],
        [(hook, 1, False)],
        [(hook, 1, True)],
        [(hook, 1, True)],
    ]


@pytest.mark.parametrize("made", ["x.exp()", "x * 2", "x.relu()", "x.view(-1)"])
def test_an_op_has_its_grad_fn_where_a_hook_comes_on_its_result_in_the_same_line(made: str) -> None:
    source = f"y = {made}; y.register_hook(lambda g: None)\n"
    bare, seen, trace = both_runs(HEAD + source)
    assert seen == bare
    y = tensor(trace, "y")
    assert y.made_by is not None
    assert trace.ops[y.made_by].grad_fn == y.grad_fn is not None


def test_a_hook_that_raises_has_no_call() -> None:
    trace = record(HEAD + "x.register_hook(lambda g: 1 / 0)\nx.sum().backward()\n")
    assert trace.error is not None
    assert (trace.error.type, trace.error.line) == ("ZeroDivisionError", 6)
    assert (len(trace.hooks), trace.hook_calls) == (1, ())


def test_nothing_is_left_in_the_place_of_what_registers_and_removes_hooks() -> None:
    names = ("register_hook", "register_post_accumulate_grad_hook")
    before = [getattr(torch.Tensor, name) for name in names], vars(torch.nn.Module).copy(), RemovableHandle.remove
    record(HEAD + ALIKE["removed while others are there"])
    after = [getattr(torch.Tensor, name) for name in names], vars(torch.nn.Module).copy(), RemovableHandle.remove
    assert after == before
