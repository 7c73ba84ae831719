"""What the tensors table shows of a name, against what the name holds where torch runs the program alone."""

import pytest
import torch

from gradviz.model.trace import Trace
from gradviz.picture.picture import TensorRow
from gradviz.picture.record.record import Record
from gradviz.picture.texts.rows import rows
from tests.engine.recording import record

F = "import torch\ndef f(a):\n    y = a * 2\n    x = y + 1\n    return x\n"
PROGRAMS = {
    "a local of the same name": F + "y = torch.ones(2)\nz = f(y)\n",
    "bound to its own result": F + "x = torch.ones(2)\nx = f(x)\nw = f(x)\n",
    "a call in a call": F + "y = torch.ones(2)\nx = f(f(y)) + y\ny = y * 3\n",
    "functions that call each other": "import torch\ndef g(a):\n    y = a + 1\ndef f(a):\n    y = a * 2\n    g(y)\n"
    "y = torch.ones(2)\nf(y)\ny = y * 5\nf(y)\n",
    "a module": "import torch\nclass M(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.w = torch.nn.Parameter(torch.ones(2))\n    def forward(self, x):\n        h = self.w * x\n"
    "        return h.sum()\nm = M()\nx = torch.ones(2)\nfor i in range(2):\n    h = m(x * i)\n",
    "a decorator": "import torch\nimport functools\n@functools.cache\n@torch.no_grad()\ndef f(a):\n"
    "    y = a * 2\n    x = y\n    return x\ny = torch.ones(2)\nz = f(y)\n",
    "recursion": "import torch\ndef f(x, n):\n    if n:\n        x = f(x * 2, n - 1)\n    return x\n"
    "x = torch.ones(2)\ny = f(x, 3)\n",
}


def shown(trace: Trace) -> dict[str, str]:
    return {name: row.value for row in rows_at(trace) for name in row.name.split(", ")}


def rows_at(trace: Trace, step: int | None = None) -> tuple[TensorRow, ...]:
    record = Record(trace)
    moment = record.history.end if step is None else record.history.at(step)
    return rows(record.grounds.at(moment), record.history.bindings.held(moment.begun - 1), None, "en")


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_a_name_of_the_module_shows_its_own_tensor(source: str) -> None:
    names: dict[str, object] = {}
    exec(source, names)
    table, checked = shown(record(source)), 0
    for name, value in names.items():
        if isinstance(value, torch.Tensor):
            assert table[name] == str(value.tolist() if value.dim() else value.item()).replace(
                ".0", "." * value.dim() or ".0"
            )
            checked += 1
    assert checked > 0


def test_the_table_of_a_step_shows_that_step() -> None:
    trace = record("import torch\nx = torch.tensor(2., requires_grad=True)\ny = x * 3\ny.backward()\nx = x * 2\n")
    lines = [step.id for step in trace.steps if step.kind == "line"]
    seen = [[(row.name, row.value, row.grad) for row in rows_at(trace, step)] for step in lines]
    fresh, filled = ("x", "2.0", "None — no backward yet"), ("x", "2.0", "3.0")
    y = ("y", "6.0", "None — not a leaf")
    assert seen == [[], [], [fresh], [fresh, y], [filled, y], [("x", "4.0", "None — not a leaf"), y]]
