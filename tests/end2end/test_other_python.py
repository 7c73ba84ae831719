"""Programs run in another Python of this machine: with the torch that is there, and behind the same wall."""

import subprocess
import venv
from pathlib import Path

import pytest
import torch

from gradviz.model.wire import Request
from gradviz.runs import Engine

pytestmark = pytest.mark.slow

PRIES = """\
import sys
import torch

print(sys.executable)
print([name for name in ("msgspec", "gradviz") if name in sys.modules])
open("/etc/hostname")
"""


@pytest.fixture
def other(tmp_path: Path) -> str:
    """Return a Python of an environment of its own, which has torch but not gradviz."""
    venv.create(tmp_path, symlinks=True)
    python = str(tmp_path / "bin" / "python")
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    Path(packages, "torch.pth").write_text(f"{Path(torch.__file__).parents[1]}\n")
    return python


def test_another_python_runs_a_program_behind_the_same_wall(other: str) -> None:
    with Engine() as own:
        wall = own.ready.sandbox
    with Engine(other) as engine:
        assert engine.ready.torch == torch.__version__
        assert engine.ready.sandbox == wall
        trace = engine.trace(Request(PRIES))
    assert "".join(piece.text for piece in trace.output) == f"{other}\n['gradviz']\n"
    assert trace.error is not None
    assert (trace.error.type, trace.error.line) == ("PermissionError", 6)
