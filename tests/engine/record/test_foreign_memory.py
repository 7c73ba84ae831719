"""Values that others than torch write: what is shown of a tensor is what it holds, whoever put it there."""

import pytest
import torch
from torch.utils import dlpack

from gradviz.model.moments.held import bindings
from gradviz.model.moments.moment import History
from tests.engine.bare import SEED, bare_moments, recorded
from tests.engine.recording import record, tensor

EXPORTS = {
    "numpy": "a = x.numpy()\n",
    "array": "a = np.asarray(x)\n",
    "from_numpy": "a = np.ones(200)\nx = torch.from_numpy(a)\n",
    "as_tensor": "a = np.ones(200)\nx = torch.as_tensor(a)\n",
    "a view of it": "a = x.view(20, 10).numpy().reshape(-1)\n",
    "detached": "a = x.detach().numpy()\n",
    "to_dlpack": "a = np.from_dlpack(torch.from_dlpack(torch.to_dlpack(x)))\n",
    "frombuffer": "b = bytearray(1600)\nx = torch.frombuffer(b, dtype=torch.float64)\na = np.frombuffer(b)\n",
}


@pytest.mark.parametrize("way", EXPORTS)
@pytest.mark.parametrize("used", ["", "y = x * 1\n", "y = x.view(10, 20)\n"])
def test_a_write_from_outside_is_seen(way: str, used: str) -> None:
    head = "import numpy as np\nx = torch.ones(200, dtype=torch.float64)\n"
    trace = record(f"{head}{EXPORTS[way]}a[:] = 5.0\n{used}")
    for name in ["x", "y"] if used else ["x"]:
        value = tensor(trace, name).value
        assert value is not None
        assert (value.min, value.max, value.mean, value.std) == (5, 5, 5, 0)


@pytest.mark.parametrize("write", ["a[:] = 5", "a += 1", "torch.from_numpy(a).mul_(3)", "x.numpy()[0] = 2"])
@pytest.mark.parametrize("way", ["a = x.numpy()", "a = np.ones(3)\nx = torch.from_numpy(a)", "a = x.detach().numpy()"])
def test_a_step_shows_what_others_had_written_until_then(way: str, write: str) -> None:
    source = f"import numpy as np\nimport torch\nx = torch.ones(3).double()\ny = x * 2\n{way}\n{write}\nz = 1\nz = 2\n"
    trace = record(source, seed=SEED)
    lines = [step for step in trace.steps if step.kind == "line" and step.line is not None]
    for step, (_, expected) in zip(lines[3:], bare_moments(source)[3:], strict=True):
        moment = History(trace).at(step.id)
        names = {name.text: number for name, number in bindings(trace).held(moment.begun - 1).items()}
        assert recorded(trace, moment.known_tensor(names["x"])) == expected["x"], step.line


def test_a_write_through_the_storage_is_seen() -> None:
    trace = record("x = torch.zeros(4, dtype=torch.uint8)\nx.untyped_storage()[1] = 7\n")
    value = tensor(trace, "x").value
    assert value is not None
    assert value.data == (0, 7, 0, 0)


@pytest.mark.parametrize("write", ["apply_(lambda old: 5.0)", "map_(x.clone(), lambda old, new: 5.0)"])
def test_what_a_function_of_the_program_writes_element_by_element_is_seen(write: str) -> None:
    value = tensor(record(f"x = torch.ones(200)\nx.{write}\n"), "x").value
    assert value is not None
    assert (value.min, value.max) == (5, 5)


def test_nothing_is_left_behind() -> None:
    names = ("numpy", "__dlpack__", "data_ptr", "untyped_storage", "apply_", "map_", "map2_")
    before = {name: getattr(torch.Tensor, name) for name in names}
    to_dlpack = vars(dlpack)["to_dlpack"]
    record("torch.ones(3).numpy()\n")
    assert {name: getattr(torch.Tensor, name) for name in before} == before
    assert "numpy" not in vars(torch.Tensor)
    assert vars(dlpack)["to_dlpack"] is to_dlpack


@pytest.mark.parametrize(
    "view",
    ["x.view(-1)", "x.t()", "x.T", "x.transpose(0, 1)", "x.permute(1, 0)", "x[None]", "x.detach()", "x.reshape(8, 50)"],
)
def test_a_whole_view_has_the_statistics_of_its_base(view: str) -> None:
    trace = record(f"x = torch.randn(20, 20)\ny = {view}\nx += 1\nz = {view}\n", seed=3)
    y, z = tensor(trace, "y").value, tensor(trace, "z").value
    torch.manual_seed(3)
    x = torch.randn(20, 20)
    assert y is not None
    assert z is not None
    for value in (y, z):  # y shares its memory with x, and so follows it
        assert value.mean == pytest.approx(x.mean().item() + 1)
        assert value.std == pytest.approx(x.std().item())


def test_a_view_of_other_bits_has_its_own() -> None:
    trace = record("x = torch.ones(100)\ny = x.view(torch.int32)\n")
    value = tensor(trace, "y").value
    assert value is not None
    assert value.max == torch.ones(1).view(torch.int32).item()
