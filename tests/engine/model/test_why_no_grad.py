"""Why .grad is None, of programs that torch ran: it is None there, and the reason with its line is the true one."""

from typing import get_args

import pytest

from gradviz.model.graph.build import build
from gradviz.model.trace import GradMode
from gradviz.model.why.why import Why, WhyNoGrad, why
from tests.engine.recording import record, tensor
from tests.unit.model.cut import at_step
from tests.unit.model.traces import known

HEAD = "import torch\nx = torch.tensor(2., requires_grad=True)\nw = torch.tensor(3., requires_grad=True)\n"
FUNCTION = (
    "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        {}\n        return a * 1\n"
)
BESIDE = (
    "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        b = a * 3\n"
    "        ctx.mark_non_differentiable(b)\n        return a * 2, b\n    @staticmethod\n"
    "    def backward(ctx, g, _):\n        return g * 2\n"
)
STEP = "o = torch.optim.SGD([x, w], 0.1)\ny = x * w\ny.backward()\no.step()\n"
CASES: list[tuple[str, str, Why]] = [
    ("y = x * w", "x", Why("not run")),
    ("y = x * w", "y", Why("not a leaf")),
    ("y = x * w\ny.backward()\nv = torch.ones(1, requires_grad=True)\nz = v * 2", "v", Why("not run")),
    ("y = x * w\ny.retain_grad()", "y", Why("not run")),
    ("y = x * w\ny.backward()", "y", Why("not a leaf")),
    ("y = x * w\ng, = torch.autograd.grad(y, x)", "x", Why("returned", 5)),
    ("y = x * w\ng, = torch.autograd.grad(y, x)", "w", Why("returned", 5)),
    ("y = x * w\ng, = torch.autograd.grad(y, x)", "g", Why("flag off")),
    ("y = x * w\ng, = torch.autograd.grad(y, x)", "y", Why("not a leaf")),
    ("y = x * w\ny.backward(inputs=[x])", "w", Why("left out", 5)),
    ("y = x * w\ny.backward()\nx.grad = None\nz = 1", "x", Why("cleared", 6)),
    ("y = x * w\ny.backward()\nx.grad = None\nw.grad = None\nz = 1", "w", Why("cleared", 7)),
    ("y = x * w\ny.backward()\ndel x.grad", "x", Why("cleared", 6)),
    (STEP + "o.zero_grad()\nz = 1", "w", Why("cleared", 8)),
    (STEP + "o.zero_grad()\ny = x * 2\ny.backward()", "w", Why("cleared", 8)),
    ("y = x * w\ny.backward()\nsetattr(x, 'gr' + 'ad', None)", "x", Why("cleared")),
    ("with torch.no_grad():\n    y = x * w", "y", Why("no_grad", 4)),
    ("with torch.no_grad():\n    y = x * w\n    z = y * 2", "z", Why("no_grad", 4)),
    ("with torch.no_grad():\n    c = torch.ones(2)", "c", Why("flag off")),
    ("with torch.no_grad():\n    c = torch.ones(2)\n    d = c * 2", "d", Why("untracked")),
    (
        "@torch.no_grad()\ndef f():\n    for i in range(3):\n        yield x * i\nfor b in f():\n    c = b * w",
        "b",
        Why("no_grad", 4),
    ),
    ("with torch.inference_mode():\n    y = x * w", "y", Why("inference", 4)),
    ("c = torch.ones(2)\nd = c * 2", "c", Why("flag off")),
    ("c = torch.arange(2)\nd = c * 2", "c", Why("dtype")),
    ("y = x * w\ny.backward()\ny.retain_grad()", "y", Why("too late", 6)),
    ("y = x * w\ny.retain_grad()\ny.backward()\ny.grad = None\ny.retain_grad()", "y", Why("cleared", 7)),
    ("d = x.exp().detach().exp()", "d", Why("detach", 4)),
    ("d = torch.tensor(x)", "d", Why("detach", 4)),
    ("y = x * 2\nv = float(y)\nu = [v, 1]\nz = w * u[0]\nz.backward()", "x", Why("cut off", 5)),
    ("y = x * 2\nprint(y.item())\nz = w * 2\nz.backward()", "x", Why("not reached", 7)),
    ("c = torch.ones(2)\nd = c * 2", "d", Why("untracked")),
    ("y = x * 2\nd = y.detach()", "d", Why("detach", 5)),
    ("y = x * 2\nd = y.data", "d", Why("detach", 5)),
    ("y = x * 2\ny.detach_()\nz = y * w", "y", Why("detach", 5)),
    ("y = (x * 2).detach_().exp()", "y", Why("detach", 4)),
    ("y = torch.detach_(x * 2)", "y", Why("detach", 4)),
    ("x.detach_()", "x", Why("detach", 4)),
    ("y = x * 2\nwith torch.no_grad():\n    y.detach_()\nz = y * w\nz.backward()", "y", Why("detach", 6)),
    ("y = x * 2\ny.detach_()\nz = y * w\nz.backward()", "x", Why("cut off", 5)),
    ("y = x * 2\nz = y + w\ny.detach_()\nu = y + w\n(z + u).backward()\nx.grad = None", "x", Why("cleared", 9)),
    ("y = x * 2\nd = y.detach()\nz = d * w\nz.backward()", "x", Why("cut off", 5)),
    ("y = x * 2\nd = y.detach()\nz = d * w\nz.backward()", "y", Why("cut off", 5)),
    ("y = x * 2\nd = y.detach()\nz = d * w\nz.backward()", "z", Why("not a leaf")),
    ("y = x * 2\nz = y.detach() * w + y\nz.backward()", "y", Why("not a leaf")),
    ("with torch.no_grad():\n    y = x * 2\nz = y * w\nz.backward()", "x", Why("cut off", 5)),
    ("m = (x > 1).float()\nz = m * w\nz.backward()", "x", Why("cut off", 4)),
    ("d = torch.tensor(x)\nz = d * w\nz.backward()", "x", Why("cut off", 4)),
    (
        "with torch.no_grad():\n    x.copy_(w)\nwith torch.no_grad():\n    y = x * 2\nz = y * w\nz.backward()",
        "x",
        Why("cut off", 7),
    ),
    ("h, i = torch.stack([x, w]).topk(1)", "i", Why("dtype")),
    ("h, i = torch.stack([x, w]).topk(1)\nj = i * 2.0", "j", Why("untracked")),
    (BESIDE + "a, b = F.apply(x)", "b", Why("not differentiable", 13)),
    ("y = x.argmax()", "y", Why("not differentiable", 4)),
    ("with torch.no_grad():\n    y = x.argmax()", "y", Why("dtype")),
    ("with torch.no_grad():\n    y = x.exp().argmax()", "y", Why("dtype")),
    ("with torch.inference_mode():\n    h, y = torch.stack([x, w]).topk(1)", "y", Why("dtype")),
    ("with torch.inference_mode():\n    y, h = torch.stack([x, w]).topk(1)", "y", Why("inference", 4)),
    ("with torch.no_grad():\n    h = x > 1\n    y = h.float()", "y", Why("untracked")),
    ("y = x.detach().argmax()", "y", Why("dtype")),
    ("y = x * 2\nz = w * 2\nz.backward()", "x", Why("not reached", 6)),
    ("y = x * 2\nz = w * 2\nz.backward()", "y", Why("not a leaf")),
    ("y = x * 2\ny.backward()", "w", Why("unused")),
    ("y = x.exp()\nz = y * w\ny.mul_(2)\nz.backward()", "x", Why("failed", 7)),
    (
        "y = x.exp()\nz = y * 2\ny.mul_(2)\ntry:\n    z.backward()\nexcept RuntimeError:\n    v = w * 2\nv.backward()",
        "x",
        Why("failed", 8),
    ),
    (
        FUNCTION.format("pass") + "    @staticmethod\n    def backward(ctx, g):\n        return None\n"
        "y = F.apply(x) * w\ny.backward()",
        "x",
        Why("no gradient", 13),
    ),
    ("c = torch.tensor(3.)\ny = x * c\nc.requires_grad_()\ny.backward()", "c", Why("used before", 5)),
    ("c = torch.tensor(3.)\nc.requires_grad_()\ny = x * w\ny.backward()", "c", Why("unused")),
    (FUNCTION.format("global inner; inner = a * 2") + "y = F.apply(x)", "inner", Why("unrecorded", 7)),
]


@pytest.mark.parametrize(("body", "name", "expected"), CASES, ids=[f"{body} -> {name}" for body, name, _ in CASES])
def test_the_reason_is_the_true_one(body: str, name: str, expected: Why) -> None:
    trace = record(f"{HEAD}{body}")
    found = tensor(trace, name)
    assert found.grad is None
    assert why(known(trace), found) == expected


@pytest.mark.parametrize("mode", ["no_grad", "inference"])
def test_the_birth_of_a_leaf_is_not_what_cuts_it_off(mode: GradMode) -> None:
    trace = record(f"{HEAD}y = x * w\ny.backward()", mode)
    assert trace.error is not None
    assert why(known(trace), tensor(trace, "x")) == Why("cut off", 4)


def test_every_reason_is_given_here() -> None:
    elsewhere = {"under way", "unseen"}  # below, and of a graph that no program was seen to make
    assert {expected.reason for _, _, expected in CASES} | elsewhere == set(get_args(WhyNoGrad))


def test_while_backward_runs_it_is_on_its_way() -> None:
    trace = record(f"{HEAD}y = (x * w).exp()\ny.backward()")
    line = max(step.id for step in trace.steps if step.kind == "line" and step.line == 5)
    leaves = [step.id for step in trace.steps if step.kind == "accumulate"]
    for step, expected in ((line, Why("not run")), (min(leaves) - 1, Why("under way", 5))):
        moment = known(trace).moment.history.at(step)
        x = moment.tensor(tensor(trace, "x").id)
        assert x is not None
        assert why(known(trace).at(moment), x) == expected
    for leaf in (tensor(at_step(trace, max(leaves)), name) for name in ("x", "w")):
        assert leaf.grad is not None


def test_while_a_second_backward_runs_it_is_on_its_way_and_not_cleared() -> None:
    trace = record(f"{HEAD}(x * w).exp().backward()\nx.grad = None\n(x * w).exp().backward()\n")
    (first, second) = (
        [step.id for step in trace.steps if step.kind == "accumulate" and step.line == line] for line in (4, 6)
    )
    for step, expected in ((max(first) + 2, Why("cleared", 5)), (min(second) - 1, Why("under way", 6))):
        moment = known(trace).moment.history.at(step)
        x = moment.tensor(tensor(trace, "x").id)
        assert x is not None
        assert x.grad is None
        assert why(known(trace).at(moment), x) == expected


@pytest.mark.parametrize(("change", "reason"), [("w.mul_(2)", "not run"), ("w[()] = 4.", "not run")])
def test_an_earlier_box_is_told_as_it_was_then(change: str, reason: str) -> None:
    trace = record(f"{HEAD}with torch.no_grad():\n    {change}\ny = x * w\ny.backward()")
    ends = known(trace)
    earlier, later = (n.tensor for n in build(trace, "both").nodes if n.tensor is not None and "w" in n.tensor.names)
    assert earlier is not None
    assert later is not None
    assert later.grad is not None
    assert earlier.grad is None
    assert why(ends, earlier).reason == reason


def test_a_box_after_an_update_and_zero_grad_was_cleared_and_the_one_before_has_its_gradient() -> None:
    trace = record(f"{HEAD}{STEP}o.zero_grad()\nz = x * 2")
    earlier, later = (n.tensor for n in build(trace, "both").nodes if n.tensor is not None and "x" in n.tensor.names)
    assert earlier is not None
    assert later is not None
    assert earlier.grad is not None
    assert why(known(trace), later) == Why("cleared", 8)
