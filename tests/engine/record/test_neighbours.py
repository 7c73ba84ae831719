"""A program of more than one file does what the bare interpreter does with it, behind the wall, which stays whole."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradviz.model.cost import Costs
from gradviz.model.errors.errors import explained
from gradviz.model.rules import LAWS, broken
from gradviz.model.trace import Trace
from gradviz.model.wire import Limits, Neighbour, Request
from gradviz.neighbours import Neighbourhood
from gradviz.picture.picture import Options
from gradviz.picture.record.record import Record
from gradviz.picture.texts.problems import problems
from gradviz.runs import Engine

PROJECT = {
    "config.py": """\
from dataclasses import dataclass, field
@dataclass
class Config:
    width: int = 4
    dims: list[int] = field(default_factory=lambda: [3, 1])
""",
    "models/__init__.py": "from .net import Net\n__all__ = ['Net', 'build']\ndef build(cfg):\n    return Net(cfg)\n",
    "models/net.py": """\
from torch import nn
from .blocks import Block
from . import extra
class Net(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.blocks = nn.Sequential(Block(3, cfg.width), Block(cfg.width, cfg.width))
        self.head = nn.Linear(cfg.width, 1)
    def forward(self, x):
        return extra.scaled(self.head(self.blocks(x)))
""",
    "models/blocks.py": """\
import torch
from torch import nn
class Block(nn.Module):
    def __init__(self, fan_in, fan_out):
        super().__init__()
        self.fc = nn.Linear(fan_in, fan_out)
    def forward(self, x):
        return torch.relu(self.fc(x))
""",
    "models/extra.py": "import models.net\ndef scaled(x):\n    return x * 0.5\n",
    "utils.py": """\
import torch
seen = []
class Batch:
    def __init__(self, x, y):
        self.x, self.y = x, y
def step(model, opt, batch):
    opt.zero_grad()
    loss = ((model(batch.x) - batch.y) ** 2).mean()
    seen.append(loss.item())
    loss.backward()
    opt.step()
    return loss
def frozen(module):
    for parameter in module.parameters():
        parameter.requires_grad_(False)
def act(x: torch.Tensor) -> torch.Tensor:
    return x.relu() * 2
""",
    "data/synthetic.py": "import torch\ndef batch():\n    return torch.randn(5, 3), torch.randn(5, 1)\n",
    "random_things/__init__.py": "",
    "mailbox.py": "shadow = 'of the library'\n",
}
TRAIN = """\
import argparse, mailbox, copy, inspect, io, pickle, sys, traceback, warnings
import torch
from config import Config
from models import *
from models.blocks import Block
from utils import Batch, act, frozen, seen, step
import data.synthetic as synthetic

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=2)
    args = parser.parse_args()
    torch.manual_seed(0)
    cfg = Config()
    model = build(cfg)
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    batch = Batch(*synthetic.batch())
    for _ in range(args.steps):
        loss = step(model, opt, batch)
    print(loss, seen, [p.grad.sum() for p in model.parameters()])
    frozen(model.head)
    print([p.requires_grad for p in model.parameters()])
    print(copy.deepcopy(cfg) == cfg, pickle.loads(pickle.dumps(cfg)) == cfg, copy.deepcopy(model)(batch.x).sum())
    print(inspect.getsource(Block), inspect.getsource(main), inspect.getsource(Config))
    print(torch.jit.script(act)(batch.x))
    print(__name__, __file__, Block.__module__, inspect.getfile(Block), sys.modules["models"].__path__, mailbox.shadow)
    print(len(sys.argv), sys.argv[0].rpartition("/")[2], Net.__module__, sys.modules["data"].__spec__.origin)
    try:
        model(torch.ones(2, 2))
    except RuntimeError:
        print(traceback.format_exc().split("models", 1)[1].split("in _call_impl")[0])

if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def project(folder: Path, source: str, files: dict[str, str]) -> Request:
    """Write a program and the files beside it; return a run of it."""
    for name, text in {"train.py": source, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    file = str(folder / "train.py")
    return Request(source, limits=Limits(seconds=60.0), file=file, neighbours=Neighbourhood().of(file, source))


def ran(engine: Engine, request: Request) -> Trace:
    trace = engine.trace(request)
    assert list(broken(trace, LAWS)) == []
    return trace


def printed(trace: Trace) -> str:
    return "".join(one.text for one in trace.output)


def bare(request: Request) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", request.file]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_a_project_does_what_it_does_in_a_bare_interpreter(engine: Engine, tmp_path: Path) -> None:
    request = project(tmp_path, TRAIN, PROJECT)
    trace = ran(engine, request)
    assert trace.error is None
    assert printed(trace) == bare(request).stdout


def test_ops_stand_on_the_line_that_called_and_in_their_modules(engine: Engine, tmp_path: Path) -> None:
    trace = ran(engine, project(tmp_path, TRAIN, PROJECT))
    line = 1 + TRAIN.splitlines().index("        loss = step(model, opt, batch)")
    ops = [op for op in trace.ops if op.line == line and op.phase == "forward" and op.grad_fn is not None]
    assert [op.module for op in ops[:5]] == [*["model.blocks.0.fc"] * 2, "model.blocks.0", *["model.blocks.1.fc"] * 2]
    assert {op.call for op in ops} == {"step(model, opt, batch)"}
    names = {name for tensor in trace.tensors for name in tensor.names}
    assert {"model.blocks.1.fc.weight", "model.head.bias", "batch.x", "batch.y"} <= names


def test_tensors_of_a_file_are_named_by_what_the_program_calls_it(engine: Engine, tmp_path: Path) -> None:
    files = {"params.py": "import torch\nw = torch.ones(2, requires_grad=True)\n"}
    source = "import torch, __main__\nimport params as config\nx = torch.ones(1)\n(config.w * 2).sum().backward()\n"
    trace = ran(engine, project(tmp_path, source, files))
    assert [tensor.names for tensor in trace.tensors if tensor.names] == [("config.w",), ("x",), ("config.w.grad",)]


@pytest.mark.parametrize(
    ("files", "source", "told"),
    [
        ({"a.py": "x = 1\ny = +* 2\n"}, "\nimport a", ("SyntaxError", "invalid syntax", 2, "a.py", 2)),
        ({"a.py": "def f():\n    return 1 / 0\n"}, "import a\na.f()", ("ZeroDivisionError", "", 2, "a.py", 2)),
        ({"p/__init__.py": "", "p/b.py": "1 / 0"}, "import p.b", ("ZeroDivisionError", "", 1, "p/b.py", 1)),
        (
            {"a.py": "def f(g):\n    return g()\n"},
            "import a\ndef g():\n    1 / 0\na.f(g)",
            ("ZeroDivisionError", "", 3, None, None),
        ),
        ({"a.py": ""}, "import a\na.f()", ("AttributeError", "module 'a' has no attribute 'f'", 2, None, None)),
        ({"a.py": "import b", "b.py": ""}, "import a, c", ("ModuleNotFoundError", "'c'", 1, None, None)),
        ({"a.py": "x = b'\\\\'\nfrom b import y\n"}, "import a", ("ModuleNotFoundError", "'b'", 1, "a.py", 2)),
    ],
)
def test_an_error_names_the_file_and_marks_the_line_that_led_there(
    engine: Engine,
    tmp_path: Path,
    files: dict[str, str],
    source: str,
    told: tuple[str, str, int, str | None, int | None],
) -> None:
    request = project(tmp_path, source, files)
    trace = ran(engine, request)
    error = trace.error
    assert error is not None
    kind, message, line, file, file_line = told
    assert (error.type, error.line, error.file, error.file_line) == (kind, line, file, file_line)
    assert message in error.message
    assert kind in bare(request).stderr
    problem = problems(Record(trace), Options())[0]
    assert problem.line == line
    assert problem.message.startswith(f"{file}, line {file_line}: ") is (file is not None)


FAILING = """\
import torch
w = torch.ones(2, requires_grad=True)
def inplace(w):
    w += 1
def untracked(w):
    with torch.no_grad():
        loss = w.sum()
    loss.backward()
def misspelt(w):
    value = 1
    return valu
"""


@pytest.mark.parametrize("name", ["inplace", "untracked", "misspelt"])
def test_no_fix_is_offered_of_what_stands_in_another_file(engine: Engine, tmp_path: Path, name: str) -> None:
    own = ran(engine, Request(f"{FAILING}{name}(w)\n"))
    source = f"import beside\nbeside.{name}(beside.w)\nvalue_there = 1\n"
    trace = ran(engine, project(tmp_path, source, {"beside.py": FAILING}))
    own_problem, problem = (problems(Record(one), Options())[0] for one in (own, trace))
    assert problem.offers == ()
    assert problem.line == 2
    assert own.error is not None
    assert trace.error is not None
    told = explained(trace.error, "en") if name == "untracked" else own_problem.message  # whose lines are not known
    assert problem.message.partition(": ")[2] == told
    assert trace.error.suggestion == own.error.suggestion


def test_a_file_that_is_not_read_or_not_named_is_an_error_of_its_import(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_bytes(b"x = '\xe9'")
    told = ran(engine, project(tmp_path, "x = 1\nimport odd\n", {})).error
    assert told is not None
    assert (told.type, told.line) == ("ImportError", 2)
    assert told.message.startswith("odd.py was not read: it is not Python source text")
    told = ran(
        engine, project(tmp_path, "import importlib\nimportlib.import_module('us' + 'ed')\n", {"used.py": ""})
    ).error
    assert told is not None
    assert (told.hint, told.line) == ("no-module", 2)


def test_the_wall_is_whole(engine: Engine, tmp_path: Path) -> None:
    source = "import a\ntry:\n    open(a.__file__)\nexcept OSError as error:\n    print(type(error).__name__)\n"
    trace = ran(engine, project(tmp_path, source, {"a.py": ""}))
    if not engine.ready.sandbox:
        assert printed(trace) == "PermissionError\n"


def test_what_is_imported_already_is_not_shadowed(engine: Engine, tmp_path: Path) -> None:
    source = "import math, torch, token\nprint(math.pi, torch.ones(1), token.NAME)\n"
    files = {"math.py": "1 / 0", "torch.py": "1 / 0", "token.py": "1 / 0"}
    trace = ran(engine, project(tmp_path, source, files))
    assert trace.error is None


@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("x = 1\nfrom token import Mine", {"token.py": "Mine = 1"}),
        ("x = 1\nimport token; token.Mine", {"token/__init__.py": "Mine = 1"}),
        ("x = 1\nimport token.mine", {"token/__init__.py": "", "token/mine.py": ""}),
    ],
)
def test_a_file_that_another_module_hides_is_named(
    engine: Engine, tmp_path: Path, source: str, files: dict[str, str]
) -> None:
    request = project(tmp_path, source, files)
    told = ran(engine, request).error
    assert told is not None
    assert (told.line, told.hint, told.suggestion) == (2, "hidden-file", None)
    assert f"({next(iter(files))} beside the program" in told.message
    told = ran(engine, request._replace(neighbours=(Neighbour(str(tmp_path / "other.py"), ""),))).error
    assert told is not None
    assert told.hint != "hidden-file"


def test_what_only_the_engine_has_imported_hides_no_file(engine: Engine, tmp_path: Path) -> None:
    ahead = Request("import sys\nprint('cProfile' in sys.modules)")
    end = time.monotonic() + 120
    while printed(engine.trace(ahead)) != "True\n" and time.monotonic() < end:
        time.sleep(0.1)  # until it has imported what torch imports late
    source = "import profile, secrets, torch, sympy.mine\nprint(profile.x, secrets.x, sympy.mine.x)\nimport cProfile\n"
    files = {"profile.py": "x = 1", "secrets/__init__.py": "x = 2", "sympy/__init__.py": "", "sympy/mine.py": "x = 3"}
    trace = ran(engine, project(tmp_path, source, {**files}))
    assert trace.error is None
    assert printed(trace) == "1 2 3\n"


def test_what_the_engine_itself_needs_hides_no_file(engine: Engine, tmp_path: Path) -> None:
    source = "import torch, statistics, decimal, fractions\n"
    source += "print(statistics.x, decimal.x, fractions.x, torch.ones(2, requires_grad=True).sum().item())\n"
    files = {f"{name}.py": f"x = '{name}'" for name in ("statistics", "decimal", "fractions")}
    request = project(tmp_path, source, files)
    trace = ran(engine, request)
    assert trace.error is None
    assert printed(trace) == bare(request).stdout


def test_a_folder_without_init_gives_way_to_an_installed_package(engine: Engine, tmp_path: Path) -> None:
    source = "import wsgiref.util\nimport space.a\nprint(wsgiref.util.__file__, space.a.x)\n"
    request = project(tmp_path, source, {"wsgiref/util.py": "1 / 0", "space/a.py": "x = 1"})
    trace = ran(engine, request)
    assert trace.error is None
    assert printed(trace) == bare(request).stdout


def test_every_measured_run_imports_anew(engine: Engine, tmp_path: Path) -> None:
    files = {"state.py": "import torch\nw = torch.ones(1000, requires_grad=True)\ncalls = []\n"}
    source = "import state\nstate.calls.append(1)\nassert len(state.calls) == 1\n(state.w * 2).sum().backward()\n"
    source += "assert state.w.grad.max() == 2\nstate.kept = [(state.w * 2).exp() for _ in range(50)]\n"
    request = project(tmp_path, source, files)._replace(budget=0.1)
    *_, costs = [Costs(), *engine.costs(request)]
    assert costs.done
    assert {one.mode: one.error.type for one in costs.raised}.keys() <= {"no_grad", "inference"}
    assert len({lap.turn for lap in costs.laps}) > 1
    graph = {held.mode: held.graph_bytes for held in costs.held}
    assert graph["grad"] is not None
    assert graph["grad"] > 0
