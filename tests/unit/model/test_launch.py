"""How the engine is started: the whole environment is named, nothing else gets in."""

from pathlib import Path

from gradviz.model.launch import FIXED, clean, launch


def test_only_the_needed_few_are_kept() -> None:
    kept = clean({"HOME": "/home/ada", "TOKEN": "secret", "PYTHONPATH": "/opt", "OMP_NUM_THREADS": "8"})
    assert kept == FIXED | {"PYTHONPATH": "/opt"}


def test_the_package_and_the_options_are_arguments() -> None:
    start = launch("python", Path("/opt/gradviz"), {}, "--spawn")
    assert start.arguments[:2] == ("python", "-c")
    assert start.arguments[3:] == ("/opt/gradviz", "--spawn")
    assert start.environment == FIXED
