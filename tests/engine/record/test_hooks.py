"""The hooks of a program as they are recorded, against what the program itself sees of them."""

import ast
import weakref

import pytest
import torch
from torch.utils.hooks import RemovableHandle

from gradviz.engine.record.program.modules import LASTING, PASSING, Modules
from gradviz.model.moments.accumulated import meeting
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
    "a grad_fn, before and after it": """\
def first(gave):
    print(gave[0].tolist(), (gave[0] + 1).tolist())
    return (gave[0] + 1,)
def say(given, gave):
    print(given[0].tolist(), (given[0] * 2).tolist())
    return (given[0] * 2,)
y = x.exp()
y.grad_fn.register_hook(say)
y.grad_fn.register_prehook(first)
sink = y.grad_fn.next_functions[0][0]
sink.register_prehook(first)
for _ in range(2):
    y.sum().backward(retain_graph=True)
""",
    "a grad_fn of the program's own": """\
class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, gave):
        return gave * 2
def say(given, gave):
    before = given[0].tolist()
    given[0].mul_(3)
    print(before, given[0].tolist())
Twice.apply(x).grad_fn.register_hook(lambda given, gave: None)
y = Twice.apply(x)
y.grad_fn.register_hook(say)
(y * y).sum().backward()
""",
    "a grad_fn while backward goes on": """\
def say(gave):
    print(gave[0].tolist(), (gave[0] * 2).tolist())
    return (gave[0] * 2,)
y = x.exp()
z = y.sin()
z.register_hook(lambda g: y.grad_fn.register_prehook(say) and None)
z.sum().backward()
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
    said = {hook.id for hook in trace.hooks if hook.function != "<lambda>"}
    calls = [call for call in trace.hook_calls if call.hook in said]
    assert [(plain(call.before), plain(call.after)) for call in calls] == [
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
    "on a grad_fn, in the order of torch": """\
def say(what, change=None):
    def hook(*given):
        print(what, given, torch._C._current_autograd_node().name())
        return change(given) if change else None
    return hook
y = x * x
fn, sink = y.grad_fn, torch.autograd.graph.get_gradient_edge(x).node
y.register_hook(say("tensor"))
fn.register_hook(say("after", lambda given: (given[0][0] * 2, None)))
fn.register_prehook(say("before", lambda given: (given[0][0] + 1,)))
fn.register_hook(say("last"))
fn.register_prehook(say("second"))
y.retain_grad()
x.register_hook(say("leaf"))
sink.register_hook(say("added"))
sink.register_prehook(say("sink", lambda given: (given[0][0] * 10,)))
x.register_post_accumulate_grad_hook(say("grad"))
for _ in range(2):
    y.sum().backward(retain_graph=True)
print(y.grad, x.grad)
""",
    "on a grad_fn, and refused": """\
pairs = [lambda *gs: gs[0][0], lambda *gs: (), lambda *gs: (1, 2), lambda *gs: (None, None), lambda *gs: 1 / 0, 5, clip]
for hook in [*pairs, lambda i: None, lambda i, o: (i[0][0], i[1])]:
    for how in ("register_hook", "register_prehook"):
        y = x * x
        getattr(y.grad_fn, how)(hook)
        try:
            y.sum().backward()
        except Exception as error:
            print(type(error), error)
        print(x.grad)
try:
    y.grad_fn.register_hook()
except TypeError as error:
    print(error)
""",
    "on a grad_fn, and removed": """\
y = x * x
one = y.grad_fn.register_hook(lambda i, o: (i[0] * 2, i[1]))
two = y.grad_fn.register_hook(lambda i, o: (i[0] * 3, i[1]))
print(two.id - one.id, one.hooks_dict_ref() is two.hooks_dict_ref())
one.remove()
one.remove()
y.sum().backward(retain_graph=True)
with y.grad_fn.register_prehook(lambda o: (o[0] * 7,)):
    y.sum().backward(retain_graph=True)
y.sum().backward(retain_graph=True)
two.remove()
def once(i, o):
    three.remove()
    return i[0] + 1, i[1]
three = y.grad_fn.register_hook(once)
y.sum().backward(retain_graph=True)
y.sum().backward()
print(x.grad, three.hooks_dict_ref())
""",
    "on a grad_fn, put there by another": """\
y = x * x
z = y.sin()
def put(i, o):
    y.grad_fn.register_prehook(lambda o: print("late", o) or (o[0] * 2,))
    y.grad_fn.register_hook(lambda i, o: print("later", i, o) or (i[0] * 5, i[1]))
z.grad_fn.register_hook(put)
z.sum().backward(retain_graph=True)
z.sum().backward()
print(x.grad)
""",
    "on a grad_fn, with a backward of its own": """\
y = x.max()
z = y * 3
def inner(i, o):
    with torch.enable_grad():
        w = torch.ones(2, requires_grad=True)
        v = w.prod()
        v.grad_fn.register_hook(lambda i, o: print("inner", i, o))
        (v * w.max()).backward()
    print(i, o, w.grad, torch.is_grad_enabled())
    return tuple(g * w.grad[0] for g in i)
y.grad_fn.register_hook(inner)
z.backward()
print(x.grad)
""",
    "on the grad_fn of a gradient": """\
y = x ** 3
y.grad_fn.register_hook(lambda i, o: (i[0] * 2, *i[1:]))
(g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
g.grad_fn.register_prehook(lambda o: (o[0] + 1,))
g.sum().backward()
print(g, x.grad)
""",
    "on a grad_fn of a view that was changed": """\
y = x * 2
y[0].mul_(3)
y.grad_fn.register_hook(lambda i, o: print(i, o))
y.grad_fn.register_prehook(lambda o: (o[0] * 2,))
y.sum().backward()
print(x.grad)
""",
    "on a grad_fn, changing what they are given": """\
y = x * 2
y.grad_fn.register_hook(lambda i, o: tuple(None if g is None else g.mul_(2) for g in i))
y.grad_fn.register_prehook(lambda o: o[0].add_(1) is None or None)
(y * y).sum().backward()
print(x.grad, x.grad._version)
""",
    "on a grad_fn, by way of others": """\
import threading
y = x * x
def work():
    y.grad_fn.register_hook(lambda i, o: (i[0] * 2, i[1]))
    y.sum().backward(retain_graph=True)
double = lambda o: (o[0] * 2,)
for target, given in ((work, ()), (y.grad_fn.register_prehook, (double,))):
    thread = threading.Thread(target=target, args=given)
    thread.start()
    thread.join()
list(map(y.grad_fn.register_prehook, [double, double]))
y.sum().backward()
print(x.grad)
""",
    "on a grad_fn, kept alive by nobody": """\
class Hook:
    def __call__(self, i, o):
        return None
hook, y = Hook(), x * 2
dead = weakref.ref(hook), y.grad_fn.register_hook(hook).hooks_dict_ref
handle = y.grad_fn.register_prehook(hook)
del hook
print([one() is None for one in dead])
del y
gc.collect()
print([one() is None for one in dead])
handle.remove()
""",
    "on a grad_fn, looked for": """\
class Odd:
    __hash__ = None
    def __call__(self, i, o):
        return i
    def __repr__(self):
        return "odd"
    def __eq__(self, other):
        return isinstance(other, Odd)
y = x * x
held = y.grad_fn.register_hook(Odd()).hooks_dict_ref()
print(type(held), list(held.values()) == [Odd()], list(held.values()))
""",
    "of a module, as torch had them once": """\
net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU())
def old(net, given, gave):
    print(type(net), given, gave)
    return tuple(None if g is None else g * 2 for g in given)
handle = net[0].register_backward_hook(old)
twin = copy.deepcopy(net)
net(x[None]).sum().backward()
twin(x[None]).sum().backward()
handle.remove()
net(x[None]).sum().backward()
print(x.grad)
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


def test_a_hook_on_a_grad_fn_is_told_with_that_and_what_registered_it() -> None:
    source = (
        "y = x.exp()\ny.grad_fn.register_hook(clip)\nput = y.grad_fn.register_prehook\nput(clip)\n"
        "y.grad_fn.next_functions[0][0].register_hook(clip)\n(y * 2).sum().backward()\n"
        "z = x.sin()\nhandle = z.grad_fn.register_prehook(clip)\nw = torch.ones(2, requires_grad=True)\n"
        "sink = torch.autograd.graph.get_gradient_edge(w).node\nsink.register_prehook(clip)\nhandle.remove()\n"
        "v = x.cos()\nv.grad_fn.register_hook(clip)\ndel v\n"
    )
    trace = record(HEAD + source.replace("clip", "(lambda *given: None)"))
    on = [None if hook.grad_fn is None else trace.grad_fns[hook.grad_fn] for hook in trace.hooks]
    told = [(hook.line, hook.how, one and one.name) for hook, one in zip(trace.hooks, on, strict=True)]
    assert told == [
        *((7, "register_hook", "ExpBackward0"), (9, "register_prehook", "ExpBackward0")),
        (10, "register_hook", "AccumulateGrad"),
        *((13, "register_prehook", "SinBackward0"), (16, "register_prehook", "AccumulateGrad")),
        (19, "_register_hook", None),  # gone before backward or the end of the run came to it
    ]
    assert on[4] is not None
    assert trace.tensors[on[4].variable or 0].names == ("w",)
    assert [(hook.tensor, hook.module) for hook in trace.hooks] == [(None, None)] * 6
    assert [hook.removed is None for hook in trace.hooks] == [True, True, True, False, True, True]
    assert [(call.hook, call.grad_fn) for call in trace.hook_calls] == [
        (one, trace.hooks[one].grad_fn) for one in (1, 0, 2)
    ]


def test_a_step_of_backward_is_given_what_hooks_have_made_of_it_even_while_it_goes_on() -> None:
    source = "y = x.exp()\nz = y.sin()\nz.register_hook(lambda g: y.grad_fn.{} and None)\nz.sum().backward()\n"
    for put, is_before in (
        ("register_prehook(lambda o: (o[0] * 0,))", True),
        ("register_hook(lambda *_: (x * 0,))", False),
    ):
        trace = record(HEAD + source.format(put))
        step = next(step for step in trace.steps if step.grad_fn == grad_fn(trace, "ExpBackward0").id and step.arrived)
        assert any(plain(step.arrived) or ()) is not is_before
        assert not any(plain(step.left) or ())


class Taken:
    """Takes the paths of a module."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def __call__(self, path: str) -> None:
        self.paths.append(path)


def test_who_awaits_the_path_of_a_module_goes_with_the_hook_and_with_the_module() -> None:
    modules, module, removed, kept = Modules(lambda _: None), torch.nn.ReLU(), Taken(), Taken()
    end = modules.await_path(module, removed)
    modules.await_path(module, kept)
    modules.bind("relu", module, PASSING)
    end()
    modules.bind("net", module, LASTING)
    assert (removed.paths, kept.paths) == (["relu"], ["relu", "net"])
    alive = weakref.ref(kept)
    del kept, module, end
    assert alive() is None


REMOVED = """\
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(2, 2)
        self.fc.register_forward_hook(lambda *_: None).remove()
        self.fc.register_forward_hook(lambda *_: None)
net = Net()
"""


def test_a_hook_that_a_constructor_removes_takes_no_path() -> None:
    removed, kept = record(HEAD + REMOVED).hooks
    assert (removed.module, removed.removed is None) == ("Linear", False)
    assert (kept.module, kept.removed is None) == ("net.fc", True)


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


@pytest.mark.parametrize("put", ["x.register_hook(torch.zeros_like)", "sink.register_prehook(lambda o: (o[0] * 0,))"])
def test_gradients_that_met_are_added_up_before_a_hook_is_given_their_sum(put: str) -> None:
    source = f"sink = torch.autograd.graph.get_gradient_edge(x).node\n{put}\n(x * 2 + x * 3).sum().backward()\n"
    trace = record(HEAD + source)
    met = meeting(History(trace).end, grad_fn(trace, "AccumulateGrad"))
    assert met is not None
    assert ([plain((part.value,)) for part in met.parts], plain((met.total,))) == ([[3.0, 3.0], [2.0, 2.0]], [5.0, 5.0])


def test_a_hook_that_raises_has_no_call() -> None:
    trace = record(HEAD + "x.register_hook(lambda g: 1 / 0)\nx.sum().backward()\n")
    assert trace.error is not None
    assert (trace.error.type, trace.error.line) == ("ZeroDivisionError", 6)
    assert (len(trace.hooks), trace.hook_calls) == (1, ())


def test_nothing_is_left_in_the_place_of_what_registers_and_removes_hooks() -> None:
    def there() -> list[object]:
        own = [vars(one).copy() for one in (torch.Tensor, torch.nn.Module, *torch.autograd.Function.__mro__)]
        return [*own, RemovableHandle.remove]

    before = there()
    for name in ("removed while others are there", "on a grad_fn, and removed"):
        record(HEAD + ALIKE[name])
    assert there() == before
