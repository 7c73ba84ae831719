"""What is measured of a program in each grad mode: torch, the heap and saved_tensors_hooks are the oracles."""

import time

import msgspec
import pytest
import torch

from gradviz.engine.measuring.measure import measure
from gradviz.engine.processes.child import run_in_thread
from gradviz.model.cost import FEW, MODES, CostPage, Costs, Held, added, laps_of
from gradviz.model.trace import GradMode
from gradviz.model.wire import Request

CHAIN = "import torch\nx = torch.ones(10, requires_grad=True)\nfor _ in range(1000):\n    x = x + 1\n"
MLP = """
import torch
layers = [torch.nn.Linear(32, 32) for _ in range(20)]
x = torch.ones(8, 32)
for layer in layers:
    x = torch.tanh(layer(x))
loss = x.sum()
"""


def measured(source: str, budget: float = 0.0, modes: tuple[GradMode, ...] = MODES, seed: int | None = None) -> Costs:
    """Measure in this very process."""
    pages: list[bytes] = []
    run_in_thread(lambda: measure(Request(source, seed=seed, budget=budget), pages.append, modes), 64 * 1024 * 1024)
    costs = Costs()
    for page in pages:
        costs = added(costs, msgspec.json.decode(page, type=CostPage))
    assert costs.done
    return costs


def held(costs: Costs, mode: GradMode) -> Held:
    (found,) = [one for one in costs.held if one.mode == mode]
    return found


def test_the_graph_of_a_thousand_steps_weighs_half_a_kilobyte_a_step_and_none_without_grad() -> None:
    costs = measured(CHAIN)
    graph = held(costs, "grad").graph_bytes
    assert graph is not None
    assert 400_000 < graph < 800_000
    for mode in MODES[1:]:
        left = held(costs, mode).graph_bytes
        assert left is not None
        assert left < 10_000


def saved_by_hooks() -> tuple[int, int]:
    """Bytes that autograd hands to saved_tensors_hooks for the MLP, each storage once; and those in parameters."""
    kept: dict[int, tuple[int, bool]] = {}
    parameters: set[int] = set()

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes(), storage.data_ptr() in parameters
        return tensor.detach()

    names: dict[str, object] = {}
    exec(MLP.replace("loss =", "hold ="), names)  # another run first: addresses must not be taken twice
    layers = [torch.nn.Linear(32, 32) for _ in range(20)]
    parameters |= {p.untyped_storage().data_ptr() for layer in layers for p in layer.parameters()}
    x = torch.ones(8, 32)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        for layer in layers:
            x = torch.tanh(layer(x))
        x.sum()
    return sum(size for size, _ in kept.values()), sum(size for size, own in kept.values() if own)


def test_saved_bytes_are_those_that_saved_tensors_hooks_see() -> None:
    found = held(measured(MLP, seed=0), "grad")
    assert (found.saved_bytes, found.parameter_bytes) == saved_by_hooks()
    assert held(measured(MLP, seed=0), "no_grad").saved_bytes == 0


def test_peak_bytes_fall_without_grad() -> None:
    source = "import torch\nx = torch.ones(1000, requires_grad=True)\nfor _ in range(50):\n    x = x.sin()\n"
    costs = measured(source)
    assert held(costs, "grad").peak_bytes == 51 * 4000
    assert held(costs, "no_grad").peak_bytes == 2 * 4000  # operand and result


def test_a_mode_that_raises_says_so_and_the_others_are_measured() -> None:
    costs = measured("import torch\nx = torch.ones(2, requires_grad=True)\n(x * x).sum().backward()\n")
    assert [raised.mode for raised in costs.raised] == ["no_grad", "inference"]
    assert all(raised.error.line == 3 for raised in costs.raised)
    assert {mode for mode in MODES if laps_of(costs, mode)} == set(MODES)
    for mode in MODES[1:]:
        assert all(lap.forward < lap.seconds for lap in laps_of(costs, mode))


def test_a_mode_that_raises_before_backward_is_not_timed() -> None:
    source = "import torch\nx = torch.ones(2, requires_grad=True)\nassert torch.is_grad_enabled()\ny = x * x\n"
    costs = measured(source)
    assert [raised.mode for raised in costs.raised] == ["no_grad", "inference"]
    assert {lap.mode for lap in costs.laps} == {"grad"}
    assert all(lap.forward == lap.seconds for lap in costs.laps)


def test_a_text_that_is_no_program_raises_in_every_mode() -> None:
    costs = measured("x = = 1\n")
    assert [raised.mode for raised in costs.raised] == list(MODES)
    assert costs.laps == ()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that stands still but for what programs sleep."""
    now = [100.0]
    for name in ("perf_counter", "monotonic"):
        monkeypatch.setattr(time, name, lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.append(now.pop() + seconds))


@pytest.mark.usefixtures("slept")
def test_backward_and_the_optimizer_are_timed_apart() -> None:
    source = """
import time, torch
class Slow(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 1
    @staticmethod
    def backward(ctx, g):
        time.sleep(0.02)
        return g
class Step(torch.optim.SGD):
    def step(self, closure=None):
        time.sleep(0.01)
        super().step()
w = torch.ones(3, requires_grad=True)
time.sleep(0.05)
Slow.apply(w).sum().backward()
Step([w], lr=0.1).step()
"""
    (lap, *_) = laps_of(measured(source), "grad")
    times = (lap.seconds, lap.forward, lap.backward, lap.optimizer)
    assert times == pytest.approx((0.08, 0.05, 0.02, 0.01))


def test_runs_begin_in_the_same_state_and_leave_none_behind(capsys: pytest.CaptureFixture[str]) -> None:
    source = "import torch\nassert torch.get_default_dtype() is torch.float32\ntorch.set_default_dtype(torch.float64)\n"
    source += "torch.set_grad_enabled(False)\nprint('said')\nimport warnings\nwarnings.warn('careful')\n"
    costs = measured(source, budget=0.05)
    assert costs.raised == ()
    assert torch.is_grad_enabled()
    assert torch.get_default_dtype() is torch.float64  # as the last run left it: this process belongs to the program
    torch.set_default_dtype(torch.float32)
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("slept")
def test_modes_take_turns_until_the_budget_is_spent() -> None:
    costs = measured("import time\ntime.sleep(0.01)\n", budget=0.6)
    assert {len(laps_of(costs, mode)) for mode in MODES} == {10}  # rounds of 0.06 s, half of them not timed
    firsts = [lap.mode for lap in costs.laps[::3]]
    assert set(firsts) == set(MODES)
    assert [lap.turn for lap in laps_of(costs, "grad")] == list(range(10))


@pytest.mark.usefixtures("slept")
def test_a_small_budget_is_exceeded_until_something_can_be_said() -> None:
    assert {len(laps_of(measured("import time\ntime.sleep(0.01)\n", budget=0.1), mode)) for mode in MODES} == {FEW}
    slow = measured("import time\ntime.sleep(1)\n", budget=1.4)
    assert {len(laps_of(slow, mode)) for mode in MODES} == {3}  # of 3 s each, none of them for nothing


@pytest.mark.usefixtures("slept")
@pytest.mark.usefixtures("slept")
def test_what_comes_before_backward_is_not_slower_for_what_backward_left_in_the_caches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "cold", False, raising=False)
    source = """
import time, torch
time.sleep(1.0 if time.cold else 0.05)
time.cold = False
torch.ones(2, requires_grad=True).sum().backward()
time.cold = True
"""
    costs = measured(source)
    assert [raised.mode for raised in costs.raised] == ["no_grad", "inference"]
    for mode in MODES:
        assert {round(lap.forward, 6) for lap in laps_of(costs, mode)} == {0.05}


@pytest.mark.usefixtures("slept")
def test_a_fast_program_is_run_more_than_once_in_a_turn() -> None:
    costs = measured("import time\ntime.sleep(0.001)\n", budget=0.01)
    assert [lap.turn for lap in laps_of(costs, "grad")][:5] == [0, 0, 0, 0, 1]


@pytest.mark.usefixtures("slept")
def test_the_time_goes_on_until_what_was_made_is_freed() -> None:
    source = """
import time
class Held:
    def __del__(self, sleep=time.sleep):
        sleep(0.5)
time.sleep(1)
held = Held()
"""
    (lap, *_) = laps_of(measured(source), "grad")
    assert (lap.seconds, lap.forward) == (1.5, 1.5)


def test_every_run_draws_the_same_random_numbers() -> None:
    source = """
import random, numpy, torch
drawn = random.random(), numpy.random.rand(), torch.rand(1).item()
assert drawn == {}, drawn
"""
    first = measured(source.format("None"), seed=7).raised[0].error.message
    assert measured(source.format(first), budget=0.02, seed=7).raised == ()
    assert measured(source.format(first), seed=8).raised
