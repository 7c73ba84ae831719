"""What is told of each entry into the autograd engine: what it was asked for, and whether it adds to .grad."""

import pytest

from gradviz.model.foretold import reachable
from tests.engine.recording import record, tensor

HEAD = "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\nw = torch.ones(2, requires_grad=True)\n"


@pytest.mark.parametrize(
    ("call", "accumulates"),
    [
        ("(x * w).sum().backward()", [True]),
        ("(x * w).sum().backward(inputs=[w])", [True]),
        ("torch.autograd.backward([x.sum(), w.sum()])", [True]),
        ("torch.autograd.grad((x * w).sum(), [x])", [False]),
        ("torch.autograd.grad((x * w).sum(), [x], create_graph=True)[0].sum().backward()", [False, True]),
        ("torch.autograd.grad(x * w, x, torch.eye(2), is_grads_batched=True)", [False]),
        ("torch.autograd.functional.jacobian(lambda a: a * a, x)", [False, False]),
        ("torch.func.grad(lambda a: (a * a).sum())(x)", [False]),
        (
            "from torch.utils.checkpoint import checkpoint\n"
            "checkpoint(torch.sin, x, use_reentrant=True).sum().backward()",
            [True, True],
        ),
    ],
)
def test_whether_a_call_adds_to_grad(call: str, accumulates: list[bool]) -> None:
    trace = record(HEAD + call + "\n")
    assert trace.error is None
    assert [one.accumulates for one in trace.backwards] == accumulates
    assert (any(one.kind == "accumulate" for one in trace.steps)) == any(accumulates)


def test_batched_gradients_are_those_of_every_row() -> None:
    trace = record(HEAD + "(g,) = torch.autograd.grad(x ** 3, x, torch.eye(2), is_grads_batched=True)\n")
    value = tensor(trace, "g").value
    assert value is not None
    assert value.data == (3.0, 0.0, 0.0, 12.0)  # diag(3 x^2)
    (call,) = trace.backwards
    assert [trace.grad_fns[number].name for number in call.grad_fns if number is not None] == ["PowBackward0"]


def test_each_derivative_has_a_graph_of_its_own() -> None:
    trace = record(
        HEAD + "y = (x ** 4).sum()\n"
        "(g,) = torch.autograd.grad(y, x, create_graph=True)\n"
        "(h,) = torch.autograd.grad(g.sum(), x, create_graph=True)\n"
        "h.sum().backward()\n"
    )
    assert tensor(trace, "x").grad is not None
    assert tensor(trace, "x").grad.data == (24.0, 48.0)  # type: ignore[union-attr]  # just told
    made = [set(reachable(trace.grad_fns, call.grad_fns)) for call in trace.backwards]
    assert len(made) == 3
    lines = [
        {trace.grad_fns[k].line for k in new - old if trace.grad_fns[k].variable is None}
        for old, new in zip([set(), *made[:-1]], made, strict=True)
    ]
    assert lines == [{4}, {5, 6}, {6, 7}]  # the ops of a derivative, and the sum() that the next call starts from
