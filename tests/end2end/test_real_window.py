"""The whole path: a real window on a real display, the real engine, and what a person then sees."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from tests.end2end.real_window import Seen, Step
from tests.end2end.switches import PROGRAM, Switched

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "artifacts"

PROGRAMS = {
    "square": "import torch\nx = torch.tensor(2.0, requires_grad=True)\ny = x * x\ny.backward()\nprint(x.grad)\n",
    "no_grad": (
        "import torch\nx = torch.tensor(2.0, requires_grad=True)\ny = x * x\nwith torch.no_grad():\n    z = y + 1\n"
        "y.backward()\n"
    ),
    "half_typed": "import torch\nx = torch.ones(3, requires_grad=True)\ny = (x *\n",
    "no_such_function": "import torch\nprint(torch.autograd.get_grad_mode())\n",
    "steps": "import torch\nx = torch.ones(1, requires_grad=True)\nfor _ in range(1000):\n    x = x + 1\n",
    "segfault": "import ctypes\nctypes.string_at(0)\n",
    "ten_terabytes": "import torch\nx = torch.ones(10**13)\n",
    "home": "print(open('/etc/passwd').read())\n",
    "fork_bomb": "import os\nwhile True:\n    os.fork()\n",
    "again": "import torch\nx = torch.tensor(3.0, requires_grad=True)\n(x ** 2).backward()\n",
}


class Told(NamedTuple):
    """What the driver of the window reports."""

    facts: dict[str, object]
    steps: dict[str, list[Step]]
    seen: dict[str, Seen]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    SHOTS.mkdir(exist_ok=True)
    assert os.environ.get("DISPLAY"), "pytest-xvfb gives a display"
    own = tmp_path_factory.mktemp("own")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("real_window.py")), str(own), str(SHOTS)],
        input=json.dumps(PROGRAMS),
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8"},
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    steps = {way: [Step(*each) for each in report["facts"][way]] for way in ("forth", "back")}
    return Told(report["facts"], steps, {name: Seen(**each) for name, each in report["seen"].items()})


def test_the_window_is_on_the_screen_before_anything_else_starts(told: Told) -> None:
    assert told.facts["platform"] == "xcb"
    assert told.facts["painted_first"] is True


def test_the_first_lesson_is_walked_through_and_back(told: Told) -> None:
    forth, back = told.steps["forth"], told.steps["back"]
    assert [step.place for step in forth] == [f"{at}/8" for at in range(1, 9)]
    assert [step.place for step in back] == ["end", *(f"{at}/8" for at in range(8, 1, -1))]
    assert back[1:] == forth[:0:-1]
    assert [step.words for step in forth] == [
        "line 1 is about to run",
        "line 3 is about to run",
        "line 4 is about to run",
        "line 4: mul · x * x",
        "line 5 is about to run",
        "backward through mul · x * x",
        "gradient added to x.grad",
        "line 7 is about to run",
    ]
    assert [step.now for step in forth] == [None, None, None, "mul · x * x", None, "mul · x * x", "x", None]
    assert [step.rows.get("x") for step in forth] == [None, None] + [["2.0", "None"]] * 4 + [["2.0", "4.0"]] * 2
    assert forth[4].rows["y"][0] == "4.0"


def test_a_square_has_its_gradient(told: Told) -> None:
    seen = told.seen["square"]
    assert seen.rows[0] == ["x", "2.0", "4.0"]
    assert seen.rows[1][:2] == ["y", "4.0"]
    assert seen.rows[1][2].startswith("None")
    assert seen.output == "tensor(4.)\n"
    assert seen.problems == []
    assert (SHOTS / "window-square.png").stat().st_size > 20_000


def test_an_unrecorded_op_is_drawn(told: Told) -> None:
    seen = told.seen["no_grad"]
    assert ["z", "5.0"] in [row[:2] for row in seen.rows]
    assert any("y + 1" in node for node in seen.nodes)


def test_half_a_line_keeps_the_graph_and_says_where(told: Told) -> None:
    seen = told.seen["half_typed"]
    assert seen.dimmed
    assert seen.nodes == told.seen["no_grad"].nodes
    assert seen.problems[0].startswith("Line 3: ")


def test_a_function_that_does_not_exist_is_explained(told: Told) -> None:
    (problem,) = told.seen["no_such_function"].problems
    assert problem.startswith("Line 2: ")
    assert "Did you mean torch.is_grad_enabled?" in problem


def test_a_thousand_steps_are_a_picture(told: Told) -> None:
    assert 2 <= len(told.seen["steps"].nodes) <= 10
    assert told.seen["steps"].problems == []


@pytest.mark.parametrize("name", ["segfault", "ten_terabytes", "home", "fork_bomb"])
def test_a_hostile_program_is_told_and_the_window_lives(told: Told, name: str) -> None:
    assert told.seen[name].problems
    assert "root:" not in told.seen[name].output


def test_after_all_of_them_a_program_runs(told: Told) -> None:
    seen = told.seen["again"]
    assert not seen.dimmed
    assert ["x", "3.0", "6.0"] in seen.rows
    assert told.facts["endless"] == "Still running …"
    assert told.facts["stopped"] == "Stopped"
    assert not told.seen["after"].dimmed


def test_a_box_switches_the_flag_in_the_text_and_back(told: Told) -> None:
    switched = msgspec.convert(told.facts["switch"], Switched)
    assert switched.on == PROGRAM.replace("(3)", "(3, requires_grad=True)").rstrip()
    assert switched.on_nodes == ["MulBackward0", "SumBackward0"]
    assert switched.on_ticked
    assert switched.back == PROGRAM.rstrip()
    assert switched.back_nodes == []


def test_the_costs_of_three_modes_are_measured_beside_the_graph(told: Told) -> None:
    switched = msgspec.convert(told.facts["switch"], Switched)
    assert switched.modes == ["grad", "no_grad", "inference_mode"]
    time = next(line for line in switched.costs if line.startswith("time: "))
    assert time.count("±") == 3
    assert "runs of each mode" in switched.verdicts
    assert (SHOTS / "window-cost.png").stat().st_size > 20_000


def test_the_modes_stand_side_by_side_and_a_mode_that_raises_keeps_the_others(told: Told) -> None:
    switched = msgspec.convert(told.facts["switch"], Switched)
    assert [text for text in switched.columns if ":" not in text] == ["grad", "no_grad", "inference_mode"]
    errors = [text for text in switched.columns if ":" in text]
    assert [error.startswith("RuntimeError: element 0") for error in errors] == [True, True]
    sides = {row[0]: row[1:] for row in switched.sides}
    assert [cell.split(" · ")[0] for cell in sides["grad_fns · edges"]] == ["3", "0", "0"]
    assert sides[".grad exists for"] == ["x", "nothing", "nothing"]
    assert "±" in sides["time"][0]


def test_a_switch_of_the_grad_mode_tells_what_it_took_away(told: Told) -> None:
    switched = msgspec.convert(told.facts["switch"], Switched)
    lost = "3 grad_fns vanished: MulBackward0, AccumulateGrad, SumBackward0 — not recorded: no_grad"
    assert switched.changes[0] == lost
    assert "the run now raises RuntimeError" in switched.changes


def test_every_format_is_written(told: Told) -> None:
    for name in ("svg", "png", "pdf", "gif", "apng", "dot", "json"):
        assert told.facts[name] == f"Wrote window-after.{name}"
    trace = json.loads((SHOTS / "window-after.json").read_text())
    assert trace["schema"] == 1
    assert sorted(fn["name"] for fn in trace["grad_fns"]) == ["AccumulateGrad", "MulBackward0"]
    assert "MulBackward0" in (SHOTS / "window-after.dot").read_text()
