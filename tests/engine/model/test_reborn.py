"""A Parameter that is made anew each time: told where no update changed one; torch trains what is made once."""

import pytest

from tests.engine.bare import bare_run
from tests.engine.model.mistaken import told

MADE = "nn.Parameter(torch.ones(2))"
SOURCE = (
    "import torch\nfrom torch import nn\ntorch.manual_seed(0)\nx = torch.randn(4, 2)\nclass Net(nn.Module):\n"
    "    def __init__(self):\n        super().__init__()\n        self.lin = nn.Linear(2, 2)\n"
    "    def forward(self, x):\n"
    f"        scale = {MADE}\n        return self.lin(x) * scale\n"
    "net = Net()\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nfor _ in range(3):\n    opt.zero_grad()\n"
    "    net(x).pow(2).mean().backward()\n    opt.step()\n"
)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_a_parameter_that_forward_makes_is_told_and_made_once(optimizer: str) -> None:
    source = SOURCE.replace("SGD", optimizer)
    (one,) = told(source)
    assert (one.said, one.line, one.facts) == ("reborn", 10, {"times": 3})
    assert one.fix is not None
    changed = one.fix.edit.applied(source)
    assert f"        super().__init__()\n        self.scale = {MADE}\n" in changed
    assert told(changed) == []
    ended = bare_run(changed, ["net.scale"]).tensors["net.scale"]
    assert ended.value is not None
    assert ended.value.data != (1.0, 1.0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (MADE, "nn.Parameter(torch.ones(x.shape[1]))"),
        (MADE, "nn.Parameter(self.lin.bias * 2)"),
        (f"scale = {MADE}", f"scale = {MADE} * 1"),
        (f"scale = {MADE}", "scale = nn.Parameter(\n            torch.ones(2))"),
        ("super().__init__()", "nn.Module.__init__(self)"),
        ("self.lin = nn.Linear(2, 2)", "self.lin = nn.Linear(2, 2); self.lin.scale = 1"),
        ("net.parameters()", "[net.lin.weight]"),
    ],
)
def test_it_is_made_once_only_where_it_surely_can_be(old: str, new: str) -> None:
    (one,) = told(SOURCE.replace(old, new))
    assert (one.said, one.fix) == ("reborn", None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("range(3)", "range(1)"),
        (MADE, "torch.ones(2, requires_grad=True)"),
        (MADE, "nn.Parameter(torch.ones(2), requires_grad=False)"),
        ("    opt.step()\n", "    opt.step()\n    print(net.lin.bias.grad)\n"),  # gradients are read
        ("return self.lin(x) * scale", "return self.lin(x) * scale.detach()"),
        ("    opt.step()\n", "    opt.step()\n    torch.optim.SGD([net.scale], lr=0.1).step()\n"),
        ("    opt.step()\n", ""),
        ("net(x).pow(2)", "(net(x) + net(x)).pow(2)"),
    ],
)
def test_parameters_that_are_used_otherwise_are_no_mistake(old: str, new: str) -> None:
    source = SOURCE.replace(old, new).replace("        return", "        self.scale = scale\n        return")
    assert [one.said for one in told(source) if one.said == "reborn"] == []


def test_parameters_that_a_constructor_makes_are_no_mistake() -> None:
    source = SOURCE.replace(f"        scale = {MADE}\n", "").replace("* scale", "* self.scale[0]")
    several = f"self.scale = nn.ParameterList([{MADE} for _ in range(2)])"
    assert told(source.replace("self.lin = nn", f"{several}\n        self.lin = nn")) == []
