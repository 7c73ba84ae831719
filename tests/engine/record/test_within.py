"""What is in a container, an object or a module has the name by which the program can say it; and costs little."""

from types import SimpleNamespace

import pytest
import torch

from gradviz.engine.record.program.within import MOST, inside
from gradviz.model.graph.modules import together
from gradviz.model.moments.held import bindings
from gradviz.model.moments.moment import History
from gradviz.model.source.toggles import Toggles
from tests.engine.recording import record, tensor

HEAD = """\
import torch
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass
from types import SimpleNamespace
from torch import nn
def one():
    return torch.ones(1)
"""
NESTED = """\
Pair = namedtuple("Pair", "h c")
@dataclass
class Bag:
    v: object
@dataclass(slots=True)
class Slotted:
    v: object
class Keeper(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.state, self.seen = nn.LSTM(1, 1), None, {"all": []}
    def forward(self, x):
        out, self.state = self.lstm(x, self.state)
        self.seen["all"].append(out)
        return out
class Agent:
    def __init__(self):
        self.net, self.nets = nn.Linear(1, 1), [nn.Sequential(nn.Linear(1, 2))]
    def act(self, x):
        return self.nets[0](self.net(x))
hs = [[one(), one()], (one(),)]
d = OrderedDict(a=[one()], b={2: one(), True: Bag(one())})
bag = SimpleNamespace(inner=Bag(Bag(one())), pair=Pair(one(), [one()]))
slotted = Slotted(deque([(1, one())]))
keeper, agent = Keeper(), Agent()
keeper(torch.ones(2, 1, 1)).sum().backward()
agent.act(one()).sum().backward()
blocks = [nn.Linear(1, 1), nn.Linear(1, 1)]
"""
PATHS = [
    *("hs[0][0]", "hs[0][1]", "hs[1][0]", "d['a'][0]", "d['b'][2]", "d['b'][True].v", "bag.inner.v.v"),
    *("bag.pair.h", "bag.pair.c[0]", "slotted.v[0][1]", "keeper.state[0]", "keeper.state[1]", "keeper.seen['all'][0]"),
    *("agent.net.weight", "agent.nets[0].0.bias", "blocks[1].weight"),
]


def test_a_name_is_what_the_program_can_say() -> None:
    trace, bare = record(HEAD + NESTED, seed=0), dict[str, object]()
    torch.manual_seed(0)
    exec(HEAD + NESTED, bare)
    for path in PATHS:
        known, said = (
            tensor(trace, path),
            eval(path.replace(".0.", "[0]."), bare),
        )  # as one writes what is in a Sequential
        assert path in known.names
        assert known.value is not None
        assert known.value.data == tuple(said.flatten().tolist())


def test_a_path_that_leads_elsewhere_names_nothing_any_more() -> None:
    trace = record(f"{HEAD}bag = SimpleNamespace(net=nn.Linear(1, 1), v=[one()])\nbag.net = bag.v = None\nx = 1\n")
    told = [step.names for step in trace.steps if step.names]
    assert {path: number is not None for names in told for path, number in names.items()} == {
        "bag.net.weight": False,
        "bag.net.bias": False,
        "bag.v[0]": False,
    }


def test_other_parameters_of_a_module_in_an_object_have_its_path() -> None:
    trace = record(
        f"{HEAD}bag = SimpleNamespace(net=nn.Sequential(nn.Linear(1, 2)))\nbag.net[0] = nn.Linear(1, 3)\n"
        "def f():\n    bag.net.append(nn.Linear(3, 4))\n    return 1\nf()\nx = 1\n"
    )
    names = {name.text: trace.tensors[number].shape for name, number in bindings(trace).held().items()}
    assert (names["bag.net.0.weight"], names["bag.net.1.weight"]) == ((3, 1), (4, 3))


def test_no_code_of_the_program_runs_for_a_name() -> None:
    source = HEAD + (
        "class Shy:\n    def __init__(self):\n        self.v = one()\n"
        "    def __getattribute__(self, name):\n        print('asked', name)\n"
        "        return super().__getattribute__(name)\n"
        "    def __getattr__(self, name):\n        print('asked for', name)\n        raise AttributeError\n"
        "def told(*given):\n    print('ran')\n    return iter(())\n"
        "class Shown(list):\n    __iter__ = __getitem__ = __len__ = told\n"
        "class Kept(dict):\n    __iter__ = __getitem__ = items = keys = told\n"
        "class Key(str):\n    __repr__ = __format__ = told\n"
        "s, l = Shy(), Shown([one(), [one()]])\nk = Kept({'a': one(), Key('b'): one()})\n"
        "both = [s, (l, k)]\ndel both[0]\n"
    )
    trace = record(source)
    assert (trace.error, trace.output) == (None, ())
    assert tensor(trace, "s.v").names[0] == "s.v"
    assert {"l[0]", "l[1][0]", "k['a']", "both[0][0][0]"} <= {name for one in trace.tensors for name in one.names}


@pytest.mark.parametrize(
    "held",
    [
        [*[0.0] * 100_000, torch.ones(1)],
        [*[[0.0] * MOST for _ in range(2)], [torch.ones(1)]],
        [[[[[torch.ones(1)]]]]],
        {"x" * 1000: torch.ones(1)},
        SimpleNamespace(**{f"a{k}": k for k in range(1000)}, v=torch.ones(1)),
    ],
)
def test_what_is_far_is_not_looked_for(held: object) -> None:
    assert list(inside("x", held)) == []


def test_of_many_tensors_the_nearest_have_names() -> None:
    held = [[torch.ones(1)] * 300, *[torch.ones(1)] * 200]
    assert [path for path, _ in inside("x", held)] == [
        *(f"x[{k}]" for k in range(1, 201)),
        *(f"x[0][{k}]" for k in range(MOST - 200)),
    ]


def test_a_container_that_holds_itself_is_looked_at_once() -> None:
    held: list[object] = [torch.ones(1)]
    held += [held, (held,), {"again": held}]
    assert [path for path, _ in inside("x", held)] == ["x[0]"]


def test_a_module_in_an_object_can_be_frozen_and_the_object_cannot() -> None:
    source = f"{HEAD}bag = SimpleNamespace(nets=[nn.Sequential(nn.Linear(1, 1))])\nx = 1\n"
    trace = record(source)
    number = tensor(trace, "bag.nets[0].0.weight").id
    toggles = Toggles(History(trace))
    found = toggles.submodules(number, "bag.nets[0].0.weight")
    assert [one.path for one in found] == ["bag.nets[0].0", "bag.nets[0]"]
    for one in found:
        assert one.edit is not None
        assert not tensor(record(one.edit.applied(source)), "bag.nets[0].0.weight").requires_grad
    edit = toggles.edit(number, "bag.nets[0].0.weight", "requires_grad")
    assert not isinstance(edit, str)
    again = record(edit.applied(source))
    assert [tensor(again, f"bag.nets[0].0.{name}").requires_grad for name in ("weight", "bias")] == [False, True]


def test_modules_of_a_list_are_told_as_one() -> None:
    kinds = {f"blocks[{k}]": ("Linear",) for k in range(3)}
    assert together(list(kinds), kinds) == ("blocks[0–2]", ("Linear",), 3)
    assert together(["a.b[0].c", "a.b[2].c"], {}).path == "a.b[0 … 2]"


def test_a_module_is_called_by_its_place_unless_it_comes_into_another_module() -> None:
    trace = record(
        f"{HEAD}blocks = [nn.Linear(1, 1), nn.Linear(1, 1)]\nx = one()\nfor block in blocks:\n    x = block(x)\n"
        "net = nn.Sequential(*blocks)\nnet(x)\n"
    )
    calls = [op.module for op in trace.ops if op.name == "aten::addmm.default"]
    assert calls == ["blocks[0]", "blocks[1]", "net.0", "net.1"]
    names = [one.names for one in trace.tensors if one.is_parameter and "weight" in one.names[0]]
    assert names == [(f"net.{k}.weight", f"blocks[{k}].weight", "block.weight") for k in range(2)]
