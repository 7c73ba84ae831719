"""Numbers that were copied without their graph: told where the record proves it; torch runs what goes on with it."""

import pytest

from gradviz.model.moments.moment import History
from gradviz.model.source.toggles import Toggles
from gradviz.model.why.answers import Answer, of_tensor
from gradviz.model.why.answerwords import answer_text
from gradviz.model.why.copies import copies
from gradviz.model.why.fixes.fixes import Fixes
from tests.engine.bare import bare_run
from tests.engine.recording import record, tensor
from tests.unit.model.traces import known

HEAD = (
    "import torch\nfrom torch import nn\nw = torch.tensor(2., requires_grad=True)\n"
    "v = torch.tensor(3., requires_grad=True)\nm = torch.ones(2, requires_grad=True)\n"
)
END = "(y * m).sum().backward()\n"
NET = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.a = nn.Parameter(torch.tensor(2.))\n    def forward(self, x):\n        {}\n        return x * y\n"
    "net = Net()\nnet(m).sum().backward()\n"
)


def grad(source: str, name: str) -> Answer:
    trace = record(source)
    (answer,) = [
        one
        for one in of_tensor(known(trace), tensor(trace, name), Fixes(known(trace), Toggles(History(trace))))
        if one.question == "grad"
    ]
    return answer


STACKED = [
    ("y = torch.tensor([w, v])\n", "w", "torch.stack([w, v])"),
    ("y = torch.Tensor([w * 2, v.exp()])\n", "w", "torch.stack([w * 2, v.exp()])"),
    ("y = torch.as_tensor((v, w))\n", "w", "torch.stack((v, w))"),
    ("y = torch.tensor([w * i for i in range(2)])\n", "w", "torch.stack([w * i for i in range(2)])"),
    ("ls = [v, w * 3]\ny = torch.tensor(ls)\n", "w", "torch.stack(ls)"),
    ("ls = []\nfor i in range(2):\n    ls.append(w * i)\ny = torch.tensor([l for l in ls])\n", "w", "[l for l in ls])"),
    ("def f(a, b):\n    return torch.tensor([a,\n        b])\ny = f(w, v)\n", "w", "torch.stack([a,\n        b])"),
    ("def f(a):\n    return torch.tensor([a, v])\ny = f(v)\ny = f(w)\n", "w", "torch.stack([a, v])"),
]


@pytest.mark.parametrize(("body", "name", "put"), STACKED)
def test_numbers_that_were_put_into_a_tensor_are_stacked(body: str, name: str, put: str) -> None:
    source = f"{HEAD}{body}{END}"
    answer = grad(source, name)
    assert answer.said == "copied"
    (fix,) = answer.fixes
    changed = fix.edit.applied(source)
    assert put in changed
    before, after = bare_run(source).tensors, bare_run(changed).tensors
    assert before[name].grad is None is not after[name].grad
    assert before["y"].value == after["y"].value


@pytest.mark.parametrize(
    ("body", "call"),
    [
        ("y = torch.tensor([self.a, self.a])", "torch.tensor([self.a, self.a])"),
        ("p = nn.Parameter(self.a * 2); y = p", "nn.Parameter(self.a * 2)"),
        ("y = self.a.tolist()", "self.a.tolist()"),
    ],
)
def test_what_a_module_copies_of_its_own_parameters_is_told(body: str, call: str) -> None:
    answer = grad(HEAD + NET.format(body), "net.a")
    assert (answer.said, answer.line, answer.facts["call"]) == ("copied", 11, call)


@pytest.mark.parametrize("made", ["nn.Parameter(w * 2)", "torch.nn.Parameter(u)", "nn.Parameter(u.view(1))"])
def test_a_parameter_made_of_a_result_ends_the_graph(made: str) -> None:
    source = f"{HEAD}u = w * 2\np = {made}\ny = p * 3\n{END}"
    answer = grad(source, "w")
    assert (answer.said, answer.facts["call"], answer.line) == ("copied", made, 7)
    assert "takes numbers alone" in answer_text(answer, "en")
    (fix,) = answer.fixes
    changed = bare_run(fix.edit.applied(source)).tensors
    meant = bare_run(source.replace(made, "u.view(1)" if "view" in made else "u")).tensors
    assert bare_run(source).tensors["w"].grad is None
    assert changed["w"].grad == meant["w"].grad is not None


@pytest.mark.parametrize(
    "body",
    [
        "p = nn.Parameter(w * 2)\nopt = torch.optim.SGD([p], 0.1)\ny = p\n",
        "p = nn.Parameter(w * 2)\nfor _ in range(2):\n    (p * m).sum().backward()\ny = p\n",
        "p = nn.Parameter(w * 2, requires_grad=True)\ny = p\n",
        "y = [nn.Parameter(w * 2)][0]\n",
        "y = torch.tensor([w, 1.])\n",
        "y = torch.tensor([w, v], requires_grad=True)\n",
        "y = torch.tensor([w.reshape(1), v])\n",
        "y = torch.Tensor([w.double(), v])\n",
        "y = torch.tensor([w, v].copy())[0]\ny = torch.tensor(w.tolist())\n",
        "for a in ([v, w], [1., 2.]):\n    y = torch.tensor(a)\n    y.sum()\ny = torch.tensor([w, v, 1.])[:2]\n",
    ],
)
def test_no_way_on_with_the_graph_is_guessed(body: str) -> None:
    answer = grad(f"{HEAD}{body}{END}", "w")
    assert (answer.said, answer.fixes) == ("copied", ())


@pytest.mark.parametrize("made", ["numpy.array([w.item(), 1.0])", "numpy.array(w.item(), ndmin=1)"])
def test_numpy_is_given_no_tensor_that_it_does_not_take(made: str) -> None:
    source = f"import numpy\n{HEAD}y = torch.from_numpy({made})\n{END}"
    assert "requires grad" in str(bare_run(source.replace(".item()", "")).error)
    answer = grad(source, "w")
    assert (answer.said, answer.fixes) == ("cut off", ())


@pytest.mark.parametrize("read", ["w.item()", "float(w)"])
def test_a_number_is_not_kept_a_tensor_where_it_would_be_copied_all_the_same(read: str) -> None:
    answer = grad(f"{HEAD}y = torch.tensor([{read}, 1.])\n{END}", "w")
    assert (answer.said, answer.fixes) == ("cut off", ())
    assert grad(f"{HEAD}y = torch.tensor([{read}, 1.])\n{END}", "y").fixes == ()
    (fix,) = grad(f"{HEAD}y = {read} * m\n{END}", "w").fixes
    assert bare_run(fix.edit.applied(f"{HEAD}y = {read} * m\n{END}")).tensors["w"].grad is not None


def test_numbers_that_went_into_a_list_are_followed() -> None:
    loop = "ls = []\nfor i in range(2):\n    ls.append((w * i).item())\ny = torch.tensor(ls)\n"
    assert (grad(f"{HEAD}{loop}{END}", "w").said, grad(f"{HEAD}{loop}{END}", "w").line) == ("cut off", 8)
    assert grad(f"{HEAD}u = m.tolist()\n(u[0] * v).backward()\n", "m").said == "copied"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("a = w\na = 2.\ny = torch.tensor([a, 1.])\n", "w"),
        ("def f(w):\n    return torch.tensor([w, 1.])\ny = f(2.)\n", "w"),
        ("f = lambda w: torch.tensor([w, 1.])\ny = f(2.)\n", "w"),
        ("ls = [w, v]\ny = torch.tensor([len(ls), 1.])\n", "w"),
        ("ls = [w, v]\ny = torch.tensor([i for i, l in enumerate(ls)])\n", "w"),
        ("ls = [w, v]\nls = [1., 2.]\ny = torch.tensor(ls)\n", "w"),
        ("y = torch.tensor([m.shape[0], w.dim()])\n", "w"),
        ("y = torch.tensor([1., 2.])\nz = torch.tensor([w, v])\n", "w"),
        ("y = [torch.tensor([w, 1.]) for w in (2., 3.)][0]\n", "w"),
        ("p = nn.Parameter(torch.ones(2))\ny = p * 2\n", "w"),
        ("u = w.tolist()\nprint(u)\ny = 1\n", "w"),
    ],
)
def test_what_was_not_copied_is_not_told(body: str, name: str) -> None:
    assert grad(f"{HEAD}{body}{END}", name).said == "unused"


@pytest.mark.parametrize("made", ["nn.Parameter(u.detach())", "nn.Parameter(u.clone().data)"])
def test_a_parameter_of_what_was_detached_on_purpose_is_told_by_that(made: str) -> None:
    assert grad(f"{HEAD}u = w * 2\ny = {made}\n{END}", "w").said == "not reached"


def test_the_copy_itself_says_what_it_is() -> None:
    answer = grad(f"{HEAD}y = torch.tensor([w, v])\nz = y.sum()\n", "z")
    assert answer.said == "copy"
    for language in ("en", "ja"):
        assert "torch.tensor([w, v])" in answer_text(answer, language)
    (fix,) = answer.fixes
    assert fix.what == "torch.stack([w, v])"


def test_nothing_is_told_of_a_run_whose_lines_were_lost() -> None:
    trace = record(f"{HEAD}y = torch.tensor([w, v])\n{END}")
    lost = trace._replace(steps=tuple(one._replace(kind="op", names=None) for one in trace.steps))
    assert copies(History(trace)) != []
    assert copies(History(lost)) == []
