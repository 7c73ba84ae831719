"""What is explained of errors and warnings, against what torch really says when a program brings them about."""

import io
from collections.abc import Iterator

import pytest
import torch

from gradviz.model.errors import explained, hint
from gradviz.model.trace import GradMode
from gradviz.model.warned import WARNINGS, warning_hint, warning_text
from gradviz.model.why import mode_to_blame
from tests.engine.recording import record

TRACKED = "import torch\nx = torch.tensor(2., requires_grad=True)\ny = x * 2\n"
WARNED = {
    "non-leaf-grad": TRACKED + "y.backward()\ny.grad",
    "grad-cycle": TRACKED + "y.backward(create_graph=True)\nx.grad = None",
    "copy-tensor": TRACKED + "z = torch.tensor(y)",
    "checkpoint-no-grad": "import torch\nfrom torch.utils.checkpoint import checkpoint\n"
    "y = checkpoint(torch.sin, torch.ones(2), use_reentrant=True)",
    "not-compiled": TRACKED + "z = torch.compile(torch.sin)(y)",
    "traced": TRACKED
    + "import warnings\nwarnings.simplefilter('ignore')\nz = torch.jit.trace(torch.sin, torch.ones(2))(y)",
}


@pytest.fixture
def warned_anew() -> Iterator[None]:
    """Torch warns of some things once in a process: here, where other tests ran before, as in a new one."""
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(False)


@pytest.mark.parametrize(("name", "source"), WARNED.items(), ids=WARNED)
@pytest.mark.usefixtures("warned_anew")
def test_a_warning_of_torch_is_explained(name: str, source: str) -> None:
    (warned,) = record(source).warnings
    assert warning_hint(warned) == name
    for language in ("en", "ja"):
        assert warned.message not in warning_text(warned, language)


@pytest.mark.parametrize(
    "compiled",
    ["torch.compile(f)(x)", "torch.compile(fullgraph=True)(f)(x)", "torch.compile(backend='inductor')(f)(x)"],
)
def test_what_is_compiled_runs_as_it_is_written(compiled: str) -> None:
    trace = record(TRACKED + f"def f(a):\n    return a.sin() * 2\nz = {compiled}\nz.backward()")
    assert trace.error is None
    assert [op.line for op in trace.ops if op.name == "aten::sin.default"] == [5]
    (warned,) = trace.warnings
    assert (warned.line, warning_hint(warned)) == (6, "not-compiled")


def test_every_warning_that_is_explained_is_raised_here() -> None:
    assert {row.id for row in WARNINGS} == set(WARNED)


def test_a_program_that_asks_for_input_is_told_that_there_is_no_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    error = record("n = input('how many? ')").error
    assert error is not None
    assert hint(error) == "input"
    assert "keyboard" in explained(error, "en")


@pytest.mark.parametrize("mode", ["no_grad", "inference"])
@pytest.mark.parametrize("call", ["y.backward()", "y.retain_grad()"])
def test_the_grad_mode_chosen_for_the_run_is_to_blame(mode: GradMode, call: str) -> None:
    trace = record(TRACKED + call, mode)
    assert trace.error is not None
    assert mode_to_blame(trace) == mode
    assert "toolbar" in explained(trace.error, "en", mode)


@pytest.mark.parametrize(
    ("source", "mode"),
    [
        (TRACKED + "with torch.no_grad():\n    z = x * 3\nz.backward()", "grad"),
        ("import torch\nx = torch.ones(1)\ny = x * 2\ny.backward()", "grad"),
        ("import torch\nx = torch.ones(1)\ny = x * 2\ny.backward()", "no_grad"),  # grad mode would not help
        (
            "import torch\nx = torch.ones(1, requires_grad=True)\nwith torch.enable_grad():\n"
            "    with torch.no_grad():\n        y = x * 2\ny.backward()",
            "no_grad",
        ),
        ("1 / 0", "no_grad"),
        ("1", "no_grad"),
    ],
)
def test_the_grad_mode_of_the_run_is_not_blamed_for_what_the_program_did(source: str, mode: GradMode) -> None:
    assert mode_to_blame(record(source, mode)) is None
