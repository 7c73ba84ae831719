"""The engine as a process: `python -m gradviz.engine`. Frames in on standard input, frames out on standard output.

The environment comes first, since torch reads it when it is imported: started without the right one, the engine
starts itself again. No module that imports torch may be imported at the top of this one.
"""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import gradviz
from gradviz.engine.processes import child, nursery
from gradviz.engine.processes.zygote import NoChildError, Zygote
from gradviz.engine.wall import sandbox
from gradviz.model.launch import FIXED, NO_TORCH, clean, launch

_WARM = b"w"


def main(options: Sequence[str]) -> NoReturn:
    """Be the engine until standard input ends; leaves the process.

    Args:
        options: "--spawn": start each run's process afresh instead of forking it; "child": be such a process.
    """
    if any(os.environ.get(name) != value for name, value in FIXED.items()):
        os.execve(sys.executable, sys.orig_argv, clean(os.environ))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the person's Ctrl-C is for the one who started us
    out = _claim_output()
    parent = os.getppid()
    os.chdir("/")
    if "child" in options:
        child.live(0, out, parent, *_load_torch())
    status = os.EX_OK
    try:
        if "--spawn" in options or sys.platform != "linux":
            Zygote(nursery.spawned(_child_command()), 0, out).serve()
        else:
            status = _serve_forked(out)
    except NoChildError as error:
        if error.status < 0:  # whom a signal ends says nothing more
            sys.stderr.write(f"gradviz: {error}\n")
        status = error.status if error.status > 0 else os.EX_SOFTWARE
    os._exit(status)  # torch's own teardown takes half a second that nobody needs


def _serve_forked(out: int) -> int:
    """Serve at once; hand over to a fork of this process when that has imported what torch imports late.

    Returns:
        The exit status.
    """
    torch, work = _load_torch()
    nursery.freeze()
    warm, tell_warm = os.pipe()
    wait_baton, baton = os.pipe()
    engine = os.getpid()
    successor = os.fork()
    if successor == 0:
        sandbox.die_with_parent(engine)
        os.close(warm)
        os.close(baton)
        nursery.preload()
        zygote = Zygote(nursery.forked(torch, work), 0, out, announce=False)
        os.write(tell_warm, _WARM)
        os.close(tell_warm)
        os.read(wait_baton, 1)  # its end is the baton
        os.close(wait_baton)
        zygote.serve()
        return os.EX_OK
    os.close(tell_warm)
    os.close(wait_baton)
    if not Zygote(nursery.forked(torch, work), 0, out).serve(warm):
        return os.EX_OK  # the successor dies with this process
    for fd in (0, out, warm, baton):
        os.close(fd)
    _, status = os.waitpid(successor, 0)
    return os.EX_OK if status == 0 else os.EX_SOFTWARE


def _load_torch() -> tuple[str, child.Work]:
    """Import torch; return its version and what serves a Request."""
    try:
        torch = importlib.import_module("torch")
    except ImportError as error:
        sys.stderr.write(f"gradviz: {sys.executable} cannot import torch: {error}\n")
        sys.exit(NO_TORCH)
    # Ahead of the rest of the engine: what is imported by then, no file beside a program comes before.
    importlib.import_module("gradviz.engine.record.program.neighbours")
    work = importlib.import_module("gradviz.engine.processes.work")
    work.prepare()
    return str(torch.__version__), work.work


def _child_command() -> tuple[str, ...]:
    package = Path(gradviz.__file__).parent
    return launch(sys.executable, package, os.environ, "child").arguments


def _claim_output() -> int:
    """Take standard output for frames; whatever else is printed goes to standard error."""
    out = os.dup(1)
    os.dup2(2, 1)
    return out


if __name__ == "__main__":
    main(sys.argv[1:])
