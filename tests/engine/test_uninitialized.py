"""Memory that nobody has written to: it is told as such, and whatever was written to never is."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from gradviz.engine.record.operators import Operator
from gradviz.model.rules import EXACT
from gradviz.model.trace import Value
from tests.engine.recording import record, tensor

SENTINEL = 7e33  # what stands, in the bare run, in memory that nobody has written to
BIRTHS = (
    "torch.empty(100)",
    "torch.empty_like(ones)",
    "ones.new_empty((100,))",
    "torch.empty_strided((100,), (2,))",
    "torch.empty_permuted((100,), (0,))",
    "ones.new_empty_strided((100,), (1,))",
    "torch.nn.Parameter(torch.empty(100), requires_grad=False)",
)
VIEWS = ("{}.detach()", "{0}.view_as({0})", "{}[...]", "{}[None]", "{}.squeeze()", "{}.narrow(-1, 0, 70)", "{}.data")
WRITES = (
    "{}.fill_(2.0)",
    "{}.copy_(ones[0])",
    "{}.uniform_(1, 2)",
    "{}.zero_()",
    "torch.full({0}.shape, 3.0, out={0})",
    "{}[...] = 3.0",
    "{}.reshape(-1)[3:] = 4.0",
    "{}.numpy()[...] = 5.0",
    "np.from_dlpack({})[...] = 6.0",
    "torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack({})).fill_(7.0)",
    "{}.data.fill_(8.0)",
    "{}.untyped_storage().fill_(0)",
    "torch._foreach_zero_([{}])",
    "{}.apply_(lambda number: 9.0)",
    "{0}.map_(torch.ones({0}.shape), lambda old, new: new)",
    "ctypes.memset({0}.data_ptr(), 1, 4)",
)
HEAD = "import ctypes\nimport numpy as np\nimport torch.utils.dlpack\nones = torch.ones(100)\n"


class Filling(TorchDispatchMode):  # type: ignore[no-untyped-call]  # left untyped by torch
    """Puts a number into all memory that torch hands out as it is."""

    def __torch_dispatch__(
        self,
        func: Operator,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and "empty" in str(func) and result.dtype is torch.float32:
            result.as_strided((result.untyped_storage().nbytes() // 4,), (1,), 0).fill_(SENTINEL)
        return result


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Draw statements that make memory, views of it, and write to some of it."""
    names: list[str] = []
    lines: list[str] = []
    for number in range(draw(st.integers(2, 8))):
        kind = draw(st.sampled_from(("birth", "view", "write"))) if names else "birth"
        if kind == "write":
            lines.append(draw(st.sampled_from(WRITES)).format(draw(st.sampled_from(names))))
            continue
        form = draw(st.sampled_from(BIRTHS if kind == "birth" else VIEWS))
        lines.append(f"x{number} = {form.format(draw(st.sampled_from(names)) if names else '')}")
        names.append(f"x{number}")
    return HEAD + "\n".join(lines) + "\n"


@given(programs())
def test_memory_is_told_as_uninitialized_exactly_while_nobody_wrote_to_it(source: str) -> None:
    bare: dict[str, object] = {"torch": torch}
    with Filling():  # type: ignore[no-untyped-call]  # as above
        exec(source, bare)
    trace = record(source)
    for name, held in bare.items():
        if name.startswith("x") and isinstance(held, torch.Tensor):
            value, is_untouched = tensor(trace, name).value, bool((held == SENTINEL).all())
            assert value is not None
            assert value.uninitialized == is_untouched
            assert (value.mean is None) == is_untouched
            if not (held == SENTINEL).any():
                assert value.mean == pytest.approx(held.double().mean().item(), rel=1e-6) or "uniform_" in source


def test_small_memory_is_told_as_it_is() -> None:
    value = tensor(record("x = torch.empty(64)\n"), "x").value
    assert value is not None
    assert value.data is not None
    assert not value.uninitialized


def test_a_program_that_builds_a_model_is_recorded_alike_each_time() -> None:
    source = "model = torch.nn.Sequential(torch.nn.Conv2d(3, 70, 3), torch.nn.Linear(20, 80), torch.nn.LayerNorm(70))\n"
    first, second = (record(source, seed=3) for _ in range(2))
    assert (first.tensors, first.past, first.ops) == (second.tensors, second.past, second.ops)
    assert any(state.value == Value((80, 20), uninitialized=True) for state in first.past)
    assert not any(one.value is not None and one.value.uninitialized for one in first.tensors if one.is_parameter)


def test_a_gradient_in_uninitialized_memory_is_told_as_such() -> None:
    found = tensor(record("x = torch.ones(100, requires_grad=True)\nx.grad = torch.empty(100)\n"), "x")
    assert found.grad == Value((100,), uninitialized=True)


def test_memory_that_torch_fills_to_be_deterministic_is_told_as_it_is() -> None:
    source = (
        "torch.use_deterministic_algorithms(True)\nx = torch.empty(100)\ntorch.use_deterministic_algorithms(False)\n"
    )
    value = tensor(record(source), "x").value
    assert value is not None
    assert (value.nan, value.uninitialized) == (100, False)


@pytest.mark.parametrize("read", ["", "z = mean * 1\n"])
@pytest.mark.parametrize("size", [3, 100])
def test_running_statistics_are_those_that_training_left(read: str, size: int) -> None:
    source = (
        f"data = torch.arange(5.0 * {size}).reshape(5, {size})\nmean, var = torch.zeros({size}), torch.ones({size})\n"
        "y = torch.nn.functional.batch_norm(data, mean, var, training=True, momentum=1.0)\n" + read
    )
    trace, bare = record(source), {"torch": torch}
    exec(source, bare)
    for name in ("mean", "var"):
        value, held = tensor(trace, name).value, bare[name]
        assert value is not None
        assert isinstance(held, torch.Tensor)
        if size == 3:
            assert value.data == tuple(held.tolist())
        else:
            assert value.mean == pytest.approx(held.mean().item())


def test_running_statistics_that_are_only_read_are_not_asked_for_again() -> None:
    source = "m, v = torch.empty(100), torch.empty(100)\ny = torch.nn.functional.batch_norm(torch.ones(5, 100), m, v)\n"
    assert tensor(record(source), "m").value == Value((100,), uninitialized=True)


def test_running_statistics_that_training_began_with_uninitialized_memory_are_told() -> None:
    source = (
        "m, v = torch.empty(100), torch.empty(100)\n"
        "y = torch.nn.functional.batch_norm(torch.ones(5, 100), m, v, training=True)\n"
    )
    value = tensor(record(source), "m").value
    assert value is not None
    assert not value.uninitialized


@pytest.mark.parametrize("size", [3, 100])
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_writes_its_running_statistics_where_it_is_training(size: int, training: bool) -> None:
    call = f"torch.nn.functional.batch_norm(data, mean, var, training={training})"
    head = (
        f"data = torch.arange(5.0 * {size}).reshape(5, {size})\nmean, var = torch.zeros({size}), torch.ones({size})\n"
    )
    trace = record(f"{head}y = {call}\nz = {call}\n")
    bare: dict[str, object] = {"torch": torch}
    exec(head, bare)
    norms = [op for op in trace.ops if op.name == "aten::native_batch_norm.default"]
    assert len(norms) == 2
    for op in norms:
        exec(call, bare)
        for name in ("mean", "var"):
            known, held = tensor(trace, name), bare[name]
            assert isinstance(held, torch.Tensor)
            assert (known.id in op.outputs) is training
            made = [state for state in (*trace.past, *trace.tensors) if (state.id, state.made_by) == (known.id, op.id)]
            assert len(made) == training
            for state in made:
                assert state.version == held._version
                assert state.value is not None
                assert state.value.max == held.max() if size > EXACT else state.value.data == tuple(held.tolist())
