"""The peers: other tools that draw what autograd recorded, where they are installed.

Run as a program it prints those that pyproject.toml pins and that are not there, one to a line.
"""

import importlib
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType

from gradviz.layout import graphviz

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def load(name: str) -> ModuleType | None:
    """Return the package of a peer; None where it is not installed. Some change torch as they are imported."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def absent(name: str) -> str:
    """Return what is said of a peer that is not there."""
    return f"{name} is not installed"


def dot(source: str, form: str, patience: float = 60.0) -> bytes:
    """Return what the dot program makes of a DOT text.

    Raises:
        subprocess.TimeoutExpired: it was stopped after `patience` seconds.
        subprocess.CalledProcessError: it failed.
    """
    command = [str(graphviz.program()), "-Kdot", f"-T{form}"]
    return subprocess.run(command, input=source.encode(), capture_output=True, timeout=patience, check=True).stdout


def missing() -> list[str]:
    """Return the pinned requirements that are not met."""
    pins: list[str] = tomllib.loads(_PROJECT.read_text())["project"]["optional-dependencies"]["bench"]
    return [pin for pin in pins if not _is_met(*pin.split("=="))]


def _is_met(name: str, version: str) -> bool:
    try:
        return metadata.version(name) == version
    except metadata.PackageNotFoundError:
        return False


if __name__ == "__main__":
    sys.stdout.write("".join(f"{pin}\n" for pin in missing()))
