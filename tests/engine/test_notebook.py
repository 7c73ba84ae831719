"""Graphs of this very process: what PyTorch says of them, and what the recorder said of the same programs."""

import gc
import re
import subprocess
import sys
import threading
import warnings
import weakref
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from torch import nn

from gradviz.engine.ready import page, reach
from gradviz.engine.record.internals import gradfns
from gradviz.model.rules import LAWS, broken
from gradviz.model.trace import GradFn, Trace
from gradviz.notebook import Drawn, graph
from gradviz.picture.picture import Language
from gradviz.picture.record.record import Record
from gradviz.picture.texts.notices import notices
from gradviz.picture.words import WORDS
from tests.engine.recording import record

Leading = Counter[tuple[str, tuple[tuple[str | None, int], ...]]]


def leading(trace: Trace) -> Leading:
    """How often there is a grad_fn of a name that leads to those of some names."""
    return Counter((one.name, tuple((name_of(trace, to), at) for to, at in one.next)) for one in trace.grad_fns)


def name_of(trace: Trace, number: int | None) -> str | None:
    return None if number is None else trace.grad_fns[number].name


def torch_says(*roots: torch.Tensor) -> Leading:
    """The same, asked of PyTorch."""
    found: Leading = Counter()
    seen = {root.grad_fn for root in roots}
    todo = list(seen)
    while todo:
        node = todo.pop()
        assert node is not None
        edges = node.next_functions
        found[node.name(), tuple((None if to is None else to.name(), at) for to, at in edges)] += 1
        new = {to for to, _ in edges if to is not None} - seen
        seen |= new
        todo += new
    return Counter(
        {(plain(name), tuple((to and plain(to), at) for to, at in ways)): n for (name, ways), n in found.items()}
    )


def plain(name: str) -> str:
    return name.rpartition("::")[2]


def only(trace: Trace, name: str) -> GradFn:
    (found,) = (grad_fn for grad_fn in trace.grad_fns if grad_fn.name == name)
    return found


def names(drawn: Drawn) -> dict[str, tuple[int, ...]]:
    return {", ".join(tensor.names): tensor.shape for tensor in drawn.trace.tensors}


PROGRAMS = {
    "perceptron": """
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
x = torch.randn(5, 4)
loss = torch.nn.functional.cross_entropy(model(x), torch.tensor([0, 1, 2, 1, 0]))
""",
    "loop": """
cell = torch.nn.LSTMCell(3, 3)
h = c = torch.zeros(1, 3)
for _ in range(5):
    h, c = cell(torch.randn(1, 3), (h, c))
loss = h.sum()
""",
    "freed": "w = torch.randn(3, requires_grad=True)\nloss = (w * w).exp().sum()\nloss.backward()",
    "kept": "w = torch.randn(3, requires_grad=True)\nloss = (w * w).exp().sum()\nloss.backward(retain_graph=True)",
    "view in place": "a = torch.ones(2, 2, requires_grad=True)\nx = a * 2\nx[0].mul_(3)\nloss = x.sum()",
    "second order": "w = torch.tensor(3.0, requires_grad=True)\n"
    "(loss,) = torch.autograd.grad(w**3, w, create_graph=True)",
}


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_it_is_what_the_recorder_saw_and_what_torch_says(source: str) -> None:
    program = "import torch\ntorch.manual_seed(0)\n" + source
    bound: dict[str, object] = {}
    exec(program, bound)
    loss = bound["loss"]
    assert isinstance(loss, torch.Tensor)
    trace = graph(loss).trace
    assert list(broken(trace, LAWS)) == []
    assert leading(trace) == torch_says(loss)
    recorded = reached(record(program))
    assert Counter(map(kept, trace.grad_fns)) == Counter(map(kept, recorded))


def reached(trace: Trace) -> list[GradFn]:
    """The grad_fns of a run that its loss leads to."""
    (root,) = (tensor.grad_fn for tensor in trace.tensors if "loss" in tensor.names)
    assert root is not None
    found = {root}
    todo = [root]
    for number in todo:
        new = {to for to, _ in trace.grad_fns[number].next if to is not None} - found
        found |= new
        todo += new
    return [trace.grad_fns[number] for number in found]


def kept(grad_fn: GradFn) -> tuple[object, ...]:
    """What a grad_fn saved and was told, without numbers that are each run's own."""
    if grad_fn.name == "CopySlices":
        return grad_fn.name, len(grad_fn.next)  # the recorder finds out what is inside by the op
    saved = frozenset(
        (one.name, one.nbytes, one.version, one.state, one.shape) for one in grad_fn.saved if one.state == "kept"
    )
    freed = frozenset(one.name for one in grad_fn.saved if one.state == "freed")
    names = {one.name for one in grad_fn.saved}  # which of them are numbers of the program only the recorder knows
    told = tuple((name, setting) for name, setting in (grad_fn.settings or {}).items() if name not in names)
    return grad_fn.name, saved, freed, told


def test_leaves_are_called_what_the_person_says_then_the_module_then_the_caller() -> None:
    model = nn.Linear(2, 2)
    scale, other = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    y = model(torch.randn(3, 2)) * scale + other
    assert set(names(graph(y))) == {"y", "model.weight", "model.bias", "scale", "other"}
    assert set(names(graph(y, model=model))) == {"y", "weight", "bias", "scale", "other"}
    assert set(names(graph(y, model=model, names={"s": scale}))) == {"y", "weight", "bias", "s", "other"}


def test_a_tensor_has_every_name_that_a_module_has_for_it() -> None:
    model = nn.ModuleDict({"embed": nn.Linear(2, 2, bias=False), "head": nn.Linear(2, 2, bias=False)})
    model["head"].weight = model["embed"].weight
    y = model["head"](model["embed"](torch.randn(1, 2)))
    assert "embed.weight, head.weight" in names(graph(y, model=model))


def test_what_is_asked_for_is_called_by_its_place_where_it_has_no_name() -> None:
    w = torch.ones(2, requires_grad=True)
    drawn = graph({"loss": (w * w).sum(), "logits": [w.exp(), w.sin()]})
    assert set(names(drawn)) == {"w", "loss", "logits[0]", "logits[1]"}
    assert set(names(graph((w.exp(), None)))) == {"w", "outputs[0]"}
    assert set(names(graph(w.exp()))) == {"w", "output"}


class Losses(NamedTuple):
    """What a model returns, in fields."""

    loss: torch.Tensor
    steps: int


@dataclass
class Returned:
    """What another returns."""

    loss: torch.Tensor
    hidden: tuple[torch.Tensor, ...]
    cache: object = None


def test_what_a_model_returns_is_called_by_its_fields_and_what_is_no_tensor_is_passed_over() -> None:
    w = torch.ones(2, 2, requires_grad=True)
    assert set(names(graph(Losses(w.exp(), 3)))) == {"w", "loss"}
    assert set(names(graph(w.max(0)))) == {"w", "values", "indices"}
    drawn = graph(Returned(w.exp(), (w.sin(), w.cos()), cache=iter(())))
    assert set(names(drawn)) == {"w", "loss", "hidden[0]", "hidden[1]"}


def test_several_tensors_can_be_given_as_they_are() -> None:
    w = torch.ones(2, requires_grad=True)
    e = w.exp()
    assert leading(graph(e.sum(), e.sin()).trace) == torch_says(e.sum(), e.sin())
    assert set(names(graph(w.exp(), None, [w.sin()]))) == {"w", "outputs[0]", "outputs[2][0]"}


def test_a_list_that_holds_itself_is_looked_into_once() -> None:
    w = torch.ones(2, requires_grad=True)
    held: list[object] = [w.exp()]
    held.append(held)
    assert set(names(graph(held))) == {"w", "held[0]"}


class Trainer:
    """Holds a model and a tensor, as a class of a file that is imported."""

    def __init__(self) -> None:
        self.model = nn.Linear(2, 1, bias=False)
        self._scale = torch.ones(1, requires_grad=True)

    def step(self) -> Drawn:
        """Draw what its method sees."""
        return graph(self.model(torch.ones(1, 2)) * self._scale)


def test_what_a_method_sees_is_called_by_the_attributes_of_self() -> None:
    assert {"self.model.weight", "self._scale"} < set(names(Trainer().step()))


class Forgetful(nn.Module):
    """Has a weight that is no Parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.w = torch.ones(2, requires_grad=True)


def test_a_tensor_that_a_module_holds_as_a_mere_attribute_has_its_name() -> None:
    inner = Forgetful()
    model = nn.Sequential(inner)
    y = (inner.w * 2).sum()
    del inner
    assert set(names(graph(y, model=model))) == {"y", "0.w"}
    assert set(names(graph(y))) == {"y", "model.0.w"}


def unbound(_: object) -> type:
    """What a proxy says of its class, outside of what it stands for."""
    raise RuntimeError("outside of a request")


def test_a_variable_that_fails_when_it_is_asked_what_it_is_does_no_harm() -> None:
    request, w = type("Proxy", (), {"__class__": property(unbound)})(), torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="outside"):
        isinstance(request, torch.Tensor)
    assert set(names(graph(w.exp()))) == {"w", "output"}


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("theme='drak'", "theme is to be 'light' or 'dark', not 'drak'"),
        ("fold='all'", "fold is to be 'auto' or 'none'"),
        ("layout='dot'", "layout is to be 'layered' or 'graphviz'"),
        ("direction='RL'", "direction is to be 'TB' or 'LR'"),
        ("lang='de'", "lang is to be 'en' or 'ja'"),
        ("scale=-1", "scale is to be a number above 0, not -1"),
        ("scale=float('inf')", "scale is to be a number above 0, not inf"),
    ],
)
def test_an_option_that_there_is_not_is_refused(option: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        exec(f"graph(w, {option})", {"graph": graph, "w": torch.ones(2, requires_grad=True)})


def test_grads_flags_and_values_are_those_of_the_tensors() -> None:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    h = w * w
    h.retain_grad()
    loss = h.sum()
    torch.autograd.backward(loss, retain_graph=True)
    found = {", ".join(tensor.names): tensor for tensor in graph(loss).trace.tensors}
    assert found["w"].is_leaf
    assert not found["h"].is_leaf
    assert found["h"].retains_grad
    assert [found[name].grad for name in ("loss", "h", "w")] == [None, value(h.grad), value(w.grad)]
    assert found["loss"].value == value(loss)


def value(tensor: torch.Tensor | None) -> object:
    assert tensor is not None
    detached = tensor.detach()
    (found,) = (one for one in graph_of_one(detached).tensors)
    assert found.value is not None
    assert found.value.data == tuple(detached.flatten().tolist())
    return found.value


def graph_of_one(tensor: torch.Tensor) -> Trace:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return graph(tensor).trace


def test_without_values_none_is_read_and_a_grad_is_still_known_to_be_there() -> None:
    w = torch.ones(2, requires_grad=True)
    torch.autograd.backward((w * w).sum())
    tensors = graph(w.exp(), values=False).trace.tensors
    assert all(tensor.value is None for tensor in tensors)
    (leaf,) = (tensor for tensor in tensors if tensor.is_leaf)
    assert leaf.grad is not None
    assert leaf.grad.data is None


def test_a_very_large_tensor_is_not_read() -> None:
    w = torch.ones(1 << 21, requires_grad=True)
    (leaf,) = (tensor for tensor in graph((w * 2).sum()).trace.tensors if tensor.is_leaf)
    assert leaf.value is None


def test_nothing_is_changed_and_nothing_kept() -> None:
    def program() -> tuple[Drawn, weakref.ref[torch.UntypedStorage], int]:
        model = nn.Sequential(nn.Linear(3, 3), nn.Tanh())
        y = model(torch.randn(2, 3))
        loss = y.exp().sum()
        before = state(loss, y, *model.parameters())
        drawn = graph(loss)
        assert state(loss, y, *model.parameters()) == before
        assert loss.grad_fn is not None
        assert loss.grad_fn.metadata == {}
        assert weakref.getweakrefs(loss) == []
        held = weakref.ref(y.untyped_storage())
        del y, loss
        return drawn, held, 0 if held() is None else 1

    drawn, held, while_it_ran = program()
    assert while_it_ran == 0  # neither by a record nor by the frame
    gc.collect()
    assert held() is None
    assert drawn.trace.grad_fns


def state(*tensors: torch.Tensor) -> tuple[object, ...]:
    random = torch.random.get_rng_state().tolist()
    own = [(one._version, one.requires_grad, one.retains_grad) for one in tensors]
    return own, random, torch.is_grad_enabled(), gradfns.next_number()


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_it_can_be_asked_for_in_any_grad_mode(mode: Callable[[], torch.no_grad]) -> None:
    w = torch.ones(2, requires_grad=True)
    y = (w * w).sum()
    with mode():
        assert leading(graph(y).trace) == torch_says(y)


def test_it_can_be_asked_for_in_a_thread() -> None:
    w = torch.ones(2, requires_grad=True)
    y, found = (w * w).sum(), list[Drawn]()
    thread = threading.Thread(target=lambda: found.append(graph(y)))
    thread.start()
    thread.join()
    assert leading(found[0].trace) == torch_says(y)


def test_a_leaf_has_an_accumulator_alone() -> None:
    w = torch.ones(2, requires_grad=True)
    (sink,) = graph(w).trace.grad_fns
    assert (sink.name, sink.variable) == ("AccumulateGrad", 0)


def test_where_there_is_no_grad_fn_it_says_why() -> None:
    w = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = w * 2
        with pytest.warns(UserWarning, match="the grad mode is no_grad here"):
            drawn = graph(y)
    assert ">y<" in drawn._repr_svg_()
    with pytest.warns(UserWarning, match="requires_grad is False"):
        graph(y)
    with pytest.warns(UserWarning, match="記録しません"), torch.no_grad():
        graph(y, lang="ja")
    with torch.inference_mode():
        y = w * 2
        with pytest.warns(UserWarning, match="made in inference_mode"):
            graph(y)


def test_what_backward_will_refuse_is_foretold() -> None:
    w = torch.ones(2, requires_grad=True)
    e = w.exp()
    loss = e.sum()
    e.add_(1)
    with pytest.warns(UserWarning, match=r"backward\(\) will fail at ExpBackward0: it saved .* version 0.* version 1"):
        assert "changed since" in graph(loss)._repr_svg_()
    with pytest.raises(RuntimeError, match="inplace"):
        torch.autograd.backward(loss)


def test_what_a_hook_packed_is_not_unpacked() -> None:
    w, unpacked = torch.ones(2, requires_grad=True), list[torch.Tensor]()

    def unpack(one: torch.Tensor) -> torch.Tensor:
        unpacked.append(one)
        return one

    with torch.autograd.graph.saved_tensors_hooks(lambda one: one, unpack):
        y = w.exp()
    assert [one.state for one in only(graph(y).trace, "ExpBackward0").saved] == ["packed"]
    assert unpacked == []


def drawn_by(program: str) -> Drawn:
    """What a program in a text, which need not be typed, draws as `drawn`."""
    bound: dict[str, object] = {}
    exec("import torch\nfrom torch import nn\nfrom gradviz.notebook import graph\n" + program, bound)
    drawn = bound["drawn"]
    assert isinstance(drawn, Drawn)
    return drawn


HOOKS = """
def clip(gradient):
    return gradient.clamp(-1, 1)

class Log:
    def __call__(self, gradient):
        pass

w = torch.ones(2, requires_grad=True)
for _ in range({0}):
    w.register_hook(clip)
w.register_post_accumulate_grad_hook(lambda _: None)
h = w.exp()
h.register_hook(Log())
drawn = graph(h.sum())
"""


def test_hooks_on_tensors_are_told_by_their_functions() -> None:
    drawn = drawn_by(HOOKS.format(1))
    tensors = drawn.trace.tensors
    told = [(tensors[hook.tensor or 0].names, hook.how, hook.function) for hook in drawn.trace.hooks]
    assert sorted(told) == [
        (("h",), "register_hook", "Log"),
        (("w",), "register_hook", "clip"),
        (("w",), "register_post_accumulate_grad_hook", "<lambda>"),
    ]
    text = drawn._repr_svg_()
    for each in ("register_hook(clip)", "register_hook(Log)", "register_post_accumulate_grad_hook(&lt;lambda&gt;)"):
        assert f">{each}<" in text


def test_of_very_many_hooks_the_first_are_told() -> None:
    text = drawn_by(HOOKS.format(6))._repr_svg_()
    assert text.count(">register_hook(clip)<") == 4
    assert ">+3 more<" in text


SETTINGS = """
class Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor, ctx.on, ctx.rest = factor, None, object()
        return x * factor

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.factor, None

x = torch.ones(1, 3, 4, 4, requires_grad=True)
y = nn.functional.conv2d(x, torch.ones(2, 3, 3, 3), padding=1)
y = nn.functional.leaky_relu(y, 0.2).mean((2, 3), keepdim=True)[0]
drawn = graph(Scaled.apply(y * 2, 0.5))
"""


def test_what_a_grad_fn_was_told_stands_in_its_box() -> None:
    text = drawn_by(SETTINGS)._repr_svg_()
    for told in ("padding=(1, 1)", "negative_slope=0.2", "dim=(2, 3), keepdim=True", "dim=0, index=0", "other=2"):
        assert f">{told}<" in text
    assert ">factor=0.5<" in text
    assert "groups=" not in text
    assert "sym_sizes=" not in text


class Weight(nn.Parameter):
    """A parameter of a class of its own."""


class Wrapper(nn.Module):
    """Holds a model as DistributedDataParallel does."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run it."""
        out: torch.Tensor = self.module(x)
        return out


def test_wrapped_modules_and_parameters_of_a_class_of_their_own() -> None:
    inner = nn.Linear(3, 2)
    inner.weight = Weight(torch.randn(2, 3))
    model = Wrapper(inner)
    y = model(torch.randn(1, 3)).sum()
    drawn = graph(y, model=model)
    assert leading(drawn.trace) == torch_says(y)
    assert {"module.weight", "module.bias"} < set(names(drawn))


def test_a_function_of_ones_own_and_a_compiled_module() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
    y = torch.compile(model, backend="aot_eager")(torch.randn(2, 3)).sum()
    trace = graph(y).trace
    assert leading(trace) == torch_says(y)
    assert only(trace, "CompiledFunctionBackward").saved


def test_in_vmap_it_is_the_graph_of_all_examples() -> None:
    """The wrappers that a mapped function sees have no grad_fn; what is in them has."""
    w, found = torch.ones(3, requires_grad=True), list[Drawn]()

    def loss(x: torch.Tensor) -> torch.Tensor:
        y = (x * w).sum()
        found.append(graph(y))
        return y

    y = torch.func.vmap(loss)(torch.randn(4, 3))
    assert leading(found[0].trace) == torch_says(y)
    assert names(found[0])["y"] == (4,)
    torch.func.grad(lambda x: torch.func.vmap(loss)(x).sum())(torch.randn(4, 3))
    assert set(names(found[1])) == {"x", "y"}  # that of this transform
    torch.func.grad(loss)(torch.randn(3))
    assert only(found[2].trace, "MulBackward0")


def test_tensors_without_memory() -> None:
    model = nn.Linear(3, 4, device="meta")
    y = model(torch.randn(2, 3, device="meta")).sum()
    assert leading(graph(y).trace) == torch_says(y)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (1.5, "float has no grad_fn: .*item()"),
        (nn.Linear(1, 1), r"Linear is a module; .*graph\(model\(x\), model=model\)"),
        ("loss", "takes a tensor, or a list, tuple, dict or dataclass of tensors, not str"),
        ([], "there is no tensor in what was given"),
    ],
)
def test_what_is_no_tensor_is_refused(given: object, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        graph(given)


def test_a_model_and_its_input_are_not_run() -> None:
    with pytest.raises(TypeError, match=r"Linear is a module; .*graph\(model\(x\), model=model\)"):
        graph(nn.Linear(1, 1), torch.ones(1))
    with pytest.raises(TypeError, match="there is no tensor"):
        graph()


def test_what_is_no_module_and_no_name_of_a_tensor_is_refused() -> None:
    w = torch.ones(2, requires_grad=True)
    with pytest.raises(TypeError, match=r"model is to be a torch\.nn\.Module, not Tensor"):
        graph(w.exp(), model=w)
    with pytest.raises(TypeError, match="x is given to int"):
        graph(w.exp(), names={"x": 3})


def test_of_more_than_are_looked_at_the_nearest_are_read() -> None:
    w = torch.ones(2, requires_grad=True)
    y = w.exp().sin().cos()
    found = reach.reached([y.grad_fn], 2)
    assert [gradfns.node_name(node) for node in found.edges] == ["ExpBackward0", "SinBackward0", "CosBackward0"]
    assert list(map(len, found.edges.values())) == [0, 1, 1]  # where the furthest leads is not looked at
    assert [gradfns.node_name(node) for node in found.unread] == ["ExpBackward0"]
    assert not reach.reached([y.grad_fn], 4).unread


def test_where_it_was_cut_off_it_leads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The furthest does not look like one that leads nowhere."""
    w = torch.ones(2, requires_grad=True)
    y = w.exp().sin().cos()
    monkeypatch.setattr(page, "reached", lambda roots: reach.reached(roots, 2))
    with pytest.warns(UserWarning, match="more than"):
        drawn = graph(y)
    assert [one.origin for one in drawn.trace.grad_fns] == ["unread", "unseen", "unseen"]
    assert drawn._repr_svg_().count(">its next_functions were not read<") == 1
    for _ in range(200):
        y = y.sin().cos()
    monkeypatch.setattr(page, "reached", lambda roots: reach.reached(roots, 400))
    with pytest.warns(UserWarning, match="more than"):
        text = graph(y)._repr_svg_()
    assert ">× " in text
    assert text.count(">its next_functions were not read<") == 1
    monkeypatch.undo()
    assert "not read" not in graph(y)._repr_svg_()


def test_that_not_all_was_read_is_said() -> None:
    w = torch.ones(2, requires_grad=True)
    assert "more than 20,000 grad_fns" in next(notices(Record(graph(w.exp()).trace), "en", 20_000))


def test_a_sparse_tensor_has_no_storage_to_be_known_by() -> None:
    w = torch.ones(2, 2, requires_grad=True)
    y = torch.sparse.mm(torch.eye(2).to_sparse(), w)
    trace = graph(y).trace
    assert list(broken(trace, LAWS)) == []
    (saved,) = only(trace, "SparseAddmmBackward0").saved
    assert (saved.shape, saved.state) == ((2, 2), "kept")


CHAIN = """
import torch, warnings
from gradviz.notebook import graph
y = torch.ones((), requires_grad=True)
for _ in range(100_000):
    y = y + 1
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    drawn = graph(y)
assert "more than 20,000 grad_fns" in str(told[0].message), told
del y
assert len(drawn.trace.grad_fns) == 20_001
assert "×" in drawn._repr_svg_()
"""


@pytest.mark.slow
def test_a_chain_of_100_000_is_freed_as_before() -> None:
    """In a process of its own: were it not so, that would end in a signal."""
    assert subprocess.run([sys.executable, "-c", CHAIN], check=False, timeout=120).returncode == 0


def test_it_can_be_saved_in_every_form(tmp_path: Path) -> None:
    w = torch.ones(2, requires_grad=True)
    drawn = graph((w * w).sum())
    beginnings = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"//", "json": b'{\n"schema": 1'}
    for form, beginning in beginnings.items():
        drawn.save(tmp_path / f"loss.{form}")
        assert (tmp_path / f"loss.{form}").read_bytes().startswith(beginning)
    with pytest.raises(ValueError, match=r"loss\.txt ends in none of \.svg, \.png"):
        drawn.save(tmp_path / "loss.txt")
    assert not (tmp_path / "loss.txt").exists()


def test_a_notebook_that_shows_no_svg_is_given_a_png_and_only_when_it_asks() -> None:
    w = torch.ones(2, requires_grad=True)
    drawn = graph((w * w).sum())
    assert drawn._repr_mimebundle_() == {}
    assert drawn._repr_mimebundle_(include=["text/plain"]) == {}
    (png,) = drawn._repr_mimebundle_(include=["image/png"], exclude=None).values()
    assert b64decode(png).startswith(b"\x89PNG")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_saved_view_is_told_by_what_it_is_a_view_of(lang: Language) -> None:
    """A linear layer saves its weight transposed."""
    model = nn.Linear(3, 2)
    y = model(torch.randn(4, 3, requires_grad=True)).sum()
    drawn = graph(y, model=model, lang=lang)
    assert list(broken(drawn.trace, LAWS)) == []
    (saved,) = (one for one in only(drawn.trace, "AddmmBackward0").saved if one.name == "mat2")
    assert saved.tensor is not None
    view = drawn.trace.tensors[saved.tensor]
    assert (view.shape, view.value, view.base) == ((3, 2), None, only_named(drawn.trace, "weight"))
    assert f"mat2 = {WORDS[lang].view_of.format('weight')} · 24 B" in drawn._repr_svg_()
    assert view.names == ()


def only_named(trace: Trace, name: str) -> int:
    (found,) = (tensor.id for tensor in trace.tensors if tensor.names == (name,))
    return found


def test_of_many_results_the_first_shapes_are_told() -> None:
    w = torch.ones(5, 3, requires_grad=True)
    text = graph(w.unbind()[0].sum())._repr_svg_()
    assert "(3,) (3,) (3,) +2 more" in text


def test_of_very_many_results_the_first_are_told() -> None:
    w = torch.ones(1000, 3, requires_grad=True)
    text = graph(w.unbind())._repr_svg_()
    assert "outputs[7] · [1., 1., 1.] · float32 · (3,)" in text
    assert "outputs[8]" not in text
    assert "+992 more" in text


def test_the_example_of_the_readme_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(example, {})
    assert ">0.weight<" in (tmp_path / "loss.svg").read_text()


def test_the_picture_of_the_readme_is_what_its_example_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = Path(__file__).parents[2]
    (example,) = re.findall(r"```python\n(.*?)```", (top / "README.md").read_text(), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    example = example.replace("graph(loss)", "drawn = graph(loss)", 1)
    bound: dict[str, object] = {}
    exec("import torch\ntorch.manual_seed(0)\n" + example, bound)
    drawn = bound["drawn"]
    assert isinstance(drawn, Drawn)
    assert texts(drawn._repr_svg_()) == texts((top / "docs" / "notebook.svg").read_text())


def texts(picture: str) -> list[str]:
    """What a picture reads, whatever numbers this machine draws at random."""
    return [re.sub(r"-?\d+\.\d+", "number", text) for text in re.findall(r"<text[^>]*>([^<]*)<", picture)]


def test_the_picture_says_what_the_graph_is() -> None:
    w = torch.ones(2, 3, requires_grad=True)
    h = w * w
    h.retain_grad()
    loss = h.softmax(1).sum()
    torch.autograd.backward(loss, retain_graph=True)
    text = graph(loss)._repr_svg_()
    for told in ("MulBackward0", "float32 · (2, 3)", "loss · 2.0 · float32 · ()", "AccumulateGrad", ".grad", "dim = 1"):
        assert told in text
    assert (
        repr(graph(loss)).partition(";")[0]
        == "<graph of 3 grad_fns, 1 leaf that requires grad, 48 B saved for backward"
    )
