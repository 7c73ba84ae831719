"""Switches of what is in containers, objects and modules: torch runs what they make of it, or they say why not."""

import pytest

from gradviz.model.moments.moment import History
from gradviz.model.source.place import Edit
from gradviz.model.source.toggles import Flag, Toggles
from gradviz.model.trace import Tensor, Trace
from tests.engine.recording import record, tensor

HEAD = """\
import torch
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple
from torch import nn
Pair = namedtuple("Pair", "h c")
class Typed(NamedTuple):
    h: torch.Tensor
@dataclass
class Bag:
    v: object
@dataclass(frozen=True)
class Frozen:
    v: object
@dataclass(slots=True)
class Slotted:
    v: object
@dataclass(frozen=True, slots=True)
class FrozenSlots:
    v: object
class Locked(list):
    def __setitem__(self, place, value):
        raise TypeError("locked")
class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.state, self.seen = None, {}
        self.register_buffer("mean", torch.zeros(1))
    def forward(self, x):
        self.state, self.seen["all"] = x * 2, (x * 3, [x * 4])
        return self.state
x = torch.ones(1, requires_grad=True)
"""
REBOUND = [
    ("t = [x * 2, x * 3]", "t[0]"),
    ("t = {'a': x * 2, 'it\\'s': x * 3, -1: x * 4}", "t['a']"),
    ("t = {'a': x * 2, 'it\\'s': x * 3, -1: x * 4}", 't["it\'s"]'),
    ("t = {'a': x * 2, 'it\\'s': x * 3, -1: x * 4}", "t[-1]"),
    ("t = ([x * 2], x * 3)", "t[0][0]"),
    ("t = [(x * 2, {'a': x * 3})]", "t[0][1]['a']"),
    ("t = OrderedDict(a=deque([x * 2]))", "t['a'][0]"),
    ("t = Bag(x * 2)", "t.v"),
    ("t = Slotted([x * 2])", "t.v[0]"),
    ("t = Slotted(x * 2)", "t.v"),
    ("t = Frozen([x * 2])", "t.v[0]"),
    ("t = SimpleNamespace(inner=Bag(Bag(x * 2)))", "t.inner.v.v"),
    ("t = Pair([x * 2], Bag(x * 3))", "t.c.v"),
    ("t = [x * k for k in range(3)]", "t[2]"),
    ("t = {k: [x * k] for k in range(3)}", "t[2][0]"),
    ("t = []\nfor k in range(3):\n    t.append(x * k)", "t[0]"),
    ("t = []\nt.append(\n    x * 2\n)\nt.append(x * 3)", "t[1]"),
    ("def f():\n    t = [x * 2]\n    t.append(x * 3)\n    return t[1] * 1\ny = f() + f()", "t[1]"),
    ("t = [1]\ndef f():\n    global t\n    t = [x * 2]\nf()", "t[0]"),
    ("t = Layer()\ny = t(x)", "t.state"),
    ("t = Layer()\ny = t(x)", "t.seen['all'][1][0]"),
    ("t = nn.Sequential(nn.Sequential(Layer()))\ny = t(x)", "t.0.0.state"),
    ("t = [nn.Sequential(Layer())]\ny = t[0](x)", "t[0].0.seen['all'][1][0]"),
]
SEALED = [
    *(("t = (x * 2, x * 3)", "t[1]"), ("t = [(x * 2,)]", "t[0][0]"), ("t = Pair(x * 2, 1)", "t.h")),
    *(("t = Typed(x * 2)", "t.h"), ("t = Frozen(x * 2)", "t.v"), ("t = FrozenSlots(x * 2)", "t.v")),
    *(("t = Locked([x * 2])", "t[0]"), ("t = torch.max(torch.stack([x, x]), 0)", "t[0]")),
    ("t = Layer()\ny = t(x)", "t.seen['all'][0]"),
]
AGAIN = [
    ("t = []\nfor k in range(3):\n    t.append(torch.ones(1) * x.detach() * k)", "t[2]"),
    ("t = []\nfor k in range(3): t.append(torch.ones(1) * x.detach() * k)", "t[1]"),
    ("t = Bag(None)\nfor k in range(3):\n    t.v = [torch.ones(1) + k] * k", "t.v[1]"),
    ("for t in [[torch.ones(1) + 1]]:\n    pass", "t[0]"),
]


def switched(trace: Trace, path: str, flag: Flag) -> str:
    found = Toggles(History(trace)).edit(tensor(trace, path).id, path, flag)
    return found.applied(trace.source) if isinstance(found, Edit) else found


def run(source: str, path: str) -> Tensor:
    """The tensor that a path led to last, of a program that runs to its end."""
    trace = record(source)
    assert trace.error is None, (trace.error, source)
    return tensor(trace, path)


@pytest.mark.parametrize(("lines", "path"), REBOUND)
def test_what_can_be_bound_again_is_cut_off_and_joined_again(lines: str, path: str) -> None:
    source = f"{HEAD}{lines}\nz = 1\n"
    assert run(source, path).requires_grad
    cut = switched(record(source), path, "detach")
    assert not run(cut, path).requires_grad
    assert switched(record(cut), path, "detach") == source


@pytest.mark.parametrize(("lines", "path"), SEALED)
def test_what_holds_it_for_good_is_told_as_that(lines: str, path: str) -> None:
    source = f"{HEAD}{lines}\nz = 1\n"
    assert switched(record(source), path, "detach") == "sealed"
    kept = run(switched(record(source), path, "retain_grad"), path)
    assert kept.retains_grad


@pytest.mark.parametrize(("lines", "path"), [*REBOUND, *SEALED])
def test_a_flag_is_set_wherever_it_is(lines: str, path: str) -> None:
    source = f"{HEAD}{lines}\nz = 1\n".replace("requires_grad=True", "requires_grad=False")
    assert run(switched(record(source), path, "requires_grad"), path).requires_grad


@pytest.mark.parametrize(("lines", "path"), AGAIN)
@pytest.mark.parametrize("flag", ["requires_grad", "detach", "retain_grad"])
def test_what_is_not_there_each_time_has_no_place(lines: str, path: str, flag: Flag) -> None:
    source = f"{HEAD}{lines}\nz = 1\n"
    if flag != "requires_grad":
        source = source.replace(" * x.detach()", " * x").replace("torch.ones(1) + ", "x + ")
    assert run(source, path).requires_grad is (flag != "requires_grad")
    assert switched(record(source), path, flag) == "no place"


def test_a_buffer_in_a_numbered_module_is_written_through_it() -> None:
    source = f"{HEAD}t = nn.Sequential(Layer(), Layer())\nz = 1\n"
    changed = switched(record(source), "t.0.mean", "requires_grad")
    assert 't.get_submodule("0").mean.requires_grad_(True)\n' in changed
    assert run(changed, "t.0.mean").requires_grad


@pytest.mark.parametrize("key", ["class", "a b"])
def test_what_no_expression_leads_to_has_no_place(key: str) -> None:
    trace = record(f"{HEAD}t = Layer()\nt.__dict__['{key}'] = x * 2\nz = 1\n")
    assert switched(trace, f"t.{key}", "retain_grad") == "no place"
