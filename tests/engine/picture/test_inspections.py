"""Everything inspected at a step of a program that torch ran, against the record cut off there.

GRADVIZ_PROGRAMS sets how many programs hypothesis writes.
"""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.picture.inspection.inspecting import inspection
from gradviz.picture.inspection.inspection import Inspect, Subject
from gradviz.picture.record.record import Record
from tests.engine.programs import PROGRAMS, sweep
from tests.engine.recording import record, tensor
from tests.unit.picture.inspection.cut_off import both_ways

TRAINING = """\
import torch
w = torch.ones(2, 2, requires_grad=True)
x = torch.tensor([[1., 0.], [2., 3.]])
for i in range(3):
    y = (x @ w.t()).log()
    loss = (y * y).sum()
    loss.backward(retain_graph=i == 1)
    z = y.detach()
    z.add_(1)
    with torch.no_grad():
        w -= 0.1 * w.grad
    x.data.mul_(2)
g, = torch.autograd.grad(w.exp().sum(), [w])
w.grad = None
"""


@sweep(100)
@given(PROGRAMS, st.randoms(use_true_random=False))
def test_what_is_looked_up_is_what_a_record_cut_off_there_says(source: str, chance: random.Random) -> None:
    run = Record(record(source))
    for _ in range(3):
        looked_up, cut = both_ways(run, chance.randrange(len(run.trace.steps) + 1))
        assert looked_up == cut


HOOKED = """\
import torch
x = torch.tensor([1., -2.], requires_grad=True)
y = x * 3
handle = y.register_hook(lambda g: g * 2)
x.register_hook(print)
x.register_post_accumulate_grad_hook(lambda leaf: leaf.grad.zero_().sum() and None)
y.grad_fn.register_prehook(lambda o: (o[0] + 1,))
other = y.grad_fn.register_hook(lambda i, o: (i[0] * 2, *i[1:]))
y.grad_fn.next_functions[0][0].register_hook(print)
y.sum().backward()
handle.remove()
other.remove()
(y.detach() * x).sum().backward()
"""


@pytest.mark.parametrize("source", [TRAINING, HOOKED])
def test_every_step_of_a_training_run_is_looked_up(source: str) -> None:
    run = Record(record(source))
    for step in range(len(run.trace.steps)):
        looked_up, cut = both_ways(run, step)
        assert looked_up == cut, step


def test_what_backward_took_in_a_grad_fn_is_told_once_it_has_run() -> None:
    trace = record("import torch\nx = torch.ones(2, requires_grad=True)\ny = x.exp()\ny.sum().backward()\n")
    asked = Inspect(Subject("grad_fn", next(one.id for one in trace.grad_fns if one.name == "ExpBackward0")))
    backward = next(step.id for step in trace.steps if step.kind == "backward")

    def told(step: int | None) -> list[str]:
        sections = inspection(Record(trace), asked._replace(step=step)).sections
        return [fact.label for section in sections if section.title == "Cost" for fact in section.facts]

    assert told(backward) == ["allocated", "saved for backward"]
    assert told(None) == ["allocated", "allocated · ExpBackward0", "saved for backward"]


def test_what_a_complex_grad_is_made_of_is_said_and_so() -> None:
    source = "import torch\nw = torch.tensor([1 + 2j], requires_grad=True)\n(w**3).abs().sum().backward()\n"
    made = record(source)
    facts = inspection(Record(made), Inspect(Subject("tensor", tensor(made, "w").id))).sections
    assert any("imaginary part that by the imaginary part" in one.text for section in facts for one in section.facts)

    def value(number: complex) -> float:
        return abs(number**3)

    step, at = 1e-6, 1 + 2j
    slopes = [(value(at + way * step) - value(at - way * step)) / (2 * step) for way in (1, 1j)]
    grad = tensor(made, "w").grad
    assert grad is not None
    assert grad.data is not None
    assert complex(grad.data[0]) == pytest.approx(complex(*slopes), rel=1e-4)
