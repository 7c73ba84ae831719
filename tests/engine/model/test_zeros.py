"""Why a .grad is 0: the op that is told is the one at which torch's own gradients become 0."""

from typing import get_args

import pytest

from gradviz.model.moments.moment import History
from gradviz.model.source.place import text_of
from gradviz.model.trace import Value
from gradviz.model.why.answers import Answer, of_tensor
from gradviz.model.why.answerwords import answer_text
from gradviz.model.why.silent import mistakes
from gradviz.model.why.silentwords import mistake_text
from gradviz.model.why.zeroed import WhyZero
from gradviz.model.why.zerowords import ZEROS
from tests.engine.bare import bare_run
from tests.engine.recording import record, tensor
from tests.unit.model.traces import known

HEAD = (
    "import torch\nimport torch.nn.functional as F\nw = torch.tensor([-1., -2.], requires_grad=True)\n"
    "z, rows = torch.zeros(2), torch.zeros(3, 2)\na = w * 1\n"
)
TAIL = "\n(b * 3).sum().backward()\n"
AT_AN_OP: list[tuple[str, str, WhyZero]] = [
    *((f"a.{name}()", f"{name.title()}Backward", "flat") for name in ("round", "sign", "floor", "ceil", "trunc")),
    ("a.relu()", "a.relu()", "off"),
    ("torch.nn.ReLU()(a)", "torch.nn.ReLU()(a)", "off"),
    ("a.clamp(-5, -4)", "a.clamp(-5, -4)", "limits"),
    ("a.clamp(min=5)", "a.clamp(min=5)", "limits"),
    ("F.relu6(a)", "F.relu6(a)", "limits"),
    ("F.hardtanh(a + 9)", "F.hardtanh(a + 9)", "limits"),
    ("F.threshold(a, 9, 0.)", "F.threshold(a, 9, 0.)", "limits"),
    ("F.hardsigmoid(a - 9)", "F.hardsigmoid(a - 9)", "limits"),
    ("(a * 1e3).sigmoid()", "(a * 1e3).sigmoid()", "saturated"),
    ("(a * -1e3).tanh()", "(a * -1e3).tanh()", "saturated"),
    ("(a * 1e3).exp()", "(a * 1e3).exp()", "saturated"),
    ("F.gelu(a * 1e3)", "F.gelu(a * 1e3)", "saturated"),
    ("a * z", "z", "times"),
    ("z * a", "z", "times"),
    ("a[None] @ rows.t()", "rows", "times"),
    ("F.linear(a[None], rows, torch.ones(3))", "rows", "times"),
    ("F.conv1d(a[None, None], z[None, None])", "z", "times"),
    ("a * torch.zeros(2)", "multiplies by 0", "times zero"),
    ("a * 0", "a * 0", "times zero"),
    ("F.dropout(a, 1.0)", "F.dropout(a, 1.0)", "times zero"),
    ("(a - a.detach()) ** 2", "(a - a.detach()) ** 2", "square"),
    ("torch.where(a > 9, a, z)", "torch.where(a > 9, a, z)", "chosen"),
    ("a.minimum(z - 9)", "a.minimum(z - 9)", "chosen"),
    ("a.masked_fill(a < 9, 1.)", "a.masked_fill(a < 9, 1.)", "chosen"),
    ("a.softmax(0)", "SoftmaxBackward0", "passed"),
    ("a[:, None].softmax(1)", "a[:, None].softmax(1)", "alone"),
    ("a[:, None].log_softmax(-1)", "a[:, None].log_softmax(-1)", "alone"),
    ("(a - a.detach()).norm()", "(a - a.detach()).norm()", "corner"),
    ("(a - a.detach()).abs()", "(a - a.detach()).abs()", "corner"),
    ("((a + 0j) * 0).real", "multiplies by 0", "times zero"),
    ("((a + 0j) * z).real", "z", "times"),
    ("a * 1e-30 * torch.tensor(1e-30)", "3e-30", "faint"),
    ("F.hardtanh(a + 2)[:1]", "F.hardtanh(a + 2)", "limits"),
    ("torch.cat([a, rows[0]])[2:]", "only zeros this way", "passed"),
]
ELSEWHERE: list[tuple[str, WhyZero]] = [
    ("(w - w).sum().backward()", "uses"),
    ("b = a * 2\n(b - b).sum().backward()", "cancelled"),
    ("b = torch.ones(100) * a.sum()\n(b - b).sum().backward()", "cancelled"),
    ("a.register_hook(lambda g: g * 0)\n(a * 2).sum().backward()", "hook"),
    ("a.register_hook(lambda g: g * 0)\n(a * 2 + a * 3).sum().backward()", "hook"),
    ("b = a.sum() * torch.ones(100)\nb.register_hook(lambda g: g * 0)\n(b + b).sum().backward()", "hook"),
    ("b = a.sum()\nb.register_hook(lambda g: g * 0)\nb.backward()", "hook"),
    ("w.register_hook(torch.zeros_like)\na.sum().backward()", "hook"),
    ("a.grad_fn.register_prehook(lambda o: (o[0] * 0,))\n(a * 2).sum().backward()", "hook"),
    ("b = a.sum()\nb.grad_fn.register_prehook(lambda o: (o[0] * 0,))\nb.backward()", "hook"),
    ("a.grad_fn.register_hook(lambda i, o: (i[0] * 0, i[1]))\n(a * 2).sum().backward()", "hook after"),
    ("a.grad_fn.register_hook(lambda i, o: (i[0] * 2, i[1]))\n(a * 0).sum().backward()", "times zero"),
    ("a.grad_fn.register_hook(lambda i, o: (i[0] * 0, i[1]))\n(a * 0).sum().backward()", "times zero"),
    ("a[a > 9].sum().backward()", "nothing"),
    ("g = torch.autograd.grad(w.exp().sum(), w)\na.relu().sum().backward()", "off"),
    ("g = torch.autograd.grad(a.relu().sum() + a.sum(), a)\n(w * z).sum().backward()", "times"),
    (
        "g = torch.autograd.grad((a * 3).sum(), w, create_graph=True)\n(g[0].sum() + w.sum() * 0).backward()",
        "times zero",
    ),
    ("a.exp().sum().backward(torch.tensor(0.))", "root"),
]


def why_zero(source: str) -> Answer | None:
    trace = record(source)
    assert trace.error is None
    found = (one for one in of_tensor(known(trace), tensor(trace, "w")) if one.question == "zero")
    return next(found, None)


def is_nought(value: Value | None) -> bool:
    assert value is not None
    assert value.data
    return not any(value.data)


@pytest.mark.parametrize(("call", "named", "said"), AT_AN_OP)
def test_the_op_is_told_at_which_the_gradient_becomes_nought(call: str, named: str, said: WhyZero) -> None:
    watched = f"{HEAD}a.retain_grad()\nb = {call}\nb.retain_grad(){TAIL}"
    grads = {name: one.grad for name, one in bare_run(watched).tensors.items() if name in "wab"}
    assert [is_nought(grads[name]) for name in "wab"] == [True, True, False]
    answer = why_zero(f"{HEAD}b = {call}{TAIL}")
    assert answer is not None
    assert (answer.said, answer.line) == (said, 6)
    assert named in answer_text(answer, "en")


@pytest.mark.parametrize(("body", "said"), ELSEWHERE)
def test_gradients_that_become_nought_at_no_op_are_told_too(body: str, said: WhyZero) -> None:
    assert is_nought(bare_run(HEAD + body).tensors["w"].grad)
    answer = why_zero(HEAD + body)
    assert answer is not None
    assert answer.said == said


def test_every_reason_is_met_here_and_said_in_both_languages() -> None:
    met = {said for *_, said in AT_AN_OP} | {said for _, said in ELSEWHERE}
    assert met == set(get_args(WhyZero)) == set(ZEROS["en"]) == set(ZEROS["ja"])
    for said in met:
        facts: dict[str, str | int] = {"names": "w", "grad_fn": "F", "call": "", "by": "", "largest": "1"}
        english, japanese = (answer_text(Answer("zero", said, facts), one) for one in ("en", "ja"))
        assert english.isascii()
        assert not japanese.isascii()


def test_a_backward_inside_of_another_and_one_that_failed_leave_the_others_as_they_are() -> None:
    checkpoint = "from torch.utils.checkpoint import checkpoint\n"
    inside = (
        f"{HEAD}{checkpoint}b = checkpoint(lambda a: a * w * 0, a, use_reentrant=True)\n(b + w * z).sum().backward()"
    )
    answer = why_zero(inside)
    assert answer is not None
    assert answer.said == "times"
    failed = "b = a.exp()\nc = (b * b + w).sum()\nb.add_(1)\ntry:\n    c.backward()\nexcept RuntimeError:\n    pass\n"
    answer = why_zero(f"{HEAD}{failed}(w * z).sum().backward()")
    assert answer is not None
    assert answer.said == "times"


def test_an_op_of_backward_is_told_by_its_own_name() -> None:
    twice = "g, = torch.autograd.grad(((a - a.detach()) ** 3).sum(), a, create_graph=True)\ng.sum().backward()"
    answer = why_zero(HEAD + twice)
    assert answer is not None
    assert (answer.said, answer.facts["call"]) == ("square", "PowBackward0")


@pytest.mark.parametrize(
    "body",
    [
        "(a.relu() + a).sum().backward()",
        "(w * 1).relu().sum().backward()\na.exp().sum().backward()",
        "a.exp().sum().backward()\nw.grad.zero_()",
        "(a.exp() * 1e-30).sum().backward()",
        "w.grad = torch.zeros(2)",
        "c = (w + 0j).repeat(100)\n(c * 0).real.sum().backward()",
        "b = w.sum() * torch.ones(100)\nb.register_hook(torch.zeros_like)\n(b * torch.empty(100)).sum().backward()",
    ],
)
def test_nothing_is_told_of_a_leaf_that_more_than_noughts_came_to(body: str) -> None:
    assert why_zero(HEAD + body) is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("(a.relu() + 1).sum().backward()", ["w"]),
        ("v = torch.ones(2, requires_grad=True)\n((a * v).relu() - 1).sum().backward()", ["w, v"]),
        ("for _ in range(3):\n    ((w * 2).relu() + 1).sum().backward()", ["w"]),
        ("for one in (0, 1):\n    ((w * 2).relu() + one).sum().backward()", ["w"]),
        ("(1 + w).clamp(min=0).mean().backward()", []),
        ("F.margin_ranking_loss(a, z, -torch.ones(2)).backward()", []),
        ("for s in (-1, 1):\n    (w * s).relu().sum().backward()", []),
        ("(a * z).sum().backward()", []),
        ("(a.relu() + a).sum().backward()", []),
        ("v = torch.ones(2, requires_grad=True)\n((a * v).relu() + (v - 9).relu() + v).sum().backward()", ["w"]),
    ],
)
def test_what_keeps_gradients_from_a_leaf_through_the_whole_run_is_a_mistake(body: str, told: list[str]) -> None:
    source = HEAD + body
    text = text_of(source)
    assert text is not None
    found = [one for one in mistakes(History(record(source)), text) if one.said == "flat"]
    assert [one.facts["names"] for one in found] == told
    for one in found:
        assert "is above 0" in mistake_text(one, "en")
        assert "0 しか届いていません" in mistake_text(one, "ja")


def test_softmax_over_a_single_class_is_a_mistake() -> None:
    source = f"{HEAD}F.cross_entropy(a[:, None], torch.zeros(2, dtype=torch.long)).backward()"
    assert is_nought(bare_run(source).tensors["w"].grad)
    text = text_of(source)
    assert text is not None
    (one,) = mistakes(History(record(source)), text)
    assert (one.said, one.facts["why"], one.facts["names"]) == ("flat", "alone", "w")


def test_noughts_of_a_complex_leaf_are_told_too() -> None:
    source = "import torch\nw = torch.tensor([1 + 2j, 3j], requires_grad=True)\n{}.backward()\n"
    answer = why_zero(source.format("(w * 0).abs().sum()"))
    assert answer is not None
    assert answer.said == "corner"
    assert why_zero(source.format("(w * w.conj()).real.sum()")) is None
