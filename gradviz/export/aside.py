"""A drawing as PNG or PDF without Qt in this process: another one paints it. A program that is not ours may have a Qt.

Loads no Qt.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

import gradviz
from gradviz.drawing.shapes import Drawing
from gradviz.export.look import Look

PATIENCE = 120.0  # seconds


class Painting(NamedTuple):
    """What is to be painted."""

    drawing: Drawing
    form: Literal["png", "pdf"]
    look: Look


def painted_aside(wanted: Painting) -> bytes:
    """Return the file.

    Raises:
        OSError: it could not be painted; the message says why.
    """
    if find_spec("PySide6") is None:
        told = "pip install PySide6-Essentials, or save as .svg, which needs none"
        raise OSError(f"{wanted.form} is painted by PySide6, which this Python lacks: {told}")
    path = os.pathsep.join(filter(None, (str(Path(gradviz.__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    try:
        ended = subprocess.run(
            (sys.executable, "-P", "-c", "from gradviz.export.painting import main; main()"),
            input=msgspec.msgpack.encode(wanted),
            capture_output=True,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path},
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise OSError(f"{wanted.form} could not be painted in {PATIENCE:.0f} seconds") from error
    if ended.returncode:
        told = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise OSError(f"{wanted.form} could not be painted: {told or ended.returncode}")
    return ended.stdout
