"""Gradients that shrink or grow from layer to layer: the norms and factors that are told are those torch has."""

import math

import pytest
import torch

from gradviz import resources
from gradviz.model.moments.ways import Stretch, Ways
from gradviz.model.trace import Trace
from gradviz.model.why.answers import Answer, of_tensor
from gradviz.model.why.answerwords import answer_text
from gradviz.picture.picture import Options
from gradviz.picture.record.record import Record
from gradviz.picture.texts.problems import problems
from tests.engine.recording import record, tensor
from tests.unit.model.traces import known

DEEP = (
    "import torch\ntorch.manual_seed(0)\n"
    "net = torch.nn.Sequential(*[layer for _ in range({depth}) for layer in ({layers})], torch.nn.Linear(4, 1))\n"
    "{then}\nnet(torch.ones(3, 4)).sum().backward()\n"
)
SIGMOID = DEEP.format(depth=10, layers="torch.nn.Linear(4, 4), torch.nn.Sigmoid()", then="")
GROWING = DEEP.format(
    depth=8, layers="torch.nn.Linear(4, 4),", then="for p in net.parameters():\n    p.data = torch.ones_like(p) * 3"
)


def told(source: str) -> list[str]:
    return [one.message for one in problems(Record(record(source)), Options()) if "norm of the gradient" in one.message]


def stretch(trace: Trace, name: str) -> Stretch | None:
    sink = next(one.id for one in trace.grad_fns if one.variable == tensor(trace, name).id)
    return Ways(trace).to(sink)


def norms(depth: int) -> list[float]:
    """The norms of the gradients of what each layer of the deep net returns, as torch keeps them; the last first."""
    torch.manual_seed(0)
    layers = [layer for _ in range(depth) for layer in (torch.nn.Linear(4, 4), torch.nn.Sigmoid())]
    results = [torch.ones(3, 4)]
    for layer in (*layers, torch.nn.Linear(4, 1)):
        results.append(layer(results[-1]))
        results[-1].retain_grad()
    torch.autograd.backward(results[-1].sum())
    return [float(one.grad.norm()) for one in reversed(results[1:]) if one.grad is not None]


def test_a_gradient_that_fades_is_told_with_the_norms_and_factors_that_torch_has() -> None:
    trace = record(SIGMOID)
    found, expected = stretch(trace, "net.0.weight"), norms(10)
    assert found is not None
    assert (found.had, found.has) == pytest.approx((expected[0], expected[-1]), rel=1e-4)
    linear, sigmoid = (
        math.prod(expected[at + 1] / expected[at] for at in range(first, 20, 2)) ** 0.1 for first in (0, 1)
    )
    shares = Ways(trace).shares(found)
    assert [(one.grad_fn, one.times) for one in shares] == [("SigmoidBackward0", 10), ("AddmmBackward0", 10)]
    assert [one.factor for one in shares] == pytest.approx([sigmoid, linear], rel=1e-4)
    (sentence,) = told(SIGMOID)
    assert sentence.startswith("Between net.20.weight and net.0.weight the norm of the gradient falls from")
    assert f"SigmoidBackward0 {sigmoid:.2g}^10, AddmmBackward0 {linear:.2g}^10. The slope" in sentence


def test_a_gradient_that_grows_is_told_too() -> None:
    (sentence,) = told(GROWING)
    assert sentence == (
        "Between net.8.weight and net.0.weight the norm of the gradient grows from 1.7 to 3.7e+08. "
        "Factors of its norm on the way, on average: AddmmBackward0 11^8."
    )


@pytest.mark.parametrize(
    ("depth", "layers"),
    [(4, "torch.nn.Linear(4, 4), torch.nn.Sigmoid()"), (20, "torch.nn.Linear(4, 4), torch.nn.LayerNorm(4)")],
)
def test_gradients_of_a_sound_net_are_no_problem(depth: int, layers: str) -> None:
    assert told(DEEP.format(depth=depth, layers=layers, then="")) == []


def sized(source: str, name: str, language: str = "en") -> list[str]:
    trace = record(source)
    found: list[Answer] = [one for one in of_tensor(known(trace), tensor(trace, name)) if one.question == "size"]
    return [answer_text(one, language) for one in found]


def test_of_a_leaf_it_is_told_where_its_gradient_became_small() -> None:
    assert [len(sized(SIGMOID, f"net.{layer}.weight")) for layer in (0, 8, 18, 20)] == [1, 1, 0, 0]
    (japanese,) = sized(SIGMOID, "net.0.bias", "ja")
    assert "net.20.weight と net.0.bias の間で" in japanese
    assert sized(SIGMOID.replace("net(torch", "lone = torch.ones(1, requires_grad=True)\nnet(torch"), "lone") == []
    two = SIGMOID.replace("net(torch.ones(3, 4))", "(net(torch.ones(3, 4)) + torch.nn.Linear(4, 1)(torch.ones(3, 4)))")
    assert [one.partition(" the norm")[0] for one in sized(two, "net.0.bias")] == [
        "Between AddBackward0 and net.0.bias"
    ]


def test_what_zeros_nan_and_another_call_leave_is_no_size() -> None:
    head = "import torch\nw = torch.ones(2, requires_grad=True)\nv = torch.ones(2, requires_grad=True)\n"
    for body in ("(w * 0 + v).sum().backward()", "((w - 1).sqrt() * 0 * v).sum().backward()", "w.grad = v"):
        assert sized(head + body, "w") == []


FURTHER = "import torch\n{}u, v, w = (torch.ones(2, dtype=torch.float64, requires_grad=True) for _ in range(3))\n{}\n"
FAINT = (
    "class Faint(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n        return x.clone()\n"
    "    @staticmethod\n    def backward(ctx, grad):\n        return grad * 1e-200 * 1e-200\n"
)


def test_a_norm_or_a_factor_that_no_float_holds_ends_no_picture() -> None:
    (huge,) = torch.full((2,), 1.5e308, dtype=torch.float64).norm().reshape(1).tolist()
    assert huge == math.inf
    assert told(FURTHER.format("", "((u * w) * 1e-10 * 1.5e308 * v).sum().backward()")) == []
    (sentence,) = told(FURTHER.format(FAINT, "(Faint.apply(u * w) * v * 1e200).sum().backward()"))
    assert sentence.startswith("Between v and u the norm of the gradient falls from 1.4e+200 to 1.4e-200.")


def test_no_lesson_has_such_gradients() -> None:
    assert [lesson.name for lesson in resources.lessons() if told(lesson.source)] == []
