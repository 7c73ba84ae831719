"""The command that people start: its window comes up, an error inside it keeps the text, and it ends clean."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

DRIVER = """
import gc, sys
from PySide6.QtCore import QTimer
from gradviz.__main__ import main
from gradviz.ui import app

def then(window):
    window.panels.editor.selectAll()
    window.panels.editor.insertPlainText("kept = 1\\n")
    def fail():
        window.panels.editor.insertPlainText("last = 2\\n")
        QTimer.singleShot(0, window, window.close)
        print("looks for cycles:", gc.isenabled())
        raise RuntimeError("on purpose")
    QTimer.singleShot(0, window, fail)

make = app.make_window
def made(*arguments):
    window = make(*arguments)
    window.panels.canvas.painted.connect(lambda: then(window))
    return window
app.make_window = made
sys.exit(main())
"""


def test_the_application_starts_survives_its_own_error_and_ends(tmp_path: Path) -> None:
    own = {name: str(tmp_path / name) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME")}
    done = subprocess.run(
        [sys.executable, "-c", DRIVER],
        env=os.environ | own | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert "on purpose" in done.stderr
    assert done.stdout == "looks for cycles: True\n"
    (kept,) = tmp_path.rglob("recovery-*.json")
    assert json.loads(kept.read_text())[0] == "kept = 1\nlast = 2\n"
