"""Memory that nobody has written to: it is told as such, and whatever was written to never is."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from gradviz.engine.record.internals import reader
from gradviz.engine.record.internals.operators import Operator, Passing, Traits
from gradviz.engine.record.ledger import ledger, storages, unwritten
from gradviz.engine.record.ledger.unwritten import Flow, Unwritten
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
RESULTS = (
    *("{} * 1.0", "{}.clone()", "{0} + 1", "torch.zeros_like({})", "{0}.new_zeros({0}.shape)"),
    *(
        "torch.maximum({0}, torch.zeros_like({0}))",
        "torch.stack([{0}, torch.ones_like({0})])",
        "{}[..., :66] * 1.0",
    ),
    *("torch.empty(0)", "torch.mul({0}, 1.0, out=torch.empty(0))", "torch.zeros({0}.shape).copy_({0})"),
)
VIEWS = ("{}.detach()", "{0}.view_as({0})", "{}[...]", "{}[None]", "{}.squeeze()", "{}[..., :70]", "{}.data")
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
    "ctypes.memset({0}.data_ptr(), 1, min(4, {0}.nbytes))",
    "{0}[..., :40].copy_(torch.ones_like({0})[..., :40])",
    "{}[..., 40:].zero_()",
    "{0}[..., torch.arange({0}.shape[-1])] = 2.0",
    "{0}[..., torch.arange({0}.shape[-1] // 2)] = 3.0",
    "{0}.index_fill_(-1, torch.arange({0}.shape[-1] // 2, {0}.shape[-1]), 4.0)",
    "{0}.index_copy_(-1, torch.arange({0}.shape[-1]), torch.ones_like({0}))",
    "{0}.scatter_(-1, torch.ones({0}.shape).long().cumsum(-1) - 1, 5.0)",
    "{0}.masked_fill_(torch.ones({0}.shape).cumsum(-1) > 30, 6.0)",
    "{}.mul_(1.0)",
    "torch.nn.init.orthogonal_({}.data[None])",
)
HANDED_OUT = ("numpy()", "dlpack(", "apply_", "map_", "data_ptr", "untyped_storage")  # what was written is not seen
HEAD = "import ctypes\nimport numpy as np\nimport torch.utils.dlpack\nones = torch.ones(100)\n"


class Filling(Passing):
    """Puts a number into all memory that torch hands out as it is; if it spreads, into all that an op made of some."""

    def __init__(self, *, spreads: bool) -> None:
        super().__init__()
        self._spreads = spreads

    def __torch_dispatch__(
        self,
        func: Operator,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        given = reader.tensors_in(args)
        spoils = self._spreads and func is torch.ops.aten.copy_.default and _is_raw(given[1])
        result = func(*args, **(kwargs or {}))
        if not isinstance(result, torch.Tensor) or result.dtype is not torch.float32:
            return result
        is_fresh = not any(reader.share_memory(result, one) for one in given)
        if "empty" in str(func) or (self._spreads and is_fresh and _is_raw(result)):
            result.as_strided((result.untyped_storage().nbytes() // 4,), (1,), 0).fill_(SENTINEL)
        elif spoils:
            result.fill_(SENTINEL)
        return result


def _is_raw(tensor: torch.Tensor) -> bool:
    return bool((tensor >= SENTINEL).any())


def _ran_bare(source: str, *, spreads: bool) -> dict[str, object]:
    bare: dict[str, object] = {"torch": torch}
    with Filling(spreads=spreads):
        exec(source, bare)
    return bare


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Draw statements that make memory, views of it and what is computed from it, and write to some of it."""
    names: list[str] = []
    lines: list[str] = []
    for number in range(draw(st.integers(2, 8))):
        kind = draw(st.sampled_from(("birth", "view", "write", "write", "result"))) if names else "birth"
        if kind == "write":
            lines.append(draw(st.sampled_from(WRITES)).format(draw(st.sampled_from(names))))
            continue
        form = draw(st.sampled_from({"birth": BIRTHS, "view": VIEWS, "result": RESULTS}[kind]))
        lines.append(f"x{number} = {form.format(draw(st.sampled_from(names)) if names else '')}")
        names.append(f"x{number}")
    return HEAD + "\n".join(lines) + "\n"


@given(programs())
@example("x0 = torch.empty(100)\nx0[3:] = 4.0\nx2 = x0 * 1.0\nx2[:40].copy_(torch.ones(40))\n")
def test_memory_is_told_as_uninitialized_exactly_while_nobody_wrote_to_some_of_it(source: str) -> None:
    """Of what an op made of some, all counts as made of that: more cannot be known of any op."""
    bare, spread, trace = _ran_bare(source, spreads=False), _ran_bare(source, spreads=True), record(source)
    for name, held in bare.items():
        if name.startswith("x") and isinstance(held, torch.Tensor):
            value, most, is_raw = tensor(trace, name).value, spread[name], _is_raw(held)
            assert value is not None
            assert isinstance(most, torch.Tensor)
            if held.numel() <= EXACT:
                continue
            is_known = not any(way in source for way in HANDED_OUT)
            assert value.uninitialized <= _is_raw(most)
            assert value.uninitialized >= is_raw or not is_known
            assert (value.mean is None) == value.uninitialized
            if not is_raw and not value.uninitialized and "orthogonal_" not in source:
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


def test_running_statistics_that_training_began_with_uninitialized_memory_come_of_it() -> None:
    source = (
        "m, v = torch.empty(100), torch.empty(100)\n"
        "y = torch.nn.functional.batch_norm(torch.ones(5, 100), m, v, training=True)\n"
    )
    trace = record(source)
    assert tensor(trace, "m").value == Value((100,), uninitialized=True)
    value = tensor(trace, "y").value
    assert value is not None
    assert not value.uninitialized


def test_a_cache_is_told_up_to_where_it_was_filled() -> None:
    source = (
        "import torch\ncache = torch.empty(2, 8, 50)\n"
        "for t in range(5):\n    cache[:, t] = torch.full((2, 50), float(t))\nseen = cache[:, :5]\n"
        "mean = seen.mean(-1)\nlate = cache[:, 4:6] * 2\n"
        "for t in range(5, 8):\n    cache[:, t].normal_()\nwhole = cache.exp()\n"
    )
    trace = record(source)
    told = {name: tensor(trace, name).value for name in ("cache", "seen", "mean", "late", "whole")}
    assert {name for name, value in told.items() if value is not None and value.uninitialized} == {"late"}
    assert told["seen"] is not None
    assert told["seen"].mean == pytest.approx(2.0)


def test_what_is_told_element_by_element_has_a_bound_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unwritten, "MOST", 250)
    source = (
        "a, b, c = torch.empty(100), torch.empty(100), torch.empty(100)\n"
        "for x in (a, b, c):\n    x[0] = 1.0\n"
        "d = a * 2\ndel a, d, x\ne = torch.empty(100)\ne[0] = 1.0\n"
    )
    trace = record(source)
    told = {name: tensor(trace, name).value for name in "abcde"}
    assert {name for name, value in told.items() if value is not None and value.uninitialized} == set("abde")


def test_tensors_without_memory_have_none_that_is_unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Told(Unwritten):
        def before(
            self,
            traits: Traits,
            args: tuple[object, ...],
            operands: list[torch.Tensor],
            written: Sequence[torch.Tensor],
        ) -> Flow:
            asked.append(traits.name)
            return super().before(traits, args, operands, written)

    monkeypatch.setattr(storages, "Unwritten", Told)
    source = (
        "m, s = torch.empty(100, device='meta'), torch.empty(9, 9, layout=torch.sparse_coo)\none = torch.ones(3)\n"
        "one.exp()\nx = torch.empty(9, 9)\ny = x.to_sparse()\ny.mul_(x.sum())\ndel x\ntwo = torch.ones(3)\ntwo.sin()\n"
    )
    record(source)
    assert "aten::sum.default" in asked
    assert not {"aten::exp.default", "aten::sin.default"}.intersection(asked)


def test_a_storage_is_looked_up_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    free: list[bool] = []
    with ThreadPoolExecutor(1) as other:

        class Watched(storages.Storages):
            def of(self, tensor: torch.Tensor) -> storages.Storage:
                free.append(other.submit(_is_free, self._stream.lock).result())
                return super().of(tensor)

        monkeypatch.setattr(ledger, "Storages", Watched)
        record("x = torch.empty(100)\nx[0] = 1.0\ny = x * 2\nz = y.to_sparse() * 2\n")
    assert free
    assert not any(free)


def _is_free(lock: threading.RLock) -> bool:
    """Whether a thread that does not hold a lock could."""
    is_free = lock.acquire(blocking=False)
    if is_free:
        lock.release()
    return is_free


def test_an_inverse_permutation_is_told() -> None:
    source = "import torch\np = torch.randperm(100)\ninverse = torch.empty_like(p)\ninverse[p] = torch.arange(100)\n"
    value = tensor(record(source), "inverse").value
    assert value is not None
    assert value.mean == pytest.approx(49.5)


@pytest.mark.parametrize(
    ("dtype", "write"),
    [
        *(("bool", "x.index_fill_(1, at, True)"), ("bool", "x.scatter_(1, at.expand(9, 70), True)")),
        *(("float32", "x[:, at] = 1.0"), ("float32", "x[:, :, None][:, at, :] = 1.0")),
        ("float32", "x[torch.ones(9, 70).bool()] = 1.0"),
    ],
)
def test_what_is_written_at_all_places_has_none_that_is_unwritten(dtype: str, write: str) -> None:
    trace = record(f"x, at = torch.empty(9, 70, dtype=torch.{dtype}), torch.arange(70)\n{write}\n")
    assert trace.error is None
    value = tensor(trace, "x").value
    assert value is not None
    assert (value.uninitialized, value.mean) == (False, 1.0)


@pytest.mark.filterwarnings("ignore:indexing with dtype torch.uint8")
def test_a_mask_of_numbers_tells_where_it_is_written() -> None:
    mask = "m = torch.zeros(100, dtype=torch.uint8)\nm[:50] = 1\n"
    source = f"import torch\n{mask}z = torch.empty(100)\nz[m] = torch.ones(50)\n"
    for rest, is_unwritten in (("", True), ("z[51:] = 1", True), ("z[50:] = 1", False)):
        value = tensor(record(source + rest), "z").value
        assert value is not None
        assert value.uninitialized is is_unwritten


def test_what_adds_at_places_has_what_was_there() -> None:
    source = "x, at = torch.empty(9, 70), torch.arange(9)\nx.index_put_((at,), torch.ones(70), accumulate=True)\n"
    assert tensor(record(source), "x").value == Value((9, 70), uninitialized=True)


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
