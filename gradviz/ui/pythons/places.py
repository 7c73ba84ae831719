"""Where Pythons are on this machine, as far as that can be known without running one."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

_NAMES = ("bin/python3", "bin/python", "Scripts/python.exe", "python.exe")  # below the prefix of a Python


def pythons(
    environment: Mapping[str, str], home: Path, which: Callable[[str], str | None] = shutil.which
) -> tuple[str, ...]:
    """Return the paths of Pythons, the most likely first, without the one that this runs in.

    Args:
        environment: of this process: an environment that was activated is named there.
        home: where conda and pyenv note or keep theirs.
        which: finds a command on PATH.
    """
    own, found = _place(Path(sys.executable)), dict[Path, str]()
    for python in _candidates(environment, home, which):
        found.setdefault(_place(python), str(python))
    return tuple(path for place, path in found.items() if place != own)


def _candidates(environment: Mapping[str, str], home: Path, which: Callable[[str], str | None]) -> Iterator[Path]:
    prefixes = [environment[name] for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if environment.get(name)]
    try:
        noted = (home / ".conda" / "environments.txt").read_text(errors="replace").splitlines()
    except OSError:
        noted = []
    kept = sorted(map(str, (home / ".pyenv" / "versions").glob("*")), reverse=True)
    for prefix in (*prefixes, *filter(None, noted), *kept):
        yield from filter(_is_program, (Path(prefix, name) for name in _NAMES))
    for name in ("python3", "python"):
        path = which(name)
        if path is not None and _is_program(Path(path)):
            yield Path(path).absolute()


def _is_program(path: Path) -> bool:
    """Whether it is there and no script, such as pyenv's: those look for the Python to run, in another environment."""
    try:
        with path.open("rb") as file:
            return os.access(path, os.X_OK) and file.read(2) != b"#!"
    except OSError:
        return False


def _place(python: Path) -> Path:
    """By which it is known as the same: a python and a python3 beside it are one, a link from elsewhere is not.

    Through a link an interpreter may be one of a virtual environment, which has its own packages.
    """
    return python.parent.resolve()
