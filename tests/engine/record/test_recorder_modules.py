"""An op knows the module whose forward it runs in, by its path in the program."""

import pytest
import torch

from gradviz.drawing.content.titles import op_title
from gradviz.model.graph.build import build
from gradviz.model.moments.held import bindings
from gradviz.model.trace import Trace
from gradviz.picture.stage.parts import module_rows
from tests.engine.bare import both_runs
from tests.engine.recording import record, tensor

NET = """\
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x):
        return helper(self.linear(x)) + x

def helper(x):
    return x.relu()

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(Block(), Block())
        self.head = nn.Linear(2, 1)

    def forward(self, x):
        return self.head(self.layers(x)).sum()

data = torch.ones(3, 2)
model = Net()
out = model(data)
z = out * 2
z.backward()
"""


def _modules(trace: Trace, name: str) -> list[str | None]:
    return [op.module for op in trace.ops if op.phase == "forward" and op.name.startswith(f"aten::{name}.")]


def test_what_a_call_of_a_model_leads_to_is_titled_by_its_module() -> None:
    net = "nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Sequential(nn.Linear(2, 1)))"
    trace = record(
        f"import torch\nfrom torch import nn\nnet = {net}\nx = torch.ones(3, 2)\ny = net(x)\nz = net[0](y * x)\n"
    )
    titles = [op_title(op) for op in trace.ops if op.phase == "forward" and op.line in (5, 6)]
    assert [title for title in titles if title.startswith(("addmm", "relu", "mul"))] == [
        *("addmm · net.0", "relu · net.1", "addmm · net.2.0", "mul · y * x", "addmm · net[0](y * x)")
    ]
    assert {op.call for op in trace.ops if op.line == 5} == {"net(x)"}


def test_what_a_loop_goes_through_is_told_without_the_body_of_the_loop() -> None:
    head = "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\nx = TensorDataset(torch.ones(4, 2))\n"
    loops = "for i, (row,) in enumerate(\n    DataLoader(x, 2)\n):\n    y = row * 2\n    z = y + 1\n"
    trace = record(f"{head}{loops}for row in torch.ones(2, 2): y = row - 1\n")
    stacked, unbound = (
        {op.call for op in trace.ops if op.name.startswith(name)} for name in ("aten::stack", "aten::unbind")
    )
    # Python 3.11 knows of the whole statement alone, later ones of what is gone through.
    assert stacked <= {"for i, (row,) in enumerate( DataLoader(x, 2) )", "enumerate( DataLoader(x, 2) )"}
    assert unbound <= {"for row in torch.ones(2, 2)", "torch.ones(2, 2)"}
    assert (len(stacked), len(unbound)) == (1, 1)


def test_the_path_of_the_innermost_module() -> None:
    trace = record(NET)
    assert _modules(trace, "addmm") == ["model.layers.0.linear", "model.layers.1.linear", "model.head"]
    assert _modules(trace, "relu") == ["model.layers.0", "model.layers.1"]
    assert _modules(trace, "add") == ["model.layers.0", "model.layers.1"]
    assert _modules(trace, "sum") == ["model"]
    assert _modules(trace, "mul") == [None]


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("y = torch.nn.Linear(2, 1)(x)", "Linear"),
        ("def f():\n    net = torch.nn.Linear(2, 1)\n    return net(x)\ny = f()", "net"),
        ("m = torch.nn.Sequential()\nm.append(torch.nn.Linear(2, 1))\ny = m(x)", "m.0"),
        ("a = torch.nn.Linear(2, 1)\nb = a\ny = b(x)", "a"),
        ("ms = torch.nn.ModuleList([torch.nn.Linear(2, 1)])\ny = ms[0](x)", "ms.0"),
        ("m = torch.nn.Linear(2, 1)\ny = torch.func.functional_call(m, dict(m.named_parameters()), x)", "m"),
    ],
)
def test_the_name_of_a_module(source: str, path: str) -> None:
    assert _modules(record(f"import torch\nx = torch.ones(1, 2)\n{source}\n"), "addmm") == [path]


def test_the_class_of_each_module_is_told_once() -> None:
    trace = record(NET)
    assert [tuple(module) for module in trace.modules] == [
        ("model", "Net"),
        ("model.layers", "Sequential"),
        ("model.layers.0", "Block"),
        ("model.layers.0.linear", "Linear"),
        ("model.layers.1", "Block"),
        ("model.layers.1.linear", "Linear"),
        ("model.head", "Linear"),
    ]


def test_a_name_may_come_with_several_classes() -> None:
    source = "import torch\nfor kind in (torch.nn.ReLU, torch.nn.Tanh, torch.nn.ReLU):\n    m = kind()\n"
    assert [tuple(module) for module in record(source).modules] == [("m", "ReLU"), ("m", "Tanh")]


def test_the_class_of_an_optimizer_is_told_too() -> None:
    source = "import torch\nw = torch.ones(2, requires_grad=True)\nopt = torch.optim.Adam([w])\nx = 1\nopt = opt\n"
    assert [tuple(module) for module in record(source).modules] == [("opt", "Adam")]


def test_a_class_that_lies_about_its_name_runs_no_code_of_its_own() -> None:
    source = """\
import torch

class Liar(type(torch.nn.Module)):
    @property
    def __name__(cls):
        print("asked")
        return 5

class Net(torch.nn.Module, metaclass=Liar):
    pass

net = Net()
"""
    trace = record(source)
    assert [tuple(module) for module in trace.modules] == [("net", "Net")]
    assert not trace.output


def test_a_program_of_modules_runs_as_it_would_alone() -> None:
    bare, recorded, _ = both_runs(NET)
    assert recorded == bare


OF_ITS_OWN = """\
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(2, 2)
    def named_modules(self, *given, **named):
        print("named_modules")
        return super().named_modules(*given, **named)
    def modules(self):
        print("modules")
        return super().modules()
    def named_parameters(self, *given, **named):
        print("named_parameters")
        return super().named_parameters(*given, **named)
    def parameters(self, recurse=True):
        print("parameters")
        return super().parameters(recurse)
m = Net()
m.b = Net()
m.b = torch.nn.Linear(2, 2)
m.b(torch.ones(2)).sum().backward()
print("done")
"""
ITSELF = "import torch\nm = torch.nn.ReLU()\nm.me = m\nm.weight = torch.nn.Parameter(torch.ones(1))\nprint('done')\n"
NOT_YET = "import torch\nm = torch.nn.Linear.__new__(torch.nn.Linear)\nprint('done')\n"


@pytest.mark.parametrize("source", [OF_ITS_OWN, ITSELF, NOT_YET])
def test_modules_are_named_without_the_code_of_their_own_and_whatever_they_hold(source: str) -> None:
    bare, recorded, _ = both_runs(source)
    assert recorded == bare
    assert bare.printed == "done\n"


def test_no_module_is_kept_alive() -> None:
    source = """\
import torch, weakref
m = torch.nn.Linear(1, 1)
m(torch.ones(1))
r = weakref.ref(m)
del m
print(r())
"""
    assert record(source).output[0].text == "None\n"


def test_a_weight_that_is_tied_has_the_name_of_each_module_that_holds_it_and_counts_in_each() -> None:
    source = """\
import torch
class Tied(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.head = torch.nn.Embedding(5, 3), torch.nn.Linear(3, 5)
        self.head.weight = self.embed.weight
    def forward(self, x):
        return self.head(self.embed(x))
net = Tied()
net(torch.tensor([1])).sum().backward()
"""
    trace = record(source)
    bare: dict[str, object] = {}
    exec(source, bare)
    net = bare["net"]
    assert isinstance(net, torch.nn.Module)
    named = ((name, one.id) for one in trace.tensors if one.is_parameter for name in one.names)
    found = {name: number for name, number in named if name.startswith("net.")}  # not what was there before
    assert list(found) == [f"net.{name}" for name, _ in net.named_parameters(remove_duplicate=False)]
    assert found["net.embed.weight"] == found["net.head.weight"]
    rows = module_rows(trace, build(trace, "both"))
    expected = {"net": net, **{f"net.{name}": module for name, module in net.named_children()}}
    assert {row.path: row.parameters for row in rows} == {
        path: len(list(module.parameters())) for path, module in expected.items()
    }


def test_a_module_at_the_address_of_one_that_has_gone_has_its_own_parameters_named() -> None:
    source = (
        "import torch\nclass Large(torch.nn.Linear):\n    __slots__ = tuple(f's{k}' for k in range(50))\n"
        "m = Large(2, 2)\nplace = id(m)\nm = None\n"
        "m = next(one for one in [Large(2, 2) for _ in range(200)] if id(one) == place)\nv = m.weight\n"
    )
    trace = record(source)
    assert trace.error is None
    assert tensor(trace, "m.weight").id == tensor(trace, "v").id


HOLDING = """\
import torch
from torch import nn
class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer('mask', torch.ones(2))
        self.scale = torch.tensor(3., requires_grad=True)
        self.h = None
        self.norm = nn.BatchNorm1d(2)
    def forward(self, x):
        self.h = x * self.mask if self.h is None else self.h * self.scale + x
        return self.h
net = nn.Sequential(Cell(), Cell())
net(torch.ones(1, 2))
net(torch.ones(1, 2))
cell = net[0]
net[1].h = torch.zeros(2)
cell.mask = torch.zeros(2)
del cell.h
def used():
    own = Cell()
    own(torch.ones(1, 2))
    return own(torch.ones(1, 2)).sum()
used().backward()
net[0] = nn.Tanh()
net = cell
net = 1
"""


def test_what_a_module_of_an_own_class_holds_beside_parameters_has_its_path() -> None:
    trace, names = record(HOLDING, seed=0), dict[str, object]()
    steps = [step for step in trace.steps if step.kind == "line" and step.scope == 0]
    lines = HOLDING.splitlines()
    bodies = [index for index, line in enumerate(lines) if not line.startswith(" ")]
    for begin, end, step in zip(bodies, [*bodies[1:], len(lines)], steps[1:], strict=True):
        exec("\n".join(lines[begin:end]), names)
        net = names.get("net")
        parts = net.named_modules() if isinstance(net, torch.nn.Module) else ()
        own = [(path, part) for path, part in parts if type(part).__name__ == "Cell"]
        expected = {
            ".".join(filter(None, ("net", path, name))): (tuple(held.shape), held.requires_grad)
            for path, part in own
            for name, held in (vars(part) | dict(part.named_buffers(recurse=False))).items()
            if isinstance(held, torch.Tensor)
        }
        bound = {name.text: number for name, number in bindings(trace).held(step.id).items() if name.function is None}
        held = {name: trace.tensors[number] for name, number in bound.items() if name.startswith("net")}
        found = {name: (one.shape, one.requires_grad) for name, one in held.items() if not one.is_parameter}
        assert found == expected, lines[begin]
    assert (
        tensor(trace, "own.h").line
        == lines.index("        self.h = x * self.mask if self.h is None else self.h * self.scale + x") + 1
    )


CHANGED = """\
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune
m = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
m[2] = nn.Linear(2, 3)
del m[1]
m.add_module('last', nn.Linear(3, 1))
m(torch.ones(1, 2)).sum().backward()
def without_bias(module):
    module[0].bias = None
without_bias(m)
m[0].weight = nn.Parameter(torch.ones(2, 2))
prune.l1_unstructured(m[0], 'weight', amount=2)
m(torch.ones(1, 2)).sum().backward()
prune.remove(m[0], 'weight')
parametrizations.weight_norm(m.last)
parametrize.remove_parametrizations(m.last, 'weight')
m = m[0]
m = 1
"""


IN_CONTAINERS = """\
import torch
from torch import nn
m = nn.ModuleDict({'a': nn.Linear(1, 2), 'b': nn.Linear(2, 2)})
m['c'] = nn.Linear(2, 3)
del m['a']
m.pop('b')
m.clear()
m = nn.ModuleList([nn.Linear(1, 1)])
m.insert(0, nn.Linear(1, 2))
m[0](torch.ones(1, 1))
m.append(nn.Sequential())
m[2].append(nn.Linear(2, 2))
m[2].insert(0, nn.Linear(2, 4))
m[2][1](torch.ones(1, 2))
m[2] = nn.Sequential(m[2], nn.Linear(2, 1))
m[2][0][1](torch.ones(1, 2))
"""


@pytest.mark.parametrize(
    ("source", "called"),
    [
        (CHANGED, {8: ["m.0", "m.1", "m.last"], 14: ["m.1", "m.last"]}),
        (IN_CONTAINERS, {10: ["m.0"], 14: ["m.2.1"], 16: ["m.2.0.1"]}),
    ],
)
def test_a_module_that_has_other_parts_and_parameters_has_them_named_from_the_next_line_on(
    source: str, called: dict[int, list[str]]
) -> None:
    trace, names = record(source), dict[str, object]()
    steps = [step for step in trace.steps if step.kind == "line" and step.scope == 0]
    lines = source.splitlines()
    bodies = [index for index, line in enumerate(lines) if not line.startswith(" ")]
    for begin, end, step in zip(bodies, [*bodies[1:], len(lines)], steps[1:], strict=True):
        exec("\n".join(lines[begin:end]), names)
        module = names.get("m")
        found = dict(module.named_parameters(prefix="m")) if isinstance(module, torch.nn.Module) else {}
        held = bindings(trace).held(step.id)
        told = {name.text: trace.tensors[number].shape for name, number in held.items() if name.function is None}
        assert told == {path: tuple(one.shape) for path, one in found.items()}, lines[begin]
    for line, paths in called.items():
        assert [op.module for op in trace.ops if op.name == "aten::addmm.default" and op.line == line] == paths


def test_a_function_names_what_comes_into_a_module_of_its_own() -> None:
    function = "def f(x):\n    m = torch.nn.Sequential()\n    m.append(torch.nn.Linear(2, 1))\n    return m(x)\n"
    assert tensor(record(f"{function}f(torch.ones(2))"), "m.0.weight").shape == (1, 2)


def test_a_part_that_comes_into_a_module_is_named_without_a_look_at_all_others() -> None:
    source = """\
import torch
class Parts(dict):
    looks = 0
    def items(self):
        Parts.looks += 1
        return super().items()
def made():
    parts = [torch.nn.Tanh() for _ in range(100)]
    for part in parts:
        part._modules = Parts()
    return parts
m, parts = torch.nn.ModuleList(), made()
Parts.looks = 0
while parts:
    m.append(parts.pop())
print(Parts.looks)
"""
    trace = record(source)
    assert 100 <= int(trace.output[0].text) <= 200
    assert {module.path for module in trace.modules} >= {f"m.{i}" for i in range(100)}
