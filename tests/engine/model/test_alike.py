"""Units of a layer that learn as one: told where the record proves it; torch runs what tells them apart."""

import pytest

from gradviz.model.trace import Value
from tests.engine.bare import bare_run
from tests.engine.model.mistaken import told

HEAD = "import torch\nfrom torch import nn\ntorch.manual_seed(0)\nx, t = torch.randn(4, 2), torch.randn(4, {outputs})\n"
NET = "net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, {outputs}))\n"
EMBEDDED = "net = nn.Sequential(nn.Embedding(5, 3), nn.Flatten(), nn.Linear(6, {outputs}))\nx = x.long().abs()\n"
TRAIN = (
    "opt = torch.optim.{optimizer}(net.parameters(), lr=0.1)\nfor _ in range({rounds}):\n    opt.zero_grad()\n"
    "    (net(x) - t).pow(2).mean().backward()\n    opt.step()\n"
)
ALL = "for p in net.parameters():\n    {}\n"
BY_HAND = (
    "{}for _ in range(3):\n    ({} - t).pow(2).mean().backward()\n    with torch.no_grad():\n"
    "        for p in (w, v):\n            p -= 0.1 * p.grad\n            p.grad = None\n"
)


def program(
    init: str, *, net: str = NET, outputs: int = 1, optimizer: str = "SGD", rounds: int = 3, train: str = TRAIN
) -> str:
    return (HEAD + net + init + train).format(outputs=outputs, optimizer=optimizer, rounds=rounds)


def units(source: str, name: str, dim: int = 0) -> int:
    """How many different units a bare run of torch ends with."""
    value: Value | None = bare_run(source, [name]).tensors[name].value
    assert value is not None
    assert value.data is not None
    rows, columns = value.shape[0], value.shape[1]
    each = [value.data[at * columns : (at + 1) * columns] for at in range(rows)]
    return len(set(zip(*each, strict=True) if dim else each))


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize(
    ("init", "put"),
    [
        (ALL.format("nn.init.constant_(p, 0.5)"), "nn.init.normal_(p, std=0.1)"),
        (ALL.format("torch.nn.init.ones_(p)"), "torch.nn.init.normal_(p, std=0.1)"),
        (ALL.format("p.data.fill_(0.3)"), "p.data.normal_(std=0.1)"),
        (ALL.format("nn.init.zeros_(p)"), "nn.init.normal_(p, std=0.1)"),
        (ALL.format("p.data.copy_(torch.ones(p.shape))"), None),
        (ALL.format("nn.init.constant_(tensor=p, val=0.5)"), None),
    ],
)
def test_units_that_a_constant_made_alike_are_told_with_what_tells_them_apart(
    init: str, put: str | None, optimizer: str
) -> None:
    source = program(init, optimizer=optimizer)
    (one,) = told(source)
    assert (one.said, one.facts) == ("alike", {"names": "net.0.weight"})
    assert one.line == 7
    assert units(source, "net.0.weight") == 1
    assert (one.fix is None) == (put is None)
    for fix in filter(None, (one.fix,)):
        assert fix.what == put
        changed = fix.edit.applied(source)
        assert told(changed) == []
        assert units(changed, "net.0.weight") == 3


@pytest.mark.parametrize(
    ("made", "result", "dim"),
    [
        ("w = torch.zeros(2, 3, requires_grad=True)\n", "(x @ w).sigmoid() @ v", 1),
        ("w = nn.Parameter(torch.ones(2, 3))\n", "(x @ w).relu() @ v", 1),
        ("w = nn.Parameter(torch.ones(3, 2))\n", "(w @ x.T).tanh().T @ v", 0),
        ("w = nn.Parameter(torch.ones_like(torch.randn(3, 2)))\n", "nn.functional.linear(x, w).tanh() @ v", 0),
    ],
)
def test_units_of_weights_by_hand_are_found_along_their_dimension(made: str, result: str, dim: int) -> None:
    source = HEAD.format(outputs=1) + BY_HAND.format(made + "v = torch.ones(3, 1, requires_grad=True)\n", result)
    (one,) = told(source)
    assert (one.said, one.line, one.facts) == ("alike", 5, {"names": "w"})
    assert units(source, "w", dim) == 1
    assert one.fix is not None
    changed = one.fix.edit.applied(source)
    assert told(changed) == []
    assert units(changed, "w", dim) == 3


def test_many_weights_are_alike_where_all_are_one_number() -> None:
    wide = "x = torch.ones(4, 40)\nnet = nn.Sequential(nn.Linear(40, 3), nn.Tanh(), nn.Linear(3, 1))\n"
    (one,) = told(program(ALL.format("nn.init.constant_(p, 0.01)"), net=wide))
    assert (one.said, one.facts) == ("alike", {"names": "net.0.weight"})
    assert told(program(ALL.format("nn.init.constant_(p, 0.01)"), net=wide.replace("ones(4", "rand(4"))) == []


def test_filters_of_a_convolution_are_units() -> None:
    net = "x = torch.ones(2, 1, 4, 4)\nnet = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Tanh(), nn.Conv2d(2, 1, 2))\n"
    (one,) = told(program("t = 1.\n" + ALL.format("nn.init.constant_(p, 0.1)"), net=net))
    assert (one.said, one.facts) == ("alike", {"names": "net.0.weight"})


@pytest.mark.parametrize(
    ("init", "net", "outputs", "rounds"),
    [
        ("", NET, 1, 3),
        (ALL.format("p.data = torch.ones(p.shape)"), NET, 1, 3),  # no op tells which line that was
        ("nn.init.zeros_(net[2].weight)\n", NET, 1, 3),  # the last layer
        ("nn.init.zeros_(net[2].weight)\nt[:] = 1.\n", NET, 2, 3),
        ("nn.init.ones_(net[0].weight)\n", NET, 1, 3),  # the biases tell the units apart
        (ALL.format("nn.init.ones_(p)"), NET, 1, 1),  # one round
        (ALL.format("nn.init.ones_(p)"), NET.replace("nn.Tanh()", "nn.Dropout(0.5)"), 1, 3),
        (ALL.format("nn.init.ones_(p)"), NET.replace("2, 3", "2, 1").replace("3, {", "1, {"), 1, 3),  # one unit
        (ALL.format("nn.init.ones_(p)") + "net[0].requires_grad_(False)\n", NET, 1, 3),
        (ALL.format("nn.init.eye_(p) if p.dim() == 2 else nn.init.zeros_(p)"), NET, 1, 3),
        (ALL.format("nn.init.ones_(p)") + "nn.init.normal_(net[2].weight)\n", NET, 1, 3),
        ("nn.init.ones_(net[0].weight)\n", EMBEDDED, 1, 3),
    ],
)
def test_units_that_differ_or_are_no_hidden_ones_are_no_mistake(init: str, net: str, outputs: int, rounds: int) -> None:
    assert told(program(init, net=net, outputs=outputs, rounds=rounds)) == []


def test_units_that_one_relu_kept_every_gradient_from_are_told_by_that_alone() -> None:
    source = program(ALL.format("nn.init.constant_(p, -1.)"), net="x = x.abs()\n" + NET.replace("Tanh", "ReLU"))
    assert [one.said for one in told(source)] == ["flat"]


def test_a_weight_that_is_used_in_two_ways_has_no_units() -> None:
    made = "w = torch.ones(2, 2, requires_grad=True)\nv = torch.ones(2, 1, requires_grad=True)\n"
    assert told(HEAD.format(outputs=1) + BY_HAND.format(made, "(((x @ w).tanh() @ w.T).tanh() @ v)")) == []


def test_a_call_that_is_written_twice_is_left_to_the_person() -> None:
    once = "torch.ones(2, 3, requires_grad=True)"
    made = f"w, u = {once}, {once}\nv = torch.ones(3, 1, requires_grad=True)\n"
    (one,) = told(HEAD.format(outputs=1) + BY_HAND.format(made, "(x @ w).tanh() @ v"))
    assert (one.said, one.fix) == ("alike", None)
