"""How the processes beside the window are started."""

import os
import sys
from pathlib import Path

import gradviz
from gradviz.model.launch import Launch, launch


def engine(python: str = "") -> Launch:
    """Return what starts the engine in a Python; "": in the one that this runs in."""
    return launch(python or sys.executable, Path(gradviz.__file__).parent, os.environ)


def picture() -> tuple[str, ...]:
    """Return what starts the picture process; -P keeps a program's neighbours, a json.py, off its path."""
    return (sys.executable, "-P", "-m", "gradviz.ui.processes.picturing")
