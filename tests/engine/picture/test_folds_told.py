"""What is told of a fold, against a run of the program without gradviz and torch's own hooks."""

import re
from math import hypot
from typing import get_args

import pytest
import torch

from gradviz.model.graph.build import build
from gradviz.model.graph.folds.contract import Stretch, contract
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.graph import Fold, View
from gradviz.model.moments.moment import History
from gradviz.model.trace import Trace
from gradviz.model.values import norm
from gradviz.picture.picture import Options
from gradviz.picture.record.record import Record
from gradviz.picture.stage.shown import shown
from gradviz.picture.stage.stage import stage
from tests.engine.recording import record
from tests.unit.model.graph.test_contents import look

LSTM = """
import torch
torch.manual_seed(0)
cell = torch.nn.LSTMCell(4, 20)
h, c = torch.zeros(1, 20), torch.zeros(1, 20)
for t in range(40):
    x = torch.randn(1, 4)
    h, c = cell(x, (h, c))
loss = h.pow(2).sum()
loss.backward()
"""
TRAINING = """
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(*[torch.nn.Linear(9, 9) for _ in range(4)])
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(12):
    optimizer.zero_grad()
    loss = model(torch.ones(3, 9)).tanh().sum()
    loss.backward()
    optimizer.step()
"""


def folds(trace: Trace, view: View) -> list[Fold]:
    found = [node.fold for node in fold(build(trace, view)).nodes if node.fold is not None]
    assert found
    return found


def everything(trace: Trace, view: View) -> Fold:
    whole = build(trace, view)
    (node,) = contract(whole, [Stretch(whole.nodes)]).nodes
    assert node.fold is not None
    return node.fold


@pytest.mark.parametrize("view", get_args(View))
@pytest.mark.parametrize("source", [LSTM, TRAINING])
def test_bytes_of_all_folds_and_of_the_run_are_those_that_the_engine_counted(source: str, view: View) -> None:
    trace = record(source)
    history = History(trace)
    held = look(everything(trace, view), history.end)
    told = held.kept.saved, held.kept.leaves
    assert told == (trace.memory.saved_bytes, trace.memory.parameter_bytes)
    assert held.kept_by_all == held.kept
    assert sum(heap.nbytes for heap in held.heaps) == trace.memory.saved_bytes
    assert held.kept.now == 0  # backward has freed all of it
    before = history.at(trace.backwards[-1].step - 1)
    assert 0 < look(everything(trace, view), before).kept.now <= held.kept.saved


@pytest.mark.parametrize("source", [LSTM, TRAINING])
def test_bytes_on_the_box_are_those_on_the_page(source: str) -> None:
    trace = record(source)
    end = History(trace).end
    for view in get_args(View)[1:]:
        for one in folds(trace, view):
            assert look(one, end).kept.saved == one.saved_bytes


@pytest.mark.parametrize("view", ["both", "backward"])
def test_norms_of_gradients_are_those_of_torch(view: View) -> None:
    bare: dict[str, torch.nn.Module] = {}
    exec(LSTM, bare)
    theirs = {
        f"cell.{name}": one.grad.norm().item() for name, one in bare["cell"].named_parameters() if one.grad is not None
    }
    trace = record(LSTM)
    (held,) = (look(one, History(trace).end) for one in folds(trace, view) if one.times == 40)
    known = {leaf.names[0]: norm(leaf.grad) for leaf in held.leaves if leaf.grad is not None}
    ours = {name: length for name, length in known.items() if length is not None}
    assert ours == pytest.approx(theirs, rel=1e-5)
    total = torch.nn.utils.get_total_norm(one.grad for one in bare["cell"].parameters() if one.grad is not None)
    assert hypot(*ours.values()) == pytest.approx(total.item(), rel=1e-5)


HOOKED = """
import torch
y = x = torch.ones(1, requires_grad=True)
for k in range(300):
    y = y * 1.01
    handle = y.register_hook(lambda g: g)
    if k % 3 == 0:
        handle.remove()
net = torch.nn.Sequential(*[torch.nn.Linear(1, 1) for _ in range(300)])
for layer in net:
    layer.register_forward_hook(lambda *_: None)
net(y).backward()
"""


def test_a_box_says_how_many_hooks_act_on_what_it_holds() -> None:
    record_ = Record(record(HOOKED))
    said = re.compile(r"hooks: (\d+)")

    def told(step: int | None, view: View = "both") -> list[int]:
        drawing = shown(record_, Options(view, step=step)).drawing
        texts = (text.text for mark in drawing.nodes for text in mark.texts)
        return [int(found[1]) for text in texts if (found := said.fullmatch(text))]

    assert told(None) == [200, 300]
    assert told(None, "backward") == [200, 300]
    assert told(None, "forward") == []
    half = next(step.id for step in record_.trace.steps if step.line == 8 and (step.id > 600))
    walked = shown(record_, Options(step=half), stage(record_, Options(), walked=True)).drawing
    texts = [text.text for mark in walked.nodes for text in mark.texts]
    (count,) = [int(found[1]) for text in texts if (found := said.fullmatch(text))]
    run = sum(hook.step <= half for hook in record_.trace.hooks)
    gone = sum(hook.removed is not None and hook.removed <= half for hook in record_.trace.hooks)
    assert count == run - gone > 50
    assert told(half) == [count]
