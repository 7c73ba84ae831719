"""Statistics that are told without a reading, because a tensor has the elements of one whose statistics are known."""

import random

import pytest
import torch

from gradviz.engine.record.internals import guards
from gradviz.engine.record.internals.values import read_value
from gradviz.engine.record.ledger.places import are_apart, spot_of
from gradviz.model.trace import Value
from tests.engine.recording import record, tensor

X = "import torch\nimport numpy as np\ntorch.manual_seed(3)\nx = torch.randn(1, 20, 20)\n"
C = X + "c = torch.complex(x, x + 1)\n"
MANY = C.replace("20, 20", "80, 80")  # more than one row of them
LEAF = X + "x.requires_grad_()\n"
PROGRAMS = {
    "copied, then changed": X + "y = x.clone()\nx += 1\nz = x.clone()\n",
    "copied after a change of a view": X + "v = x[0]\nv.mul_(3)\ny = x.clone()\nz = v.clone()\n",
    "made contiguous": X + "y = x.transpose(1, 2).contiguous()\nz = x.expand(3, 20, 20).contiguous()\n",
    "of a batch of one": X + "y = x[0]\nz = x[:, :, :]\nw = x.expand(1, 20, 20)\nx.add_(1)\n",
    "a part": X + "y = x[0, 3:]\nz = x[:, ::2]\nw = x.expand(4, 20, 20)\nv = x.unfold(1, 4, 4)\n",
    "another dtype": X + "y = x.to(torch.float16)\nz = x.to(torch.float32, copy=True)\nw = x.double()\n",
    "complex": C + "d = c.conj()\ny = c.conj().clone()\nz = c.conj().resolve_conj()\nw = c.imag.clone()\n",
    "negative": C + "y = c.conj().imag\nz = y.clone()\nw = y.detach()\n",
    "many negative": MANY + "y = c.conj().imag\nz = y.clone()\nw = y.detach()\n",
    "kept by its own grad_fn": LEAF + "y = x.relu()\nz = x.exp().detach()\nw = (x * 2).relu_().detach()\n",
    "kept, then changed": LEAF + "y = x.exp()\nz = y.detach()\nz.add_(1)\nw = y.detach()\n",
    "written from outside on one line": X + "y = x.relu(); a = y.numpy(); a[:] = 7; z = y.detach()\nw = y.clone()\n",
    "written from outside before": X + "a = x.numpy()\na[:] = 7\nz = x.clone()\na[:] = 8\nw = x.clone()\n",
    "not filled yet": X + "y = torch.empty(400); y.detach().copy_(x.view(400)); z = y.detach()\nw = y.clone()\n",
    "through .data": X + "y = x.exp()\ny.data.mul_(2)\nz = y.clone()\nw = y.detach()\n",
    "a chunk": X + "a, b = x.chunk(2, 2)\na.mul_(3)\nb.add_(1)\na.neg_()\n",
    "what overlaps a chunk": X + "a, b, c = x[0, :, :10], x[0, :, 10:], x[0, :, 5:15]\nb.mul_(3)\na.add_(1)\n",
    "chunks at once": X + "a, b = x.chunk(2, 1)\nc, d = x[:, 5:15], x[:, 15:]\ntorch._foreach_mul_([a, b], 2.0)\n",
    "a chunk through .data": X + "a, b = x.chunk(2, 1)\na.data.mul_(2)\nb.add_(1)\nb.data.neg_()\n",
    "a chunk written from outside": X + "a, b = x.chunk(2, 1)\nb.numpy()[:] = 7\na.mul_(2)\nb.mul_(3)\n",
    "chunks on one line": X + "a, b = x.chunk(2, 1); a.mul_(3); c = x[:, 5:15]; b.add_(1); a.copy_(b)\n",
    "chunks in a kernel": X + "h, c = torch.nn.LSTMCell(20, 80)(x[0])\n",
    "a gradient": LEAF + "(x * x).sum().backward()\ng = x.grad\n",
    "added up": LEAF + "for _ in range(2):\n    (x * x).sum().backward()\n",
    "set to zero": LEAF + "(x * x).sum().backward()\nx.grad.zero_()\n",
    "a gradient written from outside": LEAF + "(x * x).sum().backward()\nx.grad.numpy()[:] = 5\nx.retain_grad()\n",
    "a step": LEAF + "o = torch.optim.SGD([x], 0.1, momentum=0.9)\nfor _ in range(2):\n    o.zero_grad()\n"
    "    (x * x).sum().backward()\n    o.step()\n",
    "handed on": LEAF
    + "w = torch.ones(1, 20, 20, requires_grad=True)\n((x + w).transpose(1, 2) * 3).sum().backward()\n",
}


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_they_are_those_that_a_reading_gives(source: str) -> None:
    trace = record(source)
    names: dict[str, object] = {}
    exec(source, names)
    last = {one.id: one for one in trace.tensors}
    bound = {name: number for step in trace.steps for name, number in (step.names or {}).items()}
    checked = 0
    for name, kept in names.items():
        if isinstance(kept, torch.Tensor):
            told = last[bound[name] or 0]
            assert numbers(told.value) == pytest.approx(numbers(read(kept)), rel=1e-12), name
            gradient = read(kept.grad) if kept.is_leaf and kept.grad is not None else None
            assert numbers(told.grad) == pytest.approx(numbers(gradient), rel=1e-12), name
            checked += 1
    assert checked > 0


@pytest.mark.parametrize("moved", ['x.to("meta")', 'x.clone().to("meta")', 'x.to("meta", copy=True)[0]'])
def test_what_has_no_memory_has_no_statistics_of_what_it_was_made_of(moved: str) -> None:
    assert tensor(record(f"{X}y = {moved}\n"), "y").value is None


@pytest.mark.parametrize("seed", range(20))
def test_tensors_that_are_apart_have_no_element_in_common(seed: int) -> None:
    choice = random.Random(seed)
    memory, found = torch.arange(600), 0
    for _ in range(1000):
        strides = [choice.choice((0, 1, 2, 3, 4, 5, 12, 24, 30)) for _ in range(choice.randint(1, 3))]
        one, other = (
            memory.as_strided([choice.randint(0, 5) for _ in strides], strides, choice.randint(0, 100))
            for _ in range(2)
        )
        if are_apart(spot_of(one), spot_of(other)):
            found += 1
            assert not {*one.flatten().tolist()} & {*other.flatten().tolist()}, (strides, one.shape, other.shape)
    assert found > 10


@pytest.mark.parametrize("dimension", [0, 1, 2])
def test_chunks_are_apart(dimension: int) -> None:
    first, second, third = torch.zeros(6, 7, 8).chunk(3, dimension)
    one, two, three, again = map(spot_of, (first, second, third, torch.zeros(6, 7, 8).chunk(3, dimension)[1]))
    assert are_apart(one, two)
    assert are_apart(three, one)
    assert not are_apart(two, again)


def numbers(value: Value | None) -> list[complex]:
    return [] if value is None else [complex(str(one)) for one in value[2:8] if one is not None]


def read(tensor: torch.Tensor) -> Value:
    with guards.unwatched():
        value = read_value(tensor)
    assert value is not None
    return value
