"""Every snippet of the article that gradviz was born from, as typed, through `gradviz trace` and the real engine.

The article shows some snippets on one line and drops the indentation; here they are lines. What it says they print is
wrong in places: PyTorch is the oracle here, not the article.
"""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

QUESTION = """\
is_grad_enabled = torch.is_grad_enabled()
print(is_grad_enabled) # True または False を出力
"""
EXAMPLE = """\
# 勾配計算を有効にして計算
x = torch.tensor(2.0, requires_grad=True)
y = x * x
# 勾配計算を無効にして計算
with torch.no_grad():
    z = y + 1
# それぞれのテンソルの grad 属性を確認
print(x.grad) # torch.tensor(4.)
print(y.grad) # torch.tensor(4.)
print(z.grad) # None
"""
RESULTS = """\
import torch
x = torch.tensor(2.0, requires_grad=True)
y = x * x
print(f"勾配計算が有効な場合: y = {y}") # y = torch.tensor(4., grad_fn=<MulBackward>)
print(f"y.grad = {y.grad}") # y.grad = torch.tensor(4.)
with torch.no_grad():
    z = y + 1
    print(f"勾配計算が無効な場合: z = {z}") # z = torch.tensor(5.)
    print(f"z.grad = {z.grad}") # z.grad = None
"""
COST = """\
import torch
import time
def compute_model(x):
    # 計算をシミュレートするループ
    for i in range(1000):
        x = x + 1
start_time = time.time()
with torch.no_grad():
    compute_model(torch.tensor(1.0))
print(f"勾配計算が無効の場合: 計算時間 = {time.time() - start_time:.2f} 秒")
start_time = time.time()
compute_model(torch.tensor(1.0, requires_grad=True))
print(f"勾配計算が有効な場合: 計算時間 = {time.time() - start_time:.2f} 秒")
"""
GET_GRAD_MODE = """\
import torch
grad_mode = torch.autograd.get_grad_mode()
print(f"自動微分計算モード: {grad_mode}") # True または False を出力
"""
CONTEXTS = """\
import torch
with torch.no_grad():
    # 勾配計算が無効なコード
with torch.enable_grad():
    # 勾配計算が有効なコード
"""
REQUIRES_GRAD = """\
import torch
x = torch.tensor(2.0)
x.requires_grad = True
y = x * x
print(f"y = {y}") # y = torch.tensor(4., grad_fn=<MulBackward>)
print(f"y.grad = {y.grad}") # y.grad = torch.tensor(4.)
"""
SWITCH_OFF = "torch.set_grad_enabled(False)\n"


@dataclass(frozen=True)
class Truth:
    """What PyTorch does with a snippet. `modes`: line -> grad mode of its ops and whether autograd recorded them."""

    source: str
    modes: dict[int, tuple[str, bool]] = field(default_factory=dict)
    grads: dict[str, object] = field(default_factory=dict)
    prints: tuple[str, ...] = ()
    grad_fns: tuple[str, ...] = ()
    error: tuple[str, int] | None = None
    warns_on: tuple[int, ...] = ()
    says: str = ""


TRUTHS = {
    "question": Truth(QUESTION, prints=("True",)),
    "example": Truth(
        EXAMPLE,
        modes={3: ("grad", True), 6: ("no_grad", False)},
        grads={"x": None, "y": None, "z": None},
        prints=("None", "None", "None"),
        grad_fns=("AccumulateGrad", "MulBackward0"),
        warns_on=(9,),
    ),
    "results": Truth(
        RESULTS,
        modes={3: ("grad", True), 7: ("no_grad", False)},
        grads={"x": None, "y": None, "z": None},
        prints=(
            "勾配計算が有効な場合: y = 4.0",  # a format string shows a scalar as a number, without its grad_fn
            "y.grad = None",
            "勾配計算が無効な場合: z = 5.0",
            "z.grad = None",
        ),
        grad_fns=("AccumulateGrad", "MulBackward0"),
        warns_on=(5,),
    ),
    "cost": Truth(COST, grad_fns=("AccumulateGrad", *["AddBackward0"] * 1000)),
    "get_grad_mode": Truth(GET_GRAD_MODE, error=("AttributeError", 2), says="Did you mean torch.is_grad_enabled?"),
    "contexts": Truth(CONTEXTS, error=("IndentationError", 4)),
    "requires_grad": Truth(
        REQUIRES_GRAD,
        modes={4: ("grad", True)},
        grads={"x": None, "y": None},
        prints=("y = 4.0", "y.grad = None"),
        grad_fns=("AccumulateGrad", "MulBackward0"),
        warns_on=(6,),
    ),
    "switch_off": Truth(SWITCH_OFF),
    "switch_off_first": Truth(SWITCH_OFF + QUESTION, prints=("False",)),
    "example_then_backward": Truth(
        EXAMPLE + "y.backward()\n",
        modes={3: ("grad", True), 6: ("no_grad", False)},
        grads={"x": 4.0, "y": None, "z": None},
        prints=("None", "None", "None"),
        grad_fns=("AccumulateGrad", "MulBackward0"),
        warns_on=(9,),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRUTHS)
def test_the_snippet_runs_as_typed(name: str, tmp_path: Path) -> None:
    truth = TRUTHS[name]
    out = tmp_path / "trace.json"
    done = subprocess.run(
        [sys.executable, "-m", "gradviz", "trace", "-", "-o", str(out)],
        input=truth.source,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == (1 if truth.error else 0), done.stderr
    assert done.stdout == ""
    assert truth.says in done.stderr
    trace = json.loads(out.read_text())
    assert trace["schema"] == 1
    assert trace["source"] == truth.source

    error = trace["error"]
    assert (None if error is None else (error["type"], error["line"])) == truth.error
    for line, (mode, recorded) in truth.modes.items():
        ops = [op for op in trace["ops"] if op["line"] == line and op["phase"] == "forward"]
        assert [(op["grad_mode"], op["grad_fn"] is not None) for op in ops] == [(mode, recorded)]
        assert [op["why_unrecorded"] for op in ops] == [None if recorded else mode]
    for tensor_name, grad in truth.grads.items():
        (tensor,) = [tensor for tensor in trace["tensors"] if tensor_name in tensor["names"]]
        assert (tensor["grad"] and tensor["grad"]["data"]) == grad
    printed = "".join(output["text"] for output in trace["output"]).splitlines()
    assert tuple(printed[: len(truth.prints)]) == truth.prints
    assert tuple(sorted(grad_fn["name"] for grad_fn in trace["grad_fns"])) == truth.grad_fns
    assert tuple(warned["line"] for warned in trace["warnings"]) == truth.warns_on


def test_the_loop_is_recorded_only_where_grad_mode_is_on(tmp_path: Path) -> None:
    out = tmp_path / "trace.json"
    command = [sys.executable, "-m", "gradviz", "trace", "-", "-o", str(out)]
    subprocess.run(command, input=COST, encoding="utf-8", check=True, capture_output=True)
    adds = [op for op in json.loads(out.read_text())["ops"] if op["line"] == 6]
    assert [(op["grad_mode"], op["grad_fn"] is not None) for op in adds] == [("no_grad", False)] * 1000 + [
        ("grad", True)
    ] * 1000
