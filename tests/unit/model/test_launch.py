"""How the engine is started: the whole environment is named, nothing else gets in."""

import shlex
from pathlib import Path

import pytest

from gradviz.model.launch import FIXED, clean, launch, torch_line


def test_only_the_needed_few_are_kept() -> None:
    kept = clean({"HOME": "/home/ada", "TOKEN": "secret", "PYTHONPATH": "/opt", "OMP_NUM_THREADS": "8"})
    assert kept == FIXED | {"PYTHONPATH": "/opt"}


def test_the_package_and_the_options_are_arguments() -> None:
    start = launch("python", Path("/opt/gradviz"), {}, "--spawn")
    assert start.arguments[:2] == ("python", "-c")
    assert start.arguments[3:] == ("/opt/gradviz", "--spawn")
    assert start.environment == FIXED


@pytest.mark.parametrize("python", ["/usr/bin/python3", "/home/ada/my work/.venv/bin/python", "/opt/ada's/python"])
def test_the_command_that_installs_torch_is_of_that_very_python_in_a_shell(python: str) -> None:
    assert shlex.split(torch_line(python))[:4] == [python, "-m", "pip", "install"]
