"""How the processes beside the window are started."""

import os
import sys
from pathlib import Path

import gradviz
from gradviz.model.launch import Launch, launch
from gradviz.picture.picture import Language


def engine(python: str = "") -> Launch:
    """Return what starts the engine in a Python; "": in the one that this runs in."""
    return launch(python or sys.executable, Path(gradviz.__file__).parent, os.environ)


def doctor(language: Language, python: str = "") -> tuple[str, ...]:
    """Return what starts `gradviz doctor`; `python` runs programs, "" the one that this runs in. It writes UTF-8."""
    chosen = ("--python", python) if python else ()
    return (sys.executable, "-P", "-X", "utf8", "-m", "gradviz", "doctor", "--lang", language, *chosen)


def picture() -> tuple[str, ...]:
    """Return what starts the picture process; -P keeps a program's neighbours, a json.py, off its path."""
    return (sys.executable, "-P", "-m", "gradviz.ui.processes.picturing")
