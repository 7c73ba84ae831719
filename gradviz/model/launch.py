"""How the engine's process is started: the command and the whole of its environment.

Known on both sides of the border: the window and the headless commands start it so, and the engine starts itself
again where someone did not. Pure: the caller passes what it found.
"""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# Only what an interpreter or torch may need to be found. The program can read all of it, so nothing else is passed.
KEPT = ("DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE")
FIXED = {
    # One thread: the engine forks, and a child of a process with several threads hangs.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # One heap: a second would reserve 128 MiB of the address space a run may use.
    "MALLOC_ARENA_MAX": "1",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "1",
    # Any directory that exists: without one, torch._dynamo looks for a place to write while it is imported.
    "TORCHINDUCTOR_CACHE_DIR": "/",
}
TOO_OLD = 66  # the exit status where the interpreter is older than what gradviz is written for
# Takes this very package and nothing beside it, so that another interpreter uses its own torch, and drops the
# current directory from the path, where a program's neighbours may be called random.py.
_BOOT = f"""\
import sys
if sys.version_info < (3, 11):
    sys.stderr.write("gradviz needs Python 3.11 or newer; this is %d.%d\\n" % tuple(sys.version_info[:2]))
    sys.exit({TOO_OLD})
from importlib.util import module_from_spec, spec_from_file_location
sys.path[:] = [entry for entry in sys.path if entry]
package = sys.argv.pop(1)
spec = spec_from_file_location("gradviz", package + "/__init__.py", submodule_search_locations=[package])
sys.modules["gradviz"] = module_from_spec(spec)
spec.loader.exec_module(sys.modules["gradviz"])
from gradviz.engine.__main__ import main
main(sys.argv[1:])
"""
# Exit statuses of the engine that tell its starter what is wrong; the words are on its stderr.
NO_TORCH = 69
NO_LOCK = 77


def torch_line(interpreter: str) -> str:
    """Return the command that gives an interpreter the torch that this project is tested with."""
    whole = shlex.quote(interpreter) if os.name == "posix" else f'"{interpreter}"'  # a path may have spaces in it
    return f"{whole} -m pip install torch==2.13.0 numpy"


class Launch(NamedTuple):
    """A process to start: all its arguments, all its environment."""

    arguments: tuple[str, ...]
    environment: dict[str, str]


def launch(interpreter: str, package: Path, environment: Mapping[str, str], *options: str) -> Launch:
    """Return how to start the engine.

    Args:
        interpreter: the Python that has torch.
        package: the directory of the gradviz package.
        environment: the environment to keep the needed few from.
        options: for the engine's own command line, such as "--spawn".
    """
    return Launch((interpreter, "-c", _BOOT, str(package), *options), clean(environment))


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment the engine is to have."""
    return {name: environment[name] for name in KEPT if name in environment} | FIXED
