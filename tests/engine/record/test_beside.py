"""Ops in place on tensors that share memory: what they touch is written down, and the rest told by its counter."""

import json
import random
import weakref

import pytest
import torch

from gradviz.engine.record.ledger.places import Places, are_apart, spot_of
from gradviz.export.data import document
from gradviz.model.moments.held import bindings
from gradviz.model.moments.moment import History
from gradviz.model.trace import Tensor, Trace
from tests.engine.bare import SEED, bare_moments
from tests.engine.recording import record, tensor

WRITES = "for v in vs:\n    v.add_(1)\n"
PROGRAMS = {
    "rows": "x = torch.zeros({0}, 4)\nvs = [x[i] for i in range({0})]\n" + WRITES,
    "unbound": "x = torch.zeros({0}, 4)\nvs = x.unbind()\n" + WRITES,
    "columns": "x = torch.zeros(4, {0})\nvs = [x[:, i] for i in range({0})]\n" + WRITES,
    "chunks": "x = torch.zeros(3, {0}, 2)\nvs = x.split(1, 1)\n" + WRITES,
    "detached": "x = torch.zeros({0}, 4)\nd = x.detach()\nvs = [d[i] for i in range({0})]\n" + WRITES,
    "of one buffer": "x = torch.zeros({0} * 4)\nvs = [torch.nn.Parameter(torch.zeros(4)) for _ in range({0})]\n"
    "torch.nn.utils.vector_to_parameters(x, vs)\nwith torch.no_grad():\n    torch._foreach_add_(vs, 1)\n",
    "recorded": "w = torch.zeros({0}, 4, requires_grad=True)\nx = w * 1\nvs = [x[i] for i in range({0})]\n" + WRITES,
    "under no_grad": "w = torch.zeros({0}, 4, requires_grad=True)\nx = w * 1\nvs = [x[i] for i in range({0})]\n"
    "with torch.no_grad():\n    for v in vs:\n        v.add_(1)\n",
    "gone": "x = torch.zeros({0}, 4)\nvs = [x[i] for i in range({0})]\nfor i in range({0}):\n    x[i].add_(1)\n",
}
AT_A_STEP = """\
import torch
x = torch.zeros(5, 4)
a, b = x[0], x[1]
a.add_(1)
b.mul_(2)
d = x.detach()[2]
x[3:].add_(1)
c = torch.nn.Parameter(x[2])
a.sub_(1)
x[2].add_(1)
b = b[:2]
a.sub_(1)
d.data.add_(1)
x[4].add_(1)
del x
a.sub_(1)
"""


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_what_is_written_down_grows_with_the_views_and_not_with_their_square(source: str) -> None:
    few, many = (_states(record("import torch\n" + source.format(count))) for count in (20, 80))
    assert len(many) < 5 * len(few)


def test_each_version_is_that_of_the_bare_program_at_each_line() -> None:
    moments, trace = bare_moments(AT_A_STEP), record(AT_A_STEP, seed=SEED)
    steps = [step for step in trace.steps if step.kind == "line" and step.line is not None]
    told = json.loads(b"".join(document(trace._replace(torch=""))))
    for step, (line, expected) in zip(steps, moments, strict=True):
        moment = History(trace).at(step.id)
        held = {name.text: number for name, number in bindings(trace).held(moment.begun - 1).items()}
        assert {name: facts.version for name, facts in expected.items()} == {
            name: moment.known_tensor(number).version for name, number in held.items()
        }, line
        for number in held.values():  # a script finds it in the file: the counter's, or else the last state's
            moves = [one for counter in told["counters"] if number in counter["tensors"] for one in counter["moves"]]
            final = {**told["tensors"][number], "step": trace.tensors[number].step}
            states = [one for one in (*told["past"], final) if one["id"] == number]
            until = [one["version"] for one in moves or states if one["step"] <= step.id + 1]
            assert until[-1] == moment.known_tensor(number).version, (line, number)


def test_what_an_op_did_not_touch_is_still_made_by_what_made_it() -> None:
    trace = record("import torch\nx = torch.zeros(2, 3)\na, b = x[0], x[1]\na.add_(1)\n")
    names = [trace.ops[tensor(trace, name).made_by or 0].name.partition(".")[0] for name in ("a", "b", "x")]
    assert names == ["aten::add_", "aten::select", "aten::add_"]
    assert [tensor(trace, name).version for name in ("a", "b", "x")] == [1, 1, 1]


def test_a_view_that_has_died_keeps_the_version_that_it_had() -> None:
    trace = record("import torch\nx = torch.zeros(3, 2)\na = x[0]\nx[1].add_(1)\ndel a\nx[2].add_(1)\nx.add_(1)\n")
    views = [one for one in trace.tensors if one.base is not None]
    assert [view.version for view in views] == [1, 1, 2]


def test_nothing_is_left_of_tensors_that_were_dropped() -> None:
    choice, places, memory = random.Random(0), Places(), torch.zeros(600)
    tensors = [_somewhere(choice, memory) for _ in range(60)]
    for number, one in enumerate(tensors):
        places.put(number, weakref.ref(one), anywhere=number % 7 == 0)
    assert all(vars(places).values())
    for number in range(60):
        places.drop(number)
    assert not any(vars(places).values())


@pytest.mark.parametrize("seed", range(20))
def test_the_tensors_that_a_write_touches_are_found_where_they_lie(seed: int) -> None:
    choice, places, memory = random.Random(seed), Places(), torch.zeros(600)
    tensors = [_somewhere(choice, memory) for _ in range(60)]
    for number, one in enumerate(tensors):
        places.put(number, weakref.ref(one), anywhere=number == 7)
    for number in (choice.randrange(60) for _ in range(30)):
        change = choice.random()
        if change < 0.2:
            places.drop(number)
            tensors[number] = _somewhere(choice, memory)
            places.put(number, weakref.ref(tensors[number]), anywhere=number == 7)
        elif change < 0.4:
            tensors[number].squeeze_()
            places.put(number, weakref.ref(tensors[number]), anywhere=number == 7)
        spots = [None if other == 7 else spot_of(one) for other, one in enumerate(tensors)]
        near = {other for other, spot in enumerate(spots) if not are_apart(spots[number], spot)}
        found = [reference() for reference in places.touched(number)]
        assert {other for other, one in enumerate(tensors) if any(one is two for two in found)} == near
    assert len(list(places)) == 60


def _somewhere(choice: random.Random, memory: torch.Tensor) -> torch.Tensor:
    strides = [choice.choice((1, 2, 4, 12, 24, 48)) for _ in range(choice.randint(1, 3))]
    return memory.as_strided([choice.randint(0, 4) for _ in strides], strides, choice.randint(0, 150))


def _states(trace: Trace) -> list[Tensor]:
    return [*trace.past, *trace.tensors]
