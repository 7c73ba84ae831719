"""What is explained of errors and warnings, against what torch really says when a program brings them about."""

import io
import re
import warnings
from collections.abc import Iterator

import pytest
import torch

from gradviz.model.errors.errors import explained, hint
from gradviz.model.errors.fitting import FITTING
from gradviz.model.errors.functions import FUNCTIONS
from gradviz.model.errors.warned import WARNINGS, warning_hint, warning_text
from gradviz.model.program import FILE
from gradviz.model.trace import GradMode
from gradviz.model.why.why import mode_to_blame
from gradviz.picture.picture import Language, Options
from gradviz.picture.record.record import Record
from gradviz.picture.texts.problems import problems
from tests.engine.recording import record

TRACKED = "import torch\nx = torch.tensor(2., requires_grad=True)\ny = x * 2\n"
LANGUAGES: tuple[Language, ...] = ("en", "ja")
WARNED = {
    "non-leaf-grad": TRACKED + "y.backward()\ny.grad",
    "grad-cycle": TRACKED + "y.backward(create_graph=True)\nx.grad = None",
    "target-size": TRACKED + "z = torch.nn.functional.mse_loss(y * torch.ones(4, 1), torch.ones(4))",
    "too-few": TRACKED + "z = y.reshape(1).std()",
    "softmax-dim": TRACKED + "z = torch.nn.functional.softmax(y * torch.ones(2, 3))",
    "number-of-tracked": TRACKED + "z = float(y)",
    "copy-tensor": TRACKED + "z = torch.tensor(y)",
    "checkpoint-no-grad": "import torch\nfrom torch.utils.checkpoint import checkpoint\n"
    "y = checkpoint(torch.sin, torch.ones(2), use_reentrant=True)",
    "not-compiled": TRACKED + "z = torch.compile(torch.sin)(y)",
    "branched": TRACKED + "z = torch.cond(y > 1, torch.sin, torch.cos, (y,))",
    "scripted": TRACKED + "import warnings\nwarnings.simplefilter('ignore')\n"
    "@torch.jit.script\ndef f(a: torch.Tensor):\n    return a * 2\nz = f(y)",
    "traced": TRACKED
    + "import warnings\nwarnings.simplefilter('ignore')\nz = torch.jit.trace(torch.sin, torch.ones(2))(y)",
    "anomaly": "import torch\ntorch.autograd.set_detect_anomaly(True)\n"
    "with torch.autograd.detect_anomaly():\n    pass\ntorch.autograd.set_detect_anomaly(False)",
    "anomaly-call": "import torch\nimport warnings\nwarnings.filterwarnings('ignore', 'Anomaly')\n"
    "x = torch.tensor(0., requires_grad=True)\nwith torch.autograd.detect_anomaly():\n    y = torch.sqrt(x) * 0\n"
    "    y.backward()",
}
HOOKED = "x = torch.ones(2, requires_grad=True)\ny = x * 2\n"
FUNCTION = (
    "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        return a * 1\n"
    "    @staticmethod\n    def backward(ctx, g):\n        {}\nx = torch.ones(2, requires_grad=True)\n"
)
UNFIT = {
    "mm": "torch.ones(2, 3) @ torch.ones(2, 3)",
    "bmm": "torch.bmm(torch.ones(2, 3, 4), torch.ones(2, 3, 4))",
    "shape": "torch.ones(2) + torch.ones(3)",
    "dtype": "torch.ones(2, 2) @ torch.ones(2, 2, dtype=torch.float64)",
    "joined": "torch.cat([torch.ones(2, 2), torch.ones(3, 3)])",
    "reshape": "torch.ones(2, 3).view(4)",
    "not-contiguous": "torch.ones(2, 3).t().view(6)",
    "ragged": "torch.tensor([[1., 2.], [3.]])",
    "index": "torch.ones(2)[5]",
    "target": "torch.nn.functional.cross_entropy(torch.ones(2, 3), torch.tensor([0, 3]))",
    "target-dtype": "torch.nn.functional.cross_entropy(torch.ones(2, 3), torch.tensor([0., 1.]))",
    "channels": "torch.nn.Conv2d(3, 4, 3)(torch.ones(1, 1, 8, 8))",
    "called": "torch.ones(2)(3)",
    "no-grad-yet": "w = torch.ones(1, requires_grad=True)\nw - 0.1 * w.grad",
    "vector": "torch.ones(4) @ torch.ones(3)",
    "mv": "torch.ones(3, 5) @ torch.ones(4)",
    "whole": "torch.tensor([1, 2]).mean()",
    "cast": "n = torch.arange(3)\nn += 0.5",
    "one-class": "torch.nn.functional.cross_entropy(torch.ones(2, 3), torch.tensor([[1], [0]]))",
    "batch-norm": "torch.nn.BatchNorm1d(3)(torch.ones(1, 3))",
    "number": "torch.ones(1).item().backward()",
    "none": "torch.ones(1).grad.zero_()",
    "zero-tensor": "x = torch.ones(2, requires_grad=True)\n"
    "g, = torch.autograd.grad(x.abs().sum(), x, create_graph=True)\ng.sum().backward()\nx.grad.zero_()",
    "hook-shape": f"{HOOKED}y.register_hook(lambda g: g.sum())\ny.sum().backward()",
    "hook-type": f"{HOOKED}x.register_hook(lambda g: 2.)\ny.sum().backward()",
    "hook-untracked": "torch.ones(1).register_hook(print)",
    "function-count": f"{FUNCTION.format('return g, g')}F.apply(x).sum().backward()",
    "function-shape": f"{FUNCTION.format('return g.expand(3, 2)[0, :1].expand(3)')}F.apply(x).sum().backward()",
    "function-called": f"{FUNCTION.format('return g')}F()(x)",
    "function-backward": "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n"
    f"        return a * 1\n{HOOKED}F.apply(x).sum().backward()",
    "function-saves": FUNCTION.format("return g").replace("return a", "ctx.save_for_backward(2); return a")
    + "F.apply(x)",
    "checkpoint": "from torch.utils.checkpoint import checkpoint\nn = [0, 0]\ndef f(a):\n    n.pop()\n"
    "    return a.sin().cos() if n else a.sin()\nx = torch.ones(2, requires_grad=True)\n"
    "checkpoint(f, x, use_reentrant=False).sum().backward()",
    "optimizer-leaf": "torch.optim.SGD([torch.ones(1, requires_grad=True) * 2], lr=0.1)",
    "optimizer-empty": "torch.optim.SGD([], lr=0.1)",
}


@pytest.mark.parametrize(("name", "body"), UNFIT.items(), ids=UNFIT)
def test_what_does_not_fit_is_explained_in_the_words_of_this_torch(name: str, body: str) -> None:
    error = record(f"import torch\n{body}").error
    assert error is not None
    assert hint(error) == name
    for language in ("en", "ja"):
        assert error.type not in explained(error, language)


def test_a_checkpoint_whose_second_run_saves_tensors_of_another_shape_is_explained() -> None:
    body = UNFIT["checkpoint"].replace("else a.sin()", "else a[:1].sin().cos()")
    error = record(f"import torch\n{body}").error
    assert error is not None
    assert (error.type, hint(error)) == ("CheckpointError", "checkpoint")
    assert "different metadata" in error.message  # and not in number, as the one above


def test_every_row_of_what_does_not_fit_is_met_here() -> None:
    assert {row.id for row in (*FITTING, *FUNCTIONS)} < set(UNFIT)


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


def test_the_branch_of_a_cond_runs_as_it_is_written() -> None:
    head = TRACKED + "w = torch.ones(2, requires_grad=True)\nfor sign in (1, -1):\n"
    last = "    z.sum().backward()\nprint(x.grad, w.grad)"
    cond = "torch.cond(sign * x > 0, lambda a: a.sin() * w, lambda a: a.cos() * w, (x,))"
    branched = record(f"{head}    z = {cond}\n{last}")
    written = record(f"{head}    z = x.sin() * w if sign * x > 0 else x.cos() * w\n{last}")
    assert branched.error is None
    own = [op for op in branched.ops if op.phase == "forward" and op.name in ("aten::sin.default", "aten::cos.default")]
    assert [(op.name, op.line) for op in own] == [("aten::sin.default", 6), ("aten::cos.default", 6)]
    assert [one.text for one in branched.output] == [one.text for one in written.output]


def test_a_cond_that_is_mapped_over_is_left_to_torch() -> None:
    source = "f = lambda a: torch.cond(a > 0, torch.sin, torch.cos, (a,))\nprint(torch.vmap(f)(y * torch.ones(2)))"
    assert [warning_hint(one) for one in record(TRACKED + source).warnings] == []


@pytest.mark.usefixtures("warned_anew")
def test_a_traceback_in_a_warning_begins_with_the_program() -> None:
    (warned,) = record(WARNED["anomaly-call"]).warnings
    head, first, *_ = warned.message.splitlines()
    assert head.startswith("Error detected in SqrtBackward0")
    assert first.startswith('  File "<program>", line 6')
    assert "gradviz" not in warned.message
    assert "line 6" in warning_text(warned, "en")


@pytest.mark.usefixtures("warned_anew")
def test_both_tracebacks_of_a_second_derivative_are_those_of_a_bare_interpreter() -> None:
    source = (
        "import torch\nimport warnings\nwarnings.filterwarnings('ignore', 'Anomaly')\n"
        "x = torch.tensor(0., requires_grad=True)\nwith torch.autograd.detect_anomaly():\n"
        "    (g,) = torch.autograd.grad(torch.sqrt(x), x, create_graph=True)\n    (g * 0).backward()\n"
    )
    with warnings.catch_warnings(record=True) as bare:
        warnings.simplefilter("always")
        with pytest.raises(RuntimeError, match="nan"):
            exec(compile(source, FILE, "exec"), {})
    told = [_frames(one.message) for one in record(source).warnings]
    assert [frames[0] for frames in told] == [(FILE, "6", "<module>")] * 2
    around = [_frames(str(one.message)) for one in bare]  # what runs this test comes first there
    assert told == [frames[frames.index(own[0]) :] for frames, own in zip(around, told, strict=True)]


def _frames(message: str) -> list[tuple[str, str, str]]:
    return re.findall(r'  File "([^"]+)", line (\d+), in (\S+)', message)


def test_every_warning_that_is_explained_is_raised_here() -> None:
    assert {row.id for row in WARNINGS} == set(WARNED)


def test_a_program_that_asks_for_input_is_told_that_there_is_no_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    error = record("n = input('how many? ')").error
    assert error is not None
    assert hint(error) == "input"
    assert "keyboard" in explained(error, "en")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("w = (x > 1).float()\nw.backward()", "x > 1 on line 4 has no derivative"),
        ("w = y.detach() * 2\nw.backward()", "y.detach() on line 4 cuts its result off"),
        ("with torch.no_grad():\n    w = x * 3\nw.backward()", "x * 3 ran under no_grad (line 4)"),
        ("c = torch.ones(1)\nw = c * 3\nw.backward()", "computed from requires grad. requires_grad of c is False"),
        ("c = torch.ones(1)\nw = c * 3\nc.requires_grad_()\nw.backward()", "Line 5 used c before its requires_grad"),
        ("c = torch.ones(1)\nc.retain_grad()", "requires_grad of c is False"),
    ],
)
def test_why_there_is_no_graph_is_told_of_the_very_tensor(body: str, reason: str) -> None:
    (told,) = problems(Record(record(TRACKED + body)), Options())
    (japanese,) = problems(Record(record(TRACKED + body)), Options(language="ja"))
    assert reason in told.message
    assert told.message.startswith(("No graph leads back", "This tensor gets no"))
    assert not japanese.message.isascii()


@pytest.mark.parametrize("mode", ["no_grad", "inference"])
@pytest.mark.parametrize("call", ["y.backward()", "y.retain_grad()"])
def test_the_grad_mode_chosen_for_the_run_is_to_blame(mode: GradMode, call: str) -> None:
    trace = record(TRACKED + call, mode)
    assert trace.error is not None
    assert mode_to_blame(trace) == mode
    assert "toolbar" in explained(trace.error, "en", mode)
    for language in LANGUAGES:
        (told,) = problems(Record(trace), Options(language=language))
        (offer,) = told.offers
        assert offer.edit == "grad"
        assert offer.text
    assert record(trace.source, "grad").error is None


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
        (
            TRACKED + "y + torch.ones(2) + torch.ones(3)",
            "no_grad",
        ),  # in which y is made, and which it does not matter to
        (TRACKED + "z = torch.ones(2) * y\nz + torch.ones(3)", "inference"),
        ("1", "no_grad"),
    ],
)
def test_the_grad_mode_of_the_run_is_not_blamed_for_what_the_program_did(source: str, mode: GradMode) -> None:
    assert mode_to_blame(record(source, mode)) is None
