"""What goes wrong without an error: told where it happens, and nowhere else; torch runs what mends it."""

import pytest

from gradviz import resources
from gradviz.model.why.mistake import Mistake
from gradviz.model.why.silentwords import SAID, mistake_text
from gradviz.picture.picture import Options
from gradviz.picture.record.record import Record
from gradviz.picture.texts.problems import problems
from tests.engine.bare import bare_run
from tests.engine.model.mistaken import told
from tests.engine.recording import record

MODEL = (
    "import torch\ntorch.manual_seed(0)\nm = torch.nn.Linear(2, 1)\nx, t = torch.ones(4, 2), torch.ones(4, 1)\n"
    "opt = torch.optim.{optimizer}(m.parameters(), lr=0.1)\n"
)
WEIGHT = "import torch\nw = torch.tensor([2., 0.3], requires_grad=True)\n"
LOSS = "    loss = (m(x) - t).pow(2).mean()\n"


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "RMSprop"])
@pytest.mark.parametrize("in_function", [False, True])
def test_gradients_that_an_update_has_used_are_told_where_another_uses_them_again(
    optimizer: str, in_function: bool
) -> None:
    loop = "for _ in range(4):\n" + LOSS + "    loss.backward()\n    opt.step()\n"
    if in_function:
        loop = "def train():\n" + "".join(f"    {line}\n" for line in loop.splitlines()) + "train()\n"
    source = MODEL.format(optimizer=optimizer) + loop
    (one,) = told(source)
    backward = next(at for at, line in enumerate(source.splitlines(), 1) if "backward" in line)
    assert (one.said, one.line, one.facts) == ("stale", backward, {"names": "m.weight, m.bias", "used": backward + 1})
    assert one.fix is not None
    changed = one.fix.edit.applied(source)
    assert told(changed) == []
    cleared = source.replace("opt.step()", "opt.step(); m.zero_grad()")
    ended = [bare_run(one, ["m.weight"]).tensors["m.weight"].value for one in (source, cleared, changed)]
    assert ended[0] != ended[1] == ended[2]


def test_an_update_by_hand_is_told_too_and_no_call_is_guessed() -> None:
    loop = "for _ in range(3):\n    (w * w).sum().backward()\n    with torch.no_grad():\n        w -= 0.1 * w.grad\n"
    (one,) = told(WEIGHT + loop)
    assert (one.said, one.line, one.facts, one.fix) == ("stale", 4, {"names": "w", "used": 6}, None)
    for clear in ("w.grad = None", "w.grad.zero_()"):
        assert told(f"{WEIGHT}{loop}        {clear}\n") == []


@pytest.mark.parametrize(
    "loop",
    [
        LOSS
        + "    (loss / 2).backward(retain_graph=True)\n    (loss / 2).backward()\n    opt.step()\n    opt.zero_grad()",
        LOSS + "    loss.backward()\n    print(m.weight.grad.norm())\n    if _ % 2:\n        opt.step(); m.zero_grad()",
        "    opt.zero_grad()\n" + LOSS + "    loss.backward()\n    opt.step()\n    m(x).sum().backward()",
        "    opt.zero_grad(set_to_none=False)\n" + LOSS + "    loss.backward()\n    opt.step()",
    ],
)
def test_gradients_that_are_meant_to_add_up_are_no_mistake(loop: str) -> None:
    assert told(f"{MODEL.format(optimizer='SGD')}for _ in range(4):\n{loop}\n") == []


@pytest.mark.parametrize(
    ("before", "loop"),
    [
        ("m = torch.nn.Linear(2, 1)\n", "    opt.zero_grad()\n" + LOSS + "    loss.backward()\n    opt.step()"),
        ("", LOSS + "    loss.backward()\n    opt.zero_grad()\n    opt.step()"),
        ("m.requires_grad_(False)\nx.requires_grad_()\n", LOSS + "    loss.backward()\n    opt.step()"),
    ],
)
def test_an_optimizer_that_never_changes_anything_is_told(before: str, loop: str) -> None:
    source = f"{MODEL.format(optimizer='Adam')}{before}for _ in range(2):\n{loop}\n"
    (one,) = told(source)
    line = next(at for at, line in enumerate(source.splitlines(), 1) if "opt.step" in line)
    assert (one.said, one.line, one.facts) == ("idle", line, {"name": "opt"})
    without = source.replace("opt.step()", "pass")
    ended = [bare_run(one, ["m.weight"]).tensors["m.weight"].value for one in (source, without)]
    assert ended[0] == ended[1]


@pytest.mark.parametrize(
    "body",
    [
        "for _ in range(2):\n    opt.step()\n    opt.zero_grad()\n" + LOSS + "    loss.backward()",
        "class Own:\n    def step(self):\n        pass\nown = Own()\nown.step()",
        "class Net(torch.nn.Module):\n    def step(self):\n        pass\nnet = Net()\nnet.step()",
        "s = torch.optim.lr_scheduler.StepLR(opt, 1)\nm(x).sum().backward()\nopt.step()\ns.step()",
    ],
)
def test_an_optimizer_that_changes_something_and_what_is_none_is_no_mistake(body: str) -> None:
    assert told(f"{MODEL.format(optimizer='SGD')}{body}\n") == []


@pytest.mark.parametrize("f", ["round", "sign", "floor", "ceil", "trunc"])
def test_a_function_whose_derivative_is_nought_is_told_where_nothing_else_comes_by(f: str) -> None:
    (one,) = told(f"{WEIGHT}y = (w.{f}() * 3).sum()\ny.backward()\n")
    assert (one.said, one.line, one.facts["names"]) == ("flat", 3, "w")
    assert told(f"{WEIGHT}y = (w - w.{f}()).sum()\ny.backward()\n") == []
    assert told(f"{WEIGHT}y = (w + (w.{f}() - w).detach()).sum()\ny.backward()\n") == []
    assert told(f"{WEIGHT}y = w.{f}()\n") == []


@pytest.mark.parametrize("add", ["total += loss", "total = total + loss"])
def test_a_sum_that_holds_the_graphs_of_all_rounds_is_told(add: str) -> None:
    loop = "total = 0\nfor i in range(4):\n    loss = (w * i).exp().sum()\n    loss.backward()\n    w.grad = None\n"
    source = f"{WEIGHT}{loop}    {add}\n"
    (one,) = told(source)
    assert (one.said, one.line, one.facts) == (
        "growing",
        8,
        {"call": add.removeprefix("total = "), "times": 4},
    )
    for way in (".detach()", ".item()"):
        assert told(source.replace(add, add + way)) == []
    if one.fix is not None:
        changed = one.fix.edit.applied(source)
        assert bare_run(changed).tensors["total"].value == bare_run(source).tensors["total"].value
        assert bare_run(changed).tensors["total"].grad_fn is None
    assert (one.fix is not None) == ("+=" in add)


@pytest.mark.parametrize(
    "body",
    [
        "total = 0\nfor i in range(4):\n    total += (w * i).exp().sum()\ntotal.backward()",
        "total = 0\nfor i in range(4):\n    loss = (w * i).exp().sum()\n    loss.backward(retain_graph=True)\n"
        "    total += loss\ntotal.backward()",
        "loss = w.exp().sum()\nloss.backward()\ntotal = loss + 1",
    ],
)
def test_a_sum_through_which_backward_goes_is_no_mistake(body: str) -> None:
    assert [one.said for one in told(f"{WEIGHT}{body}\n")] == []


BY_HAND = (
    "import torch\ntorch.manual_seed(0)\nm = torch.nn.Linear(2, 1)\nx = torch.ones(3, 2)\nfor _ in range(3):\n"
    "    m(x).pow(2).sum().backward()\n{}    m.zero_grad()\n"
)
RENAMED = [
    "    for p in m.parameters():\n        p = p - 0.01 * p.grad\n",
    "    with torch.no_grad():\n        for p in m.parameters():\n            p = p - 0.01 * p.grad\n",
]


@pytest.mark.parametrize("update", RENAMED)
def test_an_update_that_leaves_the_parameters_as_they_were_is_told(update: str) -> None:
    source = BY_HAND.format(update)
    (one,) = told(source)
    assert (one.said, one.facts) == ("renamed", {"name": "p", "names": "m.weight, m.bias"})
    assert one.fix is not None
    changed = one.fix.edit.applied(source)
    assert told(changed) == []
    meant = BY_HAND.format("    with torch.no_grad():\n        for p in m.parameters(): p -= 0.01 * p.grad\n")
    still = BY_HAND.format("")
    ended = [bare_run(one, ["m.weight"]).tensors["m.weight"].value for one in (source, still, changed, meant)]
    assert ended[0] == ended[1] != ended[2] == ended[3]


@pytest.mark.parametrize(
    "update",
    [
        "    for p in m.parameters():\n        p = p - 0.01 * p.grad\n        print(p.sum())\n",
        "    for p in m.parameters():\n        p = p - 0.01 * p.grad\n        print(p)\n",
        "    for n, p in [*m.named_parameters()]:\n        p = p - 0.01 * p.grad\n"
        "        setattr(m, n, torch.nn.Parameter(p))\n    m(x).pow(2).sum().backward()\n",
        "    new = []\n    for p in m.parameters():\n        p = p - 0.01 * p.grad\n        new.append(p)\n",
        "    for p in m.parameters():\n        q = p - 0.01 * p.grad\n",
        "    for p in m.parameters():\n        with torch.no_grad():\n            p -= 0.1\n            p = p - 0.1\n",
    ],
)
def test_what_is_made_of_a_parameter_and_used_is_no_mistake(update: str) -> None:
    assert told(BY_HAND.format(update)) == []


ADVERSARY = "D = torch.nn.Linear(2, 1)\nd = torch.optim.SGD(D.parameters(), lr=0.1)\n"


@pytest.mark.parametrize(
    "body",
    [
        "for _ in range(2):\n    opt.zero_grad()\n    for _ in range(2):\n        m(x).sum().backward()\n"
        "        print(m.weight.grad.norm())\n        with torch.no_grad():\n            m.weight.clamp_(-1, 1)\n"
        "    opt.step()",
        ADVERSARY + "for _ in range(3):\n    d.zero_grad()\n    D(x).mean().backward()\n    d.step()\n"
        "    opt.zero_grad()\n    (m(x) + D(x)).mean().backward()\n    opt.step()\n    print(D.weight.grad.norm())",
        "for _ in range(3):\n    m(x).sum().backward()\n    opt.step()\n"
        "    with torch.no_grad():\n        m.weight.grad *= 0.9\n        m.bias.grad = None",
    ],
    ids=["read before the update", "read after the update", "kept in part on purpose"],
)
def test_gradients_that_are_read_or_changed_between_updates_are_no_mistake(body: str) -> None:
    assert told(f"{MODEL.format(optimizer='SGD')}{body}\n") == []


def test_no_backward_of_several_for_an_update_is_put_after_a_zero_grad() -> None:
    loop = "for _ in range(4):\n    m(x).sum().backward()\n    if _ % 2:\n        opt.step()\n"
    (one,) = told(MODEL.format(optimizer="SGD") + loop)
    assert (one.said, one.line, one.fix) == ("stale", 7, None)


@pytest.mark.parametrize(
    "body",
    [
        "f = torch.nn.Linear(2, 1).requires_grad_(False)\nother = torch.optim.SGD(f.parameters(), lr=0.1)\n"
        "for _ in range(2):\n    (m(x) + f(x)).sum().backward()\n    opt.step()\n    opt.zero_grad()\n    other.step()",
        "if False: opt.step()",
        "opt.step()\nm(x).sum().backward()\nopt.step()",
    ],
    ids=["frozen", "not run", "busy elsewhere"],
)
def test_an_optimizer_that_has_nothing_to_do_beside_others_is_no_mistake(body: str) -> None:
    assert told(f"{MODEL.format(optimizer='SGD')}{body}\n") == []


def test_what_nothing_arrived_at_is_not_said_to_be_given_noughts() -> None:
    given = "y = (w * 3).round().sum() * v.sum()\nv = torch.autograd.grad(y, v)\n"
    assert told(f"{WEIGHT}v = torch.ones(2, requires_grad=True)\n{given}") == []


NET = """\
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = torch.nn.Linear(2, 1)
        self.w = torch.ones(2, requires_grad=True)
    def forward(self, x):
        return self.lin(x) + x @ self.w
net, x = Net(), torch.ones(1, 2)
opt = torch.optim.SGD({tensors}, lr=0.1)
for i in range(3):
    opt.zero_grad()
    net(x).sum().backward()
    opt.step()
"""
OWN = "net.parameters()"


def test_an_attribute_that_is_no_parameter_is_told_where_others_are_updated() -> None:
    source = NET.format(tensors=OWN)
    (one,) = told(source)
    assert (one.said, one.line, one.facts) == ("left out", 6, {"names": "net.w", "of": "net"})
    assert one.fix is not None
    changed = one.fix.edit.applied(source)
    assert told(changed) == []
    before, after = (bare_run(text, ["net.w"]).tensors["net.w"].value for text in (source, changed))
    assert before is not None
    assert after is not None
    assert before.data == (1.0, 1.0) != after.data


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("super().__init__()\n        self.lin", "torch.nn.Module.__init__(self); self.lin"),
        ("import torch\n", "from torch import nn\nimport torch as th\ntorch = th\n"),
        ("self.w = torch.ones(2, requires_grad=True)", "self.w = w = torch.ones(2, requires_grad=True)"),
        ("    def forward(self, x):\n", "    def forward(self, x):\n        self.w = self.w\n"),
        ("net, x = Net()", "net, d = Net(), {'[.w': torch.ones(2, requires_grad=True)}\nnet.w, x = d['[.w']"),
        ("        self.w = torch", "        self.start()\n    def start(self):\n        self.w = torch"),
    ],
)
def test_an_attribute_is_made_a_parameter_only_where_that_surely_can_be(old: str, new: str) -> None:
    (one,) = told(NET.format(tensors=OWN).replace(old, new))
    assert (one.said, one.fix is None) == ("left out", "__init__(self)" not in new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OWN, "[net.w, *net.parameters()]"),
        (OWN, "net.lin.parameters()"),
        ("    opt.step()\n", "    opt.step()\n    print(net.w.grad)\n"),
        ("    opt.step()\n", "    opt.step()\n    with torch.no_grad(): net.w.mul_(0.9)\n"),
        ("    opt.zero_grad()\n", "    opt.zero_grad()\n    net.w = torch.ones(2, requires_grad=True)\n"),
        ("requires_grad=True", "requires_grad=False"),
        ("range(3)", "range(1)"),
    ],
)
def test_an_attribute_that_is_meant_to_stay_is_no_mistake(old: str, new: str) -> None:
    assert told(NET.format(tensors=OWN).replace(old, new)) == []


LISTED = """\
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [torch.nn.Linear(2, 2) for _ in range(3)]
        self.out = torch.nn.Linear(2, 1)
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.out(x)
torch.manual_seed(0)
net = Net()
first = net.layers[0].weight
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(3):
    opt.zero_grad()
    net(torch.ones(1, 2)).sum().backward()
    opt.step()
"""
MODULES = "[torch.nn.Linear(2, 2) for _ in range(3)]"


@pytest.mark.parametrize("modules", [MODULES, "[torch.nn.Linear(2, 2), torch.nn.Tanh()]"])
def test_modules_in_a_python_list_are_told_where_others_are_updated(modules: str) -> None:
    source = LISTED.replace(MODULES, modules)
    (one,) = [found for found in told(source) if found.said == "listed"]
    assert (one.line, one.facts) == (5, {"names": "self.layers", "of": "net"})
    assert one.fix is not None
    changed = one.fix.edit.applied(source)
    assert f"self.layers = torch.nn.ModuleList({modules})" in changed
    assert told(changed) == []
    begun, still, moved = (
        bare_run(text, ["first"]).tensors["first"].value for text in (source.partition("opt =")[0], source, changed)
    )
    assert begun == still != moved


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (MODULES, "[self.make() for _ in range(3)]\n    def make(self):\n        return torch.nn.Linear(2, 2)"),
        (MODULES, "[torch.nn.Linear(2, 2)] + [torch.nn.Linear(2, 2)]"),
        ("net.parameters()", "[*net.parameters(), *(p for l in net.layers for p in l.parameters())]"),
        ("range(3):\n    opt", "range(1):\n    opt"),
        ("torch.optim.SGD(net.parameters(), lr=0.1)", "torch.optim.SGD(net.out.parameters(), lr=0.1)"),
        ("net = Net()", "net = Net()\n[layer.requires_grad_(False) for layer in net.layers]"),
    ],
)
def test_what_is_no_list_of_modules_or_is_updated_is_not_said_to_be_left_out(old: str, new: str) -> None:
    source = LISTED.replace(old, new).replace(
        "        self.out = torch.nn.Linear(2, 1)\n    def forward", "    def forward"
    )
    source = source.replace("super().__init__()\n", "super().__init__()\n        self.out = torch.nn.Linear(2, 1)\n")
    assert bare_run(source).error is None
    assert told(source) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("torch.nn.Linear(2, 2) for", "Linear(2, 2) for"),
        ("super().__init__()", "torch.nn.Module.__init__(self); self.a = 1"),
    ],
)
def test_a_list_is_made_a_module_list_only_where_it_surely_can_be(old: str, new: str) -> None:
    source = LISTED.replace(old, new).replace("import torch\n", "import torch\nfrom torch.nn import Linear\n")
    (one,) = told(source)
    assert (one.said, one.fix is None) == ("listed", "Linear" in old)


LOSSES = (
    "import torch\nimport torch.nn.functional as F\ntorch.manual_seed(0)\nm = torch.nn.Linear(2, 3)\n"
    "x, t, one = torch.randn(4, 2), torch.tensor([0, 1, 2, 0]), torch.ones(4, 3)\n"
)
WRONG = [
    ("F.cross_entropy(F.softmax(m(x), dim=1), t)", "twice", "F.cross_entropy(m(x), t)"),
    ("F.cross_entropy(m(x).softmax(-1), t)", "twice", "F.cross_entropy(m(x), t)"),
    ("F.cross_entropy(torch.nn.Softmax(dim=1)(m(x)), t)", "twice", None),
    ("F.cross_entropy(F.softmax(input=m(x), dim=1), t)", "twice", None),
    ("F.log_softmax(m(x)[0].softmax(0), 0)[0]", "twice", "F.log_softmax(m(x)[0], 0)[0]"),
    ("F.binary_cross_entropy_with_logits(torch.sigmoid(m(x)), one)", "twice sigmoid", "_logits(m(x), one)"),
    ("F.nll_loss(F.softmax(m(x), dim=1), t)", "no logarithm", "F.nll_loss(F.log_softmax(m(x), dim=1), t)"),
    ("F.nll_loss(m(x).softmax(1), t)", "no logarithm", "F.nll_loss(m(x).log_softmax(1), t)"),
    ("F.nll_loss(F.log_softmax(m(x), dim=0), t)", "other dimension", None),
]


@pytest.mark.parametrize(("call", "said", "meant"), WRONG)
def test_a_loss_that_is_given_what_it_makes_itself_is_told(call: str, said: str, meant: str | None) -> None:
    source = f"{LOSSES}for _ in range(2):\n    loss = {call}\n    loss.backward()\n"
    (one,) = told(source)
    assert (one.said, one.line, one.facts["by"]) == (said, 7, 7)
    assert (one.fix is None) == (meant is None)
    for fix in filter(None, (one.fix,)):
        changed = fix.edit.applied(source)
        assert str(meant) in changed
        assert told(changed) == []
        assert bare_run(changed).error is None


def test_what_is_made_on_another_line_is_told_with_that_line_and_left_to_the_person() -> None:
    (one,) = told(f"{LOSSES}p = m(x).softmax(1)\nprint(p)\nloss = F.cross_entropy(p, t)\nloss.backward()\n")
    assert (one.said, one.line, one.facts["by"], one.fix) == ("twice", 8, 6, None)


def test_what_is_said_of_probabilities_twice_over_is_so() -> None:
    (twice,) = told(f"{LOSSES}F.cross_entropy(F.softmax(m(x) * 1e3, dim=1), t).backward()\n")
    most = bare_run(f"{LOSSES}p = torch.eye(3).softmax(1).max()\nq = torch.tensor(1.).sigmoid()\n").tensors
    assert [round(float(((value and value.data) or (0,))[0]), 2) for value in (most["p"].value, most["q"].value)] == [
        float(twice.facts["most"]),
        0.73,
    ]


@pytest.mark.parametrize(
    "call",
    [
        "F.cross_entropy(m(x), t)",
        "F.nll_loss(F.log_softmax(m(x), dim=1), t)",
        "F.nll_loss(F.log_softmax(m(x)[0], dim=0), t[0])",
        "F.binary_cross_entropy(torch.sigmoid(m(x)), one)",
        "F.kl_div(F.log_softmax(m(x), dim=1), F.softmax(m(x), dim=1))",
        "F.cross_entropy(m(x), F.softmax(m(x).detach(), dim=1))",
    ],
)
def test_losses_that_are_given_what_they_take_are_no_mistake(call: str) -> None:
    assert told(f"{LOSSES}loss = {call}\nloss.backward()\n") == []


@pytest.mark.parametrize(
    ("body", "call", "line"),
    [
        ("loss = m(x).argmax(1).float().mean().requires_grad_()", "m(x).argmax(1)", 6),
        (
            "out = m(x)\nloss = torch.tensor(out.pow(2).mean().item(), requires_grad=True)",
            "out.pow(2).mean().item()",
            7,
        ),
        ("loss = m(x).detach().sum()\nloss.requires_grad = True", "m(x).detach()", 6),
    ],
)
def test_a_backward_that_begins_at_a_leaf_cut_off_from_the_parameters_is_told(body: str, call: str, line: int) -> None:
    source = f"{LOSSES}{body}\nloss.backward()\n"
    (one,) = told(source)
    assert (one.said, one.line) == ("at a leaf", source.count("\n"))
    assert one.facts == {"root": "loss", "names": "m.weight, m.bias", "call": call, "by": line}
    bare = bare_run(source, ["m.weight"]).tensors
    assert (bare["m.weight"].grad, bare["loss"].grad is None) == (None, False)


@pytest.mark.parametrize(
    "body",
    [
        "w = torch.tensor(2., requires_grad=True)\nw.backward()",
        "m(x).sum().backward()\na = m(x).detach().sum().requires_grad_()\na.backward()",
        "a = m(x).detach().requires_grad_()\n(a * 2).sum().backward()",
    ],
)
def test_a_backward_from_a_leaf_that_keeps_nothing_from_others_is_no_mistake(body: str) -> None:
    assert told(f"{LOSSES}{body}\n") == []


ROUNDS = MODEL.format(optimizer="{optimizer}") + "for _ in range(3):\n" + LOSS + "{body}"
CLEAR = "opt.zero_grad(set_to_none=False)"
CLIP = "torch.nn.utils.clip_grad_norm_(m.parameters(), 0.01)"
UNUSED = [
    ("cleared", f"    loss.backward()\n    {CLEAR}\n    opt.step()\n"),
    ("clipped late", f"    loss.backward()\n    opt.step()\n    {CLIP}\n    opt.zero_grad()\n"),
    ("clipped early", f"    opt.zero_grad()\n    {CLIP}\n    loss.backward()\n    opt.step()\n"),
    ("clipped early", f"    {CLEAR}\n    {CLIP}\n    loss.backward()\n    opt.step()\n"),
]


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize(("said", "body"), UNUSED)
def test_gradients_that_are_cleared_or_clipped_for_nothing_are_told(optimizer: str, said: str, body: str) -> None:
    source = ROUNDS.format(optimizer=optimizer, body=body)
    (one,) = told(source)
    assert one.said == said
    assert one.line == source[: source.index("opt.step()" if said == "cleared" else CLIP)].count("\n") + 1
    assert one.fix is not None
    changed = one.fix.edit.applied(source)
    assert told(changed) == []
    line = CLEAR if said == "cleared" else CLIP
    likewise = source.replace(f"    {line}\n", "")
    begun, ended, without, mended = (
        bare_run(text, ["m.weight"]).tensors["m.weight"].value
        for text in (MODEL.format(optimizer=optimizer), source, likewise, changed)
    )
    if said == "cleared":
        assert begun == ended != mended
    else:
        assert ended == without != mended


@pytest.mark.parametrize(
    "body",
    [
        f"    {CLEAR}\n    loss.backward()\n    opt.step()\n",
        f"    loss.backward()\n    opt.step()\n    {CLEAR}\n    opt.step()\n",
        f"    (loss * 0).backward()\n    {CLEAR}\n    opt.step()\n",
        f"    loss.backward()\n    {CLIP}\n    opt.step()\n    opt.zero_grad()\n",
        f"    loss.backward()\n    {CLIP}\n    if _ == 2:\n        opt.step()\n",
        f"    loss.backward()\n    opt.step()\n    norm = {CLIP}\n    print(norm)\n    opt.zero_grad()\n",
        f"    loss.backward()\n    if _:\n        opt.step()\n    {CLIP}\n    if _: opt.zero_grad()\n",
        "    opt.param_groups[0]['lr'] = _ / 10\n    loss.backward()\n    opt.step()\n    opt.zero_grad()\n",
        "    opt.param_groups[0]['lr'] = 0\n    loss.backward()\n    if _ == 2:\n        opt.step()\n",
    ],
)
def test_gradients_that_an_update_has_something_of_are_no_mistake(body: str) -> None:
    assert told(ROUNDS.format(optimizer="SGD", body=body)) == []


def test_gradients_are_clipped_for_another_optimizer_than_the_one_that_went_first() -> None:
    other = "k = torch.nn.Linear(1, 1)\nother = torch.optim.SGD(k.parameters(), lr=0.1)\n"
    body = (
        "for _ in range(3):\n    opt.zero_grad()\n    other.zero_grad()\n    k(m(x)).pow(2).mean().backward()\n"
        "    opt.step()\n    torch.nn.utils.clip_grad_norm_(k.parameters(), 0.01)\n    other.step()\n"
    )
    assert told(MODEL.format(optimizer="SGD") + other + body) == []


@pytest.mark.parametrize(("optimizer", "rate"), [("SGD", "0"), ("Adam", "0.0"), ("Adam", "1e-12")])
def test_an_optimizer_that_leaves_every_number_as_it_was_is_told(optimizer: str, rate: str) -> None:
    loop = "    opt.zero_grad()\n    loss.backward()\n    opt.step()\n"
    source = ROUNDS.format(optimizer=optimizer, body=loop)
    (one,) = told(source.replace("lr=0.1", f"lr={rate}"))
    facts = {"names": "m.weight, m.bias", "times": 3, "call": "opt.step()"}
    assert (one.said, one.line, one.facts, one.fix) == ("still", 10, facts, None)
    begun, still = (
        bare_run(text, ["m.weight"]).tensors["m.weight"].value
        for text in (MODEL.format(optimizer=optimizer), source.replace("lr=0.1", f"lr={rate}"))
    )
    assert begun == still
    assert told(source) == []


@pytest.mark.parametrize("body", [f"    loss.backward(); {CLEAR}\n    opt.step()\n", UNUSED[0][1] + "    pass; pass\n"])
def test_lines_change_places_only_where_each_stands_alone(body: str) -> None:
    (one,) = told(ROUNDS.format(optimizer="SGD", body=body))
    assert (one.said, one.fix is None) == ("cleared", ";" in body.partition("\n")[0])


ANEW = """\
import torch
torch.manual_seed(0)
x, t = torch.ones(4, 2), torch.zeros(4, 1)
for i in range(3):
    m = torch.nn.Linear(2, 1)
    opt = torch.optim.{}(m.parameters(), lr=0.1)
    opt.zero_grad()
    loss = (m(x) - t).pow(2).mean()
    loss.backward()
    opt.step()
"""


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("after", ["", "print(m(x))\n"])
def test_a_model_that_each_round_makes_anew_is_told(optimizer: str, after: str) -> None:
    source = ANEW.format(optimizer) + after
    (one,) = told(source)
    assert (one.said, one.line, one.facts) == ("anew", 5, {"name": "m", "names": "m.weight, m.bias", "used": 10})
    assert one.fix is not None
    changed = one.fix.edit.applied(source)
    assert "torch.zeros(4, 1)\nm = torch.nn.Linear(2, 1)\nfor i in range(3):\n    opt = " in changed
    assert told(changed) == []
    begun = source.partition("    opt =")[0]
    versions = [bare_run(text, ["m.weight"]).tensors["m.weight"].version or 0 for text in (begun, source, changed)]
    assert [one - versions[0] for one in versions] == [0, 1, 3]  # updates that the last model had


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("loss.backward()\n", "loss.backward()\n    opt.step()\n    opt.zero_grad()\n    m(x).sum().backward()\n"),
        ("opt.step()\n", "opt.step()\n    print(m.weight)\n"),
        ("opt.step()\n", "opt.step()\n    print(m(x))\n"),
        ("opt.step()\n", "opt.step()\n    state = {k: v.clone() for k, v in m.state_dict().items()}\n"),
        ("    opt.zero_grad()", "    m.load_state_dict(old) if i else None\n    opt.zero_grad()"),
        ("range(3)", "range(1)"),
        ("    m = torch.nn.Linear(2, 1)\n", "    m = torch.nn.Linear(2, 1) if i == 0 else m\n"),
        ("x, t =", "kept = []\nx, t ="),
    ],
)
def test_models_that_are_used_once_they_are_updated_are_no_mistake(old: str, new: str) -> None:
    source = ANEW.format("SGD").replace(old, new)
    if "load_state" in new:
        source += "    old = m.state_dict()\n"
    if "kept" in new:
        source += "    kept.append(m)\nprint(sum(m(x) for m in kept))\n"
    assert bare_run(source).error is None
    assert told(source) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("torch.nn.Linear(2, 1)", "torch.nn.Linear(2, (i > 9) + 1)"),
        ("torch.nn.Linear(2, 1)", "torch.nn.Linear(2, 1)  # small"),
        ("torch.nn.Linear(2, 1)", "torch.nn.Linear(\n        2, 1)"),
    ],
)
def test_a_model_is_made_before_the_loop_only_where_it_surely_can_be(old: str, new: str) -> None:
    (one,) = told(ANEW.format("SGD").replace(old, new))
    assert (one.said, one.fix) == ("anew", None)


def test_lines_change_places_only_where_they_follow_each_other() -> None:
    (one,) = told(
        ROUNDS.format(optimizer="SGD", body=f"    loss.backward()\n    {CLEAR}\n    print(_)\n    opt.step()\n")
    )
    assert (one.said, one.fix) == ("cleared", None)


PAIRS = (
    "import torch\ntorch.manual_seed(0)\nm = torch.nn.Linear(2, 1)\nx, y = torch.randn(4, 2), torch.randn(4)\n"
    "{}\nloss.backward()\n"
)


@pytest.mark.parametrize(
    ("loss", "written"),
    [
        ("((m(x) - y) ** 2).mean()", "m(x).flatten() - y"),
        ("(y - m(x)).pow(2).sum()", "y - m(x).flatten()"),
        ("torch.mean(torch.abs(m(x) * 2 - y))", "(m(x) * 2).flatten() - y"),
        ("(m(x).squeeze() - torch.randn(4, 1)).square().mean() / 2", "m(x).squeeze() - torch.randn(4, 1).flatten()"),
        ("(m(x) - y.repeat(2)[2:6]).abs().mean()", "m(x).flatten() - y.repeat(2)[2:6]"),
    ],
)
def test_a_loss_of_the_differences_of_all_pairs_is_told(loss: str, written: str) -> None:
    source = PAIRS.format(f"loss = {loss}")
    (one,) = told(source)
    assert (one.said, one.line) == ("all pairs", 5)
    assert (one.facts["count"], one.facts["pairs"]) == (4, 16)
    assert one.fix is not None
    changed = one.fix.edit.applied(source)
    assert written in changed
    assert told(changed) == []
    one_by_one = loss.replace(".squeeze()", "").replace("m(x)", "m(x)[:, 0]").replace("randn(4, 1)", "randn(4)")
    sources = (source, changed, PAIRS.format(f"loss = {one_by_one}"))
    ended = [bare_run(one, ["m.weight"]).tensors for one in sources]
    wrong, mended, right = ((one["loss"].value, one["m.weight"].grad) for one in ended)
    assert wrong != mended == right


@pytest.mark.parametrize(
    "loss", ["torch.sub(m(x), y).pow(2).mean()", "(m(x) - y).abs().mean() + (m(x) - y).abs().sum()"]
)
def test_a_column_is_made_flat_only_where_one_difference_is_written(loss: str) -> None:
    (one,) = told(PAIRS.format(f"loss = {loss}"))
    assert (one.said, one.fix) == ("all pairs", None)


@pytest.mark.parametrize(
    "body",
    [
        "loss = (m(x)[:, 0] - y).pow(2).mean()",
        "loss = (m(x) - y[:, None]).pow(2).mean()",
        "loss = (m(x)[:, 0].unsqueeze(1) - y).abs().mean()",  # of all pairs on purpose
        "p = m(x).flatten().view(-1, 1)\nloss = (p - y).abs().mean()",
        "p = m(x)[:, 0]\nloss = (p[:, None] - p).abs().mean()",
        "loss = (m(x) - y).abs().min(dim=1).values.mean()",  # the nearest of them
        "loss = torch.softmax(m(x) - y, 1).sum()",
        "c = torch.zeros(4, requires_grad=True)\nloss = (m(x) - c).pow(2).mean()",  # centres that are learned
        "d = m(x) - y\nprint(d.shape, d.diagonal())\nloss = d.pow(2).mean()",
        "loss = (m(x) - y).pow(2).mean()\nprint(loss)\nloss = m(x).sum()",
        "loss = (m(x) - torch.ones(3)).pow(2).mean()",
        "loss = (m(x) - y).mean()",  # which is the same
        "loss = (m(x[:1]) - y[:1]).pow(2).mean()",
        "loss = (m(x) - 1).pow(2).mean() + (m.weight - m.bias).sum()",
        "loss = (torch.outer(m(x)[:, 0], y) - m(x)).pow(2).mean()",
    ],
)
def test_differences_that_are_meant_to_be_of_all_pairs_are_no_mistake(body: str) -> None:
    assert told(PAIRS.format(body)) == []


@pytest.mark.parametrize("call", ["opt.step", "opt.zero_grad", "loss.backward"])
def test_a_method_that_is_named_and_not_called_is_told(call: str) -> None:
    lines = "    opt.zero_grad()\n" + LOSS + "    loss.backward()\n    opt.step()\n"
    source = f"{MODEL.format(optimizer='SGD')}for _ in range(2):\n{lines}"
    changed = source.replace(f"{call}()", call)
    found = [one for one in told(changed) if one.said == "uncalled"]
    assert [(one.line, one.facts) for one in found] == [
        (changed[: changed.index(call)].count("\n") + 1, {"call": f"{call}()"})
    ]
    assert [one.fix.edit.applied(changed) for one in found if one.fix] == [source]
    assert told(source) == []
    assert told(f"{MODEL.format(optimizer='SGD')}if x is None:\n    opt.step\nx.shape\n") == []


def test_each_is_said_in_both_languages_with_what_it_speaks_of() -> None:
    facts: dict[str, str | int] = {
        "names": "",
        "used": 3,
        "name": "opt",
        "grad_fn": "RoundBackward0",
        "call": "a += b",
        "of": "m",
        "by": 2,
        "most": "0.58",
        "dim": 0,
        "root": "loss",
        "one": "(4, 1)",
        "other": "(4,)",
        "count": 4,
        "pairs": 16,
    }
    for said in SAID["en"]:
        english, japanese = (mistake_text(Mistake(said, 1, {**facts, "times": 2}), one) for one in ("en", "ja"))
        assert english.isascii()
        assert not japanese.isascii()
        assert "{" not in english + japanese
    source = MODEL.format(optimizer="SGD") + "for _ in range(3):\n" + LOSS + "    loss.backward()\n    opt.step()\n"
    (problem,) = problems(Record(record(source)), Options())
    assert (problem.severity, problem.hint, len(problem.offers)) == ("warning", "silent-stale", 1)


def test_of_the_lessons_only_those_that_are_about_it_are_said_to_go_wrong() -> None:
    found = {lesson.name: {one.said for one in told(lesson.source, raises=True)} for lesson in resources.lessons()}
    wrong = {name: said for name, said in found.items() if said}
    assert wrong == {"total_loss": {"growing"}, "zero_is_not_none": {"flat"}}
