"""What ops cost, joined to real runs: torch's own counts are the oracles."""

import pytest
import torch

from gradviz.engine.processes.child import run_in_thread
from gradviz.model.cost import MODES, Timed
from gradviz.model.costs.heat import Heat, HeatOf, heat, spent
from gradviz.model.graph.build import build
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.graph import View
from gradviz.model.trace import Trace
from tests.bench import programs
from tests.bench.torch_runs import read, run_recorded
from tests.engine.measuring.test_measure import measured

PRODUCT = """
import torch
a = torch.ones(300, 200, requires_grad=True)
b = torch.ones(200, 100, requires_grad=True)
y = a @ b
z = y.exp()
z.sum().backward()
"""

MASKED = """
import torch
data = torch.tensor([1.0, 2.0])
x = torch.masked.masked_tensor(data, torch.tensor([True, False]), requires_grad=True)
y = (x * 3).sum() * 2
"""
INFERENCE = """
import torch
with torch.inference_mode():
    x = torch.ones(2)
y = torch.nn.functional.linear(x, x).to(torch.float64).cumsum(0)
"""


def recorded(source: str) -> Trace:
    pages: list[bytes] = []
    run_in_thread(lambda: run_recorded(source, pages.append), 64 * 1024 * 1024)
    return read(source, pages)


def hot(trace: Trace, of: HeatOf, view: View = "both", timed: Timed | None = None) -> Heat:
    whole = build(trace, view)
    return heat(fold(whole), whole, spent(trace, of, view, timed), of)


def named(found: Heat, trace: Trace, view: View = "both") -> dict[str, float]:
    nodes = {node.id: node for node in build(trace, view).nodes}
    records = {name: nodes[name].grad_fn or nodes[name].op for name in found.nodes}
    return {record.name: found.nodes[name].size for name, record in records.items() if record is not None}


def test_allocated_bytes_are_those_of_results_and_of_gradients_by_their_grad_fn() -> None:
    trace = recorded(PRODUCT)
    y, grads = 300 * 100 * 4, (300 * 200 + 200 * 100) * 4
    assert named(hot(trace, "allocated", "forward"), trace, "forward") == {
        "aten::mm.default": y,
        "aten::exp.default": y,
        "aten::sum.default": 4,
    }
    backward = named(hot(trace, "allocated", "backward"), trace, "backward")
    assert (backward["MmBackward0"], backward["ExpBackward0"]) == (grads, y)
    both = named(hot(trace, "allocated"), trace)
    assert both["MmBackward0"] == y + grads


# Two chunks of one memory are saved: each keeps all of it alive. What is expanded is saved with the memory of one row.
VIEWS = """
import torch
x = torch.ones(4, 1000, requires_grad=True).exp()
a, b, *_ = x.chunk(4, 1)
row = torch.ones(1, 1000).expand(50, 1000)
(a.exp() * b.sin()).sum() + (x.sum() * row).sum()
"""


@pytest.mark.parametrize("source", [PRODUCT, VIEWS, programs.SMALL, programs.HUNDRED, programs.MLP.source])
def test_saved_bytes_add_up_to_those_of_the_run(source: str) -> None:
    trace = recorded(source)
    for view in ("forward", "both", "backward"):
        sizes = [one.size for one in hot(trace, "saved", view).nodes.values()]
        assert sum(sizes) == trace.memory.saved_bytes


@pytest.mark.parametrize("source", [PRODUCT, MASKED, INFERENCE, programs.SMALL, programs.TRANSFORMER.source])
@pytest.mark.filterwarnings("ignore:The PyTorch API of MaskedTensors")
def test_every_op_of_a_run_has_a_time(source: str) -> None:
    trace = recorded(source)
    timed = {one.mode: one for one in measured(source).timed}
    assert timed.keys() == set(MODES)
    assert all(one.n >= 3 and one.ops for one in timed.values())
    whole = build(trace, "forward")
    found = heat(whole, whole, spent(trace, "time", "forward", timed["grad"]), "time")
    without = [node.op.name for node in whole.nodes if node.op is not None and node.id not in found.nodes]
    assert all(name.startswith("function::") for name in without), without  # a call in which no op ran


def test_the_hottest_op_is_the_one_that_does_most() -> None:
    source = "import torch\nx = torch.ones(400, 400)\ny = x + 1\nz = y @ y @ y @ y\nw = z[0] * 2\n"
    trace = recorded(source)
    torch.set_num_threads(1)
    (timed,) = measured(source, budget=0.3, modes=("grad",)).timed
    times = named(hot(trace, "time", "both", timed), trace)
    assert max(times, key=lambda name: times[name]) == "aten::mm.default"


def test_ops_that_are_not_the_same_in_every_run_have_no_times() -> None:
    source = "import torch, time\nx = torch.ones(2)\nfor _ in range(time.perf_counter_ns() % 1000):\n    x = x + 1\n"
    (timed,) = measured(source, modes=("grad",)).timed
    assert timed.ops == ()
    assert hot(recorded("import torch\nx = torch.ones(2) + 1\n"), "time", "both", timed).nodes == {}
