"""Fixes of errors and warnings, of programs in which torch raises them: the changed program no longer does."""

from collections.abc import Iterator
from textwrap import indent

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.errors.errors import HINTS, hint
from gradviz.model.errors.fitting import FITTING
from gradviz.model.errors.functions import FUNCTIONS
from gradviz.model.errors.warned import warning_hint
from gradviz.model.moments.moment import History
from gradviz.model.source.toggles import Toggles
from gradviz.model.trace import Trace
from gradviz.model.why.fixes.changed import clone_before
from gradviz.model.why.fixes.errors import of_error, of_warning
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.fixes import Fixes
from tests.engine.bare import bare_run
from tests.engine.programs import sweep
from tests.engine.recording import record, tensor
from tests.unit.model.traces import known as ended

HEAD = (
    "import copy\nimport torch\nx = torch.{leaf}, requires_grad=True)\nw = torch.{leaf}, requires_grad=True)\n"
    "c = torch.{leaf})\n"
)
BODIES: dict[str, list[str]] = {
    "full-width": ["y = torch．ones（3）  # （）", "y = torch.ones(1){f}　+ 1", "print(“full（。）”)"],
    "typo": ["y = torch.onse(3)", "y = x.expp(){f}", "y = torch.sum(x{f})\nz = y.meen()"],
    "keyword": ["y = torch.ones(3, require_grad=True)", "y = x{f}{r}\ny.backward(retain_grap=True)"],
    "not-contiguous": ["y = torch.ones(2, 3){f}.t().view(6)", "y = (torch.ones(2, 3).t() * 2){f}\nz = y.view(-1) + 1"],
    "second-backward": [
        "y = (x * w){f}{r}\ny.backward()\ny.backward()",
        "y = (x * w){f}\nfor _ in range(2):\n    y{r}.backward()",
        "y = (x * w).exp(){r}\ng = torch.autograd.grad(y, x)\ng = torch.autograd.grad(y, x)",
    ],
    "not-tracked": [
        "y = (c * 2){f}{r}\ny.backward()",
        "with torch.no_grad():\n    y = (x * 2){f}{r}\ny.backward()",
        "y = (x * w){f}.detach(){r}\ny.backward()",
        "m = torch.nn.Linear(1, 1)\nfor p in m.parameters():\n    p.requires_grad_(False)\n"
        "m(c.reshape(1)){f}{r}.backward()",
        "y = x{f}{r}\nz = torch.tensor(y)\nz.backward()",
        "y = x{f}{r}\ng, = torch.autograd.grad(y, x)\ng.sum().backward()",
        "y = (x * w){f}{r}\ny.backward()\ng = x.grad\ng{r}.backward()",
        "y = (x ** 3){r}\ng, = torch.autograd.grad(y, [x])\n(g * 2){r}.backward()",
    ],
    "non-scalar": [
        "y = torch.stack([x, w]){f}\ny.backward()",
        "y = torch.stack([x, w]){f}\ntorch.autograd.grad(y * 2, x)",
        "torch.autograd.backward(torch.stack([x, w]){f})",
        "(torch.stack([x, w]) * 2).backward()",
    ],
    "int-grad": [
        "n = torch.tensor(2, requires_grad=True)",
        "n = torch.arange(3)\nn.requires_grad_()",
        "n = torch.tensor([1, 2])\nn.requires_grad = True",
        "n = torch.zeros(3, dtype=torch.int64, requires_grad=True)",
    ],
    "leaf-inplace": ["x += 1", "x.mul_(2)  # twice", "for _ in range(2):\n    x -= 0.1"],
    "view-of-leaf": ["x.view(-1)[0] = 3.", "v = x.view(-1)\nv.mul_(2)"],
    "version": [
        "y = (x * w).exp()\ny.mul_(2)\ny{r}.backward()",
        "y = x * 2\nz = (y{f} * y){r}\ny += 1\nz.backward()",
        "y = torch.stack([x, w]){f}\nz = (y * y){r}\ny[0] = 5.\nz.backward()",
    ],
    "flag-non-leaf": ["y = x{f}\ny.requires_grad_(False)", "y = x{f}\ny.requires_grad = False"],
    "retain-no-rg": [
        "c.retain_grad()",
        "y = c{f}\ny.retain_grad()",
        "with torch.no_grad():\n    y = x{f}\ny.retain_grad()",
    ],
    "overlap": [
        "y = torch.stack([x, w]){f}.sum(0, keepdim=True).reshape(1).expand(3)\ny.add_(1)",
        "y = (x * w){f}.reshape(1).expand(2)\ny += 1",
    ],
    "not-asked": ["torch.autograd.grad((x * c){f}{r}, c)", "y = (x * c){f}{r}\ng, h = torch.autograd.grad(y, [x, c])"],
    "infer-save": ["with torch.inference_mode():\n    y = c{f}\nz = (y * w){r}"],
    "infer-inplace": ["with torch.inference_mode():\n    y = c{f}\ny.add_(1)"],
    "infer-rg": ["with torch.inference_mode():\n    y = torch.ones(2)\ny.requires_grad_()"],
    "unused": [
        "y = (x * w){r}\ng, = torch.autograd.grad(y, x, create_graph=True)\n"
        "h, = torch.autograd.grad(g.sum(), x)\nh * 2",
        "torch.autograd.grad(x{f}{r}, w)",
        "y = x{f}{r}\ng, h = torch.autograd.grad(y, [x, w])",
    ],
    "no-grad-yet": [
        "(x * c){f}{r}.backward()\nd = c - c.grad * 2",
        "(x * c){f}{r}.backward()\nx.grad = None\nd = x.grad + 1",
        "for _ in range(2):\n    (x * w){f}{r}.backward()\n    x = x - 0.1 * x.grad",
    ],
    "none": ["(x * c){f}{r}.backward()\nc.grad.zero_()", "y = (x * w){f}\ny{r}.backward()\ny.grad.norm()"],
    "zero-tensor": [
        "g, = torch.autograd.grad(x.abs(){r}, x, create_graph=True)\ng{r}.backward()\n(x * w){f}{r}.backward()",
        "g, = torch.autograd.grad(x.abs(){r}, x, create_graph=True)\ng{r}.backward()\ny = (x * w){f}\nx.grad.zero_()",
    ],
    "numpy": ["a = x{f}.numpy()", "a = (x * w).numpy() + 1"],
    "deepcopy": ["y = x{f}\nd = copy.deepcopy(y)", "d = copy.deepcopy(x * 2)"],
    "multi-view": ["a, b = torch.stack([x, w]).unbind()\na.add_(1)", "a, b = torch.stack([x, w]).unbind()\nb *= 2"],
}
# Errors without a change that surely is what the person meant.
WITHOUT = {
    "detached",
    "complex-root",
    "no-grad-view",
    "out-grad",
    "grad-shape",
    "gradcheck",
    "item",
    "bool",
    "nan",
    "memory",
    "python-memory",
    "denied",
    "input",
    "stopped",
    "refused",
    "died",
    "optimizer-leaf",
    "optimizer-empty",
    *(row.id for row in FITTING if row.id not in ("not-contiguous", "mm", "dtype", "whole", "cast")),
    *(row.id for row in FUNCTIONS if row.id not in ("number", "function-called", "none", "zero-tensor")),
}
# Errors with a fix for one way to bring them about: id, what is written, what then stands in its place.
FITTED = [
    ("mm", "a, b = torch.ones(4, 3), torch.ones(2, 3)\nx * (a @ b)", "x * (a @ b.T)"),
    ("mm", "a, b = torch.ones(3, 4), torch.ones(3, 2)\nx * torch.mm(a, b)", "x * torch.mm(a.T, b)"),
    ("dtype", "a = torch.ones(2, 2, dtype=torch.float64)\nb = a @ (torch.ones(2, 2) * x)", None),
    ("dtype", "a, m = torch.tensor([[1, 2]]), torch.nn.Linear(2, 1)\nb = m(a)", "b = m(a.float())"),
    ("dtype", "a = torch.ones(2, 2, dtype=torch.int32)\nb = torch.ones(2, 2).mm(a)", None),
    ("whole", "a = torch.tensor([1, 2])\nb = a.mean()", "b = a.float().mean()"),
    ("whole", "a = torch.arange(3)\nb = torch.mean(a)", "b = torch.mean(a.float())"),
    (
        "cast",
        "a, t = torch.ones(2), torch.tensor([1, 0])\nb = torch.nn.functional.binary_cross_entropy_with_logits(a, t)",
        "b = torch.nn.functional.binary_cross_entropy_with_logits(a, t.float())",
    ),
    ("numpy", "import numpy as np\na = np.sin(x * 2) + 1", "a = torch.sin(x * 2) + 1"),
    ("number", "a = (x * w).sum().item()\nprint(1)\na.backward()", "a = (x * w).sum()"),
    ("number", "import math\na = math.exp(x)\na.backward()", "a = torch.exp(x)"),
    ("number", "a = float((x * w).sum())\na.backward()", "a = (x * w).sum()"),
    (
        "function-called",
        "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        return a * 1\n"
        "    @staticmethod\n    def backward(ctx, g):\n        return g\ny = F()(x) + 1",
        "y = F.apply(x) + 1",
    ),
]
_F = st.sampled_from((".exp()", ".sin()", ".square()"))
_R = st.sampled_from((".sum()", ".mean()"))
_LEAF = st.sampled_from(("tensor(2.", "tensor([1.5]", "full((), 3."))
_FILL = st.sampled_from(("", "# ゑ\n", "print(1)\n"))


def programs(name: str) -> st.SearchStrategy[str]:
    def made(body: str, f: str, r: str, leaf: str, fill: str, inside: bool) -> str:
        body = body.replace("{f}", f).replace("{r}", r)
        if inside and name != "full-width":
            body = "if True:\n" + "\n".join(f"    {line}" for line in body.split("\n"))
        return f"{HEAD.format(leaf=leaf)}{fill}{body}\n"

    return st.builds(made, st.sampled_from(BODIES[name]), _F, _R, _LEAF, _FILL, st.booleans())


def known(trace: Trace) -> Fixes:
    return Fixes(ended(trace), Toggles(History(trace)))


def fix_of(source: str) -> tuple[str | None, tuple[Fix, ...]]:
    trace = record(source)
    assert trace.error is not None, source
    error = trace.error._replace(hint=hint(trace.error))
    return error.hint, of_error(known(trace), error)


def test_a_complex_result_is_not_summed() -> None:
    assert fix_of("import torch\nx = torch.ones(2, requires_grad=True)\n(x * 1j).backward()") == ("non-scalar", ())


def test_every_error_has_programs_or_no_safe_fix() -> None:
    fitted = {name for name, _, _ in FITTED}
    assert {*BODIES, *WITHOUT, *fitted} == {row.id for row in (*HINTS, *FITTING, *FUNCTIONS)}
    assert WITHOUT.isdisjoint({*BODIES, *fitted})


@pytest.mark.parametrize(("name", "body", "line"), FITTED)
def test_operands_fit_after_the_change(name: str, body: str, line: str | None) -> None:
    source = f"{HEAD.format(leaf='tensor(2.')}{body}\n"
    told, (fix,) = fix_of(source)
    changed = fix.edit.applied(source)
    assert told == name
    assert line is None or line in changed
    assert bare_run(changed).error is None, changed


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("x += 1", "with th.no_grad():"),
        ("x.view(-1)[0] = 3.", "with th.no_grad():"),
        ("import numpy as np\na = np.sin(x * 2) + 1", "a = th.sin(x * 2) + 1"),
        ("a, b = th.ones(3, 4), th.ones(3, 2)\nc = th.mm(a, b)", "th.mm(a.T, b)"),
        ("a = th.arange(3)\nb = th.mean(a)", "b = th.mean(a.float())"),
        ("n = th.zeros(3, dtype=th.int64, requires_grad=True)", "dtype=th.float32"),
        ("from torch import zeros, int64\nn = zeros(3, dtype=int64, requires_grad=True)", "dtype=th.float32"),
    ],
)
def test_a_fix_calls_torch_what_the_program_calls_it(body: str, line: str) -> None:
    source = f"import torch as th\nx = th.tensor([2., 3.], requires_grad=True)\n{body}\n"
    _, (fix,) = fix_of(source)
    changed = fix.edit.applied(source)
    assert line in changed
    assert bare_run(changed).error is None


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("x = ones(2, requires_grad=True)\nx += 1", None),
        ("import numpy as np\nx = ones(2, requires_grad=True)\na = np.sin(x)", None),
        ("n = ones(3, dtype=int64, requires_grad=True)", "dtype=float"),
    ],
)
def test_what_has_no_name_in_the_program_is_not_written(body: str, name: str | None) -> None:
    source = f"from torch import int64, ones\n{body}\n"
    changed = [fix.edit.applied(source) for fix in fix_of(source)[1]]
    assert all("torch." not in one for one in changed)
    assert [name is not None and name in one for one in changed] == [True] * (name is not None)


JOINED = [
    ("y = torch.tensor([x * 2, w])", "y = torch.stack([x * 2, w])"),
    ("y = torch.tensor((x, w * x))", "y = torch.stack((x, w * x))"),
    ("y = torch.as_tensor([x, w * x])", "y = torch.stack([x, w * x])"),
    ("y = torch.Tensor([x, w * x])", "y = torch.stack([x, w * x])"),
    ("y = torch.FloatTensor((x, w))", "y = torch.stack((x, w))"),
    ("def f(x):\n    return torch.tensor([x, x + 1])\ny = f(x)", "return torch.stack([x, x + 1])"),
]


@pytest.mark.parametrize(("body", "line"), JOINED)
def test_tensors_whose_numbers_were_copied_are_stacked(body: str, line: str) -> None:
    source = f"{HEAD.format(leaf='tensor(2.')}{body}\ny.sum().backward()\n"
    _, (fix,) = fix_of(source)
    changed = fix.edit.applied(source)
    assert line in changed
    ended = bare_run(changed)
    assert ended.error is None
    assert ended.tensors["x"].grad is not None


@pytest.mark.parametrize(
    "made",
    [
        "tensor([x * 2, 1.])",
        "tensor([[x, w], [w, x]])",
        "tensor([x, w], dtype=torch.float64)",
        "Tensor([x[None], w[None]])",
        "from_numpy(__import__('numpy').array([(x * 2).item()]))",
    ],
)
def test_no_flag_is_offered_to_a_copy_of_what_requires_grad(made: str) -> None:
    assert fix_of(f"{HEAD.format(leaf='tensor(2.')}y = torch.{made}\ny.sum().backward()\n")[1] == ()


IN_PLACE = (
    "class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.one, self.two = torch.nn.ReLU(inplace=True), torch.nn.ReLU(inplace=True)\n"
    "    def forward(self, x):\n        return self.two(self.one(x.sigmoid()).sigmoid())\ny = Net()(x * 2).sum()\n"
)


def test_a_version_is_mended_only_where_no_other_is_left() -> None:
    head = HEAD.format(leaf="tensor([2.]")
    source = f"{head}{IN_PLACE}y.backward()\n"
    _, (fix,) = fix_of(source)
    assert bare_run(fix.edit.applied(source)).error is None
    for body in (
        "y = x.exp()\nz = torch.relu_(y)\nu = z.sigmoid()\nt = torch.relu_(u)\nt.sum().backward()",
        "y = x.sigmoid()\nz = torch.nn.functional.relu(y, inplace=True)\nu = z.exp()\nz.mul_(2)\nu.sum().backward()",
    ):
        assert fix_of(f"{head}{body}\n") == ("version", ())


def test_no_grad_is_kept_where_no_backward_comes_by() -> None:
    assert fix_of(HEAD.format(leaf="tensor(2.") + "y = x * w\ny.grad.norm()\n") == ("none", ())


def test_memory_is_given_to_no_grad_of_an_unknown_tensor() -> None:
    zeros = "g, = torch.autograd.grad(x.abs().sum(), x, create_graph=True)\ng.sum().backward()\nh = x.grad\nh.zero_()\n"
    assert fix_of(HEAD.format(leaf="tensor(2.") + zeros) == ("zero-tensor", ())


@pytest.mark.parametrize(
    "body",
    [
        "with torch.no_grad():\nz = x + 1  # so",
        "def f(a):\nreturn a * 2",
        "if 1:\n  if 2:\n  y = x",
        "# \x0c, \u2028 and \x1c end no line\nif 1:\ny = x",
    ],
)
def test_a_line_that_lost_its_indent_is_put_into_its_block(body: str) -> None:
    source = f"{HEAD.format(leaf='tensor(2.')}{body}\nprint(x)\n"
    told, (fix,) = fix_of(source)
    assert told == "indent"
    changed = fix.edit.applied(source)
    assert [line.strip() for line in changed.splitlines()] == [line.strip() for line in source.splitlines()]
    assert bare_run(changed).error is None, changed


@pytest.mark.parametrize(
    "body", ["with torch.no_grad():\nwith torch.enable_grad():\n    y = x", "if 1:\n# so\n", "if 1:"]
)
def test_where_it_is_not_clear_what_belongs_to_a_block_nothing_is_put_into_it(body: str) -> None:
    told, fixes = fix_of(f"{HEAD.format(leaf='tensor(2.')}{body}\n")
    assert (told, fixes) == ("indent", ())


@pytest.mark.parametrize("name", BODIES)
def test_the_fixed_program_no_longer_raises_that(name: str) -> None:
    seen: set[str] = set()

    @sweep(8)
    @given(programs(name))
    def hold(source: str) -> None:
        seen.add(source)
        told, fixes = fix_of(source)
        assert told == name
        assert fixes
        changes = [fix.edit.applied(source) for fix in fixes]
        for changed in changes[1:]:
            assert (error := record(changed).error) is None or hint(error) != name, changed
        changed = changes[0]
        error = record(changed).error
        assert error is None or hint(error) != name or name == "not-tracked", changed
        if error is not None and name == "not-tracked":  # one reason hid another
            (again,) = fix_of(changed)[1]
            assert record(again.edit.applied(changed)).error is None
        elif name not in ("full-width", "leaf-inplace"):
            assert bare_run(changed).error is None, changed

    hold()
    assert len(seen) >= 5


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("y = torch.onse(3)", "y = torch.ones(3)"),
        ("import torch.nn as nn\nm = nn.Liner(2, 1)", "m = nn.Linear(2, 1)"),
        ("print(torch.autograd.get_grad_mode())", "print(torch.is_grad_enabled())"),
        ("loss = x * w\nlos.backward()", "loss.backward()"),
        ("def f(first):\n    return firts * 2\nf(x)", "    return first * 2"),
        ("y = torch.ones(3, require_grad=True)", "y = torch.ones(3, requires_grad=True)"),
        ("y = torch.ones(3, 2).t().view(6)", "y = torch.ones(3, 2).t().reshape(6)"),
    ],
)
def test_a_name_is_written_as_a_person_would_write_it(body: str, line: str) -> None:
    source = f"{HEAD.format(leaf='tensor(2.')}{body}\n"
    (fix,) = fix_of(source)[1]
    changed = fix.edit.applied(source)
    assert line in changed.splitlines()
    assert bare_run(changed).error is None


@pytest.mark.parametrize(
    ("update", "fixed"),
    [
        ("w = w - 0.1 * w.grad", "w -= 0.1 * w.grad"),
        ("w = w + (-w.grad - w.grad)", "w += -w.grad - w.grad"),
        ("w = w - (z := 0.1) * w.grad", "w -= (z := 0.1) * w.grad"),
        ("w = w - (z := 0.1)", "w -= (z := 0.1)"),
        ("w = w * 0.9; z = 1", "w *= 0.9; z = 1"),
        ("w = w - (\n            0.1 * w.grad\n            + 1)", "w -= (0.1 * w.grad"),
    ],
)
def test_a_leaf_that_is_updated_is_to_stay_the_leaf(update: str, fixed: str) -> None:
    loop = "for _ in range(3):\n    (c * w).sum().backward()\n    with torch.no_grad():\n        "
    source = f"{HEAD.format(leaf='tensor(2.')}{loop}{update}\n"
    told, (fix,) = fix_of(source)
    assert told == "not-tracked"
    changed = fix.edit.applied(source)
    assert f"        {fixed}" in changed.splitlines()
    assert bare_run(changed).error is None
    without = source.replace("range(3)", "range(1)")
    trace = record(without)
    (fix,) = known(trace).of(tensor(trace, "w"))
    changed = fix.edit.applied(without)
    assert f"        {fixed}" in changed.splitlines()
    assert tensor(record(changed), "w").grad is not None


@pytest.mark.parametrize("update", ["w = w - torch.ones(3)", "w = w * 1j"])
def test_a_leaf_that_cannot_hold_what_is_made_of_it_is_not_to_be_updated(update: str) -> None:
    start = "import torch\nw = torch.ones(1, requires_grad=True)\n(w * 2).sum().backward()\n"
    source = f"{start}with torch.no_grad():\n    {update}\n"
    assert bare_run(source.replace("w = w - ", "w -= ").replace("w = w * ", "w *= ")).error is not None
    trace = record(source)
    assert "name" not in [fix.does for fix in known(trace).of(tensor(trace, "w"))]


UPDATED = "import torch\nw, b = (torch.tensor(one, requires_grad=True) for one in ([1., 2.], [1., 1.]))\n"


def updated(loop: str) -> str:
    return f"{UPDATED}for _ in range(3):\n    (w.exp() * b).sum().backward()\n    {loop}\n"


@pytest.mark.parametrize(
    ("loop", "fixed"),
    [
        ("w = w - 0.1 * w.grad", "w -= 0.1 * w.grad\n        w.grad = None"),
        (
            "w = w - 0.1 * w.grad\n    b = b + (-0.1 * b.grad)",
            "w -= 0.1 * w.grad\n        b += -0.1 * b.grad\n        w.grad = None\n        b.grad = None\n",
        ),
        (
            "w = w - 0.1 * w.grad  # 1\n    b = b - 0.1 * b.grad",
            "w -= 0.1 * w.grad\n        w.grad = None  # 1",
        ),
        ("w = w - 0.1 * w.grad\n    w.grad = None", "w -= 0.1 * w.grad\n    w.grad = None"),
    ],
)
def test_an_update_that_is_recorded_is_to_change_the_leaf(loop: str, fixed: str) -> None:
    (fix,) = fix_of(updated(loop))[1]
    changed = fix.edit.applied(updated(loop))
    assert f"    with torch.no_grad():\n        {fixed}" in changed
    leaves = "\n    w, b = w.detach().requires_grad_(), b.detach().requires_grad_()"
    meant = updated(loop.replace("\n    w.grad = None", "") + leaves)
    found, wanted = (bare_run(one).tensors for one in (changed, meant))
    assert [found[name].value for name in "wb"] == [wanted[name].value for name in "wb"]
    assert found["w"].is_leaf


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("w = w -", "step = 1; w = w -"),
        ("import torch\n", "torch = __import__('torch')\n"),
        ("w = w - 0.1 * w.grad", "g = w.grad\n    w = w - 0.1 * g"),
        ("w = w - 0.1", "w = w.clone() - 0.1"),
    ],
)
def test_an_update_is_put_under_no_grad_only_where_that_surely_can_be(old: str, new: str) -> None:
    told, fixes = fix_of(updated("w = w - 0.1 * w.grad").replace(old, new))
    assert told == "no-grad-yet"
    assert not [fix for fix in fixes if fix.does == "update"]


CELL = (
    "import torch\nfrom torch import nn\ncell = nn.{kind}(2, 3)\nopt = torch.optim.SGD(cell.parameters(), 0.1)\n"
    "x, h, c = torch.ones(1, 2), torch.zeros(1, 3), torch.zeros(1, 3)\n"
)
LSTM = (
    "import torch\nlstm = torch.nn.LSTM(2, 3)\nopt = torch.optim.SGD(lstm.parameters(), 0.1)\n"
    "x, hidden = torch.ones(5, 1, 2), (torch.zeros(1, 1, 3), torch.zeros(1, 1, 3))\n"
)
ROUNDS = "for _ in range(3):\n    opt.zero_grad()\n    {step}\n    out.sum().backward()\n    opt.step()\n"
NET = """\
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.head = torch.nn.RNNCell(2, 3), torch.nn.Linear(3, 1)
        self.hidden = torch.zeros(1, 3)
    def forward(self, x):
        self.hidden = self.cell(x, self.hidden)
        return self.head(self.hidden)
net, x = Net(), torch.ones(1, 2)
opt = torch.optim.SGD(net.parameters(), 0.1)
"""
KEEPS = """\
import torch
from collections import namedtuple
from types import SimpleNamespace
State = namedtuple("State", "h")
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.cell, self.state = torch.nn.LSTM(2, 3), torch.nn.RNNCell(2, 3), None
        self.hidden = torch.zeros(1, 3)
    def carry(self, x):
        out, self.state = self.lstm(x, self.state)
        return out
    def give(self, x):
        self.hidden = self.cell(x, self.hidden)
        return self.hidden
    def local(self, x):
        h = self.hidden
        self.hidden = self.cell(x, h)
        return self.hidden
net, x, xs, bag = Net(), torch.ones(1, 2), torch.ones(4, 1, 2), SimpleNamespace(h=torch.zeros(1, 3))
state = State(torch.zeros(1, 3))
opt = torch.optim.SGD(net.parameters(), 0.1)
"""
LOOP = "for _ in range(3):\n    opt.zero_grad()\n    {step}\n    h.sum().backward({given})\n    opt.step()\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (CELL.format(kind="RNNCell") + LOOP.format(step="h = cell(x, h)", given=""), "h = h.detach()"),
        (
            CELL.format(kind="RNNCell") + LOOP.format(step="h = cell(x, h)", given="retain_graph=True"),
            "h = h.detach()",
        ),
        (
            CELL.format(kind="LSTMCell") + LOOP.format(step="h, c = cell(x, (h, c))", given=""),
            "c, h = c.detach(), h.detach()",
        ),
        (
            HEAD.format(leaf="tensor(2.") + "h = x\nfor _ in range(2):\n    h = torch.tanh(h * w)\n"
            "    h.sum().backward()\n    with torch.no_grad():\n        w -= 0.1 * w.grad",
            "h = h.detach()",
        ),
        (
            "import torch\nw = torch.ones(2, requires_grad=True)\ndef train(h):\n    for i in range(3):\n"
            "        new = (h * w).tanh()\n        new.sum().backward(); z = i\n        h = new\n"
            "train(torch.ones(2))\n",
            "new = new.detach()",
        ),
        (LSTM + ROUNDS.format(step="out, hidden = lstm(x, hidden)"), "hidden = tuple(one.detach() for one in hidden)"),
        (
            LSTM.replace("(torch.zeros(1, 1, 3), torch.zeros(1, 1, 3))", "None")
            + ROUNDS.format(step="out, hidden = lstm(x, hidden)"),
            "hidden = tuple(one.detach() for one in hidden)",
        ),
        (
            LSTM + "h, c = hidden\n" + ROUNDS.format(step="out, (h, c) = lstm(x, (h, c))"),
            "c, h = c.detach(), h.detach()",
        ),
        (
            LSTM.replace("LSTM", "GRU") + "hidden = hidden[0]\n" + ROUNDS.format(step="out, hidden = lstm(x, hidden)"),
            "hidden = hidden.detach()",
        ),
        (
            LSTM.replace("LSTM", "GRU")
            + "state = {'h': hidden[0]}\n"
            + ROUNDS.format(step="out, state['h'] = lstm(x, state['h'])"),
            "state['h'] = state['h'].detach()",
        ),
        (NET + ROUNDS.format(step="out = net(x)"), "net.hidden = net.hidden.detach()"),
        (
            KEEPS + ROUNDS.format(step="out = net.carry(xs)"),
            "net.state = tuple(one.detach() for one in net.state)",
        ),
        (
            KEEPS + "def train():\n" + indent(ROUNDS.format(step="out = net.carry(xs)"), "    ") + "train()\n",
            "net.state = tuple(one.detach() for one in net.state)",
        ),
        (
            HEAD.format(leaf="tensor(2.") + "old = [x]\nfor _ in range(3):\n    h = torch.tanh(w * old[0])\n"
            "    old[0] = h\n    h.backward()\n",
            "old[0] = old[0].detach()",
        ),
        (KEEPS + ROUNDS.format(step="out = net.give(x)"), "net.hidden = net.hidden.detach()"),
        (KEEPS + ROUNDS.format(step="out = kept = net.give(x)"), "net.hidden = net.hidden.detach()"),
        (KEEPS + ROUNDS.format(step="out = bag.h = net.cell(x, bag.h)"), "bag.h = bag.h.detach()"),
        (KEEPS + ROUNDS.format(step="x = x; bag.h = out = net.cell(x, bag.h) + 0"), "bag.h = bag.h.detach()"),
        (
            NET + "def train():\n" + indent(ROUNDS.format(step="out = net(x)"), "    ") + "train()\n",
            "net.hidden = net.hidden.detach()",
        ),
    ],
)
def test_what_a_loop_carries_over_is_cut_off_from_the_graph_that_is_gone(source: str, line: str) -> None:
    fixes = fix_of(source)[1]
    fix = fixes[0]
    assert (fix.does, fix.what) == ("cut", line)
    assert [bare_run(other.edit.applied(source)).error for other in fixes] == [None] * len(fixes)
    changed = fix.edit.applied(source)
    assert line in changed
    assert bare_run(changed).error is None


@pytest.mark.parametrize(
    "step",
    [
        "out = net.local(x)",  # where the op is that takes it, no name is said that it has
        "out = net.cell(x, state.h); state = State(out)",  # no attribute of that can be set
        "out = bag.h = bag.other = net.cell(x, bag.h if bag.h is bag.other else bag.other)",
    ],
)
def test_no_name_is_cut_off_that_may_not_be_what_carries_over(step: str) -> None:
    source = KEEPS + "bag.other = bag.h\n" + ROUNDS.format(step=step)
    assert "cut" not in {fix.does for fix in fix_of(source)[1]}


@pytest.mark.parametrize(
    "body",
    [
        "y = w * x\ny.backward()\ny.backward()",
        "h = w * w\nfor _ in range(2):\n    (h * x).backward()",
        "h = w * 2\nk = w * w\nfor _ in range(2):\n    h = (h * k * w).sum()\n    h.backward()",
        "h = w * w\nfor _ in range(2):\n    h = h * 3\n    h.backward()",
        "old = [x]\nfor _ in range(3):\n    k = old[0]\n    h = torch.tanh(w * k)\n    old[0] = h\n    h.backward()",
        "y = w * w\nx = (w * 3).exp()\nz = 1\nx.add_(1)\nx.backward()",
        "a, b = w.reshape(1).expand(2).unbind()\nkept = [b]\nfor _ in range(2):\n"
        "    a, b = (a * kept[0] * w).exp().reshape(1).expand(2).unbind()\n    kept = [b]\n    a.backward()",
        "s = (1, w)\nfor _ in range(2):\n    s = (1, (s[1] * w).exp())\n    s[1].backward()",
        "s, t = (w, w), (w, w)\nfor _ in range(2):\n    s, t = ((t[0] * w).exp(), w), ((s[0] * w).exp(), w)\n"
        "    (s[0] + t[0]).backward()",
        "s = [(w, w)]\nfor _ in range(2):\n    s = [((s[0][0] * w).exp(), w)]\n    s[0][0].backward()",
        "h = w * w\np = h.exp().reshape(1)\nfor _ in range(2):\n    q = p.expand(2).unbind()\n"
        "    k, p = q[0], (q[0] * w).reshape(1)\n    k.backward()",
        "h = torch.ones(2) * w\nv = h[:1]\nh.mul_(w)\nh.sum().backward()\nh = w * 1\nv.sum().backward()",
    ],
)
def test_what_is_not_carried_over_is_not_cut_off(body: str) -> None:
    assert "cut" not in {fix.does for fix in fix_of(f"{HEAD.format(leaf='tensor(2.')}{body}\n")[1]}


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("y = torch.sigmoid(x)\nz = torch.relu_(y)\nz.backward()", "z = torch.relu(y)"),
        (
            "y = torch.sigmoid(x)\nz = torch.nn.functional.leaky_relu(y, 0.1, inplace=True)\nz.backward()",
            "z = torch.nn.functional.leaky_relu(y, 0.1, inplace=False)",
        ),
        (
            "net = torch.nn.Sequential(\n    torch.nn.Sigmoid(),\n    torch.nn.ReLU(inplace=True),\n)\n"
            "net(x).backward()",
            "    torch.nn.ReLU(inplace=False),",
        ),
        (
            "out = torch.zeros(3)\nfor i in range(1, 3):\n    out[i] = out[i - 1] * w + x\nout.sum().backward()",
            "    out[i] = out[i - 1].clone() * w + x",
        ),
    ],
)
def test_what_is_changed_is_another_tensor_than_what_backward_needs(body: str, line: str) -> None:
    source = f"{HEAD.format(leaf='tensor(2.')}{body}\n"
    told, (fix,) = fix_of(source)
    changed = fix.edit.applied(source)
    assert told == "version"
    assert line in changed.splitlines()
    assert bare_run(changed).error is None


@pytest.mark.parametrize(
    ("change", "before"),
    [
        ("with torch.no_grad():\n    x += 1", "with torch.no_grad():"),
        ("z = 1\nwith torch.no_grad():\n    x.mul_(2)\nw.data.add_(1)", "with torch.no_grad():"),
        ("def f():\n    x.data\n    with torch.no_grad():\n        x.fill_(1)\nf()", "f()"),
    ],
)
def test_backward_comes_before_a_leaf_is_changed(change: str, before: str) -> None:
    source = f"{HEAD.format(leaf='tensor(2.')}y = (x * x * w).sum()\n{change}\ny.backward()\n"
    (fix,) = fix_of(source)[1]
    lines = fix.edit.applied(source).splitlines()
    assert fix.does == "earlier"
    assert lines[lines.index("y.backward()") + 1] == before
    bare = bare_run("\n".join(lines))
    unchanged = bare_run(source.replace(change, "pass"))
    assert bare.error is None
    assert bare.tensors["x"].grad == unchanged.tensors["x"].grad  # that of the value that y was computed from


@pytest.mark.parametrize(
    "body",
    [
        "y = x * 2\ny *= y\ny.backward()",  # backward of another value
        "y = (x * x).sum()\n(x * 3).backward()\nwith torch.no_grad():\n    x -= x.grad\ny.backward()",  # its .grad
        "o = torch.optim.SGD([x])\ny = x * x\n(x * 3).backward()\no.step()\ny.backward()",
        "y = x * x\nwith torch.no_grad():\n    x += 1\nx.grad = None\ny.backward()",  # which would take it away
        "y = x * x\nwith torch.no_grad():\n    x += 1\nif 1:\n    y.backward()",
        "y = x * x\nwith torch.no_grad():\n    x += 1\nz = y\n(y * z).backward()",
        "y = x * x\nwith torch.no_grad():\n    x += 1\ny.backward()  # so",
        "y = x * 2\nz = y * y\ny += 1\nz.grad_fn._saved_self",  # no backward at all
    ],
)
def test_backward_is_not_moved_where_that_gives_other_gradients(body: str) -> None:
    source = f"{HEAD.format(leaf='tensor(2.')}{body}\n"
    trace = record(source)
    assert trace.error is not None
    assert hint(trace.error) == "version"
    assert all(fix.does != "earlier" for fix in fix_of(source)[1])
    assert of_error(known(trace), trace.error._replace(hint="version", grad_fns=())) == ()


def test_of_a_container_no_copy_can_be_taken_as_of_a_tensor() -> None:
    assert fix_of(HEAD.format(leaf="tensor(2.") + "d = {'a': x * 2}\nz = copy.deepcopy(d)") == ("deepcopy", ())


@pytest.mark.parametrize("body", ["y = q * 2", "y = ab + 1", "def f():\n    u = uu\n    uu = 1\nf()"])
def test_a_name_that_is_like_another_by_chance_is_not_replaced(body: str) -> None:
    assert fix_of(HEAD.format(leaf="tensor(2.") + body)[1] == ()


@pytest.mark.parametrize(
    "body",
    [
        "m = torch.nn.Linear(2, 1, requires_grad=True)",
        "def f(width):\n    return width\nf(dims=1)",
        "f = lambda width: width\nf(dims=1)",
        "class Net(torch.nn.Module):\n    def forward(self, t):\n        return t\nNet()(x, dims=1)",
        "class A:\n    @property\n    def size(self):\n        raise AttributeError(name='size', obj=self)\nA().size",
    ],
)
def test_no_name_is_suggested_for_one_that_is_not_misspelt_or_not_torchs(body: str) -> None:
    error = record(HEAD.format(leaf="tensor(2.") + body).error
    assert error is not None
    assert error.type in ("TypeError", "AttributeError")
    assert error.suggestion is None


def test_what_a_result_does_not_depend_on_can_be_nought_or_none() -> None:
    source = HEAD.format(leaf="tensor(2.") + "g, h = torch.autograd.grad(x * 2, [x, w])\nprint(g + h)\n"
    zeros, none = fix_of(source)[1]
    assert (zeros.does, none.does) == ("zeros", "allow unused")
    assert record(zeros.edit.applied(source)).error is None
    refused = record(none.edit.applied(source)).error
    assert refused is not None  # which the program's next line has to deal with
    assert hint(refused) == "no-grad-yet"
    told = source.replace("w])", "w], allow_unused=False)")
    assert [fix.does for fix in fix_of(told)[1]] == ["allow unused"]
    assert "allow_unused=True" in fix_of(told)[1][0].edit.applied(told)


TRACKED = "import torch\nx = torch.tensor(2., requires_grad=True)\ny = x * 2\n"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("non-leaf-grad", "y.backward()\ny.grad"),
        ("non-leaf-grad", "y.exp().backward()\nprint(x.grad, y.grad)"),
        ("copy-tensor", "z = torch.tensor(y)"),
        ("copy-tensor", "z = torch.tensor(y * 2) + 1"),
        ("number-of-tracked", "z = 1 + float(y * 2)"),
        ("number-of-tracked", "print(f'{float(y):.2f}')"),
    ],
)
@pytest.mark.usefixtures("warned_anew")
def test_the_fixed_program_no_longer_warns_of_that(name: str, body: str) -> None:
    trace = record(TRACKED + body)
    (warned,) = trace.warnings
    assert warning_hint(warned) == name
    (fix,) = of_warning(known(trace), warned, name)
    again = record(fix.edit.applied(trace.source))
    assert again.warnings == ()
    assert name == "non-leaf-grad" or [one.text for one in again.output] == [one.text for one in trace.output]


@pytest.fixture
def warned_anew() -> Iterator[None]:
    """Torch warns of some things once in a process: here, where other tests ran before, as in a new one."""
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(False)


@pytest.mark.usefixtures("warned_anew")
@pytest.mark.parametrize("body", ["import math\nz = math.exp(y)", "z = float(y) + float(x)", "z = float(*[y])"])
def test_of_several_that_may_make_a_number_none_is_changed(body: str) -> None:
    trace = record(TRACKED + body)
    assert {warning_hint(one) for one in trace.warnings} == {"number-of-tracked"}
    assert of_warning(known(trace), trace.warnings[0], "number-of-tracked") == ()


@pytest.mark.usefixtures("warned_anew")
def test_a_warning_without_a_safe_change_offers_none() -> None:
    trace = record(TRACKED + "y.backward(create_graph=True)\nx.grad = None")
    (warned,) = trace.warnings
    assert of_warning(known(trace), warned, warning_hint(warned)) == ()
    assert of_warning(known(trace), warned._replace(line=None), "copy-tensor") == ()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("second-backward", "y = (x * w).exp()\nb = y.backward\nb()\nb()"),
        ("version", "y = (x * w).exp()\ntorch._foreach_mul_([y], 2)\ny.backward()"),
        ("non-scalar", "y = torch.stack([x, w])\nb = y.backward\nb()"),
        ("non-scalar", "y = torch.stack([x, w])\ntorch.autograd.grad([y], x)"),
        ("int-grad", "torch.tensor(1, **{'requires_grad': True})"),
        ("int-grad", "ns = [torch.tensor(1)]\nns[0].requires_grad = True"),
        ("flag-non-leaf", "ys = [x * 2]\nys[0].requires_grad = False"),
        ("unused", "g = torch.autograd.grad\ng(x * 1., w)"),
        ("not-tracked", "y = x * 3\ng, = torch.autograd.grad(y, x, create_graph=True)\ng.backward()"),
        ("not-tracked", "y = x * 3\ng, = torch.autograd.grad(y, x)\ng.backward()"),
        ("not-tracked", "y = x + w\ny.backward()\nx.grad.backward()"),
        ("not-tracked", "f = torch.autograd.grad\ng, = f(x ** 3, x)\ng.backward()"),
        ("numpy", "a = x.numpy\na()"),
        ("deepcopy", "copy.deepcopy(x * 2, {})"),
        ("typo", "torch.onse(torch.onse(1))"),
        ("leaf-inplace", "v = 1; x += 1"),
        ("infer-rg", "from torch import inference_mode as q\nwith q():\n    y = torch.ones(1)\ny.requires_grad_()"),
        ("mm", "torch.ones(2, 3) @ torch.ones(2, 3)"),
        ("mm", "a = torch.ones(2, 3)\na @ a"),
        ("mm", "a, b = torch.ones(2, 3), torch.ones(4, 5)\na @ b"),
        ("mm", "a, b = torch.ones(5, 2, 3), torch.ones(4, 3)\na @ b"),
        ("mm", "a, b = torch.ones(2, 3), torch.ones(4, 3)\n(a @ b.T).sum() + (a @ b)"),
        ("dtype", "torch.ones(1, 2) @ torch.ones(2, 1, dtype=torch.float64)"),
        ("cast", "n = torch.arange(3)\nn.add_(0.5)"),
        ("cast", "n = torch.arange(3)\nn += 0.5"),
        ("whole", "f = torch.mean\nf(torch.arange(3))"),
        ("whole", "torch.mean(input=torch.arange(3))"),
        ("numpy", "import numpy as np\na = np.asarray(x)"),
        ("number", "a = [x.item()]\na[0].backward()"),
        ("number", "a = 1.\nfor b in (2., 3.):\n    b.backward()"),
        ("number", "(2.).backward()"),
        ("function-called", "class F(torch.autograd.Function):\n    def forward(self, a):\n        return a\nF()(x)"),
        ("not-contiguous", "v = torch.ones(2, 3).t().view; v(6)"),
    ],
)
def test_no_fix_is_guessed(name: str, body: str) -> None:
    assert fix_of(HEAD.format(leaf="tensor(2.") + body) == (name, ())


def test_the_call_that_freed_the_graph_is_changed_and_not_one_that_kept_it() -> None:
    body = "y = (x * w).exp()\ny.backward(retain_graph=True)\ny.backward()\ny.backward()"
    source = HEAD.format(leaf="tensor(2.") + body
    (fix,) = fix_of(source)[1]
    changed = fix.edit.applied(source)
    assert changed.splitlines()[-2] == "y.backward(retain_graph=True)"
    assert record(changed).error is None


def test_an_error_that_says_less_than_torch_does_has_no_fix() -> None:
    trace = record(HEAD.format(leaf="tensor(2.") + "y = (x * w).exp()\ny.backward()\ny.backward()")
    assert trace.error is not None
    error = trace.error._replace(hint="second-backward", grad_fns=())
    assert of_error(known(trace), error) == ()
    assert of_error(known(trace), error._replace(line=None)) == ()
    assert of_error(known(trace), error._replace(hint="typo", suggestion=None)) == ()
    assert of_error(known(trace), error._replace(hint="full-width")) == ()
    op = trace.ops[-1]
    assert clone_before(known(trace), op._replace(line=None), trace.grad_fns[-1]) is None
    asked = record("import torch\nn = torch.arange(3)\nn.requires_grad_()")
    assert asked.error is not None
    whole = asked.error._replace(hint="int-grad")
    assert len(of_error(known(asked), whole)) == 1
    assert of_error(known(asked._replace(steps=())), whole) == ()  # cut off: what n was is not known


def test_a_copy_with_another_dtype_is_left_as_it_is() -> None:
    trace = record(TRACKED + "z = torch.tensor(y, dtype=torch.float64)")
    (warned,) = trace.warnings
    assert of_warning(known(trace), warned, "copy-tensor") == ()
