"""Memory over a run, against a count of living storages that knows nothing of the recorder, and torch's profiler."""

import textwrap
import weakref
from collections.abc import Sequence

import pytest
import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils._pytree import tree_leaves

from gradviz.engine.measuring.workspace import highest
from gradviz.engine.record.internals.operators import Operator, Passing
from gradviz.model.cost import MODES
from gradviz.model.memory import LEVELS, Holder, Lived, peak_bytes
from gradviz.model.trace import GradMode
from tests.bench import programs
from tests.engine.measuring.test_measure import held, measured

TRAINING = """
import torch
from torch import nn
torch.manual_seed(0)
def main():
    model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 10))
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(2):
        x = torch.randn(128, 64)
        loss = model(x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
kept = main()
"""
CHAIN = "import torch\nx = torch.ones(100, requires_grad=True)\nfor _ in range({}):\n    x = x.sin()\nbig = x + 1\n"
CONVOLUTIONS = """
import torch
x = torch.randn(2, 8, 40, 40, requires_grad=True)
w = torch.randn(64, 8, 5, 5, requires_grad=True)
y = torch.nn.functional.conv2d(x, w)
z = torch.nn.functional.conv_transpose2d(y, torch.randn(64, 4, 5, 5))
z.sum().backward()
"""
IN_A_THREAD = f"""
import threading
import torch
def work():
{textwrap.indent(CONVOLUTIONS, "    ")}
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
SMALL_RESNET = programs.RESNET.source.replace("(64, 128, 256, 512)", "(64, 64)").replace("512, 1000", "64, 10")


def memory(source: str, mode: GradMode = "grad") -> Lived:
    (found,) = [one for one in measured(source, modes=(mode,), seed=0).lived if one.mode == mode]
    return found


class Counting(Passing):
    """Adds up the storages that ops hand out, until each is freed."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[int, weakref.ref[torch.UntypedStorage]] = {}
        self.now = self.most = 0

    def __torch_dispatch__(
        self,
        func: Operator,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        result = func(*args, **(kwargs or {}))
        for one in tree_leaves(result):
            if isinstance(one, torch.Tensor):
                self.count(one.untyped_storage())
        return result

    def count(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        known = self.known.get(key)
        if known is not None and known() is storage:
            return

        def freed(_: object) -> None:
            self.now -= size

        self.known[key] = weakref.ref(storage, freed)
        self.now += size
        self.most = max(self.most, self.now)


def counted(source: str) -> int:
    names: dict[str, object] = {"__name__": "__main__"}
    counting = Counting()
    with counting:
        exec(source, names)
    return counting.most


def profiled(source: str) -> int:
    """The most bytes allocated at once by the profiler's record."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        exec(source, {"__name__": "__main__"})
    assert profiler.profiler is not None
    assert profiler.profiler.kineto_results is not None
    events = [one for one in profiler.profiler.kineto_results.events() if one.name() == "[memory]"]
    now, most = 0, 0
    for event in sorted(events, key=lambda one: one.start_ns()):
        now += int(event.nbytes())
        most = max(most, now)
    return most


@pytest.mark.parametrize(
    "source",
    [TRAINING, CHAIN.format(50), programs.SMALL, programs.MLP.source, programs.TRANSFORMER.source, SMALL_RESNET],
    ids=["training", "chain", "small", "mlp", "transformer", "resnet"],
)
def test_the_peak_is_that_of_an_independent_count_and_near_the_profilers(source: str) -> None:
    found = memory(source)
    peak = found.levels[found.peak].nbytes
    assert peak == max(level.nbytes for level in found.levels)
    assert peak == counted(source)
    assert peak == pytest.approx(profiled(source), rel=0.05)  # which sees the workspaces of kernels too
    assert peak == sum(holder.nbytes for holder in found.holders) + found.other_bytes


@pytest.mark.parametrize(
    ("source", "kernel"),
    [
        (programs.RESNET.source, "convolution (model."),
        (programs.RESNET.source + "y.backward()\n", "convolution_backward"),
        (CONVOLUTIONS, "convolution_backward"),
    ],
    ids=["resnet", "resnet backward", "convolutions"],
)
def test_what_kernels_take_for_themselves_is_in_the_peak_to_the_byte(source: str, kernel: str) -> None:
    found = memory(source)
    assert peak_bytes(found) == profiled(source)
    (own,) = [holder for holder in found.holders if holder.kind == "workspace"]
    assert own.name.startswith(kernel)
    results = {holder.name for holder in found.holders if holder.kind == "temporary"}
    assert results <= {"y.backward()", "z.sum()"}
    assert (own.nbytes, own.line) == (found.workspace_bytes, found.levels[found.peak].line)
    assert peak_bytes(found) == sum(holder.nbytes for holder in found.holders) + found.other_bytes


RESIZED = [
    "y = torch.empty(0)\ntorch.add(torch.ones(1000), 1, out=y)\nz = torch.ones(2000)",
    "y = torch.ones(10)\ny.resize_(1000)\nz = torch.ones(500)",
    "y = torch.ones(10)\ny.resize_(1000)\ny.resize_(2)\ny.untyped_storage().resize_(8)\ny = None\nz = torch.ones(1200)",
]


@pytest.mark.parametrize("body", RESIZED)
def test_memory_that_is_resized_counts_as_much_as_it_is_then(body: str) -> None:
    source = f"import torch\n{body}\n"
    found = memory(source)
    assert peak_bytes(found) == profiled(source) == sum(holder.nbytes for holder in found.holders) + found.other_bytes


def test_a_thread_of_the_program_has_the_peak_that_it_has_alone() -> None:
    assert memory(IN_A_THREAD).workspace_bytes == memory(CONVOLUTIONS).workspace_bytes
    assert peak_bytes(memory(IN_A_THREAD)) == profiled(CONVOLUTIONS)  # the profiler sees no other thread


def test_a_program_that_profiles_itself_keeps_its_profile_and_its_kernels_workspaces_are_unknown() -> None:
    source = f"""
from torch.profiler import ProfilerActivity, profile
with profile(activities=[ProfilerActivity.CPU]) as seen:
{textwrap.indent(CONVOLUTIONS, "    ")}
assert any(event.name == "aten::convolution" for event in seen.events())
"""
    costs = measured(source, modes=("grad",), seed=0)
    assert not costs.raised
    assert costs.lived[0].workspace_bytes is None


def test_where_torch_does_not_tell_of_them_the_peak_is_that_of_tensors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch._C._autograd, "_enable_profiler_legacy")
    found = memory(CONVOLUTIONS)
    assert found.workspace_bytes is None
    assert peak_bytes(found) == counted(CONVOLUTIONS)


@pytest.mark.parametrize(
    ("changes", "own", "results"),
    [
        ([], 0, 0),
        ([8], 0, 0),  # nothing passes
        ([8, 16, -16], 16, 8),
        ([16, -16, 8], 16, 0),
        ([4, 16, 8, -16, 2, -2], 16, 12),
        ([8, 16, -8, 8, -8], 8, 16),
        ([16, -16, 16, 16, -16], 16, 16),
        ([-64, 8, -8], 8, 0),
    ],
)
def test_a_kernels_highest_moment_is_told_apart_into_its_own_and_its_results(
    changes: list[int], own: int, results: int
) -> None:
    assert highest(changes) == (own, results)


def test_every_mode_has_its_own_peak_and_that_is_the_one_in_the_table() -> None:
    costs = measured(CHAIN.format(200))
    for mode, found in zip(MODES, costs.lived, strict=True):
        assert (found.mode, found.levels[found.peak].nbytes) == (mode, held(costs, mode).peak_bytes)
    assert [found.levels[found.peak].line for found in costs.lived] == [5, 4, 4]


def test_who_holds_the_peak_is_told_by_name_line_and_kind() -> None:
    found = memory(TRAINING)
    assert set(found.holders) >= {
        Holder("model.0.weight", 6, 64 * 256 * 4, "parameter"),
        Holder("exp_avg (model.0.weight)", 13, 64 * 256 * 4, "optimizer"),
        Holder("x", 9, 128 * 64 * 4, "saved"),
        Holder("loss.backward()", 12, 128 * 256 * 4, "gradient"),
    }
    assert found.levels[found.peak].line == 12


def test_what_one_call_of_a_model_makes_is_told_apart_by_op_and_module() -> None:
    source = (
        "import torch\nfrom torch import nn\nmodel = nn.Sequential(nn.Linear(8, 99), nn.Sigmoid(), nn.Linear(99, 1))\n"
        "loss = model(torch.ones(50, 8)).sum()\n"
    )
    made = {holder.name: holder.nbytes for holder in memory(source).holders if holder.kind != "parameter"}
    assert made == {"torch.ones(50, 8)": 1600, "addmm (model.0)": 50 * 99 * 4, "sigmoid (model.1)": 50 * 99 * 4}


def test_without_grad_nothing_is_saved() -> None:
    assert "saved" in {holder.kind for holder in memory(CHAIN.format(20)).holders}
    kinds = {holder.kind for holder in memory(CHAIN.format(20), "no_grad").holders}
    assert kinds == {"named", "parameter"}


def test_a_parameter_that_its_module_named_first_bears_the_path_to_it() -> None:
    source = (
        "import torch\nclass Tied(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.a = torch.nn.Linear(9, 9)\n        self.b = torch.nn.Linear(9, 9)\n"
        "        self.b.weight = self.a.weight\n        self.b.bias = self.a.bias\nm = Tied()\nbig = torch.ones(99)\n"
    )
    names = {holder.name: holder.kind for holder in memory(source).holders}
    assert names == {"m.a.weight": "parameter", "m.a.bias": "parameter", "big": "named"}


def test_a_gradient_bears_the_name_of_whose_it_is() -> None:
    source = "import torch\nw = torch.ones(9, requires_grad=True)\n(w * w).sum().backward()\nbig = torch.ones(99)\n"
    names = {holder.name: holder.kind for holder in memory(source).holders}
    assert names == {"w": "parameter", "w.grad": "gradient", "big": "named"}


def test_a_long_run_is_thinned_out_and_keeps_its_peak() -> None:
    found = memory(CHAIN.format(5_000))
    assert found.steps > 10_000
    assert len(found.levels) <= LEVELS
    assert found.levels[found.peak].nbytes == 5_002 * 400
    assert found.levels[found.peak].line == 5
    assert found.others == 5_002 - len(found.holders)


def test_a_program_without_tensors_has_no_memory() -> None:
    found = memory("x = 1\n")
    assert (found.levels, found.holders, found.peak) == ((), (), 0)
