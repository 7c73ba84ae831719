"""Ops inside torch.func: a transform records them for itself, and what it recorded is the bare engine's to tell."""

import pytest

from gradviz.model.trace import AT_LEVEL, NO_INPUT
from tests.engine.recording import record

HEAD = "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\nv = torch.ones(2)\n"


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        ("g = torch.func.grad(lambda a: (a * a).sum())(v)", {"mul": AT_LEVEL, "sum": AT_LEVEL}),
        ("g = torch.func.grad(lambda a: ((v * 3).sin() * a).sum())(torch.ones(2))", {"sin": NO_INPUT, "sum": AT_LEVEL}),
        ("j = torch.func.jacrev(lambda a: a.sin() * a)(v)", {"sin": AT_LEVEL}),
        ("o, f = torch.func.vjp(torch.sin, v)\ng = f(v)", {"sin": AT_LEVEL}),
        ("g = torch.func.grad(torch.func.grad(lambda a: a ** 3))(torch.tensor(2.0))", {"pow": AT_LEVEL}),
        ("g = torch.func.vmap(lambda a: a * 2)(torch.ones(3, 2))", {"mul": NO_INPUT}),
        ("h = torch.func.grad(lambda a: (a * a).sum())(v)\ny = v.exp()", {"mul": AT_LEVEL, "exp": NO_INPUT}),
        ("g = torch.func.grad(lambda a: a.detach().exp().sum() * a.sum())(v)", {"exp": NO_INPUT}),
    ],
)
def test_an_op_in_a_transform_tells_who_recorded_it(line: str, reasons: dict[str, str]) -> None:
    trace = record(HEAD + line)
    assert trace.error is None
    for name, reason in reasons.items():
        found = [op for op in trace.ops if op.phase == "forward" and op.name.startswith(f"aten::{name}.")]
        assert found
        assert {op.why_unrecorded for op in found} == {reason}, [op.why_unrecorded for op in found]


def test_an_op_that_the_program_records_itself_is_recorded_inside_a_transform_too() -> None:
    trace = record(HEAD + "g = torch.func.grad(lambda a: (a * x.exp()).sum())(v)")
    assert [op.why_unrecorded for op in trace.ops if op.name == "aten::exp.default"] == [None]
